"""Values that ``--let`` gives to the names a text leaves open."""

import ast
from typing import Any

from lrplot.errors import LrplotError, NotationError
from lrplot.python.evaluator import Evaluator
from lrplot.python.nodes import nodes_of
from lrplot.python.parameters import Path
from lrplot.python.source import Source
from lrplot.python.values import Unknown
from lrplot.text.parsing import expression_of

_EITHER = frozenset({"yes", "no", "on", "off"})
"""Words that YAML takes for a truth, and a script for a text, which is always true."""


def spelled(key: str, text: str) -> str:
    """A binding's name as the syntax tree spells it."""
    try:
        return ast.unparse(ast.parse(key.strip(), mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise LrplotError(f"--let {key}={text}: not NAME=VALUE in Python's words") from None


def bound_value(evaluator: Evaluator, key: str, text: str) -> Any:
    word = text.strip()
    if word.lower() in _EITHER:
        raise LrplotError(
            f"--let {key}={text}: write True or False; where the word itself is meant, '\"{word}\"'"
        )
    text = word.capitalize() if word.lower() in {"true", "false"} else text
    # A bare word is the text it says.
    if word.isidentifier() and text not in {"True", "False", "None"}:
        return word
    try:
        node = expression_of(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise LrplotError(f"--let {key}={text}: not NAME=VALUE in Python's words") from None
    try:
        from lrplot.python.values import Scope

        value = evaluator.value(node, Scope())
    except NotationError as error:
        raise LrplotError(f"--let {key}={text}: {error.message}") from None
    if isinstance(value, Unknown | Path):
        raise LrplotError(f"--let {key}={text}: the value must be known, as 0.1 or 90 * 5005")
    return value


def is_within(name: str, text: str) -> bool:
    """True where an expression, as the syntax tree spells it, is another or a part of it.

    >>> is_within("cfg['steps']", "i in cfg['steps']"), is_within("cfg", "cfg2")
    (True, False)
    """
    if name == text:
        return True
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(ast.unparse(node) == name for node in ast.walk(tree) if isinstance(node, ast.expr))


def is_written(key: str, source: Source) -> bool:
    """True where a name to bind is an expression of a text, or the length of one.

    >>> from lrplot.python.source import parse
    >>> text = parse("for x in loader: f(cfg['lr'])", "it")
    >>> [is_written(key, text) for key in ("cfg['lr']", "len(loader)", "cgf['lr']")]
    [True, True, False]
    """
    name = spelled(key, "")
    inner = name[len("len(") : -1] if name.startswith("len(") else name
    return any(
        ast.unparse(node) in {name, inner} for node in nodes_of(source.tree) if isinstance(node, ast.expr)
    )


def names_in(source: Source) -> set[str]:
    """All that a text could have bound."""
    kinds = ast.Name | ast.Attribute
    return {ast.unparse(node) for node in nodes_of(source.tree) if isinstance(node, kinds)}
