"""Calls of timm, MMEngine, fvcore, detectron2 and ignite, and the real schedulers stepped as in training."""

import importlib
import importlib.util
import math
import sys
import warnings
from collections.abc import Mapping
from types import ModuleType
from typing import Any

LR = 0.3

Case = tuple[str, int, float]
"""A call as text, for how many steps, and the optimizer's rate."""


def _optimizer(lr: float) -> Any:
    import torch

    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr, momentum=0.5)


def _evaluated(call: str, names: Mapping[str, Any]) -> Any:
    return eval(call, dict(names) | {"math": math})  # noqa: S307 (our own cases)


def timm_schedulers() -> ModuleType:
    """timm's schedulers alone: its models would want a torchvision that fits this torch."""
    if "timm" not in sys.modules:
        found = importlib.util.find_spec("timm")
        package = ModuleType("timm")
        package.__path__ = list(found.submodule_search_locations or []) if found else []
        package.__spec__ = found
        sys.modules["timm"] = package
    return importlib.import_module("timm.scheduler")


def step_timm(call: str, steps: int, lr: float) -> list[float]:
    """Rates of a timm scheduler: the constructor's, then those of step(t) or step_update(t)."""
    timm_scheduler = timm_schedulers()
    optimizer = _optimizer(lr)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler = _evaluated(call, vars(timm_scheduler) | {"optimizer": optimizer})
    if isinstance(scheduler, tuple):
        scheduler = scheduler[0]
    rates = []
    for t in range(steps):
        if t and scheduler is not None:
            (scheduler.step if scheduler.t_in_epochs else scheduler.step_update)(t)
        rates.append(float(optimizer.param_groups[0]["lr"]))
    return rates


def step_mmengine(call: str, steps: int, lr: float, steps_per_epoch: int | None = None) -> list[float]:
    """Rates of MMEngine schedulers, stepped as the Runner's hook does: after each step, and after each epoch.

    The text is one call, or a list of dicts, to which the Runner gives the length of training for ``end``.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mmengine.optim.scheduler import lr_scheduler
        from mmengine.registry import PARAM_SCHEDULERS

    optimizer = _optimizer(lr)
    each = steps_per_epoch or 1
    described = _evaluated(call, vars(lr_scheduler) | {"optimizer": optimizer})
    schedulers = described if isinstance(described, list) else [described]
    for i, scheduler in enumerate(schedulers):
        if isinstance(scheduler, dict):
            length = -(-steps // each) if scheduler.get("by_epoch", True) else steps
            schedulers[i] = PARAM_SCHEDULERS.build(
                {"end": length, **scheduler}, default_args={"optimizer": optimizer, "epoch_length": each}
            )
    rates = []
    for t in range(steps):
        if t:
            _step_all(schedulers, by_epoch=False)
            if t % each == 0:
                _step_all(schedulers, by_epoch=True)
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
    return rates


def _step_all(schedulers: list[Any], *, by_epoch: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for scheduler in schedulers:
            if scheduler.by_epoch == by_epoch:
                scheduler.step()


def step_fvcore(call: str, steps: int, lr: float) -> list[float]:
    """Values of an fvcore scheduler over ``steps``, or the rates of detectron2's LRMultiplier."""
    from fvcore.common import param_scheduler

    optimizer = _optimizer(lr)
    names = vars(param_scheduler) | _detectron2(param_scheduler) | {"optimizer": optimizer}
    made = _evaluated(call, names)
    if isinstance(made, param_scheduler.ParamScheduler):
        return [float(made(t / steps)) for t in range(steps)]
    rates = []
    for t in range(steps):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        if t + 1 < steps:
            made.step()
    return rates


def _detectron2(fvcore: ModuleType) -> dict[str, Any]:
    """detectron2 has no wheel; what its two classes hand to fvcore and to PyTorch."""
    from torch.optim.lr_scheduler import LambdaLR

    def WarmupParamScheduler(  # noqa: N802 (detectron2's name)
        scheduler: Any,
        warmup_factor: float,
        warmup_length: float,
        warmup_method: str = "linear",
        rescale_interval: bool = False,
    ) -> Any:
        meets = scheduler(0.0) if rescale_interval else scheduler(warmup_length)
        start = warmup_factor * scheduler(0.0)
        ramps = {
            "linear": lambda: fvcore.LinearParamScheduler(start, meets),
            "constant": lambda: fvcore.ConstantParamScheduler(start),
        }
        return fvcore.CompositeParamScheduler(
            [ramps[warmup_method](), scheduler],
            [warmup_length, 1 - warmup_length],
            ["rescaled", "rescaled" if rescale_interval else "fixed"],
        )

    def LRMultiplier(optimizer: Any, multiplier: Any, max_iter: int) -> Any:  # noqa: N802
        return LambdaLR(optimizer, lambda t: multiplier(t / max_iter))

    return {"WarmupParamScheduler": WarmupParamScheduler, "LRMultiplier": LRMultiplier}


