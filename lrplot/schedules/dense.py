"""Stretches of consecutive steps, written into slices of one output: whole, by pieces, stairs, repeats."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.schedules.knots import Knots

Array = NDArray[np.float64]

BLOCK: Final = 65_536
"""Steps of a table that is short, and of the longest repeat that is copied."""
TOGETHER: Final = 16_384
"""Steps evaluated together where there is no quicker way: 128 KiB an array, so that all stay in the cache."""
_WIDTH: Final = 4096
"""Steps of a piece from which on it is worked out by itself: a call takes as long as some thousand steps."""


def blockwise(out: Array, first: float, function: Callable[[Array], Array]) -> None:
    """Write ``function`` at ``first``, ``first + 1``, …, a block at a time."""
    for low in range(0, len(out), TOGETHER):
        block = out[low : low + TOGETHER]
        block[:] = function(first + np.arange(low, low + len(block), dtype=np.float64))


def pieces(out: Array, first: int, starts: Sequence[int]) -> Iterator[tuple[int, Array, int]]:
    """The part of ``out`` in each piece that has one: the piece's number, the part, its first step.

    ``out`` begins at step ``first``; piece i is the steps ``starts[i] … starts[i+1] - 1``, the last
    without end.
    """
    edges = [min(max(start - first, 0), len(out)) for start in starts]
    for i, (low, high) in enumerate(pairwise([*edges, len(out)])):
        if low < high:
            yield i, out[low:high], first + low


def long_pieces(knots: Knots, first: int, count: int) -> list[int] | None:
    """First steps of the pieces in ``first … first + count - 1``; None where they are short or unknown."""
    inner = knots.clip(first + 1, first + count)
    listed = None if inner.unknown else inner.list(max(1, count // _WIDTH))
    return None if listed is None else [first, *listed.tolist()]


def stairs(out: Array, first: int, knots: Knots, rate: Callable[[Array], Array]) -> None:
    """Write a curve that is level between its knots."""
    inner = knots.clip(first + 1, first + len(out))
    listed = None if inner.unknown else inner.list(len(out))
    if listed is None or not len(out):
        blockwise(out, first, rate)
        return
    starts = np.concatenate([[first], listed])
    # The last step is asked too: what has no rate there must say so.
    levels = rate(np.append(starts, first + len(out) - 1.0))[:-1]
    if len(inner.every) == 1 and not inner.few:
        (drops,) = inner.every
        spread(out, levels, drops.step, first - drops.start)
    elif len(starts) * _WIDTH <= len(out):
        for i, piece, _ in pieces(out, first, starts.tolist()):
            piece.fill(levels[i])
    else:
        out[:] = np.repeat(levels, np.diff(starts, append=first + len(out)))


def spread(out: Array, values: Array, each: int, gone: int) -> None:
    """Write every value ``each`` times; of the first, ``gone`` (modulo ``each``) are left out."""
    head = min(len(out), -gone % each)
    out[:head] = values[:1]
    whole = (len(out) - head) // each
    after = values[1:] if head else values
    tail = head + whole * each
    out[head:tail].reshape(whole, each)[:] = after[:whole, None]
    out[tail:] = after[whole:]


def repeating(out: Array, first: int, period: int, write: Callable[[Array, int], None]) -> None:
    """Write a curve that is the same every ``period`` steps; ``write`` writes a stretch of it."""
    if period <= BLOCK:
        write(out[:period], first)
        _tile(out, period)
    else:
        write(out, first)


def _tile(out: Array, period: int) -> None:
    """Repeat the first ``period`` values through the rest."""
    done, source = period, max(period, BLOCK // period * period)
    while done < len(out):
        copied = min(done, source, len(out) - done)
        out[done : done + copied] = out[:copied]
        done += copied
