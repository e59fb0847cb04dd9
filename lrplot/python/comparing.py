"""True where what is read in two ways is the same, and what a value holds."""

import ast
from collections.abc import Sequence
from typing import Any

from lrplot.python import symbolic
from lrplot.python.parameters import Path
from lrplot.python.symbolic import Symbol
from lrplot.python.training import Event
from lrplot.python.values import Instance, Made, Method, Optimizer, Unknown


def same(a: Any, b: Any) -> bool:
    if isinstance(a, Optimizer) and isinstance(b, Optimizer):
        return a is b or (same(a.lr, b.lr) and a.name == b.name)
    kinds = (int, float, str, list, tuple, range)
    if isinstance(a, Symbol) and isinstance(b, Symbol):
        if a.power != b.power or a.size != b.size:
            return False
        return a.node is b.node or a.text == b.text
    return a is b or (isinstance(a, kinds) and isinstance(b, kinds) and bool(a == b))


def alike(a: Sequence[Event], b: Sequence[Event]) -> bool:
    """True where the same happens, wherever it is written."""
    return len(a) == len(b) and all(
        x.kind == y.kind
        and x.optimizer is y.optimizer
        and x.scheduler is y.scheduler
        and x.group == y.group
        and x.times == y.times
        and same(x.formula, y.formula)
        and same(x.test, y.test)
        for x, y in zip(a, b, strict=True)
    )


def objects_in(value: Any) -> list[Any]:
    if isinstance(value, Made | Optimizer):
        return [value]
    if isinstance(value, Method):
        return [value.owner]
    if isinstance(value, Instance):
        return [
            made
            for each in value.attributes.values()
            if not isinstance(each, Instance)
            for made in objects_in(each)
        ]
    if isinstance(value, dict):
        return [made for each in value.values() for made in objects_in(each)]
    if isinstance(value, Unknown):
        return list(value.holds)
    if isinstance(value, list | tuple):
        return [made for each in value for made in objects_in(each)]
    return []


def mentions_turn(value: Any) -> bool:
    """True where a list or dictionary holds something of the turn."""
    if isinstance(value, dict):
        return any(map(mentions_turn, value.values()))
    if isinstance(value, list | tuple):
        return any(map(mentions_turn, value))
    return isinstance(value, Symbol | symbolic.Inner | symbolic.Choice | symbolic.Running)


def is_plain_data(value: Any) -> bool:
    return isinstance(value, bool | int | float | str | list | tuple | dict | range)


def openable(test: Unknown | Path, at: ast.AST) -> Unknown | Path:
    """The name to bind to settle a condition: an option of the script, or the condition itself."""
    while isinstance(at, ast.UnaryOp) and isinstance(at.op, ast.Not):
        at = at.operand
    # A name says no more than what is open in it.
    if isinstance(test, Path) or "(" not in test.text or isinstance(at, ast.Name):
        return test
    return Unknown(ast.unparse(at), at)
