"""Python configs, parsed and never executed: assignments, a config's attributes, calls with keywords."""

import ast
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from lrplot.trainers.form import Form

_LARGEST: Final = 1_000_000
"""Characters of a config, and the largest number that is raised to a power: written by hand, both stay far
below."""
_HIGHEST_POWER: Final = 1000
"""The highest power that is worked out: whole numbers to greater ones take all memory."""
_HIGHEST: Final = 1e300
"""Numbers are at most so large, so that each is one of float64 too."""
_MADE: Final = frozenset({"__init__", "get_config"})
"""Functions whose assignments are the config's."""
TARGET: Final = "_target_"
"""The key under which a call keeps the name of what it calls."""


def assignments(text: str, name: str, folder: Path | None) -> Iterator[Form]:
    """A form of what a Python text assigns, and one of each call that it makes or that a function returns."""
    if len(text) > _LARGEST or "=" not in text:
        return
    try:
        with warnings.catch_warnings():
            # A shell script's "\ " is no escape to Python.
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    module = _Names({}, {})
    try:
        for statement in tree.body:
            module.read(statement)
        yield Form(name, "python", module.values, module.places, module.classes, folder=folder, text=text)
        for call in module.calls:
            given = {key: value for key, value in call.items() if key != TARGET}
            yield Form(name, "python", given, {}, str(call[TARGET]), folder=folder, text=text)
        for function in (each for each in tree.body if isinstance(each, ast.FunctionDef)):
            inner = _Names({}, {}, module.values)
            for statement in function.body:
                inner.read(statement)
            if isinstance(inner.returned, Mapping):
                yield Form(name, "python", inner.returned, {}, function.name, folder=folder, text=text)
    except RecursionError:
        return


class _Names:
    """The names that statements bind, as far as their values can be told."""

    def __init__(
        self, values: dict[str, Any], places: dict[str, str], outer: Mapping[str, Any] | None = None
    ) -> None:
        self.values = values
        self.places = places
        self.returned: Any = None
        self.classes = ""
        self.calls: list[dict[str, Any]] = []
        self._outer = outer or {}

    def read(self, statement: ast.stmt) -> None:
        """Bind what a statement binds; what is within a class, its making, or a condition too."""
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            self._bind(statement.targets[0], self._value(statement.value))
            self._call_of(statement.value)
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            self._bind(statement.target, self._value(statement.value))
        elif isinstance(statement, ast.Expr):
            self._call_of(statement.value)
        elif isinstance(statement, ast.Return) and statement.value is not None:
            self.returned = self._value(statement.value)
        for inner in self._inside(statement):
            self.read(inner)

    def _inside(self, statement: ast.stmt) -> list[ast.stmt]:
        """The statements within one that are read with it."""
        if isinstance(statement, ast.If):
            return statement.body
        if isinstance(statement, ast.ClassDef):
            self.classes = " ".join((self.classes, *map(ast.unparse, statement.bases))).strip()
            return statement.body
        made = isinstance(statement, ast.FunctionDef) and (statement.name in _MADE or self.classes)
        return statement.body if made and isinstance(statement, ast.FunctionDef) else []

    def _call_of(self, node: ast.expr) -> None:
        """Keep the call that a statement makes, where it has keywords: ``model.train(epochs=3)``."""
        if isinstance(node, ast.Call) and node.keywords and isinstance(node.func, ast.Attribute):
            self.calls.append(self._call(node))

    def _bind(self, target: ast.expr, value: Any) -> None:
        path = _path(target)
        if path is None:
            return
        # config.lr and self.lr are the key lr of a config.
        keys = path[1:] if len(path) > 1 else path
        into: dict[str, Any] = self.values
        for key in keys[:-1]:
            inner = into.get(key)
            if not isinstance(inner, dict):
                inner = into[key] = {}
            into = inner
        into[keys[-1]] = value
        self.places[".".join(keys)] = f"{target.lineno}:{target.col_offset + 1}"

    def _value(self, node: ast.expr) -> Any:
        """The value of an expression; where it cannot be told, its text, which is no number."""
        found: Any
        match node:
            case ast.Constant():
                found = node.value
            case ast.Tuple() | ast.List():
                found = [self._value(each) for each in node.elts]
            case ast.Dict():
                pairs = zip(node.keys, node.values, strict=True)
                found = {str(self._value(key)): self._value(value) for key, value in pairs if key is not None}
            case ast.Call():
                found = self._call(node)
            case ast.UnaryOp(op=ast.USub()):
                value = self._value(node.operand)
                found = -value if _is_number(value) else None
            case ast.BinOp():
                found = _calculated(node.op, self._value(node.left), self._value(node.right))
            case _:
                path = _path(node)
                found = None if path is None else self._named(path, node)
        known = found is not None or isinstance(node, ast.Constant)
        return found if known else ast.unparse(node)

    def _named(self, path: list[str], node: ast.expr) -> Any:
        for values in (self.values, self._outer):
            for keys in (path, path[1:]):
                inner: Any = values
                for key in keys:
                    inner = inner.get(key) if isinstance(inner, Mapping) else None
                if keys and inner is not None:
                    return inner
        if len(path) == 1 and path[0] in {"config", "c"}:
            return self.values
        return ast.unparse(node)

    def _call(self, node: ast.Call) -> dict[str, Any]:
        """A call as the mapping of its keywords; ``L(Class)(…)`` is detectron2's call of ``Class``."""
        function: ast.expr = node.func
        if isinstance(function, ast.Call) and len(function.args) == 1:
            function = function.args[0]
        name = ast.unparse(function)
        given = {each.arg: self._value(each.value) for each in node.keywords if each.arg is not None}
        if name == "dict":
            return given
        if name.endswith("ConfigDict"):
            inner = self._value(node.args[0]) if node.args else {}
            return {**(inner if isinstance(inner, dict) else {}), **given}
        return {TARGET: name, **given}


def _path(node: ast.expr) -> list[str] | None:
    """``a.b['c']`` as its names, None for anything else."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        owner = _path(node.value)
        return None if owner is None else [*owner, node.attr]
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        owner = _path(node.value)
        return None if owner is None else [*owner, str(node.slice.value)]
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _calculated(operator: ast.operator, left: Any, right: Any) -> Any:
    """Arithmetic of two numbers, None for anything else."""
    if not (_is_number(left) and _is_number(right)):
        return None
    try:
        match operator:
            case ast.Add():
                found = left + right
            case ast.Sub():
                found = left - right
            case ast.Mult():
                found = left * right
            case ast.Div():
                found = left / right
            case ast.FloorDiv():
                found = left // right
            case ast.Pow() if abs(right) <= _HIGHEST_POWER and abs(left) <= _LARGEST:
                found = left**right
            case _:
                return None
    except (ArithmeticError, ValueError):
        return None
    return found if abs(found) <= _HIGHEST else None
