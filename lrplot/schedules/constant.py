from typing import ClassVar, Literal

import numpy as np

from lrplot.schedules.base import Rates, Schedule, Steps
from lrplot.schedules.formula import Equation
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import BaseRate


class Constant(Schedule):
    """Keep one rate.

        lr(t) = lr

    Knots: none.
    Not to be confused with: PyTorch's ConstantLR, which multiplies by 1/3 for 5 steps first.

    >>> Constant(lr=0.1)([0, 50]).tolist()
    [0.1, 0.1]
    """

    equations: ClassVar = (Equation("lr(t)", "lr"),)

    type: Literal["constant"] = "constant"
    lr: BaseRate
    """The rate."""

    def rate(self, t: Steps) -> Rates:
        return np.full_like(t, self.lr)

    def fill(self, out: Rates, first: int) -> None:  # noqa: ARG002
        out.fill(self.lr)

    def knots(self, until: int) -> Knots:  # noqa: ARG002
        return Knots()
