"""MMEngine's configs: a Python file of plain assignments that inherits from others by ``_base_``.

Files are parsed and never executed: assignments, ``{{_base_.name}}``, ``_delete_=True``, and the star imports
under ``with read_base():`` are followed as ``mmengine.config`` 0.10.7 does.
"""

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any, Final

from lrplot.errors import LrplotError, NotationError
from lrplot.python.evaluator import Evaluator
from lrplot.python.expressions import Expressions
from lrplot.python.functions import assign, bind, define
from lrplot.python.imports import bind_import
from lrplot.python.mutation import changed
from lrplot.python.nodes import nodes_of
from lrplot.python.parameters import Path
from lrplot.python.source import Source, parse
from lrplot.python.values import NOTHING, Nothing, Scope, Unknown

KEYS: Final = frozenset(
    {
        "param_scheduler",
        "lr_config",
        "train_cfg",
        "optim_wrapper",
        "optimizer",
        "runner",
        "total_epochs",
        "total_iters",
        "train_dataloader",
        "auto_scale_lr",
        "default_hooks",
        "custom_hooks",
        "data",
    }
)
"""The keys of a config that can touch the rate."""
_BASE: Final = "_base_"
_DELETE: Final = "_delete_"
_DEEPEST: Final = 20
"""Files that inherit from each other, so that a circle ends; real configurations go a few files deep."""
_LARGEST: Final = 1_000_000
"""Bytes of a configuration that is inherited from: written by hand, it has some thousand."""
_TURNS: Final = 1000
"""Turns of a loop over a known list, as one over stages or layers; each is read as if it were written out."""


@dataclass(slots=True)
class Config:
    """The keys of a config with those it inherits, and which names ``--let`` bound in its files."""

    keys: dict[str, Any]
    bound: set[str] = field(default_factory=set)
    places: list[Evaluator] = field(default_factory=list)

    def not_known(self, value: Unknown | Path) -> NotationError:
        """The error for a value that only running a file could tell, at its place in that file."""
        for evaluator in self.places:
            if any(node is value.node for node in nodes_of(evaluator.source.tree)):
                return evaluator.not_known(value)
        return self.places[-1].not_known(value)


def config_of(evaluator: Evaluator) -> Config | None:
    """The config that a text is, None where it is something else."""
    source = evaluator.source
    tree = source.tree
    call = _runner(tree)
    assigned = set(_assigned(tree.body))
    inherits = _BASE in assigned or any(map(_is_read_base, tree.body))
    trained = assigned & {"train_cfg", "runner", "total_epochs"}
    whole = (
        inherits or "lr_config" in assigned or (trained and assigned & {"param_scheduler", "optim_wrapper"})
    )
    if not whole and call is None:
        return None
    found = Config({})
    try:
        if call is not None:
            found.keys = _called(source, call, evaluator, found)
        elif whole:
            found.keys = _File(source, evaluator, found, 0).read()
    finally:
        evaluator.bound |= found.bound
    if call is not None and not _describes_schedulers(found.keys.get("param_scheduler")):
        return None
    return found if KEYS - {"optimizer", "data"} & found.keys.keys() else None


def _describes_schedulers(value: Any) -> bool:
    """True where it is what a config says of schedulers; a script may hand over schedulers it has built."""
    members = value if isinstance(value, list | tuple) else [value]
    return all(isinstance(each, Mapping) for each in members)


def _assigned(statements: Sequence[ast.stmt]) -> Iterator[str]:
    for statement in statements:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _runner(tree: ast.Module) -> ast.Call | None:
    """``Runner(…, param_scheduler=…)`` in a script."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Runner":
            given = {keyword.arg for keyword in node.keywords}
            if {"param_scheduler", "train_cfg"} <= given:
                return node
    return None


def _called(source: Source, call: ast.Call, evaluator: Evaluator, into: Config) -> dict[str, Any]:
    """The keywords of a ``Runner(…)``, in the function where it stands."""
    file = _File(source, evaluator, into, 0)
    file.read()
    statements: Sequence[ast.stmt] = source.tree.body
    while True:
        inner = next((s for s in statements if any(node is call for node in ast.walk(s))), None)
        if isinstance(inner, ast.FunctionDef):
            file.statements(inner.body)
            statements = inner.body
        else:
            break
    return {k.arg: file.value(k.value) for k in call.keywords if k.arg in KEYS}


def _is_read_base(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.With) and any(
        "read_base" in ast.unparse(item.context_expr) for item in statement.items
    )


class _Plain(Expressions):
    """Evaluates a config's expressions; lists and dictionaries stay what they are."""

    base: Mapping[str, Any]

    def listed(self, members: list[Any], node: ast.AST) -> Any:  # noqa: ARG002
        return members

    def dictionary(self, found: dict[Any, Any], node: ast.AST) -> Any:  # noqa: ARG002
        return found

    def _set(self, node: ast.Set, scope: Scope) -> Any:
        """``{{_base_.name}}`` is a set in a set to Python."""
        if len(node.elts) == 1 and isinstance(node.elts[0], ast.Set) and len(node.elts[0].elts) == 1:
            return self.value(node.elts[0].elts[0], scope)
        return super()._set(node, scope)

    def _constant(self, node: ast.Constant, scope: Scope) -> Any:
        """``'{{_base_.name}}'`` stands for the value."""
        text = node.value.strip() if isinstance(node.value, str) else ""
        if text.startswith("{{") and text.endswith("}}") and text[2:-2].strip().startswith(_BASE + "."):
            found: Any = self.base
            for part in text[2:-2].strip().split(".")[1:]:
                found = found.get(part) if isinstance(found, Mapping) else None
            return Unknown(text, node) if found is None else found
        return super()._constant(node, scope)


