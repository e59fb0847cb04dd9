"""Decays that turn into a line: exponentials, inverse square roots, inverse time."""

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Final

import numpy as np

from lrplot.identification.fitting import (
    Decay,
    Part,
    Rates,
    maker,
    nearby,
    together,
    whole,
)
from lrplot.identification.making import made
from lrplot.identification.numbers import digits, roundings, simplest
from lrplot.identification.rows import Array, Rows
from lrplot.identification.solving import least_squares
from lrplot.schedules.base import Schedule

_PERIODS: Final = (1, 10, 100, 1000, 10_000, 100_000)
"""Steps a ratio may be given for, powers of ten as people count them."""
_TRIED: Final = 40
"""Ways to write one exponential that are made, the shortest first; a choice."""
_SHARES: Final = 12
"""Ways to write one inverse time that are made, the shortest first; a choice."""


def exponential(rows: Rows, held: float | None) -> Iterator[Decay]:
    """An exponential: the logarithm is a line."""
    if (rows.y <= 0).any():
        return
    logs = Rows(rows.u, np.log(rows.y), rows.half / rows.y)
    factors, _ = least_squares(together(1.0, rows.u), logs)
    a, b = map(float, factors)
    if b >= 0:
        return
    values = np.exp(a + b * rows.u)
    # What the slope may be off by when the first and the last row are.
    width = float((logs.half[0] + logs.half[-1]) / (rows.u[-1] - rows.u[0]))

    def parts(start: float) -> Iterator[Part]:
        # The floor is a maximum, no sum; it is handed on as a share of the base rate, and is simple itself.
        floor = 0.0 if held is None else held
        first = math.exp(a + b * start)
        lr = simplest(first * (1 - 4 * width - 1e-9), first * (1 + 4 * width + 1e-9)) or first
        found: set[tuple[float, str, float, int]] = set()
        for period in (*_PERIODS, 50, 500, 5000, 200, 2000):
            per, off = b * period, max(width * period, 1e-13)
            other = digits(period) + (period != 1)
            gammas = _closer(math.exp(per - off), math.exp(per + off), math.exp(per))
            found |= {(digits(gamma) + other, "gamma", gamma, period) for gamma in gammas if 0 < gamma < 1}
            shares = _closer(-per - off, -per + off, -per)
            found |= {(digits(share) + other + 1.5, "rate", share, period) for share in shares if share > 0}
        for _, name, value, period in sorted(found)[:_TRIED]:
            fixed = {name: value, "period": float(period)}
            numbers = (value, period if period != 1 else 0, floor)
            yield Part(_bounded(fixed, floor / lr), numbers, extra=0.5 * (name == "rate"))

    yield Decay("exponential", rows.misses(values), lambda u: np.exp(a + b * np.asarray(u)), parts)


def _closer(low: float, high: float, value: float) -> Iterator[float]:
    """The simplest number in an interval, then closer and longer ones."""
    first = simplest(low, high)
    if first is None:
        return
    longer = (float(f"{value:.{count - 1}e}") for count in range(max(1, digits(first)), 14))
    yield from islice(dict.fromkeys([first, *(each for each in longer if low <= each <= high)]), 4)


def _bounded(fixed: Mapping[str, float], share: float) -> Callable[[Rates], Schedule]:
    def make(rates: Rates) -> Schedule:
        floor = float(f"{rates['lr'] * share:.12g}")
        return made("exponential", lr=rates["lr"], min_lr=floor, **fixed)

    return make


def inverse_sqrt(rows: Rows, held: float | None) -> Iterator[Decay]:
    """The inverse square root of time: 1/y² is a line."""
    turned = _turned(rows, held, 2)
    if turned is None:
        return
    a, b = turned

    def curve(u: Array | float) -> Array:
        return np.asarray(np.maximum(a + b * np.asarray(u), 1e-300) ** -0.5)

    def parts(start: float) -> Iterator[Part]:
        scale = a / b + start
        if scale <= 0:
            return
        width = nearby(rows, scale, 0.03, 3.0)
        both = [start] if start and abs(start - scale) < 0.1 * scale + 3 else []
        for n in dict.fromkeys([*both, *whole(scale, width, start)]):
            # Vaswani's: one number for both lengths.
            yield Part(maker("inverse_sqrt", timescale=float(n)), (0,) if n == start else (n,))

    # Vaswani's own begins when its warm-up ends, at any step before the first row.
    start = float(rows.u[0]) if a / b < 0.5 else None
    yield Decay("inverse_sqrt", rows.misses(curve(rows.u)), curve, parts, start)


def inverse_time(rows: Rows, held: float | None) -> Iterator[Decay]:
    """The inverse of time: 1/y is a line."""
    turned = _turned(rows, held, 1)
    if turned is None:
        return
    a, b = turned

    def curve(u: Array | float) -> Array:
        return np.asarray(1 / np.maximum(a + b * np.asarray(u), 1e-300))

    def parts(start: float) -> Iterator[Part]:
        if a + b * start <= 0:
            return
        share = b / (a + b * start)
        off = share * (1e-9 if rows.exact else max(1e-3, 4 * float(np.median(rows.half / rows.y))))
        found = [
            (digits(rate) + (digits(period) + 1.5 if period > 1 else 0), rate, period)
            for period in _PERIODS
            for rate in roundings(share * period, off * period)
            if rate > 0
        ]
        for _, rate, period in sorted(found)[:_SHARES]:
            numbers = (rate, period if period != 1 else 0)
            yield Part(maker("inverse_time", rate=rate, period=float(period)), numbers)

    yield Decay("inverse_time", rows.misses(curve(rows.u)), curve, parts)


def _turned(rows: Rows, held: float | None, power: int) -> tuple[float, float] | None:
    """The line through ``y ** -power``, where it rises."""
    if (rows.y <= 0).any() or held is not None:
        return None
    turned = Rows(rows.u, rows.y**-power, power * rows.half / rows.y ** (power + 1))
    a, b = map(float, least_squares(together(1.0, rows.u), turned)[0])
    return (a, b) if b > 0 else None
