"""JSON: an object on each line, a list of them, an object of lists, or a document around a list."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from pydantic_core import from_json

from lrplot.errors import LrplotError
from lrplot.records.blocks import blocks, first_lines
from lrplot.records.cells import Gathered
from lrplot.records.forms.delimited import MOST_ROWS
from lrplot.records.names import is_count
from lrplot.records.table import Table

_MOST_JSON: Final = 100_000_000
"""A JSON document is read whole, and takes some ten times its size."""
_LIST: Final = re.compile(r"\[\s*(?:[\[{\]]|$|-?\d[\d.eE+-]*\s*(?:,|\]|$))")
"""The start of a list of rows or numbers, and not of a date in brackets."""
_PIECE: Final = 1 << 12
"""Lines that are read together, as one list: quicker than one by one, and a bad line costs no more than
these."""
_VALIDATION: Final = frozenset({"val", "valid", "validation", "test", "eval"})
"""Values of ``mode`` whose rows repeat a rate of training at another step."""


def is_json(data: bytes) -> bool:
    """True where a text may be JSON.

    >>> is_json(b' {"lr": 1}'), is_json(b"{'lr': 1}"), is_json(b"[2025-01-01 00:00]"), is_json(b"[[0, 0.1]]")
    (True, False, False, True)
    """
    start = "".join(first_lines(data, 2)).strip()
    if start.startswith("{"):
        return start[1:].lstrip()[:1] in {'"', "}", ""}
    return _LIST.match(start) is not None


def read_json(data: bytes, path: Path, keep: Callable[[str], bool]) -> Table:
    """The table of a JSON text.

    Parameters
    ----------
    data
        The text.
    path
        What errors call it.
    keep
        Whether a key of this name is read.

    Raises
    ------
    LrplotError
        When it is not JSON, or holds neither rows nor columns.
    """
    lines = first_lines(data, 2)
    are_rows = len(lines) > 1 and isinstance(_parsed(lines[0]), dict | int | float | str)
    if are_rows or path.suffix.lower() in {".jsonl", ".ndjson"}:
        return _lines(data, path, keep)
    if len(data) > _MOST_JSON:
        raise LrplotError(
            f"{path}: larger than {_MOST_JSON // 1_000_000} MB, the most that is read of one document"
        )
    document = _document(data, path)
    facts = {}
    if isinstance(document, Mapping) and isinstance(document.get("log_history"), list):
        facts = {key: value for key, value in document.items() if not isinstance(value, list | Mapping)}
        facts["log_history"] = True
        document = document["log_history"]
    if isinstance(document, Mapping):
        lists = {key: value for key, value in document.items() if isinstance(value, list)}
        if lists:
            return _of_lists(lists, path, keep)
        document = [document]
    if not isinstance(document, list):
        raise LrplotError(f"{path}: neither a list of numbers, a list of objects, nor a trainer_state.json")
    return _gather([document], path, keep, lambda row: f": entry {row}", facts)


def _lines(data: bytes, path: Path, keep: Callable[[str], bool]) -> Table:
    numbers: list[int] = []
    notes: list[str] = []

    def pieces() -> Any:
        number = 0
        for block in blocks(data):
            lines = block.removesuffix("\n").split("\n")
            for start in range(0, len(lines), _PIECE):
                piece = lines[start : start + _PIECE]
                numbers.append(number)
                number += len(piece)
                records = _records(piece)
                yield records if records is not None else _one_by_one(piece, number, path, data, notes)

    return _gather(pieces(), path, keep, lambda row: f":{_line_of(data, row)}", {}, notes)


def _records(lines: Sequence[str]) -> list[Any] | None:
    """The objects of some lines, parsed at once; None where one is no JSON."""
    filled = [line for line in lines if line]
    try:
        found = from_json(f"[{','.join(filled)}]")  # twice as fast as the standard library's
    except ValueError:
        return None
    return found if len(found) == len(filled) else None


def _one_by_one(lines: Sequence[str], end: int, path: Path, data: bytes, notes: list[str]) -> list[Any]:
    found = []
    filled = [(number, line) for number, line in enumerate(lines, end - len(lines) + 1) if line.strip()]
    for i, (number, line) in enumerate(filled):
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            is_last = (
                i == len(filled) - 1
                and not data.endswith(b"\n")
                and data.rstrip().endswith(line.strip().encode())
            )
            if not is_last:
                raise LrplotError(f"{path}:{number}: not JSON{_said(error)}") from None
            notes.append(f"line {number} is cut: the last row is dropped")
    return found


def _gather(
    pieces: Any,
    path: Path,
    keep: Callable[[str], bool],
    place: Callable[[int], str],
    facts: Mapping[str, Any],
    notes: list[str] | None = None,
) -> Table:
    names: dict[str, None] = {}
    numbered: set[str] = set()
    gathered: dict[str, Gathered] = {}
    first = 0
    for records in pieces:
        objects = records
        if not set(map(type, records)) <= {dict}:
            objects = [each if isinstance(each, dict) else _numbered(each) for each in records]
            numbered.update(str(i) for i in range(1, 1 + max(map(len, objects))))
        for key in dict.fromkeys(key for keys in {*map(tuple, objects)} for key in keys):
            names[key] = None
        modes = [each.get("mode") for each in objects] if "mode" in names else []
        if any(mode in _VALIDATION for mode in modes if isinstance(mode, str)):
            objects = [{} if mode in _VALIDATION else each for each, mode in zip(objects, modes, strict=True)]
        for name in [name for name in names if keep(name) or name in numbered]:
            cells = [each.get(name) for each in objects]
            for part, found in _parts(name, cells):
                gathered.setdefault(part, Gathered(not is_count(name))).add(first, found)
        first += len(objects)
        if first > MOST_ROWS:
            raise LrplotError(f"{path}: more than {MOST_ROWS} rows")
    return Table(
        path,
        "records",
        tuple(dict.fromkeys([*names, *gathered])),
        {name: each.values() for name, each in gathered.items()},
        first,
        place,
        {name: each.wrong for name, each in gathered.items() if each.wrong is not None},
        facts,
        tuple(notes or ()),
        headed=not numbered,
    )


def _of_lists(lists: Mapping[str, list[Any]], path: Path, keep: Callable[[str], bool]) -> Table:
    gathered: dict[str, Gathered] = {}
    for name, cells in lists.items():
        if keep(name):
            for part, found in _parts(name, cells):
                gathered.setdefault(part, Gathered()).add(0, found)
    return Table(
        path,
        "lists",
        tuple(dict.fromkeys([*lists, *gathered])),
        {name: each.values() for name, each in gathered.items()},
        max(map(len, lists.values())),
        lambda row: f": entry {row}",
        {name: each.wrong for name, each in gathered.items() if each.wrong is not None},
    )


def _parts(name: str, cells: list[Any]) -> list[tuple[str, list[Any]]]:
    """A column, or one for each parameter group where its cells are lists."""
    if list not in set(map(type, cells)):
        return [(name, cells)]
    rows = [cell if isinstance(cell, list) else [cell] for cell in cells]
    columns = list(zip_longest(*rows))
    if len(columns) == 1:
        return [(name, list(columns[0]))]
    return [(f"{name}/{i}", list(column)) for i, column in enumerate(columns)]


def _numbered(record: object) -> dict[str, Any]:
    """A bare number or a list of them as an object whose keys are numbers from 1."""
    cells = record if isinstance(record, list) else [record]
    return {str(i): cell for i, cell in enumerate(cells, 1)}


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _document(data: bytes, path: Path) -> Any:
    try:
        return json.loads(data.decode("utf-8", errors="replace"))
    except json.JSONDecodeError as error:
        raise LrplotError(f"{path}:{error.lineno}: not JSON: {error.msg}") from None
    except (RecursionError, ValueError) as error:
        raise LrplotError(f"{path}: not JSON{_said(error)}") from None


def _said(error: Exception) -> str:
    return f": {error.msg}" if isinstance(error, json.JSONDecodeError) else " that can be read"


def _line_of(data: bytes, row: int) -> int:
    number = 0
    for block in blocks(data):
        for line in block.removesuffix("\n").split("\n"):
            number += 1
            if line.strip():
                if not row:
                    return number
                row -= 1
    return number
