"""The least of a function of one number, on a grid and then by Brent's search."""

import math
from collections.abc import Callable, Sequence
from typing import Final

from lrplot.identification.rows import Array

_GOLDEN: Final = (3 - math.sqrt(5)) / 2
"""The share at which a golden section cuts the larger part."""
_ROUNDS: Final = 60
"""0.618^60 is 3e-13: as far as float64 tells two lengths apart."""
_CLOSE: Final = 1e-11
"""Relative distance at which two lengths are one."""


def least(
    miss: Callable[[float], float],
    grid: Sequence[float] | Array,
    values: Sequence[float] | Array | None = None,
    *,
    within: float = 0.0,
) -> float:
    """The number with the least miss: the best of a grid, then between its neighbours.

    Parameters
    ----------
    miss
        What is to be small.
    grid
        Numbers that rise.
    values
        What the numbers of the grid miss by, where it is known.
    within
        The distance from the least that does; as near as float64 tells when left out.

    Examples
    --------
    >>> round(least(lambda x: (x - 3) ** 2, [0, 1, 2, 5, 9]), 6)
    3.0
    """
    if values is None:
        values = [miss(float(x)) for x in grid]
    at = min(range(len(values)), key=values.__getitem__)
    low, high = float(grid[max(0, at - 1)]), float(grid[min(len(values) - 1, at + 1)])
    return _between(miss, (low, high), (float(grid[at]), float(values[at])), within)


def _between(
    miss: Callable[[float], float], ends: tuple[float, float], best: tuple[float, float], within: float
) -> float:
    """The least between two numbers, from the best one known on.

    The step goes to the least of the parabola through the three best, where it lies inside and they close
    in on it; else a golden section of the larger part is left (Brent, Algorithms for Minimization without
    Derivatives, 1973, chapter 5).
    """
    (low, high), (x, of_x) = ends, best
    second = third = x
    of_second = of_third = of_x
    step = before = 0.0
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        close = max(within / 2, _CLOSE * abs(x), 1e-300)
        if abs(x - middle) <= 2 * close - (high - low) / 2:
            break
        bent = _parabola(x, of_x, second, of_second, third, of_third)
        if bent is not None and abs(bent) < abs(before) / 2 and low < x + bent < high:
            before, step = step, bent
            if min(x + step - low, high - x - step) < 2 * close:
                step = math.copysign(close, middle - x)
        else:
            before = (low if x >= middle else high) - x
            step = _GOLDEN * before
        other = x + (step if abs(step) >= close else math.copysign(close, step))
        of_other = miss(other)
        if of_other <= of_x:
            low, high = (x, high) if other >= x else (low, x)
            third, of_third, second, of_second = second, of_second, x, of_x
            x, of_x = other, of_other
        else:
            low, high = (other, high) if other < x else (low, other)
            if of_other <= of_second or second == x:
                third, of_third, second, of_second = second, of_second, other, of_other
            elif of_other <= of_third or third in (x, second):
                third, of_third = other, of_other
    return x


def _parabola(x: float, of_x: float, v: float, of_v: float, w: float, of_w: float) -> float | None:
    """The way from x to the least of the parabola through three points; None where there is none."""
    r, q = (x - v) * (of_x - of_w), (x - w) * (of_x - of_v)
    over, under = (x - w) * q - (x - v) * r, 2 * (q - r)
    return -over / under if under and math.isfinite(over) and math.isfinite(under) else None


def crossing(gap: Callable[[float], float], low: float, high: float) -> float | None:
    """The place between two numbers, or half a step beside them, where a function changes its sign, if any.

    >>> round(crossing(lambda x: x * x - 2, 0, 2), 6)
    1.414214
    """
    low, high = low - 0.5, high + 0.5
    sign = gap(low)
    if not math.isfinite(sign) or not math.isfinite(gap(high)) or (sign > 0) == (gap(high) > 0):
        return None
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        if (gap(middle) > 0) == (sign > 0):
            low = middle
        else:
            high = middle
    return (low + high) / 2
