"""A curve in words, stretch by stretch: ``steps 0–999: linear warm-up from 0 to 0.1``."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from lrplot.curve import Piece, pieces
from lrplot.errors import StepError
from lrplot.run import Run
from lrplot.schedules import CATALOGUE
from lrplot.schedules.base import Schedule
from lrplot.schedules.excerpt import Excerpt
from lrplot.schedules.interpolation import SHAPES
from lrplot.schedules.knots import LISTED
from lrplot.schedules.phase import Phase
from lrplot.schedules.reacting import Reacting

_MOST: Final = 10
"""Stretches told of a phase, and knots from which on repeats are told as cycles: about half a screen."""
_MOST_PHASES: Final = 40
"""Of more named phases than a screen holds the first and the last are told."""
_NEAR: Final = 1e-6
"""Share by which a rate may miss a shape that is told: far more than rounding, far less than any digit
shown."""
_FEWEST: Final = 5
"""Steps of the shortest stretch whose shape is told: through fewer rates any of the shapes nearly goes."""
_LOOKS: Final = 9
"""Steps at which a stretch is held against a shape: both ends, and each eighth between them."""
_PLAIN: Final = ("linear", "cosine", "1-sqrt", "log", "halving")
"""The shapes of ``ramp.SHAPES`` that are told apart, the simplest first."""
_ENDLESS: Final = ("linear", "exponential")
"""Those of which a part is one again."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Steps ``start … stop-1`` in which the rate is constant, or rises or falls in one way.

    Parameters
    ----------
    start, stop
        Where it lies.
    first, last
        The rate it starts with, and the one it goes to: that of ``stop`` where the next goes on from it.
    name
        Of the phase it is in, or of what moves it.
    shape
        The way from one rate to the other, ``constant`` where there is none, empty where it has no name.
    cause
        Why a reacting rate changed at its start.
    skipped
        Whether stretches before it were left out.
    """

    start: int
    stop: int
    first: float
    last: float
    name: str = ""
    shape: str = ""
    cause: str = ""
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Cycles:
    """The repeats of a curve: how many, and how long one is."""

    count: int
    length: int


def stretches(run: Run) -> tuple[Stretch, ...]:
    """The stretches of a run's rate, in order; the middle is left out where there is much of the same.

    Examples
    --------
    >>> from lrplot.schedules.step import Step
    >>> found = stretches(Run("step", Step(lr=0.1, step_size=30.0), 60))
    >>> [(each.start, each.stop, round(each.first, 6)) for each in found]
    [(0, 30, 0.1), (30, 60, 0.01)]
    """
    schedule, until = run.schedule, run.steps
    phases = list(_phases(schedule, until))
    if len(phases) > _MOST_PHASES:
        half = _MOST_PHASES // 2
        begin = [each for phase in phases[:half] for each in _within(schedule, phase, until)]
        first, *rest = [each for phase in phases[-half:] for each in _within(schedule, phase, until)]
        found = [*begin, replace(first, skipped=True), *rest]
    else:
        found = [each for phase in phases for each in _within(schedule, phase, until)]
    if isinstance(schedule, Reacting):
        causes = {change.step: change.cause for change in schedule.changes(until)}
        found = [replace(each, cause=causes.get(each.start, "")) for each in found]
    return tuple(found)


def cycles(run: Run) -> Cycles | None:
    """The repeats of a run, None where its knots do not repeat or are few."""
    every = run.schedule.knots(run.steps).every
    periods = {r.step for r in every}
    if len(periods) != 1 or len(every[0]) < _MOST:
        return None
    (length,) = periods
    return Cycles(-(-run.steps // length), length)


def known(run: Run) -> bool:
    """True where a run's stretches were all looked for; else they are those of a few of its steps."""
    unknown = run.schedule.knots(run.steps).unknown
    return all(stop - start <= LISTED for start, stop in unknown)


def _phases(schedule: Schedule, until: int) -> Iterator[Phase]:
    """The named phases, and nameless ones where nothing has a name."""
    phases = schedule.phases(until)
    if not phases:
        yield Phase(_leaf(schedule), 0, until)
        return
    at = 0
    for phase in (*phases, Phase("", until, until)):
        if at < phase.start:
            yield Phase("", at, phase.start)
        if phase.start < phase.stop:
            yield phase
        at = phase.stop


def _leaf(schedule: Schedule) -> str:
    """A name for the way a curve moves where its shape has none: that of a schedule fixed beforehand."""
    entry = CATALOGUE.get(schedule.type)
    return schedule.type if entry is not None and entry.family == "scheduled" else ""


def _within(schedule: Schedule, phase: Phase, until: int) -> list[Stretch]:
    moved = Excerpt(schedule=schedule, start=phase.start) if phase.start else schedule
    found: list[Stretch] = []
    for piece in pieces(moved, phase.stop - phase.start, _MOST):
        each = _stretch(schedule, piece, phase, until)
        joined = None if not found or each.skipped else _joined(schedule, found[-1], each, until)
        found = [*found, each] if joined is None else [*found[:-1], joined]
    return found


def _joined(schedule: Schedule, a: Stretch, b: Stretch, until: int) -> Stretch | None:
    """The two as one, where the second only goes on with the first: its last step, or more of the same."""
    if b.stop - b.start == 1 and b.first == a.last and a.shape != "constant":
        return replace(a, stop=b.stop)
    if a.shape not in _ENDLESS or a.shape != b.shape:
        return None
    whole = _stretch(
        schedule, Piece(a.start, b.stop, a.first, b.last, constant=False), Phase(a.name, 0, until), until
    )
    return whole if whole.shape == a.shape else None


def _stretch(schedule: Schedule, piece: Piece, phase: Phase, until: int) -> Stretch:
    start, stop = piece.start + phase.start, piece.stop + phase.start
    whole = Stretch(start, stop, piece.first, piece.last, phase.name, skipped=piece.skipped)
    if piece.constant:
        return replace(whole, shape="constant")
    for shape, aim in _ways(schedule, start, stop):
        then = _rate(schedule, stop) if stop < until else math.nan
        goes_on = math.isclose(aim, then, rel_tol=_NEAR, abs_tol=_NEAR * piece.first)
        return replace(whole, shape=shape, last=then if goes_on else piece.last)
    return whole


def _rate(schedule: Schedule, step: int) -> float:
    try:
        return float(schedule(step))
    except StepError:
        return math.nan


def _ways(schedule: Schedule, start: int, stop: int) -> Iterator[tuple[str, float]]:
    """The shapes that fit, each with the rate it would have at ``stop``."""
    count = stop - start
    if count < _FEWEST:
        return
    elapsed = np.unique(np.rint(np.linspace(0, count - 1, _LOOKS)))
    rates = schedule(start + elapsed)
    first, last = float(rates[0]), float(rates[-1])
    if first > 0 and last > 0:
        ratio = (last / first) ** (1 / (count - 1))
        if np.allclose(rates, first * ratio**elapsed, rtol=_NEAR, atol=0):
            yield "exponential", first * ratio**count
    for name in _PLAIN:
        for length in (float(count), count - 1.0):
            of_start, of_end = SHAPES[name].of_start(elapsed, length), SHAPES[name].of_end(elapsed, length)
            end = (last - first * float(of_start[-1])) / float(of_end[-1])
            if np.allclose(rates, first * of_start + end * of_end, rtol=_NEAR, atol=_NEAR * max(first, last)):
                yield name, end if length == count else math.nan
