"""Model cards: the hyperparameters that Transformers' Trainer lists in a README.md."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lrplot.trainers.form import Form
from lrplot.trainers.forms.command_line import plain

_HEADING = "Training hyperparameters"
_ITEM = re.compile(r"^\s*[-*]\s+(\w+):\s*(.+?)\s*$")
_ROW = re.compile(r"^\s*\|(.+)\|\s*$")


def model_card(text: str, name: str, folder: Path | None) -> Iterator[Form]:
    """The listed hyperparameters, and ``last_step`` of the table of results; none for another text."""
    head, found, rest = text.partition(_HEADING)
    if not found:
        return
    begun = head.count("\n") + 1
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    for number, line in enumerate(rest.splitlines()):
        item = _ITEM.match(line)
        if item is not None:
            values[item[1]] = plain(item[2])
            places[item[1]] = f"{begun + number}:{item.start(1) + 1}"
    step = _last_step(rest)
    if step is not None:
        values["last_step"] = step
    if values:
        yield Form(name, "mapping", values, places, "model card", folder=folder)


def _last_step(text: str) -> int | None:
    """The last ``Step`` of the table of results."""
    rows = [[cell.strip() for cell in row[1].split("|")] for row in map(_ROW.match, text.splitlines()) if row]
    header = next((row for row in rows if "Step" in row), None)
    if header is None:
        return None
    column = header.index("Step")
    steps = [row[column] for row in rows if len(row) > column and row[column].isdigit()]
    return int(steps[-1]) if steps else None
