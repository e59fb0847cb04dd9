"""``lru_cache`` and ``cache``: a function that is not called again with what it was called with before."""

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.keys import is_key
from lrplot.python.lanes import NotAlike
from lrplot.python.meanings import Meanings, unchanged
from lrplot.python.mutation import root_of
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import last_part, short
from lrplot.python.values import Function, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State

_CACHING: Final = frozenset({"lru_cache", "cache"})
_DISPATCHING: Final = frozenset({"singledispatch", "singledispatchmethod"})
NOT_KEPT: Final = object()
"""The answer where nothing is kept of a call."""


class Caching:
    """Keeps what the functions of one text gave that are made to keep it."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator
        self._kept: dict[int, dict[Any, Any]] = {}
        """What was given, by the definition's identity and the arguments."""
        self._meant: dict[int, dict[str, Any]] = {}
        """What the names in a function meant when it was called first, by the definition's identity."""

    def is_kept(self, function: Function) -> bool:
        """True where a decorator keeps what a function gives."""
        return _has_decorator(function, _CACHING)

    def asked(self, function: Function, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
        """What an earlier call with the same arguments gave; ``NOT_KEPT`` where there was none.

        Where the turns of a loop are read together, or a function of the step is, the function is read
        again, which gives the same as long as the names in it mean what they did.
        """
        evaluator = self._evaluator
        meant = Meanings(evaluator).of(function)
        before = self._meant.setdefault(id(function.node), meant)
        if evaluator.lanes is None and not evaluator.formulas_deep:
            kept = self._kept.setdefault(id(function.node), {})
            key = _key(function, given, named)
            if key is not None:
                return kept.get(key, NOT_KEPT)
        if evaluator.lanes is not None and _reads_a_turn(function):
            raise NotAlike
        if not unchanged(before, meant):
            if evaluator.lanes is not None:
                raise NotAlike
            return Unknown(short(node) if isinstance(node, ast.expr) else function.name, node, changed=True)
        return NOT_KEPT

    def keep(self, function: Function, given: Sequence[Any], named: Mapping[str, Any], found: Any) -> None:
        """Keep what a call gave."""
        key = _key(function, given, named)
        if key is not None and self._evaluator.lanes is None and not self._evaluator.formulas_deep:
            self._evaluator.write(self._kept.setdefault(id(function.node), {}), key, found)


def _reads_a_turn(function: Function) -> bool:
    """True where a function reads what a turn may change: a name outside it, an attribute of an argument."""
    arguments = function.node.args
    own = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    for node in ast.walk(function.node):
        if isinstance(node, ast.Attribute) and root_of(node) in own:
            return True
        named = isinstance(node, ast.Name) and node.id not in own
        if named and isinstance(function.scope.find(node.id), Symbol | Unknown):  # type: ignore[attr-defined]
            return True
    return False


def is_dispatched(function: Function) -> bool:
    """True where the first argument's class decides which function is called instead: ``singledispatch``."""
    return _has_decorator(function, _DISPATCHING)


def _has_decorator(function: Function, names: frozenset[str]) -> bool:
    node = function.node
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return any(last_part(each.func if isinstance(each, ast.Call) else each) in names for each in decorators)


def _key(function: Function, given: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """What a call is found again by, None where an argument is not known."""
    if not all(is_key(each) for each in (*given, *named.values())):
        return None
    return (
        tuple(id(each) for each in function.first),
        tuple(given),
        tuple(sorted(named.items(), key=lambda pair: pair[0])),
    )
