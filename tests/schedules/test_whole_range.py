"""A whole range at once is the same curve as its steps one by one."""

import math

import mpmath
import numpy as np
import pytest
from examples import EXAMPLES, make

from lrplot.errors import StepError
from lrplot.schedules.base import Schedule

LONG = 150_001

_COSINE = make("cosine", lr=0.3, T_max=90_000.5)
_ONECYCLE = make("onecycle", max_lr=0.3, total_steps=140_000)
_EXPONENTIAL = make("exponential", lr=0.3, gamma=0.9999)

# Pieces long enough to be laid out in rows, and what joins, stretches or repeats them.
MADE_LONG: dict[str, Schedule] = {
    "cosine": _COSINE,
    "cosine, above zero": make("cosine", lr=0.3, eta_min=0.01, T_max=149_999.0),
    "cosine, upward": make("cosine", lr=0.0, eta_min=0.3, T_max=149_999.0),
    "cosine, exponent": make("cosine", lr=0.3, T_max=120_000.0, exponent=1.5),
    "cosine, rise": make("cosine", lr=0.3, T_max=3_333.0, after="rise"),
    "cosine, rise in two": make("cosine", lr=0.3, T_max=2.0, after="rise"),
    "cosine, long rise": make("cosine", lr=0.3, T_max=40_001.0, after="rise"),
    "cosine, long rise with an exponent": make("cosine", lr=0.3, T_max=40_001.0, after="rise", exponent=2.0),
    "linear": make("linear", lr=0.3, T_max=90_000.5),
    "linear, rising": make("linear", lr=0.0, end_lr=0.3, T_max=149_999.0),
    "polynomial": make("polynomial", lr=0.3, T_max=90_000.5, power=2.5),
    "polynomial, cycles": make("polynomial", lr=0.3, T_max=1000.0, power=0.5, end_lr=0.01, cycle=True),
    "polynomial, cycles of halves": make("polynomial", lr=0.3, T_max=1000.5, power=2, cycle=True),
    "tanh": make("tanh", lr=0.3, T_max=120_000.0, eta_min=0.01),
    "rex": make("rex", lr=0.3, T_max=120_000.0),
    "inverse_sqrt": make("inverse_sqrt", lr=0.3, timescale=0.1),
    "inverse_time": make("inverse_time", lr=0.3, rate=0.7, period=9.0),
    "exponential": _EXPONENTIAL,
    "exponential, floor": make("exponential", lr=0.3, gamma=0.9999, min_lr=0.001),
    "exponential, growing": make("exponential", lr=1e-6, gamma=1.0001),
    "exponential, to zero": make("exponential", lr=0.3, gamma=0.0),
    "exponential, staircase": make("exponential", lr=0.3, gamma=0.8, period=6000.5, staircase=True),
    "inverse_time, staircase": make("inverse_time", lr=0.3, rate=0.7, period=9.0, staircase=True),
    "step": make("step", lr=0.3, step_size=30_000.0),
    "step, very often": make("step", lr=0.3, step_size=7.0, gamma=0.9999),
    "step, often": make("step", lr=0.3, step_size=3.3, gamma=0.9999),
    # its knots are too many, and too uneven, to be known
    "step, often and unevenly": make("step", lr=0.3, step_size=1.01234, gamma=0.99999),
    "multistep": make("multistep", lr=0.3, milestones=[60_000, 20_000, 20_000, 91_000.5]),
    "piecewise": make("piecewise", points=[(5, 0.3), (70_000, 0.1)], between="cosine"),
    "piecewise, many lines": make(
        "piecewise",
        points=[(7 + 100.5 * i, 0.3 * (i * 7 % 5)) for i in range(1200)],
        between="linear",
    ),
    "piecewise, exponential": make("piecewise", points=[(0, 0.3), (90_000, 1e-3)], between="exponential"),
    "restarts, long": make("cosine_restarts", lr=0.3, T_0=40_000.0, decay=0.5),
    "restarts, shrinking": make("cosine_restarts", lr=0.3, T_0=7.0, decay=0.9999, eta_min=0.01),
    "restarts, shrinking swing": make(
        "cosine_restarts", lr=0.3, T_0=10.5, decay=0.999, eta_min=0.01, shrinks="swing"
    ),
    "restarts, shrinking below their floor": make(
        "cosine_restarts", lr=0.3, T_0=500.0, decay=0.9, eta_min=0.01, cycles=200
    ),
    "restarts, short": make("cosine_restarts", lr=0.3, T_0=1_000.0, eta_min=0.01),
    "restarts, in halves": make("cosine_restarts", lr=0.3, T_0=5.5, eta_min=0.01),
    "restarts, doubling": make("cosine_restarts", lr=0.3, T_0=1_000.0, T_mult=2.0, eta_min=0.01),
    "restarts, growing slowly": make("cosine_restarts", lr=0.3, T_0=700.3, T_mult=1.002, eta_min=0.01),
    "restarts, many": make("cosine_restarts", lr=0.3, T_0=300.0, T_mult=1.001, cycles=200),
    "restarts, shrinking as they grow": make("cosine_restarts", lr=0.3, T_0=290.5, T_mult=1.01, decay=0.99),
    "multiplicative, constant": make("multiplicative", lr=0.3, factor="0.9999"),
    "multiplicative, drops": make("multiplicative", lr=0.3, factor="0.99 if t % 1000 == 7 else 1"),
    "multiplicative, stretches": make(
        "multiplicative", lr=0.3, factor="1.0001 if t < 9000 else 0.9999 if t < 100000 else 1"
    ),
    "restarts, counted": make("cosine_restarts", lr=0.3, T_0=12_000.0, eta_min=0.03, cycles=3),
    "cyclic": make("cyclic", base_lr=0.02, max_lr=0.3, step_size_up=200.0, step_size_down=101.0),
    "cyclic, long": make("cyclic", base_lr=0.02, max_lr=0.3, step_size_up=40_000.0, step_size_down=9_000.0),
    "cyclic, halving": make("cyclic", base_lr=0.0, max_lr=0.3, step_size_up=9_000.0, mode="triangular2"),
    "cyclic, halving often": make("cyclic", base_lr=0.1, max_lr=0.3, step_size_up=9.5, mode="triangular2"),
    "cyclic, shrinking often": make(
        "cyclic", base_lr=0.1, max_lr=0.3, step_size_up=2000.0, mode="exp_range", gamma=0.9999
    ),
    "cyclic, shrinking": make(
        "cyclic", base_lr=0.0, max_lr=0.3, step_size_up=9_000.0, mode="exp_range", gamma=0.9999
    ),
    "onecycle": _ONECYCLE,
    "onecycle, three phases": make("onecycle", max_lr=0.3, total_steps=LONG, three_phase=True),
    "onecycle, late second peak": make(
        "onecycle", max_lr=0.3, total_steps=LONG, three_phase=True, pct_start=0.7
    ),
    "onecycle, overshoot": make("onecycle", max_lr=0.3, total_steps=LONG - 1, after="overshoot"),
    "wsd": make("wsd", lr=0.3, total_steps=140_000.0, decay_steps=31_000.5, decay="cosine"),
    "plateau": make("plateau", lr=0.3, formula="1 + t / 9", patience=3000),
    "multiplicative": make("multiplicative", lr=0.3, factor="0.9 if t % 30000 == 0 else 1.0"),
    "sequence": make("sequence", parts=[_COSINE, _ONECYCLE], lengths=[60_001]),
    "product": make("product", lr=0.3, factors=[_COSINE, _EXPONENTIAL]),
    "warmup": make("warmup", schedule=_COSINE, steps=20_001),
    "warmup, underneath": make(
        "warmup", schedule=_COSINE, steps=20_001, prefix=False, shape="exponential", start_factor=0.1
    ),
    "epochwise": make("epochwise", schedule=_COSINE, steps_per_epoch=7),
    "excerpt": make("excerpt", schedule=_COSINE, start=20_001, end=70_001),
}


