"""A warm-up, a plateau and a decay, in any combination."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Final

import numpy as np

from lrplot.errors import LrplotError
from lrplot.identification.decays import DECAYS, Fit
from lrplot.identification.fitting import Decay, Part, Rates, after_plateau, nearby
from lrplot.identification.making import made
from lrplot.identification.numbers import whole_numbers
from lrplot.identification.ramps import Ramp, ramps, unfinished
from lrplot.identification.rows import Rows
from lrplot.identification.search import crossing
from lrplot.identification.solving import NEAR, Candidate, Form, least_squares, refined, solve
from lrplot.schedules.base import Schedule

_NEAR: Final = 2.5
"""Half units by which a fit by least squares may miss rows that a minimax fit still reaches."""
_FALLS: Final = 0.3
"""The share of rows that must be lower than the one before: a few digits hide the first fall of a cosine."""
_FAR: Final = 1e9
"""Half units beyond which a curve is not worth naming."""
_TRIED: Final = 320
"""Combinations of whole lengths that are tried for one decay: the simplest come first."""
_FIRST: Final = 6
"""Lengths that are tried behind each warm-up before more are behind any."""
_HOPELESS: Final = 160
"""Tries after which at least one must have come near."""
_ENOUGH: Final = 3
"""Fits after which the simplest of a decay is known, as they come in the order of simplicity."""


def constant(rows: Rows) -> Iterator[Candidate]:
    """One rate, from the beginning or behind a warm-up."""
    first, past = rows.top
    if past < len(rows):
        return
    level = float(np.mean(rows.y[first:]))

    def meets(_u: float) -> float:
        return level

    form = Form("constant", lambda rates: made("constant", lr=rates["lr"]))
    rising = len(rows) > 2 and bool((np.diff(rows.y) > 0).all())
    over = unfinished(rows) if rising else ramps(rows, meets, None, level=True)
    yield from _tried((ramp.before(form) for ramp in over), rows)


def decays(rows: Rows) -> Iterator[Candidate]:
    """A decay, behind a warm-up or not, and after a plateau or not."""
    _, past = rows.top
    for falling in _stretches(rows):
        yield from _fitted(rows, falling, past)


def _fitted(rows: Rows, falling: Rows, past: int) -> Iterator[Candidate]:
    """Every decay of some rows, until one fits clearly."""
    for fit in DECAYS:
        clear = False
        for decay in _fits(fit, falling, _held(rows)):
            for found in _of(decay, rows, falling, past):
                clear = clear or found.is_clear(len(rows))
                yield found
        if clear:
            return


def nearest(rows: Rows) -> Iterator[Candidate]:
    """One schedule of each decay, to be named where none fits."""
    falling = _falling(rows)
    if falling is None:
        return
    for fit in DECAYS:
        for decay in _fits(fit, falling, _held(rows)):
            form = next(iter(_forms(decay, rows, lambda _part, _begin: True)), None)
            found = None if form is None or decay.worst > _FAR else solve(form, rows)
            if found is not None:
                yield found


# Where nothing fits, the same rows are fitted for what is nearest.
@lru_cache(maxsize=128)
def _fits(fit: Fit, falling: Rows, held: float | None) -> tuple[Decay, ...]:
    return tuple(fit(falling, held))


def _held(rows: Rows) -> float | None:
    """The rate that is held at the end."""
    return float(rows.y[rows.held]) if rows.held < len(rows) else None


def _stretches(rows: Rows) -> Iterator[Rows]:
    """The rows that fall; two that follow a plateau without its last row, too."""
    falling = _falling(rows)
    if falling is None:
        return
    yield falling
    first, past = rows.top
    if past - first > 1 and rows.held - past == 2:
        yield rows[past : rows.held]


@lru_cache(maxsize=8)
def _falling(rows: Rows) -> Rows | None:
    """The rows after the highest and before those held at the end; the highest too where these are few."""
    first, past = rows.top
    held = rows.held
    if held <= past:
        # A fall of which no row shows the way is a jump; see stairs.
        return None
    begin = past if (past > 1 or first) and held - past >= 3 else past - 1
    falling = rows[begin:held] if held - begin >= 2 else rows[max(first, past - 1) : held + 1]
    # Rates that stay more often than they fall are stairs.
    return falling if len(falling.changes) >= (len(falling) - 1) * _FALLS else None


def _of(decay: Decay, rows: Rows, falling: Rows, past: int) -> Iterator[Candidate]:
    if decay.worst > _NEAR:
        return
    suits = _suiting(falling)
    found = list(_tried(_forms(decay, rows, suits), rows))
    yield from found
    first, _ = rows.top
    if past - first >= 2 and not any(each.fits for each in found):
        yield from _tried(_after_plateau(decay, rows, suits), rows)


Suits = Callable[[Part, int], bool]


def _suiting(falling: Rows) -> Suits:
    """A quick look at a decay alone, on the rows that fall: most lengths are out before a warm-up."""
    known: dict[tuple[object, ...], bool] = {}

    def suits(part: Part, begin: int) -> bool:
        key = (begin, part.rates, part.numbers, part.extra)
        if key not in known:
            inside = falling[np.flatnonzero(falling.u >= begin)]
            known[key] = len(inside) > 0 and _miss(part, begin, inside) <= NEAR
        return known[key]

    return suits


def _miss(part: Part, begin: int, rows: Rows) -> float:
    try:
        first = part.make({"lr": 1.0}).rate(rows.u - begin)
        others = [
            part.make({"lr": 1.0, name: 1.0}).rate(rows.u - begin) - first
            for name in part.rates
            if name != "lr"
        ]
    except LrplotError:
        return np.inf
    return least_squares(np.stack([first, *others], axis=1), rows)[1]


def _tried(forms: Iterator[Form], rows: Rows) -> Iterator[Candidate]:
    """The forms solved, until enough of them fit, or it is plain that none will."""
    fitting, near = 0, math.inf
    closest: tuple[float, Form] | None = None
    for i, form in enumerate(islice(forms, _TRIED)):
        found = solve(form, rows)
        if found is None:
            continue
        yield found
        fitting += found.fits and not found.vague
        near = min(near, found.worst)
        if closest is None or found.worst < closest[0]:
            closest = (found.worst, form)
        if fitting >= _ENOUGH or (i >= _HOPELESS and near > NEAR):
            break
    if closest is not None and 1 < closest[0] <= NEAR and closest[1].moved is not None:
        found = solve(refined(closest[1], rows), rows)
        if found is not None:
            yield found


def _forms(decay: Decay, rows: Rows, suits: Suits) -> Iterator[Form]:
    def meets(u: float) -> float:
        return float(decay.curve(u))

    later = []
    for ramp in ramps(rows, meets, decay.start):
        begin = 0 if ramp.under or ramp.factor is not None else ramp.steps
        parts = _suitable(decay.parts(begin), begin, suits)
        for part in islice(parts, _FIRST):
            yield _behind(ramp, decay.family, part)
        later.append((ramp, parts))
    # The roundest lengths behind every warm-up come before the others behind the first.
    for ramp, parts in later:
        for part in parts:
            yield _behind(ramp, decay.family, part)


def _behind(ramp: Ramp, family: str, part: Part) -> Form:
    """A decay behind a warm-up; both may be moved."""

    def moved(longer: int, later: int) -> Form | None:
        length, steps = round(part.numbers[0]) + later, ramp.steps + longer
        if part.sized is None or length < 1 or (longer and not ramp.steps) or steps < 0:
            return None
        return _behind(replace(ramp, steps=steps), family, part.sized(length))

    return replace(ramp.before(_form(family, part)), moved=None if part.sized is None else moved)


def _suitable(parts: Iterator[Part], begin: int, suits: Suits) -> Iterator[Part]:
    return (part for part in parts if suits(part, begin))


def _form(family: str, part: Part) -> Form:
    return Form(family, part.make, part.rates, part.numbers, part.extra, part.untold)


def _after_plateau(decay: Decay, rows: Rows, suits: Suits) -> Iterator[Form]:
    """The decay after a stretch at the highest rate, itself behind a warm-up or not."""
    first, past = rows.top
    level = float(np.mean(rows.y[first:past]))
    low, high = float(rows.u[past - 1]), float(rows.u[past])
    turn = crossing(lambda u: float(decay.curve(u)) - level, low, high)
    turn = decay.start if turn is None else turn
    if turn is None or not low - 1 <= turn <= high + 1:
        return

    def meets(_u: float) -> float:
        return level

    width = nearby(rows, turn)
    for ramp in islice(ramps(rows, meets, None, level=True), 6):
        for begin in whole_numbers(turn, width, low, high, beside=(0, -ramp.steps), most=12):
            before = begin - ramp.steps
            if before <= 0:
                continue
            for part in islice(_suitable(decay.parts(begin), begin, suits), 12):
                shape = decay.stable
                later = after_plateau(shape, part, before) if shape else _sequence(part, before)
                yield ramp.before(_form(f"{decay.family} after a plateau", later))


def _sequence(part: Part, before: int) -> Part:
    """The same decay after ``before`` steps at its first rate, as two phases."""
    make = part.make

    def both(rates: Rates) -> Schedule:
        still = made("constant", lr=rates["lr"])
        return made("sequence", parts=(still, make(rates)), lengths=(before,))

    return Part(both, (before, *part.numbers), part.rates, part.end, part.extra + 1, part.untold)
