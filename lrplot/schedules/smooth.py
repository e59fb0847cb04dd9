"""Smooth curves over many consecutive steps: a polynomial a row, checked in every row.

A root, a power or a logarithm a step is what costs time over 10^7 steps. Between its knots such a curve is
analytic, so over a row of steps that is short beside the way to its next singular point eight values of it
tell all others: the polynomial through them at Chebyshev's points. Where that is not so (a row that ends in
the zero of a power, say) the check finds it, and the row is evaluated step by step.

Only for curves that are known to have no feature narrower than a row: what a user wrote is not.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lrplot.schedules.dense import blockwise, long_pieces, pieces
from lrplot.schedules.knots import Knots

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

_WIDTHS: Final = (2048, 256)
"""Steps in a row; one in which the check fails is laid out as rows of the next, and then step by step."""
# With six values, rows fail the check ten times as far from a singular point; with ten, a row costs more.
_NODES: Final = 8
# Rows worked on together: 256 KiB of rates, which stay in the cache.
_PANEL: Final = 16
# Rows looked at together: 4 MiB of rates.
_ROWS: Final = 256
# The polynomial rounds up to 1e-15 away from the curve; 1e-14 is promised.
_NEAR: Final = 3e-15
# What a row rounds is a share of its largest value; of its smallest it is so many times as much.
_SWING: Final = 2.0


def _chebyshev(points: Array) -> Array:
    """Chebyshev's polynomials, a row each, at points from -1 to 1."""
    return np.asarray(np.cos(np.arange(_NODES)[:, None] * np.arccos(points)))


class _Row(NamedTuple):
    """A row of steps: where it is evaluated, and what the first eight values count for at other places."""

    asked: Array
    """Eight steps from the row's first, and three between them."""
    at_asked: Array
    """Lagrange's polynomials at the three."""
    at_steps: Array
    """The same at every step."""


@cache
def _row(width: int) -> _Row:
    zeros = np.cos(np.pi * (2 * np.arange(_NODES) + 1) / (2 * _NODES))
    # Between its points a polynomial is worst at the next one's extrema: both ends and one near the middle.
    extrema = np.cos(np.pi * np.array([_NODES, _NODES // 2, 0]) / _NODES)
    # In 65,536ths of a step they are exact, added to steps below 2^37; what is left of a decay is then too.
    asked = np.rint((np.concatenate([zeros, extrema]) + 1) / 2 * (width - 1) * 65_536) / 65_536
    places = 2 * asked / (width - 1) - 1
    shares = np.linalg.inv(_chebyshev(places[:_NODES]))
    through = [shares @ _chebyshev(each) for each in (places[_NODES:], np.linspace(-1, 1, width))]
    return _Row(asked, *through)


def smooth(out: Array, first: float, function: Function) -> None:
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
    width = _WIDTHS[0]
    count = len(out) // width
    table = out[: count * width].reshape(count, width)
    for low in range(0, count, _ROWS):
        rows = table[low : low + _ROWS]
        starts = first + width * np.arange(low, low + len(rows), dtype=np.float64)
        _write_rows(rows, starts, function, _WIDTHS[1:])
    blockwise(out[count * width :], first + count * width, function)
    # Both ends are the curve's own values, to the last digit.
    if len(out):
        out[[0, -1]] = function(np.array([first, first + len(out) - 1.0]))


def _write_rows(rows: Array, starts: Array, function: Function, narrower: Sequence[int]) -> None:
    """Write rows of consecutive steps, each from its start on."""
    width = rows.shape[1]
    row = _row(width)
    values = function(starts[:, None] + row.asked)
    through, told = np.ascontiguousarray(values[:, :_NODES]), values[:, _NODES:]
    for i in range(0, len(rows), _PANEL):
        np.matmul(through[i : i + _PANEL], row.at_steps, out=rows[i : i + _PANEL])
    sizes = np.abs(values)
    apart = (np.abs(through @ row.at_asked - told) > _NEAR * sizes[:, _NODES:]).any(axis=1)
    far = np.flatnonzero(apart | (sizes.max(axis=1) > _SWING * sizes.min(axis=1)))
    if not len(far):
        return
    if not narrower:
        rows[far] = function(starts[far, None] + np.arange(float(width)))
        return
    parts = np.empty((len(far) * width // narrower[0], narrower[0]))
    begins = starts[far, None] + narrower[0] * np.arange(float(width // narrower[0]))
    _write_rows(parts, begins.ravel(), function, narrower[1:])
    rows[far] = parts.reshape(len(far), width)


def smooth_pieces(out: Array, first: int, knots: Knots, rate: Function) -> None:
    """Write a curve that is analytic between its knots, from step ``first`` on."""
    starts = long_pieces(knots, first, len(out))
    if starts is None:
        blockwise(out, first, rate)
        return
    for _, piece, step in pieces(out, first, starts):
        smooth(piece, step, rate)
