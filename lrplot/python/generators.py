"""Generators of a text: what their caller does with each member stands where they yield it."""

import ast
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from lrplot.errors import NotationError
from lrplot.python.builtins_ import LONGEST
from lrplot.python.lanes import NotAlike
from lrplot.python.mutation import changed, may_touch, root_of
from lrplot.python.parameters import Path, Refusal
from lrplot.python.syntax import Flow, last_part
from lrplot.python.values import NOTHING, Function, Generator, Scope, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.walk import Walk

_MANAGING: Final = frozenset({"contextmanager", "asynccontextmanager"})
"""Decorators by which a generator is what a ``with`` enters and leaves."""
_PARTS: Final = 100_000
"""Most parts of a text that are looked at for the members of one generator."""


class Generators:
    """Follows the generators of one script."""

    def __init__(self, script: "Walk") -> None:
        self._script = script
        self._waiting: list[Callable[[Any], Flow]] = []

    def made(self, function: Function, scope: Scope) -> Any:
        """What the call of a generator gives; None where it is none, or read like another function."""
        node = function.node
        if not isinstance(node, ast.FunctionDef) or not is_generator(node):
            return None
        manages = any(last_part(each) in _MANAGING for each in node.decorator_list)
        if manages or any(may_touch(each, self._script.touching) for each in node.body):
            return Generator(node, scope)
        return self._members(node, scope) if self._is_pure(node, scope) else None

    def each(self, generator: Generator, do: Callable[[Any], Flow], *, leaves: bool) -> Flow:
        """Run a generator and do something with each of its members; how that was left.

        ``leaves`` says that it may be left before the members end.
        """
        script = self._script
        outer, left = script.returned, []
        if not generator.waits:
            raise script.certainly(f"{generator.node.name} is gone over a second time here", generator.node)
        generator.waits.clear()

        def member(value: Any) -> Flow:
            if leaves and script.evaluator.lanes is not None:
                raise NotAlike
            mine, script.returned = script.returned, outer
            node, waiting = script.active.pop(), self._waiting.pop()
            try:
                flow = do(value)
            finally:
                script.returned = mine
                script.active.append(node)
                self._waiting.append(waiting)
            if flow in {"break", "return"}:
                left.append(flow)
                return "return"
            return None

        script.active.append(generator.node)
        script.coverage.walked.append(generator.node)
        script.returned = []
        self._waiting.append(member)
        try:
            script.block(generator.node.body, generator.scope)
        finally:
            self._waiting.pop()
            script.active.pop()
            script.returned = outer
        return left[-1] if left else None

    def yielded(self, node: ast.Yield | ast.YieldFrom, scope: Scope) -> Flow:
        """A member is given to the one who goes over a generator."""
        if not self._waiting:
            return None
        if isinstance(node, ast.YieldFrom):
            over = self._script.evaluator.value(node.value, scope)
            if not isinstance(over, list | tuple | range):
                raise self._script.certainly("what is yielded from here is not known", node)
            return next((flow for each in over if (flow := self._waiting[-1](each))), None)
        value = NOTHING if node.value is None else self._script.evaluator.value(node.value, scope)
        return self._waiting[-1](value)

    def _members(self, node: ast.FunctionDef, scope: Scope) -> Any:
        """The members of a generator that changes nothing outside itself, None where they are not known."""
        evaluator = self._script.evaluator
        found: list[Any] = []
        lanes, evaluator.lanes = evaluator.lanes, None
        before = evaluator.left
        evaluator.left = min(before, _PARTS)

        def member(value: Any) -> Flow:
            found.append(value)
            return "return" if len(found) > LONGEST else None

        try:
            self.each(Generator(node, scope), member, leaves=False)
        except (NotationError, Refusal, NotAlike):
            return None
        finally:
            evaluator.left = before - max(0, min(before, _PARTS) - evaluator.left)
            evaluator.lanes = lanes
        if len(found) > LONGEST or any(isinstance(each, Unknown | Path) for each in found):
            return None
        return evaluator.one_shots.made(found, ast.Name(node.name, ast.Load()))

    def _is_pure(self, node: ast.FunctionDef, scope: Scope) -> bool:
        """True where a generator reads and changes nothing but what it was given and its own names."""
        given = {each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
        if any(isinstance(each, ast.Global | ast.Nonlocal | ast.While) for each in ast.walk(node)):
            return False
        held = {name for name in given if not isinstance(scope.names.get(name), int | float | str)}
        kept = (
            isinstance(place, ast.Attribute) or (inside and root_of(place) in held)
            for place, inside in changed(node.body)
        )
        if any(kept):
            return False
        values = [scope.names.get(name) for name in given]
        if any(isinstance(value, Unknown | Path) for value in values):
            return False
        own = {each.id for each in ast.walk(node) if _is_stored(each)} | given  # type: ignore[attr-defined]
        return all(_stays(scope.find(name)) for name in _loaded(node) if name not in own)


def _stays(value: Any) -> bool:
    """True where a name outside is no number that may be another when a member is asked for."""
    return value is None or isinstance(value, Path | Function | UserClass)


def _loaded(node: ast.AST) -> Iterator[str]:
    return (n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))


def _is_stored(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


@lru_cache(maxsize=256)
def is_generator(function: ast.FunctionDef) -> bool:
    """True where a function yields."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return False
