from typing import ClassVar, Literal

import numpy as np

from lrplot.schedules.base import Rates, Schedule, Steps, whole
from lrplot.schedules.formula import Equation
from lrplot.schedules.interpolation import between, linear
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import BaseRate, Rate, WholeRun
from lrplot.schedules.phase import Phase, clip_phases
from lrplot.schedules.ramps import ramp


class Linear(Schedule):
    """Go straight to ``end_lr``, then hold it.

        lr(t) = end_lr + (lr - end_lr) · (1 - min(t, T_max) / T_max)

    Knots: ``T_max``.
    Not to be confused with: MMEngine's LinearLR, which arrives one step earlier.
    Source: PyTorch LinearLR, Optax linear_schedule.

    >>> Linear(lr=0.1, T_max=4)([0, 1, 2, 4, 9]).round(6).tolist()
    [0.1, 0.075, 0.05, 0.0, 0.0]
    """

    equations: ClassVar = (Equation("lr(t)", "end_lr + (lr - end_lr) * (1 - min(t, T_max) / T_max)"),)

    type: Literal["linear"] = "linear"
    lr: BaseRate
    """Rate at step 0."""
    end_lr: Rate = 0
    """Rate from ``T_max`` on."""
    T_max: WholeRun
    """Steps until ``end_lr``."""

    def rate(self, t: Steps) -> Rates:
        return between(linear, self.lr, self.end_lr, np.minimum(t, self.T_max), self.T_max)

    def fill(self, out: Rates, first: int) -> None:
        ramp(out, first, linear, self.lr, self.end_lr, self.T_max)

    def knots(self, until: int) -> Knots:
        return Knots.at([self.T_max], until)

    @property
    def length(self) -> float:
        return self.T_max

    def phases(self, until: int) -> tuple[Phase, ...]:
        rises = (Phase("warm-up", 0, whole(self.T_max)),)
        return clip_phases(rises, until) if self.end_lr > self.lr else ()
