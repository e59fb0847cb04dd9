"""One rate carried from step to step, each step an affine change of it: one scan, remembered."""

from collections.abc import Callable
from itertools import accumulate
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import StepError

Array = NDArray[np.float64]
Coefficients = tuple[Array, Array]
"""What the rate is multiplied by, and what is then added."""
Update = Callable[[Array], Coefficients]

MOST_SCANNED: Final = 10_000_000
"""Most steps ever scanned."""
_BLOCK: Final = 65_536
"""Steps scanned together: a step took 30 ns, in blocks of 4,096 or 2^20 some 40."""
_ROUNDING: Final = 1e-14
"""The share of the highest rate by which rounding alone may take one below 0: some fifty roundings."""


class Scan:
    """The rates ``x(0) = start``, ``x(t) = a(t) · x(t-1) + b(t)``, found once and as far as asked for.

    Parameters
    ----------
    start
        The rate at step 0.
    update
        The coefficients at whole steps ≥ 1, vectorised.
    name
        What a message calls the schedule.

    Examples
    --------
    >>> halving = Scan(8.0, lambda t: (np.full_like(t, 0.5), np.ones_like(t)), "recurrence")
    >>> halving.until(4).tolist()
    [8.0, 5.0, 3.5, 2.75]
    """

    def __init__(self, start: float, update: Update, name: str) -> None:
        self._update = update
        self._name = name
        self._start = self._last = start
        self._known = self._checked(np.array([start]), 0)

    def until(self, n: int) -> Array:
        """The rates at steps ``0 … n-1``.

        Raises
        ------
        StepError
            When there are too many to scan, or one of them is negative, infinite or undefined.
        """
        if n > MOST_SCANNED:
            raise StepError(
                f"{self._name} scans every step; at most {MOST_SCANNED} steps, asked for step {n - 1}"
            )
        if n <= len(self._known):
            return self._known[:n]
        known = np.empty(n)
        known[: len(self._known)] = self._known
        last = self._last
        for low in range(len(self._known), n, _BLOCK):
            block = self._block(last, low, min(low + _BLOCK, n))
            last = float(block[-1])
            known[low : low + len(block)] = self._checked(block, low)
        self._known, self._last = known, last
        return self._known

    def _block(self, rate: float, low: int, high: int) -> Array:
        with np.errstate(all="ignore"):
            times, plus = self._update(np.arange(low, high, dtype=np.float64))
            if not plus.any():
                return np.asarray(np.multiply.accumulate(np.concatenate([[rate], times]))[1:])
        pairs = zip(times.tolist(), plus.tolist(), strict=True)
        # A factor of 0 sets the rate, whatever it was.
        scanned = accumulate(pairs, lambda x, ab: ab[0] * x + ab[1] if ab[0] else ab[1], initial=rate)
        return np.fromiter(scanned, np.float64, high - low + 1)[1:]

    def _checked(self, rates: Array, first: int) -> Array:
        """The rates, none where rounding left a trace below 0; or an error naming the first that is none."""
        wrong = ~((rates >= 0) & (rates < np.inf))
        if not wrong.any():
            return rates
        scale = max(abs(self._start), float(np.abs(rates[~wrong]).max(initial=0.0)))
        wrong &= ~((rates < 0) & (rates >= -_ROUNDING * scale))
        if wrong.any():
            at = int(np.argmax(wrong))
            raise StepError(f"{self._name}: the rate at step {first + at} would be {rates[at]:g}")
        return np.maximum(rates, 0.0)
