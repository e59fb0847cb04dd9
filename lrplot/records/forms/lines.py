"""Lines of a text that a pattern finds: what programs print while they train."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from lrplot.errors import LrplotError
from lrplot.records.blocks import blocks
from lrplot.records.cells import Gathered, Values
from lrplot.records.forms.delimited import MOST_ROWS
from lrplot.records.table import Table

NUMBER: Final = r"[-+]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][-+]?\d{1,4})?"
"""What a printed number looks like; bounded, so that no line takes more than linear time."""
GAP: Final = r"[^\n]{0,300}?"
"""What may stand between a step and its rate."""
RATE: Final = rf"(?:{NUMBER}|nan|inf)\b"
_TYPED: Final = re.compile(rf"np\.float\d{{2}}\(({RATE})\)")

Read = Callable[[bytes, Path], Table | None]
"""A reader of printed lines: the table, or None where it finds nothing."""


def by_pattern(pattern: re.Pattern[str]) -> Read:
    """The reader of what the pattern's named groups find, a row a match.

    A group ``rates`` holds numbers between commas, a column each.
    """
    names = sorted(pattern.groupindex, key=lambda name: pattern.groupindex[name])

    def read(data: bytes, path: Path) -> Table | None:
        rows = _Rows(path)
        for block in map(_plain, blocks(data)):
            found = pattern.findall(block)
            if found:
                cells = list(zip(*found, strict=True)) if len(names) > 1 else [found]
                rows.add(dict(zip(names, cells, strict=True)), len(found))
        tail = _unfinished(data)
        return rows.table(cut=any(match.end() == len(tail) for match in pattern.finditer(tail)))

    return read


def by_words(rate: re.Pattern[str], step: re.Pattern[str] | None, signs: tuple[str, str]) -> Read:
    """The reader of lines, in small letters, that have a rate and a step in any order, or only a rate.

    A line that has a rate must have one of the two ``signs``.
    """
    one, other = signs

    def read(data: bytes, path: Path) -> Table | None:
        rows = _Rows(path)
        for block in map(_plain, blocks(data)):
            lines = [line for line in block.lower().split("\n") if one in line or other in line]
            found = [(rate.search(line), step.search(line) if step else None) for line in lines]
            both = [(r, s) for r, s in found if r is not None and (s is not None or step is None)]
            if both:
                cells = {"lr": [r[1] for r, _ in both]}
                rows.add(
                    cells | ({"step": [s[1] for _, s in both if s is not None]} if step else {}), len(both)
                )
        tail = _unfinished(data).lower()
        last = rate.search(tail) if one in tail or other in tail else None
        return rows.table(cut=last is not None and last.end() == len(tail))

    return read


class _Rows:
    """Rows while they are being found."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._gathered: dict[str, Gathered] = {}
        self._count = 0

    def add(self, columns: Mapping[str, Sequence[str]], count: int) -> None:
        for name, cells in _split(columns).items():
            self._gathered.setdefault(name, Gathered(name.startswith("lr"))).add(self._count, cells)
        self._count += count
        if self._count > MOST_ROWS:
            raise LrplotError(f"{self._path}: more than {MOST_ROWS} rows")

    def table(self, *, cut: bool) -> Table | None:
        columns = {name: each.values() for name, each in self._gathered.items()}
        return Table(self._path, "lines", tuple(columns), columns, self._count, cut=cut) if columns else None


def _plain(text: str) -> str:
    """The text with numbers alone where NumPy 2 shows a number's type too.

    >>> _plain("lr=[np.float64(1e-05), np.float32(0.1)]")
    'lr=[1e-05, 0.1]'
    """
    return _TYPED.sub(r"\1", text) if "np.float" in text else text


def _unfinished(data: bytes) -> str:
    """The last line where nothing ends it."""
    return data[data.rfind(b"\n") + 1 :].decode("utf-8", errors="replace")


def _split(columns: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    found = {name: list(cells) for name, cells in columns.items()}
    if "rates" in found:
        rows = [cell.split(",") for cell in found.pop("rates")]
        for i in range(max(map(len, rows))):
            name = "lr" if all(len(row) == 1 for row in rows) else f"lr/{i}"
            found[name] = [row[i] if i < len(row) else "" for row in rows]
    return found


def by_group(table: Table) -> Table:
    """A table whose rows belong to groups in turn, as one with a column a group."""
    groups, rates = table.column("group"), table.column("lr")
    columns = {}
    for group in np.unique(groups.numbers).tolist():
        which = groups.numbers == group
        name = "lr" if len(np.unique(groups.numbers)) == 1 else f"lr/{group:.0f}"
        columns[name] = Values(np.arange(int(which.sum())), rates.numbers[which], rates.forms)
    longest = max(map(len, columns.values()))
    return Table(table.path, "lines", tuple(columns), columns, longest, cut=table.cut)
