"""Curves that repeat one shape under a factor: each shape's values once, each repeat's factor once."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.schedules.dense import BLOCK, blockwise

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

# NumPy works row by row: rows shorter than this cost more than their work, and are joined to long ones.
_SHORT: Final = 64
_LONG: Final = 4096
"""Steps of joined rows: a step took 1.3 ns, with rows of 512 or 65,536 more than 2."""


def scaled_repeats(
    out: Array,
    first: int,
    period: int,
    shape: Function,
    factor: Function,
    *,
    plus: Function | None = None,
    powers: bool = True,
) -> None:
    """Write ``shape(x) · factor(k) + plus(x)`` at steps ``k · period + x``, 0 ≤ x < ``period``.

    Parameters
    ----------
    out, first
        What is written, and the step of its first value.
    period
        Whole steps after which the shape repeats.
    shape, plus
        Of the steps x in a repeat, vectorised.
    factor
        Of the repeats' numbers k, vectorised.
    powers
        True where ``factor(j + k) = factor(j) · factor(k)``; several short repeats are then laid out as one.

    Examples
    --------
    >>> written = np.empty(6)
    >>> scaled_repeats(written, 1, 3, lambda x: 3 - x, lambda k: 0.5**k)
    >>> written.tolist()
    [2.0, 1.0, 1.5, 1.0, 0.5, 0.75]
    """

    def plain(t: Array) -> Array:
        k, x = np.divmod(t, period)
        return shape(x) * factor(k) + (0.0 if plus is None else plus(x))

    joined = _LONG // period if powers and period < _SHORT else 1
    width = joined * period
    head = min(len(out), -first % period)
    count = (len(out) - head) // width
    blockwise(out[:head], first, plain)
    if count:
        repeats, x = np.divmod(np.arange(float(width)), period)
        columns = shape(x) * factor(repeats) if joined > 1 else shape(x)
        added = None if plus is None else plus(x)
        rows = factor((first + head) // period + joined * np.arange(float(count)))[:, None]
        table = out[head : head + count * width].reshape(count, width)
        panel = max(1, BLOCK // width)
        for i in range(0, count, panel):
            np.multiply(rows[i : i + panel], columns, out=table[i : i + panel])
            if added is not None:
                np.add(table[i : i + panel], added, out=table[i : i + panel])
    done = head + count * width
    blockwise(out[done:], first + done, plain)
