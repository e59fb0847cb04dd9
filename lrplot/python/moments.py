"""The rate of an optimizer, and the clock of a scheduler, at one moment of the training that is being read.

What a text does with a rate that it reads (a new optimizer begins with it, a condition asks for it) is known
where all that happened up to there is. It is worked out only where something hangs on it.
"""

import ast
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import LrplotError
from lrplot.expression import Expression
from lrplot.python.binding import NotKnown
from lrplot.python.lanes import free_names
from lrplot.python.parameters import Refusal
from lrplot.python.rates_together import rates_at
from lrplot.python.symbolic import Symbol
from lrplot.python.training import Event, Training, arguments, timeline
from lrplot.python.values import Group, Made
from lrplot.schedules.excerpt import Excerpt

if TYPE_CHECKING:
    from lrplot.python.state import State

Mark = tuple[int, int]

_CHANGES: Final = frozenset({"step", "set", "scale", "map", "made", "dampen", "clock"})
_NEAR: Final = 1e-9
"""Rates that differ by so little may be one and the same in a training, whose last digits are its own."""
_LOOKED_AT: Final = 3_000_000
"""Most events that are gone through to know what rates there were: some seconds."""


class Moments:
    """Rates and clocks at moments of one training."""

    def __init__(self, evaluator: "State", training: Training) -> None:
        self._evaluator = evaluator
        self._training = training
        self._noted: dict[str, tuple[Group, Mark]] = {}
        self._known: dict[tuple[str, Mark], float | None] = {}
        self._clocks: dict[int, tuple[Mark, Event | None, int | None]] = {}
        """What each scheduler's clock was when it was asked for last, and what had happened by then."""
        self._left = _LOOKED_AT
        self.asked = 0
        """How often something was asked for."""

    @property
    def concrete(self) -> bool:
        """True where all that happened so far has happened once: no turns are read together."""
        return self._evaluator.lanes is None and not self._training.in_block

    def note(self, name: str, group: Group, mark: Mark | None = None) -> None:
        """Take note of the moment, now or at a mark, at which a name stands for the rate of a group."""
        if self.concrete:
            self._noted[name] = (group, self._training.mark() if mark is None else mark)

    def forget(self, name: str) -> None:
        """A name stands for a rate that hangs on the turn."""
        self._noted.pop(name, None)

    def number(self, value: Any) -> Any:
        """The number that an expression of rates is, or a comparison; as it is where none is known."""
        found = self._computed(value, np.ones(1))
        return value if found is None else float(found[0])

    def truth(self, test: Symbol) -> bool | None:
        """Whether a condition on rates holds, None where that cannot be told.

        The last digits, in which lrplot and a training may differ, must not decide it.
        """
        found = self._computed(test, np.array([1 - _NEAR, 1, 1 + _NEAR]))
        held = None if found is None else found != 0
        return None if held is None or (held.any() and not held.all()) else bool(held[0])

    def _computed(self, value: Any, factors: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """An expression of rates with each of them times these factors, None where one is not known."""
        names = tuple(free_names(value))
        if not names or not isinstance(value, Symbol) or value.power:
            return None
        self.asked += 1
        known = {name: self._rate(name) for name in names}
        at = {name: factors * rate for name, rate in known.items() if rate is not None}
        if len(at) < len(known):
            return None
        try:
            found = Expression(value.text, names)(np.zeros(len(factors)), variables=at)
        except LrplotError:
            return None
        return np.broadcast_to(np.asarray(found, dtype=np.float64), factors.shape)

    def _rate(self, name: str) -> float | None:
        if name not in self._noted:
            return None
        group, mark = self._noted[name]
        if (name, mark) not in self._known:
            self._known[name, mark] = self._rate_of(group, mark)
        return self._known[name, mark]

    def _rate_of(self, group: Group, mark: Mark) -> float | None:
        """The rate of a group behind all that happened up to a mark, None where it is not known."""
        optimizer, index = group.optimizer, group.index
        now = Event("update", self._evaluator.source.tree, optimizer)

        def wanted(event: Event) -> bool:
            own = event.optimizer is optimizer and event.group in (None, index)
            return event is now or (own and event.kind in _CHANGES)

        past = self._training.up_to(mark)
        past.add(now)
        self._left -= past.count(wanted)
        if self._left < 0:
            return None
        before = self._evaluator.base
        try:
            base = self._evaluator.objects.groups.base_rate(group)
            rates = rates_at(self._evaluator, timeline(past, wanted), optimizer, base)
        except (NotKnown, Refusal, LrplotError):
            return None
        finally:
            # It is asked for aside: a call that is being read keeps the base rate that it asked for itself.
            self._evaluator.base = before
        return float(rates[-1]) if np.isfinite(rates[-1]) else None

    def clock(self, made: Made) -> int | None:
        """What a scheduler's ``last_epoch`` is now, None where that is not known."""
        self.asked += 1
        if not self.concrete or isinstance(made.schedule, Excerpt) or id(made) in self._evaluator.used:
            return None
        if id(made) in self._evaluator.elsewhere.handed:
            return None

        known = self._counted_on(made)
        if known is None:
            known = self._counted_anew(made)
        blocks, events = mark = self._training.mark()
        last = self._training.blocks[blocks - 1].events[events - 1] if events else None
        self._clocks[id(made)] = (mark, last, known)
        return known

    def _counted_on(self, made: Made) -> int | None:
        """The clock counted on from where it was asked for last, None where it must be counted anew."""
        (blocks, events), last, known = self._clocks.get(id(made), ((0, 0), None, None))
        if last is None or known is None or blocks > len(self._training.blocks):
            return None
        before = self._training.blocks[blocks - 1].events
        if events > len(before) or before[events - 1] is not last:
            # What had happened then was taken back.
            return None
        if any(not block.single for block in self._training.blocks[blocks - 1 :]):
            return None
        own = [each for each in self._training.since((blocks, events)) if each.scheduler is made]
        if any(each.kind == "clock" or each.value is not None for each in own):
            return None
        return known + sum(each.times for each in own if each.kind == "step")

    def _counted_anew(self, made: Made) -> int | None:
        def wanted(event: Event) -> bool:
            return event.scheduler is made and event.kind in {"step", "clock"}

        self._left -= self._training.count(wanted)
        if self._left < 0:
            return None
        line = timeline(self._training, wanted)
        if not len(line.which):
            return 0
        last = line.value[-1] if line.events[line.which[-1]].kind == "clock" else arguments(line, made)[1][-1]
        return int(last) if float(last).is_integer() else None

    def moved_since(self, asked: int, mark: Mark) -> bool:
        """True where more was asked for than so often, and what it was may have changed since a mark."""
        return self.asked > asked and any(e.kind in _CHANGES for e in self._training.since(mark))

    def behind_step(self, made: Made) -> Mark | None:
        """The moment behind the last step of a scheduler, or behind its making; None where it is not known.

        That is now where nothing has touched the rate since.
        """
        for number in range(len(self._training.blocks), 0, -1):
            block = self._training.blocks[number - 1]
            for place in range(len(block.events), 0, -1):
                event = block.events[place - 1]
                if event.optimizer is not made.optimizer or event.kind not in _CHANGES:
                    continue
                if event.scheduler is made and event.kind in {"step", "made"}:
                    return (number, place if block.single else len(block.events))
                if not block.single:
                    return None
        return None


def symbol_at(name: str) -> Symbol:
    """The symbol for a rate at a moment."""
    return Symbol(ast.Name(name))
