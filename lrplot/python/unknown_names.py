"""Sentences on a name that no framework has: mistyped, imported from elsewhere, or unheard of."""

import ast
from collections.abc import Callable, Collection
from typing import Final

from lrplot.python.nodes import nodes_of
from lrplot.text.nearest import did_you_mean, nearest_name

_ALIKE: Final = 0.85
"""From this likeness on (difflib's ratio) a name is a known one mistyped: a letter or two in fifteen."""
_SHOWN: Final = 40
"""Characters of a name in a sentence."""
_SHORT: Final = 6
"""Names of fewer letters are near each other by chance."""


def no_such(name: str, known: Collection[str]) -> str:
    """The sentence for a name that no framework has."""
    last = name.rpartition(".")[2]
    hint = did_you_mean(last, known) if last.isidentifier() else ""
    shown = name if len(name) <= _SHOWN else name[: _SHOWN - 3] + "..."
    return f"no framework lrplot reads has a schedule '{shown}'{hint}"


def mistyped(call: ast.Call, tree: ast.AST, known: Collection[str]) -> str | None:
    """The sentence for a call whose name is nearly a schedule's or an optimizer's, None where it is not.

    A name that the text imports is whatever stands there, however near it is to another.
    """
    if not isinstance(call.func, ast.Name):
        return None
    name = call.func.id
    imported = {
        each.asname or each.name
        for node in nodes_of(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for each in node.names
    }
    if imported & {name, "*"} or name in known or len(name) < _SHORT:
        return None
    return no_such(name, known) if nearest_name(name, known, _ALIKE) else None


SCHEDULING: Final = (
    "sched", "warm", "noam", "lr_", "_lr", "anneal", "learning_rate", "learningrate",
)  # fmt: skip
"""Words in the names of calls that make a scheduler, or set a rate."""


def elsewhere(path: str, tree: ast.AST) -> str | None:
    """The sentence for something that makes or sets a rate and stands in another file, None where none is."""
    plain, last = path.lstrip("."), path.rpartition(".")[2]
    if not any(word in last.lower() for word in SCHEDULING):
        return None
    if "." not in path:
        return _not_here(path, tree)
    modules = {
        name
        for node in nodes_of(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
    }
    known = any(plain == name or plain.startswith(f"{name}.") for name in modules if name)
    return foreign(path) if known or path.startswith(".") else None


def _not_here(name: str, tree: ast.AST) -> str | None:
    """The sentence for a name that a text is given or gets, or may have by ``from utils import *``."""
    stars = starred(tree)
    gotten = _gotten(name, tree)
    if gotten is not None:
        return (
            f"{name} is what '{ast.unparse(gotten)}' gives, which is not in this text: what it does to the "
            f"rate is not known; paste its definition under the name {name}"
        )
    if any(isinstance(node, ast.arg) and node.arg == name for node in nodes_of(tree)):
        return (
            f"{name} is a function that this text is given: what it does to the rate is not known; write its "
            "own name in its place, and paste its definition"
        )
    if not stars:
        return None
    shown = " or ".join(f"'{each}'" for each in stars)
    return (
        f"{name} is not in this text (from {shown}, by import *): what it does to the rate is not known; "
        f"paste its definition (class or def {name})"
    )


def starred(tree: ast.AST) -> list[str]:
    """The modules of which a text imports all names."""
    return [
        node.module or "."
        for node in nodes_of(tree)
        if isinstance(node, ast.ImportFrom) and any(each.name == "*" for each in node.names)
    ]


def _gotten(name: str, tree: ast.AST) -> ast.Call | None:
    """The ``getattr(module, …)`` that a name is bound to."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            bound = any(isinstance(each, ast.Name) and each.id == name for each in node.targets)
            if bound and getattr(node.value.func, "id", "") == "getattr":
                return node.value
    return None


def perhaps_starred(call: ast.AST, tree: ast.AST, own: Callable[[str], bool]) -> str:
    """The end of a sentence on a call whose name ``from utils import *`` may bring; empty where none does.

    ``own`` answers whether a module is a framework's.
    """
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return ""
    modules = [f"'{each}'" for each in starred(tree) if not own(each)]
    name = call.func.id
    imported = any(
        name in {each.asname, each.name}
        for node in nodes_of(tree)
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    )
    if not modules or imported:
        return ""
    return (
        f" ({name} may be that of {' or '.join(modules)}, by import *: then paste its definition, class or "
        f"def {name})"
    )


def foreign(path: str) -> str:
    """The sentence for a framework's name that is imported from elsewhere."""
    module, _, last = path.rpartition(".")
    return (
        f"{last} comes from '{module or '.'}' here, which is no framework lrplot reads: what it does to the "
        f"rate is not known; paste its definition (class or def {last}) in place of the import"
    )
