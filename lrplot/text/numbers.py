"""Numbers as people write them."""

import math
from typing import Final

_SUFFIXES: Final = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def short(value: float, digits: int = 6) -> str:
    """A rate: ``0.01``, ``3e-4``, ``0``; at most ``digits`` significant digits.

    >>> short(0.010000000000000002), short(0.0003), short(2.5e-10, 2), short(0.0)
    ('0.01', '3e-4', '2.5e-10', '0')
    """
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return str(value)
    if 1e-3 <= abs(value) < 1e6:
        return f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:.0f}"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}e{int(exponent)}"


def steps(value: float) -> str:
    """A number of steps on an axis: ``800``, ``20k``, ``2.5M``, ``1T``.

    >>> steps(800), steps(450_000), steps(2.5e6), steps(1e12)
    ('800', '450k', '2.5M', '1T')
    """
    if abs(value) < 1e4:
        return f"{value:.10g}"
    size, suffix = next((size, suffix) for size, suffix in _SUFFIXES if abs(value) >= size)
    return f"{value / size:.6g}{suffix}"
