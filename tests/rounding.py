"""Arithmetic that keeps account of its own rounding: how far a formula's value may be from the exact one.

A running error: each operation adds the rounding of its result, at most ``ULPS`` units of 2^-53 of it, to what
its operands' errors make of it to first order. Where nothing cancels that stays near 1e-16 of the value; in
``33 - 32.99 * (1 - t / 1e9) ** 55`` it is 1e-13, because the difference keeps the rounding of 33.
"""

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

ULPS: Final = 2.0
"""Half units in the last place that one operation may be wrong by: libm's ``pow`` and ``cos`` are within one unit."""
_UNIT: Final = 2.0**-53


@dataclass(frozen=True, slots=True)
class Rounded:
    """A number, and how far it may be from the exact one."""

    value: float
    error: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.value)

    def __neg__(self) -> "Rounded":
        return Rounded(-self.value, self.error)

    def __add__(self, other: Any) -> "Rounded":
        other = _rounded(other)
        return _made(self.value + other.value, self.error + other.error)

    def __sub__(self, other: Any) -> "Rounded":
        return self + -_rounded(other)

    def __mul__(self, other: Any) -> "Rounded":
        other = _rounded(other)
        error = abs(self.value) * other.error + abs(other.value) * self.error
        return _made(self.value * other.value, error)

    def __truediv__(self, other: Any) -> "Rounded":
        other = _rounded(other)
        value = self.value / other.value
        return _made(value, (self.error + abs(value) * other.error) / abs(other.value))

    def __floordiv__(self, other: Any) -> "Rounded":
        return Rounded(self.value // _rounded(other).value)

    def __mod__(self, other: Any) -> "Rounded":
        other = _rounded(other)
        return _made(self.value % other.value, self.error + abs(self.value // other.value) * other.error)

    def __pow__(self, other: Any) -> "Rounded":
        other = _rounded(other)
        value = self.value**other.value
        if not self.value:
            return _made(value, 0.0)
        relative = abs(other.value) * self.error / abs(self.value)
        relative += abs(math.log(abs(self.value))) * other.error
        return _made(value, abs(value) * relative)

    def __radd__(self, other: Any) -> "Rounded":
        return _rounded(other) + self

    def __rsub__(self, other: Any) -> "Rounded":
        return _rounded(other) - self

    def __rmul__(self, other: Any) -> "Rounded":
        return _rounded(other) * self

    def __rtruediv__(self, other: Any) -> "Rounded":
        return _rounded(other) / self

    def __rfloordiv__(self, other: Any) -> "Rounded":
        return _rounded(other) // self

    def __rmod__(self, other: Any) -> "Rounded":
        return _rounded(other) % self

    def __rpow__(self, other: Any) -> "Rounded":
        return _rounded(other) ** self

    def __abs__(self) -> "Rounded":
        return Rounded(abs(self.value), self.error)

    def __lt__(self, other: Any) -> bool:
        return self.value < _rounded(other).value

    def __le__(self, other: Any) -> bool:
        return self.value <= _rounded(other).value

    def __gt__(self, other: Any) -> bool:
        return self.value > _rounded(other).value

    def __ge__(self, other: Any) -> bool:
        return self.value >= _rounded(other).value

    def __eq__(self, other: object) -> bool:
        return self.value == _rounded(other).value

    def __ne__(self, other: object) -> bool:
        return self.value != _rounded(other).value

    __hash__ = None  # type: ignore[assignment]


def rounding(code: str, step: int) -> float:
    """How far the value of Python's ``code`` in ``t`` may be from the exact one at a step."""
    tree = _Constants().visit(ast.parse(code, mode="eval"))
    names = {"math": _MATH, "rounded": _written, "t": Rounded(step)}
    value = eval(compile(ast.fix_missing_locations(tree), "formula", "eval"), names)  # noqa: S307 (what we wrote)
    return _rounded(value).error


class _Constants(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return ast.Call(ast.Name("rounded", ast.Load()), [node], [])


def _written(value: float) -> Rounded:
    """A number of the formula: the nearest to what was worked out of the parameters, where it is not whole."""
    return Rounded(value) if float(value).is_integer() and abs(value) < 2**53 else _made(value, 0.0)


def _made(value: float, error: float) -> Rounded:
    return Rounded(value, error + ULPS * _UNIT * abs(value))


def _rounded(value: Any) -> Rounded:
    return value if isinstance(value, Rounded) else Rounded(value)


def _function(
    function: Callable[[float], float], slope: Callable[[float], float]
) -> Callable[[Any], Rounded]:
    def applied(x: Any) -> Rounded:
        x = _rounded(x)
        return _made(function(x.value), slope(x.value) * x.error if x.error else 0.0)

    return applied


_MATH: Final = SimpleNamespace(
    pi=_made(math.pi, 0.0),
    inf=Rounded(math.inf),
    sqrt=_function(math.sqrt, lambda x: 0.5 / math.sqrt(x) if x else math.inf),
    exp=_function(math.exp, math.exp),
    log=_function(math.log, lambda x: 1 / x),
    sin=_function(math.sin, lambda _: 1.0),
    cos=_function(math.cos, lambda _: 1.0),
    floor=lambda x: Rounded(math.floor(_rounded(x).value)),
    ceil=lambda x: Rounded(math.ceil(_rounded(x).value)),
)
