"""PyTorch schedulers and the native schedules that are to draw the same curve.

A case is a name, the scheduler as PyTorch code (``o`` is the optimizer, ``L`` torch's lr_scheduler), and
the native type with its parameters. The base rate is 0.3 unless the scheduler ignores it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from examples import make

from lrplot.schedules.base import Schedule

LR = 0.3


@dataclass(frozen=True)
class Case:
    call: str
    native: Callable[[], Schedule]
    steps: int = 130
    closed: bool = True
    """Whether PyTorch computes a closed form, so that 1e-10 relative is asked of every step."""


def _linear(start: float, end: float, total: float) -> Schedule:
    return make("linear", lr=LR * start, end_lr=LR * end, T_max=float(total))


def _cosine(**parameters: Any) -> Schedule:
    return make("cosine", lr=LR, **parameters)


CASES: dict[str, Case] = {
    "StepLR": Case(
        "L.StepLR(o, 7, gamma=0.6)", lambda: make("step", lr=LR, step_size=7.0, gamma=0.6), closed=False
    ),
    "StepLR of one": Case("L.StepLR(o, 1)", lambda: make("step", lr=LR, step_size=1.0), closed=False),
    "MultiStepLR": Case(
        "L.MultiStepLR(o, [60, 20, 20, 0, 129], gamma=0.4)",
        lambda: make("multistep", lr=LR, milestones=[60, 20, 20, 0, 129], gamma=0.4),
        closed=False,
    ),
    "ExponentialLR": Case(
        "L.ExponentialLR(o, 0.97)", lambda: make("exponential", lr=LR, gamma=0.97), closed=False
    ),
    "LinearLR": Case("L.LinearLR(o, 0.2, 0.9, 23)", lambda: _linear(0.2, 0.9, 23), closed=False),
    "LinearLR default": Case("L.LinearLR(o)", lambda: _linear(1 / 3, 1.0, 5), closed=False),
    "ConstantLR": Case(
        "L.ConstantLR(o, factor=0.25, total_iters=11)",
        lambda: make("piecewise", points=[(0, LR * 0.25), (11, LR)]),
        closed=False,
    ),
    "PolynomialLR": Case(
        "L.PolynomialLR(o, total_iters=61, power=2.5)",
        lambda: make("polynomial", lr=LR, T_max=61.0, power=2.5),
        closed=False,
    ),
    "CosineAnnealingLR": Case(
        "L.CosineAnnealingLR(o, T_max=57, eta_min=0.01)",
        lambda: _cosine(T_max=57.0, eta_min=0.01, after="rise"),
        closed=False,
    ),
    "CosineAnnealingLR of one": Case(
        "L.CosineAnnealingLR(o, T_max=1, eta_min=0.01)",
        lambda: _cosine(T_max=1.0, eta_min=0.01, after="rise"),
        closed=False,
    ),
    "CosineAnnealingLR upward": Case(
        "L.CosineAnnealingLR(o, T_max=20, eta_min=0.9)",
        lambda: _cosine(T_max=20.0, eta_min=0.9, after="rise"),
        closed=False,
    ),
    "WarmRestarts": Case(
        "L.CosineAnnealingWarmRestarts(o, T_0=10, eta_min=0.01)",
        lambda: make("cosine_restarts", lr=LR, T_0=10.0, eta_min=0.01),
    ),
    "WarmRestarts doubling": Case(
        "L.CosineAnnealingWarmRestarts(o, T_0=7, T_mult=2)",
        lambda: make("cosine_restarts", lr=LR, T_0=7.0, T_mult=2.0),
    ),
    "WarmRestarts of one": Case(
        "L.CosineAnnealingWarmRestarts(o, T_0=1)", lambda: make("cosine_restarts", lr=LR, T_0=1.0)
    ),
    "CyclicLR": Case(
        "L.CyclicLR(o, 0.02, 0.3, step_size_up=9, step_size_down=4.5)",
        lambda: make("cyclic", base_lr=0.02, max_lr=0.3, step_size_up=9.0, step_size_down=4.5),
    ),
    "CyclicLR triangular2": Case(
        "L.CyclicLR(o, 0.02, 0.3, step_size_up=9, mode='triangular2', base_momentum=0.7, max_momentum=0.99)",
        lambda: make(
            "cyclic",
            base_lr=0.02,
            max_lr=0.3,
            step_size_up=9.0,
            mode="triangular2",
            base_momentum=0.7,
            max_momentum=0.99,
        ),
    ),
    "CyclicLR exp_range": Case(
        "L.CyclicLR(o, 0.02, 0.3, step_size_up=19, mode='exp_range', gamma=0.95)",
        lambda: make("cyclic", base_lr=0.02, max_lr=0.3, step_size_up=19.0, mode="exp_range", gamma=0.95),
    ),
    "OneCycleLR": Case(
        "L.OneCycleLR(o, max_lr=0.3, total_steps=130)", lambda: make("onecycle", max_lr=0.3, total_steps=130)
    ),
    "OneCycleLR overshoot": Case(
        "L.OneCycleLR(o, max_lr=0.3, total_steps=129, pct_start=0.45)",
        lambda: make("onecycle", max_lr=0.3, total_steps=129, pct_start=0.45, after="overshoot"),
    ),
    "OneCycleLR linear, three phases": Case(
        "L.OneCycleLR(o, max_lr=0.3, total_steps=129, anneal_strategy='linear', three_phase=True, div_factor=10,"
        " final_div_factor=100., base_momentum=0.8, max_momentum=0.9)",
        lambda: make(
            "onecycle",
            max_lr=0.3,
            total_steps=129,
            anneal_strategy="linear",
            three_phase=True,
            div_factor=10.0,
            final_div_factor=100.0,
            base_momentum=0.8,
            max_momentum=0.9,
            after="overshoot",
        ),
    ),
    "OneCycleLR of three": Case(
        "L.OneCycleLR(o, max_lr=0.3, total_steps=3)",
        lambda: make("onecycle", max_lr=0.3, total_steps=3),
        steps=3,
    ),
    "OneCycleLR falling at once": Case(
        "L.OneCycleLR(o, max_lr=0.3, total_steps=130, pct_start=0.0)",
        lambda: make("onecycle", max_lr=0.3, total_steps=130, pct_start=0.0),
    ),
    "LambdaLR": Case(
        "L.LambdaLR(o, lambda e: 1.0 if e < 10 else 0.1 if e < 50 else 0.01)",
        lambda: make("lambda", lr=LR, factor="1.0 if epoch < 10 else 0.1 if epoch < 50 else 0.01"),
    ),
    "LambdaLR of functions": Case(
        "L.LambdaLR(o, lambda t: 0.5 * (1 + math.cos(math.pi * (t % 30) / 30)) + max(0, 3 - t) // 2)",
        lambda: make(
            "lambda", lr=LR, factor="0.5 * (1 + math.cos(math.pi * (t % 30) / 30)) + max(0, 3 - t) // 2"
        ),
    ),
    "MultiplicativeLR": Case(
        "L.MultiplicativeLR(o, lambda t: 0.9 if t % 3 == 0 else 1.01)",
        lambda: make("multiplicative", lr=LR, factor="0.9 if t % 3 == 0 else 1.01"),
    ),
    "SequentialLR": Case(
        "L.SequentialLR(o, [L.LinearLR(o, 0.1, total_iters=5), L.CosineAnnealingLR(o, T_max=95)], milestones=[5])",
        lambda: make(
            "sequence", parts=[_linear(0.1, 1.0, 5), _cosine(T_max=95.0, after="rise")], lengths=[5]
        ),
        closed=False,
    ),
    "SequentialLR cut short": Case(
        "L.SequentialLR(o, [L.LinearLR(o, 0.1, total_iters=9), L.StepLR(o, 4), L.ExponentialLR(o, 0.9)], [5, 19])",
        lambda: make(
            "sequence",
            parts=[
                _linear(0.1, 1.0, 9),
                make("step", lr=LR, step_size=4.0),
                make("exponential", lr=LR, gamma=0.9),
            ],
            lengths=[5, 14],
        ),
        closed=False,
    ),
    "ChainedScheduler": Case(
        "L.ChainedScheduler([L.LinearLR(o, 0.1, total_iters=20), L.ExponentialLR(o, 0.97), L.StepLR(o, 30, 0.5)])",
        lambda: make(
            "product",
            lr=LR,
            factors=[
                _linear(0.1, 1.0, 20),
                make("exponential", lr=LR, gamma=0.97),
                make("step", lr=LR, step_size=30.0, gamma=0.5),
            ],
        ),
        closed=False,
    ),
}


def step_torch(call: str, steps: int, lr: float = LR) -> tuple[list[float], list[float]]:
    """Rates and momenta of the real scheduler, stepped as in training."""
    import warnings

    import torch
    from torch.optim import lr_scheduler

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr, momentum=0.5)
    rates, momenta = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler = eval(call, {"o": optimizer, "L": lr_scheduler, "math": math})  # noqa: S307 (our own cases)
        for step in range(steps):
            rates.append(float(optimizer.param_groups[0]["lr"]))
            momenta.append(float(optimizer.param_groups[0]["momentum"]))
            optimizer.step()
            if step + 1 < steps:
                scheduler.step()
    return rates, momenta
