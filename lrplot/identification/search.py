"""The least of a function of one number, on a grid and then by golden section."""

import math
from collections.abc import Callable, Sequence
from typing import Final

from lrplot.identification.rows import Array

_GOLDEN: Final = (math.sqrt(5) - 1) / 2
"""The share at which the golden section cuts: one of its two values serves again."""
_ROUNDS: Final = 60
"""0.618^60 is 3e-13: as far as float64 tells two lengths apart."""


def least(miss: Callable[[float], float], grid: Sequence[float] | Array) -> float:
    """The number with the least miss: the best of a grid, then between its neighbours.

    >>> round(least(lambda x: (x - 3) ** 2, [0, 1, 2, 5, 9]), 6)
    3.0
    """
    values = [miss(float(x)) for x in grid]
    at = min(range(len(values)), key=values.__getitem__)
    low, high = float(grid[max(0, at - 1)]), float(grid[min(len(values) - 1, at + 1)])
    a, b = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    of_a, of_b = miss(a), miss(b)
    for _ in range(_ROUNDS):
        if of_a <= of_b:
            high, b, of_b = b, a, of_a
            a = high - _GOLDEN * (high - low)
            of_a = miss(a)
        else:
            low, a, of_a = a, b, of_b
            b = low + _GOLDEN * (high - low)
            of_b = miss(b)
        if high - low <= 1e-11 * max(abs(high), 1e-300):
            break
    return a if of_a <= of_b else b


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
