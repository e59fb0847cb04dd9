from collections.abc import Iterator
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import Problem
from lrplot.schedules.base import Points, Rates, Schedule, Steps, whole
from lrplot.schedules.dense import interpolation, pieces, stairs
from lrplot.schedules.interpolation import interpolate
from lrplot.schedules.knots import Knots


class Piecewise(Schedule):
    """Go through given points.

        lr(t) = rate of the last point at or before t                     (between: hold)
        lr(t) = from one point to the next by the way named ``between``   (linear, cosine, exponential)

    Before the first point and after the last the rate is held. ``exponential`` needs rates > 0.
    Knots: the points.
    Source: Optax piecewise_constant_schedule, piecewise_interpolate_schedule; ignite PiecewiseLinear.

    >>> Piecewise(points=[(0, 0.1), (10, 0.3)], between="linear")([0, 5, 10, 99]).tolist()
    [0.1, 0.2, 0.3, 0.3]
    """

    type: Literal["piecewise"] = "piecewise"
    points: Points
    """Rates at steps: ``{0: 0.1, 30 epochs: 0.01}``."""
    between: Literal["hold", "linear", "cosine", "exponential"] = "hold"
    """How to go from one point to the next."""

    def mistakes(self) -> Iterator[Problem]:
        steps = [step for step, _ in self.points]
        if len(set(steps)) < len(steps):
            twice = next(step for step in steps if steps.count(step) > 1)
            yield Problem("points", f"points has step {twice:g} twice")
        if self.between == "exponential" and not all(rate > 0 for _, rate in self.points):
            yield Problem("points", "points must all be > 0 for 'between: exponential'")

    @cached_property
    def _arrays(self) -> NDArray[np.float64]:
        """Steps and rates of the points, in order."""
        return np.ascontiguousarray(np.array(sorted(self.points), dtype=np.float64).T)

    def rate(self, t: Steps) -> Rates:
        steps, rates = self._arrays
        before = np.searchsorted(steps, t, side="right") - 1
        held: Rates = rates[np.clip(before, 0, len(rates) - 1)]
        inside = (before >= 0) & (before < len(steps) - 1)
        if self.between == "hold" or not inside.any():
            return held
        i = before[inside]
        span = steps[i + 1] - steps[i]
        held[inside] = interpolate(self.between, rates[i], rates[i + 1], t[inside] - steps[i], span)
        return held

    def fill(self, out: Rates, first: int) -> None:
        if self.between == "hold":
            stairs(out, first, self.knots(first + len(out)), self.rate)
            return
        steps, rates = zip(*sorted(self.points), strict=True)
        for i, piece, step in pieces(out, first, (0, *map(whole, steps))):
            if 0 < i < len(steps):
                start, end, begin = rates[i - 1], rates[i], steps[i - 1]
                interpolation(piece, step - begin, self.between, start, end, steps[i] - begin)
            else:
                piece.fill(rates[max(0, i - 1)])

    def knots(self, until: int) -> Knots:
        return Knots.at((step for step, _ in self.points), until)

    @property
    def length(self) -> float | None:
        last = max(step for step, _ in self.points)
        return last if last > 0 else None
