"""The steps at which two curves part, and by how much."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lrplot.curve.sampling import COLUMNS, Whole, column_knots, evaluate, probe_unknown, unknown_steps
from lrplot.schedules.base import Rates, Schedule
from lrplot.schedules.knots import Knots, distinct
from lrplot.schedules.summation import BRUTE

_EVERY: Final = 1 << 16
"""Up to so many steps are compared one by one."""
_GRID: Final = 1 << 14
"""Of more steps so many are compared wherever the knots lie."""
_ZOOM: Final = 4097
"""Steps looked at together where the greatest difference is looked for."""
_BLOCK: Final = 1 << 18
"""Steps compared together, 2 MB of float64: with four times as many a step took 1.2 to 1.5 times as long."""
SAME: Final = 1e-9
"""Two rates are the same within this share of the higher peak."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two curves over a horizon.

    Parameters
    ----------
    first
        First step at which they differ, None where they do not.
    greatest
        Greatest absolute difference of their rates.
    at
        First step of that difference.
    exact
        Whether no difference can have been missed: the schedules are the same, every step was looked at,
        or all knots are known and every piece was; else many steps were.
    """

    first: int | None
    greatest: float
    at: int
    exact: bool


def difference_at(a: Schedule, b: Schedule, steps: Whole, share: float = SAME) -> Difference:
    """The difference at some steps alone, in rising order; less than ``share`` of the peak is none.

    Examples
    --------
    >>> from lrplot.schedules.step import Step
    >>> a, b = Step(lr=1, step_size=10), Step(lr=1, step_size=20)
    >>> difference_at(a, b, np.array([0, 9, 25])).first
    25
    """
    if not len(steps):
        return Difference(None, 0.0, 0, exact=True)
    apart = np.abs(evaluate(a, steps) - evaluate(b, steps))
    differs = np.flatnonzero(apart > share * _peak(a, b, steps))
    worst = int(apart.argmax())
    first = int(steps[differs[0]]) if len(differs) else None
    return Difference(first, float(apart[worst]), int(steps[worst]), exact=True)


def difference(a: Schedule, b: Schedule, until: int, share: float = SAME) -> Difference:
    """The difference of ``a`` and ``b`` over ``0 … until-1``; less than ``share`` of the peak is none.

    Examples
    --------
    >>> from lrplot.schedules.cosine import Cosine
    >>> hold, rise = Cosine(lr=1, T_max=50), Cosine(lr=1, T_max=50, after="rise")
    >>> found = difference(hold, rise, 101)
    >>> found.first, round(found.greatest, 6), found.at
    (51, 1.0, 100)
    """
    if a == b:
        return Difference(None, 0.0, 0, exact=True)
    steps, exact = (np.arange(until), True) if until <= _EVERY else _chosen(a, b, until)
    apart = np.empty(len(steps))
    peak = 0.0
    for begin in range(0, len(steps), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        rates = evaluate(a, steps[block]), evaluate(b, steps[block])
        apart[block] = np.abs(rates[0] - rates[1])
        peak = max(peak, *(float(each.max()) for each in rates))
    greatest, at = _greatest(a, b, steps, apart)
    differs = np.flatnonzero(apart > share * peak)
    if not len(differs):
        # What lies between two steps that were looked at counts where it is the greatest.
        first = at if greatest > share * peak else None
    else:
        i = int(differs[0])
        first = _first(a, b, int(steps[i - 1]) if i else 0, int(steps[i]), share * peak)
    return Difference(first, greatest, at, exact)


def _peak(a: Schedule, b: Schedule, steps: Whole) -> float:
    return max(float(evaluate(each, steps).max()) for each in (a, b))


def _chosen(a: Schedule, b: Schedule, until: int) -> tuple[Whole, bool]:
    """The steps to look at: a grid, both ends of each piece and some in it; and whether they tell all.

    Between the knots both curves are smooth, so that those which agree at the ends of a piece and within
    agree in all of it. Repeats too many to be looked at agree where the first and last of a column do,
    if they have one period.
    """
    knots = Knots().join(a.knots(until), b.knots(until))
    edges = np.linspace(0, until, COLUMNS + 1).astype(np.int64)
    starts = column_knots(knots, edges)
    grid = np.linspace(0, until - 1, _GRID).astype(np.int64)
    begins = distinct([0], starts)
    lengths = np.diff(begins, append=until)
    within = [begins + lengths * eighth // 8 for eighth in range(1, 8)]
    steps = distinct(grid, starts, starts - 1, starts + 1, *within, *probe_unknown(knots, edges))
    periods = {r.step for r in knots.every}
    exact = unknown_steps(knots) <= BRUTE and (len(starts) >= knots.count() or len(periods) == 1)
    return steps[(steps >= 0) & (steps < until)], exact


def _greatest(a: Schedule, b: Schedule, steps: Whole, apart: Rates) -> tuple[float, int]:
    """The greatest difference and its first step, looked for between the neighbours of the worst step."""
    while True:
        worst = int(apart.argmax())
        low, high = int(steps[max(0, worst - 1)]), int(steps[min(len(steps) - 1, worst + 1)])
        if high - low <= 2:
            return float(apart[worst]), int(steps[worst])
        # The worst so far stays among them.
        steps = distinct(np.linspace(low, high, _ZOOM).astype(np.int64), steps[worst : worst + 1])
        apart = np.abs(evaluate(a, steps) - evaluate(b, steps))


def _first(a: Schedule, b: Schedule, same: int, differs: int, least: float) -> int:
    """Between a step at which they agree and one at which they do not, the first that does not."""
    while differs - same > 1:
        middle = (same + differs) // 2
        if abs(float(a(middle)) - float(b(middle))) > least:
            differs = middle
        else:
            same = middle
    return differs
