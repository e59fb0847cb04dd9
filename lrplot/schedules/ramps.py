"""Straight, cosine and exponential ways over many consecutive steps, laid out as rows.

What costs time over 10^7 steps is a sine or a power a step. Both have an addition law, so a stretch laid
out as rows of a fixed width needs them once a row and once a column only; the rest is multiplication.
Every term added is positive, so nothing cancels: relative to the plain formula the error stays below
1e-14; for a power it is 2^-51 times its logarithm, which is what the plain formula rounds too.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lrplot.schedules.dense import BLOCK, blockwise
from lrplot.schedules.interpolation import SHAPES, Shape, between, geometric, half_cosine, linear
from lrplot.schedules.smooth import smooth

Array = NDArray[np.float64]

_WIDTH: Final = 4096
"""Steps of a row: a cosine took 1.2 ns a step, with rows of 512 or 65,536 steps 1.5 or more."""
SHORT: Final = _WIDTH
"""Lines shorter than this take longer to lay out than to evaluate."""
_PANEL: Final = 8
"""Rows worked on together, 256 kB: a cosine took 1.2 ns a step, all rows together 3.4."""
_SHORT_WIDTH: Final = 64
"""Steps in a row of falls that are too short for wide ones; one row of each is evaluated step by step."""
_SHORT_ROWS: Final = 1024
"""Such rows worked on together: 512 kB, which stay in the cache."""
_LINE: Final = 512
"""Steps of lines, in the mean of a block, from which on each is written by itself."""
SHORT_FALL: Final = 256
"""Falls that are shorter, in the mean, take as long to lay out as to evaluate."""


def ramp(out: Array, elapsed: float, shape: Shape, start: float, end: float, length: float) -> None:
    """Write the way from ``start`` to ``end``, ``elapsed`` of ``length`` steps gone, and hold ``end``."""
    inside = min(len(out), max(0, math.ceil(length - elapsed)))
    quick = _QUICK.get(shape)
    if quick is None or inside < _WIDTH:
        smooth(out[:inside], elapsed, lambda t: between(shape, start, end, t, length))
    else:
        quick(out[:inside], elapsed, start, end, length)
        # Both ends are the curve's own values, to the last digit: a base rate of 0.1 is 0.1.
        ends = elapsed + np.array([0.0, inside - 1])
        out[[0, inside - 1]] = between(shape, start, end, ends, length)
    out[inside:] = end


def polyline(out: Array, first: int, steps: Array, rates: Array) -> None:
    """Write many short lines from point to point, held before the first point and after the last.

    Each is measured from its lower end, whose rate it only adds to.
    """
    before = np.arange(-1, len(steps))
    left, right = np.maximum(before, 0), np.minimum(before + 1, len(steps) - 1)
    low = np.minimum(rates[left], rates[right])
    lower = np.where(rates[left] <= rates[right], steps[left], steps[right])
    spans = np.where(left < right, steps[right] - steps[left], 1.0)
    # Negative where a line falls, as the steps to its lower end are.
    slopes = (rates[right] - rates[left]) / spans
    begins = np.ceil(steps)
    for start in range(0, len(out), BLOCK):
        block = out[start : start + BLOCK]
        t = first + start + np.arange(float(len(block)))
        edges = np.clip(np.concatenate([[t[0]], begins, [t[-1] + 1]]), t[0], t[-1] + 1)
        counts = np.diff(edges).astype(np.int64)
        here = np.flatnonzero(counts)
        if len(here) * _LINE <= len(block):
            stops = np.cumsum(counts[here]).tolist()
            for i, low_step, stop in zip(here.tolist(), [0, *stops], stops, strict=False):
                line = block[low_step:stop]
                np.subtract(t[low_step:stop], lower[i], out=line)
                np.multiply(line, slopes[i], out=line)
                np.add(line, low[i], out=line)
        else:
            of_steps = np.repeat(here, counts[here])
            block[:] = low[of_steps] + slopes[of_steps] * (t - lower[of_steps])


def _rows(count: int) -> Array:
    """First steps of rows that together hold ``count`` steps; the last may lie partly over the one before."""
    return np.append(np.arange(0.0, count - _WIDTH, _WIDTH), count - _WIDTH)


def _panels(out: Array) -> Iterator[tuple[slice, Array]]:
    """The rows of ``out`` by few, and those few: a panel stays in the cache while it is worked on."""
    before = (len(out) - 1) // _WIDTH
    table = out[: before * _WIDTH].reshape(before, _WIDTH)
    for i in range(0, before, _PANEL):
        yield slice(i, min(before, i + _PANEL)), table[i : i + _PANEL]
    yield slice(before, before + 1), out[-_WIDTH:].reshape(1, _WIDTH)


def _distances(count: int, elapsed: float, length: float, *, falls: bool) -> Array:
    """Steps from each row to the lower end of a ramp; a column adds what it lies further, never less."""
    rows = _rows(count)
    return length - elapsed - (_WIDTH - 1) - rows if falls else elapsed + rows


def _line(out: Array, elapsed: float, start: float, end: float, length: float) -> None:
    low, slope, falls = min(start, end), abs(end - start) / length, end < start
    rows = low + slope * _distances(len(out), elapsed, length, falls=falls)
    # Made backwards where it falls, not read backwards: that adds at half the speed.
    columns = slope * (np.arange(_WIDTH - 1.0, -1, -1) if falls else np.arange(float(_WIDTH)))
    for which, panel in _panels(out):
        np.add(rows[which, None], columns, out=panel)


def _wave(out: Array, elapsed: float, start: float, end: float, length: float) -> None:
    """By ``sin(a + b) = sin a cos b + cos a sin b``, squared."""
    low, swing, falls = min(start, end), abs(end - start), end < start
    angle = math.pi / (2 * length)
    angles = angle * _distances(len(out), elapsed, length, falls=falls)
    rows = math.sqrt(swing) * np.stack([np.sin(angles), np.cos(angles)], axis=1)
    columns = _waves(angle, falls=falls)
    for which, panel in _panels(out):
        np.matmul(rows[which], columns, out=panel)
        np.multiply(panel, panel, out=panel)
        if low:
            np.add(panel, low, out=panel)


class Falls(NamedTuple):
    """Halves of cosines one after the other, each from its ``top`` down, over what they all fall to."""

    begins: Array
    """First whole steps."""
    elapsed: Array
    """Steps of each that have gone at its first one."""
    lengths: Array
    tops: Array


def falls(out: Array, first: int, cycles: Falls, low: float, rate: Callable[[Array], Array]) -> None:
    """Write many falls that are each too short to be laid out alone, all of them to ``low``.

    Rows of few steps that lie in one fall are written by the addition law, all others by ``rate``.
    """
    count = len(out) // _SHORT_WIDTH
    table = out[: count * _SHORT_WIDTH].reshape(count, _SHORT_WIDTH)
    columns = np.arange(_SHORT_WIDTH - 1.0, -1, -1)
    angle = np.pi / (2 * cycles.lengths)
    for start in range(0, count, _SHORT_ROWS):
        rows = table[start : start + _SHORT_ROWS]
        begins = first + _SHORT_WIDTH * np.arange(float(start), start + len(rows))
        ends = begins + _SHORT_WIDTH - 1
        which = np.searchsorted(cycles.begins, begins, side="right") - 1
        here = which[0] + np.arange(which[-1] - which[0] + 1)
        left = cycles.lengths[which] - cycles.elapsed[which] - (ends - cycles.begins[which])
        angles = angle[which] * left
        sizes = np.sqrt(cycles.tops[which] - low)
        factors = np.stack([sizes * np.sin(angles), sizes * np.cos(angles)], axis=1)
        of_columns = angle[here, None] * columns
        waves = np.stack([np.cos(of_columns), np.sin(of_columns)], axis=1)
        edges = np.searchsorted(which, [*here, here[-1] + 1]).tolist()
        for i, (low_row, high_row) in enumerate(pairwise(edges)):
            np.matmul(factors[low_row:high_row], waves[i], out=rows[low_row:high_row])
        np.multiply(rows, rows, out=rows)
        rows += low
        split = np.flatnonzero(np.searchsorted(cycles.begins, ends, side="right") - 1 != which)
        rows[split] = rate(begins[split, None] + np.arange(float(_SHORT_WIDTH)))
    blockwise(out[count * _SHORT_WIDTH :], first + count * _SHORT_WIDTH, rate)
    # Both ends of a fall are the curve's own values, to the last digit.
    ends = np.concatenate([cycles.begins, cycles.begins[1:] - 1])
    out[ends.astype(np.int64) - first] = rate(ends)


@lru_cache(maxsize=4)
def _waves(angle: float, *, falls: bool) -> Array:
    """Cosines and sines of the columns' angles; cycles of one length share them."""
    angles = angle * np.arange(_WIDTH)[:: -1 if falls else 1]
    return np.stack([np.cos(angles), np.sin(angles)])


def power(
    out: Array, elapsed: float, start: float, share: Callable[[Array], Array], least: float = 0
) -> None:
    """Write ``start · share(t)``, never below ``least``, where ``share(a + b) = share(a) · share(b)``."""
    if len(out) < _WIDTH:
        blockwise(out, elapsed, lambda t: np.maximum(start * share(t), least))
        return
    rows, columns = start * share(elapsed + _rows(len(out))), share(np.arange(0.0, _WIDTH))
    for which, panel in _panels(out):
        np.multiply(rows[which, None], columns, out=panel)
        if least:
            np.maximum(panel, least, out=panel)


def interpolation(out: Array, elapsed: float, name: str, start: float, end: float, length: float) -> None:
    """Write the way called ``name`` from ``start`` to ``end``, ``elapsed`` of ``length`` steps gone."""
    if name == "exponential":
        ratio = np.divide(end, start)
        power(out, elapsed, start, lambda t: geometric(1.0, ratio, t, length))
    else:
        ramp(out, elapsed, SHAPES[name], start, end, length)


_QUICK: Final[Mapping[Shape, Callable[[Array, float, float, float, float], None]]] = MappingProxyType(
    {linear: _line, half_cosine: _wave}
)
