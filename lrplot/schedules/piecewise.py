from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import Problem
from lrplot.schedules.base import Rates, Schedule, Steps, whole
from lrplot.schedules.dense import pieces, stairs
from lrplot.schedules.folding import Tree, constant
from lrplot.schedules.formula import Equation, choice, filled
from lrplot.schedules.interpolation import interpolate, ways
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import Points
from lrplot.schedules.phase import Phase, clip_phases
from lrplot.schedules.ramps import SHORT, interpolation, polyline


class Piecewise(Schedule):
    """Go through given points.

        lr(t) = r_i                                      (between: hold)
        lr(t) = ramp(r_i, r_{i+1}, (t - s_i) / (s_{i+1} - s_i))   (s_i ≤ t < s_{i+1})
        ramp(a, b, z) = b + (a - b) · (1 - z)            (between: linear)
        ramp(a, b, z) = b + (a - b) · ½ (1 + cos(π z))   (between: cosine)
        ramp(a, b, z) = a · (b / a) ** z                 (between: exponential)

    Point i has the rate r_i at step s_i. Before the first and after the last the rate is held.
    ``exponential`` needs rates > 0.
    Knots: the points.
    Source: Optax piecewise_constant_schedule, piecewise_interpolate_schedule; ignite PiecewiseLinear.

    >>> Piecewise(points=[(0, 0.1), (10, 0.3)], between="linear")([0, 5, 10, 99]).tolist()
    [0.1, 0.2, 0.3, 0.3]
    """

    equations: ClassVar = (
        Equation("lr(t)", "r[i]", "between == 'hold'"),
        Equation("lr(t)", "ramp(r[i], r[i + 1], (t - s[i]) / (s[i + 1] - s[i]))", "s[i] <= t < s[i + 1]"),
        *ways("between", linear="linear", cosine="cosine", exponential="exponential"),
    )

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

    def closed_form(self) -> Tree:
        points = sorted(self.points)
        cases: list[tuple[Tree, Tree]] = []
        if points[0][0]:
            cases.append((filled("t < s", {"s": points[0][0]}), constant(points[0][1])))
        for (start, a), (end, b) in pairwise(points):
            value: Tree = constant(a)
            if self.between != "hold":
                known = {"between": self.between, "a": a, "b": b, "s": start, "length": end - start}
                value = filled("ramp(a, b, (t - s) / length)", known, self.equations)
            cases.append((filled("t < end", {"end": end}), value))
        return choice(cases, constant(points[-1][1]))

    def fill(self, out: Rates, first: int) -> None:
        if self.between == "hold":
            stairs(out, first, self.knots(first + len(out)), self.rate)
            return
        steps, rates = self._arrays
        if self.between == "linear" and len(steps) * SHORT > len(out):
            polyline(out, first, steps, rates)
            return
        ends = rates.tolist()
        for i, piece, step in pieces(out, first, (0, *map(whole, steps.tolist()))):
            if 0 < i < len(steps):
                begin, end = steps[i - 1 : i + 1].tolist()
                interpolation(piece, step - begin, self.between, ends[i - 1], ends[i], end - begin)
            else:
                piece.fill(ends[max(0, i - 1)])

    def knots(self, until: int) -> Knots:
        return Knots.at((step for step, _ in self.points), until)

    @property
    def length(self) -> float | None:
        last = max(step for step, _ in self.points)
        return last if last > 0 else None

    def phases(self, until: int) -> tuple[Phase, ...]:
        steps, rates = self._arrays
        rises = self.between != "hold" and len(rates) > 1 and bool((np.diff(rates) > 0).all())
        return clip_phases((Phase("warm-up", 0, whole(steps[-1])),), until) if rises else ()
