"""``round``, of a number and of what depends on the step."""

import ast
import math
from typing import TYPE_CHECKING, Any

from lrplot.python import mathematics, symbolic
from lrplot.python.parameters import Refusal
from lrplot.python.symbolic import Symbol

if TYPE_CHECKING:
    from lrplot.python.state import State


def rounded(value: float | Symbol) -> Any:
    """The nearest whole number, a half to the even one.

    >>> rounded(2.5), rounded(3.5)
    (2, 4)
    """
    if not isinstance(value, Symbol):
        return round(value) if math.isfinite(value) else value
    below = mathematics.apply("floor", [value])
    rest = symbolic.combine(ast.Sub(), value, below)
    even = symbolic.combine(ast.Add(), below, symbolic.combine(ast.Mod(), below, 2))
    up = symbolic.choose(
        symbolic.compare([ast.Gt()], [rest, 0.5]), symbolic.combine(ast.Add(), below, 1), even
    )
    return symbolic.choose(symbolic.compare([ast.Lt()], [rest, 0.5]), below, up)


def to_digits(evaluator: "State", value: Symbol, digits: Any) -> Any:
    """``round(value, digits)``, turn by turn: which way a half goes hangs on the number itself."""
    lanes = evaluator.lanes
    if lanes is None or not isinstance(digits, int):
        raise Refusal("round to so many digits of what depends on the step is not read; leave it out")
    return lanes.each(value, lambda number: round(number, digits))
