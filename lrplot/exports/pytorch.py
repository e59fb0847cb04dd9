"""PyTorch's call for a schedule, and a training loop around it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.exports.dialects import PYTHON, function, printed
from lrplot.exports.formula import formula, number
from lrplot.exports.intent import intent_of
from lrplot.schedules.base import Schedule

_PATH: Final = "torch.optim.lr_scheduler."
_SMALLEST: Final = 1e-6


def base_rate(schedule: Schedule) -> float:
    """The optimizer's own rate, which PyTorch's schedulers multiply."""
    inner: Any = intent_of(schedule).schedule
    while inner.type in {"epochwise", "excerpt"}:
        inner = intent_of(inner.schedule).schedule
    if inner.type == "sequence":
        return max(base_rate(part) for part in inner.parts)
    if inner.type == "multiplicative":
        return float(inner(0))
    if inner.type == "linear":
        return float(max(inner.lr, inner.end_lr))
    for name in ("lr", "max_lr"):
        if getattr(inner, name, 0):
            return float(getattr(inner, name))
    return float(max(inner(0), inner(1))) or 1.0


def spell(schedule: Schedule) -> str | None:
    """The call people write for it, whether or not it draws the very same curve; None where there is none.

    >>> from lrplot.schedules.step import Step
    >>> spell(Step(lr=0.1, step_size=30.0))
    'StepLR(optimizer, step_size=30, gamma=0.1)'
    """
    return _spell(schedule, base_rate(schedule))


def _spell(schedule: Schedule, base: float) -> str | None:
    intent = intent_of(schedule)
    if intent.warmup:
        after = _spell(intent.schedule, base)
        if after is None or intent.start > base or float(intent.schedule(0)) != base:
            return None
        # LinearLR refuses to start at 0.
        start = number(intent.start / base or _SMALLEST)
        ramp = f"LinearLR(optimizer, start_factor={start}, total_iters={intent.warmup})"
        return f"SequentialLR(optimizer, [{ramp}, {after}], milestones=[{intent.warmup}])"
    write = _CALLS.get(intent.schedule.type)
    own = getattr(intent.schedule, "lr", base)
    if write is None or (own != base and intent.schedule.type not in {"linear", "multiplicative"}):
        return None
    return write(intent.schedule, base)


def _whole(value: float) -> bool:
    return float(value).is_integer()


def _step(s: Any, _base: float) -> str | None:
    return (
        f"StepLR(optimizer, step_size={number(s.step_size)}, gamma={number(s.gamma)})"
        if _whole(s.step_size)
        else None
    )


def _multistep(s: Any, _base: float) -> str | None:
    if not all(map(_whole, s.milestones)):
        return None
    marks = ", ".join(map(number, s.milestones))
    return f"MultiStepLR(optimizer, milestones=[{marks}], gamma={number(s.gamma)})"


def _exponential(s: Any, _base: float) -> str | None:
    if s.min_lr or s.gamma is None:
        return None
    if s.staircase:
        return (
            f"StepLR(optimizer, step_size={number(s.period)}, gamma={number(s.gamma)})"
            if _whole(s.period)
            else None
        )
    return (
        f"ExponentialLR(optimizer, gamma={number(s.gamma if s.period == 1 else s.gamma ** (1 / s.period))})"
    )


def _linear(s: Any, base: float) -> str | None:
    if not _whole(s.T_max) or not 0 < s.lr <= base or s.end_lr > base:
        return None
    ends = f"start_factor={number(s.lr / base)}, end_factor={number(s.end_lr / base)}"
    return f"LinearLR(optimizer, {ends}, total_iters={number(s.T_max)})"


def _polynomial(s: Any, _base: float) -> str | None:
    if s.cycle or s.end_lr or not _whole(s.T_max):
        return None
    return f"PolynomialLR(optimizer, total_iters={number(s.T_max)}, power={number(s.power)})"


def _cosine(s: Any, _base: float) -> str | None:
    if s.exponent != 1:
        return None
    least = f", eta_min={number(s.eta_min)}" if s.eta_min else ""
    return f"CosineAnnealingLR(optimizer, T_max={number(s.T_max)}{least})"


def _cosine_restarts(s: Any, _base: float) -> str | None:
    if s.decay != 1 or s.cycles is not None or not (_whole(s.T_0) and _whole(s.T_mult)):
        return None
    factor = f", T_mult={number(s.T_mult)}" if s.T_mult != 1 else ""
    least = f", eta_min={number(s.eta_min)}" if s.eta_min else ""
    return f"CosineAnnealingWarmRestarts(optimizer, T_0={number(s.T_0)}{factor}{least})"


def _cyclic(s: Any, _base: float) -> str:
    down = "" if s.step_size_down is None else f", step_size_down={number(s.step_size_down)}"
    gamma = f", gamma={number(s.gamma)}" if s.mode == "exp_range" else ""
    if not s.cycle_momentum:
        momentum = ", cycle_momentum=False"
    else:
        momentum = f", base_momentum={number(s.base_momentum)}, max_momentum={number(s.max_momentum)}"
    return (
        f"CyclicLR(optimizer, base_lr={number(s.base_lr)}, max_lr={number(s.max_lr)}, "
        f"step_size_up={number(s.step_size_up)}{down}, mode={s.mode!r}{gamma}{momentum})"
    )


def _onecycle(s: Any, _base: float) -> str:
    given = [f"max_lr={number(s.max_lr)}", f"total_steps={s.total_steps}"]
    given += [
        f"{name}={getattr(s, name)!r}"
        for name, info in type(s).model_fields.items()
        if name not in {"type", "max_lr", "total_steps", "after"} and getattr(s, name) != info.default
    ]
    return f"OneCycleLR(optimizer, {', '.join(given)})"


def _lambda(s: Any, _base: float) -> str:
    bare = s.model_copy(update={"lr": 1.0})
    return f"LambdaLR(optimizer, lr_lambda=lambda step: {printed(formula(bare), PYTHON, 'step')})"


def _multiplicative(s: Any, _base: float) -> str:
    from lrplot.schedules.lambda_ import Lambda

    factor = formula(Lambda(lr=1, factor=s.factor, steps_per_epoch=s.steps_per_epoch))
    return f"MultiplicativeLR(optimizer, lr_lambda=lambda step: {printed(factor, PYTHON, 'step')})"


def _sequence(s: Any, base: float) -> str | None:
    parts = [_spell(part, base) for part in s.parts]
    if any(
        part is None or "OneCycle" in part or "Cyclic" in part or "SequentialLR" in part for part in parts
    ):
        return None
    marks = [sum(s.lengths[: i + 1]) for i in range(len(s.lengths))]
    return f"SequentialLR(optimizer, [{', '.join(map(str, parts))}], milestones={marks})"


_FACTORS: Final = {"step", "multistep", "exponential", "linear", "polynomial"}


def _product(s: Any, base: float) -> str | None:
    parts = [_spell(part, base) if part.type in _FACTORS else None for part in s.factors]
    return None if None in parts else f"ChainedScheduler([{', '.join(map(str, parts))}])"


_CALLS: Final[Mapping[str, Callable[[Any, float], str | None]]] = {
    "step": _step,
    "multistep": _multistep,
    "exponential": _exponential,
    "linear": _linear,
    "polynomial": _polynomial,
    "cosine": _cosine,
    "cosine_restarts": _cosine_restarts,
    "cyclic": _cyclic,
    "onecycle": _onecycle,
    "lambda": _lambda,
    "multiplicative": _multiplicative,
    "sequence": _sequence,
    "product": _product,
}


def with_call(call: str, base: float, steps: int, steps_per_epoch: int | None) -> str:
    """A script with one of PyTorch's own schedulers."""
    imports = ["import math", "", "import torch"] if "math." in call else ["import torch"]
    # CyclicLR and OneCycleLR move the momentum too, so the optimizer needs one.
    momentum = ", momentum=0.9" if "CyclicLR" in call or "OneCycleLR" in call else ""
    if "cycle_momentum=False" in call:
        momentum = ""
    spelled = with_path(call)
    return script(imports, [], number(base), momentum, f"scheduler = {spelled}", steps, steps_per_epoch)


