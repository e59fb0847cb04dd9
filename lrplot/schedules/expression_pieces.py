"""The monotone pieces of an expression in t, found without evaluating it at every step.

By interval arithmetic (Moore, Kearfott & Cloud, *Introduction to Interval Analysis*, 2009): over a stretch of
steps it gives bounds of the expression and of its derivative. Where the derivative has one sign and is finite
the curve is smooth and monotone; a stretch where that is not known is halved, down to single steps.
"""

import ast
from collections.abc import Callable, Mapping
from functools import reduce
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lrplot.schedules.knots import Knots

Array = NDArray[np.float64]

_MOST_STRETCHES: Final = 8192
"""Stretches halved at once; of more, as of a staircase of a million stairs, nothing is promised."""
_TURN: Final = 2 * np.pi
_ALWAYS: Final = np.bool_(True)  # noqa: FBT003 (a condition like those made of arrays)
_ROUNDING: Final = 1e-9
"""A change from step to step is no jump where it is the derivative's bound, but for this share."""
_BENT: Final = 1 / 8
"""The mean slope between two steps lies this share of the slope's change off at most; more is a jump."""


class Bounds(NamedTuple):
    """The least and the greatest value over a stretch, and of the derivative; infinite where it jumps."""

    low: Any
    high: Any
    falls: Any
    rises: Any


class UnboundedError(Exception):
    """Something of which no bounds are known."""


def expression_knots(text: str, steps_per_epoch: int, until: int) -> Knots:
    """The first steps of the monotone pieces of an expression below ``until``; unknown where too many.

    >>> expression_knots("min(1, t / 1000) * 0.5 ** (t // 400000)", 1, 10**6).few
    (1001, 400000, 800000)
    """
    tree = ast.parse(text.strip(), mode="eval").body

    def bounds(first: Array, last: Array) -> Bounds:
        shape = np.zeros_like(first)
        found = bounds_of(tree, Bounds(first, last, 1.0, 1.0), steps_per_epoch)
        return Bounds(*(np.asarray(each, dtype=np.float64) + shape for each in found))

    try:
        with np.errstate(all="ignore"):
            return _pieces(bounds, until)
    except UnboundedError:
        return Knots.nothing_known(until)


def _pieces(bounds: Callable[[Array, Array], Bounds], until: int) -> Knots:
    """Halve the steps ``0 … until-1`` until each stretch is monotone, then join what goes on smoothly."""
    first, last = np.zeros(1), np.full(1, until - 1.0)
    found: list[tuple[Array, ...]] = []
    unknown: list[tuple[int, int]] = []
    while len(first):
        here = bounds(first, last)
        moves = np.isfinite(here.falls) & np.isfinite(here.rises) & ((here.falls >= 0) | (here.rises <= 0))
        settled = moves | (first == last)
        found.append(tuple(each[settled] for each in (first, last, *here)))
        first, last = first[~settled], last[~settled]
        if len(first) > _MOST_STRETCHES:
            unknown += zip(first.astype(int).tolist(), (last.astype(int) + 1).tolist(), strict=True)
            break
        middle = np.floor((first + last) / 2)
        first, last = np.concatenate([first, middle + 1]), np.concatenate([middle, last])
    first, last, *values = (np.concatenate(each) for each in zip(*found, strict=True))
    order = np.argsort(first)
    starts = _knots(bounds, first[order], last[order], Bounds(*(each[order] for each in values)))
    edges = {edge for low, high in unknown for edge in (low, high) if 0 < edge < until}
    return Knots(tuple(sorted(edges.union(starts.astype(int).tolist()))), unknown=_joined(unknown))


