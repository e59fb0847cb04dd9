"""Versions after --trainer: those that were read, and a refusal of all others."""

import pytest

from lrplot.errors import UsageError
from lrplot.trainers.registry import SIGNS, trainer


def test_a_version_is_taken_within_those_that_are_known() -> None:
    transformers = trainer("transformers")
    found = [transformers.version(said) for said in ("4.28", "v4.51", "4.51.3", "5", "5.23", "5.23.0", "")]
    assert found == [(4, 28), (4, 51), (4, 51, 3), (5,), (5, 23), (5, 23, 0), None]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("transformers@99", "of Transformers 4.28 to 5.23 are known; the nearest is transformers@5.23"),
        ("transformers@5.24", "the nearest is transformers@5.23"),
        ("trl@4.20", "of Transformers 4.28 to 5.23 are known; the nearest is trl@4.28"),
        ("transformers@4.x", "a version is numbers, as transformers@5.23"),
        ("megatron@0.1", "of Megatron-LM one version is known; leave @0.1 out"),
    ],
)
def test_another_version_is_refused_with_the_nearest(said: str, told: str) -> None:
    name, _, version = said.partition("@")
    with pytest.raises(UsageError, match=told):
        trainer(name).version(version)


def test_a_name_of_no_trainer_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'transformers'"):
        trainer("transfomers")


def test_the_oldest_and_the_newest_are_versions_themselves() -> None:
    for each in map(trainer, SIGNS):
        for version in each.versions or ():
            assert each.version(".".join(map(str, version))) == version
