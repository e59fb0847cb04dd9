from typing import ClassVar, Literal

import numpy as np

from lrplot.schedules.base import Rates, Schedule, Steps
from lrplot.schedules.formula import Equation
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import BaseRate, WholeRun
from lrplot.schedules.smooth import smooth_pieces


class Rex(Schedule):
    """Fall slowly at first and steeply at the end: reflected exponential.

        lr(t) = lr · (1 - z) / (1 - z / 2)
        z = min(t, T_max) / T_max

    Knots: ``T_max``, after which the rate is 0.
    Source: Chen, Wolfe & Kyrillidis, REX, 2022 (arXiv:2107.04197).

    >>> Rex(lr=0.3, T_max=4)([0, 2, 4]).round(6).tolist()
    [0.3, 0.2, 0.0]
    """

    equations: ClassVar = (
        Equation("lr(t)", "lr * (1 - z) / (1 - z / 2)"),
        Equation("z", "min(t, T_max) / T_max"),
    )

    type: Literal["rex"] = "rex"
    lr: BaseRate
    """Rate at step 0."""
    T_max: WholeRun
    """Steps until 0."""

    def rate(self, t: Steps) -> Rates:
        elapsed = np.minimum(t, self.T_max)
        return self.lr * (2 * (self.T_max - elapsed) / (2 * self.T_max - elapsed))

    def fill(self, out: Rates, first: int) -> None:
        smooth_pieces(out, first, self.knots(first + len(out)), self.rate)

    def knots(self, until: int) -> Knots:
        return Knots.at([self.T_max], until)

    @property
    def length(self) -> float:
        return self.T_max
