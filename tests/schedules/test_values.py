"""Values worked by hand or taken from a source, away from 0 and 1 where a missing term hides."""

import math

import numpy as np
import pytest
from examples import make

from lrplot.errors import ScheduleError, StepError
from lrplot.schedules import CATALOGUE, find, schedule_class

# Each value is hand arithmetic: the comment or the product beside it says how.
TABLE: list[tuple[str, dict[str, object], dict[float, float]]] = [
    ("constant", {"lr": 0.3}, {0: 0.3, 17: 0.3}),
    ("step", {"lr": 0.3, "step_size": 4.0, "gamma": 0.5}, {3: 0.3, 4: 0.15, 11: 0.075}),
    ("multistep", {"lr": 0.3, "milestones": [9, 2, 2], "gamma": 0.5}, {1: 0.3, 2: 0.075, 9: 0.0375}),
    ("exponential", {"lr": 0.3, "gamma": 0.25, "period": 4.0}, {2: 0.15, 4: 0.075, 6: 0.0375}),
    ("exponential", {"lr": 0.3, "rate": math.log(2), "period": 3.0}, {3: 0.15, 6: 0.075}),
    ("exponential", {"lr": 0.3, "rate": 0.0}, {0: 0.3, 6: 0.3}),
    ("exponential", {"lr": 0.3, "gamma": 0.0}, {0: 0.3, 1: 0.0}),
    ("exponential", {"lr": 0.3, "gamma": 0.5, "min_lr": 0.1}, {1: 0.15, 2: 0.1, 50: 0.1}),
    ("exponential", {"lr": 0.3, "gamma": 0.5, "period": 3.0, "staircase": True}, {2: 0.3, 3: 0.15, 8: 0.075}),
    ("inverse_time", {"lr": 0.3, "rate": 2.0, "period": 4.0}, {2: 0.15, 4: 0.1, 8: 0.06}),
    ("inverse_time", {"lr": 0.3, "rate": 2.0, "period": 4.0, "staircase": True}, {3: 0.3, 4: 0.1, 11: 0.06}),
    ("linear", {"lr": 0.3, "end_lr": 0.1, "T_max": 8.0}, {2: 0.25, 6: 0.15, 8: 0.1, 30: 0.1}),
    # (0.3 - 0.1) · (3/4)³ + 0.1 = 0.184375
    ("polynomial", {"lr": 0.3, "end_lr": 0.1, "T_max": 8.0, "power": 3.0}, {2: 0.184375, 4: 0.125, 9: 0.1}),
    # upward: 0.3 - 0.2 · (3/4)³ = 0.215625
    ("polynomial", {"lr": 0.1, "end_lr": 0.3, "T_max": 8.0, "power": 3.0}, {2: 0.215625, 4: 0.275, 9: 0.3}),
    # Keras cycle: at 5 the length is 2·4, so 0.3 · (1 - 5/8) = 0.1125
    ("polynomial", {"lr": 0.3, "T_max": 4.0, "cycle": True}, {2: 0.15, 4: 0.0, 5: 0.1125, 8: 0.0, 9: 0.075}),
    # cos(π/3) = 1/2: 0.1 + 0.2 · 3/4 = 0.25, and 0.1 + 0.2 · 1/4 = 0.15
    ("cosine", {"lr": 0.3, "eta_min": 0.1, "T_max": 6.0}, {2: 0.25, 3: 0.2, 4: 0.15, 6: 0.1, 8: 0.1}),
    (
        "cosine",
        {"lr": 0.3, "eta_min": 0.1, "T_max": 6.0, "after": "rise"},
        {8: 0.15, 9: 0.2, 12: 0.3, 14: 0.25},
    ),
    ("cosine", {"lr": 0.3, "eta_min": 0.1, "T_max": 6.0, "exponent": 2.0}, {2: 0.2125, 3: 0.15, 4: 0.1125}),
    # upward: 0.3 - 0.2 · (3/4)² = 0.1875, and 0.3 - 0.2 · (1/4)² = 0.2875
    ("cosine", {"lr": 0.1, "eta_min": 0.3, "T_max": 6.0, "exponent": 2.0}, {2: 0.1875, 4: 0.2875, 9: 0.3}),
    ("cosine_restarts", {"lr": 0.3, "T_0": 6.0, "eta_min": 0.1}, {2: 0.25, 4: 0.15, 6: 0.3, 8: 0.25}),
    (
        "cosine_restarts",
        {"lr": 0.3, "T_0": 3.0, "T_mult": 2.0},
        {1: 0.225, 3: 0.3, 5: 0.225, 9: 0.3, 13: 0.225},
    ),
    (
        "cosine_restarts",
        {"lr": 0.4, "T_0": 6.0, "decay": 0.5, "cycles": 2},
        {2: 0.3, 6: 0.2, 8: 0.15, 12: 0.0},
    ),
    (
        "cyclic",
        {"base_lr": 0.1, "max_lr": 0.5, "step_size_up": 4.0, "step_size_down": 2.0},
        {1: 0.2, 4: 0.5, 5: 0.3, 7: 0.2},
    ),
    (
        "cyclic",
        {"base_lr": 0.1, "max_lr": 0.5, "step_size_up": 4.0, "mode": "triangular2"},
        {2: 0.3, 10: 0.2, 12: 0.3, 18: 0.15},
    ),
    # at 2: 0.1 + 0.4 · 1/2 · 0.5² = 0.15
    (
        "cyclic",
        {"base_lr": 0.1, "max_lr": 0.5, "step_size_up": 4.0, "mode": "exp_range", "gamma": 0.5},
        {2: 0.15, 4: 0.125},
    ),
    # 1/√(1 + 3) = 1/2, 1/√(1 + 8) = 1/3
    ("inverse_sqrt", {"lr": 0.3, "timescale": 5.0}, {15: 0.15, 40: 0.1}),
    (
        "wsd",
        {"lr": 0.3, "total_steps": 20.0, "decay_steps": 8.0, "min_lr": 0.1},
        {12: 0.3, 14: 0.25, 18: 0.15, 20: 0.1},
    ),
    (
        "wsd",
        {"lr": 0.3, "total_steps": 20.0, "decay_steps": 16.0, "decay": "1-sqrt"},
        {5: 0.225, 8: 0.15, 13: 0.075},
    ),
    (
        "wsd",
        {"lr": 0.3, "total_steps": 20.0, "decay_steps": 16.0, "decay": "1-sqrt", "min_lr": 0.1},
        {4: 0.3, 8: 0.2, 13: 0.15, 20: 0.1},
    ),
    # 2 · ½^(1/2) - 1 = √2 - 1
    (
        "wsd",
        {"lr": 0.3, "total_steps": 20.0, "decay_steps": 8.0, "decay": "exponential"},
        {16: 0.3 * (math.sqrt(2) - 1)},
    ),
    # the same of the 0.2 above a floor of 0.1
    (
        "wsd",
        {"lr": 0.3, "total_steps": 20.0, "decay_steps": 8.0, "decay": "exponential", "min_lr": 0.1},
        {12: 0.3, 16: 0.1 + 0.2 * (math.sqrt(2) - 1), 20: 0.1, 99: 0.1},
    ),
    ("wsd", {"lr": 0.3, "total_steps": 20.0, "decay_steps": 6.0, "decay": "cosine"}, {16: 0.225, 17: 0.15}),
    # z = 1/2: ½ / ¾ = 2/3
    ("rex", {"lr": 0.3, "T_max": 8.0}, {4: 0.2, 8: 0.0, 11: 0.0}),
    # tanh(½ ln 3) = 1/2, so ½ (1 ∓ ½)
    (
        "tanh",
        {"lr": 0.3, "T_max": 8.0, "lb": -math.log(3) / 2, "ub": math.log(3) / 2},
        {0: 0.225, 4: 0.15, 8: 0.0},
    ),
    ("lambda", {"lr": 0.3, "factor": "2 if epoch >= 3 else 0.5", "steps_per_epoch": 4}, {11: 0.15, 12: 0.6}),
    ("multiplicative", {"lr": 0.3, "factor": "0.5 if t == 2 else 1"}, {1: 0.3, 2: 0.15, 9: 0.15}),
    ("multiplicative", {"lr": 0.3, "factor": "0.5", "from_zero": True}, {0: 0.15, 2: 0.0375}),
    ("piecewise", {"points": [(4, 0.3), (8, 0.1)]}, {0: 0.3, 7: 0.3, 8: 0.1, 99: 0.1}),
    ("piecewise", {"points": [(4, 0.3), (8, 0.1)], "between": "linear"}, {0: 0.3, 5: 0.25, 7: 0.15, 99: 0.1}),
    ("piecewise", {"points": [(4, 0.4), (8, 0.1)], "between": "exponential"}, {6: 0.2}),
    ("piecewise", {"points": [(4, 0.3), (10, 0.1)], "between": "cosine"}, {6: 0.25, 8: 0.15}),
    ("piecewise", {"points": [(4, 0.3)]}, {0: 0.3, 4: 0.3, 9: 0.3}),
    ("piecewise", {"points": [(4, 0.3)], "between": "linear"}, {0: 0.3, 4: 0.3, 9: 0.3}),
    ("piecewise", {"points": [(0, 0.3), (4, 0.1), (6, 0.2)], "between": "linear"}, {2: 0.2, 5: 0.15, 6: 0.2}),
    # best 4 after two; 4, 4 are bad: 2 > patience 1 at metric 3, so 0.3 · 0.5 at step 4, again two later
    (
        "plateau",
        {"lr": 0.3, "metrics": [5, 4, 4, 4, 4, 4], "patience": 1, "factor": 0.5},
        {3: 0.3, 4: 0.15, 6: 0.075},
    ),
    # the same with Keras: the first bad one does, and each after it
    (
        "plateau",
        {"lr": 0.3, "metrics": [5, 4, 4, 4], "patience": 1, "factor": 0.5, "rule": "keras"},
        {2: 0.3, 3: 0.15, 4: 0.075},
    ),
    # Optax knows metric 2 before step 2, and does not go below 0.1
    (
        "plateau",
        {"lr": 0.3, "metrics": [5, 4, 4, 4], "patience": 1, "factor": 0.5, "rule": "optax", "min_lr": 0.1},
        {1: 0.3, 2: 0.15, 3: 0.1},
    ),
    # timm waits for a rise: 5, 6 are better, then two bad ones; a cooldown of 1 passes over the next
    (
        "plateau",
        {
            "lr": 0.3,
            "metrics": [5, 6, 1, 1, 1, 1, 1],
            "patience": 1,
            "factor": 0.5,
            "rule": "timm",
            "cooldown": 1,
        },
        {3: 0.3, 4: 0.15, 6: 0.15, 7: 0.075},
    ),
    # 10 % below 5 is 4.5: 4.6 is bad, 4.4 is not
    (
        "plateau",
        {"lr": 0.3, "metrics": [5, 4.6, 4.4, 4.6], "patience": 0, "factor": 0.5, "threshold": 0.1},
        {1: 0.3, 2: 0.15, 3: 0.15, 4: 0.075},
    ),
    # formula t: every metric but the first is bad
    ("plateau", {"lr": 0.3, "formula": "t", "patience": 2, "factor": 0.5}, {3: 0.3, 4: 0.15, 7: 0.075}),
    # up, down, up is an oscillation; then the window is empty for three more
    (
        "callback",
        {
            "lr": 0.3,
            "metrics": [1, 2, 1, 2, 1, 2, 2],
            "rules": [{"when": "oscillating", "window": 3, "multiply": 0.5}],
        },
        {2: 0.3, 3: 0.15, 5: 0.15, 6: 0.075, 7: 0.075},
    ),
    # falling holds, though the second rule would raise; a rise of more than 1 raises, up to 0.4
    (
        "callback",
        {
            "lr": 0.3,
            "metrics": [9, 8, 7, 7.5, 9],
            "max_lr": 0.4,
            "rules": [
                {"when": "improving", "window": 2, "hold": True},
                {"when": "rising", "window": 2, "by": 1, "multiply": 2},
            ],
        },
        {3: 0.3, 4: 0.3, 5: 0.4},
    ),
    # two better ones raise by 1/0.5, two worse ones lower
    (
        "greedy",
        {"lr": 0.3, "metrics": [5, 4, 4, 4, 4], "patience": 1, "factor": 0.5},
        {1: 0.3, 2: 0.6, 3: 0.6, 4: 0.3, 5: 0.3},
    ),
    # a mean of two: 5, 4.5, 6, 7
    (
        "greedy",
        {"lr": 0.3, "metrics": [5, 4, 8, 6], "patience": 0, "factor": 0.5, "smooth": True, "window_size": 2},
        {1: 0.6, 2: 1.0, 3: 0.5, 4: 0.25},
    ),
]


