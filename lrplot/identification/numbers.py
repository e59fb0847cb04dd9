"""Numbers that people write: the simplest in an interval, and how simple one is."""

import math
from collections.abc import Sequence
from decimal import Decimal

_MOST_DIGITS = 17
"""Digits that tell every float64 from its neighbours."""


def digits(value: float) -> int:
    """The number of significant digits of a number as it is written.

    >>> digits(1000), digits(0.001), digits(250), digits(3.25e-4), digits(0)
    (1, 1, 2, 3, 0)
    """
    if value == 0 or not math.isfinite(value):
        return 0
    return len(Decimal(repr(float(value))).normalize().as_tuple().digits)


def simplest(low: float, high: float) -> float | None:
    """The number from ``low`` to ``high`` that has the fewest digits, the middlemost of these; None of none.

    >>> simplest(0.0997, 0.1004), simplest(246.8, 250), simplest(-1e-9, 1e-9), simplest(2, 1)
    (0.1, 250.0, 0.0, None)
    """
    if not low <= high:
        return None
    if low <= 0 <= high:
        return 0.0
    if high < 0:
        found = simplest(-high, -low)
        return None if found is None else -found
    top = math.floor(math.log10(high))
    for count in range(_MOST_DIGITS):
        unit = top - count
        scale = 10.0**unit if abs(unit) < 300 else 0.0
        if not scale:
            break
        first, last = math.ceil(low / scale - 1e-9), math.floor(high / scale + 1e-9)
        middle = round((low + high) / 2 / scale)
        for whole in dict.fromkeys((min(max(middle, first), last), first, last)):
            value = float(f"{whole}e{unit}")
            if low <= value <= high:
                return value
    return (low + high) / 2


def roundings(value: float, width: float, most: int = 6) -> list[float]:
    """Numbers with few digits within ``width`` of a value, the shortest first; then the value itself.

    >>> roundings(0.10004, 0.0002)
    [0.1, 0.0999, 0.09994, 0.1001, 0.10004, 0.10014]
    """
    found: list[float] = []
    if abs(value) <= width:
        found.append(0.0)
    for count in range(1, most + 1):
        for side in (value, value - width / 2, value + width / 2):
            near = float(f"{side:.{count - 1}e}")
            if abs(near - value) <= width and near > 0:
                found.append(near)
    found.append(float(f"{value:.12e}"))
    return sorted(dict.fromkeys(found), key=digits) if value > 0 else list(dict.fromkeys(found))


def whole_numbers(
    value: float, width: float, low: float, high: float, *, beside: Sequence[float] = (0,), most: int = 40
) -> list[int]:
    """Whole numbers near a value: the roundest first, counted alone or added to a number ``beside``.

    >>> whole_numbers(899.4, 3, 1, 1e9)[:3]
    [900, 899, 898]
    """
    if not (math.isfinite(value) and math.isfinite(width)):
        return []
    first, last = math.ceil(max(low, value - width)), math.floor(min(high, value + width))
    if last - first > 4 * most:
        near = range(max(first, round(value) - most), min(last, round(value) + most) + 1)
        unit = 10 ** max(0, math.floor(math.log10(last - first)) - 1)
        near = sorted({*near, *range(-(-first // unit) * unit, last + 1, unit)})  # type: ignore[assignment]
    else:
        near = range(first, last + 1)
    ranked = sorted(near, key=lambda n: (min(digits(n + by) for by in beside), abs(n - value)))
    closest = sorted(near, key=lambda n: abs(n - value))[: most // 3]
    return list(dict.fromkeys([*ranked[: most - most // 3], *closest]))
