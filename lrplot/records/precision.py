"""The precision of written numbers: half a unit of what was written."""

import math
import re
from collections.abc import Collection, Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

_SLACK: Final = 1.02
"""Printing rounds a binary number that was rounded before: a little more than half a unit is honest."""
_FEWEST_DIGITS: Final = 4
"""``%g`` drops zeros, so that 0.1 may stand for 0.09995 … 0.10005: fewer digits are never assumed."""
_MOST_PRINTED: Final = 9
"""More significant digits than this are no print format that people use, but the whole of a float."""
_MANY: Final = 6
"""One number in ten ends with a 0 that is dropped: six that all do are no chance."""
_VERY_MANY: Final = 12
"""As many rates without a fourth digit, though of several lengths, as steps on a round line seldom are."""
FLOAT64: Final = 1e-9
"""Half a unit of a float64 that is written whole, as a share of itself: frameworks that update the rate from
step to step gather more error than one rounding."""
OF_PEAK: Final = 1e-12
"""The same as a share of the peak, for rates near 0."""
FLOAT32: Final = 4e-7
"""Half a unit of a float32 that is written whole, as a share of itself: some seven of its roundings."""
QUARTER: Final = 0.25
"""The share of the peak that counts as the rate itself where it is lower, in float32."""
_LOOKED_AT: Final = 10_000
"""Rates among which a few different ones are looked for."""
_NUMBER = re.compile(r"[-+]?(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?")
_ALIKE: Final = str.maketrans("23456789", "11111111")
"""Only which digits are zeros matters to the precision: texts of one form are told by one of them."""


def half_units(
    texts: Collection[str],
    rates: NDArray[np.float64],
    *,
    whole: bool = False,
    decimals: int | None = None,
    digits: int | None = None,
) -> tuple[NDArray[np.float64], str]:
    r"""Half a unit of what was written, for each number of one column.

    - whole floats (one has more than nine digits, or ``whole``): ``1e-9 |y|``, at least 1e-12 of the
      largest, which is what closed forms and recursive schedulers differ by;
    - float32 widened (each is its own float32, one has more than nine digits): :func:`float32_units`;
    - a fixed mantissa (all rows have an exponent and m > 0 decimals): half a unit of the last of them;
    - fixed decimals (no exponent, all rows have d of them, and a last 0 or many different rates show that
      they are a format), and rounded ones (many different rates, none with four digits, d decimals at
      most): ``0.5 · 10^-d``;
    - otherwise ``%g``: half a unit of the D-th digit, D the most digits seen and at least 4.

    Parameters
    ----------
    texts
        The numbers as they were written, or one of each form (:func:`forms_of`).
    rates
        The numbers as float64.
    whole
        Whether the program is known to write the shortest text of a float.
    decimals
        The decimals that the program is known to round to, whatever the texts show of them.
    digits
        The significant digits that it is known to print, where it drops the zeros at their end.

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
    if decimals is not None:
        return _decimals(rates, decimals)
    if digits is not None:
        return _digits(rates, digits)
    forms = forms_of(texts)
    long = is_whole(forms)
    if not whole and not long:
        return _printed(forms, rates)
    if long and _is_single(rates):
        return float32_units(rates)
    magnitudes = _magnitudes(rates)
    return np.maximum(FLOAT64 * magnitudes, OF_PEAK * float(magnitudes.max(initial=0.0))), "float64"


def float32_units(rates: NDArray[np.float64]) -> tuple[NDArray[np.float64], str]:
    r"""Half a unit of numbers stored as float32: ``4e-7`` of \|y\|, at least of a quarter of the largest.

    Examples
    --------
    >>> half, written = float32_units(np.array([0.1, 0.001]))
    >>> written, half.tolist()
    ('float32', [4e-08, 1e-08])
    """
    magnitudes = _magnitudes(rates)
    return FLOAT32 * np.maximum(magnitudes, QUARTER * float(magnitudes.max(initial=0.0))), "float32"


def forms_of(texts: Iterable[str]) -> set[str]:
    """One text of each form: what the precision of all of them can be told from.

    >>> sorted(forms_of(["0.25", "0.75", "0.50", "1e-3"]))
    ['0.10', '0.11', '1e-1']
    """
    return {text.strip() for text in set("\n".join(texts).translate(_ALIKE).split("\n"))}


def is_whole(texts: Iterable[str]) -> bool:
    """True where one of the numbers has more digits than people print: it is the whole of a float.

    >>> is_whole(["0.1", "0.30000000000000004"]), is_whole(["0.1234"])
    (True, False)
    """
    return any(_significant(text) > _MOST_PRINTED for text in texts if len(text) > _MOST_PRINTED)


def _magnitudes(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.abs(np.where(np.isfinite(rates), rates, 0.0))


def _is_single(rates: NDArray[np.float64]) -> bool:
    with np.errstate(over="ignore"):
        return np.array_equal(rates.astype(np.float32).astype(np.float64), rates, equal_nan=True)


def _printed(forms: Collection[str], rates: NDArray[np.float64]) -> tuple[NDArray[np.float64], str]:
    """The precision of numbers that a print format may have cut."""
    parts = [part for part in map(_NUMBER.fullmatch, forms) if part]
    places = {len(part[2] or "") for part in parts}
    exponents = {part[3] is not None for part in parts}
    most = max(map(_significant, forms), default=0)
    if exponents == {True} and len(places) == 1 and max(places):
        return _digits(rates, max(places) + 1)
    if exponents == {False}:
        ends = any(form.endswith("0") for form in forms)
        is_fixed = len(places) == 1 and max(places) > 1 and (ends or _are_many(rates))
        is_rounded = most < _FEWEST_DIGITS and max(places) > 0 and _are_many(rates, _VERY_MANY)
        if is_fixed or is_rounded:
            return _decimals(rates, max(places))
    return _digits(rates, max(_FEWEST_DIGITS, most))


def _are_many(rates: NDArray[np.float64], many: int = _MANY) -> bool:
    """True where there are so many different rates that not all of them are round by chance."""
    return len(set(rates[:_LOOKED_AT].tolist()) - {0.0}) >= many


def _significant(text: str) -> int:
    """The number of significant digits of a text."""
    part = _NUMBER.fullmatch(text.strip())
    if part is None:
        return 0
    return len(((part[1] or "") + (part[2] or "")).strip("0") if part[2] else (part[1] or "").strip("0"))


def _decimals(rates: NDArray[np.float64], places: int) -> tuple[NDArray[np.float64], str]:
    return np.full(len(rates), _SLACK * 0.5 * 10.0**-places), _count(places, "decimal")


def _digits(rates: NDArray[np.float64], digits: int) -> tuple[NDArray[np.float64], str]:
    """Half a unit of the last of so many significant digits; of zero it is that of the smallest rate."""
    magnitudes = _magnitudes(rates)
    smallest = float(magnitudes[magnitudes > 0].min(initial=math.inf))
    seen = np.where(magnitudes > 0, magnitudes, smallest if math.isfinite(smallest) else 1.0)
    unit: NDArray[np.float64] = 10.0 ** (np.floor(np.log10(seen)) - digits + 1)
    return _SLACK * 0.5 * unit, _count(digits, "digit")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
