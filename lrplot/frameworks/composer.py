"""Composer's ``composer.optim.scheduler``, as release 0.32.1 computes it.

A scheduler is a multiplier of the base rate. Its times are strings with a unit, turned into batches (one
update each) the way Composer does it: cut off, not rounded, so that ``0.29dur`` of 100 batches is 28.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.clock import MOST_STEPS
from lrplot.frameworks.composer_spellings import SPELLINGS
from lrplot.python.combine import joined, straight
from lrplot.python.framework import Framework
from lrplot.python.parameters import Base, Noted, Refusal
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.exponential import Exponential
from lrplot.schedules.multistep import MultiStep
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.polynomial import Polynomial
from lrplot.schedules.step import Step
from lrplot.schedules.warmup import Warmup

Time = str | float
"""A time string; a bare number is told apart to be refused."""

_MOST_CYCLES: Final = 1000
"""Cycles of different lengths, each a part of its own; a t_mult from 1.04 on reaches step 2^53 in fewer."""
_LATE: Final = (
    "Composer's Trainer sets the rate before it counts a batch: update t uses what is drawn at t - 1"
)


class _Reader:
    """Reads the times of one call, in the steps of the clock it stands on."""

    def __init__(self, around: Context) -> None:
        clock = around.clock
        by_epoch = clock.unit == "epochs"
        self._epoch = clock.steps_per_epoch
        # Batches in a step of the clock.
        self.each = (clock.steps_per_epoch or 1) if by_epoch else 1
        self._length = None if around.length is None else math.ceil(around.length * self.each)
        self._around = around
        self.notes: dict[str, None] = {} if by_epoch else {_LATE: None}

    def steps(self, time: Time, name: str) -> int:
        """A time in steps.

        Raises
        ------
        Refusal
            When Composer does not take it, or it is counted in something else than updates.
        """
        batches = self._batches(time, name)
        if batches % self.each:
            raise Refusal(
                f"{name} '{time}' is {batches} batches, no whole number of epochs of {self.each}, and this "
                "schedule is updated once an epoch",
                name,
            )
        return batches // self.each

    def length(self, time: Time, name: str) -> int:
        """A time that is divided by."""
        steps = self.steps(time, name)
        if steps == 0:
            raise Refusal(f"{name} '{time}' is 0 batches, and Composer divides by it", name)
        if steps < 0:
            raise Refusal(f"{name} '{time}' is below 0", name)
        return steps

    def warmup(self, time: Time) -> int:
        """The steps of a warm-up."""
        steps = self.steps(time, "t_warmup")
        if steps < 0:
            raise Refusal(f"t_warmup '{time}' is below 0", "t_warmup")
        if steps == 0 and _parsed(time, "t_warmup")[0]:
            self.notes[f"t_warmup '{time}' is 0 batches: no warm-up"] = None
        return steps

    def whole_run(self, time: Time) -> int:
        """The ``t_max`` of a schedule with a warm-up, which must reach to the end of the run."""
        steps = self.steps(time, "t_max")
        if self._length is not None and steps * self.each < self._length:
            raise Refusal(
                f"t_max {steps * self.each}ba must be greater than or equal to max_duration {self._length}ba."
                " Otherwise, the LR schedule will not be defined for the entire training duration.",
                "t_max",
            )
        return steps

    def ends_before(self, step: int) -> bool:
        """True where the run is known to be over by then."""
        return self._around.length is not None and self._around.length <= step

    def _batches(self, time: Time, name: str) -> int:
        amount, unit = _parsed(time, name)
        if unit == "dur":
            return self._share(amount, time, name)
        _check_whole(amount, unit, name)
        if unit == "ba":
            return int(amount)
        if self._epoch is None and self.each == 1 and self._around.clock.unit == "steps":
            self.notes["no steps_per_epoch: an epoch is drawn as one step"] = None
        return int(amount) * (self._epoch or 1)

    def _share(self, share: float, time: Time, name: str) -> int:
        if self._length is None:
            raise Refusal(
                f"{name} '{time}' of what? give the length of the run, as in --steps or --epochs", name
            )
        batches = int(share * self._length)
        if self._epoch is not None and self._length % self._epoch == 0:
            epochs = self._length // self._epoch
            other = int(share * self._epoch * epochs)
            if other != batches:
                self.notes[
                    f"{name} '{time}' of {self._length} batches is {batches}, cut off; with max_duration "
                    f"'{epochs}ep' Composer would make it {other}"
                ] = None
        return batches


def _parsed(time: Time, name: str) -> tuple[float, str]:
    """Amount and unit (ep, ba or dur) of a time string."""
    wanted = "write '10ep', '500ba' or '0.1dur'"
    if not isinstance(time, str):
        raise Refusal(f"{name} is a time with its unit, got {time:g}; {wanted}", name)
    if time and re.fullmatch(r"(\d+h)?(\d+m)?(\d+s)?|.+sec", time, re.IGNORECASE):
        raise Refusal("Wall clock time not an allowed time unit.", name)
    found = re.fullmatch(r"(.+)(iter|ep|ba|sp|tok|dur)", time, re.IGNORECASE)
    try:
        amount = float(found[1]) if found else math.nan
    except ValueError:
        amount = math.nan
    if found is None or not math.isfinite(amount):
        raise Refusal(f"Invalid time string: {time}; {wanted}", name)
    unit = found[2].lower()
    if unit in {"iter", "sp", "tok"}:
        counted = {"iter": "iterations", "sp": "samples", "tok": "tokens"}[unit]
        raise Refusal(f"{name} '{time}' counts {counted}, and lrplot counts updates; {wanted}", name)
    return amount, unit


def _check_whole(amount: float, unit: str, name: str) -> None:
    if unit != "dur" and not amount.is_integer():
        raise Refusal(f"value {amount:g} is not an integer. Units {unit} require integer values.", name)


def _scaled(base: Base, factor: float, name: str) -> float:
    """The base rate times a multiplier."""
    if factor < 0:
        raise Refusal(f"{name} {factor:g} makes rates below 0", name)
    return base.lr * factor


def _noted(schedule: Schedule, reader: _Reader) -> Schedule | Noted:
    return Noted(schedule, tuple(reader.notes)) if reader.notes else schedule


def StepScheduler(step_size: Time, gamma: float = 0.1, *, base: Base, around: Context) -> Schedule | Noted:
    reader = _Reader(around)
    size = reader.length(step_size, "step_size")
    _scaled(base, gamma, "gamma")
    return _noted(Step(lr=base.lr, step_size=size, gamma=gamma), reader)


def MultiStepScheduler(
    milestones: list[Time], gamma: float = 0.1, *, base: Base, around: Context
) -> Schedule | Noted:
    reader = _Reader(around)
    return _noted(_drops(reader, milestones, gamma, base, 0), reader)


def _drops(reader: _Reader, milestones: list[Time], gamma: float, base: Base, start: int) -> Schedule:
    """Drops at milestones that are counted from ``start`` steps earlier."""
    _scaled(base, gamma, "gamma")
    steps = [reader.steps(each, "milestones") for each in milestones]
    return MultiStep(lr=base.lr, milestones=tuple(max(0, at - start) for at in steps), gamma=gamma)


def ConstantScheduler(
    alpha: float = 1.0, t_max: Time = "1dur", *, base: Base, around: Context
) -> Schedule | Noted:
    reader = _Reader(around)
    low = _scaled(base, alpha, "alpha")
    amount, unit = _parsed(t_max, "t_max")
    _check_whole(amount, unit, "t_max")
    end = 0 if alpha == 1 else reader.steps(t_max, "t_max")
    held = Constant(lr=low) if end <= 0 else Piecewise(points=((0, low), (end, base.lr)))
    return _noted(held if end > 0 else Constant(lr=base.lr), reader)


def LinearScheduler(
    alpha_i: float = 1.0,
    alpha_f: float = 0.0,
    t_max: Time = "1dur",
    *,
    base: Base,
    around: Context,
) -> Schedule | Noted:
    reader = _Reader(around)
    start, end = _scaled(base, alpha_i, "alpha_i"), _scaled(base, alpha_f, "alpha_f")
    return _noted(straight(start, end, reader.length(t_max, "t_max")), reader)


def ExponentialScheduler(
    gamma: float, decay_period: Time = "1ep", *, base: Base, around: Context
) -> Schedule | Noted:
    reader = _Reader(around)
    _scaled(base, gamma, "gamma")
    period = reader.length(decay_period, "decay_period")
    return _noted(Exponential(lr=base.lr, gamma=gamma, period=period), reader)


def CosineAnnealingScheduler(
    t_max: Time = "1dur", alpha_f: float = 0.0, *, base: Base, around: Context
) -> Schedule | Noted:
    reader = _Reader(around)
    low = _scaled(base, alpha_f, "alpha_f")
    return _noted(Cosine(lr=base.lr, eta_min=low, T_max=reader.length(t_max, "t_max")), reader)


def CosineAnnealingWarmRestartsScheduler(
    t_0: Time, t_mult: float = 1.0, alpha_f: float = 0.0, *, base: Base, around: Context
) -> Schedule | Noted:
    reader = _Reader(around)
    low = _scaled(base, alpha_f, "alpha_f")
    first = reader.length(t_0, "t_0")
    if t_mult.is_integer() and t_mult >= 1:
        return _noted(CosineRestarts(lr=base.lr, T_0=first, T_mult=t_mult, eta_min=low), reader)
    if t_mult < 0:
        raise Refusal(f"a t_mult of {t_mult:g} makes a cycle of less than no time", "t_mult")
    if reader.each > 1:
        raise Refusal("a t_mult that is no whole number counts batches; update every step", "t_mult")
    return _noted(_cut_cycles(reader, base.lr, low, first, t_mult), reader)


def _cut_cycles(reader: _Reader, lr: float, low: float, first: int, factor: float) -> Schedule:
    """Cycles whose lengths are cut off to whole batches, one from the other."""
    lengths = [first]
    while (following := int(factor * lengths[-1])) not in {0, lengths[-1]} and sum(lengths) < MOST_STEPS:
        lengths.append(min(following, MOST_STEPS))
        if len(lengths) > _MOST_CYCLES:
            raise Refusal(f"more than {_MOST_CYCLES} cycles of different lengths", "t_mult")
    end = sum(lengths)
    if following == 0 and not reader.ends_before(end):
        raise Refusal(
            f"the interval between restarts has decayed to 0 at step {end}, where Composer stops; "
            f"draw at most {end} steps",
            "t_mult",
        )
    *before, last = lengths
    parts: list[Schedule] = [Cosine(lr=lr, eta_min=low, T_max=length) for length in before]
    return joined([*parts, CosineRestarts(lr=lr, T_0=last, eta_min=low)], before)


def PolynomialScheduler(
    power: float, t_max: Time = "1dur", alpha_f: float = 0.0, *, base: Base, around: Context
) -> Schedule | Noted:
    reader = _Reader(around)
    low = _scaled(base, alpha_f, "alpha_f")
    return _noted(_power(base.lr, low, power, reader.length(t_max, "t_max")), reader)


def _power(lr: float, low: float, power: float, steps: int) -> Schedule:
    if power < 0:
        raise Refusal("Composer divides by zero at t_max for a power below 0", "power")
    if power == 0 or steps <= 0:
        return Constant(lr=lr)
    return Polynomial(lr=lr, end_lr=low, power=power, T_max=steps)


def MultiStepWithWarmupScheduler(
    t_warmup: Time,
    milestones: list[Time],
    gamma: float = 0.1,
    scale_warmup: bool = False,  # noqa: ARG001 (only of scale_schedule_ratio)
    *,
    base: Base,
    around: Context,
) -> Schedule | Noted:
    reader = _Reader(around)
    steps = reader.warmup(t_warmup)
    drops = _drops(reader, milestones, gamma, base, steps)
    return _noted(joined([straight(0, base.lr, max(1, steps)), drops], [steps]), reader)


def ConstantWithWarmupScheduler(
    t_warmup: Time,
    alpha: float = 1.0,
    t_max: Time = "1dur",
    scale_warmup: bool = False,
    *,
    base: Base,
    around: Context,
) -> Schedule | Noted:
    _scaled(base, alpha, "alpha")
    return LinearWithWarmupScheduler(t_warmup, alpha, alpha, t_max, scale_warmup, base=base, around=around)


def LinearWithWarmupScheduler(
    t_warmup: Time,
    alpha_i: float = 1.0,
    alpha_f: float = 0.0,
    t_max: Time = "1dur",
    scale_warmup: bool = False,  # noqa: ARG001 (only of scale_schedule_ratio)
    *,
    base: Base,
    around: Context,
) -> Schedule | Noted:
    reader = _Reader(around)
    start, end = _scaled(base, alpha_i, "alpha_i"), _scaled(base, alpha_f, "alpha_f")
    steps, left = _split(reader, t_warmup, t_max)
    after = Constant(lr=start) if left <= 0 or start == end else straight(start, end, left)
    return _noted(_warmed(after, steps), reader)


def CosineAnnealingWithWarmupScheduler(
    t_warmup: Time,
    t_max: Time = "1dur",
    alpha_f: float = 0.0,
    scale_warmup: bool = False,  # noqa: ARG001 (only of scale_schedule_ratio)
    *,
    base: Base,
    around: Context,
) -> Schedule | Noted:
    reader = _Reader(around)
    low = _scaled(base, alpha_f, "alpha_f")
    steps, left = _split(reader, t_warmup, t_max)
    after = Constant(lr=base.lr) if left <= 0 else Cosine(lr=base.lr, eta_min=low, T_max=left)
    return _noted(_warmed(after, steps), reader)


def PolynomialWithWarmupScheduler(
    t_warmup: Time,
    power: float = 2.0,
    t_max: Time = "1dur",
    alpha_f: float = 0.0,
    scale_warmup: bool = False,  # noqa: ARG001 (only of scale_schedule_ratio)
    *,
    base: Base,
    around: Context,
) -> Schedule | Noted:
    reader = _Reader(around)
    low = _scaled(base, alpha_f, "alpha_f")
    steps, left = _split(reader, t_warmup, t_max)
    return _noted(_warmed(_power(base.lr, low, power, left), steps), reader)


def _split(reader: _Reader, t_warmup: Time, t_max: Time) -> tuple[int, int]:
    """Steps of the warm-up, and what ``t_max``, which counts them too, leaves."""
    steps = reader.warmup(t_warmup)
    return steps, reader.whole_run(t_max) - steps


def _warmed(after: Schedule, steps: int) -> Schedule:
    return Warmup(schedule=after, steps=steps) if steps else after


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (
        StepScheduler,
        MultiStepScheduler,
        ConstantScheduler,
        LinearScheduler,
        ExponentialScheduler,
        CosineAnnealingScheduler,
        CosineAnnealingWarmRestartsScheduler,
        PolynomialScheduler,
        MultiStepWithWarmupScheduler,
        ConstantWithWarmupScheduler,
        LinearWithWarmupScheduler,
        CosineAnnealingWithWarmupScheduler,
        PolynomialWithWarmupScheduler,
    )
}
"""The calls by Composer's names."""


FRAMEWORK: Final = Framework(
    name="composer",
    title="Composer",
    roots=("composer",),
    calls=CALLS,
    spellings=SPELLINGS,
)