@pytest.mark.parametrize(("name", "parameters", "values"), TABLE)
def test_the_value_is_the_hand_worked_one(
    name: str, parameters: dict[str, object], values: dict[float, float]
) -> None:
    schedule = make(name, **parameters)
    np.testing.assert_allclose(schedule(list(values)), list(values.values()), rtol=1e-14, atol=1e-17)


def test_onecycle_is_the_documents_call() -> None:
    cycle = make("onecycle", max_lr=0.1, total_steps=1000)
    # 650: halfway from 299 to 999 is 649, one step on; DOCUMENTS §2 gives .049775802
    np.testing.assert_allclose(cycle([0, 299, 650, 999]), [0.004, 0.1, 0.049775802, 4e-7], rtol=1e-8)
    assert cycle.momentum is not None
    np.testing.assert_allclose(cycle.momentum([0, 299, 649, 999]), [0.95, 0.85, 0.9, 0.95], rtol=1e-12)


def test_the_ramp_under_a_running_curve_aims_at_its_first_value_and_then_jumps() -> None:
    cosine = make("cosine", lr=0.1, T_max=10000.0)
    ramp = make("warmup", schedule=cosine, steps=1000, prefix=False)
    np.testing.assert_allclose(ramp([999, 1000, 5500]), [0.0999, 0.0975528258, 0.0421782767], rtol=1e-8)


