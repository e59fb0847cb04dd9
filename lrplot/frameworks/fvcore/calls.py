"""fvcore's ``fvcore.common.param_scheduler`` 0.1.5 and detectron2's ``solver/lr_scheduler.py``.

fvcore's schedulers say a value for each share ``where`` of training, in [0, 1); alone they are drawn as
that value over the run's length, inside detectron2's LRMultiplier as factors of the base rate over its
``max_iter``.
"""

import math
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

from lrplot.errors import StepError
from lrplot.frameworks.fvcore.progress import (
    EPSILON,
    MOST_VALUES,
    CompositeValues,
    ConstantValues,
    CosineValues,
    ExponentialValues,
    LinearValues,
    PolynomialValues,
    Progress,
    Scheduler,
    StepValues,
)
from lrplot.python.parameters import Base, Noted, Refusal
from lrplot.python.values import Made
from lrplot.schedules.base import Context, Rates, Schedule, Steps
from lrplot.schedules.knots import Knots


class _Unbound(Schedule):
    """A scheduler of which the length is not known yet."""

    type: Literal["param_scheduler"] = "param_scheduler"
    name: str

    def rate(self, t: Steps) -> Rates:  # noqa: ARG002
        raise StepError(f"{self.name} is a function of the share of training done; give the length (--steps)")

    def knots(self, until: int) -> Knots:
        return Knots.nothing_known(until)


_SOURCES: Final[dict[int, Scheduler]] = {}
"""The call that a schedule made here stands for, while it lives: another may ask it over another length."""


def _drawn(name: str, scheduler: Scheduler, around: Context) -> Noted:
    """The scheduler over the run's length, else over the updates that its own arguments speak of."""
    length = scheduler.updates if around.length is None else around.length
    along = None if length is None else scheduler.along(Progress(length), 1).model_copy()
    schedule = along or _Unbound(name=name)
    _SOURCES[id(schedule)] = scheduler
    weakref.finalize(schedule, _SOURCES.pop, id(schedule), None)
    needs = f"{name} is a function of the share of training that is done; say how long it is: --steps"
    return Noted(
        schedule,
        _notes(scheduler, length),
        horizon=None if scheduler.updates is None else math.ceil(scheduler.updates),
        needs=needs if length is None else None,
    )


def _notes(scheduler: Scheduler, length: float | None) -> tuple[str, ...]:
    if not scheduler.steps or length is None or length <= 1 / EPSILON:
        return ()
    return ("fvcore adds 1e-6 to where and so raises an IndexError in the last steps of more than 10^6",)


def _source(made: Made, outer: str, parameter: str) -> Scheduler:
    found = _SOURCES.get(id(made.schedule))
    if found is None:
        raise Refusal(f"{outer} takes fvcore's schedulers, got {made.call}", parameter)
    return found


def ConstantParamScheduler(value: float, *, around: Context) -> Noted:
    return _drawn("ConstantParamScheduler", ConstantValues(value), around)


def CosineParamScheduler(start_value: float, end_value: float, *, around: Context) -> Noted:
    return _drawn("CosineParamScheduler", CosineValues(start_value, end_value), around)


def ExponentialParamScheduler(start_value: float, decay: float, *, around: Context) -> Noted:
    return _drawn("ExponentialParamScheduler", ExponentialValues(start_value, decay), around)


def LinearParamScheduler(start_value: float, end_value: float, *, around: Context) -> Noted:
    return _drawn("LinearParamScheduler", LinearValues(start_value, end_value), around)


def PolynomialDecayParamScheduler(base_value: float, power: float, *, around: Context) -> Noted:
    return _drawn("PolynomialDecayParamScheduler", PolynomialValues(base_value, power), around)


def MultiStepParamScheduler(
    values: list[float],
    num_updates: int | None = None,
    milestones: list[int] | None = None,
    *,
    around: Context,
) -> Noted:
    if not values:
        raise Refusal("values must hold at least one value", "values")
    if num_updates is None and milestones is None:
        raise Refusal("num_updates and milestones cannot both be None")
    if milestones is None:
        width = math.ceil((num_updates or 0) / len(values))
        limits = [width * (i + 1) for i in range(len(values) - 1)]
    else:
        wanted = len(values) - (num_updates is not None)
        if len(milestones) != wanted:
            raise Refusal(f"MultiStep scheduler requires a list of {wanted} miletones", "milestones")
        limits = list(milestones)
    if num_updates is None:
        num_updates = limits.pop()
    if num_updates < len(values):
        raise Refusal("Total num_updates must be greater than length of param schedule", "num_updates")
    for before, limit in zip([0, *limits], limits, strict=False):
        if limit >= num_updates:
            raise Refusal(
                "Milestone must be smaller than total number of updates: "
                f"num_updates={num_updates}, milestone={limit}",
                "milestones",
            )
        if before >= limit:
            raise Refusal(f"milestones must rise, got {before} before {limit}", "milestones")
    steps = StepValues(tuple(values), tuple(limits), num_updates, total=num_updates)
    return _drawn("MultiStepParamScheduler", steps, around)


