"""Warm-ups: where the ramp of the first rows meets what follows."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np

from lrplot.identification.fitting import Columns, nearby, searched, together
from lrplot.identification.making import made
from lrplot.identification.numbers import simplest, whole_numbers
from lrplot.identification.rows import Array, Rows
from lrplot.identification.search import crossing
from lrplot.identification.solving import Form, least_squares
from lrplot.schedules.base import Schedule

_NEAR: Final = 2.5
"""Half units within which the rows of a ramp must lie for its shape to be tried."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """A warm-up of one shape and length: ``steps`` rising steps, then what it leads to.

    Parameters
    ----------
    steps
        Its length; 0 is none.
    shape
        The shape, as lrplot's warm-up calls it.
    under
        Whether the schedule runs underneath, and what the ramp then aims at.
    starts
        Whether it begins above 0, at a rate that is to be found.
    untold
        What the log leaves open about it.
    factor
        Where it begins as a factor of the schedule underneath, which it multiplies; None where it does not.
    vague
        Whether the rows allow other lengths as well.
    """

    steps: int = 0
    shape: str = "linear"
    under: str = ""
    starts: bool = False
    untold: tuple[str, ...] = ()
    factor: float | None = None
    vague: bool = False

    def before(self, form: Form) -> Form:
        """A form behind this warm-up."""
        if not self.steps:
            return form
        if self.factor is not None:
            return self._multiplied(form, self.factor)
        fixed: dict[str, Any] = {"steps": self.steps, "shape": self.shape}
        if self.under:
            fixed |= {"prefix": False, "target": self.under}
        make = form.make

        def warmed(rates: Any) -> Schedule:
            start = rates.get("start", 0.0)
            known = {"start_lr": start} if start else {}
            return made("warmup", schedule=make(rates), **known, **fixed)

        return replace(
            form,
            make=warmed,
            rates=(*form.rates, "start") if self.starts else form.rates,
            numbers=(*form.numbers, self.steps),
            extra=form.extra + (self.shape != "linear") + (bool(self.under)),
            untold=(*form.untold, *self.untold),
            vague=form.vague or self.vague,
        )

    def _multiplied(self, form: Form, factor: float) -> Form:
        """A form whose rates rise from a share of themselves to themselves."""
        make = form.make

        def multiplied(rates: Any) -> Schedule:
            level = made("constant", lr=rates["lr"])
            rising = made("warmup", schedule=level, steps=self.steps, start_factor=factor)
            return made("product", lr=rates["lr"], factors=(rising, make(rates)))

        numbers = (*form.numbers, self.steps, factor)
        return replace(form, make=multiplied, numbers=numbers, extra=form.extra + 2)


def ramps(
    rows: Rows, meets: Callable[[float], float], phase: float | None, *, level: bool = False
) -> Iterator[Ramp]:
    """The warm-ups that the rows before the highest may be.

    Parameters
    ----------
    rows
        All rows.
    meets
        What follows the ramp, at any step of the log's clock.
    phase
        The step at which what follows begins, where its shape tells.
    level
        Whether it is a plateau, so that no row at the top lies on the ramp.
    """
    first, past = rows.top
    if not first:
        yield from _unseen(rows, phase)
        return
    head = rows.head
    low = float(rows.u[first - 1])
    high = _latest(rows, first, past) if level else float(rows.u[min(past, len(rows) - 1)])
    starts = (False, True) if len(head) > 1 or head.u[0] == 0 else (False,)
    for shape, gap in _shapes(head, meets):
        met = crossing(gap, low, high)
        if met is None and phase is not None and low - 1 <= phase <= high + 1:
            met = phase
        found = [] if met is None else _near(met, rows, low, high)
        of_phase = [] if phase is None else _near(phase, rows, low, high)
        for steps in dict.fromkeys([*found[:4], *of_phase[:3], *found[4:], *of_phase[3:]]):
            for start in starts:
                yield Ramp(steps, shape, starts=start)
    yield from _under(rows, head, meets, low, high, starts)
    yield from _multiplying(rows, head, meets, low, high)
    if phase is not None and low - 1 <= phase <= high + 1:
        for steps in _near(phase, rows, low, high)[:3]:
            for start in starts:
                yield Ramp(steps, starts=start)
    if len(head) == 1 or _is_level(head):
        yield from _vague(head, low, high)


def _latest(rows: Rows, first: int, past: int) -> float:
    """The last step at which a ramp to a plateau can end: a row on it, of several, is hardly below it."""
    if past - first < 2:
        return float(rows.u[min(past, len(rows) - 1)])
    share = float(rows.half[first] / rows.y[first])
    return float(rows.u[first]) * (1 + 4 * share) + 1e-6


def _near(met: float, rows: Rows, low: float, high: float) -> list[int]:
    width = nearby(rows, met)
    return whole_numbers(met, width, max(1.0, low), high, most=12)


def _is_level(head: Rows) -> bool:
    return not len(head.changes)


def _unseen(rows: Rows, phase: float | None) -> Iterator[Ramp]:
    """No row of a ramp: none, or one that was over at the first row, as long as the curve's phase says."""
    yield Ramp()
    if phase is None or not 0.5 < phase <= rows.u[0] + 1:
        return
    told = ("how the warm-up rose: the log begins after it",)
    for steps in whole_numbers(phase, nearby(rows, phase, 0.02), 1, rows.u[0], most=8):
        yield Ramp(steps, untold=told)