def test_warm_up_shapes_are_the_hand_worked_ones() -> None:
    flat = make("constant", lr=0.4)
    shapes = {
        "linear": [0.1, 0.175, 0.25],
        "constant": [0.1, 0.1, 0.1],
        "cosine": [0.1, 0.1 + 0.3 * (1 - math.sqrt(0.5)) / 2, 0.25],
        "exponential": [0.1, 0.1 * math.sqrt(2), 0.2],
        "log": [0.1, 0.1 + 0.3 * math.log(3) / math.log(9), 0.1 + 0.3 * math.log(5) / math.log(9)],
    }
    for shape, expected in shapes.items():
        ramp = make("warmup", schedule=flat, steps=8, shape=shape, start_factor=0.25)
        np.testing.assert_allclose(ramp([0, 2, 4]), expected, rtol=1e-14)
        assert ramp(8) == 0.4


def test_cosine_keeps_its_digits_to_the_last_of_a_billion_steps() -> None:
    steps = 10**9
    last = make("cosine", lr=0.1, T_max=float(steps))(steps - 1)
    # sin²(x) = x² - x⁴/3 + …, x = π / 2T: the next term is 1e-36 of it.
    x = math.pi / (2 * steps)
    assert last == pytest.approx(0.1 * x * x, rel=1e-12)