# Where the plain formula itself rounds what it raises, or subtracts, by more.
ROUNDED = {
    "exponential, growing": 1e-13,  # a power of the rounded t / 30
    "exponential, rate": 1e-13,  # a power of the rounded t / 20
    "restarts, fractional": 1e-13,  # a remainder of rounded thirds
}


def assert_the_same(found: np.ndarray, schedule: Schedule, first: int = 0, rtol: float = 1e-14) -> None:
    expected = schedule(np.arange(first, first + len(found)))
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=1e-300)


@pytest.mark.parametrize("name", EXAMPLES)
def test_any_stretch_is_the_plain_evaluation(name: str) -> None:
    schedule = EXAMPLES[name]
    for first in (0, 1, 56, 90):
        for count in (0, 1, 2, 13, 4097):
            out = np.full(count, math.nan)
            schedule.fill(out, first)
            assert_the_same(out, schedule, first, ROUNDED.get(name, 1e-14))


@pytest.mark.parametrize("schedule", MADE_LONG.values(), ids=MADE_LONG.keys())
def test_a_long_table_is_the_plain_evaluation(schedule: Schedule) -> None:
    assert_the_same(schedule.table(LONG), schedule)
    momentum = schedule.momentum
    if momentum is not None:
        assert_the_same(momentum.table(LONG), momentum)


