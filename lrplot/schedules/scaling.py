"""Schedules of other sizes: with other base rates, or multiplied as they are."""

from collections.abc import Callable
from typing import Any

from lrplot.schedules import schedule_class
from lrplot.schedules.base import Schedule, values
from lrplot.schedules.constant import Constant
from lrplot.schedules.fields import Kind, kind_of, parameters

_NESTED = frozenset({"schedule", "schedules"})


def is_base_rate(kind: Kind | None) -> bool:
    """True for a parameter that a base rate fills where it is left out: ``lr``, a one-cycle's ``max_lr``."""
    return kind is not None and kind.inherits == "lr"


def has_no_base_rate(model: type[Schedule]) -> bool:
    """True for a schedule whose rates are all its own, as those of a table are.

    >>> from lrplot.schedules.piecewise import Piecewise
    >>> has_no_base_rate(Piecewise), has_no_base_rate(Constant)
    (True, False)
    """
    kinds = [kind_of(info) for info in parameters(model).values()]
    return not any(is_base_rate(kind) or (kind is not None and kind.holds in _NESTED) for kind in kinds)


def base_rates(schedule: Schedule) -> frozenset[float]:
    """The base rates in a schedule and those inside it; 0 is nobody's.

    >>> from lrplot.schedules.cosine import Cosine
    >>> sorted(base_rates(Cosine(lr=0.1, eta_min=0.01, T_max=90)))
    [0.1]
    """
    found: set[float] = set()

    def kept(rate: float) -> float:
        found.add(rate)
        return rate

    with_base_rates(schedule, kept)
    return frozenset(found - {0.0})


def with_base_rates(schedule: Schedule, change: Callable[[float], float]) -> Schedule | None:
    """The same schedule with each base rate changed; None where a part has none.

    All else stays, as for two parameter groups under one scheduler: floors such as ``eta_min`` are rates of
    their own.

    Raises
    ------
    ScheduleError
        When no schedule has such a rate.

    Examples
    --------
    >>> from lrplot.schedules.cosine import Cosine
    >>> with_base_rates(Cosine(lr=0.1, eta_min=0.01, T_max=90), lambda lr: lr / 2)([0, 90]).tolist()
    [0.05, 0.01]
    """
    if has_no_base_rate(type(schedule)):
        return None
    made: dict[str, Any] = {}
    given = values(schedule)
    for name, info in parameters(type(schedule)).items():
        kind, value = kind_of(info), given[name]
        if is_base_rate(kind):
            value = change(value)
        elif kind is not None and kind.holds in _NESTED:
            parts = value if isinstance(value, tuple) else (value,)
            inner = [with_base_rates(part, change) for part in parts]
            if None in inner:
                return None
            value = tuple(inner) if isinstance(value, tuple) else inner[0]
        made[name] = value
    return type(schedule)(**made)


def times(schedule: Schedule, factor: float) -> Schedule:
    """The schedule with every rate multiplied, its floors too, as timm's ``lr_scale`` does.

    >>> from lrplot.schedules.cosine import Cosine
    >>> times(Cosine(lr=0.1, eta_min=0.01, T_max=90), 0.5)([0, 90]).tolist()
    [0.05, 0.005]
    """
    made: dict[str, Any] = {"lr": 1.0, "factors": (schedule, Constant(lr=factor))}
    return schedule_class("product")(**made)
