from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np

from lrplot.errors import Problem
from lrplot.schedules.base import Context, Nested, Part, Rates, Schedule, Steps
from lrplot.schedules.constant import Constant
from lrplot.schedules.epochwise import Epochwise
from lrplot.schedules.excerpt import Excerpt, WholeStep
from lrplot.schedules.formula import Equation
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import Count, Repeats
from lrplot.schedules.phase import Phase, clip_phases
from lrplot.schedules.scan import Coefficients
from lrplot.schedules.sequence import Sequence as Phases


class Stepped(Schedule):
    """A schedule that is stepped at some steps only.

        lr(t) = schedule(max(0, start + max(-1, c)))
        c = floor((min(t, last) - first) / every)
        c = floor((t - first) / every)   (no last)

    Before ``first`` it stands at its step before ``start``; after ``last`` it is stepped no more and held.
    Knots: the calls at which the rate changes.
    Not to be confused with: Epochwise, which begins at once and never ends; Excerpt, whose clock runs with
    the outer one.
    Source: training loops that call ``scheduler.step()`` under a condition.

    >>> from lrplot.schedules.step import Step
    >>> late = Stepped(schedule=Step(lr=0.8, step_size=1, gamma=0.5), first=3, every=2, last=6)
    >>> late([0, 2, 3, 4, 5, 9]).tolist()
    [0.8, 0.8, 0.4, 0.4, 0.2, 0.2]
    """

    equations: ClassVar = (
        Equation("lr(t)", "schedule(max(0, start + max(-1, c)))"),
        Equation("c", "(min(t, last) - first) // every"),
        Equation("c", "(t - first) // every", "last is None"),
    )

    type: Literal["stepped"] = "stepped"
    schedule: Part
    """What is stepped."""
    first: Count = 1
    """The first step that has a new value."""
    every: Repeats = 1
    """Steps from one call to the next."""
    last: WholeStep | None = None
    """The last step that may have a new value; without end when left out."""
    start: WholeStep = 1
    """The schedule's own step at ``first``."""

    def mistakes(self) -> Iterator[Problem]:
        if self.last is not None and self.last < self.first:
            yield Problem("last", f"last must be ≥ first ({self.first}), got {self.last}")

    @classmethod
    def contexts(
        cls,
        outer: Context,
        given: Mapping[str, Any],  # noqa: ARG003 (its own clock runs as it is called)
        parts: int,
    ) -> Sequence[Context]:
        return [replace(outer, length=None)] * parts

    def _own(self, t: Steps) -> Steps:
        """The schedule's own step at each step."""
        end = np.inf if self.last is None else float(self.last)
        calls = np.floor((np.minimum(t, end) - self.first) / self.every)
        own: Steps = np.maximum(0.0, self.start + np.maximum(calls, -1.0))
        return own

    def rate(self, t: Steps) -> Rates:
        return self.schedule.rate(self._own(t))

    def update(self, t: Steps) -> Coefficients:
        acts = (t >= self.first) & ((t - self.first) % self.every == 0)
        if self.last is not None:
            acts &= t <= self.last
        times, plus = np.ones_like(t), np.zeros_like(t)
        if acts.any():
            times[acts], plus[acts] = self.schedule.update(self._own(t[acts]))
        return times, plus

    @cached_property
    def _composed(self) -> Schedule:
        """The same, of a sequence, an excerpt and epochs."""
        end = None if self.last is None else self.start + (self.last - self.first) // self.every
        called: Schedule = Excerpt(schedule=self.schedule, start=self.start, end=end)
        if self.every > 1:
            called = Epochwise(schedule=called, steps_per_epoch=self.every)
        before = Constant(lr=float(self.schedule(max(0, self.start - 1))))
        return Phases(parts=(before, called), lengths=(self.first,))

    def fill(self, out: Rates, first: int) -> None:
        self._composed.fill(out, first)

    def knots(self, until: int) -> Knots:
        return self._composed.knots(until)

    def inside(self) -> tuple[Nested, ...]:
        origin = self.first - self.start * self.every
        stop = None if self.last is None else self.last + 1
        return (Nested(self.schedule, origin, self.every, start=self.first, stop=stop, name="schedule"),)

    @property
    def length(self) -> float | None:
        inner = self._composed.length
        return inner if self.last is None or inner is None else min(inner, float(self.last + 1))

    @property
    def momentum(self) -> "Schedule | None":
        inner = self.schedule.momentum
        return None if inner is None else self.model_copy(update={"schedule": inner})

    def phases(self, until: int) -> tuple[Phase, ...]:
        return clip_phases(self._composed.phases(until), until)
