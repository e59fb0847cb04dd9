"""Where a schedule stands inside another, and on which clock it runs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lrplot.schedules.base import Schedule


@dataclass(frozen=True, slots=True)
class Place:
    """A schedule inside another one.

    Its own step at step t of the outer one is floor((t - origin) / each), for start ≤ t < stop; outside
    that stretch it is not asked.

    Parameters
    ----------
    schedule
        The schedule.
    origin
        Step of the outer clock at which its own clock shows 0; negative where it began before.
    each
        Outer steps in one of its own.
    start, stop
        The outer steps at which it is asked; ``stop`` is None where it has no end.
    name
        The parameter that holds it: ``schedule``, ``parts[1]``; empty for the outermost.

    Examples
    --------
    >>> from lrplot.schedules.constant import Constant
    >>> second = Place(Constant(lr=1), origin=20, each=5, start=20, stop=60)
    >>> second.own, second.step(3)
    (range(0, 8), 35)
    """

    schedule: "Schedule"
    origin: int = 0
    each: int = 1
    start: int = 0
    stop: int | None = None
    name: str = ""

    @property
    def own(self) -> range:
        """Its own steps in the stretch, which must have an end."""
        stop = self.start if self.stop is None else max(self.start, self.stop)
        first = (self.start - self.origin) // self.each
        return range(first, max(first, -((self.origin - stop) // self.each)))

    def step(self, own: int) -> int:
        """The outer step at which its own clock first shows ``own``."""
        return self.origin + own * self.each

    def inside(self) -> "tuple[Place, ...]":
        """The schedules directly inside it, on the outer clock."""
        return tuple(self._outward(inner) for inner in self.schedule.inside())

    def _outward(self, inner: "Place") -> "Place":
        start = max(self.start, self.step(inner.start))
        stops = [self.stop] if inner.stop is None else [self.stop, self.step(inner.stop)]
        return replace(
            inner,
            origin=self.step(inner.origin),
            each=self.each * inner.each,
            start=start,
            stop=min((stop for stop in stops if stop is not None), default=None),
        )


def places(schedule: "Schedule", until: int) -> Iterator[Place]:
    """A schedule and all inside it over steps ``0 … until-1``, each before what is inside it.

    One that is never asked has an empty stretch.

    Examples
    --------
    >>> from lrplot.schedules.linear import Linear
    >>> from lrplot.schedules.warmup import Warmup
    >>> warmed = Warmup(schedule=Linear(lr=0.1, T_max=90), steps=10)
    >>> [(place.schedule.type, place.own) for place in places(warmed, 50)]
    [('warmup', range(0, 50)), ('linear', range(0, 40))]
    """
    waiting = [Place(schedule, stop=until)]
    while waiting:
        place = waiting.pop()
        yield place
        waiting += reversed(place.inside())
