"""Diffusers' ``diffusers.optimization``, release 0.42: Transformers' formulas, another signature."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.frameworks import transformers_schedules as transformers
from lrplot.frameworks.last_parameters import with_last_epoch
from lrplot.frameworks.transformers_schedules import scheduler_type
from lrplot.python.framework import Framework
from lrplot.python.parameters import Base, Refusal
from lrplot.schedules.base import Schedule
from lrplot.schedules.piecewise import Piecewise


@with_last_epoch
def get_piecewise_constant_schedule(optimizer: Base, step_rules: str) -> Schedule:
    """Rules such as ``"1:10,0.1:20,0.005"``: 1 before step 10, 0.1 before step 20, then 0.005."""
    *rules, last = step_rules.split(",")
    until: dict[int, float] = {}
    try:
        for rule in rules:
            factor, at = rule.split(":")
            until[int(at)] = float(factor)
        factors = [*(until[at] for at in sorted(until)), float(last)]
    except ValueError:
        raise Refusal(
            f"step_rules must be as '1:10,0.1:20,0.005' (factor:until, …, last factor), got {step_rules!r}",
            "step_rules",
        ) from None
    starts = [0, *sorted(until)]
    points = {max(0, at): optimizer.lr * factor for at, factor in zip(starts, factors, strict=True)}
    return Piecewise(points=tuple(points.items()))


_BY_NAME: Final[Mapping[str, Callable[..., Schedule]]] = {
    "linear": transformers.get_linear_schedule_with_warmup,
    "cosine": transformers.get_cosine_schedule_with_warmup,
    "cosine_with_restarts": transformers.get_cosine_with_hard_restarts_schedule_with_warmup,
    "polynomial": transformers.get_polynomial_decay_schedule_with_warmup,
    "constant": transformers.get_constant_schedule,
    "constant_with_warmup": transformers.get_constant_schedule_with_warmup,
    "piecewise_constant": get_piecewise_constant_schedule,
}


@with_last_epoch
def get_scheduler(
    name: Any,
    optimizer: Base,
    step_rules: str | None = None,
    num_warmup_steps: float | None = None,
    num_training_steps: float | None = None,
    num_cycles: float = 1,
    power: float = 1.0,
) -> Schedule:
    """``num_cycles`` is for ``cosine_with_restarts`` alone, ``power`` for ``polynomial``."""
    spelled = scheduler_type(name)
    function = _BY_NAME.get(spelled)
    if function is None:
        raise Refusal(f"no scheduler type {spelled!r} in Diffusers; known are {', '.join(_BY_NAME)}", "name")
    if spelled == "constant":
        return function(optimizer)
    if spelled == "piecewise_constant":
        if step_rules is None:
            raise Refusal("piecewise_constant needs step_rules, as '1:10,0.1:20,0.005'")
        return function(optimizer, step_rules)
    if num_warmup_steps is None:
        raise Refusal(f"{spelled} requires `num_warmup_steps`, please provide that argument.")
    if spelled == "constant_with_warmup":
        return function(optimizer, num_warmup_steps)
    if num_training_steps is None:
        raise Refusal(f"{spelled} requires `num_training_steps`, please provide that argument.")
    more: dict[str, Any] = {}
    if spelled == "cosine_with_restarts":
        more["num_cycles"] = num_cycles
    if spelled == "polynomial":
        more["power"] = power
    return function(optimizer, num_warmup_steps, num_training_steps, **more)


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    function.__name__: function for function in (*_BY_NAME.values(), get_scheduler)
}
"""The calls by Diffusers' names."""


FRAMEWORK: Final = Framework(
    name="diffusers", title="Diffusers", roots=("diffusers",), calls=CALLS, by_import=True
)
