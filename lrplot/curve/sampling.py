"""The points that draw a curve, read off its knots."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.clock import MOST_STEPS
from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.schedules.base import Rates, Schedule
from lrplot.schedules.knots import Knots, distinct
from lrplot.schedules.summation import BRUTE

Whole = NDArray[np.int64]

COLUMNS: Final = 2048
"""Columns of the finest picture drawn by default."""
_ENOUGH: Final = 3
"""Knots kept at each end of a column: with one a column full of restarts is not seen to be crowded, with two
it is (measured), and one is to spare."""
_POINTS: Final = 8
"""Points a column, of more of which a log's rows are thinned, and jumps are left to the columns' bands."""
KEPT: Final = 4
"""Points of a column that draw it: the first, the lowest, the highest and the last."""
_STEEPER: Final = 3
"""Times the slopes on its sides from which on a change of the rate is a jump; two are a bend's."""
_CROWDED: Final = 4
"""Turns within one column from which on a line would be a blot, and a band is drawn."""
PROBES: Final = 65_536
"""Steps at which a long stretch is looked at of which nothing is promised: 32 a column of the finest
picture."""
_IN_A_COLUMN: Final = 16
"""Such steps in each column of a picture that has more than 4,096."""
_BLOCK: Final = 1 << 18
"""Steps evaluated together, 2 MB of float64: with four times as many a step took 1.2 to 1.5 times as long."""


@dataclass(frozen=True, slots=True)
class Band:
    """Columns in which a curve turns too often to be drawn as a line.

    Where each begins and ends, the lowest and the highest rate in it.
    """

    starts: Whole
    stops: Whole
    low: Rates
    high: Rates


@dataclass(frozen=True, slots=True)
class Sample:
    """The points that draw a curve.

    ``steps`` never falls; at a jump one step stands twice, with the rate before and after. ``exact`` is
    false where a stretch is too long to be known completely. ``band`` is what pieces fill that outnumber
    the columns; the points in it stand among ``steps`` too.
    """

    steps: Whole
    rates: Rates
    exact: bool
    band: Band


def sample_rows(run: Run, columns: int = COLUMNS) -> Sample:
    """The points that draw the rows of a log, at most eight a column."""
    steps = logged_updates(run)
    if len(steps) > _POINTS * columns:
        steps = steps[np.unique(np.linspace(0, len(steps) - 1, _POINTS * columns).astype(np.int64))]
    none = np.zeros(0, dtype=np.int64)
    nothing = Band(none, none, np.zeros(0), np.zeros(0))
    return Sample(steps, evaluate(run.schedule, steps), exact=True, band=nothing)


def logged_updates(run: Run) -> Whole:
    """The updates that have a row in the log that a run is of; none of a plan."""
    if run.logged is None:
        return np.zeros(0, dtype=np.int64)
    knots = run.schedule.knots(run.steps).list(MOST_STEPS)
    rest = np.zeros(0, dtype=np.int64) if knots is None else knots
    return distinct([run.logged], rest)


def sample(schedule: Schedule, until: int, columns: int = COLUMNS) -> Sample:
    """The points that draw ``schedule`` over ``0 … until-1`` on ``columns`` columns.

    Every piece is drawn with its both ends. Where pieces outnumber columns, a column shows its lowest
    and highest rate: the repeats of a range lie under a monotone envelope, so the first and last three
    in a column hold them.
    """
    if columns < 2:
        raise LrplotError(f"a picture has at least 2 columns, got {columns}")
    knots = schedule.knots(until)
    exact = unknown_steps(knots) <= BRUTE
    edges = np.linspace(0, until, columns + 1).astype(np.int64)
    starts = column_knots(knots, edges)
    steps = distinct(_grid(until, columns), starts, starts - 1, *probe_unknown(knots, edges))
    steps = steps[(steps >= 0) & (steps < until)]
    rates = evaluate(schedule, steps)
    if len(steps) > _POINTS * columns:
        jumps = np.empty(0, dtype=np.int64)
    else:
        near = steps[_inside(knots.unknown, steps)]
        jumps = _jumps(schedule, np.union1d(starts, near[near > 0]), starts, until)
    at = np.searchsorted(steps, jumps)
    steps, rates = np.insert(steps, at, jumps), np.insert(rates, at, schedule(jumps - 1))
    band = _band(steps, rates, edges)
    kept = _thin(steps, rates, edges) if len(steps) > KEPT * columns else slice(None)
    return Sample(steps[kept], rates[kept], exact, band)


