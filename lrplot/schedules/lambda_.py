from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar, Literal

from lrplot.errors import ExpressionError, Problem, StepError
from lrplot.expression import Expression
from lrplot.schedules.base import Rates, Schedule, Steps
from lrplot.schedules.expression_pieces import expression_knots
from lrplot.schedules.formula import Equation, filled, replaced, tree
from lrplot.schedules.knots import LISTED, Knots
from lrplot.schedules.parameters import BaseRate, Expr, StepsPerEpoch


class Lambda(Schedule):
    """Multiply the base rate by an expression in ``t``.

        lr(t) = lr · factor(t)

    ``t`` and ``step`` are the step, ``epoch`` is t / steps_per_epoch. A negative, infinite or undefined
    rate is an error that names the step.
    Knots: where the expression turns, jumps or has a corner, found by interval arithmetic; unknown up to
    65,536 steps, where every step is looked at, and where it has too many.
    Not to be confused with: Multiplicative, whose factors accumulate.
    Source: PyTorch LambdaLR.

    >>> Lambda(lr=0.1, factor="1 / (1 + t)")([0, 1, 4]).round(6).tolist()
    [0.1, 0.05, 0.02]
    """

    equations: ClassVar = (Equation("lr(t)", "lr * factor(t)"),)

    type: Literal["lambda"] = "lambda"
    lr: BaseRate
    """The base rate."""
    factor: Expr
    """What the base rate is multiplied by: arithmetic in t, step, epoch."""
    steps_per_epoch: StepsPerEpoch = 1
    """Steps in an epoch, for ``epoch``."""

    def mistakes(self) -> Iterator[Problem]:
        yield from expression_mistakes(self.factor)

    @cached_property
    def _factor(self) -> Expression:
        return Expression(self.factor)

    def rate(self, t: Steps) -> Rates:
        return checked(self.lr * self._factor(t, self.steps_per_epoch), t, "lambda")

    def named_values(self) -> Mapping[str, Any]:
        epoch = filled("t / n", {"n": self.steps_per_epoch})
        factor = tree(self.factor.strip())
        for name, by in (("step", tree("t")), ("epoch", epoch)):
            factor = replaced(factor, name, by)
        return {**super().named_values(), "factor": factor}

    def knots(self, until: int) -> Knots:
        if until <= LISTED or not self.lr:
            return Knots.nothing_known(until)
        if until not in self._known:
            self._known[until] = expression_knots(self.factor, self.steps_per_epoch, until)
        return self._known[until]

    @cached_property
    def _known(self) -> dict[int, Knots]:
        return {}


def expression_mistakes(text: str, parameter: str = "factor") -> Iterator[Problem]:
    """The fault that keeps ``text`` from being an expression, pointing into it."""
    try:
        Expression(text)
    except ExpressionError as error:
        yield Problem(parameter, str(error), error.start, error.width)


def checked(rates: Rates, t: Steps, type_name: str) -> Rates:
    """The rates, or an error naming the first step whose rate is none."""
    wrong = ~((rates >= 0) & (rates < float("inf")))
    if wrong.any():
        first = t[wrong].argmin()
        raise StepError(
            f"{type_name}: the rate at step {t[wrong][first]:.0f} would be {rates[wrong][first]:g}"
        )
    return rates
