"""Optimizers that a function of the text puts into the state of an engine which calls it, elsewhere."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lrplot.python.mutation import root_of
from lrplot.python.nodes import nodes_of
from lrplot.python.syntax import last_part

if TYPE_CHECKING:
    from lrplot.python.walk import Walk


def remade(script: "Walk") -> tuple[ast.AST, str] | None:
    """The first place that may give an engine another optimizer, and what to say of it.

    A function that the text hands on, or stores in an object that is not its own, is called from elsewhere.
    """
    makers = _makers(script)
    for function in nodes_of(script.tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for statement in _given_to_parameters(function):
            made = last_part(statement.value.func) if isinstance(statement.value, ast.Call) else ""
            if made in makers and script.coverage.may_run(statement):
                return statement, (
                    f"another optimizer takes over here, and when '{function.name}' is called is not in this "
                    "text; write the rate into the loop: group['lr'] = …"
                )
    return None


def _makers(script: "Walk") -> set[str]:
    """The names of calls that make an optimizer: frameworks', and functions of the text that return one."""
    found = set(script.evaluator.registry.optimizers)
    for node in nodes_of(script.tree):
        if isinstance(node, ast.FunctionDef):
            given = (each.value for each in ast.walk(node) if isinstance(each, ast.Return))
            if any(isinstance(each, ast.Call) and last_part(each.func) in found for each in given):
                found.add(node.name)
    return found


def _given_to_parameters(function: ast.FunctionDef) -> Iterator[ast.Assign]:
    """The assignments into what a function is given, its own object aside, and into names outside it."""
    given = {each.arg for each in function.args.args} - {"self", "cls"}
    inside = list(ast.walk(function))
    outer = {name for each in inside if isinstance(each, ast.Global | ast.Nonlocal) for name in each.names}
    for node in inside:
        if isinstance(node, ast.Assign) and any(
            target.id in outer if isinstance(target, ast.Name) else root_of(target) in given
            for target in node.targets
        ):
            yield node
