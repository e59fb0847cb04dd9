"""The rates of updates where several things change one rate: schedulers, lines of the script, a warm-up."""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import LrplotError, NotationError
from lrplot.expression import Expression
from lrplot.python.built_late import are_late, can_be_followed, rates_in_turn
from lrplot.python.lanes import free_names
from lrplot.python.parameters import Refusal
from lrplot.python.sharing import shared
from lrplot.python.state import State
from lrplot.python.symbolic import Symbol
from lrplot.python.training import Event, Timeline, arguments, held, scanned
from lrplot.python.values import Made, Optimizer

Array = NDArray[np.float64]


def rates_together(
    evaluator: State, line: Timeline, updates: NDArray[np.int64], schedulers: Sequence[Made], base: float
) -> Array:
    """The rates where several things change one rate: each acts on what it finds."""
    together = None
    if schedulers:
        before = _written_between(evaluator, line, schedulers)
        together = shared(schedulers, base, evaluator.registry, before)
        if before:
            # What is written before a scheduler is built is in the rate that building it leaves.
            start = max(line.of(made, "made")[0] for made in schedulers if len(line.of(made, "made")))
            line = Timeline(line.events, line.which[start:], line.value[start:])
            updates = updates - start
    # A callback changes nothing until it is called.
    built = any(was_built(line, scheduler) for scheduler in schedulers)
    first = base if together is None or not built else together.first
    places: list[NDArray[np.int64]] = []
    factors: list[Array] = []
    added: list[Array] = []
    for kind in ("set", "scale"):
        at = line.where(kind)
        value = line.value[at]
        places.append(at)
        factors.append(np.zeros(len(at)) if kind == "set" else value)
        added.append(value if kind == "set" else np.zeros(len(at)))
    for scheduler in schedulers:
        at, clock = arguments(line, scheduler)
        told = ~np.isnan(line.value[at])
        try:
            assert together is not None  # noqa: S101 (there are schedulers)
            factor, more = together.changes(scheduler, clock, told)
        except NotationError:
            raise
        except LrplotError as error:
            raise evaluator.source.refuse(f"{scheduler.call}: {error}", scheduler.node) from None
        places.append(at)
        factors.append(factor)
        added.append(more)
    if len(line.where("map")):
        by_steps = list(zip(places[2:], factors[2:], added[2:], strict=True))
        return _mapped(evaluator, line, updates, by_steps, first)
    where = np.concatenate(places)
    order = np.argsort(where, kind="stable")
    after = scanned(first, np.concatenate(factors)[order], np.concatenate(added)[order])
    rates = held(where[order], after, first, updates)
    dampers = _dampers(line)
    outside = next(
        (e for e in line.events if not e.damped and e.kind in {"step", "set", "scale", "map"}), None
    )
    if dampers and outside is not None:
        raise evaluator.source.refuse(
            "a rate that a warm-up dampens is changed outside 'with …dampening():', which is not read",
            outside.node,
        )
    for made, at in dampers:
        count = np.searchsorted(at, updates, side="left").astype(np.float64)
        rates = rates * np.asarray(made.schedule(count), dtype=np.float64)
    wrong = ~((rates >= 0) & np.isfinite(rates))
    if wrong.any():
        first = int(wrong.argmax())
        node = next((e.node for e in line.events if e.kind in {"set", "scale"}), evaluator.source.tree)
        raise evaluator.source.refuse(f"the rate of update {first} would be {rates[first]:g}", node)
    return rates


def _written_between(
    evaluator: State, line: Timeline, schedulers: Sequence[Made]
) -> dict[int, list[tuple[float, float]]]:
    """What is written by hand before each scheduler is built, behind the first, by its identity.

    Each change is a factor and an addend. It is read before the training alone.
    """
    places = [(int(at[0]), made) for made in schedulers if len(at := line.of(made, "made"))]
    built = sorted(places, key=lambda each: each[0])
    if len(built) < 2:
        return {}
    found: dict[int, list[tuple[float, float]]] = {}
    for (after, _), (place, made) in itertools.pairwise(built):
        for i in range(after, place):
            event, value = line.events[line.which[i]], float(line.value[i])
            if event.kind in {"set", "scale"}:
                change = (0.0, value) if event.kind == "set" else (value, 0.0)
                found.setdefault(id(made), []).append(change)
            elif event.kind not in {"made", "loader", "repeat"}:
                # Updates and steps between two constructors are judged where they are met.
                return _nothing_written(evaluator, line, after, built[-1][0])
    return found


def _nothing_written(
    evaluator: State, line: Timeline, start: int, end: int
) -> dict[int, list[tuple[float, float]]]:
    """Refuse a rate that is written between two schedulers beside steps and updates."""
    events = (line.events[line.which[i]] for i in range(start, end))
    written = next((event for event in events if event.kind in {"set", "scale", "map"}), None)
    if written is not None:
        raise evaluator.source.refuse(
            "a rate is written here between two schedulers of its optimizer, one of which is stepped before "
            "the other is built, which is not read; build both before",
            written.node,
        )
    return {}


