"""The table of signs: no trainer's own recognition finds what the table passes over."""

from pathlib import Path

import pytest

from lrplot.trainers.forms import forms_of
from lrplot.trainers.registry import SIGNS, possible, trainer

EXAMPLES = Path(__file__).parent / "examples"


@pytest.mark.parametrize("folder", sorted(each.name for each in EXAMPLES.iterdir() if each.is_dir()))
def test_whatever_a_trainer_recognises_has_one_of_its_signs(folder: str) -> None:
    for path in (each for each in (EXAMPLES / folder).rglob("*") if each.is_file()):
        for form in forms_of(path.read_text(), path.name, path.parent):
            likely = {name for name in SIGNS if trainer(name).recognise(form).level}
            assert likely <= set(possible(form))


def test_each_trainer_has_a_line_under_its_own_name() -> None:
    assert [trainer(name).name for name in SIGNS] == list(SIGNS)
