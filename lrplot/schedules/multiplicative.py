from collections.abc import Iterator
from functools import cached_property
from typing import Final, Literal

import numpy as np

from lrplot.errors import Problem, StepError
from lrplot.expression import Expression
from lrplot.schedules.base import BaseRate, Expr, Rates, Schedule, Steps, StepsPerEpoch
from lrplot.schedules.knots import Knots
from lrplot.schedules.lambda_ import checked, expression_mistakes

_MOST: Final = 10_000_000


class Multiplicative(Schedule):
    """Multiply the current rate by an expression, every step.

        lr(t) = lr · factor(1) · factor(2) · … · factor(t)

    ``from_zero`` multiplies by factor(0) too, at step 0, as a Keras ``schedule(epoch, lr)`` does.
    Knots: unknown, everywhere. By one scan, so at most 10^7 steps.
    Not to be confused with: Lambda, whose factor is of the base rate.
    Source: PyTorch MultiplicativeLR.

    >>> Multiplicative(lr=0.1, factor="0.5")([0, 1, 3]).tolist()
    [0.1, 0.05, 0.0125]
    """

    type: Literal["multiplicative"] = "multiplicative"
    lr: BaseRate
    """Rate before the first factor."""
    factor: Expr
    """What each step multiplies the rate by: arithmetic in t, step, epoch."""
    from_zero: bool = False
    """Whether step 0 is multiplied already."""
    steps_per_epoch: StepsPerEpoch = 1
    """Steps in an epoch, for ``epoch``."""

    def mistakes(self) -> Iterator[Problem]:
        yield from expression_mistakes(self.factor)

    @cached_property
    def _factor(self) -> Expression:
        return Expression(self.factor)

    def rate(self, t: Steps) -> Rates:
        last = int(t.max()) if t.size else 0
        if last >= _MOST:
            raise StepError(f"multiplicative scans every step; at most {_MOST} steps, asked for step {last}")
        steps = np.arange(last + 1, dtype=np.float64)
        factors = self._factor(steps, self.steps_per_epoch)
        if not self.from_zero:
            factors[0] = 1.0
        with np.errstate(all="ignore"):
            rates = np.asarray(self.lr * np.cumprod(factors), dtype=np.float64)
        return checked(rates, steps, "multiplicative")[t.astype(np.int64)]

    def fill(self, out: Rates, first: int) -> None:
        out[:] = self.rate(np.arange(first, first + len(out), dtype=np.float64))

    def knots(self, until: int) -> Knots:
        return Knots.nothing_known(until)