class _File:
    """One file of a config."""

    def __init__(self, source: Source, outer: Evaluator, into: Config, depth: int) -> None:
        self._source = source
        self._outer = outer
        self._into = into
        self._depth = depth
        self._evaluator = Evaluator(source, outer.around, outer.rates, outer.bindings, outer.registry, _Plain)
        self._read_base_keys({})
        self._folder = File(source.name).parent
        self._scope = Scope()
        into.places.append(self._evaluator)

    def _read_base_keys(self, base: Mapping[str, Any]) -> None:
        expressions = self._evaluator.expressions
        assert isinstance(expressions, _Plain)  # noqa: S101 (made so above)
        expressions.base = base

    def read(self) -> dict[str, Any]:
        """The keys, merged into those it inherits."""
        base = self._inherited()
        self._read_base_keys(base)
        self._scope.names[_BASE] = base
        self.statements(self._source.tree.body)
        self._into.bound |= self._evaluator.bound
        own = {
            key: value
            for key, value in self._scope.names.items()
            if not key.startswith("_") and not isinstance(value, Path)
        }
        return self._merged(own, base)

    def value(self, node: ast.expr) -> Any:
        found = self._evaluator.value(node, self._scope)
        self._into.bound |= self._evaluator.bound
        return found

    def _inherited(self) -> dict[str, Any]:
        base: dict[str, Any] = {}
        for statement in self._source.tree.body:
            if isinstance(statement, ast.Assign) and _BASE in _assigned([statement]):
                names = self._evaluator.value(statement.value, self._scope)
                for name in names if isinstance(names, list | tuple) else [names]:
                    if not isinstance(name, str):
                        raise self._source.refuse("_base_ must be a file name, or a list of them", statement)
                    keys = self._file(name, statement)
                    twice = base.keys() & keys.keys()
                    if twice:
                        raise self._source.refuse(
                            f"two files of _base_ say {', '.join(sorted(twice))}; MMEngine refuses that",
                            statement,
                        )
                    base |= keys
        return base

    def _file(self, name: str, node: ast.AST) -> dict[str, Any]:
        """The keys of another file, named relative to this one."""
        if self._depth >= _DEEPEST:
            raise self._source.refuse(f"more than {_DEEPEST} files inherit from each other", node)
        if "::" in name:
            raise self._source.refuse(
                f"'{name}' is a config inside an installed package, which is not looked for; name a copy of "
                "the file",
                node,
            )
        path = self._folder / name
        if path.suffix not in {".py", ".json"}:
            raise self._source.refuse(f"{path}: only .py and .json are read as a base of a config", node)
        try:
            # A device has a size of 0 and no end.
            if path.exists() and not path.is_file():
                raise self._source.refuse(f"{path} is no file", node)
            if path.stat().st_size > _LARGEST:
                raise self._source.refuse(f"{path} is larger than {_LARGEST} bytes; no config is", node)
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            raise self._source.refuse(
                f"{path}, from which this config inherits, cannot be read ({reason}); what it says of the "
                "rate is not known: put it there",
                node,
            ) from None
        if path.suffix == ".json":
            try:
                found = json.loads(text)
            except ValueError as error:
                raise LrplotError(f"{path}: not JSON: {error}") from None
            if not isinstance(found, dict):
                raise LrplotError(f"{path}: holds no keys, as a config does")
            return found
        return _File(parse(text, str(path)), self._outer, self._into, self._depth + 1).read()

    def _merged(self, own: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
        """``own`` over ``base``: dictionaries key by key, everything else whole."""
        merged = dict(base)
        for key, value in own.items():
            if isinstance(value, Mapping) and key in base and not value.get(_DELETE):
                if not isinstance(base[key], Mapping):
                    raise LrplotError(
                        f"{self._source.name}: {key} is a dict here and none in the file it inherits from; "
                        f"MMEngine wants {_DELETE}=True there"
                    )
                merged[key] = self._merged(value, base[key])
            else:
                merged[key] = _without_delete(value)
        return merged

    def statements(self, statements: Sequence[ast.stmt]) -> None:
        """Bind what the statements bind; what is not followed is not known afterwards."""
        for statement in statements:
            try:
                self._statement(statement)
            except NotationError:
                if self._concerned(statement) or _is_read_base(statement):
                    raise
                self._forget([statement])

    def _statement(self, statement: ast.stmt) -> None:
        scope, evaluator = self._scope, self._evaluator
        if isinstance(statement, ast.Assign) and _BASE in _assigned([statement]):
            return
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            self._assign(statement)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            bind_import(statement, scope)
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            define(evaluator, statement, scope)
        elif _is_read_base(statement):
            self._read_base(statement.body)  # type: ignore[attr-defined]
        elif isinstance(statement, ast.For):
            self._loop(statement)
        elif isinstance(statement, ast.If):
            test = evaluator.value(statement.test, scope)
            if isinstance(test, bool | int | float | str | Nothing):
                held = test is not NOTHING and bool(test)
                self.statements(statement.body if held else statement.orelse)
            else:
                self._forget([statement])
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            self._method(statement.value)
        else:
            self._forget([statement])

    def _assign(self, statement: ast.Assign | ast.AnnAssign | ast.AugAssign) -> None:
        """An assignment; ``train_cfg.max_epochs = 5`` sets a key, as MMEngine's dictionaries have it."""
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if isinstance(target, ast.Attribute | ast.Subscript):
            owner = self._evaluator.value(target.value, self._scope)
            if isinstance(owner, dict) and isinstance(target, ast.Attribute):
                key = ast.copy_location(ast.Constant(target.attr), target)
                place = ast.copy_location(ast.Subscript(target.value, key, ast.Store()), target)
                if isinstance(statement, ast.Assign):
                    changed_one = ast.Assign([place], statement.value)
                    assign(self._evaluator, ast.copy_location(changed_one, statement), self._scope)
                    return
            elif not isinstance(owner, dict | list) or isinstance(statement, ast.AugAssign):
                self._check_harmless(statement)
        assign(self._evaluator, statement, self._scope)

    def _loop(self, statement: ast.For) -> None:
        """A loop over a list that is known is followed turn by turn."""
        over = self._evaluator.value(statement.iter, self._scope)
        stops = any(isinstance(node, ast.Break | ast.Continue) for node in ast.walk(statement))
        if not isinstance(over, list | tuple | range) or len(over) > _TURNS or stops:
            self._check_harmless(statement)
            self._forget([statement])
            return
        for each in over:
            bind(self._evaluator, statement.target, each, self._scope)
            self.statements(statement.body)

    def _check_harmless(self, statement: ast.stmt) -> None:
        """Refuse a statement that is not followed and speaks of what can touch the rate."""
        if self._concerned(statement):
            message = "what this does to the config is not read; write the value out"
            raise self._source.refuse(message, statement)

    def _concerned(self, statement: ast.stmt) -> bool:
        """True where a statement speaks of a key that can touch the rate."""
        names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        parts = {node.attr for node in ast.walk(statement) if isinstance(node, ast.Attribute)}
        return bool((names | parts) & KEYS)

    def _read_base(self, statements: Sequence[ast.stmt]) -> None:
        """``from .schedule import *`` binds what that file binds."""
        for statement in statements:
            if not isinstance(statement, ast.ImportFrom):
                continue
            if not statement.level:
                raise self._source.refuse(
                    "a config inside an installed package is not looked for; name a copy of the file by a "
                    "relative import",
                    statement,
                )
            up = "../" * (statement.level - 1)
            keys = self._file(up + (statement.module or "").replace(".", "/") + ".py", statement)
            for alias in statement.names:
                chosen = keys if alias.name == "*" else {alias.asname or alias.name: keys.get(alias.name)}
                self._scope.names |= {key: value for key, value in chosen.items() if value is not None}

    def _method(self, call: ast.Call) -> None:
        """``optim_wrapper.update(…)``, ``.merge(…)`` and a list's ``append``."""
        if not isinstance(call.func, ast.Attribute):
            return
        owner = self._evaluator.value(call.func.value, self._scope)
        name = call.func.attr
        given = [self._evaluator.value(each, self._scope) for each in call.args]
        named = {k.arg: self._evaluator.value(k.value, self._scope) for k in call.keywords if k.arg}
        if isinstance(owner, dict) and name in {"update", "merge"}:
            more: dict[str, Any] = dict(named)
            for each in given:
                more = {**each, **more} if isinstance(each, dict) else more
            owner |= self._merged(more, owner) if name == "merge" else more
        elif isinstance(owner, list) and name in {"append", "extend"} and len(given) == 1:
            added = given if name == "append" else given[0]
            owner.extend(added if isinstance(added, list | tuple) else [Unknown(ast.unparse(call), call)])
        elif isinstance(owner, dict | list):
            self._forget([ast.Expr(call)])

    def _forget(self, statements: Sequence[ast.stmt]) -> None:
        for target, _ in changed(statements):
            bind(self._evaluator, target, Unknown(ast.unparse(target), target), self._scope)


def _without_delete(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_delete(each) for key, each in value.items() if key != _DELETE}
    return value
