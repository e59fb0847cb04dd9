"""Notebooks: the code of their cells, and the commands that they hand to the shell."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lrplot.errors import SpecError
from lrplot.python.cells import Cells, cells_of, looks_like_notebook
from lrplot.trainers.form import Form
from lrplot.trainers.forms.command_line import command_lines
from lrplot.trainers.forms.python import calls_of, parsed

_LONGEST = 20_000_000
"""Characters of a notebook, whose outputs may hold pictures."""


def notebook(text: str, name: str, folder: Path | None) -> Iterator[Form]:
    """The calls in the code of a notebook that configure a training, the last first; then its commands."""
    if len(text) > _LONGEST or not looks_like_notebook(text):
        return
    try:
        cells = cells_of(text, name)
    except SpecError:
        return
    # A cell that is no Python holds no call, and takes none from the others.
    kept = _without_broken(cells)
    places = [line.place for line in cells.python]
    for form in calls_of(parsed("\n".join(kept)), name, folder):
        yield replace(form, places={path: _placed(at, places) for path, at in form.places.items()})
    starts = [line.place for line in cells.shell]
    for form in command_lines("\n".join(line.text for line in cells.shell), name, folder):
        yield replace(form, places={path: _placed(at, starts) for path, at in form.places.items()})


def _without_broken(cells: Cells) -> list[str]:
    """The lines of Python, those of a cell that is none left empty."""
    by_cell: dict[str, list[str]] = {}
    for line in cells.python:
        by_cell.setdefault(line.place.partition(":")[0], []).append(line.text)
    kept: list[str] = []
    for lines in by_cell.values():
        kept += lines if parsed("\n".join(lines)).body else [""] * len(lines)
    return kept


def _placed(at: str, places: list[str]) -> str:
    """``line:column`` of the joined text as the cell's own line and column."""
    line, _, column = at.partition(":")
    return f"{places[int(line) - 1]}:{column}" if int(line) <= len(places) else at
