"""``match`` on a value that is known: the case that Python takes, and what it binds."""

import ast
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.builtins_ import is_true
from lrplot.python.parameters import Path
from lrplot.python.symbolic import Symbol
from lrplot.python.values import NOTHING, Instance, Nothing, Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State

_KINDS: Final[dict[str, type]] = {"int": int, "float": float, "str": str, "bool": bool, "list": list,
                                  "tuple": tuple, "dict": dict}  # fmt: skip
OPEN: Final = object()
"""The answer where it is not known which case is taken."""


def case_of(evaluator: "State", statement: ast.Match, scope: Scope) -> Any:
    """The case that is taken, what it binds bound; None where none is, OPEN where that is not known."""
    value = evaluator.value(statement.subject, scope)
    for case in statement.cases:
        bound: dict[str, Any] = {}
        fits = _fits(evaluator, case.pattern, value, scope, bound)
        if fits and case.guard is not None:
            guard = evaluator.value(case.guard, Scope(bound, scope))
            fits = None if isinstance(guard, Unknown | Path | Symbol) else is_true(guard)
        if fits is None:
            return OPEN
        if fits:
            for name, each in bound.items():
                evaluator.write(scope.home(name).names, name, each)
            return case
    return None


def _fits(
    evaluator: "State", pattern: ast.pattern, value: Any, scope: Scope, bound: dict[str, Any]
) -> bool | None:
    """Whether a value fits a pattern, None where that is not known; what the pattern binds."""
    if isinstance(pattern, ast.MatchAs):
        fits = True if pattern.pattern is None else _fits(evaluator, pattern.pattern, value, scope, bound)
        if pattern.name is not None:
            bound[pattern.name] = value
        return fits
    if isinstance(value, Unknown | Path | Symbol):
        return None
    if isinstance(pattern, ast.MatchOr):
        for each in pattern.patterns:
            fits = _fits(evaluator, each, value, scope, bound)
            if fits is None or fits:
                return fits
        return False
    if isinstance(pattern, ast.MatchValue):
        return _same(value, evaluator.value(pattern.value, scope))
    if isinstance(pattern, ast.MatchSingleton):
        wanted = NOTHING if pattern.value is None else pattern.value
        return value is wanted or (isinstance(value, Nothing) and isinstance(wanted, Nothing))
    if isinstance(pattern, ast.MatchSequence):
        return _sequence(evaluator, pattern, value, scope, bound)
    if isinstance(pattern, ast.MatchClass) and isinstance(pattern.cls, ast.Name):
        kind = _KINDS.get(pattern.cls.id) if scope.find(pattern.cls.id) is None else None
        plain = not pattern.patterns and not pattern.kwd_attrs
        return None if kind is None or not plain or isinstance(value, Instance) else isinstance(value, kind)
    return None


def _same(value: Any, other: Any) -> bool | None:
    if isinstance(other, Unknown | Path | Symbol):
        return None
    plain = int | float | str | Nothing
    return value == other if isinstance(value, plain) and isinstance(other, plain) else None


def _sequence(
    evaluator: "State", pattern: ast.MatchSequence, value: Any, scope: Scope, bound: dict[str, Any]
) -> bool | None:
    """Whether a list or a tuple fits ``[first, *rest]``."""
    if not isinstance(value, list | tuple):
        return False if isinstance(value, int | float | str | dict | Nothing) else None
    star = next((i for i, each in enumerate(pattern.patterns) if isinstance(each, ast.MatchStar)), None)
    wanted = len(pattern.patterns) - (star is not None)
    if len(value) < wanted or (star is None and len(value) != wanted):
        return False
    end = len(value) if star is None else len(value) - (wanted - star)
    members = list(value) if star is None else [*value[:star], list(value[star:end]), *value[end:]]
    for each, member in zip(pattern.patterns, members, strict=True):
        if isinstance(each, ast.MatchStar):
            if each.name is not None:
                bound[each.name] = member
            continue
        fits = _fits(evaluator, each, member, scope, bound)
        if not fits:
            return fits
    return True
