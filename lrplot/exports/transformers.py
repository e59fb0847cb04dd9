"""Transformers' call for a schedule; what it lacks is PyTorch's."""

from collections.abc import Callable, Mapping
from typing import Final

from lrplot.exports.formula import number
from lrplot.exports.intent import Intent, intent_of
from lrplot.exports.pytorch import base_rate
from lrplot.schedules.base import Schedule


def spell(schedule: Schedule) -> str | None:
    """The call people write for it, None where Transformers has none."""
    intent = intent_of(schedule)
    write = _CALLS.get(intent.schedule.type)
    if write is None or intent.start or getattr(intent.schedule, "lr", None) != base_rate(schedule):
        return None
    return write(intent)


def _ends(intent: Intent, length: float) -> str | None:
    if not float(length).is_integer():
        return None
    return f"num_warmup_steps={intent.warmup}, num_training_steps={intent.warmup + int(length)}"


def _constant(intent: Intent) -> str:
    if intent.warmup:
        return f"get_constant_schedule_with_warmup(optimizer, num_warmup_steps={intent.warmup})"
    return "get_constant_schedule(optimizer)"


def _linear(intent: Intent) -> str | None:
    steps = _ends(intent, intent.schedule.T_max)
    if steps is None or intent.schedule.end_lr:
        return None
    return f"get_linear_schedule_with_warmup(optimizer, {steps})"


def _cosine(intent: Intent) -> str | None:
    s, steps = intent.schedule, _ends(intent, intent.schedule.T_max)
    if steps is None or s.exponent != 1:
        return None
    if s.eta_min:
        return f"get_cosine_with_min_lr_schedule_with_warmup(optimizer, {steps}, min_lr={number(s.eta_min)})"
    return f"get_cosine_schedule_with_warmup(optimizer, {steps})"


def _restarts(intent: Intent) -> str | None:
    s = intent.schedule
    if s.T_mult != 1 or s.decay != 1 or s.eta_min or s.cycles is None:
        return None
    steps = _ends(intent, s.length)
    return steps and (
        f"get_cosine_with_hard_restarts_schedule_with_warmup(optimizer, {steps}, num_cycles={s.cycles})"
    )


def _polynomial(intent: Intent) -> str | None:
    s, steps = intent.schedule, _ends(intent, intent.schedule.T_max)
    if steps is None or s.cycle or s.end_lr >= s.lr:
        return None
    ends = f"lr_end={number(s.end_lr)}, power={number(s.power)}"
    return f"get_polynomial_decay_schedule_with_warmup(optimizer, {steps}, {ends})"


def _inverse_sqrt(intent: Intent) -> str:
    scale = intent.schedule.timescale
    own = "" if scale == intent.warmup else f", timescale={number(scale)}"
    return f"get_inverse_sqrt_schedule(optimizer, num_warmup_steps={intent.warmup}{own})"


def _wsd(intent: Intent) -> str | None:
    s = intent.schedule
    whole = float(s.decay_steps).is_integer() and float(s.total_steps).is_integer()
    if not whole or s.decay == "exponential" or (s.min_lr and intent.warmup):
        return None
    stable = int(s.total_steps - s.decay_steps)
    least = f", min_lr_ratio={number(s.min_lr / s.lr)}" if s.min_lr else ""
    return (
        f"get_wsd_schedule(optimizer, num_warmup_steps={intent.warmup}, "
        f"num_decay_steps={number(s.decay_steps)}, num_stable_steps={stable}, decay_type={s.decay!r}{least})"
    )


_CALLS: Final[Mapping[str, Callable[[Intent], str | None]]] = {
    "constant": _constant,
    "linear": _linear,
    "cosine": _cosine,
    "cosine_restarts": _restarts,
    "polynomial": _polynomial,
    "inverse_sqrt": _inverse_sqrt,
    "wsd": _wsd,
}


def with_call(call: str, base: float, steps: int, steps_per_epoch: int | None) -> str:
    """A script with one of Transformers' schedulers."""
    from lrplot.exports import pytorch

    name = call.partition("(")[0]
    home = "transformers" if name in _AT_THE_TOP else "transformers.optimization"
    return pytorch.script(
        ["import torch", f"from {home} import {name}"],
        [],
        number(base),
        "",
        f"scheduler = {call}",
        steps,
        steps_per_epoch,
    )


_AT_THE_TOP: Final = {
    "get_constant_schedule",
    "get_constant_schedule_with_warmup",
    "get_cosine_schedule_with_warmup",
    "get_cosine_with_hard_restarts_schedule_with_warmup",
    "get_inverse_sqrt_schedule",
    "get_linear_schedule_with_warmup",
    "get_polynomial_decay_schedule_with_warmup",
    "get_wsd_schedule",
}
