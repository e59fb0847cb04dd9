"""Causes in the plan's own parameters: one of them was another in the run."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from lrplot.checks.log.cause import Cause
from lrplot.checks.log.evidence import Evidence, Rates, Steps
from lrplot.checks.log.moves import Move
from lrplot.checks.log.simplest import roundness, shortest
from lrplot.checks.log.trials import Trial, Trials
from lrplot.clock import MOST_STEPS
from lrplot.errors import LrplotError

_FEW: Final = 48
"""Rows a value is sought on; what is found is then checked on all."""
_GRID: Final = 48
"""Values on the grid: from a 64th of the planned one to 64 times it, each a fifth larger than the last."""
_SPAN: Final = 64.0
"""Values up to so many times larger or smaller than the planned one are tried."""
_BEST: Final = 3
"""Valleys that are followed down."""
_ROUNDS: Final = 8
"""Rows that are added, one after the other, to those a value is sought on."""
_MOST_DOWN: Final = 64
"""Turns of the golden section at most: 0.618^64 is 4e-14, more than any written digit tells."""
_BOTTOM: Final = 0.02
"""The greatest gap, in halves of a unit as written, at which a value is near enough to be made simple."""
_TURNS: Final = 8
"""Turns of the golden section between two looks at whether the bottom still falls: 0.618^8 is 1/47."""
_REACH: Final = 1.0
"""Times the distance between its rates at neighbouring values that a row's rate may lie outside them."""
_HALVINGS: Final = 8
"""Halvings of the stretch in which an edge lies, to 1/256 of it: a simple number is seldom as near to an
edge."""
_CHOSEN: Final = 5
"""Digits of a number that somebody may have chosen."""
_FEW_ROWS: Final = 3
"""Of fewer rows any number that nobody chose fits."""
_BASE_RATE: Final = (
    "another base rate, the linear scaling rule, another parameter group, or the mean over several"
)
_GOLDEN: Final = 0.6180339887498949
"""(√5 - 1) / 2, the share at which the golden section cuts: one of its two values serves again."""
_TIMES: Final = (2, 3, 4, 5, 8, 10)
"""Whole ratios of a length to the planned one: between other values of a cycle no valley leads to them."""


def other_parameter(found: Evidence, trials: Trials) -> Iterator[Cause]:
    """One number of the plan is another: sought on a few rows, snapped, and checked on all."""
    told = set[str]()
    for trial in (*trials.single, *trials.linked, *_entries(found, trials)):
        move = trial.move
        if move.name in told:
            continue
        value = solve(found, trial, hidden=True)
        if value is None or value == move.value:
            continue
        odd = not move.whole and len(f"{value:.10e}".partition("e")[0].rstrip("0")) > _CHOSEN + 1
        if odd and len(found) < _FEW_ROWS:
            continue
        told.add(move.name)
        yield Cause(
            "parameter",
            move.sentence(value),
            trial.predict(value),
            _BASE_RATE if move.kind == "rate" and move.name.rsplit(".")[-1] == "lr" else "",
            {"parameter": move.name, "planned": move.value, "logged": value},
            odd,
        )


def _entries(found: Evidence, trials: Trials) -> Iterator[Trial]:
    """The entries of lists whose change shows in a slope; a staircase tells them by its drops."""
    if len(np.unique(found.sample.y)) * _FEW_ROWS > len(found.sample):
        yield from trials.entries


def solve(found: Evidence, trial: Trial, *, hidden: bool = False) -> float | None:
    """The value of a move that fits every row, the simplest there is; None where none does.

    It is sought on a few rows. Where it fails on another one, that row is added and it is sought again near
    by: so the bottom of the greatest gap over all rows is reached without looking at all of them each time.
    """
    move = trial.move
    few = _few(found)
    grid = _grid(move, found.peak)
    rates = trial.rates(grid, found.u[few])
    value = _sought(found, found, trial, few, grid, rates)
    if value is None and hidden and move.kind == "length" and move.whole:
        # A rate of nearly 0 hides the valley: where the plan is over, all lengths are as wrong. Rates
        # weighed alike show it.
        weighed = replace(found, half=np.full_like(found.half, found.half.max()))
        value = _sought(found, weighed, trial, few, grid, rates)
    return value


def _sought(
    found: Evidence, weighed: Evidence, trial: Trial, few: Steps, grid: list[float], rates: Rates
) -> float | None:
    """The value at the bottom of a valley of the weighed rows, checked on the rows as found."""
    gaps = weighed.rows(few).gaps(rates).max(axis=1, initial=0.0)
    for i in [i for i in _valleys(gaps) if np.isfinite(gaps[i])][:_BEST]:
        around = slice(max(0, i - 1), i + 2)
        if _out_of_reach(found.rows(few), rates[around]):
            continue
        low, middle, high = grid[around.start], grid[i], grid[around][-1]
        near = few
        for _ in range(_ROUNDS):
            bottom = _down(_gap(weighed, near, trial), low, middle, high)
            value = _snapped(_gap(found, near, trial), bottom, trial.move)
            if value is None:
                break
            gaps_there = found.gaps(trial.predict(value)(found.u))
            worst = int(np.argmax(gaps_there))
            if gaps_there[worst] <= 1:
                return value
            near, middle = np.append(near, worst), value
    return None


