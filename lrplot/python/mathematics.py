"""The functions that arithmetic in the step may call, whichever library spells them."""

import ast
import math
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import numpy as np

from lrplot.python import symbolic
from lrplot.python.parameters import Refusal
from lrplot.python.symbolic import Symbol
from lrplot.python.tables import Scalar
from lrplot.python.values import Nothing

_DIGITS: Final = 400
"""More than a float has on either side of its point."""

ROOTS: Final = frozenset({"math", "np", "numpy"})
"""First parts of such a function's dotted name, beside the roots of the frameworks that compute."""

CONSTANTS: Final[Mapping[str, float]] = {"pi": math.pi, "e": math.e, "inf": math.inf, "tau": math.tau}

_BITS: Final = 1024
"""Bits of a whole number, with more of which it is none of float64."""
BEYOND: Final = 2**_BITS
"""Whole numbers from this one on are none of float64."""

_ONE: Final[Mapping[str, Callable[[float], float]]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "log10": math.log10,
    "log2": math.log2,
    "log1p": math.log1p,
    "expm1": math.expm1,
    "sin": math.sin,
    "cos": math.cos,
    "floor": math.floor,
    "ceil": math.ceil,
    "abs": abs,
    "rsqrt": lambda value: 1 / math.sqrt(value),
    "tanh": math.tanh,
    "square": lambda value: value * value,
}
_SAME: Final[Mapping[str, str]] = {
    "fabs": "abs",
    "minimum": "min",
    "maximum": "max",
    "fmin": "min",
    "fmax": "max",
    "pow": "power",
    "int32": "int",
    "int64": "int",
    "clamp": "clip",
    "clip_by_value": "clip",
}
_AS_IT_IS: Final = frozenset(
    {"float", "float32", "float64", "cast", "constant", "convert_to_tensor", "tensor", "asarray", "array"}
)
_EXTREMES: Final[Mapping[str, Callable[..., float]]] = {"min": min, "max": max}
_LOGIC: Final[Mapping[str, ast.boolop]] = {"logical_and": ast.And(), "logical_or": ast.Or()}
_CHOICES: Final = frozenset({"where", "cond"})
_STEPS_SO_FAR: Final = frozenset({"logical_not", "arange", "prod"})
_FUNCTIONS: Final = frozenset(
    {
        *_ONE,
        *_SAME,
        *_AS_IT_IS,
        *_EXTREMES,
        *_CHOICES,
        *_LOGIC,
        *_STEPS_SO_FAR,
        "int",
        "power",
        "round",
        "clip",
        "interp",
    }
)


def known(path: str, roots: Container[str]) -> str | None:
    """The function a dotted name stands for under one of the roots, None where it is no mathematics."""
    root, _, last = path.rpartition(".")
    if last not in _FUNCTIONS or (root and root.split(".")[0] not in roots):
        return None
    return _SAME.get(last, last)


def of_arrays(path: str, values: Sequence[Any]) -> list[Any]:
    """The arguments as an array library's function takes them; Python's own take plain numbers."""
    if path.rpartition(".")[0] in {"", "math"}:
        return list(values)
    return [replace(value, array=True) if isinstance(value, Symbol) else value for value in values]


_KEYWORDS: Final[Mapping[str, Sequence[Sequence[str]]]] = {
    "clip": (
        ("a", "x", "input", "arr", "t"),
        ("a_min", "min", "clip_value_min"),
        ("a_max", "max", "clip_value_max"),
    ),
    "where": (("condition", "cond"), ("x", "input"), ("y", "other")),
    "cast": (("x",), ("dtype",)),
    "asarray": (("a",), ("dtype",)),
    "array": (("a",), ("dtype",)),
}
"""What libraries call the arguments of a function, in their order."""
_OF_NO_CONSEQUENCE: Final = frozenset({"name", "dtype"})


