"""Native schedules against the installed PyTorch, with drawn parameters. Run with: pytest -m live"""

from typing import Any

import numpy as np
import pytest
from examples import make
from frameworks.cases import CASES, LR, Case, step_torch
from frameworks.oracles import torch_rates
from frameworks.reading import agree as read_as_text
from frameworks.reading import rates_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrplot.errors import LrplotError
from lrplot.schedules.base import Schedule

pytestmark = pytest.mark.live

drawn = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
whole = st.integers(1, 60)
share = st.floats(0.05, 0.95).map(lambda value: round(value, 3))
rate = st.floats(1e-4, 1.0)
horizon = st.integers(1, 260)


def agree(call: str, schedule: Schedule, steps: int, closed: bool = False) -> None:
    expected, momenta = step_torch(call, steps)
    rates = schedule.table(steps)
    assert np.abs(rates - expected).max() <= 1e-10 * max(expected), call
    if closed:
        np.testing.assert_allclose(rates, expected, rtol=1e-10, atol=1e-15 * max(expected), err_msg=call)
    read_as_text(call, np.array(expected), 1e-10, LR)
    if schedule.momentum is not None:
        np.testing.assert_allclose(schedule.momentum.table(steps), momenta, rtol=1e-10, err_msg=call)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_stored_case_is_what_pytorch_does_today(case: Case) -> None:
    agree(case.call, case.native(), case.steps, case.closed)


@drawn
@given(whole, share, horizon)
def test_step(step_size: int, gamma: float, steps: int) -> None:
    agree(f"L.StepLR(o, {step_size}, {gamma})", make("step", lr=LR, step_size=step_size, gamma=gamma), steps)


@drawn
@given(st.lists(st.integers(0, 260), min_size=1, max_size=6), share, horizon)
def test_multistep(milestones: list[int], gamma: float, steps: int) -> None:
    native = make("multistep", lr=LR, milestones=milestones, gamma=gamma)
    agree(f"L.MultiStepLR(o, {milestones}, {gamma})", native, steps)


@drawn
@given(st.floats(0.5, 1.01), horizon)
def test_exponential(gamma: float, steps: int) -> None:
    agree(f"L.ExponentialLR(o, {gamma})", make("exponential", lr=LR, gamma=gamma), steps)


@drawn
@given(share, share, whole, horizon)
def test_linear(start: float, end: float, total: int, steps: int) -> None:
    native = make("linear", lr=LR * start, end_lr=LR * end, T_max=total)
    agree(f"L.LinearLR(o, {start}, {end}, {total})", native, steps)


@drawn
@given(whole, st.floats(0.2, 4.0), horizon)
def test_polynomial(total: int, power: float, steps: int) -> None:
    native = make("polynomial", lr=LR, T_max=total, power=power)
    agree(f"L.PolynomialLR(o, total_iters={total}, power={power})", native, steps)


@drawn
@given(whole, rate, horizon)
def test_cosine(half: int, eta_min: float, steps: int) -> None:
    native = make("cosine", lr=LR, T_max=half, eta_min=eta_min, after="rise")
    agree(f"L.CosineAnnealingLR(o, {half}, {eta_min})", native, steps)


@drawn
@given(whole, st.integers(1, 4), rate, horizon)
def test_restarts(first: int, factor: int, eta_min: float, steps: int) -> None:
    native = make("cosine_restarts", lr=LR, T_0=first, T_mult=factor, eta_min=eta_min)
    agree(f"L.CosineAnnealingWarmRestarts(o, {first}, {factor}, {eta_min})", native, steps, closed=True)


@drawn
@given(rate, rate, whole, whole, st.sampled_from(["triangular", "triangular2", "exp_range"]), share, horizon)
def test_cyclic(base: float, top: float, up: int, down: int, mode: str, gamma: float, steps: int) -> None:
    call = f"L.CyclicLR(o, {base}, {top}, {up}, {down}, mode='{mode}', gamma={gamma})"
    native = make(
        "cyclic", base_lr=base, max_lr=top, step_size_up=up, step_size_down=down, mode=mode, gamma=gamma
    )
    agree(call, native, steps)


@drawn
@given(rate, st.integers(4, 260), share, st.booleans(), st.booleans())
def test_onecycle(top: float, total: int, start: float, linear: bool, three: bool) -> None:
    parameters: dict[str, Any] = {
        "max_lr": top,
        "total_steps": total,
        "pct_start": start,
        "three_phase": three,
        "anneal_strategy": "linear" if linear else "cos",
    }
    arguments = ", ".join(f"{name}={value!r}" for name, value in parameters.items())
    if start * total == 1:
        return
    call = f"L.OneCycleLR(o, {arguments})"
    agree(call, make("onecycle", **parameters, after="overshoot"), total + 1)


@pytest.mark.parametrize(("total", "start"), [(10, 0.1), (2, 0.5), (1, 1.0)])
def test_onecycle_refuses_what_pytorch_cannot_divide(total: int, start: float) -> None:
    with pytest.raises(ZeroDivisionError):
        step_torch(f"L.OneCycleLR(o, 0.1, total_steps={total}, pct_start={start})", total)
    with pytest.raises(Exception, match="phase of no length"):
        make("onecycle", max_lr=0.1, total_steps=total, pct_start=start)


