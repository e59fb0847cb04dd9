"""Curves put together on the clock of the run, as trainers' formulas are written."""

import math
from collections.abc import Sequence
from itertools import pairwise

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.excerpt import Excerpt
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.sequence import Sequence as Phases
from lrplot.schedules.warmup import Warmup


def switched(first: Schedule, *later: tuple[float, Schedule]) -> Schedule:
    """Curves that all count from the start of the run, each in force from a step on.

    >>> from lrplot.schedules.linear import Linear
    >>> switched(Constant(lr=1), (2.5, Linear(lr=1, T_max=10)))([2, 3, 4]).round(6).tolist()
    [1.0, 0.7, 0.6]
    """
    starts = [0, *(max(0, math.ceil(start)) for start, _ in later)]
    curves = [first, *(curve for _, curve in later)]
    stops: list[float] = [*starts[1:], math.inf]
    kept = [(start, curve) for start, stop, curve in zip(starts, stops, curves, strict=True) if start < stop]
    if len(kept) == 1:
        return begun(kept[0][1], kept[0][0])
    lengths = [b[0] - a[0] for a, b in pairwise(kept)]
    return Phases(parts=tuple(begun(curve, start) for start, curve in kept), lengths=tuple(lengths))


def begun(curve: Schedule, start: int, stride: int = 1) -> Schedule:
    """The curve from its step ``start`` on, so many of its steps in one."""
    if isinstance(curve, Constant) or (start == 0 and stride == 1):
        return curve
    return Excerpt(schedule=curve, start=start, stride=stride)


def straight(start: float, start_lr: float, end: float, end_lr: float) -> Schedule:
    """Straight from one rate to another between two steps, held outside; steps may be fractions.

    >>> straight(0.5, 0, 2.5, 1)([0, 1, 2, 3]).tolist()
    [0.0, 0.25, 0.75, 1.0]
    """
    return _way(start, start_lr, end, end_lr, "linear")


def half_wave(start: float, start_lr: float, end: float, end_lr: float) -> Schedule:
    """Along half a cosine from one rate to another between two steps, held outside."""
    return _way(start, start_lr, end, end_lr, "cosine")


def _way(start: float, start_lr: float, end: float, end_lr: float, between: str) -> Schedule:
    if end <= start:
        return Constant(lr=end_lr)
    return Piecewise.model_validate({"points": ((start, start_lr), (end, end_lr)), "between": between})


def ramped(curve: Schedule, steps: float, *, start_factor: float = 0.0) -> Schedule:
    """A linear warm-up of whole steps in front of a curve, none of 0 steps."""
    return Warmup(schedule=curve, steps=int(steps), start_factor=start_factor) if steps > 0 else curve


def one_after_another(parts: Sequence[tuple[int, Schedule]], last: Schedule) -> Schedule:
    """Curves on their own clocks, each for a number of steps; parts of no step are left out."""
    kept = [(steps, part) for steps, part in parts if steps > 0]
    if not kept:
        return last
    return Phases(parts=(*(part for _, part in kept), last), lengths=tuple(steps for steps, _ in kept))
