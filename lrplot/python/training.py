"""Events of a training in their order, and the rates that they make.

The reader of the text (:mod:`lrplot.python.script`) says what happens: a scheduler is stepped, a rate is
written, the optimizer updates. A loop whose turns are alike is told once, as a block of so many turns. Out
of that come the rates at each update, all at once.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from lrplot.python.values import Made, Optimizer

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

Kind = Literal[
    "update", "epoch", "turn", "turned", "loader", "repeat", "step", "set", "scale", "map", "made", "dampen",
    "clock",
]  # fmt: skip
"""What an event is.

``update``: the optimizer's step. ``epoch``: code elsewhere that trains an epoch. ``turn``, ``turned``: a
turn of a loop begins, ends. ``loader``: an epoch's batches begin. ``repeat``: a loop inside one over batches
begins. ``step``: a scheduler's. ``set``, ``scale``, ``map``: a rate written by hand, a value, a factor, or
what is computed from the rate it finds. ``made``: a scheduler is built. ``dampen``: a warm-up's factor goes
one step on. ``clock``: a scheduler's clock is set, its rate left as it is.
"""

MOST_EVENTS: Final = 20_000_000
"""Most events that are followed: some 0.5 GB at the time they are put in order."""


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """Something that happens in each turn of its block, or in those that ``mask`` names.

    Parameters
    ----------
    kind
        What happens.
    node
        Where it stands.
    optimizer
        Whose rate is concerned; None where the event is nobody's own (a turn of a loop).
    scheduler
        The scheduler that is stepped or built.
    group
        Index of the parameter group whose rate is written, None for all.
    mask
        The turns in which it happens, None for all.
    value
        The rate that is set, the factor that scales it, the time a scheduler is told; one a turn, or one for
        all; None where a scheduler counts by itself.
    formula
        The value as it is read: a number, or an expression of the turn.
    test
        The condition under which it happens as an expression of the turn, None where it always does.
    times
        How often a scheduler advances in one call.
    loop
        The loop a turn belongs to.
    surely
        Whether code elsewhere trains by its name.
    looped
        Whether that stands in a loop.
    damped
        Whether it happens where a warm-up's factor is taken off the rate.
    """

    kind: Kind
    node: ast.AST
    optimizer: Optimizer | None = None
    scheduler: Made | None = None
    group: int | None = None
    mask: Mask | None = None
    value: float | Array | None = None
    formula: Any = None
    test: Any = None
    times: int = 1
    loop: ast.AST | None = None
    surely: bool = False
    looped: bool = False
    damped: bool = False

    def under(self, test: Any) -> "Event":
        """The event in those turns only in which the test holds."""
        return replace(self, test=test)


@dataclass(slots=True, eq=False)
class Block:
    """Turns of a loop in which the same events happen in the same order; one turn outside a loop."""

    turns: int
    events: list[Event] = field(default_factory=list)
    single: bool = False
    stands_in: bool = False
    """True where the text does not say how many turns there are."""


class Training:
    """The events of a text, in blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._open: Block | None = None

    def add(self, event: Event) -> None:
        """Put an event at the end: into the open block of turns, or on its own."""
        if self._open is not None:
            self._open.events.append(event)
            return
        if not self.blocks or not self.blocks[-1].single:
            self.blocks.append(Block(1, single=True))
        if isinstance(event.formula, int | float):
            event = replace(event, value=float(event.formula))
        self.blocks[-1].events.append(event)

    def begin(self, turns: int, *, stands_in: bool = False) -> Block:
        """Open a block of so many turns; what is added goes there until :meth:`end`."""
        self._open = Block(turns, stands_in=stands_in)
        self.blocks.append(self._open)
        return self._open

    def end(self) -> None:
        """Close the open block."""
        self._open = None

    @property
    def looped(self) -> bool:
        """True where a loop was followed."""
        return any(event.kind == "turn" for event in self.events())

    @property
    def in_block(self) -> bool:
        """True where a block of turns is open."""
        return self._open is not None

    def mark(self) -> tuple[int, int]:
        """A mark of what has happened so far, for :meth:`since` and :meth:`undo`."""
        return (len(self.blocks), len(self.blocks[-1].events) if self.blocks else 0)

    def since(self, mark: tuple[int, int]) -> list[Event]:
        """The events added after a mark."""
        blocks, events = mark
        found = list(self.blocks[blocks - 1].events[events:]) if blocks else []
        return found + [event for block in self.blocks[blocks:] for event in block.events]

    def of_this_turn(self) -> list[Event]:
        """The events of the innermost turn that is not over, or of the text where none is begun."""
        found: list[Event] = []
        over = 0
        for block in reversed(self.blocks):
            for event in reversed(block.events):
                over += (event.kind == "turned") - (event.kind == "turn")
                if over < 0:
                    return found
                found.append(event)
        return found

    def up_to(self, mark: tuple[int, int]) -> "Training":
        """A training of its own of what happened up to a mark."""
        blocks, events = mark
        past = Training()
        past.blocks = self.blocks[:blocks]
        if blocks:
            past.blocks[-1] = replace(past.blocks[-1], events=past.blocks[-1].events[:events])
        return past

    def undo(self, mark: tuple[int, int]) -> None:
        """Forget what was added after a mark."""
        blocks, events = mark
        del self.blocks[blocks:]
        if blocks:
            del self.blocks[-1].events[events:]
        if self._open is not None and self._open not in self.blocks:
            self._open = None

    def events(self) -> Iterator[Event]:
        """All events, a block's once."""
        for block in self.blocks:
            yield from block.events

    def count(self, wanted: Callable[[Event], bool]) -> int:
        """The number of events of a kind."""
        return sum(
            block.turns if event.mask is None else int(event.mask.sum())
            for block in self.blocks
            for event in block.events
            if wanted(event)
        )


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events of one optimizer one by one, in the order they happen: which event, and its value or nan."""

    events: Sequence[Event]
    which: NDArray[np.int64]
    value: Array

    def where(self, *kinds: Kind) -> NDArray[np.int64]:
        """The places in time at which events of these kinds happen."""
        wanted = np.array([event.kind in kinds for event in self.events], dtype=bool)
        return np.flatnonzero(wanted[self.which]) if len(wanted) else np.empty(0, dtype=np.int64)

    def of(self, scheduler: Made, kind: Kind) -> NDArray[np.int64]:
        """The places at which something happens to one scheduler."""
        wanted = np.array([e.kind == kind and e.scheduler is scheduler for e in self.events], dtype=bool)
        return np.flatnonzero(wanted[self.which]) if len(wanted) else np.empty(0, dtype=np.int64)


def timeline(training: Training, wanted: Callable[[Event], bool]) -> Timeline:
    """The events that are wanted, turn by turn."""
    kept: list[Event] = []
    which: list[NDArray[np.int64]] = []
    values: list[Array] = []
    for block in training.blocks:
        events = [event for event in block.events if wanted(event)]
        if not events:
            continue
        first, turns = len(kept), block.turns
        kept += events
        number = np.tile(np.arange(first, first + len(events), dtype=np.int64), turns)
        value = np.full((turns, len(events)), np.nan)
        happens = np.ones((turns, len(events)), dtype=bool)
        for i, event in enumerate(events):
            if event.value is not None:
                value[:, i] = event.value
            if event.mask is not None:
                happens[:, i] = event.mask
        kept_here = happens.ravel()
        which.append(number[kept_here])
        values.append(value.ravel()[kept_here])
    empty = np.empty(0)
    return Timeline(
        kept,
        np.concatenate(which) if which else empty.astype(np.int64),
        np.concatenate(values) if values else empty,
    )


def arguments(line: Timeline, scheduler: Made) -> tuple[NDArray[np.int64], Array]:
    """The places at which a scheduler is stepped, and the time on its own clock after each call.

    A call that is told a time sets the clock to it; one that is not, advances it by one.
    """
    at = line.of(scheduler, "step")
    told = line.value[at]
    times = np.array([event.times for event in line.events], dtype=np.float64)[line.which[at]]
    put = line.of(scheduler, "clock")
    if len(put):
        return at, _put_back(at, told, times, put, line.value[put])
    if not len(at) or np.isnan(told).all():
        return at, np.cumsum(times)
    if not np.isnan(told).any():
        return at, told
    clock, found = 0.0, np.empty(len(at))
    for i, (time, by) in enumerate(zip(told, times, strict=True)):
        clock = clock + by if np.isnan(time) else float(time)
        found[i] = clock
    return at, found


def _put_back(
    at: NDArray[np.int64], told: Array, times: Array, put: NDArray[np.int64], value: Array
) -> Array:
    """The clock after each call of a scheduler whose clock is set in between."""
    waiting = list(zip(put.tolist(), value.tolist(), strict=True))[::-1]
    clock, found = 0.0, np.empty(len(at))
    for i, (place, time, by) in enumerate(zip(at.tolist(), told.tolist(), times.tolist(), strict=True)):
        while waiting and waiting[-1][0] < place:
            clock = waiting.pop()[1]
        clock = clock + by if np.isnan(time) else time
        found[i] = clock
    return found


def held(places: NDArray[np.int64], after: Array, first: float, at: NDArray[np.int64]) -> Array:
    """The value at each of the places ``at``: that after the last change before it, or ``first``."""
    index = np.searchsorted(places, at, side="left") - 1
    return np.where(index < 0, first, after[np.maximum(index, 0)]) if len(after) else np.full(len(at), first)


def scanned(first: float, factors: Array, added: Array) -> Array:
    """The rate after each change ``rate → factor · rate + added``, in order."""
    sets = factors == 0
    if sets.all():
        return added
    if not added.any():
        # Products of what follows a change to 0 stay 0.
        with np.errstate(all="ignore"):
            return np.asarray(first * np.cumprod(factors), dtype=np.float64)
    found = np.empty(len(factors))
    rate = first
    for i, (factor, more) in enumerate(zip(factors.tolist(), added.tolist(), strict=True)):
        rate = factor * rate + more
        found[i] = rate
    return found
