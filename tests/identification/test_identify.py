"""The schedule behind logged rates: known schedules come back, and what cannot be known is said."""

import time
from itertools import cycle

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from identification.benchmark import FAMILIES, LOGGED, MORE, PRECISIONS, is_same, made, written

from lrplot.errors import UsageError
from lrplot.identification import Identified, identify
from lrplot.records.precision import half_units
from lrplot.schedules.base import Schedule

WAYS = [(logged, precision) for logged in LOGGED for precision in PRECISIONS]
# Each family in one way of six; `benchmark.py` tries all of them.
TRIED = [(name, *way) for name, way in zip(FAMILIES | MORE, cycle(WAYS), strict=False)]
FEW_DIGITS = [(name, "first half", "4 digits") for name in FAMILIES]


def found(truth: Schedule, steps: np.ndarray, precision: str = "float64") -> Identified:
    return identify(steps, *written(truth(steps), precision))


@pytest.mark.parametrize(("name", "logged", "precision"), dict.fromkeys([*TRIED, *FEW_DIGITS]))
def test_a_schedule_comes_back_from_a_sparse_log(name: str, logged: str, precision: str) -> None:
    truth, u = (FAMILIES | MORE)[name], LOGGED[logged]
    rates, half = written(truth(u), precision)
    answer = identify(u, rates, half)
    assert answer.fits
    assert answer.worst <= 1
    assert is_same(answer, truth, u, half)


def test_its_own_parameters_are_given_where_the_log_tells_them() -> None:
    answer = found(FAMILIES["cosine with a floor"], LOGGED["every 50th"], "4 digits")
    inner = {"type": "cosine", "eta_min": 1e-5, "T_max": 900, "warmup": {"steps": 100}}
    assert answer.spec == {"lr": 1e-3, "steps": 1000, "schedule": inner}
    assert found(FAMILIES["one cycle"], LOGGED["every 10th"]).spec["schedule"] == {
        "type": "onecycle",
        "max_lr": 0.1,
        "total_steps": 1000,
    }


def test_a_line_does_not_tell_its_end() -> None:
    answer = found(FAMILIES["linear"], LOGGED["first half"])
    assert answer.untold == ("where the line ends: it would be 0 at step 1000",)


def test_a_plateau_does_not_tell_the_decay_after_it() -> None:
    answer = found(FAMILIES["stable, then a decay"], LOGGED["first half"])
    assert answer.spec["schedule"] == {"type": "constant", "warmup": {"steps": 100}}
    assert answer.untold == ("what comes after step 490",)


def test_a_jump_between_two_rows_has_an_interval() -> None:
    u = LOGGED["every 50th"]
    answer = found(made("multistep", lr=0.1, milestones=[310, 820]), u)
    assert answer.spec["schedule"]["milestones"] == [350, 850]
    assert answer.untold[0] == "where exactly the drop is: after 300 and at most 350 (350 is taken)"


def test_a_ramp_that_is_not_over_does_not_tell_its_goal() -> None:
    # ml-explore/mlx-examples issue 985: a ramp from 1e-7 by 1.65e-7 a step, printed as .3e.
    rates = [1.585e-06, 3.235e-06, 4.885e-06, 6.535e-06, 8.185e-06, 9.835e-06]
    answer = identify(np.arange(9, 60, 10), rates, 5.1e-10)
    assert answer.spec["schedule"]["warmup"] == {"steps": 60, "start_lr": 1e-7}
    assert answer.untold[0].startswith("how long the warm-up is and what it leads to")


def test_deepspeeds_log_shaped_warm_up_is_recognised() -> None:
    # QwenLM/Qwen-VL issue 183: lr 1e-5, 260 steps; DeepSpeed divides by log(260), so that 259 steps rise.
    rates = np.array([0, 1.2465147738252339e-06, 1.9756791731079096e-06, 2.4930295476504678e-06])
    answer = identify(np.arange(4), rates, np.maximum(1e-9 * rates, 1e-17))
    assert answer.spec["schedule"]["warmup"] == {"steps": 259, "shape": "log"}
    assert answer.spec["lr"] == 1e-5


def test_the_length_of_the_run_is_taken_where_it_is_known() -> None:
    u = np.arange(0, 100, 10)
    rates, half = written(made("exponential", lr=0.1, gamma=0.99)(u), "float64")
    assert identify(u, rates, half).spec["steps"] == 91
    assert identify(u, rates, half, total=300).spec["steps"] == 300