def StepParamScheduler(num_updates: float, values: list[float], *, around: Context) -> Noted:
    if num_updates <= 0:
        raise Refusal("Number of updates must be larger than 0", "num_updates")
    if not values:
        raise Refusal("Step scheduler requires a list of at least one param value", "values")
    return _drawn("StepParamScheduler", _even(values, num_updates), around)


def StepWithFixedGammaParamScheduler(
    base_value: float, num_decays: int, gamma: float, num_updates: int, *, around: Context
) -> Noted:
    if base_value <= 0 or gamma <= 0:
        raise Refusal(
            "base_value and gamma must be positive numbers", "gamma" if gamma <= 0 else "base_value"
        )
    if num_decays <= 0 or num_updates <= 0:
        raise Refusal("num_decays and num_updates must be positive integers", "num_decays")
    if num_decays > MOST_VALUES:
        raise Refusal(f"more than {MOST_VALUES} decays", "num_decays")
    values = [base_value]
    for _ in range(num_decays):
        values.append(values[-1] * gamma)
    return _drawn("StepWithFixedGammaParamScheduler", _even(values, num_updates), around)


def _even(values: Sequence[float], updates: float) -> StepValues:
    return StepValues(tuple(values), tuple(range(1, len(values))), len(values), closed=True, total=updates)


def CompositeParamScheduler(
    schedulers: list[Made], lengths: list[float], interval_scaling: list[str], *, around: Context
) -> Noted:
    if len(schedulers) != len(lengths):
        raise Refusal("Schedulers and lengths must be same length", "lengths")
    if not schedulers:
        raise Refusal("There must be at least one scheduler in the composite scheduler", "schedulers")
    if abs(sum(lengths) - 1) >= 1e-3:
        raise Refusal("The sum of all values in lengths must be 1", "lengths")
    for scaling in interval_scaling:
        if scaling not in {"rescaled", "fixed"}:
            raise Refusal(f"Unsupported interval_scaling: {scaling}", "interval_scaling")
    if len(interval_scaling) < len(schedulers):
        raise Refusal(
            f"interval_scaling says {len(interval_scaling)} of {len(schedulers)} schedulers",
            "interval_scaling",
        )
    inner = [_source(made, "CompositeParamScheduler", "schedulers") for made in schedulers]
    composite = _composite(inner, lengths, [scaling == "rescaled" for scaling in interval_scaling])
    return _drawn("CompositeParamScheduler", composite, around)


def _composite(
    schedulers: Sequence[Scheduler], lengths: Sequence[float], rescaled: Sequence[bool]
) -> CompositeValues:
    if min(lengths) < 0:
        raise Refusal(f"lengths must be >= 0, got {min(lengths):g}", "lengths")
    shares = tuple(lengths) if sum(lengths) == 1 else (*lengths[:-1], 1 - sum(lengths[:-1]))
    return CompositeValues(tuple(schedulers), shares, tuple(rescaled[: len(schedulers)]))


def WarmupParamScheduler(
    scheduler: Made,
    warmup_factor: float,
    warmup_length: float,
    warmup_method: str = "linear",
    rescale_interval: bool = False,
    *,
    around: Context,
) -> Noted:
    """detectron2's: ``warmup_length`` is a share of training; the schedule runs underneath, or rescaled."""
    inner = _source(scheduler, "WarmupParamScheduler", "scheduler")
    if not 0 <= warmup_length <= 1:
        raise Refusal(
            f"warmup_length is a share of training in [0, 1], got {warmup_length:g}", "warmup_length"
        )
    start, end = warmup_factor * inner.at(0.0), inner.at(0.0 if rescale_interval else warmup_length)
    if warmup_method not in {"linear", "constant"}:
        raise Refusal(f"Unknown warmup method: {warmup_method}", "warmup_method")
    ramp = LinearValues(start, end) if warmup_method == "linear" else ConstantValues(start)
    composite = _composite([ramp, inner], [warmup_length, 1 - warmup_length], [True, rescale_interval])
    return _drawn("WarmupParamScheduler", composite, around)


def LRMultiplier(
    optimizer: Base, multiplier: Made, max_iter: int, last_iter: int = -1, *, around: Context
) -> Noted:
    """detectron2's: the base rate times the multiplier, over ``max_iter`` steps."""
    scheduler = _source(multiplier, "LRMultiplier", "multiplier")
    if last_iter != -1:
        raise Refusal(
            "last_iter resumes a run from a checkpoint's rates; leave it out to see the whole curve",
            "last_iter",
        )
    if max_iter <= 0:
        raise Refusal(f"max_iter must be > 0, got {max_iter}", "max_iter")
    if around.length is not None and around.length > max_iter:
        raise Refusal(
            f"fvcore's schedulers speak of the run's max_iter alone; draw at most {max_iter} steps",
            "max_iter",
        )
    made = scheduler.along(Progress(max_iter), optimizer.lr)
    return Noted(made, _notes(scheduler, max_iter), horizon=max_iter)


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (
        ConstantParamScheduler,
        CosineParamScheduler,
        ExponentialParamScheduler,
        LinearParamScheduler,
        PolynomialDecayParamScheduler,
        MultiStepParamScheduler,
        StepParamScheduler,
        StepWithFixedGammaParamScheduler,
        CompositeParamScheduler,
        WarmupParamScheduler,
        LRMultiplier,
    )
}
"""The calls by fvcore's and detectron2's names."""
