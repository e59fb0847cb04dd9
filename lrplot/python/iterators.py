"""Iterators that ``next`` takes members of: how many are left, as a number or an expression of the turn."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from lrplot.python import symbolic
from lrplot.python.functions import bind
from lrplot.python.iterables import turns_of
from lrplot.python.lanes import NotAlike
from lrplot.python.nodes import nodes_of
from lrplot.python.parameters import Refusal
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import NEXT, ifs_that_leave, is_plain_place, outside_lambdas, short
from lrplot.python.training import Event
from lrplot.python.values import TAKEN, Cursor, Instance, Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.walk import Walk

NOT_COUNTED: Final = object()
"""The answer where a call is none of an iterator whose members are counted."""
_HOLDING: Final = ast.For | ast.AsyncFor | ast.While | ast.If | ast.With | ast.AsyncWith | ast.Try
"""Statements that hold others."""


class Iterators:
    """Counts the members that one script takes of its iterators."""

    def __init__(self, script: "Walk") -> None:
        self._script = script
        self._not_at_end: set[int] = set()
        """The calls of ``next`` of which it is known that there is a member."""

    def call(self, node: ast.Call, scope: Scope) -> Any:
        """``iter(loader)`` and ``next(iterator)``."""
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in {"iter", "next"} or scope.find(name) is not None:
            return NOT_COUNTED
        if name == "next" and node.args and is_plain_place(node.args[0]):
            own = self._script.evaluator.value(node.args[0], scope)
            method = own.of.method("__next__") if isinstance(own, Instance) else None
            if method is not None:
                home = own.of.where("__next__")
                bound = self._script.evaluator.attributes.bound_method(own, method, home, node)
                return self._script.evaluator.apply(bound, [], {}, node)
        if not self._script.evaluator.counting:
            return NOT_COUNTED
        if node.keywords or not node.args or any(isinstance(each, ast.Starred) for each in node.args):
            return NOT_COUNTED
        if name == "iter":
            return self._begin(node, scope) if len(node.args) == 1 else NOT_COUNTED
        cursor = self._script.evaluator.value(node.args[0], scope)
        if not isinstance(cursor, Cursor):
            # Asked once: what it is then is known too.
            return Unknown(short(node), node)
        return self.taken(cursor, node, scope)

    def taken(self, cursor: Cursor, node: ast.Call, scope: Scope) -> Any:
        """The next member; at the end of them the exception that Python raises there."""
        evaluator = self._script.evaluator
        at = cursor.place[TAKEN]
        if any(cursor.place is each for each in evaluator.one_shots.running):
            raise evaluator.objects.refusal(
                "'next' is asked here of the iterator that the loop around goes over, which is not followed",
                node,
            )
        if isinstance(at, Unknown):
            evaluator.tries.happens("StopIteration", node, comes=None)
            return Unknown(short(node), node)
        if id(node) not in self._not_at_end:
            at_end = _at_end(cursor)
            if not isinstance(at_end, bool):
                raise NotAlike
            if at_end and len(node.args) > 1:
                return evaluator.value(node.args[1], scope)
            evaluator.tries.happens("StopIteration", node, comes=at_end)
            if at_end:
                raise self._script.certainly(
                    f"more than the {cursor.count} members of {short(cursor.source)} are asked for here", node
                )
        evaluator.write(cursor.place, TAKEN, _one_more(at))
        try:
            return cursor.item(at)
        except (NotAlike, Refusal):
            return Unknown(short(node), node)

    def _begin(self, node: ast.Call, scope: Scope) -> Any:
        script = self._script
        turns = turns_of(node.args[0], scope, script.evaluator, script.lengths)
        count = turns.count
        if count is None and not turns.batches:
            return NOT_COUNTED
        if count is None:
            count = script.lengths.of_loader(node.args[0], short(turns.source))
        if turns.batches and script.objects.looping:
            script.objects.add(Event("loader", node, loop=node))
        place: dict[str, Any] = {TAKEN: 0}
        script.evaluator.begin(place)
        return Cursor(count, turns.item, place, turns.source)

    def restarts(self, statement: ast.stmt, scope: Scope) -> bool:
        """``it = iter(loader)`` where it was one over as many: the same from its beginning.

        So the turns of a loop are alike that begins it again and again. Where it has another name too, that
        one goes on, and it is another.
        """
        evaluator = self._script.evaluator
        if not evaluator.counting or not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return False
        (target,) = statement.targets
        if not isinstance(target, ast.Name | ast.Attribute) or not is_plain_place(target):
            return False
        before = scope.home(target.id).names.get(target.id) if isinstance(target, ast.Name) else None
        if isinstance(target, ast.Attribute):
            before = evaluator.value(target, scope)
        if not isinstance(before, Cursor):
            return False
        now = evaluator.value(statement.value, scope)
        if (
            not isinstance(now, Cursor)
            or now is before
            or now.count != before.count
            or not self._is_alone(target)
        ):
            if evaluator.lanes is not None:
                raise NotAlike
            bind(evaluator, target, now, scope)
            return True
        evaluator.write(before.place, TAKEN, now.place[TAKEN])
        return True

    def _is_alone(self, target: ast.Name | ast.Attribute) -> bool:
        """True where an iterator is only asked for its next member by this name."""
        text = ast.unparse(target)
        asked = {
            id(node.args[0])
            for node in nodes_of(self._script.tree)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "next" and node.args
        }
        asked |= {
            id(node.value)
            for node in nodes_of(self._script.tree)
            if isinstance(node, ast.Attribute) and node.attr in NEXT
        }
        return all(
            id(node) in asked
            for node in nodes_of(self._script.tree)
            if isinstance(node, ast.Name | ast.Attribute)
            and isinstance(node.ctx, ast.Load)
            and ast.unparse(node) == text
        )

    def splits(self, statement: ast.Try, handler: ast.ExceptHandler | None, scope: Scope) -> bool:
        """Read ``try: x = next(it)`` in turns taken together as its two ways, where that can be done."""
        script = self._script
        calls = [
            (i, call, cursor)
            for i, part in enumerate(statement.body)
            for call, cursor in self._asking(part, scope)
        ]
        if handler is None or not calls:
            return False
        (i, call, cursor), *others = calls
        parts = [*statement.body, *statement.orelse, *handler.body]
        if others or isinstance(statement.body[i], _HOLDING) or any(map(_leaves, parts)):
            raise NotAlike
        script.block(statement.body[:i], scope)
        if isinstance(cursor.place[TAKEN], Unknown):
            raise NotAlike
        at_end = _at_end(cursor)
        self._not_at_end.add(id(call))
        guarded = [*statement.body[i:], *statement.orelse]
        try:
            if isinstance(at_end, bool):
                script.block(handler.body if at_end else guarded, scope)
            else:
                script.conditions.ways(at_end, handler.body, guarded, scope)
        finally:
            self._not_at_end.discard(id(call))
        return True

    def _asking(self, statement: ast.stmt, scope: Scope) -> Iterator[tuple[ast.Call, Cursor]]:
        """The calls in a statement that ask for the next member of an iterator that is counted."""
        for node in outside_lambdas(statement):
            if not isinstance(node, ast.Call):
                continue
            over: ast.expr | None = None
            if getattr(node.func, "id", "") == "next" and len(node.args) == 1:
                over = node.args[0]
            elif isinstance(node.func, ast.Attribute) and node.func.attr in NEXT and not node.args:
                over = node.func.value
            if over is not None and is_plain_place(over):
                cursor = self._script.evaluator.value(over, scope)
                if isinstance(cursor, Cursor):
                    yield node, cursor


def _at_end(cursor: Cursor) -> Any:
    """Whether no member is left: True, False, or an expression of the turn."""
    at = cursor.place[TAKEN]
    return symbolic.compare([ast.GtE()], [at, cursor.count]) if isinstance(at, Symbol) else at >= cursor.count


def _one_more(at: Any) -> Any:
    return symbolic.combine(ast.Add(), at, 1) if isinstance(at, Symbol) else at + 1


def _leaves(statement: ast.stmt) -> bool:
    """True where it ends the turn, the loop or the function around it."""
    return isinstance(statement, ast.Break | ast.Continue | ast.Return) or bool(ifs_that_leave(statement))
