"""What every schedule obeys."""

import functools
from collections.abc import Callable

import numpy as np
import pytest
import yaml
from examples import EXAMPLES, HORIZONS

from lrplot.curve import summarise
from lrplot.document.build import build
from lrplot.document.document import Document
from lrplot.document.dump import dump
from lrplot.document.tree import read
from lrplot.run import Run
from lrplot.schedules import TYPES
from lrplot.schedules.base import Schedule
from lrplot.sources.reference import load

from .. import laws

by_example = pytest.mark.parametrize("schedule", EXAMPLES.values(), ids=EXAMPLES.keys())


def by_horizon(law: Callable[..., None]) -> Callable[..., None]:
    """The law on every horizon; one test, for a thousand small ones take their time."""

    @functools.wraps(law)
    def on_all(schedule: Schedule) -> None:
        for until in HORIZONS:
            law(schedule, until)

    del on_all.__wrapped__  # type: ignore[attr-defined]
    return on_all


def test_every_type_has_an_example() -> None:
    assert {schedule.type for schedule in EXAMPLES.values()} == set(TYPES)


@by_example
def test_the_shape_is_kept_and_the_rates_are_float64(schedule: Schedule) -> None:
    laws.shape_and_type_are_kept(schedule)
    rates = schedule(np.arange(12).reshape(3, 4))
    assert rates.shape == (3, 4)


@by_example
def test_the_rate_depends_on_the_step_alone(schedule: Schedule) -> None:
    laws.the_rate_depends_on_the_step_alone(schedule, range(150))


@by_example
@by_horizon
def test_rates_are_finite_and_not_negative(schedule: Schedule, until: int) -> None:
    laws.rates_are_finite_and_not_negative(schedule, until)


@by_example
@by_horizon
def test_a_piece_is_monotone_over_its_whole_steps(schedule: Schedule, until: int) -> None:
    assert schedule.knots(until).list() is not None
    laws.pieces_are_monotone(schedule, until)


@by_example
@by_horizon
def test_the_total_is_the_sum(schedule: Schedule, until: int) -> None:
    laws.the_total_is_the_sum(schedule, until)


@by_example
@by_horizon
def test_the_summary_is_that_of_every_step(schedule: Schedule, until: int) -> None:
    summary = summarise(schedule, until)
    assert summary.peak.exact
    assert summary.above_half.exact
    laws.the_summary_is_that_of_every_step(schedule, until)


@by_example
@by_horizon
def test_a_sample_lies_on_the_curve_and_holds_its_extremes(schedule: Schedule, until: int) -> None:
    for columns in (7, 100, 2048):
        laws.a_sample_lies_on_the_curve_and_holds_its_extremes(schedule, until, columns)


@by_example
def test_a_momentum_is_a_schedule_too(schedule: Schedule) -> None:
    assert schedule.momentum is not None or not getattr(schedule, "cycle_momentum", False)
    laws.the_momentum_is_a_schedule_too(schedule, 100)


@by_example
def test_phases_do_not_overlap(schedule: Schedule) -> None:
    for until in HORIZONS:
        laws.phases_do_not_overlap(schedule, until)


@by_example
def test_a_schedule_written_as_a_spec_reads_back_the_same(schedule: Schedule) -> None:
    text = dump([Run("it", schedule, 100, 5)])
    (run,) = build(Document(read(text, "it.yaml"), "it")).runs
    assert run.schedule == schedule
    assert run.steps == 100


def test_several_runs_written_as_a_spec_read_back_the_same() -> None:
    runs = [Run("a", EXAMPLES["cosine"], 50), Run("b, c", EXAMPLES["step"], 50)]
    again = build(Document(read(dump(runs), "two.yaml"), "two")).runs
    assert [(run.label, run.schedule) for run in again] == [(run.label, run.schedule) for run in runs]


def test_every_catalogue_name_is_written_and_read_back() -> None:
    for name in TYPES:
        (run,) = load(name)
        (again,) = build(Document(read(dump([run]), name), name)).runs
        assert again.schedule == run.schedule
        assert yaml.safe_load(dump([run]))["steps"] == run.steps
