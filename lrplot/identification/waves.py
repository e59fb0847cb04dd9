"""Half a cosine and a hyperbolic tangent."""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from lrplot.identification.fitting import (
    Columns,
    Decay,
    Made,
    Part,
    lengths,
    maker,
    searched,
    spread,
    together,
    unseen_floor,
    whole,
)
from lrplot.identification.rows import Array, Rows
from lrplot.identification.solving import least_squares

_TANGENTS: Final = ((-7.0, 3.0), (-6.0, 3.0), (-5.0, 5.0), (-4.0, 4.0), (-3.0, 3.0), (-6.0, 6.0))
"""The bounds that people give, timm's own first."""


def half_cosine(rows: Rows, held: float | None) -> Iterator[Decay]:
    """Half a cosine: 1, cos and sin of πu/T; where it begins is its phase."""
    if len(rows) < 3:
        return
    span = rows.u[-1] - rows.u[0]

    def columns(length: Array | float) -> Columns:
        angle = np.pi * (rows.u - rows.u[0]) / length
        return 1.0, np.cos(angle), np.sin(angle)

    length = searched(columns, rows, lengths(span))
    factors, worst = least_squares(together(*columns(length)), rows)
    middle, c, s = map(float, factors)
    start = rows.u[0] + math.atan2(s, c) * length / math.pi
    amplitude = math.hypot(c, s)
    width = spread(columns, length, rows)

    def curve(u: Array | float) -> Array:
        return np.asarray(
            middle + amplitude * np.cos(np.pi * np.clip((np.asarray(u) - start) / length, 0, 1))
        )

    def parts(begin: float) -> Iterator[Part]:
        end = start + length

        def sized(n: int) -> Part:
            told = () if round(end) <= rows.u[-1] + 1 else unseen_floor(begin + n)
            make = maker("cosine", floor="eta_min", T_max=float(n))
            return Part(make, (n,), ("lr", "floor"), begin + n, 0, told, sized)

        yield from map(sized, whole(end - begin, 2 * width, begin))

    del held
    yield Decay("cosine", worst, curve, parts, start, "cosine")


def tangent(rows: Rows, held: float | None) -> Iterator[Decay]:
    """A hyperbolic tangent of the usual bounds: where it begins and how long it is are searched."""
    if len(rows) < 4:
        return
    span = rows.u[-1] - rows.u[0]
    for low, high in _TANGENTS:
        yield from _tangent(rows, low, high, span, held)


def _tangent(rows: Rows, low: float, high: float, span: float, held: float | None) -> Iterator[Decay]:
    def columns(start: float, length: Array | float) -> Columns:
        wave = np.tanh(low + (high - low) * (rows.u - start) / length)
        return 0.5 * (1 - wave), 0.5 * (1 + wave)

    def given(start: float) -> Made:
        return lambda length: columns(start, length)

    grid = lengths(span)
    # Where it begins is told by a warm-up alone: half of its curve is flat. The caller tries others.
    length = searched(given(0.0), rows, grid)
    factors, worst = least_squares(together(*columns(0.0, length)), rows)

    def curve(u: Array | float) -> Array:
        x = low + (high - low) * np.asarray(u) / length
        return np.asarray(
            float(factors[0]) * 0.5 * (1 - np.tanh(x)) + float(factors[1]) * 0.5 * (1 + np.tanh(x))
        )

    def parts(start: float) -> Iterator[Part]:
        own = length if not start else searched(given(start), rows, grid)
        for n in whole(own, spread(given(start), own, rows), start):
            told = () if held is not None else unseen_floor(start + n)
            make = maker("tanh", floor="eta_min", T_max=float(n), lb=low, ub=high)
            usual = (low, high) == _TANGENTS[0]
            yield Part(make, (n, *(() if usual else (low, high))), ("lr", "floor"), start + n, 1.0, told)

    yield Decay("tanh", worst, curve, parts)
