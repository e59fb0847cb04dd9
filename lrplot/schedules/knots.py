"""The steps at which a curve starts a new piece, counted and moved about without being listed."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

LISTED: Final = 65_536
"""Most knots ever listed one by one."""


def distinct(*steps: Iterable[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """All steps of these together, in rising order, each once.

    By sorting, which is many times as fast as NumPy's ``unique`` where most of them stand in order.

    >>> distinct([3, 5], [1, 3]).tolist()
    [1, 3, 5]
    """
    ordered = np.concatenate([np.asarray(each, dtype=np.int64) for each in steps])
    ordered.sort(kind="stable")
    return ordered[np.diff(ordered, prepend=ordered[:1] - 1) > 0]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch ``start … stop-1`` of one kind.

    Its knots lie ``start < knot < stop``: ``few`` one by one, ``every`` as ranges. Where ``known`` is
    false nothing is promised between ``start`` and ``stop``.
    """

    start: int
    stop: int
    few: tuple[int, ...]
    every: tuple[range, ...]
    known: bool

    def starts(self, limit: int = LISTED) -> NDArray[np.int64] | None:
        """First steps of all pieces, or None when there are more than ``limit``."""
        inner = Knots(self.few, self.every).list(limit)
        return None if inner is None else np.concatenate([[self.start], inner]).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Knots:
    """The first whole steps of the pieces of a curve.

    Among the whole steps of one piece the curve is smooth and monotone, so a turning point is a knot
    too. A boundary between whole steps (3.5) is the knot 4. Step 0 is never listed.

    Parameters
    ----------
    few
        Single knots, sorted.
    every
        Evenly spaced knots. Each range repeats one shape under a monotone envelope, so the first and
        last three repeats in a window hold its extremes.
    unknown
        Intervals ``(start, stop)`` of steps about which nothing is promised.

    Examples
    --------
    >>> Knots(few=(30,)).shift(5).join(Knots(every=(range(10, 10**12, 10),))).count()
    100000000000
    """

    few: tuple[int, ...] = ()
    every: tuple[range, ...] = ()
    unknown: tuple[tuple[int, int], ...] = ()

    @classmethod
    def at(cls, boundaries: Iterable[float], until: int) -> Self:
        """Knots of boundaries that may be fractional, unsorted, repeated or out of range."""
        found = {math.ceil(boundary) for boundary in boundaries if 0 < boundary < until}
        return cls(few=tuple(sorted(knot for knot in found if knot < until)))

    @classmethod
    def nothing_known(cls, until: int) -> Self:
        """No promise about any step below ``until``."""
        return cls(unknown=((0, until),)) if until > 0 else cls()

    def count(self) -> int:
        """The number of knots, a step that stands in two ranges counted twice."""
        return len(self.few) + sum(map(len, self.every))

    def shift(self, by: int) -> Self:
        """The same knots ``by`` steps later."""
        if not (self.few or self.every or self.unknown):
            return self
        return type(self)(
            tuple(knot + by for knot in self.few),
            tuple(range(r.start + by, r.stop + by, r.step) for r in self.every),
            tuple((start + by, stop + by) for start, stop in self.unknown),
        )

    def scale(self, by: int) -> Self:
        """The same knots on a clock that runs ``by`` times as fast."""
        return type(self)(
            tuple(knot * by for knot in self.few),
            tuple(range(r.start * by, r.stop * by, r.step * by) for r in self.every),
            tuple((start * by, stop * by) for start, stop in self.unknown),
        )

    def clip(self, start: int, stop: int) -> Self:
        """Only the knots with ``start <= knot < stop``."""
        unknown = ((max(start, low), min(stop, high)) for low, high in self.unknown)
        return type(self)(
            tuple(knot for knot in self.few if start <= knot < stop),
            tuple(cut for r in self.every if (cut := _cut(r, start, stop))),
            tuple((low, high) for low, high in unknown if low < high),
        )

    def join(self, *others: "Knots") -> Self:
        """The knots of this and the others together."""
        all_of: tuple[Knots, ...] = (self, *others)
        return type(self)(
            tuple(sorted({knot for knots in all_of for knot in knots.few})),
            tuple(r for knots in all_of for r in knots.every),
            tuple(sorted(interval for knots in all_of for interval in knots.unknown)),
        )

    def list(self, limit: int = LISTED) -> NDArray[np.int64] | None:
        """All knots, sorted, or None when there are more than ``limit``."""
        if self.count() > limit:
            return None
        ranges = [np.arange(r.start, r.stop, r.step, dtype=np.int64) for r in self.every]
        return distinct(self.few, *ranges)

    def windows(self, until: int) -> tuple[Window, ...]:
        """The stretches of ``0 … until-1`` in order, each of one kind.

        A window with too many knots to list holds ranges only, all of one period.
        """
        edges = {0, until}
        for r in self.every:
            edges |= {r.start, min(until, r[-1] + r.step)}
            if len(r) > LISTED:
                edges |= set(self.few[bisect_left(self.few, r.start) : bisect_left(self.few, r.stop)])
        for interval in self.unknown:
            edges |= set(interval)
        # Single knots that are too many to list together are listed in several windows.
        edges |= set(self.few[LISTED // 2 :: LISTED // 2])
        ordered = sorted(edge for edge in edges if 0 <= edge <= until)
        unknown = _merged(self.unknown)
        return tuple(self._window(start, stop, unknown) for start, stop in pairwise(ordered))

    def _window(self, start: int, stop: int, unknown: Sequence[tuple[int, int]]) -> Window:
        few = self.few[bisect_right(self.few, start) : bisect_left(self.few, stop)]
        every = tuple(cut for r in self.every if (cut := _cut(r, start + 1, stop)))
        before = bisect_left(unknown, (stop,)) - 1
        known = before < 0 or unknown[before][1] <= start
        periods = {r.step for r in every}
        if len(periods) > 1 and len(few) + sum(map(len, every)) > LISTED:
            known = False
        return Window(start, stop, few, every, known)


def _merged(intervals: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """The same steps as intervals that do not overlap, in order."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(intervals):
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    return found


def _cut(r: range, start: int, stop: int) -> range:
    first = max(0, -((r.start - start) // r.step))
    last = max(first, min(len(r), -((r.start - stop) // r.step)))
    return r[first:last]
