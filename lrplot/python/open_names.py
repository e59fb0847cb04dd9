"""The option that binds an open name, and what no option can bind."""

import ast
from typing import Final


def let(text: str) -> str:
    """The option that binds an open name, to be pasted.

    >>> let("args.lr"), let("len(loader)")
    ('--let args.lr=…', "--let 'len(loader)=…'")
    """
    quoted = f"{text}=…"
    if any(c in text for c in "( )[]'<>=!&|*"):
        quoted = f'"{quoted}"' if "'" in text else f"'{quoted}'"
    return f"--let {quoted}"


_VARYING: Final = frozenset({"last_epoch", "_step_count", "_last_lr", "training"})
"""Attributes that are another in the course of a training: a scheduler's clock, a module's mode."""
_GIVING_VARYING: Final = frozenset({"get_last_lr", "get_lr", "next", "__next__"})
"""Calls that give another value each time."""


def varies(node: ast.AST) -> bool:
    """True where one value cannot stand for what is open: it is another at each step.

    >>> varies(ast.parse("scheduler.last_epoch < n", mode="eval")), varies(ast.parse("args.n", mode="eval"))
    (True, False)
    """
    return any(
        (isinstance(each, ast.Attribute) and each.attr in _VARYING)
        or (isinstance(each, ast.Call) and _called(each.func) in _GIVING_VARYING)
        for each in ast.walk(node)
    )


def _called(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
