"""The precision of written numbers: half a unit of what was written."""

import math
import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

_SLACK: Final = 1.02
"""Printing rounds a binary number that was rounded before: a little more than half a unit is honest."""
_FEWEST_DIGITS: Final = 4
"""``%g`` drops zeros, so that 0.1 may stand for 0.09995 … 0.10005: fewer digits are never assumed."""
_MOST_PRINTED: Final = 9
"""More significant digits than this are no print format that people use, but the whole of a float."""
_FIRST: Final = 1000
"""Rows looked at first: a column of whole floats shows itself in a few."""
_NUMBER = re.compile(r"[-+]?(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?")


def half_units(
    texts: Sequence[str], rates: NDArray[np.float64], *, whole: bool = False
) -> tuple[NDArray[np.float64], str]:
    r"""Half a unit of what was written, for each number of one column.

    - whole floats (one has more than nine digits, or ``whole``): ``1e-9 |y|``, at least 1e-12 of the
      largest, which is what closed forms and recursive schedulers differ by;
    - float32 widened (each is its own float32, one has more than nine digits): ``4e-7`` of \|y\|, at
      least of a quarter of the largest;
    - fixed decimals (all rows have d of them, no exponent): ``0.5 · 10^-d``;
    - a fixed mantissa (all rows have an exponent and m decimals): half a unit of the last of them;
    - otherwise ``%g``: half a unit of the D-th digit, D the most digits seen and at least 4.

    Parameters
    ----------
    texts
        The numbers as they were written.
    rates
        The same as float64.
    whole
        Whether the program is known to write the shortest text of a float64.

    Returns
    -------
    tuple
        The half units, and the precision for people.

    Examples
    --------
    >>> half, written = half_units(["4.0001e-03", "4.0004e-03"], np.array([4.0001e-3, 4.0004e-3]))
    >>> written, float(half[0])
    ('5 digits', 5.1e-08)
    """
    magnitudes = np.abs(np.where(np.isfinite(rates), rates, 0.0))
    largest = float(magnitudes.max(initial=0.0))
    if whole or _is_whole(texts):
        with np.errstate(over="ignore"):
            narrow = rates.astype(np.float32).astype(np.float64)
        if not whole and np.array_equal(narrow, rates, equal_nan=True):
            return 4e-7 * np.maximum(magnitudes, largest / 4), "float32"
        return np.maximum(1e-9 * magnitudes, 1e-12 * largest), "float64"
    parts = [_NUMBER.fullmatch(text.strip()) for text in texts]
    written = {(len(part[2] or ""), part[3] is not None) for part in parts if part}
    if len(written) == 1:
        (decimals, exponent) = written.pop()
        if exponent:
            return _digits(magnitudes, decimals + 1), _count(decimals + 1, "digit")
        if decimals and _is_fixed(decimals, texts):
            return np.full(len(rates), _SLACK * 0.5 * 10.0**-decimals), _count(decimals, "decimal")
    digits = max(_FEWEST_DIGITS, *(_significant(text) for text in texts), 0)
    return _digits(magnitudes, digits), _count(digits, "digit")


def _is_whole(texts: Sequence[str]) -> bool:
    return any(_significant(text) > _MOST_PRINTED for text in islice(texts, _FIRST)) or any(
        _significant(text) > _MOST_PRINTED for text in islice(texts, _FIRST, None)
    )


def _significant(text: str) -> int:
    """The number of significant digits of a text."""
    part = _NUMBER.fullmatch(text.strip())
    if part is None:
        return 0
    return len(((part[1] or "") + (part[2] or "")).strip("0") if part[2] else (part[1] or "").strip("0"))


def _is_fixed(decimals: int, texts: Sequence[str]) -> bool:
    """Whether one number of decimals is a print format, and not all that a few round numbers needed."""
    return decimals >= _FEWEST_DIGITS or any(decimals > 1 and text.strip().endswith("0") for text in texts)


def _digits(magnitudes: NDArray[np.float64], digits: int) -> NDArray[np.float64]:
    """Half a unit of the last of so many significant digits; of zero it is that of the smallest rate."""
    smallest = float(magnitudes[magnitudes > 0].min(initial=math.inf))
    seen = np.where(magnitudes > 0, magnitudes, smallest if math.isfinite(smallest) else 1.0)
    unit: NDArray[np.float64] = 10.0 ** (np.floor(np.log10(seen)) - digits + 1)
    return _SLACK * 0.5 * unit


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
