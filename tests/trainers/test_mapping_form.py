"""What a YAML text may do to whoever reads it."""

import pytest

from lrplot.trainers.forms.mapping import mapping

_HEAD = "learning_rate: 1e-4\nlevel0: &level0 [1, 2]\n"


def _levels(count: int) -> str:
    return _HEAD + "".join(
        f"level{i}: &level{i} [{', '.join([f'*level{i - 1}'] * 10)}]\n" for i in range(1, count + 1)
    )


def test_a_few_aliases_are_what_they_stand_for() -> None:
    (form,) = mapping(_levels(1), "it", None)
    assert form.get("level1") == [[1, 2]] * 10


@pytest.mark.parametrize(
    "text", [_levels(20), _HEAD + "itself: &itself [*itself]\n"], ids=["ten^20", "endless"]
)
def test_aliases_that_would_fill_any_memory_are_no_configuration(text: str) -> None:
    assert not list(mapping(text, "it", None))


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nin: {lr: 1.0e-4, x: 1, lr: 2.0e-5, x: 1}\n",
        '{"a": 1,\n "in": {"lr": 1e-4, "x": 1, "lr": 2e-5, "x": 1}}',
    ],
    ids=["YAML", "JSON"],
)
def test_a_key_that_stands_twice_with_another_value_is_known(text: str) -> None:
    (form,) = mapping(text, "it", None)
    assert form.get("in.lr") == 2e-5
    (repeated,) = form.repeated.items()
    assert repeated[0] == "in.lr"
    assert repeated[1].startswith("2:")
