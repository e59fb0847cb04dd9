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

_BLANK: Final = frozenset({"", None, "NA", "None", "-"})
_PLAIN: Final = frozenset({float, int, str, type(None)})


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
        """The number of cells."""
        return len(self.rows)

    def at(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """The rows that have a number, and the places of those that have."""
        places = np.searchsorted(self.rows, rows)
        known = places < len(self.rows)
        known[known] = self.rows[places[known]] == rows[known]
        return known, places[known]

    def kept(self, which: NDArray[np.bool_]) -> "Values":
        """The values for which ``which`` is true."""
        return Values(self.rows[which], self.numbers[which], self.forms, self.single)


@dataclass(slots=True)
class Gathered:
    """A column while it is being read; ``written`` says whether how it is written will be asked."""

    written: bool = True
    wrong: tuple[int, object] | None = None
    """The first cell that is no number, and its row."""
    _rows: list[NDArray[np.int64]] = field(default_factory=list)
    _numbers: list[NDArray[np.float64]] = field(default_factory=list)
    _forms: set[str] = field(default_factory=set)

    def add(self, first: int, cells: Sequence[object]) -> None:
        """More cells, of which the first stands in row ``first``."""
        rows = np.arange(first, first + len(cells))
        kinds = set(map(type, cells))
        is_plain, has_text = kinds <= _PLAIN, str in kinds
        numbers = _at_once(cells, has_text=has_text) if is_plain else None
        if numbers is None and is_plain:
            filled = [i for i, cell in enumerate(cells) if cell not in _BLANK]
            rows, cells = rows[filled], [cells[i] for i in filled]
            numbers = _at_once(cells, has_text=has_text)
        if numbers is None:
            rows, cells, numbers = self._one_by_one(rows, cells)
        if not cells:
            return
        self._rows.append(rows)
        self._numbers.append(numbers)
        if self.written:
            self._forms |= forms_of([cell if isinstance(cell, str) else repr(cell) for cell in cells])
            if is_whole(self._forms):  # no more is told by any other cell
                self.written = False

    def _one_by_one(
        self, rows: NDArray[np.int64], cells: Sequence[object]
    ) -> tuple[NDArray[np.int64], list[object], NDArray[np.float64]]:
        found = [(i, cell, _number(cell)) for i, cell in enumerate(cells) if not _is_empty(cell)]
        good = [(i, cell, number) for i, cell, number in found if number is not None]
        if len(good) < len(found) and self.wrong is None:
            self.wrong = next((int(rows[i]), cell) for i, cell, number in found if number is None)
        numbers = np.array([number for *_, number in good], dtype=np.float64)
        return rows[[i for i, *_ in good]], [cell for _, cell, _ in good], numbers

    def values(self) -> Values:
        """All that was added."""
        if not self._rows:
            return Values(np.zeros(0, np.int64), np.zeros(0))
        forms = tuple(sorted(self._forms, key=len, reverse=True)[: 1 if is_whole(self._forms) else None])
        return Values(np.concatenate(self._rows), np.concatenate(self._numbers), forms)


def _at_once(cells: Sequence[object], *, has_text: bool) -> NDArray[np.float64] | None:
    """The numbers of cells that all are plain; Python's own 1_0 is none. None where one is not."""
    try:
        # Plain numbers and texts.
        numbers = np.fromiter(map(float, cells), dtype=np.float64, count=len(cells))  # type: ignore[arg-type]
    except (ValueError, OverflowError, TypeError):
        return None
    if not has_text or not cells:
        return numbers
    texts = cells if isinstance(cells[0], str) else [each for each in cells if isinstance(each, str)]
    try:
        return None if "_" in "".join(texts) else numbers  # type: ignore[arg-type]  # mostly all or none
    except TypeError:
        return None


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