def _shapes(head: Rows, meets: Callable[[float], float]) -> Iterator[tuple[str, Callable[[float], float]]]:
    """Each shape that the head may have, and how far it is above what it meets."""
    one, u = np.ones_like(head.u), head.u
    if len(head) == 1:
        slope = float(head.y[0] / u[0]) if u[0] else math.nan
        if math.isfinite(slope) and slope > 0:
            yield "linear", lambda x: slope * x - meets(x)
            log = float(head.y[0] / np.log1p(u[0]))
            yield "log", lambda x: log * math.log1p(x) - meets(x)
        return
    (a, b), worst = least_squares(np.stack([one, u], axis=1), head)
    if worst <= _NEAR and b > 0:
        yield "linear", lambda x: a + b * x - meets(x)
    (c, d), worst = least_squares(np.stack([one, np.log1p(u)], axis=1), head)
    if worst <= _NEAR and d > 0:
        yield "log", lambda x: c + d * math.log1p(x) - meets(x)
    if (head.y > 0).all():
        logs = Rows(u, np.log(head.y), head.half / head.y)
        (e, f), worst = least_squares(np.stack([one, u], axis=1), logs)
        if worst <= _NEAR and f > 0:
            yield "exponential", lambda x: math.exp(min(700.0, e + f * x)) - meets(x)
    yield from _cosine(head, meets)


def _cosine(head: Rows, meets: Callable[[float], float]) -> Iterator[tuple[str, Callable[[float], float]]]:
    del meets
    if head.y[-1] - head.y[0] <= head.half[-1] + head.half[0]:
        return  # level rows tell no length
    length, worst = _cosine_length(head)
    if worst <= _NEAR:
        # It ends level, so that where it meets is no crossing but its own length.
        yield "cosine", lambda x: x - length


@lru_cache(maxsize=8)
def _cosine_length(head: Rows) -> tuple[float, float]:
    """The length of half a cosine that rises from step 0 through these rows, and its worst miss."""

    def columns(length: Array | float) -> Columns:
        wave = np.cos(np.pi * head.u / length)
        # Two rows tell a length only of a ramp from 0.
        return (1.0, wave) if len(head) > 2 else (1 - wave,)

    length = searched(columns, head, float(head.u[-1]) * np.geomspace(1.0, 5, 24))
    return length, least_squares(together(*columns(length)), head)[1]


