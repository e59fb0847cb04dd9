"""timm's linear warm-up, and the parameters of its schedulers that say it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lrplot.python import combine
from lrplot.python.parameters import Base, Refusal
from lrplot.python.signatures import Decorator, Making, with_tail
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.linear import Linear
from lrplot.schedules.warmup import Warmup


@dataclass(frozen=True, slots=True)
class WarmUp:
    """timm's linear warm-up."""

    steps: float
    start: float
    prefix: bool

    def before(self, curve: Schedule, base: float, target: float) -> Schedule:
        """The warm-up and what it leads to; without one, step 0 has the base rate whatever the curve says."""
        if self.steps < 0:
            raise Refusal(f"warmup_t must be >= 0, got {self.steps:g}", "warmup_t")
        if not self.steps:
            return (
                curve
                if float(curve(0)) == base
                else combine.joined([Constant(lr=base), combine.begun(curve, 1)], [1])
            )
        whole = math.ceil(self.steps)
        if self.prefix and whole != self.steps:
            raise Refusal(
                f"a warm-up of {self.steps:g} steps would start the schedule between two steps", "warmup_t"
            )
        if whole == self.steps and float(curve(0)) == target:
            return Warmup(schedule=curve, steps=whole, start_lr=self.start, prefix=self.prefix)
        ramp = Linear(lr=self.start, end_lr=target, T_max=self.steps)
        return combine.joined([ramp, curve if self.prefix else combine.begun(curve, whole)], [whole])


def warmed(
    *,
    prefix: bool,
    to: Literal["rate", "curve"] = "rate",
    then: Sequence[str] = (),
    asserted: bool = False,
) -> Decorator:
    """A scheduler with a warm-up before it.

    Parameters
    ----------
    prefix
        Whether the schedule begins only after the warm-up, unless the call says so.
    to
        Whether the warm-up leads to the base rate, or to the curve where that runs underneath.
    then
        Its own parameters that stand behind those of the warm-up.
    asserted
        Whether it asserts that the warm-up begins at 0 or above, be there one or not.
    """

    def tail(
        make: Making,
        optimizer: Base,
        warmup_t: float = 0,
        warmup_lr_init: float = 0.0,
        warmup_prefix: bool = prefix,
    ) -> Schedule:
        if asserted and warmup_lr_init < 0:
            raise Refusal(f"timm asserts warmup_lr_init >= 0, got {warmup_lr_init:g}", "warmup_lr_init")
        curve: Schedule = make()
        underneath = to == "curve" and warmup_t and not warmup_prefix
        target = float(curve(warmup_t)) if underneath else optimizer.lr
        return WarmUp(warmup_t, warmup_lr_init, warmup_prefix).before(curve, optimizer.lr, target)

    return with_tail(tail, then)
