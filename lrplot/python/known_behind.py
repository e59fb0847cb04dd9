"""Loops behind which no more is known once they were followed: from then on they are passed over."""

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from lrplot.errors import NotationError
from lrplot.python.comparing import objects_in
from lrplot.python.counters import Counter, counters
from lrplot.python.functions import bind, loaded
from lrplot.python.iterables import Turns
from lrplot.python.loop_kinds import open_count
from lrplot.python.mutation import changed
from lrplot.python.parameters import Path, Refusal
from lrplot.python.state import Turn, held_in
from lrplot.python.syntax import asks_next, is_plain_place, leaves_the_turn
from lrplot.python.values import Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.training import Event
    from lrplot.python.walk import Walk

_MANY: Final = 12
"""Turns from which on it is worth while to know that a loop was followed in vain."""
_TURNING: Final = frozenset({"turn", "turned", "loader", "repeat"})

Mark = tuple[tuple[int, int], tuple[int, ...]]


class KnownBehind:
    """What is known behind the loops of one script that touch no rate."""

    def __init__(self, script: "Walk") -> None:
        self._script = script
        self._fruitless: set[ast.stmt] = set()
        """Loops that touch no rate, and of which no more is known once they were followed."""
        self._happened: dict[ast.stmt, tuple[int, list[Event]]] = {}
        """The turns of such loops, where only what is called in them says that they may touch a rate."""

    def is_fruitless(self, statement: ast.stmt) -> bool:
        """True for a loop that was followed before, and left all open."""
        return statement in self._fruitless

    def pass_over(self, statement: ast.For | ast.AsyncFor, turns: Turns, scope: Scope) -> None:
        """Pass over a loop that touches no rate: what it counts on is known, what else it changes is not."""
        length = f"len({ast.unparse(turns.source)})" if turns.batches else open_count(turns.source)
        counted = counters(statement, turns.count, length, scope, self._script)
        self._script.forget([statement], scope)
        if turns.count and (statement in self._fruitless or statement in self._happened):
            bind(self._script.evaluator, statement.target, turns.item(turns.count - 1), scope)
        for each in counted:
            bind(self._script.evaluator, each.target, each.value, scope)

    def counters(self, statement: ast.For | ast.AsyncFor, count: int, scope: Scope) -> list[Counter]:
        """The counters of a loop of many turns."""
        return counters(statement, count, "", scope, self._script) if count >= _MANY else []

    def followed(
        self,
        statement: ast.For | ast.AsyncFor,
        count: int,
        counted: Sequence[Counter],
        all_turns: Turn,
        scope: Scope,
    ) -> None:
        """Take note that a loop that touches no rate was followed, and of what its turns have changed."""
        if count >= _MANY and self._leaves_all_open(statement, counted, all_turns, scope):
            self._fruitless.add(statement)

    def mark(self) -> Mark:
        """The moment before a loop that may touch a rate."""
        return self._script.training.mark(), self._things()

    def followed_with(
        self,
        then: Mark,
        statement: ast.For | ast.AsyncFor,
        count: int,
        counted: Sequence[Counter],
        all_turns: Turn,
        scope: Scope,
    ) -> None:
        """Take note that a loop was followed since a mark, and what happened: its turns alone, or more."""
        mark, things = then
        alone = things == self._things() and self._script.objects.test is None
        if count >= _MANY and alone and self._leaves_all_open(statement, counted, all_turns, scope):
            events = self._script.training.since(mark)
            if all(event.kind in _TURNING for event in events):
                self._happened[statement] = count, events

    def repeated(self, statement: ast.For | ast.AsyncFor, count: int, turns: Turns, scope: Scope) -> bool:
        """Pass over a loop in which nothing but its turns happened before; whether it is one."""
        happened = self._happened.get(statement)
        if happened is None or happened[0] != count or self._script.objects.test is not None:
            return False
        for event in happened[1]:
            self._script.training.add(event)
        self.pass_over(statement, replace(turns, count=count, batches=False), scope)
        return True

    def _leaves_all_open(
        self,
        statement: ast.For | ast.AsyncFor,
        counted: Sequence[Counter],
        all_turns: Turn,
        scope: Scope,
    ) -> bool:
        """True where no more is known behind a loop than had it been passed over."""
        if statement.orelse or any(map(leaves_the_turn, statement.body)) or asks_next(statement):
            return False
        loops = [node for node in ast.walk(statement) if isinstance(node, ast.For | ast.AsyncFor)]
        own = {ast.unparse(node) for loop in loops for node in ast.walk(loop.target)}
        own |= {ast.unparse(each.target) for each in counted}
        for place, _ in changed(statement.body):
            if ast.unparse(place) in own:
                continue
            if not is_plain_place(place):
                return False
            try:
                value = self._script.evaluator.value(loaded(place), scope)
            except (NotationError, Refusal):
                return False
            if not _is_open(value):
                return False
        # What functions have changed that are called in it.
        own = {text.rpartition(".")[2] for text in own}
        return not all_turns.grown and all(
            id(container) in all_turns.own or key in own or _is_open(held_in(container, key))
            for (_, key), (container, _) in all_turns.before.items()
        )

    def _things(self) -> tuple[int, ...]:
        """How many optimizers, schedules and objects there are, and what code elsewhere was given."""
        evaluator = self._script.evaluator
        elsewhere = evaluator.elsewhere
        made = evaluator.optimizers, evaluator.made, evaluator.instances, elsewhere.handed, elsewhere.assumed
        return tuple(map(len, made))


def _is_open(value: Any) -> bool:
    """True for what is not known, and holds nothing that is."""
    return isinstance(value, Unknown | Path) and not objects_in(value)
