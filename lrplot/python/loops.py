"""Loops: their turns followed one by one, or read as one where they are alike."""

import ast
import itertools
import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from lrplot.errors import NotationError
from lrplot.python.anew import TrainsAnew
from lrplot.python.functions import bind
from lrplot.python.iterables import Turns, turns_of
from lrplot.python.known_behind import KnownBehind
from lrplot.python.lanes import NotAlike
from lrplot.python.loop_kinds import (
    begins_an_epoch,
    has_group,
    is_filled,
    is_of_groups,
    may_change,
    open_count,
)
from lrplot.python.mutation import changed
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import (
    Flow,
    asks_next,
    counts_epochs,
    has_flow,
    short,
    ways_out,
)
from lrplot.python.training import Event
from lrplot.python.turns import Together
from lrplot.python.values import Function, Generator, Method, Scope

if TYPE_CHECKING:
    from lrplot.python.walk import Walk

_TOGETHER: Final = 12
"""Turns from which on a loop is read as one expression of the turn: fewer are as quickly followed."""
_UNROLLED: Final = 256
"""Most turns of a loop that is followed though it does not train."""
_FILLING: Final = 300_000
"""Parts of a text that are looked at to follow longer ones that fill lists and arrays: some three seconds."""
_GROWN: Final = 500
"""Most members by which a list may grow that a loop goes over: a queue of phases has some ten."""
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
        self._parts_left = _FILLING
        self._known = KnownBehind(script)
        self._around: list[tuple[ast.AST, bool]] = []
        """The loops being read inside each other, the outermost first, and whether each goes over batches."""

    def over(self, statement: ast.For | ast.AsyncFor, scope: Scope) -> Flow:
        """Follow a ``for``; one that touches no rate is passed over, or followed where it is short."""
        running = self._script.evaluator.one_shots.running
        begun = len(running)
        try:
            return self._over(statement, scope)
        finally:
            del running[begun:]

    def _over(self, statement: ast.For | ast.AsyncFor, scope: Scope) -> Flow:
        turns = self._turns_of(statement, scope)
        if turns.generator is not None:
            return self._of_generator(statement, turns.generator, scope)
        self._script.evaluator.one_shots.running.extend(each.place for each in turns.one_shots)
        known = turns.count is not None and turns.count > 0 and not turns.batches
        groups = known and is_of_groups(turns)
        touching = groups or self._may_touch(statement, scope)
        if not touching:
            count = turns.count
            short_enough = count is not None and (count <= _UNROLLED or self._fills(statement, count, scope))
            if short_enough and not self._known.is_fruitless(statement):
                return self._quietly(statement, turns, scope)
            self._known.pass_over(statement, turns, scope)
            return None
        if turns.changed and self._script.evaluator.lanes is not None:
            # Followed by turns, what it goes over may be known.
            raise NotAlike
        if turns.one_shots:
            self._take_once(statement, turns)
        if turns.count == 0:
            self._script.coverage.pass_by(statement.body)
            return self._script.block(statement.orelse, scope)
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
                else self._script.lengths.of_turns(statement.iter, open_count(turns.source))
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
            return self._one_by_one(statement, count, turns, scope)
        with self._inside(statement, batches=turns.batches):
            if together:
                return self._one_by_one(statement, count, turns, scope)
            self._script.depth += 1
            self._script.objects.looping += 1
            try:
                if count >= _TOGETHER and self._turns.together(statement, count, turns, scope) is not None:
                    return None
                return self._one_by_one(statement, count, turns, scope)
            finally:
                self._script.depth -= 1
                self._script.objects.looping -= 1

    def _of_generator(self, statement: ast.For | ast.AsyncFor, generator: Generator, scope: Scope) -> Flow:
        """A loop over a generator of the text that trains: its turns stand where that yields."""

        def turn(value: Any) -> Flow:
            bind(self._script.evaluator, statement.target, value, scope)
            return self._script.block(statement.body, scope)

        leaves = any(has_flow(part) for part in statement.body)
        flow = self._script.generators.each(generator, turn, leaves=leaves)
        if flow is not None:
            return None if flow == "break" else flow
        return self._script.block(statement.orelse, scope)

    def _take_once(self, statement: ast.For | ast.AsyncFor, turns: Turns) -> None:
        """Refuse a loop over what is left of an iterator, where it is not known what that is."""
        one_shots = self._script.evaluator.one_shots
        if turns.begun:
            raise self._script.objects.refusal(
                "this loop goes on over an iterator that was begun before, and what is left of it is not "
                "followed; make it anew here, or a list of its members before",
                statement.iter,
            )
        for each in turns.one_shots:
            if one_shots.is_changed_in(each, statement.body):
                raise self._script.objects.refusal(
                    "what this goes over is computed as it is asked for, and the loop changes what it "
                    "computes with; write a list [...]",
                    statement.iter,
                )
            if any(has_flow(part) for part in statement.body):
                one_shots.leave_some(each, turns.count)

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

    def _fills(self, statement: ast.For | ast.AsyncFor, count: int, scope: Scope) -> bool:
        """True for a loop that fills lists or arrays, and is as quickly followed as others of the text."""
        parts = count * sum(isinstance(node, ast.expr) for node in ast.walk(statement))
        filled = (place for place, inside in changed(statement.body) if inside)
        if parts > self._parts_left or not any(is_filled(place, scope) for place in filled):
            return False
        self._parts_left -= parts
        return True

    def _quietly(self, statement: ast.For | ast.AsyncFor, turns: Turns, scope: Scope) -> Flow:
        """A short loop that touches no rate: followed for what it binds."""
        assert turns.count is not None  # noqa: S101 (the caller's condition)
        self._script.ways_out.touches_nothing()
        counted = self._known.counters(statement, turns.count, scope)
        with self._script.evaluator.watched() as all_turns:
            for i in self._numbers(turns.count, turns, statement):
                if i is None:
                    self._script.forget([statement], scope)
                    return None
                bind(self._script.evaluator, statement.target, turns.item(i), scope)
                flow = self._script.block(statement.body, scope)
                if flow == "break":
                    return None
                if flow == "return":
                    return flow
        self._known.followed(statement, turns.count, counted, all_turns, scope)
        return self._script.block(statement.orelse, scope)

    def _numbers(self, count: int, turns: Turns, statement: ast.For | ast.AsyncFor) -> Iterator[int | None]:
        """The turns' numbers: a list that a turn makes longer or shorter is gone over as Python does.

        None at the end where it is changed in a way that is not followed.
        """
        before, first = [len(each) for each in turns.lists], count
        for i in itertools.count():
            if i >= count:
                return
            if i > first + _GROWN:
                raise self._script.objects.refusal(
                    f"the list that this loop goes over grows in it, and it is not left after {i} turns; go "
                    "over a list that is whole before",
                    statement,
                )
            yield i
            after = [len(each) for each in turns.lists]
            lost = any(id(each) in self._script.evaluator.clouded for each in turns.lists)
            if lost or (after != before and turns.now is None):
                yield None
                return
            if after != before and turns.now is not None:
                count, before = turns.now(), after

    def _one_by_one(
        self,
        statement: ast.For | ast.AsyncFor,
        count: int,
        turns: Turns,
        scope: Scope,
    ) -> Flow:
        if count > _FOLLOWED:
            raise self._script.evaluator.source.refuse(
                f"the {count} turns of this loop differ in a way that must be followed one by one; at most "
                f"{_FOLLOWED} are",
                statement,
            )
        if self._known.repeated(statement, count, turns, scope):
            return None
        counted = self._known.counters(statement, count, scope)
        then = self._known.mark()
        with self._script.evaluator.watched() as all_turns:
            for i in self._numbers(count, turns, statement):
                if i is None and self._script.evaluator.lanes is not None:
                    raise NotAlike
                if i is None:
                    raise self._script.objects.refusal(
                        "the list that this loop goes over is changed in it in a way that is not followed; "
                        "go over a copy of it, or write the loop without it",
                        statement,
                    )
                member = turns.item(i)
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
        self._known.followed_with(then, statement, count, counted, all_turns, scope)
        return self._script.block(statement.orelse, scope)

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
            never_ends = self._asks_for_infinity(statement.test, scope) or not may_change(statement)
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
        counted = may_change(statement) and not self._asks_for_infinity(statement.test, scope)
        ends = counted or self._may_end(statement, scope)
        read = self._script.evaluator.left - most
        known = False
        for i in range(_FOLLOWED + 1):
            if i == _STOOD_IN and "batches" in self._script.lengths.used:
                raise self._script.lengths.wanted(self._script.evaluator.source)
            moments, mark = self._script.objects.moments, self._script.training.mark()
            asked = moments.asked
            test = self._script.conditions.test(statement.test, scope)
            if test is False:
                return self._script.block(statement.orelse, scope)
            endless = not isinstance(test, bool) or not ends
            if endless and known:
                raise self._not_left(statement, f"not left after {i} turns, and what it asks not known then")
            known = not endless
            if endless:
                limit = min(limit, self._script.lengths.of_turns(statement, short(statement.test)))
            if i >= limit and endless:
                return None
            spent = i >= limit or self._script.evaluator.left < read
            if spent and "batches" in self._script.lengths.used:
                # An epoch of a few batches stands in for its own, which ends sooner.
                raise self._script.lengths.wanted(self._script.evaluator.source)
            if spent:
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
            if not endless and not turn.changed and not moments.moved_since(asked, mark):
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
