"""What statements that are not run could have changed, which is then not known."""

import ast
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from lrplot.errors import NotationError
from lrplot.python import array_writes
from lrplot.python.containers import attributes_of, forget_member
from lrplot.python.functions import bind, bind_elsewhere
from lrplot.python.mutation import changed
from lrplot.python.syntax import is_bound, is_plain_place, last_part
from lrplot.python.tables import Table
from lrplot.python.values import Function, Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State


class Forgetting:
    """Forgets what is not known any more: names, and what containers hold."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator

    def forget(self, statements: Sequence[ast.AST], scope: Scope) -> None:
        """Forget what these statements, and the functions of the text that they call, could have changed."""
        self._forget(statements, scope, set())

    def _forget(self, statements: Sequence[ast.AST], scope: Scope, seen: set[int]) -> None:
        counted = self._counted(statements)
        for target, inside in changed(statements):
            if not inside or not self._inside(target, scope):
                text = ast.unparse(target)
                bind(self._evaluator, target, Unknown(text, target, varies=text in counted), scope)
        for statement in statements:
            array_writes.forget_all(self._evaluator, statement, scope)
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    self._called(node, scope, seen)

    def _counted(self, statements: Sequence[ast.AST]) -> set[str]:
        """The places that go on from what they held, in each turn of a loop around these statements."""
        if not self._evaluator.objects.looping:
            return set()
        nodes = (node for statement in statements for node in ast.walk(statement))
        return {ast.unparse(node.target) for node in nodes if isinstance(node, ast.AugAssign)}

    def _called(self, call: ast.Call, scope: Scope, seen: set[int]) -> None:
        """Forget what a function of the script that is not called here could have changed outside itself."""
        assert isinstance(call.func, ast.Name)  # noqa: S101 (the caller's condition)
        function = scope.find(call.func.id)
        if not isinstance(function, Function) or isinstance(function.node, ast.Lambda):
            return
        if id(function.node) in seen or len(call.args) > len(function.node.args.args):
            return
        seen.add(id(function.node))
        own = {node.id for node in ast.walk(function.node) if is_bound(node)}
        given = dict(zip((each.arg for each in function.node.args.args), call.args, strict=False))
        given |= {each.arg: each.value for each in call.keywords if each.arg is not None}
        inner = Scope(dict.fromkeys(own), function.scope)
        for name, place in given.items():
            if isinstance(place, ast.Name | ast.Attribute | ast.Subscript) and is_plain_place(place):
                with suppress(NotationError):
                    inner.names[name] = self._evaluator.value(place, scope)
        for node in ast.walk(function.node):
            if isinstance(node, ast.Global | ast.Nonlocal):
                bind_elsewhere(self._evaluator, node, inner)
        self._evaluator.begin(inner.names)
        self._forget(function.node.body, inner, seen)

    def _inside(self, place: ast.expr, scope: Scope) -> bool:
        """Forget what a container holds; whether it is one that the text knows."""
        calls = [node for node in ast.walk(place) if isinstance(node, ast.Call)]
        if any(last_part(call.func) not in {"vars", "globals", "locals"} for call in calls):
            return not isinstance(place, ast.Name | ast.Attribute)
        try:
            owner = self._evaluator.value(place, scope)
        except NotationError:
            return not isinstance(place, ast.Name | ast.Attribute)
        held = owner if isinstance(owner, list | dict) else attributes_of(owner)
        if isinstance(owner, Table):
            array_writes.forget(self._evaluator, owner, place)
            return True
        if owner is self._evaluator.home.names:
            self._evaluator.cloud_names(place)
        elif held is not None:
            self._evaluator.cloud(held, place)
        elif isinstance(place, ast.Subscript):
            forget_member(self._evaluator, place, scope, place)
        return held is not None or not isinstance(place, ast.Name | ast.Attribute)
