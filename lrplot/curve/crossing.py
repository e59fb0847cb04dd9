"""The inverse of a curve: the steps at which its rate is below, above or at a level."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Literal, Self

import numpy as np

from lrplot.curve.counting import Repeats, above
from lrplot.curve.sampling import PROBES, Whole, evaluate
from lrplot.errors import UsageError
from lrplot.schedules.base import Schedule
from lrplot.schedules.knots import LISTED, Window
from lrplot.schedules.summation import BRUTE

ROUNDING: Final = 1e-12
"""A rate within this share of a level is at it: 0.1 · 0.1 is 0.01."""
LISTED_FIRST: Final = 20
"""How many stretches are listed when nothing is said."""
_MOST_SPANS: Final = 8192
"""Undecided spans of repeats, which every halving may double; with more the answer is told as inexact."""
_BLOCK: Final = 1 << 18
"""Steps evaluated together, 2 MB of float64: with four times as many a step took 1.2 to 1.5 times as long."""
_LOOKS: Final = 1 << 15
"""Steps looked at one by one, the first of those of which nothing is promised, where they are too many."""

Sign = Literal["<", "<=", ">", ">=", "=", "crosses"]

_WRITTEN: Final = re.compile(
    r"\s*(<=|>=|==|[<>=≤≥]|crosses\b)\s*([0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?)(\s*%)?\s*"
)
_SIGNS: Final[Mapping[str, Sign]] = {
    "<": "<",
    "<=": "<=",
    "≤": "<=",
    ">": ">",
    ">=": ">=",
    "≥": ">=",
    "=": "=",
    "==": "=",
    "crosses": "crosses",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a rate: ``sign`` and ``level``, a share of the peak where ``of_peak`` is said.

    A rate within 1e-12 of the level is at it, so that rounding decides nothing. ``crosses`` holds where
    the rate is at the level or above; its beginnings and ends are the crossings.

    >>> Condition.read("< 1e-4")
    Condition(sign='<', level=0.0001, of_peak=False)
    >>> Condition.read("> 50%").at_peak(0.1), str(Condition.read("peak").at_peak(0.1))
    (Condition(sign='>', level=0.05, of_peak=False), '= 0.1')
    >>> low, high = Condition.read("≤ 0.01").bounds
    >>> 0.1 * 0.1 > 0.01, low <= 0.1 * 0.1 <= high
    (True, True)
    """

    sign: Sign
    level: float
    of_peak: bool = False

    @classmethod
    def read(cls, text: str) -> Self:
        """The condition written ``<1e-4``, ``>= 0.01``, ``= 0.1``, ``crosses 0.01``, ``>50%`` or ``peak``.

        Raises
        ------
        UsageError
            When it is written otherwise.
        """
        if text.strip() == "peak":
            return cls("=", 1.0, of_peak=True)
        match = _WRITTEN.fullmatch(text)
        if match is None or not math.isfinite(float(match[2])):
            raise UsageError(
                f"'{text}' is no condition on a rate; write '<1e-4', '>=0.01', '>50%' (of the peak), "
                "'crosses 0.01' or peak"
            )
        level = float(match[2])
        return cls(_SIGNS[match[1]], level if match[3] is None else level / 100, match[3] is not None)

    def at_peak(self, peak: float) -> Self:
        """The condition on the rates of a curve with this peak."""
        return replace(self, level=self.level * peak, of_peak=False) if self.of_peak else self

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest rate for which it holds."""
        low, high = self.level * (1 - ROUNDING), self.level * (1 + ROUNDING)
        return {
            "<": (-math.inf, math.nextafter(low, -math.inf)),
            "<=": (-math.inf, high),
            ">": (math.nextafter(high, math.inf), math.inf),
            ">=": (low, math.inf),
            "=": (low, high),
            "crosses": (low, math.inf),
        }[self.sign]

    def __str__(self) -> str:
        return f"{self.sign} {self.level:.12g}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Steps ``start … stop-1``, at all of which a condition holds."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Crossings:
    """The steps of ``0 … until-1`` at which a condition holds.

    Parameters
    ----------
    until
        The horizon.
    first
        The first stretches of steps at which it holds, in order.
    count
        How many stretches there are in all.
    steps
        At how many steps it holds.
    ends
        Whether it holds at the last step.
    exact
        Whether no stretch can have been missed; else a part of the curve is too long to be known.
    """

    until: int
    first: tuple[Stretch, ...]
    count: int
    steps: int
    ends: bool
    exact: bool

    @property
    def turns(self) -> tuple[int, ...]:
        """The first steps on the other side: where a listed stretch begins or has just ended, in order."""
        edges = (edge for stretch in self.first for edge in (stretch.start, stretch.stop))
        return tuple(edge for edge in edges if 0 < edge < self.until)

    @property
    def turned(self) -> int:
        """The number of such steps in all."""
        begins = bool(self.first) and self.first[0].start == 0
        return 2 * self.count - begins - self.ends


def crossings(schedule: Schedule, until: int, condition: Condition, most: int = LISTED_FIRST) -> Crossings:
    """The steps ``0 … until-1`` at which the rate meets the condition; the first ``most`` stretches listed.

    The cost does not grow with the number of steps: in a monotone piece a bisection finds where the
    condition begins and ends, and repeats between two that agree agree with them.

    Examples
    --------
    >>> from lrplot.schedules.cosine_restarts import CosineRestarts
    >>> found = crossings(CosineRestarts(lr=0.1, T_0=1000), 10**12, Condition("<", 0.05), most=2)
    >>> found.first
    (Stretch(start=501, stop=1000), Stretch(start=1501, stop=2000))
    >>> found.count, found.exact
    (1000000000, True)
    """
    windows = schedule.knots(until).windows(until)
    unknown = sum(w.stop - w.start for w in windows if not w.known)
    finder = _Finder(schedule, *condition.bounds, looks=unknown if unknown <= BRUTE else _LOOKS)
    patterns: list[_Pattern] = []
    exact = True
    for window in windows:
        found, known = finder.patterns(window)
        patterns += found
        exact = exact and known
    count = steps = 0
    before = False
    for pattern in patterns:
        count += pattern.count - (before and pattern.begins)
        steps += pattern.steps
        before = pattern.ends
    first = tuple(Stretch(*pair) for pair in islice(_joined(patterns), most))
    return Crossings(until, first, count, steps, before, exact)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Stretches ``starts … stops-1`` within ``begin … end-1``, which come ``times`` times in a row."""

    begin: int
    end: int
    starts: Whole
    stops: Whole
    times: int = 1

    @property
    def begins(self) -> bool:
        return len(self.starts) > 0 and int(self.starts[0]) == self.begin

    @property
    def ends(self) -> bool:
        return len(self.stops) > 0 and int(self.stops[-1]) == self.end

    @property
    def count(self) -> int:
        joins = (self.times - 1) * (self.begins and self.ends)
        return self.times * len(self.starts) - joins

    @property
    def steps(self) -> int:
        return self.times * int((self.stops - self.starts).sum())

    def each(self) -> Iterator[tuple[int, int]]:
        """The stretches in order, one that fills every repeat as one."""
        if self.steps == self.times * (self.end - self.begin):
            yield self.begin, self.begin + self.steps
            return
        for k in range(self.times if len(self.starts) else 0):
            by = k * (self.end - self.begin)
            yield from zip((self.starts + by).tolist(), (self.stops + by).tolist(), strict=True)


