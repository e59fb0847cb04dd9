"""Schedules made of others: what they take from them, and the walk over all that is inside."""

from collections.abc import Iterator

import numpy as np

from lrplot.schedules.base import Nested, Schedule
from lrplot.schedules.knots import Knots
from lrplot.schedules.phase import Phase, clip_phases

_LOOKED_AT = 65
"""Steps of a stretch that tell whether it rises."""


class Composite(Schedule):
    """A schedule that hands over from one to the next; its knots and phases are theirs."""

    def joins(self) -> tuple[int, ...]:
        """The steps at which another schedule takes over."""
        return tuple(place.start for place in self.inside())

    def knots(self, until: int) -> Knots:
        inner = (place.knots(until) for place in self.inside())
        return Knots.at(self.joins(), until).join(*inner)

    def phases(self, until: int) -> tuple[Phase, ...]:
        found: list[Phase] = []
        for place in self.inside():
            stop = until if place.stop is None else place.stop
            # What has no phases is one.
            found += place.phases(until) or (Phase(self._phase_name(place, stop), place.start, stop),)
        return clip_phases(found, until)

    def _phase_name(self, place: Nested, stop: int) -> str:
        """The name of a schedule's stretch; one that rises from the start to what is behind it warms up."""
        if place.start or place.stop is None or stop < 2:
            return place.schedule.phase_name
        at = np.unique(np.linspace(0, stop, _LOOKED_AT).astype(np.int64))
        steps = np.diff(self(at))
        rises = (steps[:-1] > 0).all() and steps[-1] >= 0
        return "warm-up" if rises else place.schedule.phase_name


def walk(schedule: Schedule, until: int) -> Iterator[Nested]:
    """A schedule and all inside it over steps ``0 … until-1``, each before what is inside it.

    One that is never asked has an empty stretch.

    Examples
    --------
    >>> from lrplot.schedules.linear import Linear
    >>> from lrplot.schedules.warmup import Warmup
    >>> warmed = Warmup(schedule=Linear(lr=0.1, T_max=90), steps=10)
    >>> [(place.schedule.type, place.own) for place in walk(warmed, 50)]
    [('warmup', range(0, 50)), ('linear', range(0, 40))]
    """
    waiting = [Nested(schedule, stop=until)]
    while waiting:
        place = waiting.pop()
        yield place
        waiting += reversed(place.inside())
