from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final, Literal

import numpy as np

from lrplot.clock import Clock
from lrplot.schedules.base import Context, Nested, Part, Rates, Schedule, Steps
from lrplot.schedules.dense import spread
from lrplot.schedules.formula import Equation
from lrplot.schedules.knots import LISTED, Knots, Window
from lrplot.schedules.parameters import StepsPerEpoch

_RANGES: Final = 256
"""Ranges of knots that are handed on: a wave over more epochs, again and again, counts as unknown."""


class Epochwise(Schedule):
    """Update a schedule once an epoch.

        lr(t) = schedule(floor(t / steps_per_epoch))

    The schedule's own clock counts epochs, as when ``scheduler.step()`` is called once an epoch.
    Knots: the first step of each epoch in which the rate changes.

    >>> from lrplot.schedules.step import Step
    >>> Epochwise(schedule=Step(lr=0.1, step_size=1, gamma=0.5), steps_per_epoch=3)([2, 3, 6]).tolist()
    [0.1, 0.05, 0.025]
    """

    equations: ClassVar = (Equation("lr(t)", "schedule(t // steps_per_epoch)"),)

    type: Literal["epochwise"] = "epochwise"
    schedule: Part
    """What is updated; it counts epochs."""
    steps_per_epoch: StepsPerEpoch
    """Steps in an epoch."""

    @classmethod
    def contexts(cls, outer: Context, given: Mapping[str, Any], parts: int) -> Sequence[Context]:
        each = given.get("steps_per_epoch")
        if each is None or each < 1:
            return [outer] * parts
        clock = Clock(outer.clock.horizon, each).by_epoch()
        length = None if outer.length is None else float(-(-outer.length // each))
        return [replace(outer, clock=clock, length=length)] * parts

    def rate(self, t: Steps) -> Rates:
        return self.schedule.rate(np.floor(t / self.steps_per_epoch))

    def fill(self, out: Rates, first: int) -> None:
        each = self.steps_per_epoch
        epoch, gone = divmod(first, each)
        epochs = np.empty(-(-(gone + len(out)) // each))
        self.schedule.fill(epochs, epoch)
        spread(out, epochs, each, gone)

    def inside(self) -> tuple[Nested, ...]:
        return (Nested(self.schedule, each=self.steps_per_epoch, name="schedule"),)

    def knots(self, until: int) -> Knots:
        each = self.steps_per_epoch
        epochs = -(-until // each)
        inner = self.schedule.knots(epochs)
        if each == 1:
            return inner
        found = Knots()
        for window in inner.windows(epochs):
            found = found.join(self._window(window))
        return found.clip(1, until)

    def _window(self, window: Window) -> Knots:
        each = self.steps_per_epoch
        if not window.known:
            return Knots(unknown=((window.start * each, window.stop * each),))
        starts = window.starts(_RANGES)
        if starts is not None:
            ends = np.append(starts[1:], window.stop)
            spans = [
                range(int(low) * each, int(high) * each, each) for low, high in zip(starts, ends, strict=True)
            ]
            moving = self.schedule.rate(starts.astype(float)) != self.schedule.rate(ends - 1.0)
            flat = tuple(span.start for span, moves in zip(spans, moving, strict=True) if not moves)
            return Knots(
                few=flat, every=tuple(span for span, moves in zip(spans, moving, strict=True) if moves)
            )
        if window.stop - window.start <= LISTED:
            return Knots(few=tuple(range(window.start * each, window.stop * each, each)))
        periods = {r.step for r in window.every}
        if window.few or len(periods) != 1 or (period := periods.pop()) > _RANGES:
            return Knots(unknown=((window.start * each, window.stop * each),))
        offsets = range(window.start, window.start + period)
        return Knots(every=tuple(range(low * each, window.stop * each, period * each) for low in offsets))

    @property
    def length(self) -> float | None:
        inner = self.schedule.length
        return None if inner is None else inner * self.steps_per_epoch

    @property
    def momentum(self) -> "Schedule | None":
        inner = self.schedule.momentum
        return None if inner is None else Epochwise(schedule=inner, steps_per_epoch=self.steps_per_epoch)
