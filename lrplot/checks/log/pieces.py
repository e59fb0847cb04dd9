"""A run in two pieces: one as planned, the other with another number, and one stale row between."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from lrplot.checks.log.cause import Cause
from lrplot.checks.log.evidence import Evidence, Prediction, Rates, Steps
from lrplot.checks.log.parameters import moves, solve
from lrplot.run import Run

_FEWEST: Final = 3
"""Rows a piece must rest on; a value that is sought fits any two."""


def other_total(found: Evidence, run: Run) -> Iterator[Cause]:
    """Resumed with another number: the rows before, or those after, are of a plan with another value.

    The first row after a resume may still have the rate of the schedule before: Transformers restores the
    optimizer's rate with the checkpoint and sets the new one at the next update.
    """
    wrong = np.flatnonzero(found.apart)
    if not wrong.size:
        return
    yield from _one_side(
        found, run, slice(int(wrong[-1]) + 1, len(found)), slice(0, int(wrong[-1]) + 1), late=True
    )
    yield from _one_side(found, run, slice(0, int(wrong[0])), slice(int(wrong[0]), len(found)), late=False)


def _one_side(found: Evidence, run: Run, good: slice, bad: slice, *, late: bool) -> Iterator[Cause]:
    exact, other = found.rows(good), found.rows(bad)
    if len(exact) < _FEWEST or exact.flat:
        return
    for stale in (0, 1):
        rest = other.rows(slice(0, len(other) - stale)) if late else other.rows(slice(stale, None))
        if len(rest) < _FEWEST or rest.flat:
            return
        for move in moves(run):
            value = solve(rest, move)
            if value is None or value == move.value:
                continue
            rates = found.plan.with_schedule(move.make(value)).rates
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
