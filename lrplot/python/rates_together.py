"""The rates of updates where several things change one rate: schedulers, lines of the script, a warm-up."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import LrplotError
from lrplot.expression import Expression
from lrplot.python.lanes import free_names
from lrplot.python.sharing import shared
from lrplot.python.state import State
from lrplot.python.symbolic import Symbol
from lrplot.python.training import Timeline, arguments, held, scanned
from lrplot.python.values import Made

Array = NDArray[np.float64]


def rates_together(
    evaluator: State, line: Timeline, updates: NDArray[np.int64], schedulers: Sequence[Made], base: float
) -> Array:
    """The rates where several things change one rate: each acts on what it finds."""
    together = shared(schedulers, base, evaluator.registry) if schedulers else None
    # A callback changes nothing until it is called.
    built = any(was_built(line, scheduler) for scheduler in schedulers)
    first = base if together is None or not built else together.first
    places: list[NDArray[np.int64]] = []
    factors: list[Array] = []
    added: list[Array] = []
    if len(line.where("map")):
        return _mapped(evaluator, line, updates, schedulers, first)
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
        except LrplotError as error:
            raise evaluator.source.refuse(f"{scheduler.call}: {error}", scheduler.node) from None
        places.append(at)
        factors.append(factor)
        added.append(more)
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


def was_built(line: Timeline, scheduler: Made) -> bool:
    """True where a scheduler was built on its optimizer, and so set its rate, rather than called alone."""
    return bool(len(line.of(scheduler, "made")))


def _mapped(
    evaluator: State, line: Timeline, updates: NDArray[np.int64], schedulers: Sequence[Made], rate: float
) -> Array:
    """The rates where one is computed from the rate it finds: followed one by one."""
    if schedulers or len(line.where("dampen")):
        node = next(event.node for event in line.events if event.kind == "map")
        raise evaluator.source.refuse(
            "a rate is computed here from the one before, beside a scheduler, which is not read", node
        )
    found, isupdate = [], np.zeros(len(line.which), dtype=bool)
    isupdate[updates] = True
    for i, (which, value) in enumerate(zip(line.which.tolist(), line.value.tolist(), strict=True)):
        event = line.events[which]
        if event.kind == "set":
            rate = value
        elif event.kind == "scale":
            rate = rate * value
        elif event.kind == "map":
            rate = _mapped_rate(event.formula, rate)
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
