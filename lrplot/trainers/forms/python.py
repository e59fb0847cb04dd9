"""Calls in Python, such as ``TrainingArguments(…)``: keyword arguments as plain data; nothing is run."""

import ast
import operator
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from lrplot.trainers.form import Form, Unread

_WANTED: Final = re.compile(r"(?:Config|Arguments|\bfit)$")
"""Names of calls that configure a training."""
_BESIDE: Final = frozenset({"DataLoader"})
"""Calls whose arguments a ``fit`` depends on; they are kept under their names."""
_LONGEST: Final = 1_000_000
"""Characters of a script: Python's tree of it takes some sixty bytes for each."""
_DEEPEST: Final = 20
"""Names of names that are followed."""
_OPERATIONS: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}


def calls(text: str, name: str, folder: Path | None) -> Iterator[Form]:
    """The calls of a text that configure a training, the last first; none for what is no Python.

    >>> form = next(calls("lr = 2e-5; TrainingArguments('out', learning_rate=lr)", "it", None))
    >>> form.program, form.get("learning_rate")
    ('TrainingArguments', 2e-05)
    """
    if "(" not in text or len(text) > _LONGEST or "\0" in text:
        return
    yield from calls_of(parsed(text), name, folder)


def parsed(text: str) -> ast.Module:
    """The tree of a text, an empty one where it is no Python; what Python warns of in it is not told."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module(body=[], type_ignores=[])


def calls_of(tree: ast.AST, name: str, folder: Path | None) -> Iterator[Form]:
    """The calls of a parsed text."""
    nodes = list(ast.walk(tree))
    imported = tuple(sorted(_imported(nodes)))
    known = _assigned_once(nodes)
    found = [node for node in nodes if isinstance(node, ast.Call)]
    beside = {
        _name(call).rpartition(".")[2]: _values(call, known)
        for call in found
        if _name(call).rpartition(".")[2] in _BESIDE
    }
    for call in sorted(found, key=lambda each: (each.lineno, each.col_offset), reverse=True):
        program = _name(call)
        if not _WANTED.search(program) or not call.keywords:
            continue
        places = {
            keyword.arg: f"{keyword.lineno}:{keyword.col_offset + 1}"
            for keyword in call.keywords
            if keyword.arg is not None
        }
        values = {**_values(call, known), **(beside if program.endswith("fit") else {})}
        yield Form(name, "python", values, places, program, imported, folder=folder)


def _name(call: ast.Call) -> str:
    """The dotted name of what is called, empty for another expression."""
    return ast.unparse(call.func) if isinstance(call.func, ast.Name | ast.Attribute) else ""


def _imported(nodes: list[ast.AST]) -> Iterator[str]:
    """The packages that are imported."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _assigned_once(nodes: list[ast.AST]) -> dict[str, ast.expr]:
    """The names that are assigned in one place, and what."""
    stored = Counter(
        node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    )
    bound = {node.arg for node in nodes if isinstance(node, ast.arg)}
    found: dict[str, ast.expr] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    return {name: value for name, value in found.items() if stored[name] == 1 and name not in bound}


def _values(call: ast.Call, known: Mapping[str, ast.expr]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for keyword in call.keywords:
        value = _value(keyword.value, known, 0)
        if keyword.arg is not None:
            values[keyword.arg] = value
        elif isinstance(value, Mapping):
            values.update(value)
        else:
            values["**"] = value
    return values


def _value(node: ast.expr, known: Mapping[str, ast.expr], depth: int) -> Any:
    """A literal, also by its name, or arithmetic of such; else the expression, unread."""
    if depth > _DEEPEST:
        return Unread(ast.unparse(node))
    if isinstance(node, ast.Name) and node.id in known:
        return _value(known[node.id], known, depth + 1)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return _computed(node, known, depth)
    if isinstance(node, ast.List | ast.Tuple | ast.Dict | ast.Call):
        return _contents(node, known, depth)
    if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("SchedulerType"):
        return ast.unparse(node)
    return _literal(node)


def _contents(
    node: ast.List | ast.Tuple | ast.Dict | ast.Call, known: Mapping[str, ast.expr], depth: int
) -> Any:
    """A list or a mapping, also by ``dict(…)``, each value of which is read or not."""
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(each, known, depth + 1) for each in node.elts]
    if isinstance(node, ast.Call):
        is_dict = _name(node) == "dict" and not node.args
        return _values(node, known) if is_dict else Unread(ast.unparse(node))
    keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
    if len(keys) < len(node.keys):
        return Unread(ast.unparse(node))
    return {key: _value(each, known, depth + 1) for key, each in zip(keys, node.values, strict=True)}


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return Unread(ast.unparse(node))


def _computed(node: ast.BinOp, known: Mapping[str, ast.expr], depth: int) -> Any:
    left, right = (_value(each, known, depth + 1) for each in (node.left, node.right))
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (left, right))
    try:
        return _OPERATIONS[type(node.op)](left, right) if numbers else Unread(ast.unparse(node))
    except (ArithmeticError, ValueError):
        return Unread(ast.unparse(node))
