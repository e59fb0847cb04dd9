"""The inverse of a curve, against looking at every step."""

import numpy as np
import pytest
from examples import EXAMPLES, make

from lrplot.curve.crossing import Condition, Crossings, Stretch, crossings
from lrplot.errors import UsageError
from lrplot.schedules.base import Rates, Schedule

TRILLION = 10**12
SIGNS = ("<", "<=", ">", ">=", "=", "crosses")


def looked_at(rates: Rates, condition: Condition, most: int = 20) -> Crossings:
    """The same by every step."""
    low, high = condition.bounds
    until = len(rates)
    holds = (rates >= low) & (rates <= high)
    pairs = np.flatnonzero(np.diff(np.concatenate([[0], holds, [0]]))).reshape(-1, 2)
    first = tuple(Stretch(*pair) for pair in pairs[:most].tolist())
    return Crossings(until, first, len(pairs), int(holds.sum()), bool(holds[-1]), exact=True)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_the_knots_find_is_what_every_step_shows(name: str) -> None:
    schedule = EXAMPLES[name]
    until = 700 if "growing" not in name else 101
    rates = schedule.table(until)
    levels = [*np.quantile(rates, [0.23, 0.6, 1]).tolist(), 0.15]
    for level in levels:
        for sign in SIGNS:
            condition = Condition(sign, level)  # type: ignore[arg-type]
            assert crossings(schedule, until, condition) == looked_at(rates, condition), condition


@pytest.mark.parametrize(
    "schedule",
    [
        make("cyclic", base_lr=0.0, max_lr=0.3, step_size_up=3.0, mode="exp_range", gamma=0.99999),
        make("cyclic", base_lr=0.1, max_lr=0.3, step_size_up=2.0, step_size_down=3.0),
        make("cosine_restarts", lr=0.3, T_0=4.0, eta_min=0.1),
        make("cosine_restarts", lr=0.3, T_0=1.0),
        make("step", lr=0.3, step_size=3.0, gamma=0.99999),
        make("sequence", parts=[make("cosine_restarts", lr=0.3, T_0=4.0), make("constant", lr=0.2)], lengths=[279_999]),
    ],
)  # fmt: skip
def test_more_repeats_than_are_listed_are_counted_and_joined_as_every_step_shows(schedule: Schedule) -> None:
    until = 280_003
    rates = schedule.table(until)
    for level in (0.3, 0.12345, 0.0):
        for sign in SIGNS:
            condition = Condition(sign, level)  # type: ignore[arg-type]
            found = crossings(schedule, until, condition, most=50)
            assert found == looked_at(rates, condition, most=50), condition


def test_a_billion_restarts_are_crossed_two_billion_times() -> None:
    restarts = make("cosine_restarts", lr=0.1, T_0=1000.0)
    found = crossings(restarts, TRILLION, Condition("<", 0.05), most=2)
    # Half a cosine passes its middle at step 500, which is not below it.
    assert found.first == (Stretch(501, 1000), Stretch(1501, 2000))
    assert (found.count, found.steps, found.exact) == (10**9, 499 * 10**9, True)


def test_a_condition_that_always_holds_is_one_stretch_however_often_the_curve_restarts() -> None:
    restarts = make("cosine_restarts", lr=0.1, T_0=1000.0)
    assert crossings(restarts, TRILLION, Condition(">=", 0)).first == (Stretch(0, TRILLION),)
    assert crossings(restarts, TRILLION, Condition(">", 0.2)).count == 0


def test_rounding_decides_nothing() -> None:
    stairs = make("step", lr=0.1, step_size=30.0, gamma=0.1)
    assert float(stairs(30)) == 0.010000000000000002
    assert crossings(stairs, 90, Condition("<=", 0.01)).first == (Stretch(30, 90),)
    assert crossings(stairs, 90, Condition("<", 0.01)).first == (Stretch(60, 90),)
    assert crossings(stairs, 90, Condition("=", 0.01)).first == (Stretch(30, 60),)


def test_a_warm_up_and_its_decay_cross_a_level_at_hand_worked_steps() -> None:
    ramp = make("warmup", schedule=make("linear", lr=0.1, T_max=100.0), steps=10)
    # Up by 0.01 a step, down by 0.001 a step.
    found = crossings(ramp, 110, Condition("crosses", 0.045))
    assert (found.turns, found.turned) == ((5, 66), 2)
    risen = crossings(ramp, 60, Condition("crosses", 0.045))
    assert (risen.turns, risen.turned) == ((5,), 1)


def test_a_long_unknown_stretch_is_said_not_to_be_exact() -> None:
    falling = make("lambda", lr=0.1, factor="exp(-t / 1e9 - 1e-12 * (t % 7))")
    found = crossings(falling, TRILLION, Condition("<", 0.05))
    assert not found.exact
    # ln 2 · 10^9 = 693,147,180.56
    assert found.first == (Stretch(693_147_181, TRILLION),)


@pytest.mark.parametrize(
    "name", ["restarts", "cyclic, shrinking", "step", "onecycle", "warmup, log", "product, of restarts"]
)
def test_a_trillion_steps_need_few_evaluations(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = EXAMPLES[name]
    evaluated = 0
    rate = type(schedule).rate

    def counted(self, t):  # type: ignore[no-untyped-def]
        nonlocal evaluated
        evaluated += t.size
        return rate(self, t)

    monkeypatch.setattr(type(schedule), "rate", counted)
    for sign in SIGNS:
        crossings(schedule, TRILLION, Condition(sign, 0.07))  # type: ignore[arg-type]
    assert evaluated < 2_000_000


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("<1e-4", Condition("<", 1e-4)),
        (" ≥ 0.5", Condition(">=", 0.5)),
        ("== .5", Condition("=", 0.5)),
        ("crosses 1E-2", Condition("crosses", 0.01)),
    ],
)
def test_a_condition_is_read_as_people_write_it(text: str, condition: Condition) -> None:
    assert Condition.read(text) == condition


@pytest.mark.parametrize(
    "text", ["", "1e-4", "< ", "<x", "< 1e999", "<-1", "<1 2", "crosses0.1", "<>1", "< 1e"]
)
def test_what_is_no_condition_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="is no condition on a rate; write"):
        Condition.read(text)


def test_the_start_of_a_long_unknown_stretch_is_looked_at_step_by_step() -> None:
    waves = make("lambda", lr=0.1, factor="0.5 + 0.5 * sin(t)")
    condition = Condition(">", 0.09)
    # sin t > 0.8 where t lies between 0.927 and 2.214, and 2π further on.
    first = (Stretch(1, 3), Stretch(8, 9), Stretch(14, 15))
    assert crossings(waves, 10**9, condition, most=3).first == first
    near = looked_at(waves.table(30_000), condition, most=500)
    assert crossings(waves, 10**9, condition, most=500).first == near.first
