from typing import Literal

import numpy as np

from lrplot.schedules.base import BaseRate, Factor, Milestones, Rates, Schedule, Steps
from lrplot.schedules.dense import stairs
from lrplot.schedules.knots import Knots


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

    type: Literal["multistep"] = "multistep"
    lr: BaseRate
    """Rate before the first milestone."""
    milestones: Milestones
    """Steps at which the rate drops."""
    gamma: Factor = 0.1
    """What each drop multiplies the rate by."""

    def rate(self, t: Steps) -> Rates:
        return self.lr * self.gamma ** np.searchsorted(sorted(self.milestones), t, side="right").astype(float)

    def fill(self, out: Rates, first: int) -> None:
        stairs(out, first, self.knots(first + len(out)), self.rate)

    def knots(self, until: int) -> Knots:
        return Knots.at(self.milestones, until)
