"""What the names in a function mean that it looks up at each call: names, attributes, members of others."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.comparing import same
from lrplot.python.containers import attributes_of
from lrplot.python.state import as_before
from lrplot.python.tables import AsWritten, Table
from lrplot.python.values import Function, Instance, Nothing, Scope, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State

_PLAIN: Final = (int, float, str, list, tuple, dict, Table, Nothing)
"""Values that a function may compute with; dictionaries and lists as far as they are."""
_FORGOTTEN: Final = "what is not known"


def unchanged(then: Any, now: Any) -> bool:
    """True where a meaning is what it was, member by member.

    >>> unchanged({"a": [1, 2]}, {"a": [1, 2]}), unchanged({"a": [1, 2]}, {"a": [1, 3]})
    (True, False)
    """
    if isinstance(then, dict) and isinstance(now, dict):
        return then.keys() == now.keys() and all(unchanged(then[key], now[key]) for key in then)
    if isinstance(then, list | tuple) and isinstance(now, list | tuple):
        return len(then) == len(now) and all(map(unchanged, then, now))
    if isinstance(then, AsWritten) and isinstance(now, AsWritten):
        return then == now
    return same(then, now) or as_before(then, now)


def _snapshot(value: Any) -> Any:
    """Containers as they are now, what they hold as it is."""
    if isinstance(value, dict):
        return {key: _snapshot(each) for key, each in value.items()}
    if isinstance(value, Table):
        return AsWritten(value.members, value.members.written)
    return [_snapshot(each) for each in value] if isinstance(value, list | tuple) else value


class Meanings:
    """The present meaning of what a function reads and does not bind itself, by how it is written.

    Of the functions and methods of the text that it calls, too.
    """

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator

    def of(self, function: Function) -> dict[str, Any]:
        """The meanings of now."""
        return dict(self._of(function, set()))

    def _of(self, function: Function, seen: set[int]) -> Iterator[tuple[str, Any]]:
        if id(function.node) in seen:
            return
        seen.add(id(function.node))
        nodes = list(ast.walk(function.node))
        own = {node.arg for node in nodes if isinstance(node, ast.arg)}
        own |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        arguments = function.node.args
        parameters = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
        given = dict(zip(parameters, function.first, strict=False)) | dict(function.given)
        # A list that a default holds is the text's own, which it may change.
        held = {key: each for key, each in function.defaults.items() if isinstance(each, list | dict | Table)}
        scope = Scope({**dict.fromkeys(own), **held, **given}, function.scope)
        told: set[int] = set()
        bound = own - held.keys()
        for node in nodes:
            if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript) or id(node) in told:
                continue
            value = self._looked_up(node, scope)
            if value is None or not isinstance(node.ctx, ast.Load):
                continue
            if not isinstance(node, ast.Name):
                # Of what stands before the dot, no more is read.
                told |= {id(inner) for inner in ast.walk(node.value)}
            if isinstance(value, Function):
                yield from self._of(value, seen)
            elif isinstance(value, _PLAIN) and not (isinstance(node, ast.Name) and node.id in bound):
                members = value.members if isinstance(value, Table) else value
                forgotten = id(members) in self._evaluator.clouded
                yield ast.unparse(node), _FORGOTTEN if forgotten else _snapshot(value)

    def _looked_up(self, node: ast.expr, scope: Scope) -> Any:
        """The value of a dotted name or of a member under a constant key, None where it is another."""
        if isinstance(node, ast.Name):
            return scope.names[node.id] if node.id in scope.names else scope.find(node.id)
        if isinstance(node, ast.Subscript):
            owner = self._looked_up(node.value, scope)
            at = node.slice.value if isinstance(node.slice, ast.Constant) else None
            if id(owner) in self._evaluator.clouded:
                return _FORGOTTEN
            fits = (isinstance(owner, dict) and at in owner) or (
                isinstance(owner, list | tuple) and isinstance(at, int) and -len(owner) <= at < len(owner)
            )
            return owner[at] if fits else None
        return self._attribute(node, scope) if isinstance(node, ast.Attribute) else None

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        owner = self._looked_up(node.value, scope)
        attributes = owner.attributes if isinstance(owner, UserClass) else attributes_of(owner)
        if attributes is None:
            return None
        if id(attributes) in self._evaluator.clouded:
            return _FORGOTTEN
        if node.attr in attributes:
            return attributes[node.attr]
        if isinstance(owner, Instance):
            method = owner.of.method(node.attr)
            if method is not None:
                home = owner.of.where(node.attr)
                return Function(method, Scope({}, home.scope, of=home), first=(owner,))
        lineage = owner.of.lineage() if isinstance(owner, Instance) else [owner]
        found = (self._evaluator.attributes.of_class(of, node) for of in lineage if isinstance(of, UserClass))
        return next((value for value in found if isinstance(value, _PLAIN)), None)
