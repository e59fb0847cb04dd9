"""The options of a script: what ``argparse`` makes of ``args`` where nothing is given."""

import ast
from collections.abc import Mapping
from typing import Any, Final

from lrplot.python.evaluator import Evaluator
from lrplot.python.syntax import count_of, is_optimizer_mapping, last_part
from lrplot.python.values import Path, Scope, Unknown

_SWITCHES: Final[Mapping[Any, bool]] = {"store_true": False, "store_false": True}
_DEFAULTS_ELSEWHERE: Final = frozenset({"set_defaults", "add_mutually_exclusive_group"})
"""Calls of ``argparse`` that give an option a value, or have one be given, beside ``add_argument``."""


class Options:
    """Reads the options, and the numbers that say how long training is."""

    def __init__(self, evaluator: Evaluator, scope: Scope) -> None:
        self._evaluator = evaluator
        self._scope = scope
        self.epochs: int | None = None
        self.turns: int | None = None
        self._may_be_given_elsewhere = False

    def read(self, tree: ast.Module) -> None:
        """``parser.add_argument("--lr", default=0.1)`` says what ``args.lr`` is, wherever it stands."""
        calls = {last_part(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        self._may_be_given_elsewhere = not calls.isdisjoint(_DEFAULTS_ELSEWHERE)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and last_part(node.func) == "add_argument":
                self._option(node)
            elif isinstance(node, ast.Call) and is_optimizer_mapping(
                node, self._evaluator.registry.optimizers
            ):
                # A config may say its optimizer after its schedulers.
                self._evaluator.value(node, self._scope)
            elif isinstance(node, ast.keyword) and node.arg == "max_epochs":
                self.epochs = self.epochs or count_of(self._evaluator.value(node.value, self._scope))
            elif isinstance(node, ast.keyword) and node.arg == "max_iters":
                self.turns = self.turns or count_of(self._evaluator.value(node.value, self._scope))

    def _option(self, node: ast.Call) -> None:
        names_ = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        long = next((name for name in names_ if name.startswith("--")), names_[0] if names_ else "")
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        destination = given.get("dest")
        name = long.lstrip("-").replace("-", "_")
        if isinstance(destination, ast.Constant):
            name = str(destination.value)
        action = given.get("action")
        if isinstance(action, ast.Constant) and action.value in _SWITCHES and "default" not in given:
            self._evaluator.options[name] = _SWITCHES[action.value]
        if "default" not in given:
            if long.startswith("-") and not self._may_be_given_elsewhere and "required" not in given:
                self._evaluator.left_out.add(name)
            return
        value = self._evaluator.value(given["default"], self._scope)
        kind = given.get("type")
        if isinstance(value, str) and isinstance(kind, ast.Name) and kind.id in {"float", "int"}:
            try:
                value = float(value) if kind.id == "float" else int(value)
            except ValueError:
                return
        if not isinstance(value, Unknown | Path):
            self._evaluator.options[name] = value