def placed(name: str, values: Sequence[Any], named: Mapping[str, Any]) -> list[Any]:
    """All arguments of a function in their order; one that is left out between others is None.

    Raises
    ------
    Refusal
        When a name is none of the function's.
    """
    found = dict(enumerate(values))
    places = {word: at for at, words in enumerate(_KEYWORDS.get(name, ())) for word in words}
    for key, value in named.items():
        if key in places:
            found[places[key]] = value
        elif key not in _OF_NO_CONSEQUENCE:
            raise Refusal(f"what '{key}' does to {name} is not read", key)
    return [found.get(at) for at in range(max(found, default=-1) + 1)]


def apply(name: str, values: Sequence[Any]) -> Any:
    """The function of numbers, or of what depends on the step.

    Raises
    ------
    Refusal
        When it cannot be computed.
    """
    if name in _AS_IT_IS:
        if not values or isinstance(values[0], list | tuple | range):
            raise Refusal(f"{name} of {'a list' if values else 'nothing'} is not read")
        if name == "float32" and isinstance(values[0], float):
            with np.errstate(over="ignore"):
                return float(np.float32(values[0]))
        found = float(values[0]) if name == "float" and isinstance(values[0], int) else _cast(values)
        # A tensor is one object, whoever holds it.
        return Scalar(found) if name == "tensor" and type(found) is float else found
    if name in {"where", "cond"}:
        if len(values) != 3:
            raise Refusal(f"{name} takes a test and two values")
        test, yes, no = values
        return symbolic.choose(test, yes, no) if isinstance(test, Symbol) else yes if test else no
    if name == "power":
        if len(values) != 2:
            raise Refusal(f"pow takes 2 arguments, got {len(values)}")
        return power(*values)
    if name == "clip":
        return _clipped(values)
    if name == "logical_not" and len(values) == 1:
        return symbolic.invert(values[0])
    if name in _LOGIC:
        return symbolic.either(_LOGIC[name], values)
    if name == "arange":
        if len(values) != 2 or values[0] not in (0, 1):
            raise Refusal("arange is read as the steps so far alone: arange(1, n)")
        return symbolic.every_step(values[0])
    if name == "prod":
        return symbolic.running(values[0] if len(values) == 1 else None)
    if name in {"min", "max"}:
        return _extreme(name, values)
    if name == "interp":
        return _interpolated(values)
    if name == "log" and len(values) == 2:
        return _to_base(values[0], values[1])
    if name == "round" and len(values) == 2 and all(isinstance(each, int | float) for each in values):
        # Beyond its digits a number is itself, or 0.
        return round(values[0], max(-_DIGITS, min(_DIGITS, int(values[1]))))
    if len(values) != 1:
        raise Refusal(f"{name} takes one argument here, got {len(values)}")
    return _of_one(name, values[0])


def _interpolated(values: Sequence[Any]) -> Any:
    """``interp(x, xs, ys)``: straight lines through points, level outside."""
    if len(values) != 3 or not all(isinstance(each, list | tuple) for each in values[1:]):
        raise Refusal("interp takes a place and two lists")
    x, places, heights = values
    if not len(places) == len(heights) > 0:
        raise Refusal("interp takes as many places as values")
    if isinstance(x, list | tuple):
        return [_interpolated([each, places, heights]) for each in x]
    if not all(isinstance(place, int | float) for place in places):
        raise Refusal("interp of places that are not numbers")
    if not isinstance(x, Symbol) and all(isinstance(y, int | float) for y in heights):
        return float(np.interp(x, places, heights))
    found: Any = heights[0]
    for (a, b), (low, high) in zip(pairwise(places), pairwise(heights), strict=True):
        gone = _written("/", _written("-", x, a), b - a)
        share = apply("min", [apply("max", [gone, 0]), 1])
        found = _written("+", found, _written("*", _written("-", high, low), share))
    return found


def _written(operator: str, left: Any, right: Any) -> Any:
    kinds = {"+": ast.Add(), "-": ast.Sub(), "*": ast.Mult(), "/": ast.Div()}
    if isinstance(left, Symbol) or isinstance(right, Symbol):
        return symbolic.combine(kinds[operator], left, right)
    return {
        "+": left + right,
        "-": left - right,
        "*": left * right,
        "/": left / right if right else math.inf,
    }[operator]


