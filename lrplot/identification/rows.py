"""The rows of a log as a fit needs them: updates that rise, rates, and how exactly each was written."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lrplot.clock import MOST_STEPS
from lrplot.errors import StepError, UsageError
from lrplot.schedules.base import Schedule

Array = NDArray[np.float64]

_MOST_FITTED: Final = 320
"""Rows that a fit looks at; the answer is checked with all of them."""
_AROUND: Final = 3
"""Rows on each side of a turn or jump that a fit always sees."""
_WHOLE: Final = 1e-7
"""Relative half units below this are those of whole floats: a length is then known to a part of a step."""
_FLAT: Final = 1.0001
"""How often their two half units equal rates may lie apart; a little more than 1 for rounding."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rates at rising updates, each within ``rate ± half``.

    Parameters
    ----------
    u
        The update of each row, counted from 0, rising.
    y
        The logged rate.
    half
        Half a unit of what was written, > 0.

    Examples
    --------
    >>> rows = Rows.read([10, 0, 10], [0.1, 0.2, 0.1], [1e-4, 1e-4, 1e-4])
    >>> rows.u.tolist(), len(rows)
    ([0.0, 10.0], 2)
    """

    u: Array
    y: Array
    half: Array

    @classmethod
    def read(cls, steps: ArrayLike, rates: ArrayLike, half: ArrayLike) -> Self:
        """The rows, sorted by step, each step once.

        Raises
        ------
        UsageError
            When there are none, a number is none or negative, or a step has two rates.
        """
        u, y = np.asarray(steps, dtype=np.float64).ravel(), np.asarray(rates, dtype=np.float64).ravel()
        h = np.broadcast_to(np.asarray(half, dtype=np.float64), y.shape).astype(np.float64)
        if len(u) != len(y) or not len(y):
            raise UsageError(f"a log has as many steps as rates, at least one; got {len(u)} and {len(y)}")
        _refuse(u, y, ~((u >= 0) & (u <= MOST_STEPS)), "steps must lie between 0 and 2^53")
        _refuse(u, y, ~(np.isfinite(y) & (y >= 0)), "a learning rate is a finite number ≥ 0")
        _refuse(u, y, ~(np.isfinite(h) & (h >= 0)), "half a unit of what was written must be finite and ≥ 0")
        if (np.diff(u) <= 0).any():
            u, y, h = _sorted(u, y, h)
        least = max(float(y.max()) * 1e-12, 1e-300)
        return cls(u, y, np.maximum(h, least))

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.u)

    def __getitem__(self, which: slice | NDArray[np.intp]) -> "Rows":
        """Some of the rows."""
        return Rows(self.u[which], self.y[which], self.half[which])

    @cached_property
    def exact(self) -> bool:
        """True where whole floats were written, and not a few digits of them."""
        shown = self.y > 0
        return bool(shown.any() and np.median(self.half[shown] / self.y[shown]) < _WHOLE)

    @cached_property
    def gap(self) -> float:
        """The usual number of updates from row to row."""
        return float(np.median(np.diff(self.u))) if len(self) > 1 else 1.0

    def misses(self, values: Array) -> float:
        """The distance of the farthest of these values from its row, in half units."""
        return float((np.abs(values - self.y) / self.half).max())

    def worst(self, schedule: Schedule) -> float:
        """The distance of a schedule from the row it misses most, in half units of what was written."""
        try:
            with np.errstate(all="ignore"):
                found = self.misses(schedule.rate(self.u))
        except StepError:
            return np.inf
        return found if np.isfinite(found) else np.inf

    @cached_property
    def changes(self) -> NDArray[np.intp]:
        """The rows whose rate is another than that of the row before."""
        apart = np.abs(np.diff(self.y)) > _FLAT * (self.half[1:] + self.half[:-1])
        return np.flatnonzero(apart) + 1

    @property
    def most_stairs(self) -> int:
        """The changes of a staircase at most: rows of which more than two in three change are a curve's."""
        return (len(self) - 1) * 2 // 3

    @cached_property
    def top(self) -> tuple[int, int]:
        """The first row of the first stretch at the highest rate, and the row after it."""
        peak = int(self.y.argmax())
        same = np.abs(self.y - self.y[peak]) <= _FLAT * (self.half + self.half[peak])
        before, after = np.flatnonzero(~same[:peak]), np.flatnonzero(~same[peak:])
        first = int(before[-1]) + 1 if len(before) else 0
        return first, peak + int(after[0]) if len(after) else len(self)

    @cached_property
    def head(self) -> "Rows":
        """The rows before the highest."""
        return self[: self.top[0]]

    @cached_property
    def held(self) -> int:
        """The first of at least two rows at the end that have one rate; the number of rows where none do."""
        same = np.abs(self.y - self.y[-1]) <= _FLAT * (self.half + self.half[-1])
        other = np.flatnonzero(~same)
        first = int(other[-1]) + 1 if len(other) else 0
        return first if len(self) - first >= 2 else len(self)

    @cached_property
    def thinned(self) -> "Rows":
        """Few enough rows to fit: evenly spread ones, and those around turns."""
        if len(self) <= _MOST_FITTED:
            return self
        spread = np.linspace(0, len(self) - 1, _MOST_FITTED // 2).astype(np.intp)
        turns = self.changes if len(self.changes) <= _MOST_FITTED // (4 * _AROUND) else self._breaks()
        near = [turn + by for turn in (*turns, *self.top, self.held) for by in range(-_AROUND, _AROUND + 1)]
        kept = np.unique(np.clip([*spread, *near], 0, len(self) - 1))
        return self[kept.astype(np.intp)]

    def _breaks(self) -> NDArray[np.intp]:
        """The rows that the straight line through the two before misses most."""
        slopes = np.diff(self.y) / np.diff(self.u)
        bends = np.abs(np.diff(slopes))
        few = _MOST_FITTED // (4 * _AROUND)
        return (np.argpartition(bends, -few)[-few:] + 1) if len(bends) > few else np.arange(len(self))


def _refuse(u: Array, y: Array, wrong: NDArray[np.bool_], expected: str) -> None:
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise UsageError(f"row {row + 1}: {expected}; got step {u[row]:.17g} with rate {y[row]:.6g}")


def _sorted(u: Array, y: Array, half: Array) -> Iterable[Array]:
    """The same by step; rows of one step that agree become one."""
    order = np.argsort(u, kind="stable")
    u, y, half = u[order], y[order], half[order]
    twice = np.flatnonzero(np.diff(u) == 0)
    apart = np.abs(y[twice + 1] - y[twice]) > _FLAT * (half[twice + 1] + half[twice])
    if apart.any():
        row = int(twice[np.flatnonzero(apart)[0]])
        raise UsageError(
            f"step {u[row]:.0f} is there with two rates, {y[row]:.6g} and {y[row + 1]:.6g}: "
            "these are the rows of more than one run; give those of one"
        )
    kept = np.concatenate([[True], np.diff(u) > 0])
    return u[kept], y[kept], half[kept]
