"""Small packages of schedulers against the installed ones. Run with: pytest -m live"""

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrplot.clock import Clock
from lrplot.errors import LrplotError
from lrplot.frameworks.pytorch_warmup import CALLS
from lrplot.frameworks.texts import read
from lrplot.python import binding, signatures
from lrplot.python.values import Optimizer
from lrplot.schedules.base import Context, Schedule

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.live

drawn = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LR = 0.3
HEAD = f"""
from torch.optim.lr_scheduler import *
from warmup_scheduler import GradualWarmupScheduler
o = SGD(p, lr={LR}, momentum=0.5)
"""
share = st.floats(0.05, 1.0).map(lambda value: round(value, 3))
length = st.integers(1, 30)


@st.composite
def inner(draw: st.DrawFn) -> str:
    drawn_from: dict[str, Callable[[], str]] = {
        "StepLR": lambda: f"{draw(length)}, {draw(share)}",
        "MultiStepLR": lambda: f"{sorted(draw(st.lists(st.integers(0, 40), max_size=4)))}, {draw(share)}",
        "CosineAnnealingLR": lambda: f"{draw(length)}, eta_min={draw(st.sampled_from([0, 0.01]))}",
        "ExponentialLR": lambda: f"{draw(share)}",
        "CosineAnnealingWarmRestarts": lambda: f"{draw(length)}, {draw(st.integers(1, 2))}",
        "LinearLR": lambda: f"{draw(share)}, {draw(share)}, {draw(length)}",
        "ConstantLR": lambda: f"{draw(share)}, {draw(length)}",
        "PolynomialLR": lambda: f"{draw(length)}, {draw(st.sampled_from([0.9, 1, 2]))}",
        "LambdaLR": lambda: "lambda e: 0.9 ** e",
        "MultiplicativeLR": lambda: "lambda e: 0.95",
    }
    name = draw(st.sampled_from(sorted(drawn_from)))
    return f"{name}(o, {drawn_from[name]()})"


@st.composite
def gradual(draw: st.DrawFn) -> str:
    after = f", after_scheduler={draw(inner())}" if draw(st.booleans()) else ""
    return f"GradualWarmupScheduler(o, {draw(st.sampled_from([1, 1.5, 4]))}, {draw(length)}{after})"


def real(call: str, steps: int, *, told: bool) -> np.ndarray:
    import torch
    from torch.optim import lr_scheduler
    from warmup_scheduler import GradualWarmupScheduler

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR, momentum=0.5)
    names = {**vars(lr_scheduler), "GradualWarmupScheduler": GradualWarmupScheduler, "o": optimizer}
    rates = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler = eval(call, names)  # noqa: S307 (our own calls)
        for t in range(steps):
            if t:
                scheduler.step(t) if told else scheduler.step()
            rates.append(float(optimizer.param_groups[0]["lr"]))
            optimizer.step()
    return np.array(rates)


def close(found: np.ndarray, expected: np.ndarray) -> None:
    assert np.abs(found - expected).max() <= 1e-9 * expected.max()


@drawn
@given(gradual(), st.integers(2, 90))
def test_a_gradual_warm_up_stepped(call: str, steps: int) -> None:
    (found,) = read(f"{HEAD}s = {call}", "call", Context(None, steps, Clock(steps)))
    assert found.framework == "warmup_scheduler"
    close(found.schedule.table(steps), real(call, steps, told=False))


@drawn
@given(gradual(), st.integers(3, 90))
def test_a_gradual_warm_up_told_the_epoch(call: str, steps: int) -> None:
    loop = f"for epoch in range(1, {steps + 1}):\n    o.step()\n    s.step(epoch)\n"
    around = Context(None, None, Clock())
    if "MultiplicativeLR" in call:
        with pytest.raises(LrplotError, match="multiplies once a call"):
            read(f"{HEAD}s = {call}\n{loop}", "call", around)
        return
    (found,) = read(f"{HEAD}s = {call}\n{loop}", "call", around)
    assert found.horizon == steps
    close(found.schedule.table(steps), real(call, steps, told=True))


def factor(name: str, optimizer: Optimizer, *arguments: Any) -> Schedule:
    class Reader:
        around = Context(None, None, Clock())

    bound = signatures.bind(name, CALLS[name], [optimizer, *arguments], {})
    schedule = binding.call(name, CALLS[name], bound, Reader())  # type: ignore[arg-type]
    assert isinstance(schedule, Schedule)
    return schedule


def dampened(name: str, beta: float, steps: int, *arguments: Any) -> np.ndarray:
    """The factors that the real warm-up leaves in a rate of 1."""
    import pytorch_warmup
    import torch

    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=1.0, betas=(0.9, beta))
    warmup = getattr(pytorch_warmup, name)(optimizer, *arguments)
    factors = []
    for _ in range(steps):
        factors.append(float(optimizer.param_groups[0]["lr"]))
        with warmup.dampening():
            pass
    return np.array(factors)


@drawn
@given(
    st.sampled_from(["UntunedLinearWarmup", "UntunedExponentialWarmup", "RAdamWarmup"]),
    st.sampled_from([0.7, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999]),
    st.integers(1, 400),
)
def test_an_untuned_warm_up(name: str, beta: float, steps: int) -> None:
    found = factor(name, Optimizer("AdamW", 1.0, named={"betas": (0.9, beta)}))
    close(found.table(steps), dampened(name, beta, steps))


@drawn
@given(st.sampled_from(["LinearWarmup", "ExponentialWarmup"]), st.integers(1, 300), st.integers(1, 400))
def test_a_tuned_warm_up(name: str, period: int, steps: int) -> None:
    found = factor(name, Optimizer("AdamW"), period)
    close(found.table(steps), dampened(name, 0.999, steps, period))


def test_the_betas_of_an_optimizer_that_says_none_are_pytorchs() -> None:
    close(
        factor("UntunedLinearWarmup", Optimizer("AdamW")).table(30),
        dampened("UntunedLinearWarmup", 0.999, 30),
    )
    with pytest.raises(LrplotError, match="those of Lion are not known"):
        factor("UntunedLinearWarmup", Optimizer("Lion"))
