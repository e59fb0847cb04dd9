"""fvcore's calls, read as text, against the installed fvcore. Run with: pytest -m live"""

import pytest
from frameworks.other_cases import CASES, LR, agree, draw, step_case, step_fvcore
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrplot.clock import Clock
from lrplot.errors import LrplotError
from lrplot.frameworks.texts import read
from lrplot.schedules.base import Context

pytestmark = pytest.mark.live

drawn = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
horizon = st.one_of(st.integers(1, 300), st.sampled_from([1000, 4999, 90_000]))
rate = st.floats(0, 1).map(lambda value: round(value, 4))
positive = st.floats(0.01, 1.5).map(lambda value: round(value, 4))
portion = st.one_of(
    st.floats(0, 1).map(lambda value: round(value, 3)), st.sampled_from(["1 / 3", "10 / 90", "0.5"])
)
scaling = st.sampled_from(["rescaled", "fixed"])


@st.composite
def plain(one: st.DrawFn) -> str:  # noqa: PLR0911 (one a scheduler)
    kind = one(
        st.sampled_from(["Constant", "Cosine", "Exponential", "Linear", "Poly", "Multi", "Step", "Gamma"])
    )
    if kind == "Constant":
        return f"ConstantParamScheduler({one(rate)})"
    if kind in {"Cosine", "Linear"}:
        return f"{kind}ParamScheduler({one(rate)}, {one(rate)})"
    if kind == "Exponential":
        return f"ExponentialParamScheduler({one(rate)}, {one(positive)})"
    if kind == "Poly":
        return f"PolynomialDecayParamScheduler({one(rate)}, {one(st.sampled_from([0, 0.5, 0.9, 1, 2]))})"
    values = one(st.lists(rate, min_size=1, max_size=5))
    if kind == "Step":
        return f"StepParamScheduler({one(st.integers(1, 99))}, {values})"
    if kind == "Gamma":
        return f"StepWithFixedGammaParamScheduler({one(positive)}, {len(values)}, {one(positive)}, 100)"
    limits = sorted(one(st.sets(st.integers(1, 300), min_size=len(values), max_size=len(values))))
    total = limits[-1]
    even = f"MultiStepParamScheduler({values}, num_updates={len(values) * 30})"
    return one(
        st.sampled_from(
            [
                even,
                f"MultiStepParamScheduler({values}, milestones={limits})",
                f"MultiStepParamScheduler({values}, {total}, {limits[:-1]})",
            ]
        )
    )


@st.composite
def nested(one: st.DrawFn) -> str:
    parts = one(st.lists(plain(), min_size=1, max_size=4))
    cuts = sorted(one(st.floats(0, 1).map(lambda value: round(value, 2))) for _ in parts[1:])
    lengths = [round(b - a, 2) for a, b in zip([0, *cuts], [*cuts, 1], strict=True)]
    scalings = [one(scaling) for _ in parts]
    return f"CompositeParamScheduler([{', '.join(parts)}], {lengths}, {scalings})"


def warm(one: st.DrawFn, inner: str) -> str:
    method = one(st.sampled_from(["linear", "constant"]))
    return f"WarmupParamScheduler({inner}, {one(rate)}, {one(portion)}, '{method}', {one(st.booleans())})"


@st.composite
def warmed(one: st.DrawFn) -> str:
    return warm(one, one(plain() | nested()))


def same(call: str, steps: int) -> None:
    try:
        expected = step_fvcore(call, steps, LR)
    except (IndexError, RuntimeError, ValueError, ZeroDivisionError):
        with pytest.raises(LrplotError):
            draw(call, steps, LR)
        return
    agree(call, steps, expected)


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith(("fvcore", "detectron2"))])
def test_a_case_is_what_fvcore_does_today(name: str) -> None:
    call, steps, lr = CASES[name]
    agree(call, steps, step_case(name), lr)


@drawn
@given(plain(), horizon)
def test_one(call: str, steps: int) -> None:
    same(call, steps)


@drawn
@given(nested(), horizon)
def test_composite(call: str, steps: int) -> None:
    same(call, steps)


@drawn
@given(warmed(), horizon)
def test_warm_up(call: str, steps: int) -> None:
    same(call, steps)


@drawn
@given(warmed() | plain(), st.integers(1, 300), st.integers(0, 100))
def test_multiplier(inner: str, steps: int, more: int) -> None:
    call = f"LRMultiplier(optimizer, {inner}, max_iter={steps + more})"
    same(call, steps)


def test_what_the_epsilon_shifts_in_a_long_run() -> None:
    for steps in (1_000_003, 3_000_000):
        same("MultiStepParamScheduler([1, 0.1, 0.01], milestones=[30, 60, 90])", steps)
        inner = "CosineParamScheduler(1, 0)"
        same(f"WarmupParamScheduler({inner}, 0.001, 1000 / {steps})", steps)


def test_a_multiplier_needs_no_length() -> None:
    call = "LRMultiplier(optimizer, WarmupParamScheduler(CosineParamScheduler(1, 0), 0.1, 0.1), max_iter=90)"
    (reading,) = read(call, "call", Context(LR, None, Clock(None)))
    assert reading.schedule.table(90).tolist() == draw(call, 90, LR).tolist()


def test_a_scheduler_alone_asks_for_the_length() -> None:
    with pytest.raises(LrplotError, match="--steps"):
        read("CosineParamScheduler(1, 0)", "call", Context(LR, None, Clock(None)))


@pytest.mark.parametrize(
    "call",
    [
        "MultiStepParamScheduler([1, 0.1])",
        "MultiStepParamScheduler([1, 0.1], milestones=[3])",
        "MultiStepParamScheduler([1, 0.1, 0.01], num_updates=2)",
        "MultiStepParamScheduler([1, 0.1, 0.01], 100, [30, 30])",
        "MultiStepParamScheduler([1, 0.1, 0.01], 100, [30, 100])",
        "StepParamScheduler(0, [1])",
        "StepParamScheduler(10, [])",
        "StepWithFixedGammaParamScheduler(0.1, 0, 0.1, 100)",
        "StepWithFixedGammaParamScheduler(0.1, 3, -0.1, 100)",
        "CompositeParamScheduler([], [], [])",
        "CompositeParamScheduler([ConstantParamScheduler(1)], [0.5], ['fixed'])",
        "CompositeParamScheduler([ConstantParamScheduler(1)], [1.0], ['scaled'])",
        "WarmupParamScheduler(ConstantParamScheduler(1), 0.1, 0.1, 'exponential')",
        "WarmupParamScheduler(ConstantParamScheduler(1), 0.1, 1.0)",
        "CosineParamScheduler(1)",
    ],
)
def test_what_fvcore_refuses_is_refused(call: str) -> None:
    with pytest.raises((KeyError, RuntimeError, TypeError, ValueError)):
        step_fvcore(call, 20, LR)
    with pytest.raises(LrplotError):
        draw(call, 20, LR)


def test_more_than_max_iter_is_refused() -> None:
    with pytest.raises(LrplotError, match="draw at most 30 steps"):
        draw("LRMultiplier(optimizer, CosineParamScheduler(1, 0), max_iter=30)", 31, LR)
