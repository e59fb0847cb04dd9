"""From a schedule to what people see of it: the points of its picture and its key figures.

Both read the knots, so their cost does not grow with the number of steps.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.schedules.base import Rates, Schedule
from lrplot.schedules.knots import LISTED, Knots, Window
from lrplot.schedules.summation import BRUTE

Whole = NDArray[np.int64]

COLUMNS: Final = 2048
"""Columns of the finest picture drawn by default."""
_ENOUGH: Final = 3
_PROBES: Final = 65_536
_BLOCK: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Sample:
    """The points that draw a curve.

    ``steps`` never falls; at a jump one step stands twice, with the rate before and after. ``exact`` is
    false where a stretch is too long to be known completely.
    """

    steps: Whole
    rates: Rates
    exact: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure, the first step at which it is reached (where it has one), and whether it is exact."""

    value: float
    step: int | None = None
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Summary:
    """Key figures over the whole steps that training uses."""

    steps: int
    first: Measure
    peak: Measure
    minimum: Measure
    final: Measure
    mean: Measure
    warmup: Measure
    above_half: Measure


@dataclass(frozen=True, slots=True)
class Curve:
    """What a run looks like.

    >>> from lrplot.schedules.step import Step
    >>> curve = Curve(Run("step", Step(lr=0.1, step_size=10**11), 10**12))
    >>> f"{curve.summary().final.value:.6g}"
    '1e-10'
    """

    run: Run

    def sample(self, columns: int = COLUMNS) -> Sample:
        """The points that draw the learning rate, exact to the column."""
        return sample(self.run.schedule, self.run.steps, columns)

    def momentum(self, columns: int = COLUMNS) -> Sample | None:
        """The points that draw the momentum, None where the schedule moves none."""
        momentum = self.run.schedule.momentum
        return None if momentum is None else sample(momentum, self.run.steps, columns)

    def summary(self) -> Summary:
        """First, peak, minimum, final, mean, warm-up length and the steps above half the peak."""
        return summarise(self.run.schedule, self.run.steps)


def sample(schedule: Schedule, until: int, columns: int = COLUMNS) -> Sample:
    """The points that draw ``schedule`` over ``0 … until-1`` on ``columns`` columns.

    Every piece is drawn with its both ends. Where pieces outnumber columns, a column shows its lowest
    and highest rate: the repeats of a range lie under a monotone envelope, so the first and last three
    in a column hold them.
    """
    if columns < 2:
        raise LrplotError(f"a picture has at least 2 columns, got {columns}")
    knots = schedule.knots(until)
    exact = _unknown_steps(knots) <= BRUTE
    edges = np.linspace(0, until, columns + 1).astype(np.int64)
    starts = _column_knots(knots, edges)
    steps = np.concatenate([_grid(until, columns), starts, starts - 1, *_probe_unknown(knots, edges)])
    steps = np.unique(steps[(steps >= 0) & (steps < until)])
    rates = _evaluate(schedule, steps)
    if len(steps) > 8 * columns:
        jumps = np.empty(0, dtype=np.int64)
    else:
        near = steps[_inside(knots.unknown, steps)]
        jumps = _jumps(schedule, np.union1d(starts, near[near > 0]), starts, until)
    at = np.searchsorted(steps, jumps)
    steps, rates = np.insert(steps, at, jumps), np.insert(rates, at, schedule(jumps - 1))
    kept = _thin(steps, rates, edges) if len(steps) > 4 * columns else slice(None)
    return Sample(steps[kept], rates[kept], exact)


def _grid(until: int, columns: int) -> Whole:
    if until <= columns:
        return np.arange(until)
    return np.unique(np.rint(np.linspace(0, until - 1, columns)).astype(np.int64))


