"""From the events of a training to the rate of each update, and to the schedule that says the same."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import LrplotError
from lrplot.expression import Expression
from lrplot.python import symbolic
from lrplot.python.binding import NotKnown
from lrplot.python.combine import begun
from lrplot.python.lanes import free_names
from lrplot.python.parameters import Refusal
from lrplot.python.script import Script
from lrplot.python.sharing import shared
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import counts_epochs
from lrplot.python.training import (
    MOST_EVENTS,
    Event,
    Kind,
    Timeline,
    arguments,
    held,
    scanned,
    timeline,
)
from lrplot.python.values import Made, Optimizer
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.excerpt import Excerpt
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.sequence import Sequence as Phases

Array = NDArray[np.float64]

_MOST_LEVELS: Final = 2_000_000
"""Most different rates in a row that are kept one by one: some 300 MB."""
_FEW: Final = 8
"""Most stretches of one clock that are written as a sequence of schedules."""


_TRIED: Final = (1000, 2001)
"""Turns that are followed of a loop with too many."""


@dataclass(frozen=True, slots=True)
class Followed:
    """The course of one optimizer's rate while the text trains.

    Parameters
    ----------
    optimizer
        The optimizer.
    group
        Index of the parameter group.
    scheduler
        The scheduler it is named after, None where the rate is written by hand.
    schedule
        The rate at each update; at each epoch where ``by_epoch``.
    updates
        How many updates there are, epochs where ``by_epoch``.
    by_epoch
        Whether an update stands for an epoch, whose length the text does not say.
    each
        Updates in an epoch, where the text says.
    rates
        The rate at each update.
    never_stepped
        Whether there is a scheduler and nothing steps it.
    """

    optimizer: Optimizer
    group: int
    scheduler: Made | None
    schedule: Schedule
    updates: int
    by_epoch: bool
    each: int | None
    rates: Array
    epochs: Array
    never_stepped: bool = False
    kind: Kind = "update"
    ticks: int = 1
    simple: bool = False
    """True where the schedule is the scheduler's own, one tick after the other."""
    clock: Array | None = None
    """What the one scheduler's clock says at each update."""
    inside: bool = False
    """True where a scheduler is stepped, or a rate scaled, inside an epoch."""
    unchanged: bool = False
    """True where nothing steps a scheduler and nothing writes a rate once it trains."""


