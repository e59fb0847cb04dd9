"""What every schedule obeys."""

import functools
import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
import yaml
from examples import EXAMPLES, HORIZONS

from lrplot.curve import sample, summarise
from lrplot.reference import load
from lrplot.run import Run
from lrplot.schedules import TYPES
from lrplot.schedules.base import Schedule
from lrplot.spec.build import build
from lrplot.spec.document import read
from lrplot.spec.dump import dump

by_example = pytest.mark.parametrize("schedule", EXAMPLES.values(), ids=EXAMPLES.keys())


def by_horizon(law: Callable[..., None]) -> Callable[..., None]:
    """The law on every horizon; one test, for a thousand small ones take their time."""

    @functools.wraps(law)
    def on_all(schedule: Schedule) -> None:
        for until in HORIZONS:
            law(schedule, until)

    del on_all.__wrapped__  # type: ignore[attr-defined]
    return on_all


def brute(schedule: Schedule, until: int) -> np.ndarray:
    return schedule.table(until)


def pieces_of(schedule: Schedule, until: int) -> list[np.ndarray]:
    knots = schedule.knots(until)
    listed = knots.list()
    assert listed is not None
    unknown = np.zeros(until, dtype=bool)
    for start, stop in knots.unknown:
        unknown[start:stop] = True
    steps = np.split(np.arange(until), listed)
    return [piece for piece in steps if len(piece) and not unknown[piece].any()]


def test_every_type_has_an_example() -> None:
    assert {schedule.type for schedule in EXAMPLES.values()} == set(TYPES)


@by_example
def test_the_shape_is_kept_and_the_rates_are_float64(schedule: Schedule) -> None:
    rates = schedule(np.arange(12).reshape(3, 4))
    assert rates.shape == (3, 4)
    assert rates.dtype == np.float64
    assert schedule([]).shape == (0,)
    assert isinstance(schedule(3), np.float64)


@by_example
def test_the_rate_depends_on_the_step_alone(schedule: Schedule) -> None:
    steps = np.arange(150)
    together = schedule(steps)
    np.testing.assert_allclose(together, [schedule(int(step)) for step in steps], rtol=1e-12)
    np.testing.assert_allclose(together[::-1], schedule(steps[::-1]), rtol=1e-12)


@by_example
@by_horizon
def test_rates_are_finite_and_not_negative(schedule: Schedule, until: int) -> None:
    rates = brute(schedule, until)
    assert np.isfinite(rates).all()
    assert (rates >= 0).all()


@by_example
@by_horizon
def test_a_piece_is_monotone_over_its_whole_steps(schedule: Schedule, until: int) -> None:
    for piece in pieces_of(schedule, until):
        rates = schedule(piece)
        change = np.diff(rates)
        noise = 4e-16 * rates.max() + 1e-300
        assert (change <= noise).all() or (change >= -noise).all(), f"turns inside {piece[0]} … {piece[-1]}"


@by_example
def test_knots_are_whole_steps_inside_the_horizon(schedule: Schedule) -> None:
    for until in HORIZONS:
        listed = schedule.knots(until).list()
        assert listed is not None
        assert ((listed > 0) & (listed < until)).all()


@by_example
@by_horizon
def test_the_total_is_the_sum(schedule: Schedule, until: int) -> None:
    assert schedule.total(until) == pytest.approx(math.fsum(brute(schedule, until)), rel=1e-12)


@by_example
@by_horizon
def test_the_summary_is_that_of_every_step(schedule: Schedule, until: int) -> None:
    rates, summary = brute(schedule, until), summarise(schedule, until)
    assert (summary.peak.value, summary.peak.step) == (rates.max(), rates.argmax())
    assert (summary.minimum.value, summary.minimum.step) == (rates.min(), rates.argmin())
    assert (summary.first.value, summary.final.value) == (rates[0], rates[-1])
    assert summary.mean.value == pytest.approx(rates.mean(), rel=1e-12)
    assert summary.above_half.value == (rates > rates.max() / 2).sum()
    assert summary.peak.exact
    assert summary.above_half.exact


@by_example
@by_horizon
def test_a_sample_lies_on_the_curve_and_holds_its_extremes(schedule: Schedule, until: int) -> None:
    for columns in (7, 100, 2048):
        check_sample(schedule, until, columns)


def check_sample(schedule: Schedule, until: int, columns: int) -> None:
    rates, drawn = brute(schedule, until), sample(schedule, until, columns)
    assert (np.diff(drawn.steps) >= 0).all()
    assert (drawn.steps[0], drawn.steps[-1]) == (0, until - 1)
    here, before = rates[drawn.steps], rates[np.maximum(drawn.steps - 1, 0)]
    assert ((drawn.rates == here) | (drawn.rates == before)).all()
    if columns > until:
        again = np.r_[np.diff(drawn.steps) == 0, False]
        np.testing.assert_array_equal(drawn.rates, np.where(again, before, here))
    assert (drawn.rates.max(), drawn.rates.min()) == (rates.max(), rates.min())


@by_example
def test_a_momentum_is_a_schedule_too(schedule: Schedule) -> None:
    momentum = schedule.momentum
    if momentum is None:
        assert not getattr(schedule, "cycle_momentum", False)
        return
    values = momentum.table(100)
    assert ((values >= 0) & (values <= 1)).all()
    assert momentum.total(100) == pytest.approx(values.sum(), rel=1e-12)


@by_example
def test_phases_do_not_overlap(schedule: Schedule) -> None:
    for until in HORIZONS:
        phases = schedule.phases(until)
        for before, after in itertools.pairwise(phases):
            assert before.stop <= after.start
        assert all(0 <= phase.start < phase.stop <= until for phase in phases)


@by_example
def test_a_schedule_written_as_a_spec_reads_back_the_same(schedule: Schedule) -> None:
    text = dump([Run("it", schedule, 100, 5)])
    (run,) = build(read(text, "it.yaml"), "it")
    assert run.schedule == schedule
    assert run.steps == 100


def test_several_runs_written_as_a_spec_read_back_the_same() -> None:
    runs = [Run("a", EXAMPLES["cosine"], 50), Run("b, c", EXAMPLES["step"], 50)]
    again = build(read(dump(runs), "two.yaml"), "two")
    assert [(run.label, run.schedule) for run in again] == [(run.label, run.schedule) for run in runs]


def test_every_catalogue_name_is_written_and_read_back() -> None:
    for name in TYPES:
        (run,) = load(name)
        (again,) = build(read(dump([run]), name), name)
        assert again.schedule == run.schedule
        assert yaml.safe_load(dump([run]))["steps"] == run.steps
