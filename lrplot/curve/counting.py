"""Counting steps without looking at each: by bisection in a piece, and by repeats where pieces repeat."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from lrplot.curve.sampling import Whole, evaluate
from lrplot.schedules.base import Schedule
from lrplot.schedules.knots import Window

_AT_ONCE: Final = 64
"""Steps that are looked at in one call, at least."""


def above(schedule: Schedule, starts: Whole, lengths: Whole, level: float) -> Whole:
    """Steps above ``level`` in each monotone piece.

    Where few pieces cross it, each is looked at in many places at once: a call takes longer than a value.
    """
    first = evaluate(schedule, starts) > level
    last = evaluate(schedule, starts + lengths - 1) > level
    counts = np.where(first & last, lengths, 0)
    low, high = np.zeros_like(lengths), lengths - 1
    active = np.flatnonzero(first != last)
    while len(active := active[high[active] - low[active] > 1]):
        parts = max(1, _AT_ONCE // len(active))
        share = np.arange(1, parts + 1)
        # The ends stand on both sides, so that what is found lies between two neighbours.
        ends = low[active][:, None], high[active][:, None]
        tried = np.concatenate(
            [ends[0], ends[0] + (ends[1] - ends[0]) * share // (parts + 1), ends[1]], axis=1
        )
        rates = evaluate(schedule, (starts[active][:, None] + tried[:, 1:-1]).ravel()).reshape(-1, parts)
        alike = ((rates > level) == first[active][:, None]).sum(axis=1)
        low[active], high[active] = np.take_along_axis(tried, np.stack([alike, alike + 1], axis=1), axis=1).T
    crossing = first != last
    counts[crossing] = np.where(first[crossing], high[crossing], lengths[crossing] - high[crossing])
    return counts


@dataclass(frozen=True, slots=True)
class Repeats:
    """A window of one period: a lead-in, ``count`` whole repeats from ``first`` on, and a rest.

    A repeat's pieces begin at ``offsets`` and last ``lengths``. Under a monotone envelope a count over a
    repeat is monotone in its index, so where both ends of a span of repeats agree, all between them do.
    """

    window: Window
    first: int
    period: int
    count: int
    offsets: Whole
    lengths: Whole

    @classmethod
    def of(cls, window: Window) -> Self:
        """The repeats of a window that holds ranges only."""
        period = window.every[0].step
        first = min(r.start for r in window.every)
        offsets = np.array(sorted({r.start - first for r in window.every if r.start - first < period}))
        count = (window.stop - first) // period
        return cls(window, first, period, count, offsets, np.diff(np.append(offsets, period)))

    def starts(self, index: Whole) -> Whole:
        """First steps of the pieces of these repeats, a row a repeat."""
        starts: Whole = self.first + index[:, None] * self.period + self.offsets
        return starts

    def lead(self) -> tuple[Whole, Whole]:
        """The piece before the repeats, where there is one: its start and its length."""
        start, length = self.window.start, self.first - self.window.start
        return np.array([start] * (length > 0), dtype=np.int64), np.array([length] * (length > 0), np.int64)

    def rest(self) -> tuple[Whole, Whole]:
        """The pieces after the last whole repeat: their starts and lengths."""
        tail = self.first + self.count * self.period
        low = tail + self.offsets
        high = np.minimum(np.append(low[1:], tail + self.period), self.window.stop)
        kept = low < high
        return low[kept], (high - low)[kept]
