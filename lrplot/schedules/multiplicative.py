from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np

from lrplot.errors import Problem
from lrplot.expression import Expression
from lrplot.schedules.base import Rates, Schedule, Steps
from lrplot.schedules.formula import Equation
from lrplot.schedules.knots import Knots
from lrplot.schedules.lambda_ import expression_mistakes
from lrplot.schedules.parameters import BaseRate, Expr, StepsPerEpoch
from lrplot.schedules.powers import Powers, powers
from lrplot.schedules.scan import Coefficients, Scan
from lrplot.schedules.scanned import Scanned


class Multiplicative(Scanned):
    """Multiply the current rate by an expression, every step, and add another.

        lr(t) = lr(t - 1) · factor(t) + plus(t)
        lr(0) = lr

    ``from_zero`` does so at step 0 too, as a Keras ``schedule(epoch, lr)`` does.
    Knots: where the factor changes, if it is constant between, or comes again after some steps: there it is a
    power. Else unknown, everywhere, and by one scan, so at most 10^7 steps.
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
    def _start(self) -> float:
        """The rate at step 0."""
        if not self.from_zero:
            return self.lr
        times, plus = self.update(np.zeros(1))
        return float(times[0] * self.lr + plus[0])

    @cached_property
    def scan(self) -> Scan:
        return Scan(self._start, self.update, self.type)

    @cached_property
    def _powers(self) -> Powers | None:
        if self.plus.strip() != "0" or not 0 <= self._start < np.inf:
            return None
        return powers(self.factor, self.steps_per_epoch)

    def update(self, t: Steps) -> Coefficients:
        times, plus = (expression(t, self.steps_per_epoch) for expression in self._expressions)
        return times, plus

    def rate(self, t: Steps) -> Rates:
        if self._powers is None:
            return super().rate(t)
        return np.asarray(self._start * self._powers.product(t))

    def fill(self, out: Rates, first: int) -> None:
        if self._powers is None:
            super().fill(out, first)
        else:
            self._powers.fill(out, first, self._start)

    def knots(self, until: int) -> Knots:
        return super().knots(until) if self._powers is None else self._powers.knots(until)

    def _total(self, n: int) -> float:
        return super()._total(n) if self._powers is None else Schedule._total(self, n)
