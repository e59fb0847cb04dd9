"""From the events of a training to the rate of each update, and to the schedule that says the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import LrplotError
from lrplot.python import symbolic
from lrplot.python.as_schedule import of_clock, simply_clocked, table, ticks
from lrplot.python.binding import NotKnown
from lrplot.python.built_late import are_late, can_be_followed, rates_in_turn
from lrplot.python.combine import begun
from lrplot.python.lanes import free_names
from lrplot.python.parameters import Refusal
from lrplot.python.rates_together import (
    begins_late,
    goes_on,
    rates_together,
    schedulers_of,
    since_built,
)
from lrplot.python.script import Script
from lrplot.python.sharing import shared
from lrplot.python.symbolic import Symbol
from lrplot.python.training import (
    MOST_EVENTS,
    Event,
    Kind,
    Timeline,
    arguments,
    held,
    timeline,
)
from lrplot.python.update_marks import UpdateMarks, concerning
from lrplot.python.values import Made, Optimizer
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.sequence import Sequence as Phases

Array = NDArray[np.float64]


_TRIED: Final = (1000, 2001)
"""Turns that are followed of a loop with many."""
_MANY: Final = 20_000
"""Events from which on the first turns of a loop are tried for all, which takes as long as some thousand."""


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
        self._updates = UpdateMarks(script.evaluator, script.training)

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
        groups = self._script.objects.groups.of(optimizer)
        group = min(self._evaluator.group, len(groups) - 1)
        marks = self._updates.marks(optimizer)
        if marks is None:
            return None
        kind, loop = marks
        wanted = concerning(optimizer, group, kind, loop, surely=self._updates.surely(optimizer))
        count = self._training.count(wanted)
        few = self._of_few_turns(optimizer, wanted) if count > _MANY else None
        if few is not None:
            return few
        if count > MOST_EVENTS:
            raise self._evaluator.source.refuse(
                f"more than {MOST_EVENTS} steps of this training must be followed one by one",
                self._evaluator.source.tree,
            )
        return self._one_by_one(optimizer, group, kind, timeline(self._training, wanted))

    def _one_by_one(self, optimizer: Optimizer, group: int, kind: Kind, line: Timeline) -> Followed | None:
        """The course of an optimizer's rate, each event in turn."""
        concerned_by = [e for e in self._training.events() if e.optimizer is optimizer]
        schedulers = schedulers_of(self._evaluator, concerned_by)
        formula = self._one_formula(optimizer, group, kind)
        updates = line.where(kind)
        if not len(updates):
            return None
        self._check_dampers(line)
        epochs = self._updates.epochs(line, updates)
        by_epoch = self._updates.are_epochs(kind, line, updates)
        each = _each(epochs, self._script.lengths.used.get("batches") is not None)
        line = since_built(line, schedulers)
        updates = line.where(kind)
        changes = line.where("set", "scale", "map", "dampen")
        steady = not (line.where("set", "scale", "map", "dampen", "step") > updates[0]).any()
        late = are_late(line, schedulers, updates) and can_be_followed(self._evaluator, line, schedulers)
        if not late:
            self._check_built(line, schedulers, updates)
        stepped = [made for made in schedulers if len(line.of(made, "step"))]
        inside = _inside(line.where("scale", "map", "dampen", "step"), updates, epochs)
        begun_by_hand = bool(len(line.where("set"))) and line.where("set")[0] < updates[0] and not schedulers
        if not late and not stepped and not len(changes):
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
        alone = len(schedulers) == 1 and not begins_late(line, schedulers[0], updates)
        if alone and not late and not len(changes) and not goes_on(self._evaluator, line, schedulers[0]):
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
                kind=kind, ticks=ticks(clock), unchanged=steady,
                simple=simply_clocked(own, clock) is not None, clock=clock, inside=inside,
            )  # fmt: skip
        base = 0.0 if begun_by_hand else self._base(optimizer, group)
        rates_of = rates_in_turn if late else rates_together
        rates = rates_of(self._evaluator, line, updates, schedulers, base)
        schedule = formula if formula is not None else table(rates)
        named = stepped[0] if stepped else None
        return Followed(
            optimizer, group, named, schedule, len(updates), by_epoch, each, rates, epochs, kind=kind,
            unchanged=steady, inside=inside,
        )  # fmt: skip

    def _of_few_turns(self, optimizer: Optimizer, wanted: Callable[[Event], bool]) -> Followed | None:
        """The course of one long loop, all whose turns are alike, out of its first turns.

        None where a turn is not one update and one tick of a scheduler, or the text does not say how many
        turns there are.
        """
        own = [block for block in self._training.blocks if any(wanted(event) for event in block.events)]
        long = [block for block in own if block.turns > _TRIED[1]]
        if len(long) != 1 or any(block.stands_in for block in own):
            return None
        (block,) = long
        told = [event for event in block.events if wanted(event)]
        if any(event.mask is not None or isinstance(event.value, np.ndarray) for event in told):
            return None
        turns, found = block.turns, []
        try:
            for block.turns in _TRIED:
                found.append(self.follow(optimizer))
        finally:
            block.turns = turns
        less, more = found
        if less is None or more is None or less.schedule != more.schedule:
            return None
        alike = (more.simple or more.unchanged) and not more.by_epoch and more.each is None
        if not alike or more.updates - less.updates != _TRIED[1] - _TRIED[0]:
            return None
        return replace(more, updates=more.updates + turns - _TRIED[1])

    def epochs_elsewhere(self) -> int | None:
        """The number of epochs that code elsewhere trains, None where no loop says."""
        count = self._training.count(lambda event: event.kind == "epoch" and event.looped)
        stood_in = bool(self._script.lengths.used)
        return None if stood_in or not count else count

    def _check_dampers(self, line: Timeline) -> None:
        """Refuse a warm-up that is made and never used: its first factor stays on the rate."""
        for event in line.events:
            made = event.scheduler
            if event.kind != "made" or made is None or not self._evaluator.registry[made.framework].dampens:
                continue
            if not len(line.of(made, "dampen")):
                raise self._evaluator.source.refuse(
                    f"{made.call} puts its first factor on the rate when it is made, and no "
                    "'with ….dampening():' of it is reached here; write the loop that uses it",
                    made.node,
                )

    # -- rates

    def _base(self, optimizer: Optimizer, group: int) -> float:
        groups = self._script.objects.groups.of(optimizer)
        try:
            value = self._script.objects.groups.base_rate(groups[min(group, len(groups) - 1)])
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
        simple = simply_clocked(own, clock)
        try:
            rates = np.asarray(own(clock), dtype=np.float64)
        except LrplotError as error:
            if simple is None:
                raise self._evaluator.source.refuse(f"{scheduler.call}: {error}", scheduler.node) from None
            # It ends before the training does, which is told where it is drawn.
            return simple, np.full(len(clock), np.nan)
        return simple or of_clock(own, clock, rates), rates

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

    def _check_built(self, line: Timeline, schedulers: Sequence[Made], updates: NDArray[np.int64]) -> None:
        """Refuse a scheduler that is built while its optimizer trains."""
        for scheduler in schedulers:
            built = line.of(scheduler, "made")
            late = len(built) and len(updates) and built[0] > updates[0]
            if not late and len(built) <= 1:
                continue
            where = "inside the training loop" if len(built) > 1 else "behind updates of its optimizer"
            anew = id(scheduler.optimizer) in self._script.objects.remade
            said = (
                "is built in every turn of a loop, and so is its optimizer: each turn trains anew, and what "
                "it makes of the rate may hang on the turn; take the loop off the turn that is meant"
                if anew
                else f"is built {where}, which is not read; build it before, or give what comes behind alone"
            )
            raise self._evaluator.source.refuse(f"{scheduler.call} {said}", scheduler.node)

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


def _only_now_and_then(event: Event) -> bool:
    """True where an event does not happen in every turn of its block."""
    return event.test is not None and not (event.mask is not None and bool(event.mask.all()))


def _inside(changes: NDArray[np.int64], updates: NDArray[np.int64], epochs: Array) -> bool:
    """True where something happens between two updates of one epoch."""
    after = np.searchsorted(updates, changes)
    between = after[(after > 0) & (after < len(updates))]
    return bool((epochs[between] == epochs[between - 1]).any())


def _is_plain(formula: Symbol) -> bool:
    return not free_names(formula)


def _each(epochs: Array, stood_in: bool) -> int | None:
    """Updates in an epoch, where all epochs have as many."""
    if stood_in or not len(epochs):
        return None
    counts = np.bincount(epochs.astype(np.int64))
    return int(counts[0]) if len(counts) > 1 and (counts == counts[0]).all() and counts[0] > 1 else None
