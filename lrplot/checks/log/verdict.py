"""The verdict: as planned, or where plan and log part, and the causes that explain every row."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from lrplot.checks.log import (
    another,
    beginnings,
    clocks,
    drops,
    parameters,
    pieces,
    recovery,
    simple,
    strays,
    warmups,
)
from lrplot.checks.log.cause import Cause
from lrplot.checks.log.columns import ratios
from lrplot.checks.log.evidence import Evidence, Steps
from lrplot.checks.log.plan import Plan
from lrplot.checks.log.trials import Trials
from lrplot.records.log import Column, Log
from lrplot.run import Run

Finder = Callable[[Evidence], Iterator[Cause]]

_LIKE_A_NUMBER: Final = frozenset({"clock", "shift", "scale"})
"""Causes that another number of the plan may be equal to: a total of half, or a clock twice as fast."""
_MOST_EQUAL: Final = 3
"""Other causes of the same numbers that are told."""
_MOST_STRAYS: Final = 20
"""Stray rows that are told one by one, about a screen of them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A way to take a row's step: it is of update ``times · step + offset``, counted from 0.

    Parameters
    ----------
    says
        The sentence about it for people.
    offset, times
        The two numbers.
    usual
        Whether the log's format is known to count so.
    """

    says: str
    offset: int
    times: int = 1
    usual: bool = True

    def updates(self, steps: Steps) -> Steps:
        """The update of each row."""
        return steps * self.times + self.offset


@dataclass(frozen=True, slots=True)
class Parting:
    """A row where plan and log part.

    Parameters
    ----------
    step
        The logged step.
    update
        The update it is of, counted from 0.
    planned, logged
        The two rates.
    """

    step: int
    update: int
    planned: float
    logged: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer about one column of a log.

    Parameters
    ----------
    column
        The column.
    reading
        How its steps were taken.
    chosen
        Whether the rates decided it: by the reading tried first they are not as planned.
    first, greatest
        Where plan and log part first and most; None where they do not.
    apart
        Rows that are not as planned.
    causes
        The causes that fit every row, the simplest first; several say the same numbers.
    told
        Rows at which the first cause says another rate than the plan; the others are silent about it.
    evidence
        The rows and the plan.
    group
        The parameter group of the plan that the column is of, empty for its main rate.
    strays
        The rows apart, at most twenty of them, where they are few, and no cause explains them.
    """

    column: Column
    reading: Reading
    chosen: bool
    first: Parting | None
    greatest: Parting | None
    apart: int
    causes: tuple[Cause, ...]
    told: int
    evidence: Evidence
    group: str = ""
    strays: tuple[Parting, ...] = ()

    @property
    def as_planned(self) -> bool:
        """True where every row has the planned rate, within half a unit of what was written."""
        return self.first is None


def readings(log: Log, plan: Plan) -> tuple[Reading, ...]:
    """The ways to take the steps of a log, the usual ones of its format first."""
    if log.unit == "epochs":
        return tuple(_of_epochs(log, plan))
    usual = [Reading(each.says, each.offset) for each in log.conventions]
    nearest = usual[0].offset
    known = {each.offset for each in usual}
    beside = [
        Reading(
            f"the log's step is one {'less' if by > 0 else 'more'} than usual here", nearest + by, usual=False
        )
        for by in (-1, 1)
        if nearest + by not in known
    ]
    return (*usual, *beside)


def _of_epochs(log: Log, plan: Plan) -> Iterator[Reading]:
    per_epoch = plan.steps_per_epoch or (round(log.steps_per_epoch) if log.steps_per_epoch else None)
    last = max(int(column.steps.max(initial=0)) for column in log.columns)
    if per_epoch is not None and per_epoch > 1 and plan.steps > last + 1:
        yield Reading("the rate at the start of the epoch, counted from 0", 0, per_epoch)
        yield Reading("the rate at the end of the epoch, counted from 0", per_epoch - 1, per_epoch)
        yield Reading("the rate after the epoch, counted from 0", per_epoch, per_epoch)
        yield Reading("the rate at the start of the epoch, counted from 1", -per_epoch, per_epoch)
        yield Reading("the rate at the end of the epoch, counted from 1", -1, per_epoch)
        return
    yield Reading("a step of the plan is an epoch, counted from 0", 0)
    yield Reading("a step of the plan is an epoch, counted from 1", -1)
    yield Reading("a step of the plan is an epoch; a row has the next one's rate", 1)


def verify(run: Run, log: Log, ways: Sequence[Reading] | None = None) -> tuple[Verdict, ...]:
    """Each column of a log held against a plan, but those that are a multiple of the first in every row.

    Those are parameter groups of the same schedule; :func:`lrplot.checks.log.columns.ratios` has them. Where
    the plan has groups of its own, a column may be as any of them plans.

    Parameters
    ----------
    run
        The plan.
    log
        The log.
    ways
        The ways to take its steps; the :func:`readings` of its format when left out.

    Returns
    -------
    tuple
        A verdict a column.

    Examples
    --------
    >>> from pathlib import Path
    >>> from lrplot.schedules.linear import Linear
    >>> steps = np.arange(0, 100, 10)
    >>> rates = Linear(lr=0.1, T_max=100)(np.minimum(4 * steps, 1000))
    >>> column = Column("lr", steps, rates, 1e-9 * np.maximum(rates, 1e-4), "float64")
    >>> run = Run("linear", Linear(lr=0.1, T_max=100), 100)
    >>> (verdict,) = verify(run, Log(Path("log.csv"), "a table", (column,)))
    >>> verdict.causes[0].says
    'the schedule was stepped 4 times an update'
    """
    plan = Plan.of(run)
    ways = readings(log, plan) if ways is None else ways
    alike = set() if run.groups else {name for name, _, _ in ratios(log)}
    trials = Trials(run)
    return tuple(
        _verdict(column, trials, plan, ways, log) for column in log.columns if column.name not in alike
    )


