"""ignite's calls, read as text, against the installed ignite. Run with: pytest -m live"""

import pytest
from frameworks.other_cases import CASES, LR, agree, draw, step_case, step_ignite
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrplot.errors import LrplotError

pytestmark = pytest.mark.live

drawn = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
horizon = st.integers(1, 200)
rate = st.floats(0, 1).map(lambda value: round(value, 3))
growth = st.sampled_from([1, 1.0, 0.5, 0.9, 1.1])
size = st.sampled_from([1, 1.0, 1.2, 1.5, 2, 3])


@st.composite
def cyclical(one: st.DrawFn) -> str:
    kind = one(st.sampled_from(["triangle", "saw", "cosine"]))
    name = "CosineAnnealingScheduler" if kind == "cosine" else "LinearCyclicalScheduler"
    warm = 0 if kind == "triangle" else one(st.integers(0, 12))
    numbers = [one(rate), one(rate), one(st.integers(2, 40)), one(size), one(growth), one(growth), warm]
    more = ", monotonic=True" if kind == "saw" else ""
    return f"{name}(optimizer, 'lr', {', '.join(map(str, numbers))}{more})"


@st.composite
def piecewise(one: st.DrawFn) -> str:
    steps = sorted(one(st.lists(st.integers(0, 80), min_size=1, max_size=6)))
    return f"PiecewiseLinear(optimizer, 'lr', {[(step, one(rate)) for step in steps]})"


own = cyclical() | piecewise()


@st.composite
def torch(one: st.DrawFn) -> str:
    whole, share = one(st.integers(1, 30)), one(st.floats(0.1, 0.99).map(lambda value: round(value, 3)))
    return one(
        st.sampled_from(
            [
                f"StepLR(optimizer, {whole}, {share})",
                f"MultiStepLR(optimizer, [{whole}, {whole + 3}], {share})",
                f"MultiStepLR(optimizer, [0, {whole}], {share})",
                f"ConstantLR(optimizer, {share}, {whole})",
                f"LinearLR(optimizer, {share}, 0.9, {whole})",
                f"ExponentialLR(optimizer, {share})",
                f"PolynomialLR(optimizer, {whole}, 1.5)",
                f"CosineAnnealingLR(optimizer, {whole}, {share / 5:.3f})",
                f"CosineAnnealingWarmRestarts(optimizer, {whole}, 2, 0.01)",
                f"CyclicLR(optimizer, 0.1, 0.3, {whole})",
                f"OneCycleLR(optimizer, 0.3, total_steps=300, pct_start={share})",
                f"LambdaLR(optimizer, lambda t: {share} ** t)",
                f"MultiplicativeLR(optimizer, lambda t: {share} if t % {whole} else 1.1)",
            ]
        )
    )


def same(call: str, steps: int) -> None:
    agree(call, steps, step_ignite(call, steps, LR))


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("ignite")])
def test_a_case_is_what_ignite_does_today(name: str) -> None:
    call, steps, lr = CASES[name]
    agree(call, steps, step_case(name), lr)


@drawn
@given(own, horizon)
def test_one(call: str, steps: int) -> None:
    same(call, steps)


@drawn
@given(st.lists(own, min_size=2, max_size=4), st.data(), horizon)
def test_concat(schedulers: list[str], data: st.DataObject, steps: int) -> None:
    durations = [data.draw(st.integers(0, 40)) for _ in schedulers[1:]]
    same(f"ConcatScheduler([{', '.join(schedulers)}], {durations})", steps)


@drawn
@given(torch(), horizon)
def test_pytorchs_own(call: str, steps: int) -> None:
    same(f"LRScheduler({call})", steps)


@drawn
@given(torch(), own, st.integers(1, 30), horizon)
def test_pytorchs_own_before_ignites(first: str, then: str, duration: int, steps: int) -> None:
    same(f"ConcatScheduler([LRScheduler({first}), {then}], [{duration}])", steps)


@drawn
@given(own | torch(), rate, st.integers(2, 30), st.none() | rate, horizon)
def test_warm_up(call: str, start: float, duration: int, end: float | None, steps: int) -> None:
    same(f"create_lr_scheduler_with_warmup({call}, {start}, {duration}, {end})", steps)


@drawn
@given(rate, rate, st.integers(2, 30), st.integers(2, 9), horizon)
def test_warm_up_to_the_first_value(first: float, last: float, cycle: int, duration: int, steps: int) -> None:
    inner = f"LinearCyclicalScheduler(optimizer, 'lr', {first}, {last}, {cycle})"
    same(f"create_lr_scheduler_with_warmup({inner}, 0.0, {duration}, {first})", steps)


def test_ever_shorter_cycles_are_drawn_until_ignite_stops() -> None:
    call = "CosineAnnealingScheduler(optimizer, 'lr', 0.3, 0.01, 9, 0.7)"
    same(call, 22)
    with pytest.raises(ZeroDivisionError):
        step_ignite(call, 23, LR)
    with pytest.raises(LrplotError, match="divides by zero at step 22"):
        draw(call, 23, LR)


@pytest.mark.parametrize(
    "call",
    [
        "LinearCyclicalScheduler(optimizer, 'lr', 0.1, 0.2, 1)",
        "LinearCyclicalScheduler(optimizer, 'lr', 0.1, 0.2, 9, warmup_duration=3)",
        "PiecewiseLinear(optimizer, 'lr', [])",
        "PiecewiseLinear(optimizer, 'lr', [[0, 0.1]])",
        "PiecewiseLinear(optimizer, 'lr', [(0.5, 0.1)])",
        "PiecewiseLinear(optimizer, 'lr', [(5, 0.1), (4, 0.2)])",
        "ConcatScheduler([PiecewiseLinear(optimizer, 'lr', [(0, 0.1)])], [])",
        "ConcatScheduler([PiecewiseLinear(optimizer, 'lr', [(0, 0.1)])] * 2, [3, 4])",
        "ConcatScheduler([PiecewiseLinear(optimizer, 'lr', [(0, 0.1)]), StepLR(optimizer, 3)], [3])",
        "create_lr_scheduler_with_warmup(StepLR(optimizer, 3), 0.0, 1)",
        "LRScheduler(PiecewiseLinear(optimizer, 'lr', [(0, 0.1)]))",
        "LRScheduler(SequentialLR(optimizer, [StepLR(optimizer, 3), StepLR(optimizer, 3)], [4]))",
    ],
)
def test_what_ignite_refuses_is_refused(call: str) -> None:
    with pytest.raises((NotImplementedError, TypeError, ValueError)):
        step_ignite(call, 9, LR)
    with pytest.raises(LrplotError):
        draw(call, 9, LR)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("CosineAnnealingScheduler(optimizer, 'momentum', 0.9, 0.8, 10)", "changes 'momentum'"),
        ("ReduceLROnPlateauScheduler(optimizer, 'loss')", "reacts to a metric"),
        (
            "ConcatScheduler([PiecewiseLinear(optimizer, 'lr', [(0, 0.1)]), LRScheduler(StepLR(optimizer, 3))], [3])",
            "goes on from the rate it finds",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(call: str, reason: str) -> None:
    with pytest.raises(LrplotError, match=reason):
        draw(call, 9, LR)