def _column_knots(knots: Knots, edges: Whole) -> Whole:
    """All knots, or of each range the first and last three in every column."""
    few = np.asarray(knots.few, dtype=np.int64)
    chosen = [few]
    for r in knots.every:
        if len(r) <= 2 * _ENOUGH * len(edges):
            chosen.append(np.arange(r.start, r.stop, r.step, dtype=np.int64))
            continue
        first = np.clip(-((r.start - edges[:-1]) // r.step), 0, len(r) - 1)
        last = np.clip((edges[1:] - 1 - r.start) // r.step, 0, len(r) - 1)
        for i in range(_ENOUGH):
            chosen += [
                r.start + r.step * np.minimum(first + i, last),
                r.start + r.step * np.maximum(last - i, first),
            ]
    return np.unique(np.concatenate(chosen))


def _unknown_steps(knots: Knots) -> int:
    return sum(stop - start for start, stop in knots.unknown)


def _inside(intervals: tuple[tuple[int, int], ...], steps: Whole) -> NDArray[np.bool_]:
    inside = np.zeros(len(steps), dtype=bool)
    for start, stop in intervals:
        inside |= (steps >= start) & (steps < stop)
    return inside


def _probe_unknown(knots: Knots, edges: Whole) -> Iterator[Whole]:
    """Every step of the unknown stretches where they are short, else many a column."""
    total = _unknown_steps(knots)
    for start, stop in knots.unknown:
        if total <= BRUTE:
            yield np.arange(start, stop)
        else:
            yield np.linspace(start, stop - 1, max(_PROBES, 16 * len(edges))).astype(np.int64)


def _evaluate(schedule: Schedule, steps: Whole) -> Rates:
    if not len(steps):
        return np.empty(0)
    return np.concatenate([schedule(steps[i : i + _BLOCK]) for i in range(0, len(steps), _BLOCK)])


def _jumps(schedule: Schedule, candidates: Whole, starts: Whole, until: int) -> Whole:
    """Of the candidates, the steps at which the rate jumps instead of turning.

    A jump goes against the slope on both sides, or is far steeper than both; a side whose piece has but
    one step tells nothing.
    """
    if not len(candidates):
        return candidates
    around = np.clip(candidates[:, None] + np.array([-2, -1, 0, 1]), 0, until - 1)
    change = np.diff(_evaluate(schedule, around.ravel()).reshape(around.shape), axis=1)
    left, here, right = change.T
    left = np.where(np.isin(candidates - 1, starts) | (candidates < 2), 0, left)
    right = np.where(np.isin(candidates + 1, starts), 0, right)
    steepest = np.maximum(np.abs(left), np.abs(right))
    against = (here * left < 0) & (here * right < 0)
    noise = 1e-9 * np.abs(schedule(candidates)).max()
    jump = (against | (np.abs(here) > 3 * steepest)) & (np.abs(here) > noise)
    found: Whole = candidates[jump]
    return found


def _thin(steps: Whole, rates: Rates, edges: Whole) -> Whole:
    """Positions of each column's first, lowest, highest and last point."""
    column = np.searchsorted(edges, steps, side="right")
    first = np.flatnonzero(np.r_[True, np.diff(column) > 0])
    last = np.r_[first[1:], len(steps)] - 1
    by_rate = np.lexsort((rates, column))
    return np.unique(np.concatenate([first, last, by_rate[first], by_rate[last]]))


def summarise(schedule: Schedule, until: int) -> Summary:
    """Key figures of ``schedule`` over ``0 … until-1``.

    Exact where the knots know the curve, or where what they do not know is at most 2^22 steps long.
    """
    knots = schedule.knots(until)
    exact = _unknown_steps(knots) <= BRUTE
    steps = _extreme_steps(knots, until)
    rates = _evaluate(schedule, steps)
    low = _first_reached(schedule, knots, steps, rates, float(rates.min()))
    high = _first_reached(schedule, knots, steps, rates, float(rates.max()))
    above = [_count_above(schedule, window, high.value / 2) for window in knots.windows(until)]
    phases = schedule.phases(until)
    warmup = phases[0].stop if phases and phases[0].name == "warm-up" else 0
    return Summary(
        steps=until,
        first=Measure(float(rates[0]), 0),
        peak=Measure(high.value, high.step, exact),
        minimum=Measure(low.value, low.step, exact),
        final=Measure(float(rates[-1]), until - 1),
        mean=Measure(schedule.total(until) / until, None, exact),
        warmup=Measure(warmup),
        above_half=Measure(sum(measure.value for measure in above), None, all(m.exact for m in above)),
    )


def _extreme_steps(knots: Knots, until: int) -> Whole:
    """Steps among which the highest and the lowest rate lie."""
    starts = _column_knots(knots, np.array([0, until]))
    ends = np.array([0, until - 1])
    steps = np.concatenate([ends, starts, starts - 1, *_probe_unknown(knots, ends)])
    return np.unique(steps)


def _first_reached(schedule: Schedule, knots: Knots, steps: Whole, rates: Rates, value: float) -> Measure:
    """The first step with exactly this rate, which one of ``steps`` has."""
    reached = int(steps[np.argmax(rates == value)])

    def has(step: int) -> bool:
        return float(schedule(step)) == value

    for r in knots.every:
        knot = r[min(len(r) - 1, (reached - r.start) // r.step)] if r.start <= reached else reached
        repeats = (knot - r.start) // r.step
        if repeats > 0:
            reached -= (repeats - _first_true(repeats, has, reached - repeats * r.step, r.step)) * r.step
    start = max((knot for knot in _last_knots(knots, reached)), default=0)
    return Measure(value, start + _first_true(reached - start, has, start, 1))


def _first_true(count: int, has: Callable[[int], bool], start: int, stride: int) -> int:
    """The least ``i`` with ``has(start + i * stride)``, which then stays true; ``count`` when none."""
    low, high = -1, count
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if has(start + middle * stride) else (middle, high)
    return high


def _last_knots(knots: Knots, step: int) -> Iterator[int]:
    """Of every kind of knot, the last at or before ``step``."""
    yield from (knot for knot in knots.few if knot <= step)
    yield from (r[min(len(r) - 1, (step - r.start) // r.step)] for r in knots.every if r.start <= step)
    yield from (step for start, stop in knots.unknown if start <= step < stop)


def _count_above(schedule: Schedule, window: Window, level: float) -> Measure:
    """How many steps of the window have a rate above ``level``."""
    if not window.known:
        return _count_unknown(schedule, window, level)
    starts = window.starts(LISTED)
    if starts is not None:
        lengths = np.diff(np.append(starts, window.stop))
        return Measure(int(_above(schedule, starts, lengths, level).sum()))
    return _count_repeats(schedule, window, level)


def _count_unknown(schedule: Schedule, window: Window, level: float) -> Measure:
    length = window.stop - window.start
    if length <= BRUTE:
        return Measure(int((_evaluate(schedule, np.arange(window.start, window.stop)) > level).sum()))
    probes = window.start + (np.arange(_PROBES) * (length / _PROBES)).astype(np.int64)
    return Measure(round(float((schedule(probes) > level).mean()) * length), None, exact=False)


def _count_repeats(schedule: Schedule, window: Window, level: float) -> Measure:
    """By repeats: under a monotone envelope a repeat's count is monotone, so equal ends settle a span."""
    period = window.every[0].step
    first = min(r.start for r in window.every)
    count = (window.stop - first) // period
    offsets = np.array(sorted({r.start - first for r in window.every if r.start - first < period}))
    lengths = np.diff(np.append(offsets, period))

    def of_repeats(index: Whole) -> Whole:
        starts: Whole = first + index[:, None] * period + offsets
        counts = _above(schedule, starts.ravel(), np.tile(lengths, len(index)), level)
        return np.asarray(counts.reshape(starts.shape).sum(axis=1), dtype=np.int64)

    tail = first + count * period
    low = np.array([window.start, *(tail + offsets)])
    high = np.minimum(np.append(low[1:], tail + period), window.stop)
    low = np.minimum(low, high)
    low[0], high[0] = window.start, first
    kept = low < high
    rest = int(_above(schedule, low[kept], (high - low)[kept], level).sum())
    spans = np.array([[0, count - 1]])
    done, exact = 0, True
    while len(spans):
        ends = of_repeats(spans.ravel()).reshape(spans.shape)
        sizes = spans[:, 1] - spans[:, 0] + 1
        settled = (ends[:, 0] == ends[:, 1]) | (sizes <= 2)
        done += int((ends.sum(axis=1) * sizes)[settled].sum()) // 2
        spans = spans[~settled]
        if len(spans) > LISTED:
            exact = False
            done += int((ends[~settled].sum(axis=1) * sizes[~settled]).sum()) // 2
            break
        middle = spans.sum(axis=1) // 2
        spans = np.concatenate([np.stack([spans[:, 0], middle], 1), np.stack([middle + 1, spans[:, 1]], 1)])
    return Measure(done + rest, None, exact)


def _above(schedule: Schedule, starts: Whole, lengths: Whole, level: float) -> Whole:
    """Steps above ``level`` in each monotone piece, by bisection."""
    first = _evaluate(schedule, starts) > level
    last = _evaluate(schedule, starts + lengths - 1) > level
    counts = np.where(first & last, lengths, 0)
    low, high = np.zeros_like(lengths), lengths - 1
    active = np.flatnonzero(first != last)
    while len(active):
        active = active[high[active] - low[active] > 1]
        if not len(active):
            break
        middle = (low[active] + high[active]) // 2
        same = (_evaluate(schedule, starts[active] + middle) > level) == first[active]
        low[active] = np.where(same, middle, low[active])
        high[active] = np.where(same, high[active], middle)
    crossing = first != last
    counts[crossing] = np.where(first[crossing], high[crossing], lengths[crossing] - high[crossing])
    return counts


@dataclass(frozen=True, slots=True)
class Piece:
    """Steps ``start … stop-1`` between two knots, with the rates at both ends.

    ``skipped`` says that pieces before it were left out.
    """

    start: int
    stop: int
    first: float
    last: float
    skipped: bool = False

    @property
    def constant(self) -> bool:
        """Whether one rate holds all through."""
        return self.first == self.last


def pieces(schedule: Schedule, until: int, most: int = 40) -> tuple[Piece, ...]:
    """The pieces of a curve in order, equal neighbours joined, the middle left out above ``most``."""
    knots = schedule.knots(until)
    ends = Knots(knots.few, tuple(cut for r in knots.every for cut in _ends(r, most)))
    listed = ends.list(4 * LISTED)
    starts = np.concatenate([[0], np.empty(0, dtype=np.int64) if listed is None else listed])
    starts = np.unique(np.concatenate([starts, *_changes(schedule, knots, most)])).astype(np.int64)
    cut = len(starts) > most or ends.count() < knots.count()
    if cut:
        starts = np.concatenate([starts[: most // 2 + 1], starts[-most // 2 :]])
    stops = np.append(starts[1:], until)
    gap = most // 2 if cut else -1
    rows = zip(
        starts.tolist(),
        stops.tolist(),
        _evaluate(schedule, starts),
        _evaluate(schedule, stops - 1),
        strict=True,
    )
    found: list[Piece] = []
    for i, (start, stop, first, last) in enumerate(rows):
        if i == gap:
            continue
        piece = Piece(start, stop, float(first), float(last), skipped=cut and i == gap + 1)
        before = found[-1] if found else None
        joins = before is not None and before.constant and before.last == piece.first and not piece.skipped
        if before is not None and joins and piece.constant:
            found[-1] = replace(before, stop=stop)
        elif before is not None and joins and stop - start > 1:
            # The first step of a falling piece still has the rate that was held.
            found[-1] = replace(before, stop=start + 1)
            found.append(Piece(start + 1, stop, float(schedule(start + 1)), piece.last))
        else:
            found.append(piece)
    return tuple(found)


def _ends(r: range, most: int) -> tuple[range, ...]:
    return (r,) if len(r) <= 2 * most else (r[:most], r[-most:])


def _changes(schedule: Schedule, knots: Knots, most: int) -> Iterator[Whole]:
    """In unknown stretches, where the rate changes if it does so seldom, else some steps."""
    for start, stop in knots.unknown:
        if stop - start > LISTED:
            yield np.linspace(start, stop - 1, most // 4).astype(np.int64)
            continue
        steps = np.arange(start, stop)
        changes = steps[1:][np.diff(schedule(steps)) != 0]
        yield np.append(
            start, changes if len(changes) <= most else steps[:: max(1, len(steps) // (most // 4))]
        )
