"""Causes in a plan's list of steps: one drop of a staircase came sooner or later, or to another rate."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from lrplot.checks.log.cause import Cause
from lrplot.checks.log.evidence import Evidence, Prediction
from lrplot.checks.log.moves import Move, entries
from lrplot.checks.log.simplest import roundest, shortest
from lrplot.errors import LrplotError
from lrplot.run import Run

Stretch = range
"""Rows, by their places."""

_FEWEST: Final = 3
"""Rows that a drop's place is told from."""
_MOST_KNOTS: Final = 1000
"""Steps at which a list's plan may turn: lists are written by hand, and a plan with more of them is none."""


def moved(found: Evidence, run: Run) -> Iterator[Cause]:
    """One entry of a list of steps and rates is another: the rows apart are one stretch, which tells it."""
    stretch = _stretch(found)
    if stretch is None:
        return
    for move in entries(run):
        if move.kind == "rate":
            yield from _another_rate(found, stretch, move)
        else:
            yield from _another_step(found, run, stretch, move)


def later_than_the_log(found: Evidence, run: Run) -> Iterator[Cause]:
    """A drop that the plan has and the log does not reach."""
    stretch = _stretch(found)
    if stretch is None or stretch[-1] != len(found) - 1:
        return
    last = int(found.u[-1])
    for move in entries(run):
        for by in _offsets(found, run, stretch, move) if move.kind == "length" else ():
            value = float(last + 1 - by)
            if value > move.value and (rates := _fitting(found, move, value)) is not None:
                says = f"{move.name} is missing or later than {value - 1:.15g}, not {move.value:.15g}"
                yield _cause(move, value, says, rates)
                break


def _stretch(found: Evidence) -> Stretch | None:
    """The rows from the first to the last that is apart, where steps rise."""
    wrong = np.flatnonzero(found.apart)
    if len(found) < _FEWEST or not wrong.size or (np.diff(found.u) <= 0).any():
        return None
    return range(int(wrong[0]), int(wrong[-1]) + 1)


def _another_step(found: Evidence, run: Run, stretch: Stretch, move: Move) -> Iterator[Cause]:
    """The drop came before the first row apart, or after the last."""
    for row in (stretch[0], stretch[-1] + 1):
        if not 0 < row < len(found):
            continue
        for by in _offsets(found, run, stretch, move):
            low, high = int(found.u[row - 1]) + 1 - by, int(found.u[row]) - by
            value = float(roundest(low, high))
            if value != move.value and (rates := _fitting(found, move, value)) is not None:
                choice = f" (or any of {low}~{high}: the same numbers)" if low < high else ""
                yield _cause(move, value, move.sentence(value) + choice, rates)
                return


def _offsets(found: Evidence, run: Run, stretch: Stretch, move: Move) -> list[int]:
    """The steps by which the run is ahead of the list's own clock: its planned drop bounds the stretch."""
    knots = run.schedule.knots(run.steps).list(_MOST_KNOTS)
    edges = [row for row in (stretch[0], stretch[-1] + 1) if 0 < row < len(found)]
    near = [
        int(knot - move.value)
        for knot in (() if knots is None else knots.tolist())
        if any(found.u[row - 1] < knot <= found.u[row] for row in edges)
    ]
    return list(dict.fromkeys((0, *near)))


def _another_rate(found: Evidence, stretch: Stretch, move: Move) -> Iterator[Cause]:
    """The rows of the stretch have one rate that is not the planned one."""
    rows = found.rows(slice(stretch.start, stretch.stop))
    low, high = float((rows.y - rows.half).max()), float((rows.y + rows.half).min())
    value = max(0.0, shortest(low, high))
    if low <= high and value != move.value and (rates := _fitting(found, move, value)) is not None:
        yield _cause(move, value, move.sentence(value), rates)


def _fitting(found: Evidence, move: Move, value: float) -> Prediction | None:
    """The rates with another value, where they fit every row."""
    try:
        rates = found.plan.with_schedule(move.make(value)).rates
    except LrplotError:
        return None
    return rates if found.fits(rates) else None


def _cause(move: Move, value: float, says: str, rates: Prediction) -> Cause:
    return Cause(
        "parameter", says, rates, values={"parameter": move.name, "planned": move.value, "logged": value}
    )
