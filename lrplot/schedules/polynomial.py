from typing import ClassVar, Literal

import numpy as np

from lrplot.schedules.base import Rates, Schedule, Steps
from lrplot.schedules.dense import BLOCK
from lrplot.schedules.formula import Equation
from lrplot.schedules.interpolation import between, polynomial
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import BaseRate, Positive, Rate, WholeRun
from lrplot.schedules.period import Period
from lrplot.schedules.ramps import ramp
from lrplot.schedules.repeats import scaled_repeats
from lrplot.schedules.smooth import smooth_pieces


class Polynomial(Schedule):
    """Fall to ``end_lr`` as a power of the time that remains, then hold it.

        lr(t) = end_lr + (lr - end_lr) · (1 - z) ** power
        z = min(t, T_max) / T_max                   (cycle: false)
        z = t / (max(1, ceil(t / T_max)) · T_max)   (cycle: true)

    With ``cycle``, each time ``end_lr`` is reached a new and lower cycle begins, k times as long as the
    first; its first step is k·T_max + 1.
    Knots: ``T_max``; with ``cycle`` the first step of each cycle.
    Source: PyTorch PolynomialLR, Keras PolynomialDecay (whose end rate is 1e-4 unless given).

    >>> Polynomial(lr=0.1, T_max=4, power=2)([0, 1, 2, 4, 9]).tolist()
    [0.1, 0.05625, 0.025, 0.0, 0.0]
    """

    equations: ClassVar = (
        Equation("lr(t)", "end_lr + (lr - end_lr) * (1 - z) ** power"),
        Equation("z", "min(t, T_max) / T_max", "not cycle"),
        Equation("z", "t / (max(1, ceil(t / T_max)) * T_max)", "cycle"),
    )

    type: Literal["polynomial"] = "polynomial"
    lr: BaseRate
    """Rate at step 0."""
    end_lr: Rate = 0
    """Rate from ``T_max`` on."""
    power: Positive = 1
    """1 is a straight line; larger falls faster at first."""
    T_max: WholeRun
    """Steps until ``end_lr``."""
    cycle: bool = False
    """Whether to begin again, lower, instead of holding."""

    def rate(self, t: Steps) -> Rates:
        if not self.cycle:
            elapsed = np.minimum(t, self.T_max)
            return between(polynomial(self.power), self.lr, self.end_lr, elapsed, self.T_max)
        index, inside = Period(self.T_max).split(t)
        length = np.maximum(1, index + (inside > 0)) * self.T_max
        return between(polynomial(self.power), self.lr, self.end_lr, t, length)

    def fill(self, out: Rates, first: int) -> None:
        period = Period(self.T_max)
        if not self.cycle:
            ramp(out, first, polynomial(self.power), self.lr, self.end_lr, self.T_max)
        elif period.whole == self.T_max <= BLOCK and self.end_lr <= self.lr:
            self._fill_cycles(out, first, period.whole)
        else:
            smooth_pieces(out, first, self.knots(first + len(out)), self.rate)

    def _fill_cycles(self, out: Rates, first: int, period: int) -> None:
        """Cycle k is what is left of the first one after division by ``k ** power``."""

        def left(x: Steps) -> Rates:
            # A cycle's own first step still belongs to the one before, and is that one's last.
            remaining = np.where(x > 0, (self.T_max - x) / self.T_max, 0.0)
            return (self.lr - self.end_lr) * remaining**self.power

        def floor(x: Steps) -> Rates:
            return np.full_like(x, self.end_lr)

        def lower(k: Rates) -> Rates:
            return (k + 1) ** -self.power

        scaled_repeats(out, first, period, left, lower, plus=floor if self.end_lr else None, powers=False)
        if first == 0 and len(out):
            out[0] = self.lr

    def knots(self, until: int) -> Knots:
        if not self.cycle:
            return Knots.at([self.T_max], until)
        # A cycle's first step is the first after a multiple: one past it, or the next whole step.
        period = Period(self.T_max)
        return period.knots(until).join(period.knots(until, offset=1.0))

    @property
    def length(self) -> float | None:
        return None if self.cycle else self.T_max
