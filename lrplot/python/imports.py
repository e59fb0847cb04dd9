"""Names that an import binds: dotted, so that they say whose they are."""

import ast
import math
from typing import Final

from lrplot.python.nodes import nodes_of
from lrplot.python.parameters import Path
from lrplot.python.registry import Registry
from lrplot.python.values import Scope

_STARS: Final = frozenset({"math"})
"""Modules all of whose names are known."""


def dotted_names(tree: ast.AST) -> dict[str, str]:
    """The names that the imports of a text bind, and what each stands for.

    >>> dotted_names(ast.parse("import typer as t; from fire import Fire"))
    {'t': 'typer', 'Fire': 'fire.Fire'}
    """
    scope = Scope()
    for node in nodes_of(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            bind_import(node, scope)
    return {name: path.name for name, path in scope.names.items()}


def bind_star(statement: ast.Import | ast.ImportFrom, scope: Scope, registry: Registry) -> None:
    """Bind what ``from X import *`` may bring of a framework's names, where X is a framework's module.

    Of two such imports the later one counts. What the text itself has bound stays, unless it is another
    framework's and X is the module where these are.
    """
    if not isinstance(statement, ast.ImportFrom) or statement.level or statement.names[0].name != "*":
        return
    module = statement.module or ""
    home = registry.home(f"{module}.*", imported=True)
    if home is None:
        return
    surely = module.rpartition(".")[2] in home.hints
    optimizers = home.optimizers.calls if home.optimizers is not None else ()
    for name in (*home.calls, *home.combinators, *optimizers):
        held = scope.find(name)
        if held is None or (
            isinstance(held, Path) and (held.star or (surely and held.imported and name in home.calls))
        ):
            scope.names[name] = Path(f"{module}.{name}", statement, imported=True, star=True)


def bind_import(statement: ast.Import | ast.ImportFrom, scope: Scope) -> None:
    """Bind the names of an import to what they stand for.

    A relative import begins with a dot, which no framework's name does.

    >>> scope = Scope()
    >>> bind_import(ast.parse("from torch.optim import lr_scheduler as S").body[0], scope)
    >>> bind_import(ast.parse("from .solver import StepLR").body[0], scope)
    >>> [scope.names[name].name for name in ("S", "StepLR")]
    ['torch.optim.lr_scheduler', '.solver.StepLR']
    """
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            first = alias.name.partition(".")[0]
            bound = alias.name if alias.asname else first
            scope.names[alias.asname or first] = Path(bound, statement, imported=True)
        elif alias.name == "*" and statement.module in _STARS:
            scope.names |= {name: Path(f"{statement.module}.{name}", statement, True) for name in dir(math)}
        elif alias.name != "*":
            module = "." * statement.level + (f"{statement.module}." if statement.module else "")
            scope.names[alias.asname or alias.name] = Path(module + alias.name, statement, imported=True)
