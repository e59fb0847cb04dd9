"""A run in two pieces: one as planned, the other with another number, and one stale row between."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from lrplot.checks.log.cause import Cause
from lrplot.checks.log.evidence import Evidence, Prediction, Rates, Steps
from lrplot.checks.log.parameters import solve
from lrplot.checks.log.trials import Trial, Trials
from lrplot.text.numbers import short

_FEWEST: Final = 3
"""Rows a piece must rest on; a value that is sought fits any two."""

_AGAIN: Final = "the schedule began again at 0 at update {}: resumed without its state"
_MOST_STARTS: Final = 100_000
"""Updates at which the plan may have begun again: of a long constant stretch only the first are tried."""
_MOST_TRIED: Final = 32
"""Beginnings that fit the last three rows and are held against all: each costs a look at the whole log."""
_DISTINCT: Final = 4
"""Different rates that tell a clock; of fewer many a shift fits. A choice."""


def other_total(found: Evidence, trials: Trials) -> Iterator[Cause]:
    """Resumed with another number: the rows before, or those after, are of a plan with another value.

    The first row after a resume may still have the rate of the schedule before: Transformers restores the
    optimizer's rate with the checkpoint and sets the new one at the next update.
    """
    wrong = np.flatnonzero(found.apart)
    if not wrong.size:
        return
    yield from _one_side(
        found, trials, slice(int(wrong[-1]) + 1, len(found)), slice(0, int(wrong[-1]) + 1), late=True
    )
    yield from _one_side(found, trials, slice(0, int(wrong[0])), slice(int(wrong[0]), len(found)), late=False)


def _one_side(found: Evidence, trials: Trials, good: slice, bad: slice, *, late: bool) -> Iterator[Cause]:
    exact, other = found.rows(good), found.rows(bad)
    if len(exact) < _FEWEST or exact.flat:
        return
    for stale in (0, 1):
        rest = other.rows(slice(0, len(other) - stale)) if late else other.rows(slice(stale, None))
        if len(rest) < _FEWEST or rest.flat:
            return
        for trial in trials.single:
            move, value = trial.move, solve(rest, trial)
            if value is None or value == move.value:
                continue
            rates = trial.predict(value)
            cut = int(exact.u[0]) if late else int(rest.u[0])
            edge = int(other.u[-1]) if late and stale else None
            if edge is not None and not found.rows(found.u == edge).within(rates(np.array([edge]))).all():
                continue
            yield _cause(
                found, (move.name, move.value, value), move.sentence(value), (cut, late, edge), rates
            )
            return


def _cause(
    found: Evidence,
    change: tuple[str, float, float],
    sentence: str,
    where: tuple[int, bool, int | None],
    other: Prediction,
) -> Cause:
    cut, late, stale = where
    name, planned, logged = change

    def predict(u: Steps) -> Rates:
        return np.where((u >= cut) == late, found.plan.rates(u), other(u))

    if late:
        at = cut - 1 if stale is not None else cut
        says = f"resumed at update {at} with another plan: before it {sentence}; from update {cut} as planned"
    else:
        says = f"resumed with another plan: as planned until update {cut - 1}; from update {cut} {sentence}"
    if stale is not None:
        says += f"; update {stale} still had the old rate"
    return Cause(
        "resumed",
        says,
        predict,
        "the first update after a resume keeps the rate that was saved with the optimizer",
        {"at": cut, "parameter": name, "planned": planned, "logged": logged, "stale": stale},
    )


def begun_again(found: Evidence, trials: Trials) -> Iterator[Cause]:
    """The schedule began again at 0, and one of the two runs had another number than the plan."""
    if (np.diff(found.u) <= 0).any() or len(found) < 2 * _FEWEST:
        return
    for cut, at in _later_beginnings(found):
        for value, trial in _solved(found.rows(slice(0, cut)), trials):
            says = f"{_AGAIN.format(at)}; before it {trial.move.sentence(value)}"
            yield _both((int(found.u[cut]), at), trial.predict(value), found.plan.rates, says)
            return
    cut = int(np.flatnonzero(found.apart)[0])
    if cut < _FEWEST:
        return
    rest, last = found.rows(slice(cut, None)), int(found.u[cut - 1])
    for at in dict.fromkeys((int(rest.u[0]), last + 1, last)):
        again = replace(rest, u=rest.u - at)
        # Its first rows are those of a plan's own beginning: a warm-up is seldom what changed.
        if not again.rows(slice(0, 2)).fits(found.plan.rates):
            continue
        for value, trial in _solved(again, trials):
            says = f"{_AGAIN.format(at)}, and from there {trial.move.sentence(value)}"
            yield _both((int(rest.u[0]), at), found.plan.rates, trial.predict(value), says)
            return


def _solved(rows: Evidence, trials: Trials) -> Iterator[tuple[float, Trial]]:
    """The changes of one number that explain these rows."""
    # Stairs begin again anywhere: a clock is told by rates that change.
    if len(np.unique(rows.y)) < _DISTINCT:
        return
    for trial in trials.single:
        value = solve(rows, trial)
        if value is not None and value != trial.move.value:
            yield value, trial


def stopped(found: Evidence) -> Iterator[Cause]:
    """The cause that the rate is as planned, and from some update on stays where it was."""
    wrong = np.flatnonzero(found.apart)
    cut = int(wrong[0]) if wrong.size else 0
    early, rest = found.rows(slice(0, cut)), found.rows(slice(cut, None))
    if len(early) < _FEWEST or early.flat or len(rest) < _FEWEST or not rest.flat:
        return
    if (np.diff(found.u) <= 0).any():
        return
    at, rate = int(rest.u[0]), float(rest.y[int(np.argmin(rest.half))])
    between = np.arange(int(early.u[-1]), at + 1)[-_MOST_STARTS:]
    stood = between[np.abs(found.plan.rates(between) - rate) <= rest.half.min()]
    if not stood.size:
        return
    yield Cause(
        "stopped",
        f"after update {stood[0]} the schedule was not stepped: the rate stays at {short(rate)}",
        lambda u: np.where(u < at, found.plan.rates(u), rate),
        "as planned until there",
        {"at": int(stood[0]), "rate": rate},
    )


def _later_beginnings(found: Evidence) -> Iterator[tuple[int, int]]:
    """(first row, update) where the plan began again, such that all rows from there on are its own."""
    starts = found.u[-1] - found.plan.updates_at(found.y[-1], found.half[-1])
    starts = starts[(starts > 0) & (starts < found.u[-1])][:_MOST_STARTS]
    for row in (-2, -3):
        here = found.plan.rates(found.u[row] - starts)
        starts = starts[np.abs(here - found.y[row]) <= found.half[row]]
    for at in starts[:_MOST_TRIED]:
        wrong = np.flatnonzero(~found.within(found.plan.rates(found.u - at)) | (found.u < at))
        cut = int(wrong[-1]) + 1 if wrong.size else 0
        rest = found.rows(slice(cut, None))
        # Where a row has the next update's rate, the last one before has one that was not used.
        tells = min(len(np.unique(found.y[:cut])), len(np.unique(rest.y))) >= _DISTINCT
        if tells and at >= found.u[cut - 1]:
            yield cut, int(at)


def _both(where: tuple[int, int], before: Prediction, after: Prediction, says: str) -> Cause:
    first, at = where
    return Cause(
        "resumed",
        says,
        lambda u: np.where(u < first, before(u), after(u - at)),
        "the run was resumed without the scheduler's state, and the two runs had other settings",
        {"at": at, "clock": 0, "jumps": 1},
    )
