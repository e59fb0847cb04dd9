"""What is tried with every run that a case makes."""

import itertools
from random import Random

import numpy as np

from lrplot.clock import Clock
from lrplot.curve import sample, summarise
from lrplot.document.build import build
from lrplot.document.document import Document
from lrplot.document.dump import dump
from lrplot.document.tree import read
from lrplot.errors import LrplotError, StepError
from lrplot.exports.code import export
from lrplot.exports.read_back import read_back
from lrplot.exports.scripts import ALL, TARGETS
from lrplot.run import Run, spread
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.epochwise import Epochwise

from .. import laws
from ..laws import LawBrokenError
from .values import chance

LOOKED_AT = (3000, 3000, 3000, 3000, 3000, 3000, 3000, 3000, 3000, 140_000)
"""Steps that are compared one by one; more than can be knots listed one by one, now and then."""
COMPARED = 3000
"""Steps of an export that are compared one by one."""
ALONE = 12
SAME = 1e-9
"""What an export calls the very same curve is so within this share of the peak."""
MOST_RUNS = 4


def check_all(rng: Random, runs: tuple[Run, ...]) -> None:
    """The laws on a few of the runs, and of the curves of their parameter groups."""
    for run in spread(runs)[:MOST_RUNS]:
        check(rng, run)
    for run in runs[:MOST_RUNS]:
        its_groups_are_read_back(run)


def its_groups_are_read_back(run: Run) -> None:
    """A run's groups written as a spec and read again are the very same."""
    if run.groups:
        (again,) = build(Document(read(dump([run]), "it"), run.label)).runs
        if again.groups != run.groups:
            raise LawBrokenError(f"groups are read back as {again.groups}")


def check(rng: Random, run: Run) -> None:
    """Every law on a run."""
    if not 1 <= run.steps <= 2**53:
        raise LawBrokenError(f"a run of {run.steps} steps")
    schedule, until = run.schedule, min(run.steps, rng.choice(LOOKED_AT))
    if not _has_rates(schedule, until):
        return
    laws.shape_and_type_are_kept(schedule)
    laws.rates_are_finite_and_not_negative(schedule, until)
    steps = sorted({0, until - 1, *(rng.randrange(until) for _ in range(ALONE))})
    laws.the_rate_depends_on_the_step_alone(schedule, steps)
    laws.the_table_is_the_schedule(schedule, until)
    laws.the_closed_form_is_the_schedule(schedule, min(until, 150))
    laws.pieces_are_monotone(schedule, until)
    _unless_too_large(schedule, until)
    laws.the_summary_is_that_of_every_step(schedule, until)
    laws.a_crossing_is_where_the_rates_cross(schedule, until, rng.random())
    laws.a_sample_lies_on_the_curve_and_holds_its_extremes(schedule, until, rng.choice([5, 80, 2048]))
    laws.the_momentum_is_a_schedule_too(schedule, until)
    laws.phases_do_not_overlap(schedule, until)
    it_is_read_back_from_its_spec(run, until)
    if chance(rng, 0.3):
        an_exact_export_is_the_same_curve(run, rng.choice(TARGETS))
    _whole_horizon(run)


def _has_rates(schedule: Schedule, until: int) -> bool:
    """Whether it has a rate at every step; the table and the steps by themselves agree on that."""
    refused = []
    for rates in (lambda: schedule.table(until), lambda: schedule(np.arange(until))):
        try:
            rates()
            refused.append("")
        except StepError as error:
            refused.append(str(error))
    if bool(refused[0]) != bool(refused[1]):
        raise LawBrokenError(
            f"table {refused[0] or 'has rates'}, schedule(arange) {refused[1] or 'has rates'}"
        )
    return not any(refused)


def _unless_too_large(schedule: Schedule, until: int) -> None:
    """The total is the sum, or both are beyond float64."""
    with np.errstate(over="ignore"):
        beyond = not np.isfinite(schedule.table(until).sum())
    try:
        laws.the_total_is_the_sum(schedule, until)
    except StepError:
        if not beyond:
            raise LawBrokenError("a total is refused whose sum is finite") from None
        raise


def _whole_horizon(run: Run) -> None:
    """However long the run is, its figures and its picture come, or are refused."""
    if run.steps > COMPARED:
        summary = summarise(run.schedule, run.steps)
        if not summary.minimum.value <= summary.final.value <= summary.peak.value:
            raise LawBrokenError(f"the final rate is no rate between minimum and peak: {summary}")
        sample(run.schedule, run.steps, 300)


def it_is_read_back_from_its_spec(run: Run, until: int) -> None:
    """Dump → load → the same schedule."""
    try:
        text = dump([run])
    except LrplotError:
        return
    (again,) = build(Document(read(text, "again.yaml"), "again")).runs
    rates, found = run.schedule.table(until), again.schedule.table(until)
    if again.steps != run.steps or not np.array_equal(rates, found) or dump([again]) != text:
        raise LawBrokenError(f"another schedule is read back from\n{text}")


def an_exact_export_is_the_same_curve(run: Run, target: str) -> None:
    """What says it is the very same is so, read by hand, step by step."""
    try:
        made = export(run, target)
    except LrplotError:
        return
    if not made.exact or any(place.reacts for place in _all(run.schedule)):
        return
    schedule, until = run.schedule, min(run.steps, COMPARED)
    length = run.steps
    whole = target == "keras" or ALL[target].spellings.counts == "any"
    if isinstance(schedule, Epochwise) and schedule.steps_per_epoch > 1 and whole:
        length = -(-run.steps // schedule.steps_per_epoch)
        schedule, until = schedule.schedule, min(until, length)
    if schedule.type == "constant":
        return
    again, _ = read_back(made.code, ALL[target], Context(None, length, Clock(length)))
    rates, found = schedule.table(until), again.table(until)
    apart = np.abs(rates - found)
    if apart.max() > SAME * rates.max():
        at = int(apart.argmax())
        raise LawBrokenError(f"{target}: {rates[at]!r} at step {at}, its code has {found[at]!r}\n{made.code}")


def _all(schedule: Schedule) -> list[Schedule]:
    inner = (_all(place.schedule) for place in schedule.inside())
    return [schedule, *itertools.chain.from_iterable(inner)]
