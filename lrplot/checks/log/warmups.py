"""Causes in the warm-up: the plan has one the run had not, or the other way round, or another one."""

from collections.abc import Iterator
from typing import Final, Literal

import numpy as np

from lrplot.checks.log.cause import Cause
from lrplot.checks.log.evidence import Evidence
from lrplot.checks.log.moves import stretched
from lrplot.checks.log.parameters import solve
from lrplot.checks.log.simplest import shortest
from lrplot.checks.log.trials import Trials
from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.schedules.base import Schedule
from lrplot.schedules.warmup import Warmup
from lrplot.text.numbers import short

Target = Literal["first", "curve"]

_LONGEST: Final = 20_000
"""Updates of the longest warm-up that is sought: a choice; the lengths tried up to it lie 50 apart."""
_MOST_TRIED: Final = 400
"""Lengths tried near the highest early rate, and as many spread over all: each is a schedule to evaluate."""
_SPREAD: Final = 64
"""Rows at the start of the log, and as many spread over it, that a ramp must fit before all are asked."""
_FEWEST: Final = 2
"""Rows on a ramp that tell where it starts: its length is sought too."""


def without_warmup(found: Evidence, run: Run) -> Iterator[Cause]:
    """The plan's warm-up is missing in the run: what follows it began at once."""
    schedule = run.schedule
    if not isinstance(schedule, Warmup) or not schedule.steps:
        return
    for inner, more in _unwarmed(schedule):
        if found.fits(found.plan.with_schedule(inner).rates):
            yield Cause(
                "warm-up",
                f"the run has no warm-up; the plan has one of {schedule.steps} updates{more}",
                found.plan.with_schedule(inner).rates,
                "the warm-up's scheduler is not stepped, or the warm-up was not passed on",
                {"planned": schedule.steps, "logged": 0},
            )
            return


def _unwarmed(schedule: Warmup) -> Iterator[tuple[Schedule, str]]:
    yield schedule.schedule, ""
    longer = stretched(schedule.schedule, schedule.steps)
    if longer is not None and schedule.prefix:
        yield longer, ", and the whole run for what follows"


def with_warmup(found: Evidence, run: Run) -> Iterator[Cause]:
    """The run warms up and the plan does not, or longer: the rest pushed back, shortened, or running on."""
    planned = run.schedule.steps if isinstance(run.schedule, Warmup) else 0
    base = run.schedule.schedule if isinstance(run.schedule, Warmup) and run.schedule.prefix else run.schedule
    few = _few(found)
    lengths = list(_lengths(found))
    ends = np.array(lengths)[:, None]
    unchanged = found.plan.with_schedule(base)
    # What follows the ramp tells at once of most lengths that they are none.
    later, underneath = (
        few.may_fit(np.where(few.u < ends, np.nan, rates))
        for rates in (unchanged.rates(few.u - ends), unchanged.rates(few.u))
    )
    for i, steps in enumerate(lengths):
        for prefix, target, inner, how in _bodies(
            base, steps - planned, later=later[i], underneath=underneath[i]
        ):
            ramp = _ramp(few, inner, steps, prefix=prefix, target=target)
            if ramp is None:
                continue
            rates = found.plan.with_schedule(ramp).rates
            if found.fits(rates):
                seen = int((found.u < steps).sum()) >= _FEWEST
                start = f" from {short(float(ramp(0)))}" if seen else ""
                yield Cause(
                    "warm-up",
                    f"the run warms up over {steps} updates{start};"
                    f" the plan {f'over {planned}' if planned else 'does not'}{how}",
                    rates,
                    "" if seen else "where the ramp starts the log does not tell",
                    {"planned": planned, "logged": steps},
                )
                return


def _few(found: Evidence) -> Evidence:
    """Rows spread over the log, and its first ones, which a ramp may have alone."""
    spread = np.linspace(0, len(found) - 1, _SPREAD).astype(np.int64)
    return found.rows(np.unique(np.concatenate([np.arange(min(_SPREAD, len(found))), spread])))


def _bodies(
    base: Schedule, longer: int, *, later: bool, underneath: bool
) -> Iterator[tuple[bool, Target, Schedule, str]]:
    shorter = stretched(base, -longer)
    if shorter is not None:
        yield True, "first", shorter, "; the end is kept"
    if later:
        yield True, "first", base, "; all else is later by as much"
    if underneath:
        yield False, "curve", base, "; the rest is as planned"
        yield False, "first", base, "; the rest is as planned"


def _lengths(found: Evidence) -> Iterator[int]:
    """Lengths a ramp may have: every update up to the highest early rate, and the next row."""
    top = int(found.u[int(np.argmax(found.y))])
    after = found.u[found.u > top]
    last = int(after[0]) if after.size else top
    longest = min(max(last + 1, 1), _LONGEST)
    step = max(1, longest // _MOST_TRIED)
    near = range(max(1, top - 2), longest + 1)
    yield from dict.fromkeys([*near[:_MOST_TRIED], *range(1, longest + 1, step)])


def _ramp(found: Evidence, inner: Schedule, steps: int, *, prefix: bool, target: Target) -> Warmup | None:
    """The linear ramp to a schedule whose start the first rows tell, None where the rest does not fit."""
    beyond = found.u >= steps
    if beyond.any():
        rest = found.rows(beyond)
        shift = steps if prefix else 0
        if not rest.within(found.plan.with_schedule(inner).rates(rest.u - shift)).all():
            return None
    ramp = np.flatnonzero(found.u < steps)
    if not ramp.size:
        # The ramp is before the log's first row: any start fits, and 0 is what trainers start at.
        return Warmup(schedule=inner, steps=steps, prefix=prefix, target=target)
    i = int(ramp[0])
    (goal,) = found.plan.with_schedule(inner).rates(np.array([0 if target == "first" else steps]))
    if np.isnan(goal):
        return None
    share = 1 - found.u[i] / steps
    low = (found.y[i] - found.half[i] - goal) / share + goal
    high = (found.y[i] + found.half[i] - goal) / share + goal
    start = max(0.0, shortest(float(low), float(high)))
    try:
        return Warmup(schedule=inner, steps=steps, start_lr=start, prefix=prefix, target=target)
    except LrplotError:
        return None


def other_warmup(found: Evidence, trials: Trials) -> Iterator[Cause]:
    """Another length of the warm-up with the plan's end kept: the rest is shorter or longer by as much."""
    for trial in trials.warmup:
        steps = solve(found, trial)
        if steps is not None and steps != trial.move.value:
            yield Cause(
                "warm-up",
                trial.move.sentence(steps),
                trial.predict(steps),
                "",
                {"planned": int(trial.move.value), "logged": int(steps)},
            )
