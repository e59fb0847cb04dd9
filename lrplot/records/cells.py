"""The cells of one column, gathered piece by piece: numbers, where they stand, and how they were written."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.records.precision import forms_of, is_whole

EMPTY: Final = frozenset({"", "na", "n/a", "none", "null", "-", "--"})
"""What loggers leave in a cell of another metric's row, in small letters."""


@dataclass(frozen=True, eq=False, slots=True)
class Values:
    """The numbers of one column, what is empty left out.

    Parameters
    ----------
    rows
        The row each stands in, counted from 0.
    numbers
        The numbers, float64; a text ``nan`` is one.
    forms
        One text of each form the numbers were written in.
    single
        Whether they were stored as float32.
    """

    rows: NDArray[np.int64]
    numbers: NDArray[np.float64]
    forms: tuple[str, ...] = ()
    single: bool = False

    def __len__(self) -> int:
        """How many there are."""
        return len(self.rows)

    def kept(self, which: NDArray[np.bool_]) -> "Values":
        """Those for which ``which`` is true."""
        return Values(self.rows[which], self.numbers[which], self.forms, self.single)


@dataclass(slots=True)
class Gathered:
    """A column while it is being read."""

    _rows: list[NDArray[np.int64]] = field(default_factory=list)
    _numbers: list[NDArray[np.float64]] = field(default_factory=list)
    _forms: set[str] = field(default_factory=set)
    _whole: bool = False
    wrong: tuple[int, object] | None = None
    """The first cell that is no number, and its row."""

    def add(self, first: int, cells: Sequence[object]) -> None:
        """More cells, of which the first stands in row ``first``."""
        kinds = set(map(type, cells))
        rows: NDArray[np.int64] | None = None
        if not (kinds <= {float} or (kinds == {str} and _are_numbers(cells))):
            found = [(i, cell) for i, cell in enumerate(cells) if not _is_empty(cell)]
            if not found:
                return
            good = [(i, cell) for i, cell in found if _number(cell) is not None]
            if len(good) < len(found) and self.wrong is None:
                at, cell = next((i, cell) for i, cell in found if _number(cell) is None)
                self.wrong = (first + at, cell)
            rows = np.array([first + i for i, _ in good], dtype=np.int64)
            cells = [cell for _, cell in good]
            numbers = [_number(cell) for cell in cells]
        else:
            numbers = list(map(float, cells))  # type: ignore[arg-type]  # floats and texts of them
        self._rows.append(np.arange(first, first + len(cells)) if rows is None else rows)
        self._numbers.append(np.array(numbers, dtype=np.float64))
        if not self._whole:
            self._forms |= forms_of([cell if isinstance(cell, str) else repr(cell) for cell in cells])
            self._whole = is_whole(self._forms)

    def values(self) -> Values:
        """All that was added."""
        if not self._rows:
            return Values(np.zeros(0, np.int64), np.zeros(0))
        forms = tuple(sorted(self._forms, key=len, reverse=True)[: 1 if self._whole else None])
        return Values(np.concatenate(self._rows), np.concatenate(self._numbers), forms)


def _are_numbers(cells: Sequence[object]) -> bool:
    """Whether every text is a plain number; Python's own 1_0 is none."""
    try:
        list(map(float, cells))  # type: ignore[arg-type]  # texts
    except ValueError:
        return False
    return "_" not in "".join(cells)  # type: ignore[arg-type]  # texts


def _is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and cell.strip().lower() in EMPTY)


def _number(cell: object) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    try:
        return None if isinstance(cell, str) and "_" in cell else float(cell)
    except ValueError:
        return None
    except OverflowError:
        return math.inf
