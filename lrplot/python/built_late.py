"""The rates of an optimizer whose schedulers are built while it trains: each begins with what it finds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import LrplotError, NotationError
from lrplot.python.sharing import beginning
from lrplot.python.state import State
from lrplot.python.training import Timeline, arguments, held
from lrplot.python.values import Made

Array = NDArray[np.float64]


def are_late(line: Timeline, schedulers: Sequence[Made], updates: NDArray[np.int64]) -> bool:
    """True where a scheduler is built behind an update."""
    built = (line.of(made, "made") for made in schedulers)
    return any(len(at) == 1 and at[0] > updates[0] for at in built)


def can_be_followed(evaluator: State, line: Timeline, schedulers: Sequence[Made]) -> bool:
    """True where it is known of each scheduler what it does to a rate it finds, and each is built once."""
    shared = beginning(evaluator.registry, schedulers)
    once = all(len(line.of(made, "made")) == 1 for made in schedulers)
    plain = not len(line.where("map", "dampen", "clock"))
    return once and plain and all(shared.constructs(made) for made in schedulers)


def rates_in_turn(
    evaluator: State, line: Timeline, updates: NDArray[np.int64], schedulers: Sequence[Made], base: float
) -> Array:
    """The rates at the updates: a scheduler that is built, as one that is stepped, changes what it finds."""
    shared = beginning(evaluator.registry, schedulers)
    places = line.where("set", "scale")
    sets = np.array([event.kind == "set" for event in line.events], dtype=bool)[line.which[places]]
    values = line.value[places]
    changes = {
        place: (0.0, value) if is_set else (value, 0.0)
        for place, is_set, value in zip(places.tolist(), sets.tolist(), values.tolist(), strict=True)
    }
    built = sorted((int(line.of(made, "made")[0]), made.order, made) for made in schedulers)
    for place, _, made in built:
        found = float(_after(changes, base, np.array([place]))[0])
        try:
            left = shared.construct(made, found)
            at, clock = arguments(line, made)
            factors, added = shared.changes(made, clock, ~np.isnan(line.value[at]))
        except NotationError:
            raise
        except LrplotError as error:
            raise evaluator.source.refuse(f"{made.call}: {error}", made.node) from None
        changes[place] = (0.0, left)
        changes |= {
            step: (factor, more)
            for step, factor, more in zip(at.tolist(), factors.tolist(), added.tolist(), strict=True)
        }
    return _after(changes, base, updates)


def _after(changes: dict[int, tuple[float, float]], base: float, at: NDArray[np.int64]) -> Array:
    """The rate at some places, behind the changes before each."""
    rate, rates = base, []
    ordered = sorted(changes)
    for place in ordered:
        factor, more = changes[place]
        rate = factor * rate + more if factor else more
        rates.append(rate)
    return held(np.array(ordered, dtype=np.int64), np.array(rates), base, at)
