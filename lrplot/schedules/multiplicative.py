from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np

from lrplot.errors import Problem
from lrplot.expression import Expression
from lrplot.schedules.base import BaseRate, Expr, Steps, StepsPerEpoch
from lrplot.schedules.formula import Equation
from lrplot.schedules.lambda_ import expression_mistakes
from lrplot.schedules.scan import Coefficients, Scan
from lrplot.schedules.scanned import Scanned


class Multiplicative(Scanned):
    """Multiply the current rate by an expression, every step, and add another.

        lr(t) = lr(t - 1) · factor(t) + plus(t)
        lr(0) = lr

    ``from_zero`` does so at step 0 too, as a Keras ``schedule(epoch, lr)`` does.
    Knots: unknown, everywhere. By one scan, so at most 10^7 steps.
    Not to be confused with: Lambda, whose factor is of the base rate.
    Source: PyTorch MultiplicativeLR.

    >>> Multiplicative(lr=0.1, factor="0.5")([0, 1, 3]).tolist()
    [0.1, 0.05, 0.0125]
    """

    equations: ClassVar = (
        Equation("lr(t)", "lr(t - 1) * factor(t) + plus(t)"),
        Equation("lr(0)", "lr"),
    )

    type: Literal["multiplicative"] = "multiplicative"
    lr: BaseRate
    """Rate before the first factor."""
    factor: Expr
    """What each step multiplies the rate by: arithmetic in t, step, epoch."""
    plus: Expr = "0"
    """What each step then adds: arithmetic in t, step, epoch."""
    from_zero: bool = False
    """Whether step 0 has been changed already."""
    steps_per_epoch: StepsPerEpoch = 1
    """Steps in an epoch, for ``epoch``."""

    def mistakes(self) -> Iterator[Problem]:
        yield from expression_mistakes(self.factor)
        yield from expression_mistakes(self.plus, "plus")

    @cached_property
    def _expressions(self) -> tuple[Expression, Expression]:
        return Expression(self.factor), Expression(self.plus)

    @cached_property
    def scan(self) -> Scan:
        start = self.lr
        if self.from_zero:
            times, plus = self.update(np.zeros(1))
            start = float(times[0] * start + plus[0])
        return Scan(start, self.update, self.type)

    def update(self, t: Steps) -> Coefficients:
        times, plus = (expression(t, self.steps_per_epoch) for expression in self._expressions)
        return times, plus
