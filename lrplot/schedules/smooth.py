"""Smooth curves over many consecutive steps: a polynomial a row, checked in every row.

A root, a power or a logarithm a step is what costs time over 10^7 steps. Between its knots such a curve is
analytic, so over a row of steps that is short beside the way to its next singular point eight values of it
tell all others: the polynomial through them at Chebyshev's points. Where that is not so (a row that ends in
the zero of a power, say) the check finds it, and the row is evaluated step by step.

Only for curves that are known to have no feature narrower than a row: what a user wrote is not.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.schedules.dense import blockwise, long_pieces, pieces
from lrplot.schedules.knots import Knots

Array = NDArray[np.float64]

_WIDTH: Final = 2048
# With six values, rows fail the check ten times as far from a singular point; with ten, a row costs more.
_NODES: Final = 8
# Rows worked on together: 256 KiB of rates, which stay in the cache.
_PANEL: Final = 16
# The polynomial rounds up to 1e-15 away from the curve; 1e-14 is promised.
_NEAR: Final = 3e-15


def _chebyshev(points: Array) -> Array:
    """Chebyshev's polynomials, a row each, at points from -1 to 1."""
    return np.asarray(np.cos(np.arange(_NODES)[:, None] * np.arccos(points)))


_ZEROS: Final = np.cos(np.pi * (2 * np.arange(_NODES) + 1) / (2 * _NODES))
# Between its points a polynomial is worst at the extrema of the next one: both ends and one near the middle.
_ASKED: Final = np.cos(np.pi * np.array([_NODES, _NODES // 2, 0]) / _NODES)
_POSITIONS: Final = (np.concatenate([_ZEROS, _ASKED]) + 1) / 2 * (_WIDTH - 1)
_SHARES: Final = np.where(np.arange(_NODES), 2.0, 1.0) * _chebyshev(_ZEROS).T / _NODES
_AT_ASKED: Final = _SHARES @ _chebyshev(_ASKED)
_AT_STEPS: Final = _SHARES @ _chebyshev(np.linspace(-1, 1, _WIDTH))


def smooth(out: Array, first: float, function: Callable[[Array], Array]) -> None:
    """Write ``function`` at ``first``, ``first + 1``, …: to 1e-14 relative.

    Parameters
    ----------
    out
        What is written, one value a step.
    first
        The first step, which may be fractional.
    function
        Vectorised over steps, analytic between the first and the last, whole steps or not.

    Examples
    --------
    >>> written = np.empty(100_000)
    >>> smooth(written, 1, np.sqrt)
    >>> bool(np.allclose(written, np.sqrt(np.arange(1, 100_001)), rtol=1e-14, atol=0))
    True
    """
    count = len(out) // _WIDTH
    table = out[: count * _WIDTH].reshape(count, _WIDTH)
    for low in range(0, count, _WIDTH):
        rows = table[low : low + _WIDTH]
        starts = first + _WIDTH * np.arange(low, low + len(rows), dtype=np.float64)
        values = function(starts[:, None] + _POSITIONS)
        through, told = np.ascontiguousarray(values[:, :_NODES]), values[:, _NODES:]
        near = np.abs(through @ _AT_ASKED - told) <= _NEAR * np.abs(told)
        for i in range(0, len(rows), _PANEL):
            np.matmul(through[i : i + _PANEL], _AT_STEPS, out=rows[i : i + _PANEL])
        for i in np.flatnonzero(~near.all(axis=1)).tolist():
            blockwise(rows[i], starts[i], function)
    blockwise(out[count * _WIDTH :], first + count * _WIDTH, function)
    # Both ends are the curve's own values, to the last digit.
    if len(out):
        out[[0, -1]] = function(np.array([first, first + len(out) - 1.0]))


def smooth_pieces(out: Array, first: int, knots: Knots, rate: Callable[[Array], Array]) -> None:
    """Write a curve that is analytic between its knots, from step ``first`` on."""
    starts = long_pieces(knots, first, len(out))
    if starts is None:
        blockwise(out, first, rate)
        return
    for _, piece, step in pieces(out, first, starts):
        smooth(piece, step, rate)