def with_path(call: str) -> str:
    """The call with PyTorch's module before every name of it."""
    import re

    return re.sub(r"\b([A-Z]\w+(?:LR|Restarts|Scheduler))\(", rf"{_PATH}\1(", call)


def with_formula(expression: str, base: float, steps: int, steps_per_epoch: int | None) -> str:
    """A script with the formula in a LambdaLR."""
    text = function(expression, PYTHON, "lr_at", "step")
    imports = ["import math", "", "import torch"] if "math." in text else ["import torch"]
    scheduler = f"scheduler = {_PATH}LambdaLR(optimizer, lambda step: lr_at(step) / base_lr)"
    head = [f"base_lr = {number(base)}", "", "", *text.splitlines(), "", ""]
    return script(imports, head, "base_lr", "", scheduler, steps, steps_per_epoch)


def script(
    imports: list[str],
    head: list[str],
    rate: str,
    momentum: str,
    scheduler: str,
    steps: int,
    steps_per_epoch: int | None,
    metric: str = "",
) -> str:
    """A training script around a scheduler, stepped once a step or once an epoch, with ``metric`` if any."""
    step = f"scheduler.step({metric})"
    lines = [
        *imports,
        "",
        *head,
        "model = torch.nn.Linear(1, 1)  # yours",
        f"optimizer = torch.optim.SGD(model.parameters(), lr={rate}{momentum})",
        scheduler,
        "",
    ]
    if steps_per_epoch is None:
        lines += [
            f"for step in range({steps}):",
            "    # forward and backward",
            "    optimizer.step()",
            f"    {step}  # once a step",
        ]
    elif steps_per_epoch == 1:
        lines += [
            f"for epoch in range({steps}):",
            "    # an epoch of forward, backward and optimizer.step()",
            "    optimizer.step()",
            f"    {step}  # once an epoch",
        ]
    else:
        lines += [
            f"for epoch in range({-(-steps // steps_per_epoch)}):",
            f"    for batch in range({steps_per_epoch}):",
            "        # forward and backward",
            "        optimizer.step()",
            f"    {step}  # once an epoch",
        ]
    return "\n".join(lines) + "\n"
