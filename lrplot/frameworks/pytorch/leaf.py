"""A scheduler of PyTorch by itself: what each call of its ``step()`` does to the rate that it finds."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lrplot.python import symbolic
from lrplot.python.parameters import Base, Refusal
from lrplot.python.values import Made
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.recurrence import Recurrence
from lrplot.schedules.stepped import Stepped


@dataclass(slots=True, eq=False)
class Group:
    """An optimizer's parameter group: its rate, and what schedulers wrote beside it."""

    lr: float = math.nan
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turns:
    """Calls at the steps first, first + every, …; so many of them, or without end."""

    first: int
    every: int
    count: int | None

    def part(self, begin: int, count: int | None) -> "Turns":
        """So many of these calls, those before ``begin`` (from 0) left out."""
        left = None if self.count is None else max(0, self.count - begin)
        kept = left if count is None else count if left is None else min(count, left)
        return Turns(self.first + begin * self.every, self.every, kept)


class Leaf:
    """A plain scheduler: its base rate, and how far its clocks have gone."""

    def __init__(self, group: Group, made: Made, rule: "Rule", last_epoch: int = -1) -> None:
        if made.arguments.get("last_epoch", -1) != last_epoch:
            # A join sets the clock of a resumed scheduler back to 0, and a chain goes on from another's rate.
            raise Refusal(f"last_epoch of a {made.call} inside another scheduler is not read; leave it out")
        self.group, self.rule, self.made = group, rule, made
        self.schedule: Schedule = made.arguments.get("whole", made.schedule)
        self.arguments = {**made.arguments, "schedule": self.schedule}
        optimizer = self.arguments["optimizer"]
        if math.isnan(group.lr) and isinstance(optimizer, Base):
            group.lr = made.arguments.get("found", optimizer.lr)
        rule.enter(self.arguments, group)
        group.values.setdefault("initial_lr", made.arguments.get("initial_lr", group.lr))
        self.base = group.values["initial_lr"]
        self.last_epoch, self.count, self.cycle = last_epoch, 0, last_epoch
        if rule.begins_at_initial_rate:
            group.lr = self.base
            self._tick()
        else:
            self.begin()

    def leaves(self) -> "Iterator[Leaf]":
        """Itself."""
        yield self

    def update(self) -> Schedule:
        """The change of the rate by a step, on its own clock."""
        return self.rule.update(self.arguments, self.base, self.group)

    def at(self, own: int) -> tuple[float, float]:
        """The factor and the addend of a step, on its own clock."""
        with np.errstate(all="ignore"):
            times, plus = self.update().update(np.array([float(own)]))
        return float(times[0]), float(plus[0])

    def undo(self) -> None:
        """Go one step back, as SequentialLR's constructor has it do."""
        self.last_epoch -= 1

    def begin(self) -> None:
        """PyTorch's ``_initial_step``."""
        self.count = 0
        own = self._tick()
        if not (self.rule.begins_quietly or (own > 0 and self.rule.resumes_quietly)):
            self._apply(own)

    def step(self) -> None:
        """PyTorch's ``step()``, on the group's rate at once."""
        self._apply(self._tick())

    def _apply(self, own: int) -> None:
        times, plus = self.at(own)
        if math.isnan(times):
            raise Refusal(f"PyTorch divides by zero at step {own} of a {self.made.call} here", "schedulers")
        group = self.group
        group.lr = times * group.lr + plus if times else plus

    def _tick(self, calls: int = 1) -> int:
        """Go on by so many calls of ``step()``; what its own clock shows at the first."""
        if self.rule.clock == "cycle" and self.last_epoch < 0:
            self.last_epoch = self.cycle = -1
        shown = {"epoch": self.last_epoch, "cycle": self.cycle, "count": self.count - 1}[self.rule.clock] + 1
        self.last_epoch += calls
        self.count += calls
        self.cycle += calls
        return shown

    def parts(self, turns: Turns) -> list[Schedule]:
        """The changes by its ``step()`` at these turns, as parts of a recurrence."""
        if turns.count == 0:
            return []
        own = self._tick(turns.count or 0)
        if own < 0:
            raise Refusal(f"{self.made.call}: schedulers nested so deeply are not read", "schedulers")
        update = self.update()
        if turns == Turns(1, 1, None) and own == 1:
            return [update]
        last = None if turns.count is None else turns.first + (turns.count - 1) * turns.every
        return [Stepped(schedule=update, first=turns.first, every=turns.every, last=last, start=own)]

    def after(self, last: float | None) -> Schedule:
        """The curve from a join of a SequentialLR on, where its clock shows 0.

        ``last`` is the rate of the step before; None where it is the first, which begins at the group's.
        """
        closed = None if last is None else self.rule.closed(self.arguments, self.base)
        start = self.group.lr if last is None else last if closed is None else closed
        return self.rule.curve(self, start, last is not None)

    def reset(self, step: int) -> list[Schedule]:
        """The change by its ``_update_lr(0)`` at a step."""
        self.last_epoch = 0
        rate = self.rule.closed(self.arguments, self.base)
        if rate is not None:
            return [Stepped(schedule=Constant(lr=rate), first=step, last=step)]
        own = {"epoch": 0, "cycle": self.cycle, "count": self.count - 1}[self.rule.clock]
        return [Stepped(schedule=self.update(), first=step, last=step, start=own)]


def scaled(leaf: Leaf, start: float, _joined: bool) -> Schedule:
    """The curve of a scheduler that only multiplies, from another rate than its own first."""
    own = leaf.schedule
    first = float(own(0))
    if math.isclose(first, start, rel_tol=1e-14):
        return own
    if first:
        return symbolic.multiplied(own, start / first)
    # Of an optimizer's rate of 0 nothing is left to multiply; another scheduler has written a base since.
    return Recurrence(lr=start, parts=(leaf.update(),))


@dataclass(frozen=True, slots=True)
class Rule:
    """A class of schedulers: the changes its steps make.

    ``update`` is its ``get_lr`` on its own clock: its ``last_epoch``; its count of steps (SWALR); its place
    in the cycles (CosineAnnealingWarmRestarts). ``closed`` is the closed form at 0, None where it has none,
    ``enter`` what its constructor does before that of the base class. ``curve`` is what it draws alone from
    a given rate on, where its clock shows 0. ``begins_quietly``: its constructor keeps the rate it finds;
    ``resumes_quietly``: it does with ``last_epoch``.
    """

    update: Callable[[Mapping[str, Any], float, Group], Schedule]
    closed: Callable[[Mapping[str, Any], float], float | None] = lambda _arguments, _base: None
    enter: Callable[[Mapping[str, Any], Group], None] = lambda _arguments, _group: None
    curve: Callable[[Leaf, float, bool], Schedule] = scaled
    clock: str = "epoch"
    begins_quietly: bool = False
    resumes_quietly: bool = False
    begins_at_initial_rate: bool = False
