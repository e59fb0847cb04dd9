"""The steps at which Python, computing an expression with plain numbers, may raise instead of giving one.

By the interval arithmetic of ``expression_pieces``: over a stretch of steps whose divisors do not reach 0,
and whose roots, logarithms and powers stay where they are numbers, nothing can raise. What is left is tried;
so are the steps at which Python's whole numbers may be larger than float64's are exact.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lrplot.python.whole import EXACT, wanted_exactly
from lrplot.schedules.expression_pieces import Bounds, UnboundedError, bounds_of

Array = NDArray[np.float64]
Safe = Callable[[Bounds], Any]
"""Where bounds over stretches are such that nothing raises there."""

_SHORT: Final = 64
"""Steps of a stretch that are told one by one: a step costs less than halving it."""
_MOST: Final = 1024
"""Stretches halved at once; of more, as where it raises all along, nothing is told."""
_MARGIN: Final = 1e-12
"""Room for rounding beside 0, as a share of a stretch's greatest number."""
_MOST_EXPONENT: Final = 709.0
"""exp of more than 709.78 is no float64."""


def risky_steps(node: ast.expr, first: int, last: int) -> Array | None:
    """The steps ``first … last`` at which the expression may raise; None where that is not known.

    Nodes whose ``lenient`` is true compute as arrays do, and never raise.

    >>> risky_steps(ast.parse("1 / max(t, 1)", mode="eval").body, 0, 10**12).tolist()
    []
    >>> len(risky_steps(ast.parse("1 / (t - 10**9)", mode="eval").body, 0, 10**12)) < 100
    True
    """
    try:
        safe = list(_safe(node))
        with np.errstate(all="ignore"):
            return _left(safe, first, last)
    except UnboundedError:
        return None


def _left(safe: list[Safe], first: int, last: int) -> Array | None:
    low, high = np.array([float(first)]), np.array([float(last)])
    found = []
    while len(low):
        t = Bounds(low, high, 1.0, 1.0)
        risky = np.zeros(low.shape, dtype=bool)
        for each in safe:
            risky |= ~np.asarray(each(t), dtype=bool)
        low, high = low[risky], high[risky]
        short = high - low < _SHORT
        found += [np.arange(a, b + 1) for a, b in zip(low[short], high[short], strict=True)]
        low, high = low[~short], high[~short]
        if len(low) > _MOST:
            return None
        middle = np.floor((low + high) / 2)
        low, high = np.concatenate([low, middle + 1]), np.concatenate([middle, high])
    return np.sort(np.concatenate(found)) if found else np.empty(0)


def _safe(node: ast.expr) -> Iterator[Safe]:
    """Of each part that may raise, where it does not."""
    for part in ast.walk(node):
        if getattr(part, "lenient", False):
            continue
        for operand in wanted_exactly(part):
            yield partial(_within, operand, _is_exact)
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div | ast.FloorDiv | ast.Mod):
            yield partial(_within, part.right, _is_not_0)
        elif isinstance(part, ast.BinOp) and isinstance(part.op, ast.Pow):
            yield partial(_is_a_power, part)
        elif isinstance(part, ast.Call):
            name = part.func.attr if isinstance(part.func, ast.Attribute) else getattr(part.func, "id", "")
            if name in _ARGUMENTS:
                yield partial(_within, part.args[0], _ARGUMENTS[name])


def _within(node: ast.expr, safe: Safe, t: Bounds) -> Any:
    return safe(bounds_of(node, t))


def _is_not_0(x: Bounds) -> Any:
    margin = _MARGIN * np.maximum(np.abs(x.low), np.abs(x.high))
    return (x.low > margin) | (x.high < -margin)


def _is_finite(x: Bounds) -> Any:
    return np.isfinite(x.low) & np.isfinite(x.high)


def _is_exact(x: Bounds) -> Any:
    return (x.low > -EXACT) & (x.high < EXACT)


def _is_a_power(node: ast.BinOp, t: Bounds) -> Any:
    base, exponent = bounds_of(node.left, t), bounds_of(node.right, t)
    return (_is_not_0(base) | (exponent.low >= 0)) & _is_finite(bounds_of(node, t))


_ARGUMENTS: Final[Mapping[str, Safe]] = MappingProxyType(
    {
        "exp": lambda x: x.high < _MOST_EXPONENT,
        "log": lambda x: _is_not_0(x) & (x.low > 0),
        "sqrt": lambda x: x.low >= 0,
        "floor": _is_finite,
        "ceil": _is_finite,
    }
)
