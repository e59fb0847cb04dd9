"""MMEngine's calls and lists of dicts against the installed MMEngine. Run with: pytest -m live"""

from typing import Any

import pytest
from frameworks.other_cases import CASES, LR, agree, draw, step_case, step_mmengine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrplot.errors import LrplotError

pytestmark = pytest.mark.live

drawn = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
length = st.integers(1, 60)
horizon = st.integers(1, 160)
share = st.floats(0.05, 1.0).map(lambda value: round(value, 3))
rate = st.sampled_from([0, 1e-4, 0.01, 0.3, 0.5])


def one(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    own: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "ConstantLR": ({}, {"factor": share}),
        "LinearLR": ({}, {"start_factor": share, "end_factor": share | st.just(0)}),
        "StepLR": ({"step_size": length}, {"gamma": share}),
        "MultiStepLR": ({"milestones": st.lists(st.integers(0, 60), max_size=4)}, {"gamma": share}),
        "ExponentialLR": ({"gamma": share}, {}),
        "CosineAnnealingLR": ({}, {"T_max": length, "eta_min": rate}),
        "PolyLR": ({}, {"eta_min": rate, "power": st.sampled_from([0, 0.9, 1, 2])}),
        "CosineRestartLR": (
            {"periods": st.just([10, 20]), "restart_weights": st.just([1, 0.5]), "eta_min_ratio": share},
            {},
        ),
    }
    needed, optional = own[kind]
    return st.fixed_dictionaries(needed, optional=optional)


KINDS = (
    "ConstantLR",
    "LinearLR",
    "StepLR",
    "MultiStepLR",
    "ExponentialLR",
    "CosineAnnealingLR",
    "PolyLR",
    "CosineRestartLR",
)


@st.composite
def schedulers(draw_one: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> dict[str, Any]:
    kind = draw_one(st.sampled_from(kinds))
    begin = draw_one(st.sampled_from([0, 0, 3, 20]))
    found = {"type": kind, "begin": begin, **draw_one(one(kind))}
    if draw_one(st.booleans()):
        found["end"] = begin + draw_one(length)
    return found


def same(config: list[dict[str, Any]], steps: int, steps_per_epoch: int | None = None) -> None:
    call = repr(config)
    try:
        expected = step_mmengine(call, steps, LR, steps_per_epoch)
    except ValueError as error:
        # The Runner's default end, before the scheduler's begin.
        with pytest.raises(LrplotError, match=str(error).partition(",")[0]):
            draw(call, steps, LR, steps_per_epoch)
        return
    # A recursion to 0 may end a rounding error below.
    if min(expected) < -1e-12:
        with pytest.raises(LrplotError, match="would be -"):
            draw(call, steps, LR, steps_per_epoch)
        return
    agree(call, steps, expected, LR, steps_per_epoch)


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("mmengine")])
def test_a_case_is_what_mmengine_does_today(name: str) -> None:
    call, steps, lr = CASES[name]
    agree(call, steps, step_case(name), lr)


@drawn
@given(schedulers(), st.booleans(), st.sampled_from([None, 1, 4]), horizon)
def test_one_dict(config: dict[str, Any], by_epoch: bool, each: int | None, steps: int) -> None:
    same([config | {"by_epoch": by_epoch}], steps, each)


@drawn
@given(schedulers(), st.booleans(), st.sampled_from([None, 1, 4]), horizon)
def test_one_call(config: dict[str, Any], by_epoch: bool, each: int | None, steps: int) -> None:
    arguments = {"by_epoch": by_epoch} | {key: value for key, value in config.items() if key != "type"}
    given = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
    call = f"{config['type']}(optimizer, {given})"
    agree(f"mmengine.optim.{call}", steps, step_mmengine(call, steps, LR, each), LR, each)


@drawn
@given(schedulers(), st.sampled_from([1, 4]), horizon)
def test_converted_to_steps(config: dict[str, Any], each: int, steps: int) -> None:
    same([config | {"convert_to_iter_based": True}], steps, each)


@drawn
@given(st.lists(schedulers(), min_size=2, max_size=4), horizon)
def test_a_list_in_steps(config: list[dict[str, Any]], steps: int) -> None:
    same([each | {"by_epoch": False} for each in config], steps)


@drawn
@given(st.lists(st.tuples(schedulers(), st.booleans()), min_size=2, max_size=3), horizon)
def test_a_list_in_steps_and_epochs(config: list[tuple[dict[str, Any], bool]], steps: int) -> None:
    same([each | {"by_epoch": by_epoch} for each, by_epoch in config], steps, 5)


