"""Optax' schedules of values below 0, which updates are multiplied by: minus the rate."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.errors import StepError
from lrplot.frameworks.optax.schedules import (
    BELOW,
    exponential_decay,
    linear_schedule,
    reached,
    warmup_exponential_decay_schedule,
)
from lrplot.python.binding import Formula
from lrplot.python.combine import begun, joined
from lrplot.python.parameters import Noted, Refusal, Whole
from lrplot.python.symbolic import negative, schedule_of
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.exponential import Exponential

_RATES: Final = frozenset({"value", "init_value", "end_value", "peak_value"})


def of_either_sign(function: Callable[..., Schedule]) -> Callable[..., Any]:
    """The function, and what it gives for rates below 0: the rates that updates are then scaled by."""

    @functools.wraps(function)
    def signed(*given: Any, **named: Any) -> Any:
        bound = inspect.signature(function).bind(*given, **named)
        rates = {key: value for key, value in bound.arguments.items() if key in _RATES and value is not None}
        below = [key for key, value in rates.items() if value < 0]
        if not below:
            return function(*given, **named)
        if any(value > 0 for value in rates.values()):
            raise Refusal(
                f"{below[0]} is below 0 and another rate above it; a rate that changes its sign is not drawn",
                below[0],
            )
        bound.arguments.update({key: -value for key, value in rates.items()})
        made = _OF_NEGATIVE.get(function, function)(*bound.args, **bound.kwargs)
        return Noted(made, (BELOW,), negated=True)

    return signed


def _negative_exponential_decay(
    init_value: float,
    transition_steps: float,
    decay_rate: float,
    transition_begin: Whole = 0,
    staircase: bool = False,
    end_value: float | None = None,
) -> Schedule:
    """Minus an ``exponential_decay`` of minus these rates: there ``end_value`` bounds the other way."""
    if end_value is None or transition_steps <= 0 or decay_rate == 0:
        return exponential_decay(init_value, transition_steps, decay_rate, transition_begin, staircase)
    begin = max(0, transition_begin)
    curve = Exponential(lr=init_value, gamma=decay_rate, period=transition_steps, staircase=staircase)
    if decay_rate >= 1:
        first = Constant(lr=max(init_value, end_value))
        return joined([first, curve.model_copy(update={"min_lr": end_value})], [begin])
    if init_value <= end_value:
        return joined([Constant(lr=init_value), curve], [begin])
    if end_value == 0:
        return Constant(lr=0)
    held = reached(curve, end_value, transition_steps, decay_rate)
    return joined([Constant(lr=end_value), begun(curve, held)], [begin + held])


def _negative_warmup_exponential(
    init_value: float, peak_value: float, warmup_steps: Whole, *decay: Any, **named: Any
) -> Schedule:
    falls = _negative_exponential_decay(peak_value, *decay, **named)
    return joined([linear_schedule(init_value, peak_value, warmup_steps), falls], [max(0, warmup_steps)])


_OF_NEGATIVE: Final[Mapping[Callable[..., Schedule], Callable[..., Schedule]]] = {
    exponential_decay: _negative_exponential_decay,
    warmup_exponential_decay_schedule: _negative_warmup_exponential,
}


def scale_by_schedule(step_size_fn: Formula) -> Schedule:
    """The rate is what updates are multiplied by, whichever of the chain turns their sign."""
    try:
        schedule = schedule_of(step_size_fn.value)
        schedule([0, 1, 2, 1000])
    except (Refusal, StepError):
        return schedule_of(negative(step_size_fn.value))
    return schedule


def scale_by_learning_rate(learning_rate: float | Schedule, flip_sign: bool = True) -> Schedule:  # noqa: ARG001
    return learning_rate if isinstance(learning_rate, Schedule) else Constant(lr=learning_rate)