def step_ignite(call: str, steps: int, lr: float) -> list[float]:
    """The rate of each update, the scheduler attached to ITERATION_STARTED."""
    # Importing ignite warns of what it uses of PyTorch.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ignite.engine import Engine, Events
        from ignite.handlers import param_scheduler
    from torch.optim import lr_scheduler

    optimizer = _optimizer(lr)
    rates: list[float] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = vars(lr_scheduler) | vars(param_scheduler) | {"optimizer": optimizer}
        scheduler = _evaluated(call, names)
        engine = Engine(lambda *_: rates.append(float(optimizer.param_groups[0]["lr"])))
        engine.logger.disabled = True
        engine.add_event_handler(Events.ITERATION_STARTED, scheduler)
        engine.run([0] * steps, max_epochs=1)
    return rates


_LINEAR_THEN_COSINE = (
    "[dict(type='LinearLR', start_factor=0.1, by_epoch=False, begin=0, end=20), "
    "dict(type='CosineAnnealingLR', by_epoch=False, begin=20, eta_min=0.001)]"
)
_LINEAR_OVER_MULTISTEP = (
    "[dict(type='LinearLR', start_factor=0.001, by_epoch=False, begin=0, end=25), "
    "dict(type='MultiStepLR', by_epoch=False, milestones=[60, 90], gamma=0.1)]"
)

