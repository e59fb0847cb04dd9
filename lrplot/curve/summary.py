"""Key figures over every step, from a few of them."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.curve.counting import Repeats, above
from lrplot.curve.sampling import PROBES, Whole, column_knots, evaluate, probe_unknown, unknown_steps
from lrplot.schedules.base import Rates, Schedule
from lrplot.schedules.knots import LISTED, Knots, Window, distinct
from lrplot.schedules.summation import BRUTE

_AT_ONCE: Final = 64
"""Steps at which a first one is looked for at once."""


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


def summarise(schedule: Schedule, until: int) -> Summary:
    """Key figures of ``schedule`` over ``0 … until-1``.

    Exact where the knots know the curve, or where what they do not know is at most 2^22 steps long.
    """
    knots = schedule.knots(until)
    exact = unknown_steps(knots) <= BRUTE
    steps = _extreme_steps(knots, until)
    rates = evaluate(schedule, steps)
    low = _first_reached(schedule, knots, steps, rates, float(rates.min()))
    high = _first_reached(schedule, knots, steps, rates, float(rates.max()))
    warmup = warmup_steps(schedule, until)
    return Summary(
        steps=until,
        first=Measure(float(rates[0]), 0),
        peak=Measure(high.value, high.step, exact),
        minimum=Measure(low.value, low.step, exact),
        final=Measure(float(rates[-1]), until - 1),
        mean=Measure(schedule.total(until) / until, None, exact),
        warmup=Measure(warmup),
        above_half=steps_above(schedule, until, high.value / 2),
    )


def lowest(schedule: Schedule, until: int) -> Measure:
    """The least rate of the steps ``0 … until-1``, without the other key figures."""
    return _extreme(schedule, until, np.min)


def highest(schedule: Schedule, until: int) -> Measure:
    """The greatest rate of the steps ``0 … until-1``, without the other key figures."""
    return _extreme(schedule, until, np.max)


def _extreme(schedule: Schedule, until: int, of: Callable[[Rates], np.float64]) -> Measure:
    knots = schedule.knots(until)
    steps = _extreme_steps(knots, until)
    rates = evaluate(schedule, steps)
    return _first_reached(schedule, knots, steps, rates, float(of(rates)))


def warmup_steps(schedule: Schedule, until: int) -> int:
    """Steps of the warm-up a run begins with; a low rate that is held before the rise is part of it."""
    for number, phase in enumerate(schedule.phases(until)[:2]):
        if phase.name == "warm-up":
            first, last, rising = (float(schedule(at)) for at in (0, max(0, phase.start - 1), phase.start))
            return phase.stop if number == 0 or first == last <= rising else 0
    return 0


def steps_above(schedule: Schedule, until: int, level: float) -> Measure:
    """The number of the steps ``0 … until-1`` that have a rate above ``level``.

    >>> from lrplot.schedules.step import Step
    >>> steps_above(Step(lr=0.1, step_size=30), 100, 0.05).value
    30
    """
    counts = [_count_above(schedule, window, level) for window in schedule.knots(until).windows(until)]
    return Measure(sum(count.value for count in counts), None, all(count.exact for count in counts))


def _extreme_steps(knots: Knots, until: int) -> Whole:
    """Steps among which the highest and the lowest rate lie."""
    starts = column_knots(knots, np.array([0, until]))
    ends = np.array([0, until - 1])
    return distinct(ends, starts, starts - 1, *probe_unknown(knots, ends))


def _first_reached(schedule: Schedule, knots: Knots, steps: Whole, rates: Rates, value: float) -> Measure:
    """The first step with exactly this rate, which one of ``steps`` has."""
    reached = int(steps[np.argmax(rates == value)])

    def has(steps: Whole) -> NDArray[np.bool_]:
        return np.asarray(schedule(steps) == value)

    while True:
        for r in knots.every:
            knot = r[min(len(r) - 1, (reached - r.start) // r.step)] if r.start <= reached else reached
            repeats = (knot - r.start) // r.step
            if repeats > 0:
                reached -= (repeats - _first_true(repeats, has, reached - repeats * r.step, r.step)) * r.step
        start = max((knot for knot in _last_knots(knots, reached)), default=0)
        first = start + _first_true(reached - start, has, start, 1)
        # A level that goes on over several pieces, as at a floor, began in one of those before.
        goes_on = first == start > 0 and not _is_unknown(knots, start - 1) and has(np.array([start - 1]))[0]
        if not goes_on:
            return Measure(value, first)
        reached = start - 1


def _is_unknown(knots: Knots, step: int) -> bool:
    """True where nothing is promised about a step; every one that is looked at stands for itself."""
    return any(low <= step < high for low, high in knots.unknown)


def _first_true(count: int, has: Callable[[Whole], NDArray[np.bool_]], start: int, stride: int) -> int:
    """The least ``i`` with ``has(start + i * stride)``, which then stays true; ``count`` when none.

    It looks at many at once, for a call takes longer than a value.
    """
    low, high = -1, count
    while high - low > 1:
        inner = high - low - 1
        parts = min(inner, _AT_ONCE)
        tried = [low + 1 + (inner - 1) * i // max(1, parts - 1) for i in range(parts)]
        fulfilled = has(start + np.array(tried, dtype=np.int64) * stride)
        first = int(np.argmax(fulfilled)) if fulfilled.any() else parts
        low, high = (tried[first - 1] if first else low), (tried[first] if first < parts else high)
    return high


def _last_knots(knots: Knots, step: int) -> Iterator[int]:
    """Of every kind of knot, the last at or before ``step``."""
    before = bisect_right(knots.few, step)
    yield from knots.few[max(0, before - 1) : before]
    yield from (r[min(len(r) - 1, (step - r.start) // r.step)] for r in knots.every if r.start <= step)
    if _is_unknown(knots, step):
        yield step


def _count_above(schedule: Schedule, window: Window, level: float) -> Measure:
    """The number of steps of the window that have a rate above ``level``."""
    if not window.known:
        return _count_unknown(schedule, window, level)
    starts = window.starts(LISTED)
    if starts is not None:
        lengths = np.diff(np.append(starts, window.stop))
        return Measure(int(above(schedule, starts, lengths, level).sum()))
    return _count_repeats(schedule, window, level)


def _count_unknown(schedule: Schedule, window: Window, level: float) -> Measure:
    length = window.stop - window.start
    if length <= BRUTE:
        return Measure(int((evaluate(schedule, np.arange(window.start, window.stop)) > level).sum()))
    probes = window.start + (np.arange(PROBES) * (length / PROBES)).astype(np.int64)
    return Measure(round(float((schedule(probes) > level).mean()) * length), None, exact=False)


def _count_repeats(schedule: Schedule, window: Window, level: float) -> Measure:
    """By repeats: equal ends settle a span of them."""
    repeats = Repeats.of(window)

    def of_repeats(index: Whole) -> Whole:
        starts = repeats.starts(index)
        counts = above(schedule, starts.ravel(), np.tile(repeats.lengths, len(index)), level)
        return np.asarray(counts.reshape(starts.shape).sum(axis=1), dtype=np.int64)

    starts, lengths = map(np.concatenate, zip(repeats.lead(), repeats.rest(), strict=True))
    rest = int(above(schedule, starts, lengths, level).sum())
    spans = np.array([[0, repeats.count - 1]])
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
        parts = max(2, _AT_ONCE // max(1, len(spans)))
        cuts = spans[:, :1] + sizes[~settled, None] * np.arange(parts + 1) // parts
        spans = np.stack([cuts[:, :-1], cuts[:, 1:] - 1], axis=-1).reshape(-1, 2)
        spans = spans[spans[:, 0] <= spans[:, 1]]
    return Measure(done + rest, None, exact)
