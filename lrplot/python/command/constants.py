"""The constants of a text's own module, known before a statement of it is read: ``EPOCHS = 90``."""

import ast
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from lrplot.errors import LrplotError
from lrplot.python import classes, enumerations
from lrplot.python.mutation import is_mutation
from lrplot.python.nodes import nodes_of
from lrplot.python.parameters import Path
from lrplot.python.values import Scope, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State

_PLAIN: Final = (
    ast.Constant, ast.Name, ast.Attribute, ast.BinOp, ast.UnaryOp, ast.Tuple, ast.List, ast.Dict,
    ast.Subscript, ast.operator, ast.unaryop, ast.expr_context,
)  # fmt: skip
"""What a constant may be written with: nothing that anything is done by."""


def constants(evaluator: "State", tree: ast.Module, outer: Scope) -> Scope:
    """The names that a module binds once and to plain data, or to a class of its own, inside ``outer``."""
    scope = Scope({}, outer)
    bound = Counter(_bound(tree))
    changed = set(_changed(tree))
    for statement in tree.body:
        name = _name_of(statement)
        if name is None or bound[name] != 1 or name in changed:
            continue
        value = _value_of(evaluator, statement, scope)
        if not isinstance(value, Unknown | Path):
            scope.names[name] = value
    return scope


def _name_of(statement: ast.stmt) -> str | None:
    """The one name that a statement binds."""
    if isinstance(statement, ast.ClassDef):
        return statement.name
    targets = (
        statement.targets
        if isinstance(statement, ast.Assign)
        else [statement.target]
        if isinstance(statement, ast.AnnAssign) and statement.value is not None
        else []
    )
    (target,) = targets if len(targets) == 1 else (None,)
    return target.id if isinstance(target, ast.Name) else None


def _value_of(evaluator: "State", statement: ast.stmt, scope: Scope) -> Any:
    if isinstance(statement, ast.ClassDef):
        made = UserClass(statement, scope)
        if enumerations.kind_of(made) is not None:
            classes.bind_body(evaluator, made)
        return made
    value: ast.expr = statement.value  # type: ignore[attr-defined]
    if not all(isinstance(node, _PLAIN) and not _is_groups(node) for node in ast.walk(value)):
        return Unknown("", value)
    try:
        return evaluator.value(value, scope)
    except LrplotError:
        return Unknown("", value)


def _is_groups(node: ast.AST) -> bool:
    """True for the groups of an optimizer, whose rates are none before it is made."""
    return isinstance(node, ast.Attribute) and node.attr == "param_groups"


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that the statements of a module bind, those of its functions declared global among them."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name) and not isinstance(child.ctx, ast.Load):
            yield child.id
        elif isinstance(child, ast.alias):
            yield child.asname or child.name.partition(".")[0]
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield child.name
            yield from (
                name for each in ast.walk(child) if isinstance(each, ast.Global) for name in each.names
            )
        elif not isinstance(child, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            yield from _bound(child)


def _changed(tree: ast.Module) -> Iterator[str]:
    """The names whose members or attributes are written anywhere."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            yield _root(node)
        elif isinstance(node, ast.Call) and is_mutation(node):
            yield _root(node.func)


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
