"""Classes of a text, made: what their bodies bind, and what Python does once a class is there."""

import ast
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lrplot.errors import NotationError
from lrplot.python import enumerations, protocols
from lrplot.python.command.signatures import held_default
from lrplot.python.mutation import changed, root_of
from lrplot.python.values import Function, Instance, Scope, Unknown, UserClass, without_types

if TYPE_CHECKING:
    from lrplot.python.state import State


def made(evaluator: "State", statement: ast.ClassDef, scope: Scope) -> Any:
    """The class that a statement makes, or what its decorators of the text put in its place."""
    of = UserClass(statement, scope, above=_above(evaluator, statement, scope))
    bind_body(evaluator, of)
    for each in statement.body:
        if isinstance(each, ast.FunctionDef) and each.decorator_list:
            plain = Function(each, Scope({}, scope, of=of))
            above = evaluator.decorators.decorated(plain, scope, evaluator.decorators.beside(each, scope))
            if above is not plain:
                of.decorated[each.name] = above
    for name, value in list(of.attributes.items()):
        naming = protocols.method_of(value, "__set_name__")
        if naming is not None:
            evaluator.apply(naming, [of, name], {}, statement)
    _tell_those_above(evaluator, of)
    return evaluator.decorators.of_class(of, scope)


def _above(evaluator: "State", statement: ast.ClassDef, scope: Scope) -> dict[str, UserClass]:
    """The classes of the text that the bases name, or that calls of the text give."""
    found: dict[str, UserClass] = {}
    for base in statement.bases:
        try:
            value = evaluator.value(without_types(base), scope)
        except NotationError:
            continue
        if isinstance(value, UserClass):
            found[ast.unparse(base)] = value
    return found


def bind_body(evaluator: "State", of: UserClass) -> None:
    """Bind what the statements of a class's body bind, in their order, as they are when the class is made.

    What it binds to a method of its own, or of another class, is found by the method's name.
    """
    lanes, evaluator.lanes = evaluator.lanes, None
    inner = Scope({}, of.scope, of_body=True)
    try:
        _bind_statements(evaluator, of, of.node.body, inner)
    finally:
        evaluator.lanes = lanes


def _bind_statements(evaluator: "State", of: UserClass, body: Sequence[ast.stmt], inner: Scope) -> None:
    for statement in body:
        if isinstance(statement, ast.FunctionDef):
            _bind_method(evaluator, of, statement, inner)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            _bind_value(evaluator, of, statement, inner)
        elif isinstance(statement, ast.ClassDef):
            _keep(of, inner, statement.name, made(evaluator, statement, inner))
        elif isinstance(statement, ast.If) and isinstance(test := _test(evaluator, statement, inner), bool):
            _bind_statements(evaluator, of, statement.body if test else statement.orelse, inner)
        elif not isinstance(statement, ast.Expr | ast.Pass):
            for name in {root_of(target) for target, _ in changed([statement])} - {""}:
                _keep(of, inner, name, Unknown(f"{of.node.name}.{name}", statement, changed=True))


def _test(evaluator: "State", statement: ast.If, inner: Scope) -> Any:
    try:
        return evaluator.value(statement.test, inner)
    except NotationError:
        return None


def _bind_method(evaluator: "State", of: UserClass, statement: ast.FunctionDef, inner: Scope) -> None:
    """A method, whose defaults are computed once, where the class is made."""
    scope = Scope({}, of.scope, of=of)
    with suppress(NotationError):
        of.defaults[id(statement)] = evaluator.expressions.function(statement, inner).defaults
    method = evaluator.expressions.function(statement, scope)
    inner.names[statement.name] = method
    if not any(statement is each for each in of.node.body):
        # Behind an ``if`` of the body, which looking a method up does not look into.
        open_ = Unknown(f"{of.node.name}.{statement.name}", statement, changed=True)
        of.attributes[statement.name] = open_ if statement.decorator_list else method


def _bind_value(
    evaluator: "State", of: UserClass, statement: ast.Assign | ast.AnnAssign, inner: Scope
) -> None:
    if statement.value is None or held_default(statement.value) is not statement.value:
        # A field that holds its default: its object has it.
        return
    is_enumeration = enumerations.kind_of(of) is not None or enumerations.is_flag(of)
    try:
        value = evaluator.value(statement.value, inner)
    except NotationError as error:
        if error.certain:
            raise
        return
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    for target in targets:
        if isinstance(target, ast.Name):
            kept = value
            if is_enumeration:
                kept = enumerations.bind_member(evaluator, of, target.id, value, statement.value)
                inner.names[target.id] = value
            _keep(of, inner, target.id, kept)
        elif isinstance(target, ast.Tuple | ast.List) and not is_enumeration:
            fits = isinstance(value, tuple | list) and len(value) == len(target.elts)
            for i, each in enumerate(target.elts):
                if isinstance(each, ast.Name):
                    one = value[i] if fits else Unknown(each.id, each)
                    _keep(of, inner, each.id, one)


def _keep(of: UserClass, inner: Scope, name: str, value: Any) -> None:
    inner.names.setdefault(name, value)
    if not enumerations.is_one(value):
        inner.names[name] = value
    if of.own(name) is None:
        of.attributes[name] = value


def _tell_those_above(evaluator: "State", of: UserClass) -> None:
    """``__init_subclass__`` of a class above, which Python calls with the keywords of the ``class`` line."""
    lineage = [*of.lineage()][1:]
    home = next((each for each in lineage if each.own("__init_subclass__") is not None), None)
    for keyword in of.node.keywords:
        if keyword.arg == "metaclass":
            _forget_metaclass(evaluator, evaluator.value(keyword.value, of.scope))
    if home is None:
        return
    method = home.own("__init_subclass__")
    assert method is not None  # noqa: S101 (just asked)
    told = Function(method, Scope({}, home.scope, of=home), first=(of,))
    named = {
        each.arg: evaluator.value(each.value, of.scope)
        for each in of.node.keywords
        if each.arg not in {None, "metaclass"}
    }
    evaluator.apply(told, (), named, of.node)


def _forget_metaclass(evaluator: "State", metaclass: Any) -> None:
    """What a metaclass of the text does where a class is made is not followed: forget what it may change."""
    if not isinstance(metaclass, UserClass):
        return
    for name in ("__new__", "__init__"):
        method = metaclass.method(name)
        if method is not None:
            bound = {each.arg for each in method.args.args}
            for target, _ in changed(method.body):
                root = root_of(target)
                held = None if root in bound else metaclass.scope.find(root)
                held = held.attributes if isinstance(held, Instance | UserClass) else held
                if isinstance(held, list | dict):
                    evaluator.cloud(held, method)
