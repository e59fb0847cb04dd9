"""Schedulers of one optimizer that act on each other, against the installed PyTorch. Run with: pytest -m live"""

import random
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from frameworks.oracles import LR, torch_rates
from frameworks.reading import rates_of

from lrplot.clock import Clock
from lrplot.errors import LrplotError
from lrplot.frameworks.pytorch.recurrence import Call, made_in_order, together
from lrplot.frameworks.registry import REGISTRY
from lrplot.python.evaluator import Evaluator
from lrplot.python.source import parse
from lrplot.python.state import Rates
from lrplot.python.values import Made, Scope
from lrplot.schedules.base import Context

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.live

STEPS = 60


def leaf(chance: random.Random) -> str:
    """A scheduler with drawn arguments, odd ones among them."""
    number, share = chance.randint, lambda: round(chance.uniform(0.05, 1.0), 3)
    made: list[Callable[[], str]] = [
        lambda: f"LinearLR(optimizer, {share()}, {share()}, {number(-1, 30)})",
        lambda: f"ConstantLR(optimizer, {share()}, {number(-2, 20)})",
        lambda: f"StepLR(optimizer, {number(1, 12)}, {share()})",
        lambda: f"MultiStepLR(optimizer, {[number(-4, 30) for _ in range(number(0, 4))]}, {share()})",
        lambda: f"ExponentialLR(optimizer, {round(chance.uniform(0.8, 1.02), 3)})",
        lambda: f"PolynomialLR(optimizer, {number(1, 40)}, {round(chance.uniform(0.3, 3), 2)})",
        lambda: f"CosineAnnealingLR(optimizer, {number(1, 40)}, {chance.choice([0, 0.001, 0.05])})",
        lambda: (
            f"CosineAnnealingWarmRestarts(optimizer, {number(1, 20)}, {number(1, 3)}, {chance.choice([0, 0.01])})"
        ),
        lambda: (
            f"CyclicLR(optimizer, 0.02, {share()}, {number(1, 15)}, mode='{chance.choice(['triangular', 'triangular2'])}')"
        ),
        lambda: f"OneCycleLR(optimizer, max_lr={share()}, total_steps={number(61, 120)})",
        lambda: f"SWALR(optimizer, {share()}, {number(0, 20)}, '{chance.choice(['cos', 'linear'])}')",
        lambda: f"LambdaLR(optimizer, lambda t: {share()} ** t)",
        lambda: f"MultiplicativeLR(optimizer, lambda t: 1 - {share()} / (t + 1))",
    ]
    return chance.choice(made)()


def combination(chance: random.Random, depth: int = 0) -> str:
    inner = [
        leaf(chance) if depth == 2 or chance.random() < 0.7 else combination(chance, depth + 1)
        for _ in range(chance.randint(1, 3))
    ]
    if chance.random() < 0.5:
        return f"ChainedScheduler([{', '.join(inner)}])"
    milestones = sorted(chance.randint(1, 40) for _ in inner[1:])
    return f"SequentialLR(optimizer, [{', '.join(inner)}], {milestones})"


@pytest.mark.parametrize("seed", range(300))
def test_any_chain_and_nest_is_drawn_as_pytorch_computes_it(seed: int) -> None:
    call = combination(random.Random(seed))  # noqa: S311 (cases)
    try:
        expected = torch_rates(call, STEPS)
    except (ZeroDivisionError, NotImplementedError, ValueError):
        with pytest.raises(LrplotError):
            rates_of(call, STEPS)
        return
    if min(expected) < -1e-12:
        with pytest.raises(LrplotError, match="would be -"):
            rates_of(call, STEPS)
        return
    rates = _rates_or_what_is_said(call)
    if isinstance(rates, str):
        # Three deep: one inside could not go on by itself for as long, and is refused before it is put in.
        assert "NotImplementedError" in rates
        assert call.count("SequentialLR(") + call.count("ChainedScheduler(") > 2
        return
    worst = np.abs(rates - expected).max()
    assert worst <= 1e-10 * max(expected.max(), 1e-300), call


def _rates_or_what_is_said(call: str) -> np.ndarray | str:
    try:
        return rates_of(call, STEPS)
    except LrplotError as refusal:
        return str(refusal)


def made(texts: list[str]) -> list[Made]:
    source = parse("\n".join(texts), "calls")
    evaluator = Evaluator(source, Context(LR, STEPS, Clock(STEPS)), Rates(LR), {}, REGISTRY)
    return [evaluator.value(statement.value, Scope()) for statement in source.tree.body]  # type: ignore[attr-defined]


def stepped(texts: list[str], when: list[tuple[int, int, int | None]]) -> np.ndarray:
    """PyTorch's schedulers, each stepped at its own updates."""
    import torch
    from torch.optim import lr_scheduler, swa_utils

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR, momentum=0.5)
    names: dict[str, Any] = {**vars(lr_scheduler), **vars(swa_utils), "optimizer": optimizer}
    rates = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schedulers = [eval(text, names) for text in texts]  # noqa: S307 (our own calls)
        for step in range(STEPS):
            for scheduler, (first, every, last) in zip(schedulers, when, strict=True):
                if step >= first and (step - first) % every == 0 and (last is None or step <= last):
                    scheduler.step()
            rates.append(float(optimizer.param_groups[0]["lr"]))
            optimizer.step()
    return np.array(rates)


@pytest.mark.parametrize("seed", range(300))
def test_schedulers_stepped_in_turn_are_one_curve(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (cases)
    texts = [leaf(chance) for _ in range(chance.randint(1, 3))]
    when = [
        (chance.choice([0, 1, 1, 1, 7]), chance.choice([1, 1, 3, 10]), chance.choice([None, None, 20, 41]))
        for _ in texts
    ]
    try:
        expected = stepped(texts, when)
    except (ZeroDivisionError, ValueError):
        with pytest.raises(LrplotError):
            _drawn(texts, when)
        return
    if min(expected) < -1e-12:
        with pytest.raises(LrplotError):
            _drawn(texts, when)
        return
    worst = np.abs(_drawn(texts, when) - expected).max()
    assert worst <= 1e-10 * max(expected.max(), 1e-300), (texts, when)


def _drawn(texts: list[str], when: list[tuple[int, int, int | None]]) -> np.ndarray:
    schedulers = made(texts)
    calls = [Call(scheduler, *place) for scheduler, place in zip(schedulers, when, strict=True)]
    return together(made_in_order(schedulers), calls, STEPS).table(STEPS)
