"""Schedulers whose ``step()`` changes a rate that others change too: each acts on the rate it finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.python.framework import Array, Sharing
from lrplot.python.parameters import Refusal
from lrplot.python.registry import Registry
from lrplot.python.values import Made


@dataclass(frozen=True, slots=True)
class Shared:
    """Schedulers of one optimizer.

    Parameters
    ----------
    first
        The rate once all are built.
    registry
        The frameworks that are known.
    by_framework
        What the schedulers of a framework do to a rate they share.
    """

    first: float
    registry: Registry
    by_framework: Mapping[str, Sharing]

    def changes(self, made: Made, clock: Array, told: NDArray[np.bool_]) -> tuple[Array, Array]:
        """The factor and the addend of each call: the rate becomes ``factor · rate + addend``.

        Parameters
        ----------
        made
            The scheduler.
        clock
            Its time after each call.
        told
            Which calls were told their time, and so set the rate outright.

        Raises
        ------
        Refusal
            When what it does is not known.
        """
        if not len(clock):
            return np.empty(0), np.empty(0)
        own = self.by_framework.get(made.framework)
        changes = None if own is None else own.changes(made, clock)
        if changes is None:
            if made.schedule.reacts:
                raise not_beside_others(made)
            factor, more = made.schedule.update(clock)
            if told.any() and made.told is not None:
                factor, more = factor.copy(), more.copy()
                factor[told], more[told] = 0.0, np.asarray(made.told()(clock[told]), dtype=np.float64)
            return factor, more
        factor, more = changes
        if told.any() and made.call not in self.registry[made.framework].without_closed_form:
            sets = np.asarray(made.schedule(clock[told]), dtype=np.float64)
            factor, more = factor.copy(), more.copy()
            factor[told], more[told] = 0.0, sets
        return factor, more

    def constructs(self, made: Made) -> bool:
        """True where it is known what building a scheduler does to a rate that it finds."""
        own = self.by_framework.get(made.framework)
        return own is not None and own.knows(made)

    def construct(self, made: Made, found: float) -> float:
        """The rate that a scheduler leaves which is built where the rate is ``found``."""
        left = self.by_framework[made.framework].construct(made, found)
        assert left is not None  # noqa: S101 (asked by constructs)
        return left


def beginning(registry: Registry, schedulers: Sequence[Made]) -> Shared:
    """Schedulers of one optimizer before any of them is built."""
    frameworks = {made.framework: registry[made.framework] for made in schedulers if made.framework}
    begun = {name: each.sharing() for name, each in frameworks.items() if each.sharing is not None}
    return Shared(0.0, registry, begun)


def not_beside_others(made: Made) -> Refusal:
    """The refusal of a scheduler that is not followed where others change its rate."""
    return Refusal(f"{made.call} is stepped beside others that change its optimizer's rate; this is not read")


BEGINS_WITH: Final = "begins with"
"""The argument of a text's own scheduler that multiplies the rate it finds where it is built."""


def shared(
    schedulers: Sequence[Made],
    base: float,
    registry: Registry,
    before: Mapping[int, Sequence[tuple[float, float]]] = MappingProxyType({}),
) -> Shared:
    """The schedulers of one optimizer, built in the order of the text, from the rate it began with.

    ``before`` is what the text does to the rate before it builds one, a factor and an addend each, by its
    identity.
    """
    by_framework: dict[str, Sharing] = {}
    rate = base
    for made in sorted(schedulers, key=lambda each: each.order):
        begin = registry[made.framework].sharing if made.framework else None
        if begin is not None and made.framework not in by_framework:
            by_framework[made.framework] = begin()
        own = by_framework.get(made.framework)
        for factor, more in before.get(id(made), ()):
            rate = factor * rate + more
        found = rate if id(made) in before else None
        first = None if own is None else own.construct(made, found)
        if first is not None:
            rate = first
        elif made.schedule.type != "multiplicative":
            rate = float(made.schedule(0))
        else:
            rate *= made.arguments.get(BEGINS_WITH, 1.0)
    return Shared(rate, registry, by_framework)
