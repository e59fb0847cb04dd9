"""What is written differently, and which phases belong together."""

import pytest
from examples import EXAMPLES, make

from lrplot.curve.run_diff import Change, changes, paired_phases, run_difference
from lrplot.run import Run

COSINE = make("cosine", lr=0.1, T_max=100.0)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_schedule_differs_in_nothing_from_itself(name: str) -> None:
    again = EXAMPLES[name].model_copy()
    assert changes(EXAMPLES[name], again) == ()
    assert run_difference(Run("a", EXAMPLES[name], 100), Run("b", again, 100), 0).same


def test_a_changed_parameter_is_named_as_a_spec_names_it() -> None:
    old = make("warmup", schedule=COSINE, steps=5)
    new = make("warmup", schedule=make("cosine", lr=0.1, T_max=100.0, eta_min=1e-5), steps=10)
    assert set(changes(old, new)) == {Change("warmup.steps", 5, 10), Change("eta_min", 0.0, 1e-5)}


def test_a_warm_up_taken_off_is_told_by_what_it_said() -> None:
    old = make("warmup", schedule=COSINE, steps=5, shape="log")
    assert changes(old, COSINE) == (Change("warmup.steps", 5, None), Change("warmup.shape", "log", None))


def test_a_phase_of_a_sequence_is_named_by_its_number() -> None:
    def phases(end: float, length: int) -> object:
        return make(
            "sequence", parts=[make("constant", lr=0.2), make("linear", lr=end, T_max=9.0)], lengths=[length]
        )

    assert changes(phases(0.1, 30), phases(0.05, 40)) == (  # type: ignore[arg-type]
        Change("parts.1.lr", 0.1, 0.05),
        Change("lengths", (30,), (40,)),
    )


def test_more_parts_are_counted_and_another_type_is_named_with_what_both_have() -> None:
    one = make("product", lr=0.1, factors=[COSINE])
    two = make("product", lr=0.1, factors=[COSINE, COSINE])
    assert changes(one, two) == (Change("factors", "1 of them", "2 of them"),)
    linear = make("linear", lr=0.2, T_max=100.0)
    assert changes(COSINE, linear) == (Change("type", "cosine", "linear"), Change("lr", 0.1, 0.2))


def test_phases_of_one_name_stand_side_by_side() -> None:
    old = make("wsd", lr=0.1, total_steps=100.0, decay_steps=20.0)
    new = make("warmup", schedule=make("wsd", lr=0.1, total_steps=90.0, decay_steps=30.0), steps=10)
    pairs = paired_phases(Run("old", old, 100), Run("new", new, 100))
    spans = [[phase and (phase.name, phase.start, phase.stop) for phase in pair] for pair in pairs]
    assert spans == [
        [None, ("warm-up", 0, 10)],
        [("stable", 0, 80), ("stable", 10, 70)],
        [("decay", 80, 100), ("decay", 70, 100)],
    ]


def test_a_difference_within_the_tolerance_is_none() -> None:
    old, new = (Run("it", make("constant", lr=lr), 50) for lr in (0.1, 0.1001))
    assert run_difference(old, new, 0.01).same
    found = run_difference(old, new, 1e-5)
    assert (found.same, found.rate.first, found.rate.at) == (False, 0, 0)


def test_one_horizon_or_momentum_more_is_a_difference_though_no_rate_is() -> None:
    assert not run_difference(Run("a", COSINE, 50), Run("b", COSINE, 51), 0).same
    moving = make("onecycle", max_lr=0.1, total_steps=50)
    still = make("onecycle", max_lr=0.1, total_steps=50, cycle_momentum=False)
    found = run_difference(Run("a", moving, 50), Run("b", still, 50), 0)
    assert (found.rate.first, found.one_momentum, found.same) == (None, True, False)
    milder = make("onecycle", max_lr=0.1, total_steps=50, base_momentum=0.8)
    found = run_difference(Run("a", moving, 50), Run("b", milder, 50), 0)
    assert found.momentum is not None
    assert (found.rate.first, found.momentum.first, found.same) == (None, 1, False)


def test_epochs_are_names_for_steps_and_no_difference() -> None:
    assert run_difference(Run("a", COSINE, 50, 5), Run("b", COSINE, 50, 10), 0).same


def test_a_trillion_steps_are_compared_at_the_knots_which_is_said() -> None:
    steps = 10**12
    old, new = (Run("it", make("step", lr=0.1, step_size=size), steps) for size in (30.0, 31.0))
    found = run_difference(old, new, 1e-12)
    assert (found.rate.first, found.rate.at, found.rate.exact) == (30, 30, False)
    assert run_difference(old, old, 1e-12).rate.exact