@pytest.mark.parametrize("schedule", MADE_LONG.values(), ids=MADE_LONG.keys())
def test_a_long_stretch_from_the_middle_is_the_plain_evaluation(schedule: Schedule) -> None:
    out = np.full(70_003, math.nan)
    schedule.fill(out, 20_011)
    assert_the_same(out, schedule, 20_011)


@pytest.mark.parametrize("kind", ["sin", "power"])
def test_no_digit_is_lost_over_ten_million_steps(kind: str) -> None:
    """Against 60-digit arithmetic: the last steps of an anneal, and of a decay by thirteen powers of ten."""
    steps = 10_000_000
    chosen = [0, 1, 1023, 1024, 4_999_999, 9_999_000, 9_999_998, 9_999_999]
    with mpmath.workdps(60):
        if kind == "sin":
            table = make("cosine", lr=0.1, T_max=1e7).table(steps)
            exact = [mpmath.mpf(0.1) * mpmath.sin(mpmath.pi * (steps - t) / (2 * steps)) ** 2 for t in chosen]
        else:
            table = make("exponential", lr=0.1, gamma=0.999997).table(steps)
            exact = [mpmath.mpf(0.1) * mpmath.mpf(0.999997) ** t for t in chosen]
        np.testing.assert_allclose(table[chosen], [float(value) for value in exact], rtol=4e-15)


@pytest.mark.parametrize("steps", [0, 1, 65_536, 65_537])
def test_a_table_has_as_many_rates_as_steps(steps: int) -> None:
    assert make("constant", lr=0.1).table(steps).tolist() == [0.1] * steps


@pytest.mark.parametrize("wrap", [False, True])
def test_a_rate_beyond_float64_is_told_with_its_step(wrap: bool) -> None:
    schedule = make("exponential", lr=1.0, gamma=1.01)
    if wrap:
        schedule = make("sequence", parts=[make("constant", lr=0.1), schedule], lengths=[70_000])
    # 1.01^t passes 1e300 at t = 300 ln 10 / ln 1.01 = 69422.6
    with pytest.raises(StepError, match=f"no finite rate at step {69_423 + 70_000 * wrap}"):
        schedule.table(200_000)


def test_a_table_past_the_last_metric_is_refused_as_a_step_is() -> None:
    plateau = make("plateau", lr=0.1, metrics=[1.0] * 70_000)
    with pytest.raises(StepError, match="the last step with a rate is 70000, asked for step 70001"):
        plateau.table(70_002)


def test_a_wrong_expression_names_the_first_wrong_step_of_the_whole_range() -> None:
    with pytest.raises(StepError, match="the rate at step 70001 would be -1"):
        make("lambda", lr=1.0, factor="70000 - t").table(150_000)
