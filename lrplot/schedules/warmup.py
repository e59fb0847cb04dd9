from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from lrplot.clock import MOST_STEPS
from lrplot.errors import Problem
from lrplot.schedules.base import Context, Nested, Part, Rates, Schedule, Steps
from lrplot.schedules.composite import Composite
from lrplot.schedules.dense import pieces
from lrplot.schedules.fields import Kind
from lrplot.schedules.formula import Equation
from lrplot.schedules.interpolation import interpolate, ways
from lrplot.schedules.parameters import Factor, Rate
from lrplot.schedules.phase import Phase, clip_phases
from lrplot.schedules.ramps import interpolation


class Warmup(Composite):
    """Ramp up to a schedule.

        lr(t) = ramp(start, goal, t / steps)             (t < steps)
        lr(t) = schedule(t - steps)                      (prefix: true)
        lr(t) = schedule(t)                              (prefix: false)
        start = start_factor · schedule(0)               (no start_lr)
        start = start_lr
        goal = schedule(0)                               (target: first)
        goal = schedule(steps)                           (target: curve)
        ramp(a, b, z) = b + (a - b) · (1 - z)            (shape: linear)
        ramp(a, b, z) = a                                (shape: constant)
        ramp(a, b, z) = b + (a - b) · ½ (1 + cos(π z))   (shape: cosine)
        ramp(a, b, z) = a · (b / a) ** z                 (shape: exponential)
        ramp(a, b, z) = b + (a - b) · (1 - log(1 + t) / log(1 + steps))   (shape: log)

    Without ``prefix`` and with ``target: curve`` the ramp meets the running curve. ``exponential`` needs a
    start > 0.
    Knots: ``steps``, and the schedule's own.
    Source: Goyal et al., 2017 (arXiv:1706.02677); timm for ``prefix: false``, detectron2 for
    ``target: curve``, DeepSpeed for ``log``.

    >>> from lrplot.schedules.linear import Linear
    >>> Warmup(schedule=Linear(lr=0.1, T_max=10), steps=5)([0, 1, 5, 10, 15]).round(6).tolist()
    [0.0, 0.02, 0.1, 0.05, 0.0]
    """

    equations: ClassVar = (
        Equation("lr(t)", "ramp(start, goal, t / steps)", "t < steps"),
        Equation("lr(t)", "schedule(t - steps)", "prefix"),
        Equation("lr(t)", "schedule(t)", "not prefix"),
        Equation("start", "start_factor * schedule(0)", "start_lr is None"),
        Equation("start", "start_lr"),
        Equation("goal", "schedule(0)", "target == 'first'"),
        Equation("goal", "schedule(steps)", "target == 'curve'"),
        *ways("shape", linear="linear", constant="constant", cosine="cosine", exponential="exponential"),
        Equation("ramp(a, b, z)", "b + (a - b) * (1 - log(1 + t) / log(1 + steps))", "shape == 'log'"),
    )

    type: Literal["warmup"] = "warmup"
    schedule: Part
    """What the ramp leads to."""
    steps: Annotated[int, Field(ge=0, le=MOST_STEPS), Kind("length", whole=True, zero=True)]
    """Steps of the ramp; 0 is none."""
    start_factor: Factor = 0
    """Where the ramp starts, as a share of the schedule's first rate."""
    start_lr: Rate | None = None
    """Where the ramp starts, as a rate."""
    shape: Literal["linear", "constant", "cosine", "exponential", "log"] = "linear"
    """How the ramp rises."""
    prefix: bool = True
    """Whether the schedule starts after the ramp instead of running underneath."""
    target: Literal["first", "curve"] = "first"
    """What the ramp aims at when the schedule runs underneath."""

    def mistakes(self) -> Iterator[Problem]:
        if self.start_lr is not None and self.start_factor:
            yield Problem("start_lr", "warmup takes one of 'start_factor' and 'start_lr', got both")
        length = self.schedule.length
        if not self.prefix and self.target == "curve" and length is not None and self.steps >= length:
            yield Problem(
                "steps", f"steps must be < {length:g}, where the curve to be met ends, got {self.steps}"
            )
        elif self.shape == "exponential" and self.steps:
            start, target = self.ends()
            if start <= 0 or target <= 0:
                name = "start_factor" if self.start_lr is None else "start_lr"
                yield Problem(name, f"an exponential warm-up cannot start or end at 0; give {name} > 0")

    @classmethod
    def contexts(cls, outer: Context, given: Mapping[str, Any], parts: int) -> Sequence[Context]:
        length = outer.length
        if given.get("prefix", True):
            outer = outer.later(given.get("steps", 0))
            length = None if length is None else length - given.get("steps", 0)
        return [replace(outer, length=length if length is None or length > 0 else None)] * parts

    def ends(self) -> tuple[float, float]:
        """The rates at which the ramp starts and ends."""
        first = float(self.schedule(0))
        meets = self.target == "curve" and not self.prefix
        target = float(self.schedule(self.steps)) if meets else first
        return (self.start_factor * first if self.start_lr is None else self.start_lr), target

    def named_values(self) -> Mapping[str, Any]:
        start, goal = self.ends()
        return {**super().named_values(), "start": start, "goal": goal}

    def rate(self, t: Steps) -> Rates:
        ramp = t < self.steps
        rates = np.empty_like(t)
        if ramp.any():
            rates[ramp] = interpolate(self.shape, *self.ends(), t[ramp], self.steps)
        if not ramp.all():
            rates[~ramp] = self.schedule.rate(t[~ramp] - self._shift)
        return rates

    def fill(self, out: Rates, first: int) -> None:
        for up, piece, step in pieces(out, first, (0, self.steps)):
            if up:
                self.schedule.fill(piece, step - self._shift)
            else:
                interpolation(piece, step, self.shape, *self.ends(), self.steps)

    @property
    def _shift(self) -> int:
        return self.steps if self.prefix else 0

    def inside(self) -> tuple[Nested, ...]:
        return (Nested(self.schedule, origin=self._shift, start=self.steps, name="schedule"),)

    @property
    def length(self) -> float | None:
        inner = self.schedule.length
        return None if inner is None else inner + self._shift

    @property
    def momentum(self) -> "Schedule | None":
        inner = self.schedule.momentum
        return (
            None
            if inner is None
            else Warmup(schedule=inner, steps=self.steps, start_factor=1, prefix=self.prefix)
        )

    def phases(self, until: int) -> tuple[Phase, ...]:
        return clip_phases((Phase("warm-up", 0, self.steps), *super().phases(until)), until)
