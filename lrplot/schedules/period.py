"""Repeats of one length, split and counted without rounding."""

import math
from fractions import Fraction
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.expression import divided
from lrplot.schedules.knots import LISTED, Knots

Array = NDArray[np.float64]

_RANGES: Final = 64
"""Largest divisor of a length that is a fraction: each first step of that many repeats begins a range of
knots."""


class Period:
    """Repeats of ``length`` steps, which may be fractional.

    A float stands for the simplest fraction that rounds to it, so that three periods of 100/3 end at
    step 100 and not at 101. Splitting a whole step uses whole numbers only.

    Parameters
    ----------
    length
        Steps in one repeat, > 0.

    Examples
    --------
    >>> import numpy as np
    >>> index, elapsed = Period(100 / 3).split(np.array([33.0, 34.0, 100.0]))
    >>> index.tolist(), elapsed.round(3).tolist()
    ([0.0, 1.0, 3.0], [33.0, 0.667, 0.0])
    """

    def __init__(self, length: float) -> None:
        self.length = length
        self.exact = simplest_fraction(length)

    @property
    def whole(self) -> int:
        """The whole steps after which whole steps lie in the repeats as before: 15 for 7.5."""
        return self.exact.numerator

    def split(self, t: Array) -> tuple[Array, Array]:
        """The repeat each step lies in (from 0), and the steps elapsed in it."""
        p, q = float(self.exact.numerator), float(self.exact.denominator)
        if q == 1:
            return divided(t, p)
        if p * q >= 2**53:
            elapsed = np.fmod(t, self.length)
            return np.rint((t - elapsed) / self.length), elapsed
        times, remainder = divided(t, p)
        inside, elapsed = divided(remainder * q, p)
        return times * q + inside, elapsed / q

    def knots(self, until: int, offset: float = 0.0) -> Knots:
        """First whole steps at or after ``offset``, ``offset + length``, … below ``until``."""
        p, q = self.exact.numerator, self.exact.denominator
        if q > _RANGES and until / self.length > LISTED:
            return Knots.nothing_known(until)
        first = Fraction(offset)
        if q > _RANGES:
            repeats = range(math.ceil(until / self.length) + 1)
            return Knots.at([math.ceil(first + k * self.exact) for k in repeats], until)
        ranges = (range(math.ceil(first + k * self.exact), until, p) for k in range(q))
        from_one = (r[1:] if r and r[0] == 0 else r for r in ranges)
        return Knots(every=tuple(r for r in from_one if r))


@lru_cache(maxsize=1024)
def simplest_fraction(value: float) -> Fraction:
    """The fraction of least denominator that rounds to ``value``."""
    simple = Fraction(value).limit_denominator(1_000_000)
    return simple if float(simple) == value else Fraction(value)
