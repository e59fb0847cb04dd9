"""Loops: their turns followed one by one, or read as one where they are alike."""

import ast
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from lrplot.errors import NotationError
from lrplot.python.anew import TrainsAnew
from lrplot.python.comparing import objects_in
from lrplot.python.counters import Counter, counters
from lrplot.python.functions import bind, loaded
from lrplot.python.iterables import Turns, turns_of
from lrplot.python.lanes import NotAlike
from lrplot.python.mutation import changed, root_of
from lrplot.python.parameters import Path, Refusal
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import (
    Flow,
    asks_next,
    counts_epochs,
    has_flow,
    is_plain_place,
    leaves_the_turn,
    short,
    ways_out,
)
from lrplot.python.tables import Table
from lrplot.python.training import Event
from lrplot.python.turns import Together
from lrplot.python.values import Function, Group, Method, Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.walk import Walk

_TOGETHER: Final = 12
"""Turns from which on a loop is read as one expression of the turn: fewer are as quickly followed."""
_UNROLLED: Final = 256
"""Most turns of a loop that is followed though it does not train."""
_FOLLOWED: Final = 200_000
"""Most turns of one loop that are followed one by one."""
_READ: Final = 200_000
"""Most parts of a text that are looked at to follow one ``while`` by turns: some four seconds."""
_STOOD_IN: Final = 100
"""Most turns of a ``while`` around an epoch of a few batches that stand in for its own."""
_SOUGHT: Final = (1 << 12, 1 << 16, 1 << 20, 1 << 24)
"""Turns among which the end of a ``while`` is looked for."""


