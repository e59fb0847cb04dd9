from typing import ClassVar, Literal

import numpy as np

from lrplot.schedules.base import Rates, Schedule, Steps
from lrplot.schedules.formula import Equation
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import BaseRate, Length
from lrplot.schedules.smooth import smooth_pieces


class InverseSqrt(Schedule):
    """Fall with the inverse square root of time.

        lr(t) = lr / √(1 + t / timescale)

    Behind a warm-up of ``timescale`` steps it is the Transformer's schedule (Noam).
    Knots: none.
    Source: Vaswani et al., Attention Is All You Need, 2017 (arXiv:1706.03762); Transformers
    get_inverse_sqrt_schedule.

    >>> InverseSqrt(lr=0.1, timescale=100)([0, 300]).tolist()
    [0.1, 0.05]
    """

    equations: ClassVar = (Equation("lr(t)", "lr / sqrt(1 + t / timescale)"),)

    type: Literal["inverse_sqrt"] = "inverse_sqrt"
    lr: BaseRate
    """Rate at step 0."""
    timescale: Length
    """Steps after which the rate has fallen to 1/√2."""

    def rate(self, t: Steps) -> Rates:
        return self.lr / np.sqrt(1 + t / self.timescale)

    def fill(self, out: Rates, first: int) -> None:
        smooth_pieces(out, first, self.knots(first + len(out)), self.rate)

    def knots(self, until: int) -> Knots:  # noqa: ARG002
        return Knots()
