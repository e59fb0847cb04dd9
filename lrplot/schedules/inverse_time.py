from typing import ClassVar, Literal

from pydantic import Field

from lrplot.schedules.base import Rates, Schedule, Steps
from lrplot.schedules.dense import stairs
from lrplot.schedules.formula import Equation
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import BaseRate, Length, Number
from lrplot.schedules.period import Period
from lrplot.schedules.smooth import smooth_pieces


class InverseTime(Schedule):
    """Fall with the inverse of time.

        lr(t) = lr / (1 + rate · t / period)          (staircase: false)
        lr(t) = lr / (1 + rate · floor(t / period))   (staircase: true)

    Knots: none; with ``staircase`` every multiple of ``period``.
    Source: Keras InverseTimeDecay (period = decay_steps).

    >>> InverseTime(lr=0.1, rate=1, period=10)([0, 10, 30]).tolist()
    [0.1, 0.05, 0.025]
    """

    equations: ClassVar = (
        Equation("lr(t)", "lr / (1 + rate * t / period)", "not staircase"),
        Equation("lr(t)", "lr / (1 + rate * (t // period))", "staircase"),
    )

    type: Literal["inverse_time"] = "inverse_time"
    lr: BaseRate
    """Rate at step 0."""
    # Not a Factor: pydantic below 2.12 hands this Field the default of another class's Factor.
    decay_rate: Number = Field(ge=0, alias="rate")
    """How much ``period`` steps add to the divisor."""
    period: Length = 1
    """Steps for which ``rate`` is meant."""
    staircase: bool = False
    """Whether the rate drops once a period instead of every step."""

    def rate(self, t: Steps) -> Rates:
        periods = Period(self.period).split(t)[0] if self.staircase else t / self.period
        return self.lr / (1 + self.decay_rate * periods)

    def fill(self, out: Rates, first: int) -> None:
        write = stairs if self.staircase else smooth_pieces
        write(out, first, self.knots(first + len(out)), self.rate)

    def knots(self, until: int) -> Knots:
        return Period(self.period).knots(until) if self.staircase else Knots()