@drawn
@given(st.lists(st.integers(1, 40), min_size=1, max_size=3), whole, share, horizon)
def test_sequence(lengths: list[int], half: int, gamma: float, steps: int) -> None:
    kinds = [
        (f"L.CosineAnnealingLR(o, {half})", make("cosine", lr=LR, T_max=half, after="rise")),
        (f"L.LinearLR(o, {gamma}, total_iters={half})", make("linear", lr=LR * gamma, end_lr=LR, T_max=half)),
        (f"L.ExponentialLR(o, {gamma})", make("exponential", lr=LR, gamma=gamma)),
        (f"L.StepLR(o, {half}, {gamma})", make("step", lr=LR, step_size=half, gamma=gamma)),
    ]
    chosen = kinds[: len(lengths) + 1]
    milestones = [sum(lengths[: i + 1]) for i in range(len(lengths))]
    call = f"L.SequentialLR(o, [{', '.join(call for call, _ in chosen)}], {milestones})"
    agree(call, make("sequence", parts=[part for _, part in chosen], lengths=lengths), steps)


@drawn
@given(share, whole, share, horizon)
def test_product(start: float, total: int, gamma: float, steps: int) -> None:
    call = f"L.ChainedScheduler([L.LinearLR(o, {start}, total_iters={total}), L.StepLR(o, {total}, {gamma})])"
    ramp = make("linear", lr=LR * start, end_lr=LR, T_max=total)
    agree(
        call, make("product", lr=LR, factors=[ramp, make("step", lr=LR, step_size=total, gamma=gamma)]), steps
    )


@pytest.mark.parametrize(
    "call",
    [
        "ConstantLR(optimizer)",
        "ConstantLR(optimizer, 0.4, total_iters=0)",
        "LinearLR(optimizer, 0.4, total_iters=0)",
        "PolynomialLR(optimizer, total_iters=0)",
        "PolynomialLR(optimizer, 9, power=0)",
        "MultiStepLR(optimizer, [-3, 2.5, 7, 7, 4])",
        "CosineAnnealingLR(optimizer, 3.5, eta_min=0.01)",
        "CyclicLR(optimizer, 0.3, 0.01, step_size_up=7)",
        "SWALR(optimizer, swa_lr=0.05)",
        "SWALR(optimizer, 0.9, anneal_epochs=7, anneal_strategy='linear')",
        "SWALR(optimizer, 0.05, anneal_epochs=0)",
        "MultiplicativeLR(optimizer, lambda t: 0.9 if t > 5 else 1)",
        "SequentialLR(optimizer, [StepLR(optimizer, 3), MultiplicativeLR(optimizer, lambda t: 0.9)], [7])",
        "SequentialLR(optimizer, [StepLR(optimizer, 3), ExponentialLR(optimizer, 0.9)], [0])",
        "SequentialLR(optimizer, [StepLR(optimizer, 3), ConstantLR(optimizer), ExponentialLR(optimizer, 0.9)], [6, 6])",
        "SequentialLR(optimizer, [CosineAnnealingWarmRestarts(optimizer, 5), LambdaLR(optimizer, lambda t: 1 / (t + 1))], [12])",
        "SequentialLR(optimizer, [LambdaLR(optimizer, lambda t: 0.5), CosineAnnealingWarmRestarts(optimizer, 5, 2)], [12])",
        "ChainedScheduler([ConstantLR(optimizer, 0.5, 9), ExponentialLR(optimizer, 0.9)])",
        "ChainedScheduler([LinearLR(optimizer, 0.5, 1.0, 9), CosineAnnealingLR(optimizer, 40)])",
        "ChainedScheduler([LinearLR(optimizer, 0.5, 0.8, 9), LinearLR(optimizer, 0.25, 0.5, 5)])",
        "ChainedScheduler([MultiplicativeLR(optimizer, lambda t: 0.95), StepLR(optimizer, 4)])",
    ],
)
def test_calls_at_their_edges(call: str) -> None:
    read_as_text(call, torch_rates(call, 41), 1e-9)


@pytest.mark.parametrize(
    "call",
    [
        "LinearLR(optimizer, 0)",
        "LinearLR(optimizer, 0.5, 1.5)",
        "ConstantLR(optimizer, 1.5)",
        "ConstantLR(optimizer, 0)",
        "OneCycleLR(optimizer, 0.1)",
        "OneCycleLR(optimizer, 0.1, total_steps=-4)",
        "OneCycleLR(optimizer, 0.1, epochs=3)",
        "OneCycleLR(optimizer, 0.1, 10, pct_start=2.0)",
        "OneCycleLR(optimizer, 0.1, 10, anneal_strategy='exp')",
        "CosineAnnealingWarmRestarts(optimizer, 0)",
        "CosineAnnealingWarmRestarts(optimizer, 4, 0)",
        "CyclicLR(optimizer, 0.1, 1.0, mode='square')",
        "SequentialLR(optimizer, [StepLR(optimizer, 3)], [5])",
        "StepLR(optimizer)",
        "SWALR(optimizer, 0.1, anneal_strategy='log')",
        "SWALR(optimizer, 0.1, anneal_epochs=-1)",
        "PolynomialLR(optimizer, 5, power=-1)",
        "OneCycleLR(optimizer, 0.1, total_steps=10)",
    ],
)
def test_what_pytorch_refuses_is_refused(call: str) -> None:
    with pytest.raises((ValueError, TypeError, ZeroDivisionError)):
        torch_rates(call, 20)
    with pytest.raises(LrplotError):
        rates_of(call, 20)


def test_a_long_horizon() -> None:
    agree("L.CosineAnnealingLR(o, 20000)", make("cosine", lr=LR, T_max=20_000, after="rise"), 20_001)
    agree(
        "L.OneCycleLR(o, 0.3, total_steps=20000)",
        make("onecycle", max_lr=0.3, total_steps=20_000),
        20_000,
        closed=True,
    )