CASES: dict[str, Case] = {
    "timm cosine": ("CosineLRScheduler(optimizer, t_initial=90, lr_min=1e-5)", 120, LR),
    "timm cosine, warm-up": (
        "CosineLRScheduler(optimizer, t_initial=90, lr_min=1e-5, warmup_t=5, warmup_lr_init=1e-4)",
        120,
        LR,
    ),
    "timm cosine, warm-up before": (
        "CosineLRScheduler(optimizer, t_initial=90, warmup_t=5, warmup_lr_init=1e-4, warmup_prefix=True)",
        120,
        LR,
    ),
    "timm cosine, cycles": (
        "CosineLRScheduler(optimizer, t_initial=20, cycle_mul=1.5, cycle_decay=0.5, cycle_limit=3)",
        120,
        LR,
    ),
    "timm cosine, glitch": (
        "CosineLRScheduler(optimizer, t_initial=1, cycle_mul=3, cycle_limit=9)",
        130,
        LR,
    ),
    "timm cosine, k-decay": ("CosineLRScheduler(optimizer, t_initial=90, k_decay=1.5)", 120, LR),
    "timm tanh": ("TanhLRScheduler(optimizer, t_initial=90, warmup_t=5)", 120, LR),
    "timm poly": ("PolyLRScheduler(optimizer, t_initial=90, lr_min=0.01)", 120, LR),
    "timm step": ("StepLRScheduler(optimizer, decay_t=2.4, decay_rate=0.97, warmup_t=3)", 120, LR),
    "timm multistep": ("MultiStepLRScheduler(optimizer, decay_t=[30, 60], decay_rate=0.1)", 120, LR),
    "timm wsd": ("WSDLRScheduler(optimizer, t_initial=100, decay_t=20, warmup_t=5)", 120, LR),
    "timm rsqrt": (
        "WSDLRScheduler(optimizer, t_initial=100, decay_t=20, warmup_t=5, stable_fn='rsqrt', decay_fn='linear')",
        120,
        LR,
    ),
    "timm factory": ("create_scheduler_v2(optimizer, 'cosine', num_epochs=90, warmup_epochs=5)", 120, LR),
    "mmengine linear": ("mmengine.optim.LinearLR(optimizer, end=20)", 60, LR),
    "mmengine constant": ("mmengine.optim.ConstantLR(optimizer, begin=3, end=20)", 60, LR),
    "mmengine step": ("mmengine.optim.StepLR(optimizer, step_size=7, gamma=0.5, end=40)", 60, LR),
    "mmengine multistep": ("mmengine.optim.MultiStepLR(optimizer, milestones=[10, 30])", 60, LR),
    "mmengine exponential": ("mmengine.optim.ExponentialLR(optimizer, gamma=0.95, begin=5, end=40)", 60, LR),
    "mmengine cosine": ("mmengine.optim.CosineAnnealingLR(optimizer, eta_min=0.01, end=50)", 60, LR),
    "mmengine poly": ("mmengine.optim.PolyLR(optimizer, eta_min=0.01, power=0.9, end=50)", 60, LR),
    "mmengine one-cycle": ("mmengine.optim.OneCycleLR(optimizer, eta_max=0.2, total_steps=60)", 60, LR),
    "mmengine restarts": (
        "CosineRestartLR(optimizer, periods=[10, 20, 20], restart_weights=[1, 0.5, 0.2], eta_min=0.001)",
        60,
        LR,
    ),
    "mmengine warm-up, cosine": (_LINEAR_THEN_COSINE, 100, LR),
    "mmengine warm-up over multistep": (_LINEAR_OVER_MULTISTEP, 100, LR),
    "fvcore cosine": ("CosineParamScheduler(0.1, 0.001)", 90, LR),
    "fvcore linear": ("LinearParamScheduler(0.001, 0.1)", 90, LR),
    "fvcore exponential": ("ExponentialParamScheduler(2.0, 0.02)", 90, LR),
    "fvcore polynomial": ("PolynomialDecayParamScheduler(0.1, 0.9)", 90, LR),
    "fvcore multistep": ("MultiStepParamScheduler([0.1, 0.01, 0.001], num_updates=100)", 100, LR),
    "fvcore step": ("StepParamScheduler(100, [0.1, 0.01, 0.001])", 100, LR),
    "fvcore gamma": ("StepWithFixedGammaParamScheduler(0.1, 3, 0.1, 120)", 120, LR),
    "fvcore composite": (
        "CompositeParamScheduler([ConstantParamScheduler(0.42), CosineParamScheduler(0.42, 1e-4)], "
        "[0.3, 0.7], ['rescaled', 'rescaled'])",
        90,
        LR,
    ),
    "detectron2": (
        "LRMultiplier(optimizer, WarmupParamScheduler(MultiStepParamScheduler([1, 0.1, 0.01], milestones=[60, 80], "
        "num_updates=90), 0.001, 10 / 90), max_iter=90)",
        90,
        LR,
    ),
    "ignite triangle": ("LinearCyclicalScheduler(optimizer, 'lr', 0.1, 0.01, 15)", 60, LR),
    "ignite saw, warm-up": (
        "LinearCyclicalScheduler(optimizer, 'lr', 0.1, 0.01, 15, 1.5, 0.5, warmup_duration=4, monotonic=True)",
        80,
        LR,
    ),
    "ignite cosine": ("CosineAnnealingScheduler(optimizer, 'lr', 0.1, 0.01, 15, cycle_mult=2)", 80, LR),
    "ignite piecewise": (
        "PiecewiseLinear(optimizer, 'lr', [(5, 0.1), (20, 0.3), (20, 0.2), (40, 0.01)])",
        60,
        LR,
    ),
    "ignite concat": (
        "ConcatScheduler([LinearCyclicalScheduler(optimizer, 'lr', 0.1, 0.3, 60), "
        "CosineAnnealingScheduler(optimizer, 'lr', 0.3, 0.01, 60)], [30])",
        80,
        LR,
    ),
    "ignite warm-up": (
        "create_lr_scheduler_with_warmup(ExponentialLR(optimizer, gamma=0.95), 0.001, 10)",
        60,
        LR,
    ),
}
"""Calls of all four by a name that begins with the framework's."""

_STEPPERS = {
    "timm": step_timm,
    "mmengine": step_mmengine,
    "fvcore": step_fvcore,
    "detectron2": step_fvcore,
    "ignite": step_ignite,
}


def step_case(name: str) -> list[float]:
    """The rates of a case, from the real framework."""
    call, steps, lr = CASES[name]
    return _STEPPERS[name.partition(" ")[0]](call.removeprefix("mmengine.optim."), steps, lr)


def draw(call: str, steps: int, lr: float, steps_per_epoch: int | None = None) -> Any:
    """The same from lrplot: the call read as text."""
    from lrplot.clock import Clock
    from lrplot.frameworks.texts import read
    from lrplot.schedules.base import Context

    around = Context(lr, steps, Clock(steps, steps_per_epoch))
    (reading,) = read(call, "call", around)
    return reading.schedule.table(steps)


def agree(
    call: str, steps: int, expected: list[float], lr: float = LR, steps_per_epoch: int | None = None
) -> None:
    """lrplot draws what the framework did, within 1e-9 of its peak."""
    import numpy as np

    rates = draw(call, steps, lr, steps_per_epoch)
    worst = np.abs(rates - expected)
    at = int(worst.argmax())
    assert worst.max() <= 1e-9 * max(expected), f"{call}: step {at} is {rates[at]}, not {expected[at]}"