def _under(
    rows: Rows, head: Rows, meets: Callable[[float], float], low: float, high: float, starts: tuple[bool, ...]
) -> Iterator[Ramp]:
    """Straight ramps under which the schedule already runs."""
    if len(head) < 2:
        slope = head.y[0] / head.u[0] if head.u[0] else 0.0
        a, b = 0.0, float(slope)
    else:
        (a, b), worst = least_squares(np.stack([np.ones_like(head.u), head.u], axis=1), head)
        if worst > _NEAR:
            return
    if b <= 0:
        return
    met = crossing(lambda x: a + b * x - meets(x), low, high)
    of_first = (meets(0.0) - a) / b
    for at, under in ((met, "curve"), (of_first, "first")):
        if at is not None and low < at <= high + 1:
            for steps in _near(at, rows, low, high)[:4]:
                for start in starts:
                    yield Ramp(steps, under=under, starts=start)


def _multiplying(
    rows: Rows, head: Rows, meets: Callable[[float], float], low: float, high: float
) -> Iterator[Ramp]:
    """Straight factors of what already runs underneath."""
    if len(head) < 2:
        return
    under = np.array([meets(float(u)) for u in head.u])
    if not (under > 0).all():
        return
    ratios = Rows(head.u, head.y / under, head.half / under)
    (a, b), worst = least_squares(np.stack([np.ones_like(head.u), head.u], axis=1), ratios)
    if worst > 2 * _NEAR or b <= 0 or not low < (1 - a) / b <= high + 1:
        return
    width = max(1e-9, 2 * float(ratios.half.max()))
    for factor in dict.fromkeys((0.0, *(simplest(a - k * width, a + k * width) or 0.0 for k in (0.1, 1, 4)))):
        for steps in _near(float((1 - a) / b), rows, low, high)[:4]:
            if 0 <= factor < 1:
                yield Ramp(steps, factor=factor)


def _vague(head: Rows, low: float, high: float) -> Iterator[Ramp]:
    """Ramps of which the log tells no slope: only between which rows they end."""
    first, last = math.floor(low) + 1, math.floor(high)
    if first > last:
        return
    told: tuple[str, ...] = ()
    if last > first:
        told = (f"how long the warm-up is: at least {first} and at most {last} steps",)
    middle = (first + last) / 2
    for n in whole_numbers(middle, (last - first) / 2, max(1, first), last, most=12):
        ramp = Ramp(n, untold=told, vague=True)
        yield ramp
        if head.y[0] > 0:
            yield replace(ramp, starts=True)
            yield replace(ramp, starts=True, shape="constant")


def unfinished(rows: Rows) -> Iterator[Ramp]:
    """Warm-ups that are not over at the last row, of lengths with which they lead to a simple rate."""
    last = float(rows.u[-1])
    told = (f"how long the warm-up is and what it leads to: it is not over at step {last:.0f}",)
    for shape, value in _shapes(rows, lambda _u: 0.0):
        if shape == "cosine":
            continue
        for steps in _simple_ends(value, rows, last):
            for start in (False, True):
                yield Ramp(steps, shape, starts=start, untold=told, vague=True)


def _simple_ends(value: Callable[[float], float], rows: Rows, last: float) -> list[int]:
    """Whole steps at which a ramp has a rate of one or two digits, then round ones, then the last row's."""
    peak = float(rows.y[-1])
    unit = 10.0 ** math.floor(math.log10(peak))
    found = []
    for scale in (unit, 10 * unit, 100 * unit):
        for lead in (1, 2, 3, 5, 4, 6, 8, 1.5, 2.5):
            rate = lead * scale
            if rate <= peak * (1 + 1e-9):
                continue
            at = crossing(lambda u, rate=rate: value(u) - rate, last, 1e4 * last + 1e4)  # type: ignore[misc]
            if at is not None and (not rows.exact or abs(at - round(at)) < 1e-3):
                found.append(round(at))
    round_ones = [int(n) for n in (10 ** math.ceil(math.log10(last + 1)), 1000, 10_000) if n > last]
    return list(dict.fromkeys([*found[:10], *round_ones[:1], int(last)]))
