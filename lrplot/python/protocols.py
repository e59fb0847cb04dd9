"""Operators and Python's own functions of an object of the text: the methods they ask it for."""

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.objects import NOT_OURS
from lrplot.python.syntax import short
from lrplot.python.values import Function, Instance, Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State

_BINARY: Final[Mapping[type[ast.operator], str]] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
    ast.BitOr: "or",
    ast.BitAnd: "and",
    ast.BitXor: "xor",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
}
_UNARY: Final[Mapping[type[ast.unaryop], str]] = {
    ast.USub: "__neg__",
    ast.UAdd: "__pos__",
    ast.Invert: "__invert__",
}
_FUNCTIONS: Final[Mapping[str, str]] = {
    "len": "__len__",
    "float": "__float__",
    "int": "__int__",
    "abs": "__abs__",
    "round": "__round__",
    "bool": "__bool__",
}
"""Python's own functions of one value, and the method that each asks it for."""


def method_of(value: Any, name: str) -> Function | None:
    """The method of an object that the text writes for Python to ask for."""
    method = value.of.method(name) if isinstance(value, Instance) else None
    if method is None:
        return None
    home = value.of.where(name)
    return Function(method, Scope({}, home.scope, of=home), first=(value,))


def binary(evaluator: "State", node: ast.BinOp, left: Any, right: Any) -> Any:
    """``left + right`` where one of them is an object; ``NOT_OURS`` where none has the method."""
    name = _BINARY.get(type(node.op), "")
    for own, other in ((method_of(left, f"__{name}__"), right), (method_of(right, f"__r{name}__"), left)):
        if own is not None:
            found = evaluator.apply(own, [other], {}, node)
            declines = isinstance(found, Unknown) or getattr(found, "name", "") == "NotImplemented"
            return Unknown(short(node), node) if declines else found
    return NOT_OURS


def unary(evaluator: "State", node: ast.UnaryOp, value: Any) -> Any:
    """``-value`` of an object; ``NOT_OURS`` where it has no method for it."""
    own = method_of(value, _UNARY[type(node.op)]) if type(node.op) in _UNARY else None
    return NOT_OURS if own is None else evaluator.apply(own, [], {}, node)


def truth(evaluator: "State", value: Any, node: ast.AST) -> Any:
    """What decides whether a value is true: of an object what ``__bool__`` or ``__len__`` gives."""
    own = method_of(value, "__bool__") or method_of(value, "__len__")
    return value if own is None else evaluator.apply(own, [], {}, node)


def of_call(evaluator: "State", path: str, values: Sequence[Any], node: ast.Call) -> Any:
    """``len(x)``, ``float(x)`` and their like of an object; ``NOT_OURS`` for another call."""
    if len(values) != 1 or path not in _FUNCTIONS:
        return NOT_OURS
    own = method_of(values[0], _FUNCTIONS[path])
    if own is None and path == "bool":
        own = method_of(values[0], "__len__")
    if own is None:
        return NOT_OURS
    found = evaluator.apply(own, [], {}, node)
    return bool(found) if path == "bool" and isinstance(found, int | float) else found


def with_lengths(evaluator: "State", values: Sequence[Any], node: ast.Call) -> list[Any]:
    """Values, with as many numbers in the place of a data set of the text as it has members."""
    found: list[Any] = []
    for value in values:
        own = method_of(value, "__len__")
        length = None if own is None else evaluator.apply(own, [], {}, node)
        found.append(range(length) if isinstance(length, int) and length >= 0 else value)
    return found


def members(value: Any) -> tuple[ast.expr, Scope] | None:
    """What ``__iter__`` of an object goes over, member by member; None where it is not plain."""
    own = method_of(value, "__iter__")
    if own is None or not isinstance(own.node, ast.FunctionDef):
        return None
    scope = Scope({own.node.args.args[0].arg: value} if own.node.args.args else {}, own.scope)
    body = [each for each in own.node.body if not _is_text(each)]
    if len(body) != 1:
        return None
    (statement,) = body
    if isinstance(statement, ast.Return) and statement.value is not None:
        return statement.value, scope
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.YieldFrom):
        return statement.value.value, scope
    if isinstance(statement, ast.For) and len(statement.body) == 1 and not statement.orelse:
        (inner,) = statement.body
        yields = isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Yield)
        if yields and isinstance(statement.target, ast.Name) and _gives(inner, statement.target.id):
            return statement.iter, scope
    return None


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _gives(statement: ast.stmt, name: str) -> bool:
    """True for ``yield name``."""
    given = statement.value.value if isinstance(statement, ast.Expr) else None  # type: ignore[attr-defined]
    return isinstance(given, ast.Name) and given.id == name