def _clipped(values: Sequence[Any]) -> Any:
    """``max(low, value)``, then ``min(high, …)``; a bound that is None is none."""
    if not 2 <= len(values) <= 3:
        raise Refusal(f"clip takes a value and two bounds, got {len(values)} arguments")
    value, low, high = (*values, None)[:3]
    if low is not None and not isinstance(low, Nothing):
        value = _extreme("max", [value, low])
    if high is not None and not isinstance(high, Nothing):
        value = _extreme("min", [value, high])
    return value


def _cast(values: Sequence[Any]) -> Any:
    """The value itself, cut to a whole number where it is cast to one."""
    kind = values[1] if len(values) > 1 else ""
    whole = "int" in str(getattr(kind, "name", kind))
    return _of_one("int", values[0]) if whole else values[0]


def _extreme(name: str, values: Sequence[Any]) -> Any:
    if len(values) == 1 and isinstance(values[0], list | tuple) and values[0]:
        values = values[0]
        if len(values) == 1:
            return values[0]
    if len(values) < 2:
        raise Refusal(f"{name} takes at least 2 arguments, got {len(values)}")
    if all(isinstance(value, int | float) for value in values):
        return _EXTREMES[name](values)
    return symbolic.call(name, values)


def _of_one(name: str, value: Any) -> Any:
    if isinstance(value, Symbol):
        if name == "int":
            return symbolic.truncated(value)
        if name == "round":
            raise Refusal("round is not read; floor(x + 0.5) says which way a half goes")
        return _WRITTEN_OUT[name](value) if name in _WRITTEN_OUT else symbolic.call(name, [value])
    try:
        if name == "int":
            return int(value)
        if name == "round":
            return round(value)
        return _ONE[name](value)
    except (ValueError, OverflowError, TypeError, ZeroDivisionError) as error:
        raise Refusal(f"{name}: {error}") from None


def _tanh(value: Symbol) -> Any:
    """``1 - 2 / (exp(2 x) + 1)``."""
    grown = symbolic.call("exp", [symbolic.combine(ast.Mult(), 2, value)])
    return symbolic.combine(
        ast.Sub(), 1, symbolic.combine(ast.Div(), 2, symbolic.combine(ast.Add(), grown, 1))
    )


def _to_base(value: Any, base: Any) -> Any:
    """``log(value, base)``, as Python divides for it."""
    if isinstance(value, Symbol) or isinstance(base, Symbol):
        return symbolic.combine(ast.Div(), _of_one("log", value), _of_one("log", base))
    try:
        return math.log(value, base)
    except (ValueError, OverflowError, TypeError, ZeroDivisionError) as error:
        raise Refusal(f"log: {error}") from None


_WRITTEN_OUT: Final[Mapping[str, Callable[[Symbol], Any]]] = {
    "rsqrt": lambda value: symbolic.combine(ast.Div(), 1, symbolic.call("sqrt", [value])),
    "tanh": _tanh,
    "square": lambda value: symbolic.combine(ast.Pow(), value, 2),
    "log10": lambda value: _to_base(value, 10),
    "log2": lambda value: _to_base(value, 2),
    "log1p": lambda value: symbolic.call("log", [symbolic.combine(ast.Add(), value, 1)]),
    "expm1": lambda value: symbolic.combine(ast.Sub(), symbolic.call("exp", [value]), 1),
}


def power(left: Any, right: Any) -> Any:
    """``left ** right``, of numbers that stay within float64."""
    if isinstance(left, Symbol) or isinstance(right, Symbol):
        return symbolic.combine(ast.Pow(), left, right)
    try:
        if isinstance(left, int) and isinstance(right, int) and right >= 0:
            if abs(left) > 1 and right * math.log2(abs(left)) > _BITS:
                raise Refusal("number too large for float64")
            return left**right
        value = float(left) ** float(right)
    except (OverflowError, ZeroDivisionError, TypeError, ValueError) as error:
        raise Refusal(f"** cannot be computed: {error}") from None
    if isinstance(value, complex):
        raise Refusal("a root of a negative number")
    return value