class Follower:
    """Follows the events of one script."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._evaluator = script.evaluator
        self._training = script.training

    def optimizers(self) -> list[Optimizer]:
        """The optimizers to whose rates something happens, in the order of the text."""
        found: dict[int, Optimizer] = {}
        for event in self._training.events():
            if event.optimizer is not None and event.kind in {
                "update",
                "epoch",
                "step",
                "set",
                "scale",
                "map",
                "dampen",
            }:
                found.setdefault(id(event.optimizer), event.optimizer)
        return list(found.values())

    def follow(self, optimizer: Optimizer) -> Followed | None:
        """The course of an optimizer's rate; None where the text shows no training of it."""
        groups = self._script.objects.groups_of(optimizer)
        group = min(self._evaluator.group, len(groups) - 1)
        marks = self._marks(optimizer)
        if marks is None:
            return None
        kind, loop = marks
        concerned_by = [e for e in self._training.events() if e.optimizer is optimizer]
        schedulers = self._schedulers(concerned_by)
        wanted = _concerning(optimizer, group, kind, loop)
        if self._training.count(wanted) > MOST_EVENTS:
            return self._of_few_turns(optimizer, wanted)
        formula = self._one_formula(optimizer, group, kind)
        line = timeline(self._training, wanted)
        updates = line.where(kind)
        if not len(updates):
            return None
        epochs = self._epochs(line, updates)
        by_epoch = self._by_epoch(kind, line, updates)
        each = _each(epochs, self._script.lengths.used.get("batches") is not None)
        line = _since_built(line, schedulers)
        updates = line.where(kind)
        changes = line.where("set", "scale", "map", "dampen")
        steady = not (line.where("set", "scale", "map", "dampen", "step") > updates[0]).any()
        self._check_built(line, schedulers, updates)
        stepped = [made for made in schedulers if len(line.of(made, "step"))]
        inside = _inside(line.where("scale", "map", "dampen", "step"), updates, epochs)
        begun_by_hand = bool(len(line.where("set"))) and line.where("set")[0] < updates[0] and not schedulers
        if not stepped and not len(changes):
            base = 0.0 if len(schedulers) == 1 else self._base(optimizer, group)
            return self._unchanged(
                optimizer, group, schedulers, base, len(updates), by_epoch, each, epochs, kind
            )
        within = [e for e in line.events if e.kind == "step" and id(e.scheduler) in self._evaluator.used]
        if within:
            raise self._evaluator.source.refuse(
                "a scheduler that stands inside another is also stepped by itself here, which is not read",
                within[0].node,
            )
        for one in schedulers:
            if one.needs is not None:
                raise self._evaluator.source.refuse(one.needs, one.node)
        alone = len(schedulers) == 1 and not _begins_late(line, schedulers[0], updates)
        if alone and not len(changes) and not self._goes_on(line, schedulers[0]):
            (scheduler,) = schedulers
            at, clock = arguments(line, scheduler)
            clock = held(at, clock, 0.0, updates)
            own = scheduler.schedule
            told = ~np.isnan(line.value[at])
            if scheduler.told is not None and told.any():
                if not told.all():
                    raise self._evaluator.source.refuse(
                        f"{scheduler.call} is told its time in some calls and not in others: no clock",
                        scheduler.node,
                    )
                own = scheduler.told()
            schedule, rates = self._alone(scheduler, own, clock)
            if each is not None and clock[0].is_integer() and np.array_equal(clock, clock[0] + epochs):
                # Stepped once an epoch: its own clock counts epochs.
                inner = begun(own, int(clock[0]))
                return Followed(
                    optimizer, group, scheduler, inner, len(updates) // each, True, each, rates, epochs,
                    simple=True, clock=clock, inside=inside,
                )  # fmt: skip
            return Followed(
                optimizer, group, scheduler, schedule, len(updates), by_epoch, each, rates, epochs,
                kind=kind, ticks=_ticks(clock), unchanged=steady,
                simple=_simply_clocked(own, clock) is not None, clock=clock, inside=inside,
            )  # fmt: skip
        base = 0.0 if begun_by_hand else self._base(optimizer, group)
        rates = self._together(line, updates, schedulers, base)
        schedule = formula if formula is not None else table(rates)
        named = stepped[0] if stepped else None
        return Followed(
            optimizer, group, named, schedule, len(updates), by_epoch, each, rates, epochs, kind=kind,
            unchanged=steady, inside=inside,
        )  # fmt: skip

    def _of_few_turns(self, optimizer: Optimizer, wanted: Callable[[Event], bool]) -> Followed:
        """The course of one long loop, all whose turns are alike, out of its first turns.

        Raises
        ------
        NotationError
            When a turn is not one update and one tick of a scheduler.
        """
        too_many = self._evaluator.source.refuse(
            f"more than {MOST_EVENTS} steps of this training must be followed one by one",
            self._evaluator.source.tree,
        )
        own = [block for block in self._training.blocks if any(wanted(event) for event in block.events)]
        long = [block for block in own if block.turns > _TRIED[1]]
        if len(long) != 1:
            raise too_many
        (block,) = long
        told = [event for event in block.events if wanted(event)]
        if any(event.mask is not None or isinstance(event.value, np.ndarray) for event in told):
            raise too_many
        turns, found = block.turns, []
        try:
            for block.turns in _TRIED:
                found.append(self.follow(optimizer))
        finally:
            block.turns = turns
        less, more = found
        if less is None or more is None or less.schedule != more.schedule:
            raise too_many
        alike = (more.simple or more.unchanged) and not more.by_epoch and more.each is None
        if not alike or more.updates - less.updates != _TRIED[1] - _TRIED[0]:
            raise too_many
        return replace(more, updates=more.updates + turns - _TRIED[1])

    def epochs_elsewhere(self) -> int | None:
        """The number of epochs that code elsewhere trains, None where no loop says."""
        count = self._training.count(lambda event: event.kind == "epoch" and event.looped)
        stood_in = bool(self._script.lengths.used)
        return None if stood_in or not count else count

    # -- what an update is

    def _marks(self, optimizer: Optimizer) -> tuple[Kind, ast.AST | None] | None:
        """The updates of this optimizer: its own steps, calls that train, or a loop's turns."""
        events = list(self._training.events())
        if any(event.kind == "update" and event.optimizer is optimizer for event in events):
            also = next(
                (e for e in events if e.kind == "epoch" and e.surely and e.optimizer is optimizer), None
            )
            if also is not None:
                raise self._evaluator.source.refuse(
                    "the optimizer is stepped in this text and also trains elsewhere: paste that code too",
                    also.node,
                )
            return "update", None
        elsewhere = [event for event in events if event.kind == "epoch" and event.looped]
        if any(event.optimizer is optimizer for event in elsewhere):
            return "epoch", None
        nobodys = next((event for event in elsewhere if event.optimizer is None), None)
        if nobodys is not None:
            # Which of several calls trains is not known; a turn has one of each.
            return "epoch", nobodys.node
        loop: ast.AST | None = None
        stepped: dict[str, ast.AST] = {}
        for event in events:
            if event.kind == "turn":
                loop = event.loop
            elif event.optimizer is optimizer and loop is not None:
                stepped.setdefault(event.kind, loop)
        by_hand = stepped.get("set", stepped.get("scale", stepped.get("map")))
        if "step" in stepped and by_hand is stepped["step"]:
            raise self._evaluator.source.refuse(
                "the rate is written and a scheduler is stepped in this loop, and where between them the "
                "optimizer trains is not in the text; add the call that trains",
                by_hand,
            )
        # A scheduler is stepped behind the training of its turn; a rate is written for it.
        if "step" in stepped:
            return "turn", stepped["step"]
        return None if by_hand is None else ("turned", by_hand)

    def _schedulers(self, own: Sequence[Event]) -> list[Made]:
        """The optimizer's schedulers that stand in no other and dampen nothing."""
        found: dict[int, Made] = {}
        for event in own:
            made = event.scheduler
            if made is not None and event.kind in {"made", "step"} and id(made) not in self._evaluator.used:
                found.setdefault(id(made), made)
        return [made for made in found.values() if not self._dampens(made)]

    def _goes_on(self, line: Timeline, scheduler: Made) -> bool:
        """True where a scheduler is told its time, or put back, and goes on from the rate it finds."""
        moved = len(line.of(scheduler, "clock"))
        times = line.value[line.of(scheduler, "step")]
        told = moved or not np.isnan(times).all()
        if not moved and not _built(line, scheduler) and np.array_equal(times, np.arange(len(times))):
            return False
        acts = bool(scheduler.schedule.update(np.ones(1))[0][0])
        without_closed_form = self._evaluator.registry[scheduler.framework].without_closed_form
        return bool(told) and (acts or scheduler.call in without_closed_form)

    def _dampens(self, made: Made) -> bool:
        return self._evaluator.registry[made.framework].dampens

    def _by_epoch(self, kind: Kind, line: Timeline, updates: NDArray[np.int64]) -> bool:
        """True where each update stands for an epoch."""
        first = line.events[line.which[updates[0]]]
        if kind in {"update", "turn", "turned"}:
            loop = first.loop or self._loop_of(first)
            return counts_epochs(loop) and not self._is_loaders(loop)
        loop = self._loop_of(first)
        return not self._is_loaders(loop)

    def _loop_of(self, wanted: Event) -> ast.AST | None:
        loop: ast.AST | None = None
        for event in self._training.events():
            if event.kind == "turn":
                loop = event.loop
            if event is wanted or event.node is wanted.node:
                return loop
        return loop

    def _is_loaders(self, loop: ast.AST | None) -> bool:
        return any(event.kind == "loader" and event.loop is loop for event in self._training.events())

    def _epochs(self, line: Timeline, updates: NDArray[np.int64]) -> Array:
        """The epoch of each update: how often a loop over batches has begun."""
        begun_at = line.where("loader")
        epoch = np.searchsorted(begun_at, updates, side="left").astype(np.float64)
        # Only the loops that hold updates count.
        return np.unique(epoch, return_inverse=True)[1].astype(np.float64)

    # -- rates

    def _base(self, optimizer: Optimizer, group: int) -> float:
        groups = self._script.objects.groups_of(optimizer)
        try:
            value = self._script.objects.base_rate(groups[min(group, len(groups) - 1)])
        except NotKnown as unknown:
            raise self._evaluator.not_known(unknown.value) from None
        except Refusal as refusal:
            raise self._evaluator.source.refuse(str(refusal), self._evaluator.source.tree) from None
        if not isinstance(value, int | float):
            raise self._evaluator.not_known(value)
        return float(value)

    def _alone(self, scheduler: Made, own: Schedule, clock: Array) -> tuple[Schedule, Array]:
        """The schedule of an optimizer with one scheduler, and its rates; nan where it has none."""
        if (clock < 0).any():
            raise self._evaluator.source.refuse(
                f"{scheduler.call} is told a time below 0 in this loop", scheduler.node
            )
        simple = _simply_clocked(own, clock)
        try:
            rates = np.asarray(own(clock), dtype=np.float64)
        except LrplotError as error:
            if simple is None:
                raise self._evaluator.source.refuse(f"{scheduler.call}: {error}", scheduler.node) from None
            # It ends before the training does, which is told where it is drawn.
            return simple, np.full(len(clock), np.nan)
        return simple or self._of_clock(own, clock, rates), rates

    def _unchanged(
        self,
        optimizer: Optimizer,
        group: int,
        schedulers: Sequence[Made],
        base: float,
        updates: int,
        by_epoch: bool,
        each: int | None,
        epochs: Array,
        kind: Kind,
    ) -> Followed:
        """Nothing steps a scheduler and nothing writes a rate."""
        scheduler = schedulers[0] if schedulers else None
        rate = base if scheduler is None else float(scheduler.schedule(0))
        if len(schedulers) > 1:
            rate = shared(schedulers, base, self._evaluator.registry).first
        rates = np.full(updates, rate)
        return Followed(
            optimizer, group, scheduler, Constant(lr=rate), updates, by_epoch, each, rates, epochs,
            never_stepped=scheduler is not None, kind=kind, unchanged=True,
        )  # fmt: skip

    def _together(
        self, line: Timeline, updates: NDArray[np.int64], schedulers: Sequence[Made], base: float
    ) -> Array:
        """The rates where several things change one rate: each acts on what it finds."""
        together = shared(schedulers, base, self._evaluator.registry) if schedulers else None
        # A callback changes nothing until it is called.
        built = any(_built(line, scheduler) for scheduler in schedulers)
        first = base if together is None or not built else together.first
        places: list[NDArray[np.int64]] = []
        factors: list[Array] = []
        added: list[Array] = []
        if len(line.where("map")):
            return self._mapped(line, updates, schedulers, first)
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
                raise self._evaluator.source.refuse(f"{scheduler.call}: {error}", scheduler.node) from None
            places.append(at)
            factors.append(factor)
            added.append(more)
        where = np.concatenate(places)
        order = np.argsort(where, kind="stable")
        after = scanned(first, np.concatenate(factors)[order], np.concatenate(added)[order])
        rates = held(where[order], after, first, updates)
        dampers = self._dampers(line)
        outside = next(
            (e for e in line.events if not e.damped and e.kind in {"step", "set", "scale", "map"}), None
        )
        if dampers and outside is not None:
            raise self._evaluator.source.refuse(
                "a rate that a warm-up dampens is changed outside 'with …dampening():', which is not read",
                outside.node,
            )
        for made, at in dampers:
            count = np.searchsorted(at, updates, side="left").astype(np.float64)
            rates = rates * np.asarray(made.schedule(count), dtype=np.float64)
        wrong = ~((rates >= 0) & np.isfinite(rates))
        if wrong.any():
            first = int(wrong.argmax())
            node = next(
                (e.node for e in line.events if e.kind in {"set", "scale"}), self._evaluator.source.tree
            )
            raise self._evaluator.source.refuse(f"the rate of update {first} would be {rates[first]:g}", node)
        return rates

    def _mapped(
        self, line: Timeline, updates: NDArray[np.int64], schedulers: Sequence[Made], rate: float
    ) -> Array:
        """The rates where one is computed from the rate it finds: followed one by one."""
        if schedulers or len(line.where("dampen")):
            node = next(event.node for event in line.events if event.kind == "map")
            raise self._evaluator.source.refuse(
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

    def _dampers(self, line: Timeline) -> list[tuple[Made, NDArray[np.int64]]]:
        found: dict[int, Made] = {}
        for event in line.events:
            if event.kind == "dampen" and event.scheduler is not None:
                found.setdefault(id(event.scheduler), event.scheduler)
        return [(made, line.of(made, "dampen")) for made in found.values()]

    def _check_built(self, line: Timeline, schedulers: Sequence[Made], updates: NDArray[np.int64]) -> None:
        """Refuse a scheduler that is built while its optimizer trains."""
        for scheduler in schedulers:
            built = line.of(scheduler, "made")
            late = len(built) and len(updates) and built[0] > updates[0]
            if late or len(built) > 1:
                raise self._evaluator.source.refuse(
                    f"{scheduler.call} is built inside the training loop, which is not read; build it before",
                    scheduler.node,
                )

    # -- as a schedule

    def _of_clock(self, schedule: Schedule, clock: Array, rates: Array) -> Schedule:
        """The schedule asked at these times of its own, one an update."""
        first = clock[0]
        steps = np.diff(clock)
        if (steps == 0).all():
            return Constant(lr=float(rates[0]))
        changes = np.flatnonzero(np.diff(steps) != 0) + 1
        if len(changes) < _FEW and np.isin(steps, (0, 1)).all() and first.is_integer():
            edges = [0, *(changes.tolist()), len(clock)]
            return self._stretches(schedule, clock, rates, edges)
        return table(rates)

    def _stretches(self, schedule: Schedule, clock: Array, rates: Array, edges: list[int]) -> Schedule:
        parts: list[Schedule] = []
        lengths: list[int] = []
        for start, stop in pairwise(edges):
            if start >= stop:
                continue
            stretch = clock[start:stop]
            still = len(stretch) == 1 or stretch[1] == stretch[0]
            if len(stretch) == 1 and stop < len(clock):
                still = clock[stop] == stretch[0]
            part: Schedule = Constant(lr=float(rates[start])) if still else begun(schedule, int(stretch[0]))
            parts.append(part)
            lengths.append(stop - start)
        made = parts[0] if len(parts) == 1 else Phases(parts=tuple(parts), lengths=tuple(lengths[:-1]))
        again = np.asarray(made(np.arange(len(clock), dtype=np.float64)))
        return made if np.array_equal(again, rates) else table(rates)

    def _one_formula(self, optimizer: Optimizer, group: int, kind: Kind) -> Schedule | None:
        """The schedule of a rate that one line sets in every turn, as the formula that is written there."""
        writing = [
            (block, event)
            for block in self._training.blocks
            for event in block.events
            if event.optimizer is optimizer
            and event.kind in {"set", "scale", "step", "dampen", "update"}
            and (event.group in (None, group))
        ]
        kinds = [event.kind for _, event in writing]
        late = kinds == ["update", "set"]
        if kinds != ["set", "update"] and not late and not (kinds == ["set"] and kind == "turned"):
            return None
        block, first = writing[1 if late else 0]
        formula = first.formula
        if any(other is not block or _only_now_and_then(event) for other, event in writing):
            return None
        if not isinstance(formula, Symbol) or not _is_plain(formula):
            return None
        try:
            schedule = symbolic.schedule_of(formula)
        except LrplotError:
            return None
        if not late:
            return schedule
        # What is set behind an update holds from the next one on.
        before = Constant(lr=self._base(optimizer, group))
        return Phases(parts=(before, schedule), lengths=(1,))


def _concerning(
    optimizer: Optimizer, group: int, kind: Kind, loop: ast.AST | None
) -> Callable[[Event], bool]:
    """True where an event concerns a parameter group's rate, or marks its updates and epochs."""

    def wanted(event: Event) -> bool:
        if event.kind == "loader":
            return True
        if event.kind == kind and kind in {"turn", "turned"}:
            return event.loop is loop
        if event.kind == kind == "epoch" and loop is not None:
            return event.node is loop
        if event.kind == kind:
            return event.optimizer in (optimizer, None)
        changes = event.kind in {"step", "set", "scale", "map", "made", "dampen", "clock"}
        return changes and event.optimizer is optimizer and event.group in (None, group)

    return wanted


def _only_now_and_then(event: Event) -> bool:
    """True where an event does not happen in every turn of its block."""
    return event.test is not None and not (event.mask is not None and bool(event.mask.all()))


def _inside(changes: NDArray[np.int64], updates: NDArray[np.int64], epochs: Array) -> bool:
    """True where something happens between two updates of one epoch."""
    after = np.searchsorted(updates, changes)
    between = after[(after > 0) & (after < len(updates))]
    return bool((epochs[between] == epochs[between - 1]).any())


def _simply_clocked(schedule: Schedule, clock: Array) -> Schedule | None:
    """The schedule where its clock advances by one an update, None where it does not."""
    steps = np.diff(clock)
    if not clock[0].is_integer() or not len(steps) or not (steps == steps[0]).all():
        return begun(schedule, int(clock[0])) if len(clock) == 1 and clock[0].is_integer() else None
    stride = float(steps[0])
    if stride == 1:
        return begun(schedule, int(clock[0]))
    if stride > 1 and stride.is_integer():
        return Excerpt(schedule=schedule, start=int(clock[0]), stride=int(stride))
    return None


def _mapped_rate(formula: Symbol, rate: float) -> float:
    """A formula of the rate it finds."""
    names = tuple(free_names(formula))
    found = Expression(formula.text, names)(np.zeros(1), variables=dict.fromkeys(names, np.array([rate])))
    return float(found[0])


def _since_built(line: Timeline, schedulers: Sequence[Made]) -> Timeline:
    """The events from the moment the first scheduler is built, which begins with the rate it finds."""
    built = [at[0] for made in schedulers if len(at := line.of(made, "made"))]
    first_update = line.where("update", "epoch", "turn", "turned")
    if not built or (len(first_update) and first_update[0] < min(built)):
        return line
    start = min(built)
    return Timeline(line.events, line.which[start:], line.value[start:])


def _built(line: Timeline, scheduler: Made) -> bool:
    """True where a scheduler was built on its optimizer, and so set its rate, rather than called alone."""
    return bool(len(line.of(scheduler, "made")))


def _begins_late(line: Timeline, scheduler: Made, updates: NDArray[np.int64]) -> bool:
    """True where a scheduler that is not built on its optimizer is told its time after the first update."""
    at = line.of(scheduler, "step")
    told = bool(len(at)) and not np.isnan(line.value[at]).all()
    return told and not _built(line, scheduler) and bool(at[0] > updates[0])


def _is_plain(formula: Symbol) -> bool:
    return not free_names(formula)


def table(rates: Array) -> Schedule:
    """The rates one by one, each held until the next that differs."""
    changes = np.flatnonzero(np.diff(rates) != 0) + 1
    starts = np.concatenate([[0], changes])
    if len(starts) == 1:
        return Constant(lr=float(rates[0]))
    if len(starts) > _MOST_LEVELS:
        raise Refusal(
            f"{len(starts)} different rates one after another, at most {_MOST_LEVELS} are drawn one by one"
        )
    points = tuple(zip(starts.astype(float).tolist(), rates[starts].tolist(), strict=True))
    # Checked here, all at once: one by one it takes a second for 10^6.
    if not (np.isfinite(rates).all() and (rates >= 0).all()):
        return Piecewise(points=points)
    return Piecewise.model_construct(points=points)


def _ticks(clock: Array) -> int:
    steps = np.diff(clock)
    return (
        int(steps[0])
        if len(steps) and (steps == steps[0]).all() and steps[0] > 1 and steps[0].is_integer()
        else 1
    )


def _each(epochs: Array, stood_in: bool) -> int | None:
    """Updates in an epoch, where all epochs have as many."""
    if stood_in or not len(epochs):
        return None
    counts = np.bincount(epochs.astype(np.int64))
    return int(counts[0]) if len(counts) > 1 and (counts == counts[0]).all() and counts[0] > 1 else None
