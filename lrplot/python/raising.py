"""The first step at which Python, computing an expression with plain numbers, raises."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from lrplot.expression import BINARY, Array, Compiled, Compiler
from lrplot.python.whole import EXACT, is_whole, wanted_exactly

_INEXACT: Final = "a whole number beyond 2**53, whose last digits Python keeps and float64 does not"
_HUGE: Final = "a whole number too large for float64, though not for Python"


@dataclass(frozen=True, slots=True)
class Failure:
    """The first step whose number is not the one that Python would have, and why."""

    step: int
    reason: str

    @property
    def how(self) -> str:
        """What happens there: it raises, or Python alone computes it exactly."""
        return "cannot be followed" if self.reason in {_INEXACT, _HUGE} else "raises"


def python_failure(node: ast.expr, steps: Array) -> Failure | None:
    """The step at which Python, computing with plain numbers, would raise instead of giving a number.

    Division by zero, 0 to a negative power, a logarithm of 0 and an overflow of ``exp`` or ``**`` raise
    there; arrays give infinities instead. Nodes whose ``lenient`` is true compute as arrays do.

    Examples
    --------
    >>> import ast, numpy as np
    >>> python_failure(ast.parse("min(1, 10 / t)", mode="eval").body, np.arange(5.0))
    Failure(step=0, reason='division by zero')
    """
    if not len(steps):
        return None
    compiler = _PythonCompiler(ast.unparse(node))
    # What lrplot put together stands nowhere in a text; a refusal needs a place.
    compiled = compiler.compile(ast.fix_missing_locations(node))

    def value(t: Array) -> Array:
        with np.errstate(all="ignore"):
            found = compiled({"t": t, "step": t, "epoch": t})
        return np.broadcast_to(np.asarray(found, dtype=np.float64), t.shape)

    wrong = np.isnan(value(steps))
    if not wrong.any():
        return None
    first = steps[wrong].min()
    compiler.reasons.clear()
    value(np.array([first]))
    return Failure(int(first), compiler.reasons[0]) if compiler.reasons else None


class _PythonCompiler(Compiler):
    """Gives nan where Python would raise, and keeps why."""

    def __init__(self, text: str) -> None:
        super().__init__(text, ())
        self.reasons: list[str] = []

    def _raising(self, value: Any, where: Any, reason: str) -> Any:
        if np.any(where):
            self.reasons.append(reason)
            return np.where(where, np.nan, value)
        return value

    def _binop(self, node: ast.BinOp, depth: int) -> Compiled:
        plain = self._exact(node, super()._binop(node, depth), depth)
        if getattr(node, "lenient", False) or not isinstance(
            node.op, ast.Div | ast.FloorDiv | ast.Mod | ast.Pow
        ):
            return plain
        operator = BINARY[type(node.op)]
        left, right = self.compile(node.left, depth), self.compile(node.right, depth)
        too_large = _HUGE if is_whole(node) else "a power beyond what a float holds"

        def strict(variables: Mapping[str, Array]) -> Any:
            a, b = left(variables), right(variables)
            if not isinstance(node.op, ast.Pow):
                return self._raising(plain(variables), b == 0, "division by zero")
            value = operator(a, b)
            value = np.where(np.isnan(a) | np.isnan(b), np.nan, value)
            value = self._raising(value, (a == 0) & (b < 0), "0 to a negative power")
            beyond = np.isinf(value) & np.isfinite(a) & np.isfinite(b)
            return self._raising(value, beyond, too_large)

        return strict

    def _exact(self, node: ast.BinOp | ast.Compare, plain: Compiled, depth: int) -> Compiled:
        """Nan, too, where the last digits of a large whole number decide."""
        operands = [self.compile(each, depth) for each in wanted_exactly(node)]
        if not operands or getattr(node, "lenient", False):
            return plain

        def exact(variables: Mapping[str, Array]) -> Any:
            lost = reduce(np.logical_or, (np.abs(each(variables)) >= EXACT for each in operands))
            return self._raising(plain(variables), lost, _INEXACT)

        return exact

    def _call(self, node: ast.Call, depth: int) -> Compiled:
        plain = super()._call(node, depth)
        name = self.without_math(node.func).id
        if getattr(node, "lenient", False) or name not in _RAISES:
            return plain
        argument = self.compile(node.args[0], depth)
        raises, reason = _RAISES[name]
        return lambda variables: self._raising(plain(variables), raises(argument(variables)), reason)

    def _compare(self, node: ast.Compare, depth: int) -> Compiled:
        plain = self._exact(node, super()._compare(node, depth), depth)
        sides = [self.compile(side, depth) for side in (node.left, *node.comparators)]

        def compare(variables: Mapping[str, Array]) -> Any:
            unknown = reduce(np.logical_or, (np.isnan(side(variables)) for side in sides))
            return np.where(unknown, np.nan, plain(variables))

        return compare

    def _boolop(self, node: ast.BoolOp, depth: int) -> Compiled:
        values = [self.compile(value, depth) for value in node.values]
        is_and = isinstance(node.op, ast.And)

        def either(left: Any, right: Any) -> Any:
            return np.where(np.isnan(left), np.nan, np.where((left != 0) == is_and, right, left))

        return lambda variables: reduce(either, (value(variables) for value in values))

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Compiled:
        plain = super()._unaryop(node, depth)
        operand = self.compile(node.operand, depth)
        return lambda variables: np.where(np.isnan(operand(variables)), np.nan, plain(variables))

    def _ifexp(self, node: ast.IfExp, depth: int) -> Compiled:
        test, yes, no = (self.compile(part, depth) for part in (node.test, node.body, node.orelse))

        def chosen(variables: Mapping[str, Array]) -> Any:
            held = test(variables)
            return np.where(np.isnan(held), np.nan, np.where(held != 0, yes(variables), no(variables)))

        return chosen


_RAISES: Final[Mapping[str, tuple[Callable[[Any], Any], str]]] = MappingProxyType(
    {
        "exp": (lambda x: np.isfinite(x) & np.isinf(np.exp(x)), "exp beyond what a float holds"),
        "log": (lambda x: x <= 0, "the logarithm of a number that is not above 0"),
        "sqrt": (lambda x: x < 0, "the root of a number below 0"),
        "floor": (np.isinf, "infinity rounded to a whole number"),
        "ceil": (np.isinf, "infinity rounded to a whole number"),
    }
)
