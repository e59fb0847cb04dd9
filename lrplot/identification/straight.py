"""A straight line, and the two shapes that WSD falls along."""

import math
from collections.abc import Callable, Iterator

import numpy as np

from lrplot.identification.fitting import (
    LEAST,
    Columns,
    Decay,
    Part,
    Rates,
    floored,
    lengths,
    maker,
    nearby,
    searched,
    spread,
    together,
    unseen_floor,
    whole,
)
from lrplot.identification.rows import Array, Rows
from lrplot.identification.solving import least_squares
from lrplot.schedules.base import Schedule


def line(rows: Rows, held: float | None) -> Iterator[Decay]:
    """A straight line: 1 and u."""
    factors, worst = least_squares(together(1.0, rows.u), rows)
    a, b = map(float, factors)
    if b >= 0:
        return
    goal = held or 0.0
    meets = (goal - a) / b
    # The end is where two uncertain numbers meet: by how much it moves when the farthest rows do.
    reach = (meets - rows.u[0]) / (rows.u[-1] - rows.u[0])
    width = max(LEAST, 2 * float(rows.half[0] + rows.half[-1]) / -b * max(1.0, reach))

    def parts(start: float) -> Iterator[Part]:
        told = () if held is not None else (f"where the line ends: it would be 0 at step {-a / b:.0f}",)
        rates = ("lr", "floor") if held is not None else ("lr",)

        def sized(n: int) -> Part:
            return Part(_straight(n), (n,), rates, start + n, 0, told, sized)

        yield from map(sized, whole(meets - start, width, start))
        if held is None:
            top = a + b * start
            for n, extra in floored(rows, start, top, lambda n: b * n, -top / b):
                yield Part(_straight(n), (n,), ("lr", "floor"), start + n, extra, told)

    yield Decay("linear", worst, lambda u: a + b * np.asarray(u), parts, None, "linear")


def _straight(length: int) -> Callable[[Rates], Schedule]:
    return maker("linear", floor="end_lr", T_max=float(length))


def root(rows: Rows, held: float | None) -> Iterator[Decay]:
    """1 - √z, as after a plateau: 1 and √(u - s)."""
    if len(rows) < 3:
        return

    def columns(start: Array | float) -> Columns:
        return 1.0, np.sqrt(np.maximum(rows.u - start, 0))

    reach = rows.u[0] - np.concatenate([[0], rows.gap * np.geomspace(1e-6, 1, 24)])
    start = searched(columns, rows, reach[::-1])
    factors, worst = least_squares(together(*columns(start)), rows)
    a, b = map(float, factors)
    if b >= 0:
        return
    length = ((a - (held or 0.0)) / -b) ** 2

    def curve(u: Array | float) -> Array:
        return np.asarray(a + b * np.sqrt(np.maximum(np.asarray(u) - start, 0)))

    def parts(begin: float) -> Iterator[Part]:
        told = () if start + length <= rows.u[-1] + 1 else unseen_floor(begin + length)
        rates = ("lr", "floor") if held is not None else ("lr",)
        width = nearby(rows, length, 0.03, 3.0)
        for n in whole(start + length - begin, width, begin):
            yield Part(_root(n), (n,), rates, begin + n, 2, told)
        if held is None:
            for n, extra in floored(rows, begin, a, lambda n: b * math.sqrt(n), length):
                yield Part(_root(n), (n,), ("lr", "floor"), begin + n, 2 + extra, told)

    yield Decay("1-sqrt", worst, curve, parts, start, "1-sqrt")


def _root(length: int) -> Callable[[Rates], Schedule]:
    fixed = {"total_steps": float(length), "decay_steps": float(length)}
    return maker("wsd", floor="min_lr", decay="1-sqrt", **fixed)


def halving(rows: Rows, held: float | None) -> Iterator[Decay]:
    """Megatron's exponential, which reaches its end: 1 and 2^(-u/T)."""
    if len(rows) < 3:
        return
    span = rows.u[-1] - rows.u[0]

    def columns(length: Array | float) -> Columns:
        return 1.0, 2.0 ** (-(rows.u - rows.u[0]) / length)

    length = searched(columns, rows, lengths(span))
    factors, worst = least_squares(together(*columns(length)), rows)
    a, b = map(float, factors)
    if a >= 0 or b <= 0:
        return
    width = spread(columns, length, rows)

    def curve(u: Array | float) -> Array:
        return np.asarray(a + b * 2.0 ** (-(np.asarray(u) - rows.u[0]) / length))

    def parts(begin: float) -> Iterator[Part]:
        for n in whole(length, width, begin):
            told = () if held is not None else unseen_floor(begin + n)
            make = maker(
                "wsd", floor="min_lr", total_steps=float(n), decay_steps=float(n), decay="exponential"
            )
            yield Part(make, (n,), ("lr", "floor"), begin + n, 2, told)

    yield Decay("wsd exponential", worst, curve, parts, None, "exponential")
