from functools import cached_property
from typing import ClassVar, Literal

import numpy as np

from lrplot.schedules.base import Rates, Schedule, Steps
from lrplot.schedules.dense import stairs
from lrplot.schedules.folding import Tree
from lrplot.schedules.formula import Equation, choice, filled
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import BaseRate, Factor, Milestones


class MultiStep(Schedule):
    """Drop by a factor ``gamma`` at each milestone.

        lr(t) = lr · gamma ** (number of milestones ≤ t)

    Milestones may stand in any order; one that stands twice counts twice.
    Knots: the milestones; the value jumps there.
    Not to be confused with: Keras' PiecewiseConstantDecay, which still has the old value at a boundary.
    Source: PyTorch MultiStepLR.

    >>> MultiStep(lr=0.1, milestones=[30, 60], gamma=0.5)([29, 30, 60]).tolist()
    [0.1, 0.05, 0.025]
    """

    equations: ClassVar = (Equation("lr(t)", "lr * gamma ** count(milestones <= t)"),)

    type: Literal["multistep"] = "multistep"
    lr: BaseRate
    """Rate before the first milestone."""
    milestones: Milestones
    """Steps at which the rate drops."""
    gamma: Factor = 0.1
    """What each drop multiplies the rate by."""

    def rate(self, t: Steps) -> Rates:
        passed = np.searchsorted(self._in_order, t, side="right")
        return self.lr * self.gamma ** passed.astype(np.float64)

    @cached_property
    def _in_order(self) -> Rates:
        return np.array(sorted(self.milestones), dtype=np.float64)

    def closed_form(self) -> Tree:
        # One that stands twice drops twice at once.
        marks = sorted(set(self.milestones))
        known = {"lr": self.lr, "gamma": self.gamma}
        passed = [0, *(sum(each <= mark for each in self.milestones) for mark in marks)]
        rates = [filled("lr * gamma ** n", {**known, "n": count}) for count in passed]
        tests = [filled("t < mark", {"mark": mark}) for mark in marks]
        return choice(list(zip(tests, rates, strict=False)), rates[-1])

    def fill(self, out: Rates, first: int) -> None:
        stairs(out, first, self.knots(first + len(out)), self.rate)

    def knots(self, until: int) -> Knots:
        return Knots.at(self.milestones, until)
