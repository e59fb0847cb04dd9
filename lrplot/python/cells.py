"""The code of a notebook's cells, as one text whose every line knows its cell; nothing of it is executed."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from lrplot.errors import SpecError

_MAGIC: Final = re.compile(r"^(\s*)(?:[!%].*|\?+[\w.]+|[\w.]+\?+)\s*$")
"""A line that is no Python: a magic, a command of the shell, a question for help."""
_ASSIGNED: Final = re.compile(r"^(\s*[\w, ]+?)\s*=\s*[!%](?!=).*$")
"""What a magic or the shell gives, kept under a name: ``files = !ls``."""
_SHELL_LINE: Final = re.compile(r"^\s*!(.*)$")
_TIMES: Final = frozenset({"time", "timeit", "capture", "prun", "memit", "wandb"})
"""Magics of a cell that run the Python below them."""
_SHELLS: Final = frozenset({"bash", "sh", "script", "shell"})
"""Magics of a cell whose lines are the shell's."""
_CONTINUED: Final = "\\"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a code cell, and where it stands: ``3:2`` is the second line of the third code cell."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Cells:
    """The text of a notebook's code cells.

    Parameters
    ----------
    python
        The lines of Python, those of other languages left out.
    shell
        The commands that are handed to the shell, each with where it begins.
    """

    python: tuple[Line, ...]
    shell: tuple[Line, ...]


def looks_like_notebook(text: str) -> bool:
    """True where a text begins as a notebook does."""
    return text.lstrip()[:1] == "{" and ('"cells"' in text or '"worksheets"' in text) and '"nbformat"' in text


def cells_of(text: str, name: str) -> Cells:
    r"""The code of a notebook.

    Raises
    ------
    SpecError
        When the text is no notebook, or one without code.

    Examples
    --------
    >>> text = '{"cells": [{"cell_type": "code", "source": ["!ls\\n", "lr = 0.1"]}]}'
    >>> cells_of(text, "it").python[1]
    Line(text='lr = 0.1', place='cell 1:2')
    """
    sources = list(_sources(text, name))
    if not any(source.strip() for source in sources):
        raise SpecError(f"{name}: a notebook without code cells")
    python: list[Line] = []
    shell: list[Line] = []
    for number, source in enumerate(sources, 1):
        lines = [Line(line, f"cell {number}:{i}") for i, line in enumerate(source.splitlines(), 1)]
        mine, commands = _parted(lines)
        python += mine
        shell += commands
    return Cells(tuple(python), tuple(shell))


def _sources(text: str, name: str) -> Iterator[str]:
    """The text of each code cell."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise SpecError(f"{name}: not a notebook: it is no JSON") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if cells is None and isinstance(notebook, dict) and isinstance(notebook.get("worksheets"), list):
        # Before version 4, cells stood in sheets.
        sheets = [sheet.get("cells") for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list):
        raise SpecError(f"{name}: not a notebook: it has no list of 'cells'")
    for cell in cells:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source: Any = cell.get("source", cell.get("input", ""))
            yield "".join(map(str, source)) if isinstance(source, list) else str(source)


def _parted(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """The Python of a cell, with blank lines in place of what is none, and its commands of the shell."""
    first = next((line for line in lines if line.text.strip()), None)
    magic = first.text.strip()[2:].split()[:1] if first is not None and first.text.startswith("%%") else []
    if magic and magic[0] in _SHELLS:
        return [], [line for line in lines if line is not first]
    if magic and magic[0] not in _TIMES:
        return [], []
    python: list[Line] = []
    shell: list[Line] = []
    continued = False
    for line in lines:
        command = _SHELL_LINE.match(line.text)
        if continued or command is not None:
            held = line.text if command is None or continued else command[1]
            shell.append(Line(held, line.place))
        begins = line is (first if magic else None) or _MAGIC.match(line.text) is not None
        written = "" if continued else _instead(line.text) if begins else _bound(line.text)
        python.append(Line(written, line.place))
        continued = (continued or begins) and line.text.rstrip().endswith(_CONTINUED)
    return python, shell


def _instead(text: str) -> str:
    """The stand-in for a line that is no Python, so that a block around it stays one."""
    return text[: len(text) - len(text.lstrip())] + "pass"


def _bound(text: str) -> str:
    """A line whose name is bound by the shell binds it to what is not known."""
    found = _ASSIGNED.match(text)
    return text if found is None else f"{found[1]} = get_ipython()"
