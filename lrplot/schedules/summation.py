"""Sums over 10^12 steps from a few thousand of them.

A piece of a curve is smooth, so its sum follows from its values at some whole steps: a Gauss rule for
the discrete uniform weight (Gram's polynomials; Gautschi, *Orthogonal Polynomials*, 2004, §1.5), its
nodes moved to whole steps. Panels shrink toward both ends of the piece, where a curve may be steep,
and are halved until both halves agree with the whole.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.schedules.knots import Knots, Window

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Function = Callable[[Array], Array]
Panel = tuple[int, int]

_NODES: Final = 12
"""Steps of a panel that are looked at: polynomials of 23rd degree are summed exactly."""
_DIRECT: Final = 256
"""Steps of a panel that are all summed. A choice: with 16 to 1,024 sums agreed within 1e-15, and took as
long."""
_TOLERANCE: Final = 1e-14
"""The share of the whole sum within which a panel and its halves agree: some fifty roundings."""
_BLOCK: Final = 1 << 18
"""Steps evaluated together: 2 MB of float64."""
_MANY: Final = 1024
"""More pieces that are repeats are summed as repeats, so that the sum does not cost every step."""
BRUTE: Final = 1 << 22
"""Up to this many steps about which nothing is known are evaluated one by one."""
_SAMPLES: Final = 65_536
"""Steps that stand for a long stretch of which nothing is promised; the sum is then told as about so much."""


def total(function: Function, knots: Knots, until: int) -> float:
    """Sum of ``function`` over the whole steps ``0 … until-1``.

    Parameters
    ----------
    function
        Vectorised rate, asked for whole steps only.
    knots
        Its knots below ``until``.
    until
        Number of steps.

    Returns
    -------
    float
        Exact to about 1e-14 relative where the knots hold no unknown stretch longer than 2^22 steps;
        there, an estimate from 65,536 steps.
    """
    return float(sum(_window_total(function, window) for window in knots.windows(until)))


def _window_total(function: Function, window: Window) -> float:
    if not window.known:
        return _unknown_total(function, window.start, window.stop)
    starts = window.starts()
    if starts is None or (len(starts) > _MANY and _repeat(window)):
        return _repeats(function, window)
    lengths = np.diff(np.append(starts, window.stop))
    if int(lengths.max()) <= _DIRECT:
        return _direct(function, window.start, window.stop)
    pieces = zip(starts.tolist(), lengths.tolist(), strict=True)
    panels = [(start + low, n) for start, length in pieces for low, n in _graded(length)]
    return float(_panels(function, np.zeros(1, dtype=np.int64), panels)[0])


def _repeat(window: Window) -> bool:
    """True where all its pieces are repeats of one period."""
    return not window.few and len({r.step for r in window.every}) == 1


def _direct(function: Function, start: int, stop: int) -> float:
    blocks = range(start, stop, _BLOCK)
    return float(
        sum(function(np.arange(low, min(low + _BLOCK, stop), dtype=np.float64)).sum() for low in blocks)
    )


def _unknown_total(function: Function, start: int, stop: int) -> float:
    if stop - start <= BRUTE:
        return _direct(function, start, stop)
    middles = start + (np.arange(_SAMPLES) + 0.5) * ((stop - start) / _SAMPLES)
    return float(function(np.floor(middles)).mean() * (stop - start))


def _repeats(function: Function, window: Window) -> float:
    """Sum of a window of ranges with one period: inside a repeat, then over the repeats."""
    period = window.every[0].step
    first = min(r.start for r in window.every)
    count = (window.stop - first) // period
    tail = first + count * period
    offsets = sorted({r.start - first for r in window.every if r.start - first < period})
    pieces = list(zip(offsets, [*offsets[1:], period], strict=True))

    def one_repeat(index: Array) -> Array:
        begin = first + index.astype(np.int64) * period
        return np.asarray(sum(_piece(function, begin + low, high - low) for low, high in pieces))

    inside = float(_piece(one_repeat, np.zeros(1, dtype=np.int64), count)[0])
    edges = [(window.start, first), *((tail + low, min(tail + high, window.stop)) for low, high in pieces)]
    rest = [_piece(function, np.array([low]), high - low)[0] for low, high in edges if low < high]
    return inside + float(sum(rest))


def _piece(function: Function, starts: Whole, length: int) -> Array:
    """Sums over ``start … start+length-1`` for each of ``starts``, the curve smooth in each."""
    ends = function(np.stack([starts, starts + length - 1]).ravel().astype(np.float64)).reshape(2, -1)
    if length == 1 or (ends[0] == ends[1]).all():
        return np.asarray(ends[0] * length)
    return _panels(function, starts, _graded(length))


def _panels(function: Function, starts: Whole, panels: list[Panel]) -> Array:
    """Sums over all ``panels`` together, counted from each of ``starts``."""
    done = np.zeros(len(starts))
    scale: Array | None = None
    while panels:
        done = done + _small_sums(function, starts, [panel for panel in panels if panel[1] <= _DIRECT])
        large = [panel for panel in panels if panel[1] > _DIRECT]
        if not large:
            break
        halves = [half for low, n in large for half in ((low, n // 2), (low + n // 2, n - n // 2))]
        whole = _rule_sums(function, starts, large)
        finer = _rule_sums(function, starts, halves).reshape(len(starts), -1, 2).sum(axis=2)
        if scale is None:
            scale = np.abs(done) + np.abs(finer).sum(axis=1)
            if not np.isfinite(scale).all():
                # What adds up to more than float64 holds never agrees with itself.
                return scale
        agreed = (np.abs(whole - finer) <= _TOLERANCE * scale[:, None]).all(axis=0)
        done = done + finer[:, agreed].sum(axis=1)
        panels = [half for i in np.flatnonzero(~agreed) for half in halves[2 * i : 2 * i + 2]]
    return done


def _small_sums(function: Function, starts: Whole, panels: list[Panel]) -> Array:
    sums = np.zeros(len(starts))
    width = max(1, _BLOCK // (_DIRECT * len(starts)))
    for i in range(0, len(panels), width):
        steps = np.concatenate([np.arange(low, low + n) for low, n in panels[i : i + width]])
        sums += _at(function, starts, steps).sum(axis=1)
    return sums


def _graded(length: int) -> list[Panel]:
    """Panels ``(offset, length)`` that double in length away from both ends."""
    if length <= 4 * _DIRECT:
        return [(low, min(_DIRECT, length - low)) for low in range(0, length, _DIRECT)]
    left, size = [0], _DIRECT
    while left[-1] + size < length // 2:
        left.append(left[-1] + size)
        size = left[-1]
    edges = sorted({*left, length // 2, length, *(length - edge for edge in left)})
    return [(low, high - low) for low, high in pairwise(edges)]


def _at(function: Function, starts: Whole, offsets: Whole) -> Array:
    steps = (starts[:, None] + offsets[None, :]).astype(np.float64)
    return function(steps.ravel()).reshape(steps.shape)


def _rule_sums(function: Function, starts: Whole, panels: list[Panel]) -> Array:
    """One value a start and panel."""
    rules = [_rule(length) for _, length in panels]
    offsets = np.concatenate([low + nodes for (low, _), (nodes, _) in zip(panels, rules, strict=True)])
    weights = np.stack([weights for _, weights in rules])
    values = _at(function, starts, offsets).reshape(len(starts), len(panels), _NODES)
    sums: Array = np.einsum("spn,pn->sp", values, weights)
    return sums


@lru_cache(maxsize=8192)
def _rule(length: int) -> tuple[Whole, Array]:
    """Whole-step nodes in ``0 … length-1`` and weights that sum any smooth function over them."""
    k = np.arange(1, _NODES, dtype=np.float64)
    # Recurrence of Gram's polynomials, scaled so that the steps fill [-1, 1].
    beta = k**2 * (1 - (k / length) ** 2) / (4 * k**2 - 1)
    scaled, vectors = np.linalg.eigh(np.diag(np.sqrt(beta), -1))
    gauss_weights = vectors[0] ** 2 * length
    half = length / 2
    gauss = scaled * half + (length - 1) / 2
    nodes = np.rint(gauss).astype(np.int64)
    at = (nodes - (length - 1) / 2) / half
    same = np.eye(_NODES, dtype=bool)
    apart = np.where(same, 1.0, at[:, None] - at[None, :])
    ratio = (scaled[None, None, :] - at[None, :, None]) / apart[:, :, None]
    ratio[same] = 1.0
    return nodes, np.prod(ratio, axis=1) @ gauss_weights
