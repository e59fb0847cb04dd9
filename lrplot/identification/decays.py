"""Decays fitted in the log's own step, so that no warm-up need be searched for: it ends where they meet."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import numpy as np

from lrplot.identification.making import made
from lrplot.identification.numbers import digits, roundings, simplest, whole_numbers
from lrplot.identification.rows import Array, Rows
from lrplot.identification.search import least
from lrplot.identification.solving import least_squares
from lrplot.schedules.base import Schedule

Rates = Mapping[str, float]
Curve = Callable[[Array | float], Array | float]

_SEARCHED: Final = 48
"""Lengths on the first grid: a cosine's misfit has one valley, some 10 % wide."""
_POWERS: Final = (0.5, 0.9, 1.5, 2.0, 3.0)
_LEAST: Final = 0.6
"""Lengths are whole: a little more than half a step on either side holds the nearest."""
_DEVIATIONS: Final = 4.0
"""Standard deviations, with an error of half a unit, around a fitted length."""
_SIMPLE: Final = 5
"""Digits of a floor and a length together that somebody may have chosen."""
_PERIODS: Final = (1, 10, 100, 1000, 10_000, 100_000)
_TANGENTS: Final = ((-7.0, 3.0), (-6.0, 3.0), (-5.0, 5.0), (-4.0, 4.0), (-3.0, 3.0), (-6.0, 6.0))


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
        Makes of a part one that follows steps at its first rate, where lrplot has a schedule that does.
    """

    family: str
    worst: float
    curve: Curve
    parts: Callable[[float], Iterator[Part]]
    start: float | None = None
    stable: Callable[[Part, int], Part] | None = field(default=None)


def _basis(columns: Callable[[float], Array], rows: Rows) -> Callable[[float], float]:
    def miss(x: float) -> float:
        with np.errstate(all="ignore"):
            found = columns(x)
        if not np.isfinite(found).all():
            return math.inf
        factors, _ = least_squares(found, rows)
        return float((((found @ factors - rows.y) / rows.half) ** 2).sum())

    return miss


def _one(u: Array) -> Array:
    return np.ones_like(u)


def _spread(columns: Callable[[float], Array], at: float, rows: Rows) -> float:
    """How far the number that was searched may be from the fitted one, for all that the digits written say."""
    by = max(1e-4 * abs(at), 1e-3)
    here, beside = columns(at), columns(at + by)
    factors, _ = least_squares(here, rows)
    moved = (beside - here) @ factors / by
    weighted = np.column_stack([here, moved]) / rows.half[:, None]
    scale = np.sqrt((weighted**2).sum(axis=0))
    scale[scale == 0] = 1
    if not np.isfinite(weighted).all():
        return _LEAST
    variance = np.linalg.pinv((weighted / scale).T @ (weighted / scale))[-1, -1] / scale[-1] ** 2
    return max(_LEAST, _DEVIATIONS * math.sqrt(max(0.0, float(variance))))


def _whole(at: float, width: float, beside: float, low: float = 1.0) -> list[int]:
    """Whole lengths near a fitted one, counted alone or with what comes before."""
    return whole_numbers(at, width, max(1.0, low), 1e15, beside=(0, beside))


def _made(kind: str, **fixed: Any) -> Callable[[Rates], Schedule]:
    """A maker of a schedule whose floor goes by another name with each kind."""
    floor = fixed.pop("floor", None)

    def make(rates: Rates) -> Schedule:
        named = {"lr": rates["lr"]} if floor is None else {"lr": rates["lr"], floor: rates.get("floor", 0.0)}
        return made(kind, **named, **fixed)

    return make


def line(rows: Rows, held: float | None) -> Iterator[Decay]:
    """A straight line: 1 and u."""
    factors, worst = least_squares(np.stack([_one(rows.u), rows.u], axis=1), rows)
    a, b = map(float, factors)
    if b >= 0:
        return
    goal = held or 0.0
    meets = (goal - a) / b
    # The end is where two uncertain numbers meet: by how much it moves when the farthest rows do.
    reach = (meets - rows.u[0]) / (rows.u[-1] - rows.u[0])
    width = max(_LEAST, 2 * float(rows.half[0] + rows.half[-1]) / -b * max(1.0, reach))

    def parts(start: float) -> Iterator[Part]:
        told = () if held is not None else (f"where the line ends: it would be 0 at step {-a / b:.0f}",)
        rates = ("lr", "floor") if held is not None else ("lr",)

        def sized(n: int) -> Part:
            return Part(_straight(n), (n,), rates, start + n, 0, told, sized)

        yield from map(sized, _whole(meets - start, width, start))
        if held is None:
            top = a + b * start
            for n, extra in _floored(rows, start, top, lambda n: b * n, -top / b):
                yield Part(_straight(n), (n,), ("lr", "floor"), start + n, extra, told)

    def stable(part: Part, before: int) -> Part:
        return _stable("linear", part, before)

    yield Decay("linear", worst, lambda u: a + b * np.asarray(u), parts, None, stable)


def _straight(length: int) -> Callable[[Rates], Schedule]:
    return _made("linear", floor="end_lr", T_max=float(length))


def _floored(
    rows: Rows, start: float, top: float, change: Callable[[float], float], until: float
) -> Iterator[tuple[int, float]]:
    """Lengths of a decay whose floor no row shows, with what each costs: which one it is is not told.

    The roundest pairs of a length and the floor that goes with it come first; then the length to the last
    row, with which any floor is as good.
    """
    first, last = max(1, math.ceil(rows.u[-1] - start)), math.floor(min(until, 1e15))
    spread = np.unique(np.linspace(first, last, 2000).astype(np.int64)) if last > first else np.array([])
    near = sorted(spread.tolist(), key=lambda n: min(digits(n), digits(n + start)))[:200]
    width = max(1e-9 * top, float(np.median(rows.half)) / 4)
    scored = []
    for n in near:
        value = top + change(n)
        floor = simplest(value - width, value + width)
        share = simplest((value - width) / top, (value + width) / top)
        if floor is not None and share is not None and floor > 0:
            simple = min(digits(floor), digits(share) + 1)
            scored.append((simple + min(digits(n), digits(n + start)), n))
    yield from ((n, 1.0) for score, n in sorted(scored)[:4] if score <= _SIMPLE)
    yield first, 3.0


def _stable(shape: str, part: Part, before: int) -> Part:
    """The same decay after steps at its first rate, as WSD says it."""
    length = part.numbers[0]
    make = _made(
        "wsd", floor="min_lr", total_steps=float(before + length), decay_steps=float(length), decay=shape
    )
    numbers = (before + length, length)
    return Part(make, numbers, part.rates, None if part.end is None else part.end, part.extra, part.untold)


def half_cosine(rows: Rows, held: float | None) -> Iterator[Decay]:
    """Half a cosine: 1, cos and sin of πu/T; where it begins is its phase."""
    if len(rows) < 3:
        return
    span = rows.u[-1] - rows.u[0]

    def columns(length: float) -> Array:
        angle = np.pi * (rows.u - rows.u[0]) / length
        return np.stack([_one(rows.u), np.cos(angle), np.sin(angle)], axis=1)

    length = least(_basis(columns, rows), span * np.geomspace(0.7, 20, _SEARCHED))
    factors, worst = least_squares(columns(length), rows)
    middle, c, s = map(float, factors)
    start = rows.u[0] + math.atan2(s, c) * length / math.pi
    amplitude = math.hypot(c, s)
    width = _spread(columns, length, rows)

    def curve(u: Array | float) -> Array | float:
        return middle + amplitude * np.cos(np.pi * np.clip((np.asarray(u) - start) / length, 0, 1))

    def parts(begin: float) -> Iterator[Part]:
        end = start + length

        def sized(n: int) -> Part:
            told = () if end <= rows.u[-1] + 1 else _unseen_floor(begin + n)
            make = _made("cosine", floor="eta_min", T_max=float(n))
            return Part(make, (n,), ("lr", "floor"), begin + n, 0, told, sized)

        yield from map(sized, _whole(end - begin, 2 * width, begin))

    del held
    yield Decay("cosine", worst, curve, parts, start, lambda part, before: _stable("cosine", part, before))


def _unseen_floor(end: float) -> tuple[str, ...]:
    return (f"the floor: the log ends before it, which is at step {end:.0f}",)


def exponential(rows: Rows, held: float | None) -> Iterator[Decay]:
    """An exponential: the logarithm is a line."""
    if (rows.y <= 0).any():
        return
    logs = Rows(rows.u, np.log(rows.y), rows.half / rows.y)
    factors, _ = least_squares(np.stack([_one(rows.u), rows.u], axis=1), logs)
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
        found = []
        for period in (*_PERIODS, 50, 500, 5000, 200, 2000):
            per, off = b * period, max(width * period, 1e-13)
            other = digits(period) + (period != 1)
            for gamma in _closer(math.exp(per - off), math.exp(per + off), math.exp(per)):
                if 0 < gamma < 1:
                    found.append((digits(gamma) + other, "gamma", gamma, period))
            for rate in _closer(-per - off, -per + off, -per):
                if rate > 0:
                    found.append((digits(rate) + other + 1.5, "rate", rate, period))
        for _, name, value, period in sorted(set(found))[:40]:
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
    yield from _inverse(rows, held, 2, "inverse_sqrt")


def inverse_time(rows: Rows, held: float | None) -> Iterator[Decay]:
    """The inverse of time: 1/y is a line."""
    yield from _inverse(rows, held, 1, "inverse_time")


def _inverse(rows: Rows, held: float | None, power: int, kind: str) -> Iterator[Decay]:
    if (rows.y <= 0).any() or held is not None:
        return
    turned = Rows(rows.u, rows.y**-power, power * rows.half / rows.y ** (power + 1))
    factors, _ = least_squares(np.stack([_one(rows.u), rows.u], axis=1), turned)
    a, b = map(float, factors)
    if b <= 0:
        return

    def curve(u: Array | float) -> Array | float:
        return np.maximum(a + b * np.asarray(u), 1e-300) ** (-1 / power)

    def timescales(start: float) -> Iterator[Part]:
        scale = a / b + start
        if scale > 0:
            wide = [start] if start and abs(start - scale) < 0.1 * scale + 3 else []
            for n in dict.fromkeys(
                [*wide, *_whole(scale, 0.6 if rows.exact else max(3.0, 0.03 * scale), start)]
            ):
                # Vaswani's: one number for both lengths.
                numbers = (0,) if n == start else (n,)
                yield Part(_made("inverse_sqrt", timescale=float(n)), numbers)

    def shares(start: float) -> Iterator[Part]:
        first = a + b * start
        if first <= 0:
            return
        share = b / first
        off = share * (1e-9 if rows.exact else max(1e-3, 4 * float(np.median(rows.half / rows.y))))
        found = []
        for period in _PERIODS:
            for rate in roundings(share * period, off * period):
                if rate > 0:
                    found.append((digits(rate) + (digits(period) + 1.5 if period > 1 else 0), rate, period))
        for _, rate, period in sorted(found)[:12]:
            make = _made("inverse_time", rate=rate, period=float(period))
            yield Part(make, (rate, period if period != 1 else 0))

    parts = timescales if power == 2 else shares
    # Vaswani's own begins when its warm-up ends, at any step before the first row.
    start = float(rows.u[0]) if power == 2 and a / b < 0.5 else None
    yield Decay(kind, rows.misses(np.asarray(curve(rows.u))), curve, parts, start)


def polynomial(rows: Rows, held: float | None) -> Iterator[Decay]:
    """A power of the time that remains, of a few powers, with a floor; of any power to 0."""
    if len(rows) < 3:
        return
    last, span = rows.u[-1], rows.u[-1] - rows.u[0]
    # The end lies after the last row that falls; how far after is searched by ratios.
    grid = last + span * np.concatenate([[1e-9, 1e-6, 1e-4], np.geomspace(1e-3, 10, _SEARCHED)])
    for power in _POWERS:
        yield _power(rows, power, grid, held)
    yield from _free_power(rows, grid, held)


def _power(rows: Rows, power: float, grid: Array, held: float | None) -> Decay:
    def columns(end: float) -> Array:
        rest = np.maximum(end - rows.u, 0) ** power
        return np.stack([rest / rest.max(), _one(rows.u)], axis=1)

    end = least(_basis(columns, rows), grid)
    factors, worst = least_squares(columns(end), rows)
    width = _spread(columns, end, rows)
    return _polynomial(rows, power, end, worst, factors, ("lr", "floor"), held, width)


def _free_power(rows: Rows, grid: Array, held: float | None) -> Iterator[Decay]:
    """To 0 by any power: log y is a line in log(E - u)."""
    shown = rows.y > rows.half
    if shown.sum() < 4 or (held is not None and held > 0):
        return
    inner = rows[np.flatnonzero(shown)]
    logs = Rows(inner.u, np.log(inner.y), inner.half / inner.y)

    def columns(end: float) -> Array:
        return np.stack([_one(inner.u), np.log(np.maximum(end - inner.u, 1e-9))], axis=1)

    end = least(_basis(columns, logs), grid)
    factors, _ = least_squares(columns(end), logs)
    power = simplest(float(factors[1]) * (1 - 2e-3), float(factors[1]) * (1 + 2e-3))
    if power is None or not 0.05 < power < 20 or power in {1.0, *_POWERS}:
        return

    def fixed(at: float) -> Array:
        rest = np.maximum(at - rows.u, 0) ** power
        return (rest / rest.max())[:, None]

    end = least(_basis(fixed, rows), grid)
    found, worst = least_squares(fixed(end), rows)
    yield _polynomial(
        rows, power, end, worst, np.array([found[0], 0.0]), ("lr",), held, _spread(fixed, end, rows)
    )


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

    def curve(u: Array | float) -> Array | float:
        return float(factors[0]) * np.maximum(end - np.asarray(u), 0) ** power / top + float(factors[1])

    def parts(start: float) -> Iterator[Part]:
        def sized(n: int) -> Part:
            told = () if held is not None or start + n <= rows.u[-1] + 1 else _unseen_floor(start + n)
            make = _made("polynomial", floor="end_lr", T_max=float(n), power=power)
            return Part(make, (n, power), rates, start + n, 0, told, sized)

        yield from map(sized, _whole(end - start, width, start))

    return Decay(f"polynomial of power {power:g}", worst, curve, parts)


def rex(rows: Rows, held: float | None) -> Iterator[Decay]:
    """Reflected exponential: 1 and 1/(F - u), where F lies a whole length after the end."""
    if len(rows) < 3 or (held is not None and held > rows.half.min()):
        return
    span = rows.u[-1] - rows.u[0]

    def columns(far: float) -> Array:
        return np.stack([_one(rows.u), span / (far - rows.u)], axis=1)

    far = least(_basis(columns, rows), rows.u[-1] + span * np.geomspace(0.3, 20, _SEARCHED))
    factors, worst = least_squares(columns(far), rows)
    a, b = map(float, factors)
    if a <= 0 or b >= 0:
        return
    length = -b * span / a
    end = far - length
    width = _spread(columns, far, rows)

    def curve(u: Array | float) -> Array | float:
        return a + b * span / (far - np.minimum(np.asarray(u), end))

    def parts(start: float) -> Iterator[Part]:
        def sized(n: int) -> Part:
            return Part(_made("rex", T_max=float(n)), (n,), ("lr",), start + n, sized=sized)

        yield from map(sized, _whole(end - start, width, start))

    yield Decay("rex", worst, curve, parts, end - length)


def tangent(rows: Rows, held: float | None) -> Iterator[Decay]:
    """A hyperbolic tangent of the usual bounds: where it begins and how long it is are searched."""
    if len(rows) < 4:
        return
    span = rows.u[-1] - rows.u[0]
    for low, high in _TANGENTS:
        yield from _tangent(rows, low, high, span, held)


def _tangent(rows: Rows, low: float, high: float, span: float, held: float | None) -> Iterator[Decay]:
    def columns(start: float, length: float) -> Array:
        x = low + (high - low) * (rows.u - start) / length
        return np.stack([0.5 * (1 - np.tanh(x)), 0.5 * (1 + np.tanh(x))], axis=1)

    def given(start: float) -> Callable[[float], Array]:
        return lambda length: columns(start, length)

    grid = span * np.geomspace(0.7, 20, _SEARCHED)
    # Where it begins is told by a warm-up alone: half of its curve is flat. The caller tries others.
    length = least(_basis(given(0.0), rows), grid)
    factors, worst = least_squares(columns(0.0, length), rows)

    def curve(u: Array | float) -> Array | float:
        x = low + (high - low) * np.asarray(u) / length
        return float(factors[0]) * 0.5 * (1 - np.tanh(x)) + float(factors[1]) * 0.5 * (1 + np.tanh(x))

    def parts(start: float) -> Iterator[Part]:
        own = length if not start else least(_basis(given(start), rows), grid)
        for n in _whole(own, _spread(given(start), own, rows), start):
            told = () if held is not None else _unseen_floor(start + n)
            make = _made("tanh", floor="eta_min", T_max=float(n), lb=low, ub=high)
            usual = (low, high) == _TANGENTS[0]
            yield Part(make, (n, *(() if usual else (low, high))), ("lr", "floor"), start + n, 1.0, told)

    yield Decay("tanh", worst, curve, parts)


def root(rows: Rows, held: float | None) -> Iterator[Decay]:
    """1 - √z, as after a plateau: 1 and √(u - s)."""
    if len(rows) < 3:
        return

    def columns(start: float) -> Array:
        return np.stack([_one(rows.u), np.sqrt(np.maximum(rows.u - start, 0))], axis=1)

    reach = rows.u[0] - np.concatenate([[0], rows.gap * np.geomspace(1e-6, 1, 24)])
    start = least(_basis(columns, rows), reach[::-1])
    factors, worst = least_squares(columns(start), rows)
    a, b = map(float, factors)
    if b >= 0:
        return
    length = ((a - (held or 0.0)) / -b) ** 2

    def curve(u: Array | float) -> Array | float:
        return a + b * np.sqrt(np.maximum(np.asarray(u) - start, 0))

    def parts(begin: float) -> Iterator[Part]:
        told = () if start + length <= rows.u[-1] + 1 else _unseen_floor(begin + length)
        rates = ("lr", "floor") if held is not None else ("lr",)
        width = 0.6 if rows.exact else max(3.0, 0.03 * length)
        for n in _whole(start + length - begin, width, begin):
            yield Part(_root(n), (n,), rates, begin + n, 2, told)
        if held is None:
            for n, extra in _floored(rows, begin, a, lambda n: b * math.sqrt(n), length):
                yield Part(_root(n), (n,), ("lr", "floor"), begin + n, 2 + extra, told)

    yield Decay("1-sqrt", worst, curve, parts, start, lambda part, before: _stable("1-sqrt", part, before))


def _root(length: int) -> Callable[[Rates], Schedule]:
    fixed = {"total_steps": float(length), "decay_steps": float(length)}
    return _made("wsd", floor="min_lr", decay="1-sqrt", **fixed)


def halving(rows: Rows, held: float | None) -> Iterator[Decay]:
    """Megatron's exponential, which reaches its end: 1 and 2^(-u/T)."""
    if len(rows) < 3:
        return
    span = rows.u[-1] - rows.u[0]

    def columns(length: float) -> Array:
        return np.stack([_one(rows.u), 2.0 ** (-(rows.u - rows.u[0]) / length)], axis=1)

    length = least(_basis(columns, rows), span * np.geomspace(0.7, 20, _SEARCHED))
    factors, worst = least_squares(columns(length), rows)
    a, b = map(float, factors)
    if a >= 0 or b <= 0:
        return
    width = _spread(columns, length, rows)

    def curve(u: Array | float) -> Array | float:
        return a + b * 2.0 ** (-(np.asarray(u) - rows.u[0]) / length)

    def parts(begin: float) -> Iterator[Part]:
        for n in _whole(length, width, begin):
            told = () if held is not None else _unseen_floor(begin + n)
            make = _made(
                "wsd", floor="min_lr", total_steps=float(n), decay_steps=float(n), decay="exponential"
            )
            yield Part(make, (n,), ("lr", "floor"), begin + n, 2, told)

    yield Decay(
        "wsd exponential",
        worst,
        curve,
        parts,
        None,
        lambda part, before: _stable("exponential", part, before),
    )


DECAYS: Final = (
    line,
    half_cosine,
    exponential,
    inverse_sqrt,
    inverse_time,
    polynomial,
    rex,
    tangent,
    root,
    halving,
)
"""The decays that are tried, the commonest first."""