def missing_groups(run: Run, verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """The planned groups whose rate no column of a log with several has: such a run is not as planned."""
    if len(verdicts) < 2:
        return ()
    seen = {verdict.group for verdict in verdicts}
    own = (group for group in run.groups if group.schedule != run.schedule)
    return tuple(group.label for group in own if group.label not in seen)


def _verdict(column: Column, trials: Trials, plan: Plan, ways: Sequence[Reading], log: Log) -> Verdict:
    epochs, length = log.unit == "epochs", log.steps_per_epoch
    per_epoch = None if length is None else round(length)
    taken = [
        (
            way,
            Evidence(
                plan,
                way.updates(column.steps),
                column.rates,
                column.half,
                epochs and way.times == 1,
                per_epoch,
            ),
        )
        for way in ways
    ]
    groups = [(each.label, plan.with_schedule(each.schedule)) for each in trials.run.groups]
    for group, own in (("", plan), *groups):
        for i, (way, found) in enumerate(taken):
            if found.fits(own.rates):
                return Verdict(column, way, i > 0, None, None, 0, (), 0, found.against(own), group)
    stray = next((i for i, (_, found) in enumerate(taken) if strays.are_strays(found)), None)
    causes, which = _explained(taken, trials, thorough=stray is None)
    which = which if causes or stray is None else stray
    way, found = taken[which]
    rows = np.flatnonzero(found.apart)
    gaps = np.abs(found.y - found.planned)[rows]
    greatest = int(rows[np.argmax(np.where(np.isnan(gaps), np.inf, gaps))])
    told = found.told_by(causes[0].predict) if causes else 0
    few = rows[:_MOST_STRAYS] if not causes and strays.are_few(found) else ()
    return Verdict(
        column,
        way,
        which > 0,
        _parting(column, found, int(rows[0])),
        _parting(column, found, greatest),
        len(rows),
        causes,
        told,
        found,
        strays=tuple(_parting(column, found, int(i)) for i in few),
    )


def _parting(column: Column, found: Evidence, i: int) -> Parting:
    return Parting(int(column.steps[i]), int(found.u[i]), float(found.planned[i]), float(found.y[i]))


def _explained(
    taken: Sequence[tuple[Reading, Evidence]], trials: Trials, *, thorough: bool
) -> tuple[tuple[Cause, ...], int]:
    """The causes that hold, by the first reading of the steps with which one does, and that reading.

    No value is sought, and no other schedule, unless it is to be ``thorough``.
    """
    usual = [i for i, (way, _) in enumerate(taken) if way.usual]
    beside = [i for i in range(len(taken)) if i not in usual]
    near, far = (_groups(trials), _searches(trials)) if thorough else (_groups(trials)[:-1], ())
    # What fits by a usual reading of the steps comes before what needs an unusual one.
    for groups, which_of in ((near, usual), (near, beside), (far, [*usual, *beside])):
        for group in groups:
            for which in which_of:
                evidence = taken[which][1]
                told = [cause for finder in group for cause in finder(evidence)]
                if told:
                    return tuple(_ordered(told, evidence, trials)[: 1 + _MOST_EQUAL]), which
    if not thorough:
        return (), 0
    other = another.another([taken[i][1] for i in usual])
    if other is not None:
        return (other[0],), usual[other[1]]
    return tuple(another.with_repeats(taken[0][1])), 0


def _ordered(told: list[Cause], evidence: Evidence, trials: Trials) -> list[Cause]:
    """The causes and those that say the same numbers, what a person would have done first."""
    if told[0].kind in _LIKE_A_NUMBER:
        told += parameters.other_parameter(evidence, trials)
        if len(evidence) > 1 and not any(cause.kind == "warm-up" for cause in told):
            told += warmups.with_warmup(evidence, trials.run)
    return sorted(told, key=lambda cause: cause.odd)


def _groups(trials: Trials) -> tuple[tuple[Finder, ...], ...]:
    """The finders by what they cost: where a simple cause holds, no value is sought for but as an equal."""
    run = trials.run
    without = partial(warmups.without_warmup, run=run)
    other = partial(parameters.other_parameter, trials=trials)
    return (
        (simple.constant,),
        (
            clocks.counting_epochs,
            without,
            clocks.shifted,
            clocks.faster,
            clocks.slower,
            clocks.once_an_epoch,
            simple.scaled,
            simple.from_get_lr,
            simple.constant_elsewhere,
        ),
        (
            partial(warmups.other_warmup, trials=trials),
            other,
            partial(drops.moved, run=run),
            partial(warmups.with_warmup, run=run),
            recovery.skipped,
        ),
    )


def _searches(trials: Trials) -> tuple[tuple[Finder, ...], ...]:
    """The finders of runs in two parts."""
    return (
        (
            beginnings.held_first,
            beginnings.rising_to_plan,
            pieces.stopped,
            partial(drops.later_than_the_log, run=trials.run),
        ),
        (recovery.resumed, partial(pieces.other_total, trials=trials)),
        (partial(pieces.begun_again, trials=trials),),
    )