def _out_of_reach(found: Evidence, rates: Rates) -> bool:
    """True where a row is so far from its rates at three values that no value between them gives it."""
    low, high = rates.min(axis=0), rates.max(axis=0)
    reach = _REACH * (high - low) + found.half
    return bool(((found.y < low - reach) | (found.y > high + reach)).any())


def _gap(found: Evidence, rows: Steps, trial: Trial) -> Callable[[float], float]:
    """The greatest gap at some rows, in halves of a unit as written, for a value of a move."""
    few = found.rows(rows)

    def gap(value: float) -> float:
        try:
            return few.worst(trial.predict(value)(few.u))
        except LrplotError:
            return np.inf

    return gap


def _few(found: Evidence) -> Steps:
    return np.unique(np.linspace(0, len(found) - 1, _FEW).astype(np.int64))


def _grid(move: Move, peak: float) -> list[float]:
    """Values on a geometric grid around the planned one, and those that have a meaning of their own."""
    centre = abs(move.value) or (peak / 100 if move.kind == "rate" else 1.0)
    span = np.geomspace(centre / _SPAN, centre * _SPAN, _GRID)
    tried = {float(value) for value in span} | {0.0, centre}
    if move.kind == "length":
        tried |= {value for times in _TIMES for value in (centre * times, centre / times)}
    if move.kind == "rate":
        tried |= {float(value) for value in np.geomspace(max(peak, 1e-300) * 1e-7, max(peak, 1e-300) * 2, 24)}
    if move.whole:
        tried = {float(round(value)) for value in tried if value < MOST_STEPS}
        tried |= {move.value + k for k in (-2.0, -1.0, 1.0, 2.0)} | {1.0}
    # No length is less than one update.
    return sorted(
        value for value in tried if value >= 1 or value == 0 or (value > 0 and move.kind != "length")
    )


def _valleys(gaps: Rates) -> list[int]:
    """The places lower than their neighbours, the lowest first."""
    padded = np.concatenate([[np.inf], gaps, [np.inf]])
    low = np.flatnonzero((padded[1:-1] <= padded[:-2]) & (padded[1:-1] <= padded[2:]))
    return sorted(low.tolist(), key=lambda i: gaps[i])


def _down(gap: Callable[[float], float], low: float, middle: float, high: float) -> float:
    """The bottom of a valley by golden section."""
    a, b = low, high
    one, two = b - _GOLDEN * (b - a), a + _GOLDEN * (b - a)
    f_one, f_two = gap(one), gap(two)
    best = min((gap(middle), middle), (f_one, one), (f_two, two))
    before = np.inf
    for turn in range(_MOST_DOWN):
        if b - a <= 1e-15 * max(abs(a), abs(b)) or best[0] <= _BOTTOM:
            break
        if turn % _TURNS == 0:
            # Where the bottom is 0 the gap shrinks with the bracket, by 47 in eight turns.
            if best[0] > before / 2:
                break
            before = best[0]
        if f_one <= f_two:
            b, two, f_two = two, one, f_one
            one = b - _GOLDEN * (b - a)
            f_one = gap(one)
            best = min(best, (f_one, one))
        else:
            a, one, f_one = one, two, f_two
            two = a + _GOLDEN * (b - a)
            f_two = gap(two)
            best = min(best, (f_two, two))
    return best[1]


def _snapped(gap: Callable[[float], float], value: float, move: Move) -> float | None:
    """The simplest value near the bottom of a valley that fits: a whole number, or the shortest decimal."""
    if move.whole:
        near = sorted((round(value) + k for k in range(-3, 4)), key=lambda each: abs(each - value))
        fitting = [each for each in near if each >= 0 and gap(float(each)) <= 1]
        return float(min(fitting, key=lambda each: (-roundness(each), gap(float(each))))) if fitting else None
    if gap(value) > 1:
        return None
    low, high = (_edge(gap, value, way) for way in (-1.0, 1.0))
    short_one = shortest(low, high)
    return short_one if gap(short_one) <= 1 else value


def _edge(gap: Callable[[float], float], value: float, way: float) -> float:
    """The furthest value on one side that still fits."""
    width, inside = abs(value) * 1e-16 or 1e-300, 0.0
    while width < abs(value) + 1e-12 and gap(value + way * width) <= 1:
        inside, width = width, width * 4
    for _ in range(_HALVINGS):
        middle = (inside + width) / 2
        if gap(value + way * middle) <= 1:
            inside = middle
        else:
            width = middle
    return value + way * inside
