"""Ways of putting schedules together that several frameworks share."""

from collections.abc import Sequence
from typing import Any

from lrplot.python.parameters import Refusal
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.epochwise import Epochwise
from lrplot.schedules.excerpt import Excerpt
from lrplot.schedules.linear import Linear
from lrplot.schedules.sequence import Sequence as Phases


def joined(parts: Sequence[Schedule], spans: Sequence[int]) -> Schedule:
    """One schedule after another, each on its own clock; one that lasts no step is left out.

    >>> joined([Constant(lr=0.1), Constant(lr=0.2)], [0]).type
    'constant'
    """
    kept: list[Schedule] = []
    lengths: list[int] = []
    for part, span in zip(parts, [*spans, None], strict=True):
        if span is None or span > 0:
            kept.append(part)
            lengths += [] if span is None else [span]
    return kept[0] if len(kept) == 1 else Phases(parts=tuple(kept), lengths=tuple(lengths))


def straight(start: float, end: float, steps: float) -> Schedule:
    """Straight from one rate to another."""
    return Linear(lr=start, end_lr=end, T_max=steps)


def wave(lr: float, eta_min: float, length: float, cycles: float) -> Schedule:
    """A cosine of so many waves in ``length`` steps, which goes on for ever; half a wave is an anneal."""
    if cycles == 0:
        return Constant(lr=lr)
    return Cosine(lr=lr, eta_min=eta_min, T_max=length / (2 * abs(cycles)), after="rise")


def begun(schedule: Schedule, start: int) -> Schedule:
    """The schedule from its step ``start`` on."""
    return Excerpt(schedule=schedule, start=start) if start else schedule


def whole(name: str, value: float) -> int:
    """A number of steps that must be whole, however it is written.

    >>> whole("num_warmup_steps", 100.0)
    100
    """
    if not float(value).is_integer():
        raise Refusal(f"{name} must be a whole number of steps, got {value:g}", name)
    return int(value)


def of_groups(rates: float | list[float], name: str) -> float:
    """The one rate of all parameter groups."""
    if isinstance(rates, int | float):
        return rates
    if len(set(rates)) != 1:
        raise Refusal(f"{name}: {len(rates)} parameter groups; draw them one by one", name)
    return rates[0]


def metrics_of(name: str, around: Context, after: int = 0) -> dict[str, Any]:
    """The metrics a scheduler reacts to, as a native schedule takes them, without the first ``after``."""
    if not around.metrics:
        raise Refusal(
            f"{name} reacts to a metric; give it with --metrics FILE, or 'metrics' beside the schedule"
        )
    metrics = around.later(after).metrics
    if not metrics:
        raise Refusal(
            f"{name} passes over the first {after} metrics, and there are {len(around.metrics)}; give more"
        )
    return {"formula" if isinstance(metrics, str) else "metrics": metrics}


def by_epoch(schedule: Schedule, around: Context) -> Schedule:
    """A schedule that counts epochs, on a clock that may count steps."""
    each = around.steps_per_epoch
    return schedule if each in {None, 1} else Epochwise(schedule=schedule, steps_per_epoch=each)