def _joined(patterns: Sequence[_Pattern]) -> Iterator[tuple[int, int]]:
    """The stretches of all patterns, those that touch made one."""
    open_start, open_stop = -1, -1
    for pattern in patterns:
        for start, stop in pattern.each():
            if start != open_stop:
                if open_start >= 0:
                    yield open_start, open_stop
                open_start = start
            open_stop = stop
    if open_start >= 0:
        yield open_start, open_stop


class _Finder:
    """Finds where the rates of a schedule lie between two bounds."""

    def __init__(self, schedule: Schedule, low: float, high: float, looks: int) -> None:
        self._schedule = schedule
        self._low = low
        self._high = high
        self._looks = looks

    def patterns(self, window: Window) -> tuple[list[_Pattern], bool]:
        """The patterns of a window in order, and whether none can have been missed."""
        if not window.known:
            return self._of_unknown(window.start, window.stop)
        starts = window.starts(LISTED)
        if starts is not None:
            return [self._of_pieces(window.start, window.stop, starts)], True
        return self._of_repeats(Repeats.of(window))

    def _of_unknown(self, start: int, stop: int) -> tuple[list[_Pattern], bool]:
        """Step by step as far as that can be afforded, then as if it were monotone between probes."""
        looked = min(stop, start + self._looks)
        self._looks -= looked - start
        patterns = [self._looked_at(start, looked)] if looked > start else []
        if looked == stop:
            return patterns, True
        probes = np.linspace(looked, stop - 1, PROBES).astype(np.int64)
        return [*patterns, self._of_pieces(looked, stop, np.unique(probes))], False

    def _looked_at(self, start: int, stop: int) -> _Pattern:
        """Step by step."""
        blocks = range(start, stop, _BLOCK)
        rates = (evaluate(self._schedule, np.arange(at, min(at + _BLOCK, stop))) for at in blocks)
        holds = np.concatenate([(self._low <= block) & (block <= self._high) for block in rates])
        turns = start + np.flatnonzero(np.diff(holds, prepend=False, append=False))
        return _Pattern(start, stop, turns[::2], turns[1::2])

    def _outside(self, starts: Whole, lengths: Whole) -> tuple[Whole, Whole]:
        """Of each monotone piece, how many steps lie below the bounds and how many above them."""
        none = np.zeros_like(lengths)
        over = none if self._high == math.inf else above(self._schedule, starts, lengths, self._high)
        if self._low == -math.inf:
            return none, over
        reached = above(self._schedule, starts, lengths, math.nextafter(self._low, -math.inf))
        return lengths - reached, over

    def _inside(self, starts: Whole, lengths: Whole, below: Whole, over: Whole) -> tuple[Whole, Whole]:
        """The stretches between the bounds, those that touch made one."""
        rising = evaluate(self._schedule, starts) <= evaluate(self._schedule, starts + lengths - 1)
        begins = starts + np.where(rising, below, over)
        ends = starts + lengths - np.where(rising, over, below)
        kept = begins < ends
        begins, ends = begins[kept], ends[kept]
        apart = begins[1:] != ends[:-1]
        return begins[np.append(True, apart)[: len(begins)]], ends[np.append(apart, True)[: len(ends)]]

    def _of_pieces(self, begin: int, end: int, starts: Whole) -> _Pattern:
        lengths = np.diff(np.append(starts, end))
        return _Pattern(begin, end, *self._inside(starts, lengths, *self._outside(starts, lengths)))

    def _of_repeats(self, repeats: Repeats) -> tuple[list[_Pattern], bool]:
        """By repeats: under a monotone envelope two that agree have only the same between them."""
        spans = np.array([[0, repeats.count - 1]])
        settled: list[tuple[int, int]] = []
        exact = True
        while len(spans):
            below, over = self._outside(
                repeats.starts(spans.ravel()).ravel(), np.tile(repeats.lengths, spans.size)
            )
            outside = np.stack([below, over]).reshape(2, *spans.shape, len(repeats.offsets))
            agree = (outside[:, :, 0] == outside[:, :, 1]).all(axis=(0, 2))
            settled += [(first, last) for first, last in spans[agree].tolist()]
            spans = spans[~agree]
            middle = spans.sum(axis=1) // 2
            spans = np.concatenate(
                [np.stack([spans[:, 0], middle], 1), np.stack([middle + 1, spans[:, 1]], 1)]
            )
            if len(spans) > _MOST_SPANS:
                exact = False
                settled += [(first, last) for first, last in spans.tolist()]
                break
        patterns = [self._of_pieces(at, at + n, np.array([at])) for at, n in _pairs(repeats.lead())]
        patterns += [self._of_span(repeats, first, last) for first, last in sorted(settled)]
        patterns += [self._of_pieces(at, at + n, np.array([at])) for at, n in _pairs(repeats.rest())]
        return patterns, exact

    def _of_span(self, repeats: Repeats, first: int, last: int) -> _Pattern:
        starts = repeats.starts(np.array([first]))[0]
        begin = int(starts[0])
        inside = self._inside(starts, repeats.lengths, *self._outside(starts, repeats.lengths))
        return _Pattern(begin, begin + repeats.period, *inside, last - first + 1)


def _pairs(pieces: tuple[Whole, Whole]) -> Iterator[tuple[int, int]]:
    return zip(*(each.tolist() for each in pieces), strict=True)
