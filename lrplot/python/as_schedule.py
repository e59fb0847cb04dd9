"""The schedule that has the rates of a training: the scheduler's own from a step on, or rate by rate."""

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.python.combine import begun
from lrplot.python.parameters import Refusal
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.excerpt import Excerpt
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.sequence import Sequence as Phases

Array = NDArray[np.float64]

_MOST_LEVELS: Final = 2_000_000
"""Most different rates in a row that are kept one by one: some 300 MB."""
_FEW: Final = 8
"""Most stretches of one clock that are written as a sequence of schedules."""


def of_clock(schedule: Schedule, clock: Array, rates: Array) -> Schedule:
    """The schedule asked at these times of its own, one an update."""
    first = clock[0]
    steps = np.diff(clock)
    if (steps == 0).all():
        return Constant(lr=float(rates[0]))
    changes = np.flatnonzero(np.diff(steps) != 0) + 1
    if len(changes) < _FEW and np.isin(steps, (0, 1)).all() and first.is_integer():
        edges = [0, *(changes.tolist()), len(clock)]
        return _stretches(schedule, clock, rates, edges)
    return table(rates)


def _stretches(schedule: Schedule, clock: Array, rates: Array, edges: list[int]) -> Schedule:
    parts: list[Schedule] = []
    lengths: list[int] = []
    for start, stop in pairwise(edges):
        if start >= stop:
            continue
        stretch = clock[start:stop]
        still = len(stretch) == 1 or stretch[1] == stretch[0]
        if len(stretch) == 1 and stop < len(clock):
            still = clock[stop] == stretch[0]
        part: Schedule = Constant(lr=float(rates[start])) if still else begun(schedule, int(stretch[0]))
        parts.append(part)
        lengths.append(stop - start)
    made = parts[0] if len(parts) == 1 else Phases(parts=tuple(parts), lengths=tuple(lengths[:-1]))
    again = np.asarray(made(np.arange(len(clock), dtype=np.float64)))
    return made if np.array_equal(again, rates) else table(rates)


def simply_clocked(schedule: Schedule, clock: Array) -> Schedule | None:
    """The schedule where its clock advances by one an update, None where it does not."""
    steps = np.diff(clock)
    if not clock[0].is_integer() or not len(steps) or not (steps == steps[0]).all():
        return begun(schedule, int(clock[0])) if len(clock) == 1 and clock[0].is_integer() else None
    stride = float(steps[0])
    if stride == 1:
        return begun(schedule, int(clock[0]))
    if stride > 1 and stride.is_integer():
        return Excerpt(schedule=schedule, start=int(clock[0]), stride=int(stride))
    return None


def table(rates: Array) -> Schedule:
    """The rates one by one, each held until the next that differs."""
    changes = np.flatnonzero(np.diff(rates) != 0) + 1
    starts = np.concatenate([[0], changes])
    if len(starts) == 1:
        return Constant(lr=float(rates[0]))
    if len(starts) > _MOST_LEVELS:
        raise Refusal(
            f"{len(starts)} different rates one after another, at most {_MOST_LEVELS} are drawn one by one"
        )
    points = tuple(zip(starts.astype(float).tolist(), rates[starts].tolist(), strict=True))
    # Checked here, all at once: one by one it takes a second for 10^6.
    if not (np.isfinite(rates).all() and (rates >= 0).all()):
        return Piecewise(points=points)
    return Piecewise.model_construct(points=points)


def ticks(clock: Array) -> int:
    """The steps of a scheduler's own clock in an update, where they are as many in all; else 1."""
    steps = np.diff(clock)
    return (
        int(steps[0])
        if len(steps) and (steps == steps[0]).all() and steps[0] > 1 and steps[0].is_integer()
        else 1
    )