def test_a_rising_cosine_keeps_its_digits_too() -> None:
    upward = make("cosine", lr=1e-12, eta_min=1.0, T_max=1e9)
    x = math.pi / 2e9
    assert upward(1) == pytest.approx(1e-12 + x * x, rel=1e-12)


def test_restarts_fall_on_exact_steps_however_far() -> None:
    thirds = make("cosine_restarts", lr=0.3, T_0=100 / 3, eta_min=0.1)
    assert thirds(100 * 10**9) == 0.3
    assert thirds(100 * 10**9 - 1) < 0.11
    fifths = make("cosine_restarts", lr=0.3, T_0=25.0, T_mult=1.2)
    # 25 + 30 + 36 = 91, which floating logarithms put into the old cycle
    assert (fifths([25, 55, 91]) == 0.3).all()


def test_a_sum_of_a_trillion_steps_is_the_closed_form() -> None:
    n = 10**12
    decay = make("exponential", lr=0.1, gamma=1 - 2**-20)
    assert decay.total(n) == pytest.approx(0.1 * 2**20, rel=1e-12)
    stairs = make("step", lr=0.1, step_size=1000.0, gamma=0.999999)
    assert stairs.total(n) == pytest.approx(0.1 * 1000 * (1 - 0.999999 ** (n // 1000)) / 1e-6, rel=1e-9)
    restarts = make("cosine_restarts", lr=0.1, T_0=1000.0)
    # ½ (1 + cos) over one cycle of T sums to (T + 1) / 2
    assert restarts.total(n) == pytest.approx(0.1 * 1001 / 2 * 10**9, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "parameters", "said"),
    [
        ("step", {"lr": -1.0, "step_size": 0.0}, "lr must be ≥ 0, got -1"),
        ("step", {"lr": 0.1}, "step needs 'step_size'"),
        ("step", {"lr": 0.1, "step_size": 3.0, "gama": 2}, "did you mean 'gamma'?"),
        ("step", {"lr": float("nan"), "step_size": 3.0}, "lr must be a finite number, got nan"),
        ("step", {"lr": True, "step_size": 3.0}, "lr must be a number, got true"),
        ("exponential", {"lr": 0.1}, "exactly one of 'gamma' and 'rate', got neither"),
        (
            "exponential",
            {"lr": 0.1, "gamma": 0.5, "rate": 0.5},
            "exactly one of 'gamma' and 'rate', got both",
        ),
        ("piecewise", {"points": [(3, 0.1), (3, 0.2)]}, "step 3 twice"),
        ("piecewise", {"points": [(1, 0.3), (5, 0.1), (5, 0.2)]}, "step 5 twice"),
        ("piecewise", {"points": [(3, 0.0)], "between": "exponential"}, "must all be > 0"),
        ("cosine_restarts", {"lr": 0.1, "T_0": 5.0, "T_mult": 1.0005}, "must be 1, or at least 1.001"),
        ("onecycle", {"max_lr": 0.1, "total_steps": 10, "pct_start": 0.1}, "phase of no length"),
        ("onecycle", {"max_lr": 0.1, "total_steps": 10.0}, "total_steps must be a whole number"),
        (
            "wsd",
            {"lr": 0.1, "total_steps": 5.0, "decay_steps": 6.0},
            "decay_steps must be ≤ total_steps (5), got 6",
        ),
        ("tanh", {"lr": 0.1, "T_max": 5.0, "lb": 3.0}, "lb must be < ub"),
        ("lambda", {"lr": 0.1, "factor": "foo(t)"}, "unknown function 'foo'"),
        ("sequence", {"parts": [make("constant", lr=1.0)], "lengths": [3]}, "one fewer than the parts"),
        ("sequence", {"parts": [], "lengths": []}, "a list of at least one"),
        ("product", {"lr": 0.0, "factors": [make("constant", lr=1.0)]}, "lr must be > 0"),
        (
            "warmup",
            {"schedule": make("constant", lr=1.0), "steps": 3, "shape": "exponential"},
            "give start_factor > 0",
        ),
        (
            "warmup",
            {"schedule": make("constant", lr=1.0), "steps": 3, "start_factor": 0.1, "start_lr": 0.1},
            "got both",
        ),
        ("warmup", {"schedule": 3, "steps": 3}, "schedule must be a schedule, got 3"),
    ],
)
def test_parameters_that_cannot_be_are_refused_by_name(
    name: str, parameters: dict[str, object], said: str
) -> None:
    with pytest.raises(ScheduleError) as refused:
        make(name, **parameters)
    assert said in str(refused.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ScheduleError) as refused:
        make("step", lr=-1.0, step_size=0.0, gama=3)
    assert len(refused.value.problems) == 3


@pytest.mark.parametrize("steps", [-1, float("nan"), 2**53 + 2, [0, -3], "a"])
def test_steps_that_do_not_exist_are_refused(steps: object) -> None:
    with pytest.raises(StepError):
        make("constant", lr=0.1)(steps)


def test_a_rate_that_is_none_names_its_step() -> None:
    with pytest.raises(StepError, match=r"step 4 would be -0\.1"):
        make("lambda", lr=0.1, factor="3 - t").table(9)
    with pytest.raises(StepError, match="step 1 would be nan"):
        make("lambda", lr=0.1, factor="(0 - t) ** 0.5").table(9)
    with pytest.raises(StepError, match="beyond 1e300"):
        make("exponential", lr=1.0, gamma=10.0).table(400)
    with pytest.raises(StepError, match="steps are over"):
        make("onecycle", max_lr=0.1, total_steps=10, after="overshoot")(11)
    with pytest.raises(StepError, match="at most 10000000 steps"):
        make("multiplicative", lr=0.1, factor="1 / (1 + t)")(10**7)


def test_both_branches_are_evaluated_and_only_the_chosen_one_checked() -> None:
    schedule = make("lambda", lr=0.1, factor="1 / t if t > 0 else 1")
    np.testing.assert_allclose(schedule([0, 2]), [0.1, 0.05], rtol=1e-15)


def test_a_part_without_momentum_keeps_its_neighbours() -> None:
    cycle = make("onecycle", max_lr=0.1, total_steps=10)
    flat = make("constant", lr=0.1)
    joined = make("sequence", parts=[flat, cycle, flat], lengths=[5, 10]).momentum
    assert joined is not None
    np.testing.assert_allclose(joined([0, 4, 5, 7, 14, 15, 99]), [0.95, 0.95, 0.95, 0.85, 0.95, 0.95, 0.95])
    assert make("sequence", parts=[flat, flat], lengths=[5]).momentum is None


def test_a_warm_up_holds_the_first_momentum() -> None:
    cycle = make("onecycle", max_lr=0.1, total_steps=10)
    momentum = make("warmup", schedule=cycle, steps=4).momentum
    assert momentum is not None
    np.testing.assert_allclose(momentum([0, 3, 4, 6]), [0.95, 0.95, 0.95, 0.85])


def test_names_are_found_however_they_are_spelled() -> None:
    for name in ("余弦退火", "Cosine", "cosine-annealing", "CosineAnnealingLR", "餘弦退火"):
        entry = find(name)
        assert entry is not None
        assert entry.name == "cosine"
    assert find("nothing") is None


def test_no_two_entries_share_a_name() -> None:
    names = [name.casefold() for e in CATALOGUE.values() for name in (e.name, *e.aliases, *e.chinese)]
    assert len(names) == len(set(names))


def test_every_entry_has_a_chinese_name_and_its_class() -> None:
    for entry in CATALOGUE.values():
        assert entry.chinese
        if entry.class_name:
            model = schedule_class(entry.name)
            assert model.__name__ == entry.class_name
            assert model.model_fields["type"].default == entry.name