@drawn
@given(st.integers(2, 40), share, schedulers(), st.integers(0, 10), horizon)
def test_a_warm_up_and_what_follows(
    steps_of_it: int, start: float, main: dict[str, Any], late: int, steps: int
) -> None:
    warm = {"type": "LinearLR", "start_factor": start, "by_epoch": False, "end": steps_of_it}
    begin = steps_of_it + late
    main = {key: value for key, value in main.items() if key != "end"} | {"by_epoch": False, "begin": begin}
    same([warm, main], steps)


@drawn
@given(
    st.integers(1, 100),
    st.floats(0.05, 0.95).map(lambda value: round(value, 3)),
    st.sampled_from(["cos", "linear"]),
    st.booleans(),
    st.sampled_from([0, 5]),
)
def test_onecycle(total: int, start: float, strategy: str, three: bool, begin: int) -> None:
    parameters = (
        f"eta_max=0.2, total_steps={total}, pct_start={start}, anneal_strategy='{strategy}', "
        f"three_phase={three}, begin={begin}, by_epoch=False"
    )
    call = f"OneCycleLR(optimizer, {parameters})"
    steps = begin + total + 1
    try:
        expected = step_mmengine(call, steps, LR)
    except ZeroDivisionError:
        with pytest.raises(LrplotError, match="phase of no length"):
            draw(f"mmengine.optim.{call}", steps, LR)
        return
    if min(expected) < 0:
        # Linear, one step beyond: no rate at all.
        return
    agree(f"mmengine.optim.{call}", steps, expected)


def test_schedulers_after_a_onecycle_see_its_initial_rate() -> None:
    cycle = {"type": "OneCycleLR", "eta_max": 0.2, "total_steps": 30, "end": 30, "by_epoch": False}
    falls = {"type": "CosineAnnealingLR", "T_max": 10, "begin": 40, "by_epoch": False}
    same([cycle, falls], 100)
    same([falls, cycle], 100)


def test_a_long_overlap_that_only_steps_can_tell_is_refused() -> None:
    warm = {"type": "LinearLR", "by_epoch": False, "end": 50_000}
    falls = {"type": "CosineAnnealingLR", "eta_min": 0.01, "by_epoch": False}
    with pytest.raises(LrplotError, match="move the same rate from step 0"):
        draw(repr([warm, falls]), 60_000, LR)


def test_a_long_overlap_of_factors_is_none_to_refuse() -> None:
    warm = {"type": "LinearLR", "by_epoch": False, "end": 20_000}
    falls = {"type": "CosineAnnealingLR", "by_epoch": False}
    same([warm, falls], 30_000)


@pytest.mark.parametrize(
    "call",
    [
        "LinearLR(optimizer, start_factor=1.5, end=4)",
        "LinearLR(optimizer, start_factor=0, end=4)",
        "LinearLR(optimizer, end_factor=-0.5, end=4)",
        "ConstantLR(optimizer, factor=2)",
        "ConstantLR(optimizer, factor=0, end=4)",
        "CosineAnnealingLR(optimizer, eta_min=0.1, eta_min_ratio=0.1)",
        "CosineRestartLR(optimizer, periods=[5])",
        "CosineRestartLR(optimizer, periods=[5, 5], restart_weights=[1], eta_min=0)",
        "PolyLR(optimizer, power=-1, end=4)",
        "StepLR(optimizer, step_size=0)",
        "StepLR(optimizer, step_size=3, begin=5, end=5)",
        "OneCycleLR(optimizer, eta_max=0.1, total_steps=10, pct_start=1)",
        "OneCycleLR(optimizer, eta_max=0.1, total_steps=0)",
        "OneCycleLR(optimizer, eta_max=0.1, total_steps=10, anneal_strategy='exp')",
        "MultiStepLR(optimizer)",
        "ExponentialLR(optimizer, gama=0.9)",
    ],
)
def test_what_mmengine_refuses_is_refused(call: str) -> None:
    with pytest.raises((AssertionError, TypeError, ValueError, ZeroDivisionError)):
        step_mmengine(call, 9, LR)
    with pytest.raises(LrplotError):
        draw(f"mmengine.optim.{call}", 9, LR)


def test_a_metric_is_refused() -> None:
    with pytest.raises(LrplotError, match="reacts to a metric"):
        draw("mmengine.optim.ReduceOnPlateauLR(optimizer)", 9, LR)