def sample_part(schedule: Schedule, start: int, stop: int, columns: int = COLUMNS) -> Sample:
    """The points that draw the steps ``start … stop-1`` of a schedule as finely as if they were all of it.

    >>> from lrplot.schedules.linear import Linear
    >>> sample_part(Linear(lr=1.0, T_max=10**6), 500_000, 500_003).steps.tolist()
    [500000, 500001, 500002]
    """
    if start == 0:
        return sample(schedule, stop, columns)
    from lrplot.schedules.excerpt import Excerpt

    own = sample(Excerpt(schedule=schedule, start=start), stop - start, columns)
    band = Band(own.band.starts + start, own.band.stops + start, own.band.low, own.band.high)
    return Sample(own.steps + start, own.rates, own.exact, band)


def _grid(until: int, columns: int) -> Whole:
    if until <= columns:
        return np.arange(until)
    return np.unique(np.rint(np.linspace(0, until - 1, columns)).astype(np.int64))


def column_knots(knots: Knots, edges: Whole) -> Whole:
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
    return distinct(*chosen)


def unknown_steps(knots: Knots) -> int:
    """The number of steps about which nothing is promised."""
    return sum(stop - start for start, stop in knots.unknown)


def _inside(intervals: tuple[tuple[int, int], ...], steps: Whole) -> NDArray[np.bool_]:
    inside = np.zeros(len(steps), dtype=bool)
    for start, stop in intervals:
        inside |= (steps >= start) & (steps < stop)
    return inside


def probe_unknown(knots: Knots, edges: Whole) -> Iterator[Whole]:
    """Every step of the unknown stretches where they are short, else many a column."""
    total = unknown_steps(knots)
    for start, stop in knots.unknown:
        if total <= BRUTE:
            yield np.arange(start, stop)
        else:
            yield np.linspace(start, stop - 1, max(PROBES, _IN_A_COLUMN * len(edges))).astype(np.int64)


def evaluate(schedule: Schedule, steps: Whole) -> Rates:
    """Rates at many steps, in blocks that fit the cache."""
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
    change = np.diff(evaluate(schedule, around.ravel()).reshape(around.shape), axis=1)
    left, here, right = change.T
    left = np.where(np.isin(candidates - 1, starts) | (candidates < 2), 0, left)
    right = np.where(np.isin(candidates + 1, starts), 0, right)
    steepest = np.maximum(np.abs(left), np.abs(right))
    turned = -np.sign(here)
    against = (turned != 0) & (np.sign(left) == turned) & (np.sign(right) == turned)
    noise = 1e-9 * np.abs(schedule(candidates)).max()
    jump = (against | (np.abs(here) > _STEEPER * steepest)) & (np.abs(here) > noise)
    found: Whole = candidates[jump]
    return found


def _band(steps: Whole, rates: Rates, edges: Whole) -> Band:
    """The columns in which the curve turns more than once."""
    column = np.searchsorted(edges, steps, side="right") - 1
    change = np.sign(np.diff(rates))
    turns = np.flatnonzero(change[1:] * change[:-1] < 0) + 1
    crowded = np.flatnonzero(np.bincount(column[turns], minlength=len(edges)) >= _CROWDED)
    first, last = np.searchsorted(column, crowded), np.searchsorted(column, crowded, side="right")
    inside = [rates[i:j] for i, j in zip(first, last, strict=True)]
    low, high = (np.array([pick(part) for part in inside]) for pick in (np.min, np.max))
    return Band(edges[crowded], edges[np.minimum(crowded + 1, len(edges) - 1)], low, high)


def _thin(steps: Whole, rates: Rates, edges: Whole) -> Whole:
    """Positions of each column's first, lowest, highest and last point."""
    column = np.searchsorted(edges, steps, side="right")
    first = np.flatnonzero(np.r_[True, np.diff(column) > 0])
    last = np.r_[first[1:], len(steps)] - 1
    by_rate = np.lexsort((rates, column))
    return np.unique(np.concatenate([first, last, by_rate[first], by_rate[last]]))
