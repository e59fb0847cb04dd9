"""The steps at which two curves part, and by how much."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lrplot.curve.sampling import COLUMNS, Whole, column_knots, evaluate, probe_unknown
from lrplot.schedules.base import Schedule
from lrplot.schedules.knots import Knots

_EVERY: Final = 1 << 20
_BLOCK: Final = 1 << 18
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
        Whether no difference can have been missed: the schedules are the same, or every step was looked
        at; else the knots were, and many steps between.
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
    steps = np.arange(until) if until <= _EVERY else _chosen(a, b, until)
    first, greatest, at, peak = None, -1.0, 0, _peak(a, b, steps)
    previous = 0
    for begin in range(0, len(steps), _BLOCK):
        block = steps[begin : begin + _BLOCK]
        apart = np.abs(evaluate(a, block) - evaluate(b, block))
        worst = int(apart.argmax())
        if apart[worst] > greatest:
            greatest, at = float(apart[worst]), int(block[worst])
        differs = np.flatnonzero(apart > share * peak)
        if first is None and len(differs):
            i = int(differs[0])
            before = int(block[i - 1]) if i else previous
            first = _first(a, b, before, int(block[i]), share * peak)
        previous = int(block[-1])
    return Difference(first, greatest, at, until <= _EVERY)


def _peak(a: Schedule, b: Schedule, steps: Whole) -> float:
    return max(float(evaluate(each, steps).max()) for each in (a, b))


def _chosen(a: Schedule, b: Schedule, until: int) -> Whole:
    knots = Knots().join(a.knots(until), b.knots(until))
    edges = np.linspace(0, until, COLUMNS + 1).astype(np.int64)
    starts = column_knots(knots, edges)
    grid = np.linspace(0, until - 1, 1 << 16).astype(np.int64)
    steps = np.concatenate([grid, starts, starts - 1, starts + 1, *probe_unknown(knots, edges)])
    return np.unique(steps[(steps >= 0) & (steps < until)])


def _first(a: Schedule, b: Schedule, same: int, differs: int, least: float) -> int:
    """Between a step at which they agree and one at which they do not, the first that does not."""
    while differs - same > 1:
        middle = (same + differs) // 2
        if abs(float(a(middle)) - float(b(middle))) > least:
            differs = middle
        else:
            same = middle
    return differs