def _joined(unknown: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for low, high in sorted(unknown):
        if joined and joined[-1][1] == low:
            joined[-1] = joined[-1][0], high
        else:
            joined.append((low, high))
    return tuple(joined)


def _knots(bounds: Callable[[Array, Array], Bounds], first: Array, last: Array, here: Bounds) -> Array:
    """The starts of those stretches that do not go on as the one before: another way, or a jump."""
    way = np.where(here.falls == here.rises, np.sign(here.falls), np.where(here.falls >= 0, 1.0, -1.0))
    odd = ~((here.falls >= 0) | (here.rises <= 0)) | ~np.isfinite(here.falls) | ~np.isfinite(here.rises)
    way[odd] = np.nan
    before, after = last[:-1], first[1:]
    one, other = bounds(before, before), bounds(after, after)
    change = other.low - one.low
    slopes = np.maximum(np.abs(here.falls), np.abs(here.rises))
    steepest = np.maximum(slopes[:-1], slopes[1:])
    noise = 1e-15 * np.maximum(np.abs(one.low), np.abs(other.low))
    # A jump may hide in what the stretches allow; between two steps of a smooth curve the mean slope does.
    mean, bent = (one.falls + other.falls) / 2, np.abs(one.falls - other.falls)
    smoothly = np.abs(change - mean) <= _BENT * bent + _ROUNDING * np.abs(mean) + noise
    goes_on = (
        (after == before + 1)
        & smoothly
        & (way[1:] == way[:-1])
        & (change * way[1:] >= -noise)
        & (np.abs(change) <= steepest * (1 + _ROUNDING) + noise)
    )
    starts: Array = after[~goes_on]
    return starts


# --- bounds of an expression -------------------------------------------------------------------------------


def bounds_of(node: ast.expr, t: Bounds, per_epoch: int = 1) -> Bounds:
    """The bounds of a node over stretches of t.

    Raises
    ------
    UnboundedError
        When it holds something of which no bounds are known.
    """
    known = _NODES.get(type(node))
    if known is None:
        raise UnboundedError
    return known(node, lambda inner: bounds_of(inner, t, per_epoch), t, per_epoch)


_Of = Callable[[ast.expr], Bounds]


def _constant(value: float) -> Bounds:
    # NumPy's numbers: what is divided by a 0 of theirs is infinite, as of an array's.
    number, level = np.float64(value), np.float64(0)
    return Bounds(number, number, level, level)


def _name(node: Any, _of: _Of, t: Bounds, per_epoch: int) -> Bounds:
    name = node.attr if isinstance(node, ast.Attribute) else node.id
    if name == "pi":
        return _constant(np.pi)
    return _divided(t, _constant(float(per_epoch))) if name == "epoch" else t


def _hull(*each: Any) -> tuple[Any, Any]:
    return reduce(np.minimum, each), reduce(np.maximum, each)


def _products(a: Any, b: Any, c: Any, d: Any) -> tuple[Any, Any]:
    """The least and greatest product of one of ``a … b`` and one of ``c … d``; 0 of nothing is nothing."""
    return _hull(*(np.where((x == 0) | (y == 0), 0.0, x * y) for x in (a, b) for y in (c, d)))


def _sum(x: Bounds, y: Bounds) -> Bounds:
    return Bounds(*(a + b for a, b in zip(x, y, strict=True)))


def _negative(x: Bounds) -> Bounds:
    return Bounds(-x.high, -x.low, -x.rises, -x.falls)


def _product(x: Bounds, y: Bounds) -> Bounds:
    left = _products(x.falls, x.rises, y.low, y.high)
    right = _products(x.low, x.high, y.falls, y.rises)
    return Bounds(*_products(*x[:2], *y[:2]), left[0] + right[0], left[1] + right[1])


def _through(x: Bounds, low: Any, high: Any, slopes: tuple[Any, Any], where: Any) -> Bounds:
    """A function of ``x`` with these values and derivatives; nothing is known where it is not defined."""
    falls, rises = _products(x.falls, x.rises, *slopes)
    ends = (low, -np.inf), (high, np.inf), (falls, -np.inf), (rises, np.inf)
    return Bounds(*(np.where(where, known, nothing) for known, nothing in ends))


def _inverse(x: Bounds) -> Bounds:
    apart = (x.low > 0) | (x.high < 0)
    slopes = -1 / np.square(x.low), -1 / np.square(x.high)
    return _through(x, 1 / x.high, 1 / x.low, _hull(*slopes), apart)


def _divided(x: Bounds, y: Bounds) -> Bounds:
    if not np.ndim(y.low) and y.low == y.high and y.low != 0:
        # The very division, so that a bound is the value.
        low, high = _hull(x.low / y.low, x.high / y.low)
        return Bounds(low, high, *_hull(x.falls / y.low, x.rises / y.low))
    return _product(x, _inverse(y))


def _rounded(x: Bounds, down: Callable[[Any], Any]) -> Bounds:
    """``floor`` or ``ceil``: level, or a jump somewhere in the stretch."""
    low, high = down(x.low), down(x.high)
    level = low == high
    return Bounds(low, high, np.where(level, 0.0, -np.inf), np.where(level, 0.0, np.inf))


def _floor_divided(x: Bounds, y: Bounds) -> Bounds:
    if np.ndim(y.low) or y.low != y.high or y.low == 0:
        raise UnboundedError
    low, high = _hull(np.floor_divide(x.low, y.low), np.floor_divide(x.high, y.low))
    return _rounded(Bounds(low, high, x.falls, x.rises), np.floor)


def _remainder(x: Bounds, y: Bounds) -> Bounds:
    times = _floor_divided(x, y)
    within = times.low == times.high
    low, high = _hull(np.mod(x.low, y.low), np.mod(x.high, y.low))
    return Bounds(
        np.where(within, low, np.minimum(0.0, y.low)),
        np.where(within, high, np.maximum(0.0, y.low)),
        np.where(within, x.falls, -np.inf),
        np.where(within, x.rises, np.inf),
    )


def _power(x: Bounds, y: Bounds) -> Bounds:
    if not np.ndim(y.low) and y.low == y.high:
        return _fixed_power(x, float(y.low))
    if not np.ndim(x.low) and x.low == x.high and x.low > 0:
        low, high = _hull(x.low**y.low, x.low**y.high)
        return _through(y, low, high, _hull(np.log(x.low) * low, np.log(x.low) * high), _ALWAYS)
    return _exponential(_product(y, _logarithm(x)))


def _fixed_power(x: Bounds, power: float) -> Bounds:
    if power == 0:
        return _constant(1.0)
    if not power.is_integer():
        slopes = _hull(power * np.power(x.low, power - 1), power * np.power(x.high, power - 1))
        return _through(x, *_hull(np.power(x.low, power), np.power(x.high, power)), slopes, x.low >= 0)
    crosses = (x.low < 0) & (x.high > 0)
    ends = np.power(x.low, power), np.power(x.high, power)
    slopes = power * np.power(x.low, power - 1), power * np.power(x.high, power - 1)
    if power < 0:
        return _through(x, *_hull(*ends), _hull(*slopes), (x.low > 0) | (x.high < 0))
    low, high = _hull(*ends)
    # Between the signs an even power, and the slope of an odd one, has its least at 0.
    even, odd = power % 2 == 0, power % 2 == 1 and power > 1
    falls, rises = _hull(*slopes)
    return _through(
        x,
        np.where(crosses, 0.0, low) if even else low,
        high,
        (np.where(crosses, 0.0, falls) if odd else falls, rises),
        _ALWAYS,
    )


def _exponential(x: Bounds) -> Bounds:
    low, high = np.exp(x.low), np.exp(x.high)
    return _through(x, low, high, (low, high), _ALWAYS)


def _logarithm(x: Bounds) -> Bounds:
    return _through(x, np.log(x.low), np.log(x.high), (1 / x.high, 1 / x.low), x.low > 0)


def _root(x: Bounds) -> Bounds:
    low, high = np.sqrt(x.low), np.sqrt(x.high)
    return _through(x, low, high, (0.5 / high, 0.5 / low), x.low >= 0)


def _passes(low: Any, high: Any, angle: float) -> Any:
    """True where a multiple of a turn after ``angle`` lies between two angles."""
    return np.floor((high - angle) / _TURN) > np.floor((low - angle) / _TURN)


def _cosines(low: Any, high: Any) -> tuple[Any, Any]:
    """The least and the greatest cosine of an angle between two."""
    least, greatest = _hull(np.cos(low), np.cos(high))
    return np.where(_passes(low, high, np.pi), -1.0, least), np.where(_passes(low, high, 0.0), 1.0, greatest)


def _sines(low: Any, high: Any) -> tuple[Any, Any]:
    least, greatest = _hull(np.sin(low), np.sin(high))
    bottom, top = 1.5 * np.pi, 0.5 * np.pi
    return (
        np.where(_passes(low, high, bottom), -1.0, least),
        np.where(_passes(low, high, top), 1.0, greatest),
    )


def _cosine(x: Bounds) -> Bounds:
    least, greatest = _sines(x.low, x.high)
    return _wave(x, _cosines(x.low, x.high), (-greatest, -least))


def _sine(x: Bounds) -> Bounds:
    return _wave(x, _sines(x.low, x.high), _cosines(x.low, x.high))


def _wave(x: Bounds, values: tuple[Any, Any], slopes: tuple[Any, Any]) -> Bounds:
    # Over more than a turn it may be part of what is monotone and yet swings.
    return _through(x, *values, slopes, x.high - x.low <= _TURN)


def _absolute(x: Bounds) -> Bounds:
    return _greater(x, _negative(x))


def _greater(x: Bounds, y: Bounds) -> Bounds:
    """The greater of two; where the other may become it there may be a corner."""
    mine, others = x.low >= y.high, y.low >= x.high
    return Bounds(
        np.maximum(x.low, y.low),
        np.maximum(x.high, y.high),
        np.where(mine, x.falls, np.where(others, y.falls, -np.inf)),
        np.where(mine, x.rises, np.where(others, y.rises, np.inf)),
    )


def _lesser(x: Bounds, y: Bounds) -> Bounds:
    return _negative(_greater(_negative(x), _negative(y)))


def _truth(yes: Any, no: Any) -> Bounds:
    """1 where it surely is, 0 where it surely is not; else either, with a jump between."""
    known = yes | no
    return Bounds(
        np.where(yes, 1.0, 0.0),
        np.where(no, 0.0, 1.0),
        np.where(known, 0.0, -np.inf),
        np.where(known, 0.0, np.inf),
    )


def _is_true(x: Bounds) -> Any:
    return (x.low > 0) | (x.high < 0)


def _is_false(x: Bounds) -> Any:
    return (x.low == 0) & (x.high == 0)


def _chosen(test: Bounds, yes: Bounds, no: Bounds) -> Bounds:
    true, false = _is_true(test), _is_false(test)
    either = np.minimum(yes.low, no.low), np.maximum(yes.high, no.high), -np.inf, np.inf
    return Bounds(
        *(np.where(true, a, np.where(false, b, c)) for a, b, c in zip(yes, no, either, strict=True))
    )


def _less(x: Bounds, y: Bounds) -> Bounds:
    return _truth(x.high < y.low, x.low >= y.high)


def _equal(x: Bounds, y: Bounds) -> Bounds:
    same = (x.low == x.high) & (y.low == y.high) & (x.low == y.low)
    return _truth(same, (x.high < y.low) | (y.high < x.low))


def _not(x: Bounds) -> Bounds:
    return _truth(_is_false(x), _is_true(x))


_COMPARE: Final[Mapping[type[ast.cmpop], Callable[[Bounds, Bounds], Bounds]]] = MappingProxyType(
    {
        ast.Lt: _less,
        ast.Gt: lambda x, y: _less(y, x),
        ast.LtE: lambda x, y: _not(_less(y, x)),
        ast.GtE: lambda x, y: _not(_less(x, y)),
        ast.Eq: _equal,
        ast.NotEq: lambda x, y: _not(_equal(x, y)),
    }
)
_BINARY: Final[Mapping[type[ast.operator], Callable[[Bounds, Bounds], Bounds]]] = MappingProxyType(
    {
        ast.Add: _sum,
        ast.Sub: lambda x, y: _sum(x, _negative(y)),
        ast.Mult: _product,
        ast.Div: _divided,
        ast.FloorDiv: _floor_divided,
        ast.Mod: _remainder,
        ast.Pow: _power,
    }
)
_UNARY: Final[Mapping[type[ast.unaryop], Callable[[Bounds], Bounds]]] = MappingProxyType(
    {ast.UAdd: lambda x: x, ast.USub: _negative, ast.Not: _not}
)
_FUNCTIONS: Final[Mapping[str, Callable[..., Bounds]]] = MappingProxyType(
    {
        "min": lambda *each: reduce(_lesser, each),
        "max": lambda *each: reduce(_greater, each),
        "abs": _absolute,
        "sqrt": _root,
        "exp": _exponential,
        "log": _logarithm,
        "sin": _sine,
        "cos": _cosine,
        "floor": lambda x: _rounded(x, np.floor),
        "ceil": lambda x: _rounded(x, np.ceil),
        "where": _chosen,
    }
)


def _compared(node: Any, of: _Of, _t: Bounds, _each: int) -> Bounds:
    sides = [of(side) for side in (node.left, *node.comparators)]
    pairs = zip(node.ops, sides, sides[1:], strict=False)
    tests = [_COMPARE[type(operator)](left, right) for operator, left, right in pairs]
    return reduce(lambda x, y: _chosen(x, y, _constant(0.0)), tests)


def _both(node: Any, of: _Of, _t: Bounds, _each: int) -> Bounds:
    if isinstance(node.op, ast.And):
        return reduce(lambda x, y: _chosen(x, y, x), map(of, node.values))
    return reduce(lambda x, y: _chosen(x, x, y), map(of, node.values))


def _called(node: Any, of: _Of, _t: Bounds, _each: int) -> Bounds:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
    return _FUNCTIONS[name](*map(of, node.args))


_NODES: Final[Mapping[type[ast.expr], Callable[[Any, _Of, Bounds, int], Bounds]]] = MappingProxyType(
    {
        ast.Constant: lambda node, *_: _constant(float(node.value)),
        ast.Name: _name,
        ast.Attribute: _name,
        ast.BinOp: lambda node, of, *_: _BINARY[type(node.op)](of(node.left), of(node.right)),
        ast.UnaryOp: lambda node, of, *_: _UNARY[type(node.op)](of(node.operand)),
        ast.BoolOp: _both,
        ast.Compare: _compared,
        ast.IfExp: lambda node, of, *_: _chosen(of(node.test), of(node.body), of(node.orelse)),
        ast.Call: _called,
    }
)
