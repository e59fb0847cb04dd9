from typing import ClassVar, Literal

from lrplot.schedules.base import Rates, Schedule, Steps
from lrplot.schedules.dense import BLOCK, stairs
from lrplot.schedules.formula import Equation
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import BaseRate, Factor, Length
from lrplot.schedules.period import Period
from lrplot.schedules.repeats import scaled_repeats


class Step(Schedule):
    """Drop by a factor ``gamma`` every ``step_size`` steps.

        lr(t) = lr · gamma ** floor(t / step_size)

    Knots: every multiple of ``step_size``; the value jumps there.
    Not to be confused with: MultiStep, whose drops come at given steps.
    Source: PyTorch StepLR.

    >>> Step(lr=0.1, step_size=10, gamma=0.5)([0, 9, 10, 29]).tolist()
    [0.1, 0.1, 0.05, 0.025]
    """

    equations: ClassVar = (Equation("lr(t)", "lr * gamma ** (t // step_size)"),)

    type: Literal["step"] = "step"
    lr: BaseRate
    """Rate before the first drop."""
    step_size: Length
    """Steps between two drops."""
    gamma: Factor = 0.1
    """What each drop multiplies the rate by."""

    def rate(self, t: Steps) -> Rates:
        drops, _ = Period(self.step_size).split(t)
        return self.lr * self.gamma**drops

    def fill(self, out: Rates, first: int) -> None:
        period = Period(self.step_size)
        if period.whole > BLOCK:
            stairs(out, first, self.knots(first + len(out)), self.rate)
        else:
            drops = float(period.exact.denominator)
            scaled_repeats(out, first, period.whole, self.rate, lambda k: self.gamma ** (drops * k))

    def knots(self, until: int) -> Knots:
        return Period(self.step_size).knots(until)
