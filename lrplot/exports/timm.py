"""timm's call for a schedule."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.exports.formula import number
from lrplot.exports.intent import intent_of
from lrplot.schedules.base import Schedule


def spell(schedule: Schedule) -> str | None:
    """The call people write for it, on a clock of steps; None where timm has none."""
    intent = intent_of(schedule)
    write = _CALLS.get(intent.schedule.type)
    call = None if write is None else write(intent.schedule)
    if call is None:
        return None
    ramp = f", warmup_t={intent.warmup}, warmup_lr_init={number(intent.start)}" if intent.warmup else ""
    return f"{call}{ramp}, t_in_epochs=False)"


def _cosine(s: Any) -> str | None:
    if s.exponent != 1 or not float(s.T_max).is_integer():
        return None
    return f"CosineLRScheduler(optimizer, t_initial={number(s.T_max)}, lr_min={number(s.eta_min)}"


def _restarts(s: Any) -> str | None:
    if not float(s.T_0).is_integer():
        return None
    # timm knows no restarts without end: after the last cycle the rate is lr_min.
    cycles = s.cycles or (1_000_000 if s.T_mult == 1 else 100)
    return (
        f"CosineLRScheduler(optimizer, t_initial={number(s.T_0)}, lr_min={number(s.eta_min)}, "
        f"cycle_mul={number(s.T_mult)}, cycle_decay={number(s.decay)}, cycle_limit={cycles}"
    )


def _tanh(s: Any) -> str | None:
    if not float(s.T_max).is_integer():
        return None
    return (
        f"TanhLRScheduler(optimizer, t_initial={number(s.T_max)}, lb={number(s.lb)}, ub={number(s.ub)}, "
        f"lr_min={number(s.eta_min)}"
    )


def _polynomial(s: Any) -> str | None:
    if s.cycle or not float(s.T_max).is_integer():
        return None
    return (
        f"PolyLRScheduler(optimizer, t_initial={number(s.T_max)}, power={number(s.power)}, "
        f"lr_min={number(s.end_lr)}"
    )


def _linear(s: Any) -> str | None:
    if not float(s.T_max).is_integer() or s.end_lr > s.lr:
        return None
    return f"PolyLRScheduler(optimizer, t_initial={number(s.T_max)}, power=1, lr_min={number(s.end_lr)}"


def _step(s: Any) -> str:
    return f"StepLRScheduler(optimizer, decay_t={number(s.step_size)}, decay_rate={number(s.gamma)}"


def _multistep(s: Any) -> str:
    marks = ", ".join(map(number, sorted(s.milestones)))
    return f"MultiStepLRScheduler(optimizer, decay_t=[{marks}], decay_rate={number(s.gamma)}"


_CALLS: Final[Mapping[str, Callable[[Any], str | None]]] = {
    "cosine": _cosine,
    "cosine_restarts": _restarts,
    "tanh": _tanh,
    "polynomial": _polynomial,
    "linear": _linear,
    "step": _step,
    "multistep": _multistep,
}
