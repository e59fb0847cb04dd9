"""A log as a table: what every form of file is read into before its format is known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from lrplot.errors import LrplotError
from lrplot.records.cells import Values
from lrplot.text.caret import brief

Form = Literal["cells", "records", "lists", "lines", "events"]
"""Cells between delimiters, JSON objects, one JSON object of lists, lines of a text, TensorBoard's events."""


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of numbers.

    Parameters
    ----------
    path
        The file, or the name of the stream.
    form
        What was read.
    names
        The names of all columns, in the order of the file; empty where a table has no header.
    columns
        The numbers of those that were kept.
    rows
        How many rows there are.
    place
        What is said of a row after the file's name, such as ``:12``.
    wrong
        The first cell of a column that is no number, and its row.
    facts
        What a document says beside its rows, such as ``max_steps``.
    notes
        What a reader should know of how it was read.
    cut
        Whether the last row has no end, so that its last cell may be cut.
    """

    path: Path
    form: Form
    names: tuple[str, ...]
    columns: Mapping[str, Values]
    rows: int
    place: Callable[[int], str] = lambda row: f": row {row + 1}"
    wrong: Mapping[str, tuple[int, object]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    cut: bool = False
    headed: bool = True

    def column(self, name: str) -> Values:
        """The numbers of a column; a cell that is none is an error."""
        if name in self.wrong:
            row, cell = self.wrong[name]
            shown = f"'{brief(cell)}'" if isinstance(cell, str) else brief(str(cell))
            raise LrplotError(f"{self.path}{self.place(row)}: {name}: {shown} is no number")
        return self.columns[name]

    def has(self, *names: str) -> bool:
        """True where all these names are columns."""
        return set(names) <= set(self.names)

    def with_column(self, name: str, values: Values) -> "Table":
        """The table with one column more, or another of that name."""
        names = self.names if name in self.names else (*self.names, name)
        return replace(self, names=names, columns={**self.columns, name: values})
