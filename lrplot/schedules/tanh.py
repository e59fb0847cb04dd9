from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np

from lrplot.errors import Problem
from lrplot.schedules.base import Rates, Schedule, Steps
from lrplot.schedules.formula import Equation
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import BaseRate, Number, Rate, WholeRun
from lrplot.schedules.smooth import smooth_pieces


class Tanh(Schedule):
    """Anneal along a hyperbolic tangent.

        lr(t) = eta_min + (lr - eta_min) · ½ (1 - tanh(x))   (t < T_max)
        lr(t) = eta_min   (t ≥ T_max)
        x = lb + (ub - lb) · t / T_max

    Knots: ``T_max``, where the value jumps by what tanh(ub) lacks to 1.
    Source: timm TanhLRScheduler; Hsueh et al., 2019 (arXiv:1806.01593).

    >>> Tanh(lr=0.1, T_max=10, lb=-2, ub=2)([0, 5, 10]).round(6).tolist()
    [0.098201, 0.05, 0.0]
    """

    equations: ClassVar = (
        Equation("lr(t)", "eta_min + (lr - eta_min) * (0.5 * (1 - tanh(x)))", "t < T_max"),
        Equation("lr(t)", "eta_min", "t >= T_max"),
        Equation("x", "lb + (ub - lb) * t / T_max"),
    )

    type: Literal["tanh"] = "tanh"
    lr: BaseRate
    """What the curve comes from."""
    lb: Number = -7
    """Where on the tangent the curve begins."""
    ub: Number = 3
    """Where on the tangent the curve ends."""
    T_max: WholeRun
    """Steps until ``eta_min``."""
    eta_min: Rate = 0
    """Rate from ``T_max`` on."""

    def mistakes(self) -> Iterator[Problem]:
        if self.lb >= self.ub:
            yield Problem("lb", f"lb must be < ub ({self.ub:g}), got {self.lb:g}")

    def rate(self, t: Steps) -> Rates:
        z = np.minimum(t, self.T_max) / self.T_max
        x = 2 * self.lb * (1 - z) + 2 * self.ub * z
        low, high = sorted((self.lr, self.eta_min))
        with np.errstate(over="ignore"):
            # The share of the higher rate; a rounded share of the lower loses no digits.
            share = 1 / (1 + np.exp(x if high == self.lr else -x))
        annealed = high * share
        if low:
            annealed = np.clip(annealed + low * (1 - share), low, high)
        return np.where(t < self.T_max, annealed, self.eta_min)

    def fill(self, out: Rates, first: int) -> None:
        smooth_pieces(out, first, self.knots(first + len(out)), self.rate)

    def knots(self, until: int) -> Knots:
        return Knots.at([self.T_max], until)

    @property
    def length(self) -> float:
        return self.T_max
