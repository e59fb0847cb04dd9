import math
from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from lrplot.errors import Problem
from lrplot.schedules.base import Rates, Schedule, Steps
from lrplot.schedules.dense import stairs
from lrplot.schedules.formula import Equation
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import BaseRate, Factor, Length, Rate
from lrplot.schedules.period import Period
from lrplot.schedules.ramps import power


class Exponential(Schedule):
    """Shrink by the same share all the time.

        lr(t) = max(min_lr, lr · gamma ** (t / period))   (staircase: false)
        lr(t) = max(min_lr, lr · exp(-rate · t / period))   (staircase: false)
        lr(t) = max(min_lr, lr · gamma ** floor(t / period))   (staircase: true)
        lr(t) = max(min_lr, lr · exp(-rate · floor(t / period)))   (staircase: true)

    Exactly one of ``gamma`` and ``rate`` is given. ``staircase`` makes it a Step. Most of the fall, in
    absolute terms, comes first.
    Knots: where ``min_lr`` is met; with ``staircase`` every multiple of ``period``.
    Source: PyTorch ExponentialLR (period 1), Keras ExponentialDecay and Optax exponential_decay (period =
    decay_steps).

    >>> Exponential(lr=0.1, gamma=0.5, period=10)([0, 10, 20]).tolist()
    [0.1, 0.05, 0.025]
    """

    equations: ClassVar = (
        Equation("lr(t)", "max(min_lr, lr * gamma ** (t / period))", "not staircase"),
        Equation("lr(t)", "max(min_lr, lr * exp(-rate * t / period))", "not staircase"),
        Equation("lr(t)", "max(min_lr, lr * gamma ** (t // period))", "staircase"),
        Equation("lr(t)", "max(min_lr, lr * exp(-rate * (t // period)))", "staircase"),
    )

    type: Literal["exponential"] = "exponential"
    lr: BaseRate
    """Rate at step 0."""
    gamma: Factor | None = None
    """What ``period`` steps multiply the rate by."""
    decay_rate: Factor | None = Field(default=None, alias="rate")
    """λ: the rate falls by the factor e^-λ in ``period`` steps."""
    period: Length = 1
    """Steps for which ``gamma`` or ``rate`` is meant."""
    staircase: bool = False
    """Whether the rate drops once a period instead of every step."""
    min_lr: Rate = 0
    """The rate never falls below this."""

    def mistakes(self) -> Iterator[Problem]:
        if (self.gamma is None) == (self.decay_rate is None):
            have = "neither" if self.gamma is None else "both"
            yield Problem(None, f"exponential needs exactly one of 'gamma' and 'rate', got {have}")

    def rate(self, t: Steps) -> Rates:
        if self.staircase:
            periods, _ = Period(self.period).split(t)
        else:
            periods = t if self.period == 1 else t / self.period
        rates = self.lr * self._share(periods)
        return np.maximum(rates, self.min_lr) if self.min_lr else rates

    def _share(self, periods: Steps) -> Rates:
        """The share of the rate that is left after so many periods."""
        if self.gamma is not None:
            return np.asarray(self.gamma**periods, dtype=np.float64)
        return np.exp(-(self.decay_rate or 0) * periods)

    def fill(self, out: Rates, first: int) -> None:
        if self.staircase:
            stairs(out, first, self.knots(first + len(out)), self.rate)
        else:
            power(out, first, self.lr, lambda t: self._share(t / self.period), self.min_lr)

    def knots(self, until: int) -> Knots:
        drops = Period(self.period).knots(until) if self.staircase else Knots()
        return Knots.at([self._reaches_min_lr()], until).join(drops)

    def _reaches_min_lr(self) -> float:
        """The step at which the unbounded curve crosses ``min_lr``; 0 when it never does."""
        slope = -(self.decay_rate or 0) if self.gamma is None else (math.log(self.gamma) if self.gamma else 0)
        if not (slope and self.min_lr and self.lr):
            return 0
        return max(0.0, self.period * (math.log(self.min_lr) - math.log(self.lr)) / slope)
