"""The intent of a schedule: what it is meant to be, where several frameworks have a class for it."""

from dataclasses import dataclass
from typing import Any

from lrplot.schedules.base import Schedule


@dataclass(frozen=True, slots=True)
class Intent:
    """A schedule, and the plain linear warm-up before it where it has one.

    Parameters
    ----------
    schedule
        What comes after the warm-up.
    warmup
        Steps of the warm-up, 0 where there is none.
    start
        Rate at which the warm-up starts.
    under
        Whether the schedule runs underneath the warm-up instead of after it.
    """

    schedule: Any
    warmup: int = 0
    start: float = 0
    under: bool = False


def intent_of(schedule: Schedule) -> Intent:
    """Take a plain warm-up off: linear, before the schedule or over it, to its first rate.

    A sequence of a straight rise and what it leads to is one too.
    """
    from lrplot.schedules.sequence import Sequence
    from lrplot.schedules.warmup import Warmup

    if isinstance(schedule, Warmup) and schedule.shape == "linear" and schedule.target == "first":
        under = bool(schedule.steps) and not schedule.prefix
        return Intent(schedule.schedule, schedule.steps, schedule.ends()[0], under)
    if isinstance(schedule, Sequence) and len(schedule.parts) == 2:
        ramp: Any
        ramp, rest = schedule.parts
        rises = ramp.type == "linear" and ramp.T_max == schedule.lengths[0]
        if rises and ramp.end_lr > ramp.lr and ramp.end_lr == float(rest(0)):
            return Intent(rest, schedule.lengths[0], ramp.lr)
    return Intent(schedule)


def base_rate(schedule: Schedule) -> float:
    """The optimizer's own rate, which most frameworks' schedulers multiply.

    >>> from lrplot.schedules.linear import Linear
    >>> base_rate(Linear(lr=0.01, end_lr=0.1, T_max=10))
    0.1
    """
    inner: Any = intent_of(schedule).schedule
    while inner.type in {"epochwise", "excerpt", "warmup"}:
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
