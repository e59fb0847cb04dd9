"""Powers of the time that remains, and the reflected exponential."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from lrplot.identification.fitting import (
    SEARCHED,
    Columns,
    Decay,
    Part,
    maker,
    searched,
    spread,
    together,
    unseen_floor,
    whole,
)
from lrplot.identification.numbers import simplest
from lrplot.identification.rows import Array, Rows
from lrplot.identification.solving import least_squares

_POWERS: Final = (0.5, 0.9, 1.5, 2.0, 3.0)
"""Powers that people write; any other is sought for a way to 0 alone."""


def polynomial(rows: Rows, held: float | None) -> Iterator[Decay]:
    """A power of the time that remains, of a few powers, with a floor; of any power to 0."""
    if len(rows) < 3:
        return
    last, span = rows.u[-1], rows.u[-1] - rows.u[0]
    # The end lies after the last row that falls; how far after is searched by ratios.
    grid = last + span * np.concatenate([[1e-9, 1e-6, 1e-4], np.geomspace(1e-3, 10, SEARCHED)])
    for power in _POWERS:
        yield _power(rows, power, grid, held)
    yield from _free_power(rows, grid, held)


def _power(rows: Rows, power: float, grid: Array, held: float | None) -> Decay:
    def columns(end: Array | float) -> Columns:
        return _left(end, rows, power), 1.0

    end = searched(columns, rows, grid)
    factors, worst = least_squares(together(*columns(end)), rows)
    width = spread(columns, end, rows)
    return _polynomial(rows, power, end, worst, factors, ("lr", "floor"), held, width)


def _free_power(rows: Rows, grid: Array, held: float | None) -> Iterator[Decay]:
    """To 0 by any power: log y is a line in log(E - u)."""
    shown = rows.y > rows.half
    if shown.sum() < 4 or (held is not None and held > 0):
        return
    inner = rows[np.flatnonzero(shown)]
    logs = Rows(inner.u, np.log(inner.y), inner.half / inner.y)

    def columns(end: Array | float) -> Columns:
        return 1.0, np.log(np.maximum(end - inner.u, 1e-9))

    end = searched(columns, logs, grid)
    factors, _ = least_squares(together(*columns(end)), logs)
    power = simplest(float(factors[1]) * (1 - 2e-3), float(factors[1]) * (1 + 2e-3))
    if power is None or not 0.05 < power < 20 or power in {1.0, *_POWERS}:
        return

    def fixed(at: Array | float) -> Columns:
        return (_left(at, rows, power),)

    end = searched(fixed, rows, grid)
    found, worst = least_squares(together(*fixed(end)), rows)
    width = spread(fixed, end, rows)
    yield _polynomial(rows, power, end, worst, np.array([found[0], 0.0]), ("lr",), held, width)


def _left(end: Array | float, rows: Rows, power: float) -> Array:
    """The power of the time that remains at each row, 1 at the first."""
    rest = np.maximum(end - rows.u, 0) ** power
    return np.asarray(rest / rest.max(axis=-1, keepdims=True))


def _polynomial(
    rows: Rows,
    power: float,
    end: float,
    worst: float,
    factors: Sequence[float] | Array,
    rates: tuple[str, ...],
    held: float | None,
    width: float,
) -> Decay:
    top = (end - rows.u[0]) ** power

    def curve(u: Array | float) -> Array:
        return np.asarray(
            float(factors[0]) * np.maximum(end - np.asarray(u), 0) ** power / top + float(factors[1])
        )

    def parts(start: float) -> Iterator[Part]:
        def sized(n: int) -> Part:
            told = () if held is not None or start + n <= rows.u[-1] + 1 else unseen_floor(start + n)
            make = maker("polynomial", floor="end_lr", T_max=float(n), power=power)
            return Part(make, (n, power), rates, start + n, 0, told, sized)

        yield from map(sized, whole(end - start, width, start))

    return Decay(f"polynomial of power {power:g}", worst, curve, parts)


def rex(rows: Rows, held: float | None) -> Iterator[Decay]:
    """Reflected exponential: 1 and 1/(F - u), where F lies a whole length after the end."""
    if len(rows) < 3 or (held is not None and held > rows.half.min()):
        return
    span = rows.u[-1] - rows.u[0]

    def columns(far: Array | float) -> Columns:
        return 1.0, span / (far - rows.u)

    far = searched(columns, rows, rows.u[-1] + span * np.geomspace(0.3, 20, SEARCHED))
    factors, worst = least_squares(together(*columns(far)), rows)
    a, b = map(float, factors)
    if a <= 0 or b >= 0:
        return
    length = -b * span / a
    end = far - length
    width = spread(columns, far, rows)

    def curve(u: Array | float) -> Array:
        return np.asarray(a + b * span / (far - np.minimum(np.asarray(u), end)))

    def parts(start: float) -> Iterator[Part]:
        def sized(n: int) -> Part:
            return Part(maker("rex", T_max=float(n)), (n,), ("lr",), start + n, sized=sized)

        yield from map(sized, whole(end - start, width, start))

    yield Decay("rex", worst, curve, parts, end - length)