def rates_at(evaluator: State, line: Timeline, optimizer: Optimizer, base: float) -> Array:
    """The rates of the updates in a stretch of a training, whatever it is drawn as."""
    schedulers = schedulers_of(evaluator, [e for e in line.events if e.optimizer is optimizer])
    line = since_built(line, schedulers)
    updates = line.where("update")
    changes = line.where("set", "scale", "map", "dampen")
    inside = any(e.kind == "step" and id(e.scheduler) in evaluator.used for e in line.events)
    if inside or any(made.needs is not None for made in schedulers):
        raise Refusal("what its schedulers do is not known")
    moved = line.where("set", "scale", "step")
    if len(moved) and are_late(line, schedulers, moved):
        if not can_be_followed(evaluator, line, schedulers):
            raise Refusal("what a scheduler does that is built here is not known")
        return rates_in_turn(evaluator, line, updates, schedulers, base)
    alone = len(schedulers) == 1 and not begins_late(line, schedulers[0], updates)
    if not alone or len(changes) or goes_on(evaluator, line, schedulers[0]):
        return rates_together(evaluator, line, updates, schedulers, base)
    (scheduler,) = schedulers
    at, clock = arguments(line, scheduler)
    told = ~np.isnan(line.value[at])
    if scheduler.told is not None and told.any():
        raise Refusal("a scheduler is told its time")
    return np.asarray(scheduler.schedule(held(at, clock, 0.0, updates)), dtype=np.float64)


def schedulers_of(evaluator: State, own: Sequence[Event]) -> list[Made]:
    """An optimizer's schedulers that stand in no other and dampen nothing, of its events."""
    found: dict[int, Made] = {}
    for event in own:
        made = event.scheduler
        if made is not None and event.kind in {"made", "step"} and id(made) not in evaluator.used:
            found.setdefault(id(made), made)
    return [made for made in found.values() if not evaluator.registry[made.framework].dampens]


def goes_on(evaluator: State, line: Timeline, scheduler: Made) -> bool:
    """True where a scheduler is told its time, or put back, and goes on from the rate it finds."""
    moved = len(line.of(scheduler, "clock"))
    times = line.value[line.of(scheduler, "step")]
    told = moved or not np.isnan(times).all()
    if not moved and not was_built(line, scheduler) and np.array_equal(times, np.arange(len(times))):
        return False
    acts = bool(scheduler.schedule.update(np.ones(1))[0][0])
    without_closed_form = evaluator.registry[scheduler.framework].without_closed_form
    return bool(told) and (acts or scheduler.call in without_closed_form)


def since_built(line: Timeline, schedulers: Sequence[Made]) -> Timeline:
    """The events from the moment the first scheduler is built, which begins with the rate it finds."""
    built = [at[0] for made in schedulers if len(at := line.of(made, "made"))]
    first_update = line.where("update", "epoch", "turn", "turned")
    if not built or (len(first_update) and first_update[0] < min(built)):
        return line
    start = min(built)
    return Timeline(line.events, line.which[start:], line.value[start:])


def begins_late(line: Timeline, scheduler: Made, updates: NDArray[np.int64]) -> bool:
    """True where a scheduler that is not built on its optimizer is told its time after the first update."""
    at = line.of(scheduler, "step")
    told = bool(len(at)) and not np.isnan(line.value[at]).all()
    return told and not was_built(line, scheduler) and bool(at[0] > updates[0])


def was_built(line: Timeline, scheduler: Made) -> bool:
    """True where a scheduler was built on its optimizer, and so set its rate, rather than called alone."""
    return bool(len(line.of(scheduler, "made")))


def _mapped(
    evaluator: State,
    line: Timeline,
    updates: NDArray[np.int64],
    schedulers: Sequence[tuple[NDArray[np.int64], Array, Array]],
    rate: float,
) -> Array:
    """The rates where one is computed from the rate it finds: followed one by one.

    ``schedulers`` are the places of each one's steps, with the factor and the addend of each step.
    """
    if len(line.where("dampen")):
        node = next(event.node for event in line.events if event.kind == "map")
        raise evaluator.source.refuse(
            "a rate is computed here from the one before, beside a warm-up, which is not read", node
        )
    found, isupdate = [], np.zeros(len(line.which), dtype=bool)
    isupdate[updates] = True
    steps = {
        place: (factor, more)
        for at, factors, added in schedulers
        for place, factor, more in zip(at.tolist(), factors.tolist(), added.tolist(), strict=True)
    }
    for i, (which, value) in enumerate(zip(line.which.tolist(), line.value.tolist(), strict=True)):
        event = line.events[which]
        if event.kind == "set":
            rate = value
        elif event.kind == "scale":
            rate = rate * value
        elif event.kind == "map":
            rate = _mapped_rate(event.formula, rate)
        elif i in steps:
            factor, more = steps[i]
            rate = factor * rate + more if factor else more
        elif isupdate[i]:
            found.append(rate)
    return np.array(found)


def _mapped_rate(formula: Symbol, rate: float) -> float:
    """A formula of the rate it finds."""
    names = tuple(free_names(formula))
    found = Expression(formula.text, names)(np.zeros(1), variables=dict.fromkeys(names, np.array([rate])))
    return float(found[0])


def _dampers(line: Timeline) -> list[tuple[Made, NDArray[np.int64]]]:
    found: dict[int, Made] = {}
    for event in line.events:
        if event.kind == "dampen" and event.scheduler is not None:
            found.setdefault(id(event.scheduler), event.scheduler)
    return [(made, line.of(made, "dampen")) for made in found.values()]
