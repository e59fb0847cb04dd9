"""A few eigenvalues in place of many: Gaussian quadrature over a spectrum."""

from functools import lru_cache
from typing import Final

import numpy as np

from lrplot.optimizers.model import Floats

_NODES: Final = 6
"""Eigenvalues that stand for a group: sums of polynomials of degree 11 over the group stay exact."""
_EDGE: Final = 1e-6
"""How near the largest eigenvalue groups go on getting narrower, as a share of it."""


def power_law(dimension: int, exponent: float, largest: float) -> Floats:
    """Eigenvalues largest · i^-exponent, i = 1 … dimension."""
    return np.asarray(largest * np.arange(1, dimension + 1, dtype=np.float64) ** -exponent)


@lru_cache(maxsize=4)
def power_law_nodes(
    dimension: int, exponent: float, largest: float, most: int | None
) -> tuple[Floats, Floats]:
    """Nodes and weights of a power law, kept for the next schedule under the same model."""
    nodes, weights = group(power_law(dimension, exponent, largest), most)
    nodes.flags.writeable = weights.flags.writeable = False
    return nodes, weights


def group(eigenvalues: Floats, most: int | None) -> tuple[Floats, Floats]:
    """At most ``most`` nodes and weights, so that Σ weights · f(nodes) ≈ Σ f(eigenvalues) for a smooth f.

    Neighbours form groups of equal width on the scale ln(h / (h_max - h)): each is narrow beside its
    distance from 0 and from h_max, between which the losses change fast. The nodes of a group are those
    of the Gaussian quadrature over its eigenvalues; a group of no more eigenvalues than nodes stays as it
    is. With None, or ``most`` not below the number of different eigenvalues, nothing is grouped.

    >>> nodes, weights = group(1 / np.arange(1, 10_001), most=60)
    >>> len(nodes) <= 60, round(float(weights.sum()))
    (True, 10000)
    >>> round(float(weights @ nodes**2), 12), round(float(np.sum(np.arange(1, 10_001.0) ** -2)), 12)
    (1.644834071848, 1.644834071848)
    """
    distinct, counts = np.unique(eigenvalues, return_counts=True)
    weights = counts.astype(np.float64)
    if most is None or len(distinct) <= most:
        return distinct, weights
    top = distinct[-1]
    tiny = np.finfo(np.float64).tiny
    scale = np.log(np.maximum(distinct, tiny)) - np.log(top * (1 + _EDGE) - distinct)
    starts = _starts(scale, most)
    stops = np.append(starts[1:], len(distinct))
    parts = [
        _gauss(distinct[start:stop], weights[start:stop])
        for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)
    ]
    return np.concatenate([nodes for nodes, _ in parts]), np.concatenate([weight for _, weight in parts])


def _starts(scale: Floats, most: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The starts of groups that are as narrow as ``most`` nodes allow."""
    whole = float(scale[-1] - scale[0])

    def cut(groups: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], int]:
        edges = scale[0] + whole * np.arange(groups) / groups
        starts = np.unique(np.searchsorted(scale, edges))
        sizes = np.diff(np.append(starts, len(scale)))
        return starts, int(np.minimum(sizes, _NODES).sum())

    low, high = max(1, most // _NODES), len(scale) * _NODES
    # Empty groups cost nothing, so there may be more groups than nodes.
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if cut(middle)[1] <= most else (low, middle)
    return cut(low)[0]


def _gauss(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    if len(values) <= _NODES:
        return values, weights
    centre, half = (values[-1] + values[0]) / 2, (values[-1] - values[0]) / 2
    x = (values - centre) / half
    total = weights.sum()
    share = weights / total
    # The three-term recursion of the polynomials orthogonal over these values; its Jacobi matrix' eigenvalues
    # are the nodes (Golub & Welsch, 1969).
    before, now, norm_before = np.zeros_like(x), np.ones_like(x), 1.0
    diagonal, beside = np.empty(_NODES), np.empty(_NODES)
    for k in range(_NODES):
        norm = share @ now**2
        diagonal[k] = share @ (x * now**2) / norm
        beside[k] = norm / norm_before
        before, now, norm_before = now, (x - diagonal[k]) * now - beside[k] * before * (k > 0), norm
    off = np.sqrt(beside[1:])
    nodes, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(off, 1) + np.diag(off, -1))
    return np.asarray(centre + half * nodes), np.asarray(total * vectors[0] ** 2)
