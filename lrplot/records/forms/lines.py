"""Lines of a text that a pattern finds: what programs print while they train."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from lrplot.errors import LrplotError
from lrplot.records.blocks import blocks
from lrplot.records.cells import Gathered, Values
from lrplot.records.forms.delimited import MOST_ROWS
from lrplot.records.table import Table

NUMBER: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
"""What a printed number looks like."""
RATE: Final = rf"(?:{NUMBER}|nan|inf)\b"


def read_lines(data: bytes, path: Path, pattern: re.Pattern[str]) -> Table | None:
    """The table of what the pattern's named groups find, a row a match; None where it finds nothing.

    A group ``rates`` holds numbers between commas, a column each; a group ``group`` says which column
    ``rate`` belongs to, and then a row is what stands between two lines of the first group.
    """
    names = sorted(pattern.groupindex, key=lambda name: pattern.groupindex[name])
    gathered: dict[str, Gathered] = {}
    first = 0
    cut = False
    for block in blocks(data):
        found = pattern.findall(block)
        if not found:
            continue
        cells_of: list[Sequence[str]] = list(zip(*found, strict=True)) if len(names) > 1 else [found]
        columns = dict(zip(names, cells_of, strict=True))
        for name, cells in _split(columns).items():
            gathered.setdefault(name, Gathered(name.startswith("lr"))).add(first, cells)
        first += len(found)
        if first > MOST_ROWS:
            raise LrplotError(f"{path}: more than {MOST_ROWS} rows")
    if not first:
        return None
    if not data.endswith(b"\n"):
        tail = data[data.rfind(b"\n") + 1 :].decode("utf-8", errors="replace")
        cut = any(match.end() == len(tail) for match in pattern.finditer(tail))
    columns_read = {name: each.values() for name, each in gathered.items()}
    return Table(path, "lines", tuple(columns_read), columns_read, first, cut=cut)


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
