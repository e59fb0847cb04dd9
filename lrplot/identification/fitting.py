"""Decays as they are fitted: what each tells, and what all of them need."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lrplot.identification.making import made
from lrplot.identification.numbers import digits, simplest, whole_numbers
from lrplot.identification.rows import Array, Rows
from lrplot.identification.search import least
from lrplot.identification.solving import least_squares, squared
from lrplot.schedules.base import Schedule

Rates = Mapping[str, float]
Curve = Callable[[Array | float], Array | float]
Columns = tuple[Array | float, ...]
"""The values at each row of the functions whose sum, each with its factor, is a curve."""
Made = Callable[[Array | float], Columns]
"""The columns that a number makes, or each number of an array with a last axis of one."""

SEARCHED: Final = 48
"""Lengths on the first grid: a cosine's misfit has one valley, some 10 % wide."""
LEAST: Final = 0.6
"""Lengths are whole: a little more than half a step on either side holds the nearest."""
_DEVIATIONS: Final = 4.0
"""Standard deviations, with an error of half a unit, around a fitted length."""
FLOOR: Final = "the floor"
"""The beginning of the sentence on a floor that is not reached."""
_SPREAD: Final = 2000
"""Lengths among which the roundest are looked for, where no row shows the floor."""
_ROUNDEST: Final = 200
"""The roundest of them, to each of which the floor is found that goes with it."""
_TOLD: Final = 4
"""The simplest pairs of both that are answered."""
_SIMPLE: Final = 5
"""Digits of a floor and a length together that somebody may have chosen."""


@dataclass(frozen=True, slots=True)
class Part:
    """A decay with its lengths known, on its own clock.

    Parameters
    ----------
    make
        Makes it, given ``lr`` and whichever of ``floor`` it has.
    numbers
        Its lengths and shares, as it writes them.
    rates
        The rates it has.
    end
        Its last step, None where it has no end.
    extra
        What it costs beyond its digits.
    untold
        What the log leaves open about it.
    sized
        Makes the same of another length; None where lengths are few.
    """

    make: Callable[[Rates], Schedule]
    numbers: tuple[float, ...]
    rates: tuple[str, ...] = ("lr",)
    end: float | None = None
    extra: float = 0.0
    untold: tuple[str, ...] = ()
    sized: "Callable[[int], Part] | None" = None


@dataclass(frozen=True, slots=True)
class Decay:
    """A decay that was fitted to rows, not yet to whole steps and few digits.

    Parameters
    ----------
    family
        The name for people.
    worst
        The worst miss of the fit, in half units.
    curve
        The fitted rates, at any step of the log's clock.
    parts
        The decays near it that begin at a given whole step, the simplest first.
    start
        The step at which it begins, where its shape tells.
    stable
        What WSD calls its shape, where a plateau may come before it; None where it has none.
    """

    family: str
    worst: float
    curve: Curve
    parts: Callable[[float], Iterator[Part]]
    start: float | None = None
    stable: str | None = None


def together(*columns: Array | float) -> Array:
    """Columns beside each other, as a matrix."""
    return np.stack(np.broadcast_arrays(*columns), axis=-1)


def searched(columns: Made, rows: Rows, grid: Array) -> float:
    """The number whose columns, with their best factors, miss rows least: near the best of a grid."""

    def miss(x: float) -> float:
        return float(squared(columns(x), rows))

    return least(miss, grid, squared(columns(grid[:, None]), rows))


def spread(columns: Made, at: float, rows: Rows) -> float:
    """The room of the number that was searched from the fitted one, by the digits written."""
    by = max(1e-4 * abs(at), 1e-3)
    here, beside = together(*columns(at)), together(*columns(at + by))
    factors, _ = least_squares(here, rows)
    moved = (beside - here) @ factors / by
    weighted = np.column_stack([here, moved]) / rows.half[:, None]
    scale = np.sqrt((weighted**2).sum(axis=0))
    scale[scale == 0] = 1
    if not np.isfinite(weighted).all():
        return LEAST
    variance = np.linalg.pinv((weighted / scale).T @ (weighted / scale))[-1, -1] / scale[-1] ** 2
    return max(LEAST, _DEVIATIONS * math.sqrt(max(0.0, float(variance))))


def lengths(span: float) -> Array:
    """The grid of lengths that rows over such a span may be of: from a little shorter to 20 times as long."""
    return span * np.geomspace(0.7, 20, SEARCHED)


def nearby(rows: Rows, at: float, share: float = 0.01, least: float = 2.0) -> float:
    """The steps by which a length may lie from a fitted one: of rounded rows at least so many, or a share."""
    return LEAST if rows.exact else max(least, share * at)


def whole(at: float, width: float, beside: float, low: float = 1.0) -> list[int]:
    """Whole lengths near a fitted one, counted alone or with what comes before."""
    return whole_numbers(at, width, max(1.0, low), 1e15, beside=(0, beside))


def maker(kind: str, **fixed: Any) -> Callable[[Rates], Schedule]:
    """A maker of a schedule whose floor goes by another name with each kind."""
    floor = fixed.pop("floor", None)

    def make(rates: Rates) -> Schedule:
        named = {"lr": rates["lr"]} if floor is None else {"lr": rates["lr"], floor: rates.get("floor", 0.0)}
        return made(kind, **named, **fixed)

    return make


def floored(
    rows: Rows, start: float, top: float, change: Callable[[float], float], until: float
) -> Iterator[tuple[int, float]]:
    """Lengths of a decay whose floor no row shows, with what each costs: which one it is is not told.

    The roundest pairs of a length and the floor that goes with it come first; then the length to the last
    row, with which any floor is as good.
    """
    first, last = max(1, math.ceil(rows.u[-1] - start)), math.floor(min(until, 1e15))
    spread = np.unique(np.linspace(first, last, _SPREAD).astype(np.int64)) if last > first else np.array([])
    near = sorted(spread.tolist(), key=lambda n: min(digits(n), digits(n + start)))[:_ROUNDEST]
    width = max(1e-9 * top, float(np.median(rows.half)) / 4)
    scored = []
    for n in near:
        value = top + change(n)
        floor = simplest(value - width, value + width)
        share = simplest((value - width) / top, (value + width) / top)
        if floor is not None and share is not None and floor > 0:
            simple = min(digits(floor), digits(share) + 1)
            scored.append((simple + min(digits(n), digits(n + start)), n))
    yield from ((n, 1.0) for score, n in sorted(scored)[:_TOLD] if score <= _SIMPLE)
    yield first, 3.0


def after_plateau(shape: str, part: Part, before: int) -> Part:
    """The same decay after steps at its first rate, as WSD says it."""
    length = part.numbers[0]
    make = maker(
        "wsd", floor="min_lr", total_steps=float(before + length), decay_steps=float(length), decay=shape
    )
    numbers = (before + length, length)
    return Part(make, numbers, part.rates, None if part.end is None else part.end, part.extra, part.untold)


def unseen_floor(end: float) -> tuple[str, ...]:
    """The sentence on a floor that the log does not reach."""
    return (f"{FLOOR}: the log ends before it, which is at step {end:.0f}",)