@pytest.mark.parametrize(
    ("steps", "rates", "said"),
    [
        ([], [], "at least one"),
        ([1], [0.1, 0.2], "as many steps as rates"),
        ([0, 1], [0.1, np.nan], "row 2"),
        ([0, 1], [np.inf, 0.1], "row 1"),
        ([0, 1], [0.1, -0.1], "row 2"),
        ([-1, 1], [0.1, 0.1], "row 1"),
        ([0, np.nan], [0.1, 0.1], "row 2"),
        ([10, 10], [0.1, 0.2], "more than one run"),
    ],
)
def test_rows_that_are_none_are_refused(steps: list[float], rates: list[float], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        identify(steps, rates, 1e-9)


def test_steps_that_fall_and_rows_that_stand_twice_are_one_log() -> None:
    u = np.array([20, 10, 10, 0, 30, 40])
    answer = identify(u, 0.1 - 0.001 * u, 1e-9)
    assert answer.rows == 5
    assert answer.spec == {"lr": 0.1, "steps": 100, "schedule": {"type": "linear", "T_max": 100}}


@pytest.mark.parametrize("rates", [[0.1], [0.1, 0.1], [0.0] * 9])
def test_one_rate_is_a_constant_and_no_more(rates: list[float]) -> None:
    answer = identify(range(len(rates)), rates, 1e-9)
    assert answer.spec == {"lr": rates[0], "steps": len(rates), "schedule": {"type": "constant"}}
    assert answer.untold == (f"what comes after step {len(rates) - 1}",)


@pytest.mark.parametrize("rates", [[0.1, 0.05], [0.05, 0.1]])
def test_two_rates_are_no_curve(rates: list[float]) -> None:
    assert not identify([0, 1], rates, 1e-9).fits


def test_noise_is_nothing_and_the_nearest_are_told() -> None:
    u = np.arange(0, 500, 10)
    truth = made("cosine", lr=0.1, T_max=1000)(u)
    noisy = truth * (1 + 1e-4 * np.random.default_rng(0).standard_normal(len(u)))
    answer = identify(u, noisy, 1e-9)
    assert not answer.fits
    assert answer.spec == {}
    assert len(answer.nearest) == 2
    assert all(near.worst > 1 for near in answer.nearest)


@pytest.mark.parametrize(
    "truth",
    [
        made("cosine", lr=1e-3, T_max=900_000, warmup=100_000),
        made("step", lr=0.1, step_size=30_000, gamma=0.5),
        made("cosine_restarts", lr=0.1, T_0=1000),
    ],
)
def test_a_million_rows_take_a_second_or_two(truth: Schedule) -> None:
    u = np.arange(1_000_000)
    rates, half = written(truth(u), "float64")
    began = time.process_time()
    answer = identify(u, rates, half)
    assert time.process_time() - began < 4
    assert np.allclose(answer.run.schedule(u), rates, rtol=1e-9, atol=1e-15)  # type: ignore[union-attr]


_RATES = st.floats(0, 1e3, allow_nan=False) | st.sampled_from([0.0, 0.1, 0.05, 1e-3, 1e-300, 1e300])
_ROWS = st.lists(st.tuples(st.integers(0, 10**15), _RATES), min_size=1, max_size=12)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_ROWS, st.sampled_from([0.0, 1e-9, 1e-4, 0.3]))
def test_whatever_the_rows_an_answer_fits_all_of_them(rows: list[tuple[int, float]], half: float) -> None:
    steps, rates = (np.array(each, dtype=np.float64) for each in zip(*rows, strict=True))
    try:
        answer = identify(steps, rates, half)
    except UsageError:
        return
    if answer.run is not None:
        allowed = np.maximum(half, rates.max() * 1e-12) + 1e-300
        assert (np.abs(answer.run.schedule(steps) - rates) <= allowed * 1.0000001).all()


def test_a_floor_that_rows_have_reached_is_told() -> None:
    u = np.arange(0, 300, 7)
    rates = made("cosine", lr=0.01, T_max=250)(np.minimum(u, 250))
    texts = [f"{rate:.3e}" for rate in rates]
    half, _ = half_units(texts, np.array([float(text) for text in texts]))
    answer = identify(u, np.array([float(text) for text in texts]), half)
    assert answer.fits
    assert not any("floor" in sentence for sentence in answer.untold)


@pytest.mark.parametrize("first", [0, 1, 36])
def test_a_level_start_is_no_half_cosine(first: int) -> None:
    """Half a cosine of any length goes through level rows: its lengths took the place of a constant warm-up."""
    u = np.arange(first, 1000, 37)
    rates = np.where(u < 360, 1e-3, np.where(u < 760, 3e-3, 3e-4))
    answer = identify(u, rates, 5e-8)
    assert answer.family == "multistep"
    assert answer.spec["schedule"]["warmup"] == {"steps": 350, "start_lr": 0.001, "shape": "constant"}
