"""The schedule behind the rows of a log: candidates of every family, the simplest that fits every row."""

import contextlib
import math
from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from lrplot.document.build import build
from lrplot.document.document import Document
from lrplot.document.dump import as_spec, dump_spec
from lrplot.document.tree import read
from lrplot.errors import StepError
from lrplot.identification.cycles import one_cycle, swings, triangles
from lrplot.identification.epochs import by_epoch
from lrplot.identification.fitting import FLOOR
from lrplot.identification.identified import Identified, Near
from lrplot.identification.restarts import restarts
from lrplot.identification.rows import Rows
from lrplot.identification.smooth import constant, decays, nearest
from lrplot.identification.solving import Candidate
from lrplot.identification.stairs import stairs
from lrplot.run import Run
from lrplot.schedules.base import Schedule

_SMOOTH: Final = (constant, triangles, swings, one_cycle, decays)
"""Kinds of schedule with few turns, which few rows show."""
_JUMPING: Final = (stairs, restarts)
"""Kinds of schedule whose jumps all rows show."""
_NEAREST: Final = 2


def identify(steps: ArrayLike, rates: ArrayLike, half: ArrayLike, *, total: int | None = None) -> Identified:
    """Find the schedule behind logged rates.

    The rows are split into ramp, plateau, decay and hold; each decay that lrplot knows is fitted to them,
    then its lengths are tried as whole numbers near the fit and its rates as numbers with few digits.
    What fits every row within half a unit of what was written, and takes the fewest digits to say, is the
    answer.

    Parameters
    ----------
    steps
        The update of each row, counted from 0, in any order.
    rates
        The rate of each row, ≥ 0.
    half
        Half a unit of what was written, one for each row or one for all.
    total
        The number of updates of the run, where it is known; else the spec is as long as its schedule, at
        least to the last row.

    Returns
    -------
    Identified
        The spec and what the log does not tell; or the nearest two, where nothing fits.

    Raises
    ------
    UsageError
        When there is no row, a step or a rate is none, or one step has two rates.

    Examples
    --------
    >>> found = identify([0, 50, 100, 500, 900], [0, 5e-4, 1e-3, 6e-4, 2e-4], 5e-8)
    >>> found.spec
    {'lr': 0.001, 'steps': 1100, 'schedule': {'type': 'linear', 'T_max': 1000, 'warmup': {'steps': 100}}}
    """
    rows = Rows.read(steps, rates, half)
    # A fit that leaves float64 is none: it is refused where its numbers are used.
    with np.errstate(all="ignore"):
        return _identified(rows, total)


def _identified(rows: Rows, total: int | None) -> Identified:
    few = rows.thinned
    candidates = _candidates(rows)
    known = [each for each in candidates if each.fits and each.parameters < max(2, len(rows))]
    fitting = sorted(known, key=lambda each: (each.cost, each.worst))
    for each in fitting:
        if len(few) == len(rows) or rows.worst(each.schedule) <= 1:
            with contextlib.suppress(StepError):
                return _answer(each, rows, total)
    return _none([*candidates, *_within_float64(nearest(few))], rows)


def _candidates(rows: Rows) -> list[Candidate]:
    """Schedules of every kind, until one fits clearly."""
    found: list[Candidate] = []
    few = rows.thinned
    for attempt, looked_at in [*((each, rows) for each in _JUMPING), *((each, few) for each in _SMOOTH)]:
        new = list(_within_float64(attempt(looked_at)))
        found += new
        if any(each.is_clear(len(few)) for each in new):
            return found
    return [*found, *_within_float64(by_epoch(rows, (*_JUMPING, *_SMOOTH)))]


def _within_float64(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Candidates up to one whose fit overflows, as rows of 10^300 beside rows of 10^-300 make it."""
    with contextlib.suppress(ArithmeticError, np.linalg.LinAlgError):
        yield from candidates


def _answer(found: Candidate, rows: Rows, total: int | None) -> Identified:
    spec = _spec(found.schedule, rows, total)
    text = dump_spec(spec)
    (run,) = build(Document(read(text, "the identified spec"), found.family)).runs
    worst = rows.misses(run.schedule(rows.u))
    untold = tuple(dict.fromkeys(_untold(found, run, rows, total)))
    return Identified(found.family, spec, run, worst, untold, (), len(rows), found.cost)


def _spec(schedule: Schedule, rows: Rows, total: int | None = None) -> dict[str, Any]:
    """The spec of a schedule over a horizon that holds all rows, the base rate above all."""
    last = int(rows.u[-1]) + 1
    length = schedule.length
    steps = last if length is None else max(last, math.ceil(length))
    # A row may hold the rate of the update after the last, which is not made.
    steps = total if total is not None and last <= total + 1 else steps
    spec = as_spec([Run("identified", schedule, steps)])
    inner = spec["schedule"]
    head = {"lr": inner.pop("lr")} if "lr" in inner else {}
    return {**head, **spec}


def _untold(found: Candidate, run: Run, rows: Rows, total: int | None) -> Iterator[str]:
    first, last = int(rows.u[0]), int(rows.u[-1])
    is_over = run.schedule.length is None or run.schedule.length <= last
    # A fit of the decay alone does not know of rows after its end.
    yield from (each for each in found.untold if not (is_over and each.startswith(FLOOR)))
    if first > 0 and not any("warm-up" in each for each in found.untold) and not _rises(rows):
        yield f"what came before step {first}, as a warm-up"
    if is_over and (total is None or total > last + 1):
        yield f"what comes after step {last}"


def _rises(rows: Rows) -> bool:
    return rows.top[0] > 0


def _none(candidates: list[Candidate], rows: Rows) -> Identified:
    nearest: dict[str, Candidate] = {}
    for each in sorted(candidates, key=lambda each: each.worst):
        nearest.setdefault(each.family, each)
    near = tuple(
        Near(each.family, _spec(each.schedule, rows), rows.worst(each.schedule))
        for each in list(nearest.values())[:_NEAREST]
    )
    return Identified("", {}, None, math.inf, (), near, len(rows))
