"""The simplest number within an interval, as a person would have written it."""

import math
from typing import Final

_MOST_WHOLE: Final = 4096
"""Whole factors beyond this are no counts of processes, batches or groups."""
_MOST_PARTS: Final = 16
"""Largest divisor of a fraction that somebody would write: 15/16 is a factor, 16/17 a coincidence."""


def simplest(low: float, high: float) -> tuple[float, str]:
    """The simplest number x with 0 < low ≤ x ≤ high, and how it is written.

    A whole number, then 1/n, a decimal of up to three digits, p/q with q ≤ 16, and else the shortest
    decimal.

    Examples
    --------
    >>> simplest(3.9999, 4.0001), simplest(0.3333, 0.33334), simplest(0.5499, 0.5501)
    ((4.0, '4'), (0.3333333333333333, '1/3'), (0.55, '0.55'))
    """
    whole = math.ceil(low)
    if 1 <= whole <= high and whole <= _MOST_WHOLE:
        return float(whole), str(whole)
    parts = math.ceil(1 / high)
    if parts <= min(1 / low, _MOST_WHOLE):
        return 1 / parts, f"1/{parts}"
    decimal = shortest(low, high)
    if len(f"{decimal:g}".lstrip("0.")) <= 3 and float(f"{decimal:.3g}") == decimal:
        return decimal, f"{decimal:g}"
    for under in range(3, _MOST_PARTS + 1):
        over = math.ceil(low * under)
        if over / under <= high and over <= _MOST_WHOLE:
            return over / under, f"{over}/{under}"
    return decimal, f"{decimal:.6g}"


def shortest(low: float, high: float) -> float:
    """The decimal with the fewest significant digits between two numbers.

    Examples
    --------
    >>> shortest(0.00099996, 0.00100004), shortest(-1e-20, 2.0), shortest(0.1234561, 0.1234569)
    (0.001, 0.0, 0.1234565)
    """
    if low <= 0 <= high:
        return 0.0
    middle = (low + high) / 2
    for digits in range(1, 17):
        value = float(f"{middle:.{digits}g}")
        if low <= value <= high:
            return value
    return middle


def roundness(number: int) -> int:
    """The zeros at the end of a whole number: of several that fit alike, people write the rounder.

    Examples
    --------
    >>> roundness(1000), roundness(999), roundness(0)
    (3, 0, 1)
    """
    text = str(number)
    return len(text) - len(text.rstrip("0"))


def roundest(low: int, high: int) -> int:
    """The whole number with the most zeros at its end between two, the largest of several.

    Examples
    --------
    >>> roundest(601, 610), roundest(598, 612), roundest(47, 47)
    (610, 600, 47)
    """
    power = 1
    while high // (10 * power) * 10 * power >= max(1, low):
        power *= 10
    return high // power * power
