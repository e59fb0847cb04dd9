"""Rates that fall, jump back up and fall again."""

import math
from collections.abc import Iterator
from itertools import islice, product
from typing import Any, Final

import numpy as np

from lrplot.identification.fitting import nearby
from lrplot.identification.making import made
from lrplot.identification.numbers import digits, simplest, whole_numbers
from lrplot.identification.ramps import Ramp
from lrplot.identification.rows import Rows
from lrplot.identification.search import least
from lrplot.identification.solving import Candidate, Form, missed, solve
from lrplot.schedules.base import Schedule

_GROWTHS: Final = (1.0, 2.0, 1.5, 3.0, 1.2, 1.25, 4.0)
"""What cycles grow by that people write."""
_DOUBLINGS: Final = 50
"""Cycles that can have grown: with 2^50 more steps than the first, no log shows another."""
_SEARCHES: Final = 21
"""Searches for a length, the likeliest first: three ramps with the seven growths where cycles keep their
height."""
_GRID: Final = 24
"""Lengths on the grid of a search, between which the least is then sought; a choice."""
_CLOSE: Final = 0.01
"""Steps between a length and the best: only whole ones are tried."""
_TRIED: Final = 240
"""Forms that are solved for; a choice that keeps rows of no schedule from taking long."""
_ENOUGH: Final = 2
"""Forms that fit, after which no more are tried."""


def restarts(rows: Rows) -> Iterator[Candidate]:
    """Cosine cycles, all alike, growing or shrinking, behind a warm-up or not."""
    first = _ramped(rows)
    body = rows[first:]
    rises = np.flatnonzero(np.diff(body.y) > body.half[1:] + body.half[:-1]) + 1
    if not len(rises) or len(rises) > len(body) // 2:
        return
    jumps = [(float(body.u[i - 1]), float(body.u[i])) for i in rises]
    if not _is_sharp(rises):
        return
    found = 0
    for form in islice(_forms(rows, first, body, jumps, rises), _TRIED):
        solved = solve(form, rows.thinned)
        if solved is not None:
            yield solved
            found += solved.fits
        if found >= _ENOUGH:
            return


def _ramped(rows: Rows) -> int:
    """The number of rows that only rise at the beginning."""
    falls = np.flatnonzero(np.diff(rows.y) <= 0)
    return int(falls[0]) if len(falls) else len(rows) - 1


def _is_sharp(rises: Any) -> bool:
    """True where each rise is one row long, as a jump is."""
    return bool((np.diff(rises) > 1).all())


def _forms(
    rows: Rows, first: int, body: Rows, jumps: list[tuple[float, float]], rises: Any
) -> Iterator[Form]:
    tops = body.y[[0, *rises]]
    decays = _decays(tops)
    growths = _GROWTHS if len(jumps) < _DOUBLINGS else _GROWTHS[:1]
    for ramp, growth, decay in islice(product(_ramps(rows, first), growths, decays), _SEARCHES):
        for length in _lengths(rows.thinned, jumps, ramp, growth, decay):
            yield ramp.before(_form(float(length), growth, decay))


def _decays(tops: Any) -> list[float]:
    """1, and what tops shrink by where each is lower than the one before."""
    ratios = tops[1:] / np.maximum(tops[:-1], 1e-300)
    typical = float(np.median(ratios))
    near = [] if not 0.05 < typical < 0.995 else [simplest(typical * 0.97, typical * 1.03)]
    return [1.0, *(each for each in near if each is not None)]


def _lengths(
    rows: Rows, jumps: list[tuple[float, float]], ramp: Ramp, growth: float, decay: float
) -> list[int]:
    """Lengths of the first cycle near the best with which every jump lies where the rows have it."""
    low, high, reach = 0.0, math.inf, 0.0
    for k, (before, after) in enumerate(jumps):
        reach += growth**k
        low, high = max(low, (before - ramp.steps) / reach), min(high, (after - ramp.steps) / reach)
    if not max(1.0, low) < high:
        return []

    def miss(length: float) -> float:
        return missed(ramp.before(_form(length, growth, decay)), rows)

    # The lower bound itself is out, the upper one is in: a jump belongs to the row at its step.
    grid = [low + 1e-9 * high, *np.linspace(high, low, _GRID, endpoint=False)[::-1]]
    at = least(miss, grid, within=_CLOSE)
    width = nearby(rows, at, 0.02, 3.0)
    return whole_numbers(at, width, max(1.0, low), high, beside=(0, ramp.steps), most=24)


def _ramps(rows: Rows, first: int) -> Iterator[Ramp]:
    yield Ramp()
    if not first:
        return
    head = rows[:first]
    low, high = float(rows.u[first - 1]), float(rows.u[min(first + 1, len(rows) - 1)])
    slope = head.y[-1] / head.u[-1] if head.u[-1] else math.nan
    near = float(rows.y[first] / slope) if math.isfinite(slope) and slope > 0 else (low + high) / 2
    for steps in whole_numbers(near, max(2.0, high - low), low + 1, high, most=4):
        yield Ramp(steps)
        yield Ramp(steps, starts=True)


def _form(length: float, growth: float, decay: float) -> Form:
    fixed = {"T_0": length, "T_mult": growth, "decay": decay}

    def make(rates: Any) -> Schedule:
        return made("cosine_restarts", lr=rates["lr"], eta_min=rates["eta_min"], **fixed)

    written = (length, *(each for each in (growth, decay) if each != 1))
    return Form("cosine with restarts", make, ("lr", "eta_min"), written, digits(decay) * 0.5 * (decay != 1))
