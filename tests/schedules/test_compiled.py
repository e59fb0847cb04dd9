"""A schedule asked for one step after the other, as a training loop does."""

import copy
import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from examples import EXAMPLES, make

from lrplot.errors import StepError
from lrplot.schedules.base import Schedule

BLOCK = 4096
ONE_CYCLE = {"max_lr": 0.1, "total_steps": 1000, "anneal_strategy": "linear"}


def pickled(schedule: Schedule) -> Schedule:
    return pickle.loads(pickle.dumps(schedule))  # noqa: S301 (our own bytes)


def alone(schedule: Schedule, step: float) -> float:
    """The rate at a step, by no other way than that of arrays."""
    return float(schedule(np.array([step]))[0])


@pytest.mark.parametrize("schedule", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_a_compiled_schedule_is_the_schedule_to_the_last_bit(schedule: Schedule) -> None:
    rate = schedule.compile()
    expected = [alone(schedule, step) for step in range(150)]
    assert [rate(step) for step in range(150)] == expected
    assert [schedule(step) for step in range(150)] == expected
    assert {type(rate(step)) for step in (0, 149)} == {float}
    assert type(schedule(3)) is np.float64


def test_steps_of_any_block_in_any_order_are_those_of_the_schedule() -> None:
    schedule = make("cosine", lr=0.1, T_max=20_000.0, after="rise")
    rate = schedule.compile()
    steps = [0, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 20_000, 10**12, 2**53, 2**53 - 1, 5]
    steps += np.random.default_rng(1).integers(10**6, size=40).tolist()
    for each in (rate, schedule):
        assert [each(step) for step in steps] == [alone(schedule, step) for step in steps]
        assert [each(np.int64(step)) for step in steps] == [alone(schedule, step) for step in steps]


@pytest.mark.parametrize("wrong", [2.5, "5", None, -1, math.nan, np.array([1, 2]), 2**53 + 1, [1]])
def test_what_is_no_whole_step_is_refused(wrong: Any) -> None:
    rate = make("cosine", lr=0.1, T_max=100.0).compile()
    for _ in range(2):
        with pytest.raises(StepError, match="one whole step between 0 and"):
            rate(wrong)
        rate(7)


def test_a_number_of_steps_bounds_it_and_takes_in_the_step_after_the_last() -> None:
    rate = make("linear", lr=0.1, T_max=100.0).compile(50)
    assert rate(50) == alone(make("linear", lr=0.1, T_max=100.0), 50)
    with pytest.raises(StepError, match=r"linear was compiled for 50 steps, asked for step 51"):
        rate(51)
    for wrong in (-1, 2.0, True, 2**53 + 1):
        with pytest.raises(StepError, match="a number of steps"):
            make("linear", lr=0.1, T_max=100.0).compile(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("ask", [lambda s: s.compile(), lambda s: s.compile(1000), lambda s: s])
def test_a_schedule_that_ends_is_answered_up_to_its_end(
    ask: Callable[[Schedule], Callable[[int], float]],
) -> None:
    schedule = make("onecycle", **ONE_CYCLE, after="overshoot")
    rate = ask(schedule)
    assert [rate(step) for step in range(1001)] == [alone(schedule, step) for step in range(1001)]
    assert rate(1000) < 0
    with pytest.raises(StepError, match=r"1001|compiled for 1000"):
        rate(1001)
    assert rate(999) == alone(schedule, 999)


def test_steps_around_one_without_a_rate_are_answered() -> None:
    schedule = make("lambda", lr=0.1, factor="1 / abs(t - 700)")
    rate = schedule.compile()
    for each in (rate, schedule):
        for step in (*range(690, 700), *range(701, 720), 0, 5000):
            assert each(step) == alone(schedule, step)
        with pytest.raises(StepError, match="step 700"):
            each(700)


def test_a_reacting_schedule_is_answered_as_far_as_it_has_seen_metrics() -> None:
    schedule = make("plateau", lr=0.1, metrics=[1.0] * 300, patience=5)
    rate = schedule.compile()
    assert [rate(step) for step in range(301)] == [alone(schedule, step) for step in range(301)]
    with pytest.raises(StepError, match="the last step with a rate is 300"):
        rate(301)


def test_what_a_schedule_remembers_is_no_part_of_its_copies() -> None:
    schedule = make("cosine", lr=0.1, T_max=100.0)
    before = [schedule(step) for step in range(3)]
    changed = [
        schedule.model_copy(update={"lr": 0.4}),
        schedule.model_copy(update={"lr": 0.4}, deep=True),
    ]
    assert [each(0) for each in changed] == [0.4, 0.4]
    for same in (copy.copy(schedule), copy.deepcopy(schedule), pickled(schedule)):
        assert same == schedule
        assert [same(step) for step in range(3)] == before