class Loops:
    """Follows the loops of one script."""

    def __init__(self, script: "Walk") -> None:
        self._script = script
        self._turns = Together(script)
        self.anew = TrainsAnew(script)
        self._around: list[tuple[ast.AST, bool]] = []
        """The loops being read inside each other, the outermost first, and whether each goes over batches."""
        self._fruitless: set[ast.stmt] = set()
        """Loops that touch no rate, and of which no more is known once they were followed."""
        self._happened: dict[ast.stmt, tuple[int, list[Event]]] = {}
        """The turns of such loops, where only what is called in them says that they may touch a rate."""

    def over(self, statement: ast.For | ast.AsyncFor, scope: Scope) -> Flow:
        """Follow a ``for``; one that touches no rate is passed over, or followed where it is short."""
        turns = self._turns_of(statement, scope)
        known = turns.count is not None and turns.count > 0 and not turns.batches
        groups = known and _is_of_groups(turns)
        touching = groups or self._may_touch(statement, scope)
        if not touching:
            if turns.count is None or turns.count > _UNROLLED or statement in self._fruitless:
                self._pass_over(statement, turns, scope)
                return None
            return self._quietly(statement, turns, scope)
        if turns.changed and self._script.evaluator.lanes is not None:
            # Followed by turns, what it goes over may be known.
            raise NotAlike
        count = turns.count
        many = (count is None or count >= _TOGETHER) and not groups and not counts_epochs(statement)
        if many and self.anew.is_one(statement, scope):
            return self.anew.follow(statement, scope)
        if count is None and self._ends_itself(statement, turns, scope):
            return None
        if count is None:
            count = self._bound_length(turns) or (
                self._script.lengths.of_loader(statement.iter, short(turns.source))
                if turns.batches
                else self._script.lengths.of_turns(statement.iter, _open_count(turns.source))
            )
            said = turns.batches and self._script.lengths.batches is not None
            stands_in = not said and self._bound_length(turns) is None
            turns = replace(turns, stands_in=stands_in)
        elif not self._script.depth:
            count = min(count, self._script.lengths.most)
        together = self._script.evaluator.lanes is not None
        if together and count > _UNROLLED:
            raise NotAlike
        if groups:
            return self._one_by_one(statement, count, turns.item, scope)
        with self._inside(statement, batches=turns.batches):
            if together:
                return self._one_by_one(statement, count, turns.item, scope)
            self._script.depth += 1
            self._script.objects.looping += 1
            try:
                if count >= _TOGETHER and self._turns.together(statement, count, turns, scope) is not None:
                    return None
                return self._one_by_one(statement, count, turns.item, scope)
            finally:
                self._script.depth -= 1
                self._script.objects.looping -= 1

    def _pass_over(self, statement: ast.For | ast.AsyncFor, turns: Turns, scope: Scope) -> None:
        """Pass over a loop that touches no rate: what it counts on is known, what else it changes is not."""
        length = f"len({ast.unparse(turns.source)})" if turns.batches else _open_count(turns.source)
        counted = counters(statement, turns.count, length, scope, self._script)
        self._script.forget([statement], scope)
        if turns.count and (statement in self._fruitless or statement in self._happened):
            bind(self._script.evaluator, statement.target, turns.item(turns.count - 1), scope)
        for each in counted:
            bind(self._script.evaluator, each.target, each.value, scope)

    def _turns_of(self, statement: ast.For | ast.AsyncFor, scope: Scope) -> Turns:
        """The turns of a loop; how many those of one that touches no rate are is not asked for."""
        evaluator, lengths = self._script.evaluator, self._script.lengths
        if lengths.batches is not None or self._may_touch(statement, scope):
            return turns_of(statement.iter, scope, evaluator, lengths)
        with lengths.aside() as told:
            turns = turns_of(statement.iter, scope, evaluator, lengths)
            if turns.count is None or not told.stood_in():
                return turns
            return replace(turns, count=None)

    @contextmanager
    def _inside(self, statement: ast.For | ast.AsyncFor | ast.While, *, batches: bool) -> Iterator[None]:
        """Take note that a loop is read; an epoch begins with it where it is the one over the batches."""
        begins = begins_an_epoch(statement, self._around, batches=batches)
        if begins or self._around:
            self._script.objects.add(Event("loader" if begins else "repeat", statement, loop=statement))
        self._around.append((statement, batches))
        try:
            yield
        finally:
            self._around.pop()

    def _may_touch(self, statement: ast.stmt, scope: Scope) -> bool:
        """True where a loop may touch a rate, by what is called in it or by what a name in it stands for."""
        if self._script.evaluator.may_touch(statement):
            return True
        for node in ast.walk(statement):
            held = (
                scope.find(node.func.id)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                else None
            )
            if isinstance(held, Function) and isinstance(held.node, ast.Lambda):
                found = self._script.evaluator.may_touch(held.node.body)
            else:
                found = isinstance(held, Function) and self._script.touching(held.name)
            if found or isinstance(held, Method):
                return True
        return False

    def _ends_itself(self, statement: ast.For | ast.AsyncFor, turns: Turns, scope: Scope) -> bool:
        """Follow a loop over batches without end that a count of the turns leaves: ``if it >= n: break``.

        One that stands in no other: where its batches end first, the curve does, and is no other.
        """
        script = self._script
        leaves = any(isinstance(each, ast.If) and has_flow(each) for each in statement.body)
        outer = not script.depth and script.evaluator.lanes is None
        if not (turns.batches and leaves and outer) or statement.orelse:
            return False
        if self._bound_length(turns) is not None or script.lengths.batches is not None:
            return False
        script.depth += 1
        script.objects.looping += 1
        self._around.append((statement, True))
        try:
            for capacity in _SOUGHT:
                ended = self._turns.together(statement, capacity, turns, scope, seeking=True)
                if ended is not False:
                    return bool(ended)
        finally:
            self._around.pop()
            script.depth -= 1
            script.objects.looping -= 1
        return False

    def _quietly(self, statement: ast.For | ast.AsyncFor, turns: Turns, scope: Scope) -> Flow:
        """A short loop that touches no rate: followed for what it binds."""
        assert turns.count is not None  # noqa: S101 (the caller's condition)
        counted = self._counters(statement, turns.count, scope)
        for i in range(turns.count):
            bind(self._script.evaluator, statement.target, turns.item(i), scope)
            flow = self._script.block(statement.body, scope)
            if flow == "break":
                return None
            if flow == "return":
                return flow
        if turns.count >= _TOGETHER and self._leaves_all_open(statement, counted, scope):
            self._fruitless.add(statement)
        return self._script.block(statement.orelse, scope)

    def _leaves_all_open(
        self, statement: ast.For | ast.AsyncFor, counted: Sequence[Counter], scope: Scope
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
            if not isinstance(value, Unknown | Path | Table) or objects_in(value):
                return False
        return True

    def _one_by_one(
        self, statement: ast.For | ast.AsyncFor, count: int, item: Callable[[int], Any], scope: Scope
    ) -> Flow:
        if count > _FOLLOWED:
            raise self._script.evaluator.source.refuse(
                f"the {count} turns of this loop differ in a way that must be followed one by one; at most "
                f"{_FOLLOWED} are",
                statement,
            )
        happened = self._happened.get(statement)
        if happened is not None and happened[0] == count and self._script.objects.test is None:
            for event in happened[1]:
                self._script.training.add(event)
            self._pass_over(statement, Turns(count, False, item, statement.iter), scope)
            return None
        counted = self._counters(statement, count, scope)
        then, things = self._script.training.mark(), self._things()
        for i in range(count):
            member = item(i)
            of_groups = has_group(member)
            if not of_groups:
                self._script.objects.add(Event("turn", statement, loop=statement))
            bind(self._script.evaluator, statement.target, member, scope)
            outer = self._script.objects.turn
            if not of_groups:
                self._script.objects.turn = (i, count)
            made, mark = len(self._script.evaluator.optimizers), self._script.training.mark()
            try:
                flow = self._script.block(statement.body, scope)
                self.anew.note(statement, made, mark)
            finally:
                self._script.objects.turn = outer
                if not of_groups:
                    self._turned(statement)
            if flow == "break":
                return None
            if flow == "return":
                return flow
        alone = things == self._things() and self._script.objects.test is None
        if count >= _TOGETHER and alone and self._leaves_all_open(statement, counted, scope):
            events = self._script.training.since(then)
            if all(event.kind in {"turn", "turned", "loader", "repeat"} for event in events):
                self._happened[statement] = count, events
        return self._script.block(statement.orelse, scope)

    def _things(self) -> tuple[int, ...]:
        """How many optimizers, schedules and objects there are, and what code elsewhere was given."""
        evaluator = self._script.evaluator
        elsewhere = evaluator.elsewhere
        made = evaluator.optimizers, evaluator.made, evaluator.instances, elsewhere.handed, elsewhere.assumed
        return tuple(map(len, made))

    def _counters(self, statement: ast.For | ast.AsyncFor, count: int, scope: Scope) -> list[Counter]:
        """The counters of a loop of many turns."""
        return counters(statement, count, "", scope, self._script) if count >= _TOGETHER else []

    def _turned(self, statement: ast.stmt) -> None:
        """A turn of the loop ends."""
        self._script.objects.add(Event("turned", statement, loop=statement))

    def together(self, statement: ast.While, scope: Scope) -> bool:
        """Read an endless loop for every turn there is; whether that can be done."""
        return self._turns.together(statement, None, None, scope) is not None

    def as_long(self, statement: ast.While, scope: Scope) -> Flow:
        """Follow a ``while``: its end is looked for among more and more turns."""
        if not self._may_touch(statement, scope):
            self._script.forget([statement], scope)
            return None
        if self._script.evaluator.lanes is not None:
            raise NotAlike
        with self._inside(statement, batches=False):
            return self._as_long(statement, scope)

    def _as_long(self, statement: ast.While, scope: Scope) -> Flow:
        self._script.depth += 1
        self._script.objects.looping += 1
        try:
            never_ends = self._asks_for_infinity(statement.test, scope) or not _may_change(statement)
            endless = never_ends and not self._may_end(statement, scope)
            ended: bool | None = None
            for capacity in () if endless else _SOUGHT:
                ended = self._turns.together(statement, capacity, None, scope, seeking=True)
                if ended is None:
                    break
                if ended:
                    return None
            # What is not left in so many turns read as one grows in another way than a number, or never ends.
            return self._while_by_turns(statement, scope, _READ if ended is None else _READ // 4)
        finally:
            self._script.depth -= 1
            self._script.objects.looping -= 1

    def _bound_length(self, turns: Turns) -> int | None:
        """The batches of a loader that ``--let 'len(loader)=N'`` gave."""
        text = f"len({ast.unparse(turns.source)})"
        length = self._script.evaluator.bindings.get(text)
        if not turns.batches or type(length) is not int or length < 1:
            return None
        self._script.evaluator.bound.add(text)
        return length

    def _while_by_turns(self, statement: ast.While, scope: Scope, most: int) -> Flow:
        evaluator = self._script.evaluator
        if evaluator.counting is False and asks_next(statement) and evaluator.tries.catches("StopIteration"):
            error = self._not_left(statement, "left where an iterator runs out")
            error.caught = True
            raise error
        limit = _FOLLOWED
        counted = _may_change(statement) and not self._asks_for_infinity(statement.test, scope)
        ends = counted or self._may_end(statement, scope)
        read = self._script.evaluator.left - most
        for i in range(_FOLLOWED + 1):
            if i == _STOOD_IN and "batches" in self._script.lengths.used:
                raise self._script.lengths.wanted(self._script.evaluator.source)
            test = self._script.conditions.test(statement.test, scope)
            if test is False:
                return self._script.block(statement.orelse, scope)
            endless = not isinstance(test, bool) or not ends
            if endless:
                limit = min(limit, self._script.lengths.of_turns(statement, short(statement.test)))
            if i >= limit and endless:
                return None
            if i >= limit or self._script.evaluator.left < read:
                raise self._not_left(
                    statement, f"not left after {i} turns, which must be followed one by one"
                )
            self._script.objects.add(Event("turn", statement, loop=statement))
            self._script.objects.turn = (i, limit)
            try:
                with self._script.evaluator.watched() as turn:
                    flow = self._script.block(statement.body, scope)
            finally:
                self._turned(statement)
            if flow == "break":
                return None
            if flow == "return":
                return flow
            if not endless and not turn.changed:
                raise self._not_left(statement, "never left: a turn changes nothing that it asks")
        raise AssertionError("the limit lies within the turns")

    def _not_left(self, statement: ast.While, how: str) -> NotationError:
        """The error for a loop without an end; where an open condition may leave it, what to bind."""
        for way_out in ways_out(statement):
            test = self._script.open_ways_out.get(id(way_out))
            if test is not None:
                return self._script.evaluator.not_known(
                    test, f"and whether the loop in line {statement.lineno} ends depends on it"
                )
        return self._script.evaluator.source.refuse(
            f"this loop is {how}; write how often it turns ('for _ in range(N):'), "
            "or 'while True:' without a way out, and give --steps N",
            statement,
        )

    def _asks_for_infinity(self, test: ast.expr, scope: Scope) -> bool:
        """True where something is compared with infinity: ``step < (max_steps or float("inf"))``."""
        sides = [
            side for node in ast.walk(test) if isinstance(node, ast.Compare) for side in node.comparators
        ]
        for side in sides:
            with suppress(NotationError):
                value = self._script.evaluator.value(side, scope)
                if isinstance(value, float) and math.isinf(value):
                    return True
        return False

    def _may_end(self, statement: ast.While, scope: Scope) -> bool:
        """True where an endless ``while`` has a way out whose condition is known."""
        evaluator = self._script.evaluator
        for node in ast.walk(statement):
            if isinstance(node, ast.If) and has_flow(node):
                # It is only looked at: what asking it changes is taken back.
                with evaluator.journaled() as mark:
                    test = self._script.conditions.test(node.test, scope)
                    evaluator.rewind(mark)
                if isinstance(test, bool | Symbol):
                    return True
        if any(isinstance(node, ast.For) and has_flow(node) for node in ast.walk(statement)):
            return True
        # A counted iterator that runs out ends it.
        caught = any(isinstance(node, ast.ExceptHandler) for node in ast.walk(statement))
        return self._script.evaluator.counting is True and (
            caught or bool(self._script.evaluator.tries.catches("StopIteration"))
        )


def begins_an_epoch(
    statement: ast.AST, around: Sequence[tuple[ast.AST, bool]], *, batches: bool = False
) -> bool:
    """True where an epoch begins with a loop: it goes over the batches, and stands in no other that does.

    ``around`` are the loops outside it, the outermost first, and whether each goes over what is not known, as
    over a loader. Where none does, the loop over batches is the one inside that which counts epochs, else the
    one inside the outermost: what turns inside it repeats a batch.
    """
    if not around:
        return batches
    if any(over for _, over in around[1:]):
        return False
    if batches:
        return True
    if around[0][1]:
        return False
    counting = [i for i, (each, _) in enumerate(around) if counts_epochs(each)]
    return counting[-1] == len(around) - 1 if counting else len(around) == 1 or counts_epochs(statement)


def _may_change(statement: ast.While) -> bool:
    """True where a turn changes what a ``while`` asks: it sets a name in it, or more than names is asked."""
    asked = list(ast.walk(statement.test))
    if any(isinstance(node, ast.Call | ast.Attribute | ast.Subscript) for node in asked):
        return True
    names = {node.id for node in asked if isinstance(node, ast.Name)}
    if any(inside and root_of(place) in names for place, inside in changed(statement.body)):
        return True
    return any(
        isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in names
        for part in statement.body
        for node in ast.walk(part)
    )


def _open_count(source: ast.expr) -> str:
    """The name to bind for a loop to have a length: what the end of its ``range`` is made of."""
    if isinstance(source, ast.Call) and getattr(source.func, "id", "") == "range" and source.args:
        source = source.args[min(1, len(source.args) - 1)]
    while isinstance(source, ast.BinOp) and isinstance(source.right, ast.Constant):
        # Of range(1, epochs + 1), the epochs.
        source = source.left
    return short(source)


def has_group(member: Any) -> bool:
    return isinstance(member, Group) or (isinstance(member, tuple) and any(map(has_group, member)))


def _is_of_groups(turns: Turns) -> bool:
    try:
        return has_group(turns.item(0))
    except (NotAlike, Refusal):
        return False
