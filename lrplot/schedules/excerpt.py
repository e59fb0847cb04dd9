from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from lrplot.clock import MOST_STEPS
from lrplot.errors import Problem
from lrplot.schedules.base import Context, Nested, Part, Rates, Schedule, Steps
from lrplot.schedules.composite import Composite
from lrplot.schedules.dense import blockwise, pieces
from lrplot.schedules.fields import Kind
from lrplot.schedules.formula import Equation
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import Repeats
from lrplot.schedules.phase import Phase, clip_phases

WholeStep = Annotated[int, Field(ge=0, le=MOST_STEPS), Kind("length", whole=True, zero=True)]


class Excerpt(Composite):
    """A stretch of a schedule: begun late, stepped several at once, or stopped early and held.

        lr(t) = schedule(min(stride · t + start, end))
        lr(t) = schedule(stride · t + start)   (no end)

    ``start`` is a resumed run, or a clock that is one step ahead; ``stride`` is how often the scheduler is
    stepped in an update, as Accelerate does once a process; ``end`` is the last step at which the schedule
    is still asked, as MMEngine freezes a rate at the end of its range.
    Knots: the schedule's own, and ``end``.
    Source: PyTorch ``last_epoch``; Accelerate ``AcceleratedScheduler``; MMEngine ``end``.

    >>> from lrplot.schedules.linear import Linear
    >>> Excerpt(schedule=Linear(lr=0.8, T_max=8), start=2, end=5)([0, 1, 3, 9]).round(6).tolist()
    [0.6, 0.5, 0.3, 0.3]
    """

    equations: ClassVar = (
        Equation("lr(t)", "schedule(min(stride * t + start, end))"),
        Equation("lr(t)", "schedule(stride * t + start)", "end is None"),
    )

    type: Literal["excerpt"] = "excerpt"
    schedule: Part
    """What the stretch is taken from."""
    start: WholeStep = 0
    """Step of the schedule at step 0."""
    end: WholeStep | None = None
    """Last step of the schedule, held from there; without end when left out."""
    stride: Repeats = 1
    """Steps of the schedule in a step."""

    def mistakes(self) -> Iterator[Problem]:
        if self.end is not None and self.end < self.start:
            yield Problem("end", f"end must be ≥ start ({self.start}), got {self.end}")

    @classmethod
    def contexts(cls, outer: Context, given: Mapping[str, Any], parts: int) -> Sequence[Context]:
        start, stride = given.get("start", 0), given.get("stride", 1)
        length = None if outer.length is None else outer.length * stride + start
        return [replace(outer, length=length)] * parts

    def rate(self, t: Steps) -> Rates:
        own = t * self.stride + self.start
        return self.schedule.rate(np.minimum(own, np.inf if self.end is None else self.end))

    def fill(self, out: Rates, first: int) -> None:
        if self.stride != 1:
            blockwise(out, first, self.rate)
            return
        held = first + len(out) if self.end is None else self.end - self.start + 1
        for over, piece, step in pieces(out, first, (0, held)):
            if over:
                piece.fill(self.schedule.rate(np.array([self.end], dtype=np.float64))[0])
            else:
                self.schedule.fill(piece, step + self.start)

    @property
    def phase_name(self) -> str:
        return self.schedule.phase_name

    def inside(self) -> tuple[Nested, ...]:
        if self.stride != 1:
            # No place has a clock that runs faster than the one around it.
            return ()
        stop = None if self.end is None else self.end - self.start + 1
        return (Nested(self.schedule, origin=-self.start, stop=stop, name="schedule"),)

    def joins(self) -> tuple[int, ...]:
        # Held from its last step on, which is still the schedule's own.
        return () if self.end is None else (-(-(self.end - self.start) // self.stride),)

    def knots(self, until: int) -> Knots:
        return super().knots(until) if self.stride == 1 else self._strided(until)

    def _strided(self, until: int) -> Knots:
        """The knots on a clock that takes several of the schedule's steps at once."""
        stop = self._inner_stop(until)
        inner = self.schedule.knots(stop).clip(self.start + 1, stop)
        listed = None if inner.unknown else inner.list()
        if listed is None:
            return Knots.nothing_known(until)
        return Knots.at((*self.joins(), *map(self._outer_step, listed)), until)

    def _inner_stop(self, until: int) -> int:
        """The schedule's own steps that are reached lie below it."""
        last = until if self.end is None else min(until, self.joins()[0] + 1)
        return (last - 1) * self.stride + self.start + 1

    def _outer_step(self, inner: int) -> int:
        """The first step that takes the schedule as far as its own step ``inner``."""
        return max(0, -(-(int(inner) - self.start) // self.stride))

    @property
    def length(self) -> float | None:
        inner = self.schedule.length
        if inner is None:
            return None
        last = inner if self.end is None else min(inner, self.end + 1)
        return -(-(last - self.start) // self.stride) if last > self.start else None

    @property
    def momentum(self) -> "Schedule | None":
        inner = self.schedule.momentum
        return None if inner is None else self.model_copy(update={"schedule": inner})

    def phases(self, until: int) -> tuple[Phase, ...]:
        if self.stride == 1:
            return Schedule.phases(self, until)
        inner = self.schedule.phases(self._inner_stop(until))
        outward = (Phase(each.name, *map(self._outer_step, (each.start, each.stop))) for each in inner)
        return clip_phases(tuple(outward), until)
