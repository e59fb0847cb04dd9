"""``super()``: the classes behind the one that a method stands in, as the object's own class orders them."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lrplot.python import own_dicts, own_optimizer, own_scheduler, own_stepping
from lrplot.python.functions import bind_attribute
from lrplot.python.objects import NOT_OURS
from lrplot.python.own_dicts import OwnDict
from lrplot.python.syntax import short
from lrplot.python.values import NOTHING, Instance, Scope, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State


def is_super(node: ast.expr) -> bool:
    """True for ``super()``, with what it is given or without."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def method(evaluator: "State", node: ast.Call, function: ast.Attribute, scope: Scope) -> Any:
    """``super().method(…)``: the next class's of the script, or what PyTorch's schedulers do."""
    of, owner = _asked(evaluator, function.value, scope)
    given = [v for v, _ in evaluator.calls.positional(node, scope)]
    named = {k: v for k, (v, _) in evaluator.calls.named(node, scope).items()}
    if of is None or owner is None:
        return Unknown(short(node), node)
    for base in _class_of(owner).behind(of):
        if base.binds(function.attr):
            found = _found(evaluator, owner, base, function)
            return evaluator.apply(found, given, named, node)
    return _of_outside(evaluator, owner, function.attr, given, named, node)


def attribute(evaluator: "State", node: ast.Attribute, scope: Scope) -> Any:
    """``super().name``: a property's value, a method that is not called yet, what a class holds."""
    of, owner = _asked(evaluator, node.value, scope)
    if of is None or owner is None:
        return Unknown(short(node), node)
    for base in _class_of(owner).behind(of):
        if base.binds(node.attr):
            return _found(evaluator, owner, base, node)
    return Unknown(short(node), node)


def _found(evaluator: "State", owner: Any, base: UserClass, node: ast.Attribute) -> Any:
    """What a class of the lineage holds, bound to the object or to the class that is asked."""
    if isinstance(owner, UserClass):
        return evaluator.attributes.of_class(base, node, owner)
    return evaluator.attributes.held_by(base, owner, node)


def _class_of(owner: Any) -> UserClass:
    found: UserClass = owner if isinstance(owner, UserClass) else owner.of
    return found


def _asked(evaluator: "State", call: ast.expr, scope: Scope) -> tuple[UserClass | None, Any]:
    """The class behind which ``super`` asks, and the object or the class for which it does."""
    given = call.args if isinstance(call, ast.Call) else []
    if len(given) == 2:
        of, owner = (evaluator.value(each, scope) for each in given)
    else:
        of = scope.method_of()
        owner = next((v for v in _first_names(scope) if _has_class(v)), None)
    return of if isinstance(of, UserClass) else None, owner if _has_class(owner) else None


def _has_class(value: Any) -> bool:
    return isinstance(value, UserClass) or isinstance(getattr(value, "of", None), UserClass)


def _first_names(scope: Scope) -> Iterator[Any]:
    """The first argument of each function around a place."""
    inner: Scope | None = scope
    while inner is not None:
        if inner.names:
            yield next(iter(inner.names.values()))
        inner = inner.outer


def _of_outside(
    evaluator: "State",
    owner: Any,
    name: str,
    given: Sequence[Any],
    named: Mapping[str, Any],
    node: ast.Call,
) -> Any:
    """A method that no class of the script behind has: Python's own of objects, or a framework's."""
    if name == "__new__" and given and isinstance(given[0], UserClass):
        return Instance(given[0], {})
    if name == "__setattr__" and len(given) == 2 and isinstance(given[0], str):
        bind_attribute(evaluator, owner, given[0], given[1], node, direct=True)
        return NOTHING
    if isinstance(owner, OwnDict):
        found = own_dicts.of_super(evaluator, owner, name, given, named, node)
        return Unknown(short(node), node) if found is NOT_OURS else found
    if not isinstance(owner, Instance):
        return NOTHING
    if name == "step" and own_scheduler.derives(owner.of, evaluator.registry):
        return own_stepping.step(evaluator, owner, given, named, node)
    if name == "__init__" and own_scheduler.derives(owner.of, evaluator.registry):
        own_scheduler.begin(evaluator, owner, given, named, node)
    elif name == "__init__":
        own_optimizer.begin(owner, given, named)
    return NOTHING
