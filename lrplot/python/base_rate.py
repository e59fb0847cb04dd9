"""The fate of the base rate that a text was read with: which of its schedules took it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lrplot.python.values import Made
from lrplot.schedules.base import Schedule, values

if TYPE_CHECKING:
    from lrplot.python.state import State


@dataclass(frozen=True, slots=True)
class BaseRateUse:
    """The schedules that took a base rate from outside.

    Parameters
    ----------
    asked
        Whether anything asked for it.
    taken_by
        The schedules with a rate of their own that took it.
    own
        Those that gave theirs.
    """

    asked: bool = False
    taken_by: frozenset[Schedule] = frozenset()
    own: frozenset[Schedule] = frozenset()

    def took(self, schedule: Schedule) -> bool:
        """True where a schedule took it, for itself and not only for those inside it."""
        return self.asked and schedule in self.taken_by and schedule not in self.own

    def is_known_of(self, schedule: Schedule) -> bool:
        """True where each part of a schedule was seen to take it or not.

        It is not where rates were computed update by update.
        """
        return not self.asked or all(
            part in self.own or part in self.taken_by for part in _with_rates(schedule)
        )


def use_of(evaluator: "State") -> BaseRateUse:
    """The use that a text's calls made of the base rate; one that holds others is left to them."""
    calls = [made for made in evaluator.made if isinstance(made, Made) and made.again is not None]
    taken = frozenset(part for made in calls if made.base is not None for part in _with_rates(made.schedule))
    own = frozenset(part for made in calls if made.base is None for part in _with_rates(made.schedule))
    return BaseRateUse(evaluator.asked_base_rate, taken, own)


def compared(one: Schedule, other: Schedule) -> BaseRateUse:
    """The marks of a schedule in one made with another base rate."""
    return BaseRateUse(asked=True, taken_by=frozenset(_different(one, other)))


def _different(one: Schedule, other: Schedule) -> Iterator[Schedule]:
    inside, others = one.inside(), other.inside()
    if one == other:
        return
    yield one
    if len(inside) != len(others):
        yield from _with_rates(one)
        return
    for inner, twin in zip(inside, others, strict=True):
        yield from _different(inner.schedule, twin.schedule)


def _with_rates(schedule: Schedule) -> Iterator[Schedule]:
    """The schedules in a schedule, and itself, that have a rate of their own."""
    inside = schedule.inside()
    if not inside or "lr" in values(schedule):
        yield schedule
    for place in inside:
        yield from _with_rates(place.schedule)
