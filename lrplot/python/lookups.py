"""Lookups by the step in lists and dictionaries, written as expressions of the step."""

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from lrplot.python import symbolic
from lrplot.python.builtins_ import COMPARISONS
from lrplot.python.parameters import Refusal
from lrplot.python.symbolic import Symbol
from lrplot.python.tables import Table, array_of

_MOST: Final = 500
"""Most members that are written out."""
_PLACES: Final[Mapping[str, tuple[str, bool]]] = {
    "bisect": ("list first", True),
    "bisect_right": ("list first", True),
    "bisect_left": ("list first", False),
    "searchsorted": ("list first", False),
    "digitize": ("step first", True),
}
"""Functions that say where a number belongs in a sorted list: the order of their arguments, and whether an
equal member stands before it."""
_COUNTING: Final = frozenset({"sum", "count_nonzero"})


def contained(value: Any, members: Sequence[Any] | range) -> Any:
    """``value in members``, None where it cannot be written out.

    >>> contained(symbolic.STEP, [3, 5]).text
    't == 3 or t == 5'
    """
    if isinstance(members, range) and members.step == 1:
        return symbolic.compare([ast.LtE(), ast.Lt()], [members.start, value, members.stop])
    if len(members) > _MOST or not all(isinstance(each, int | float) for each in members):
        return None
    if not members:
        return False
    return any_of([symbolic.compare([ast.Eq()], [value, each]) for each in members])


def any_of(values: Sequence[Any]) -> Any:
    """``any(values)`` of what depends on the step."""
    return values[0] if len(values) == 1 else symbolic.either(ast.Or(), values)


def all_of(values: Sequence[Any]) -> Any:
    """``all(values)`` of what depends on the step."""
    return values[0] if len(values) == 1 else symbolic.either(ast.And(), values)


def total(values: Sequence[Any]) -> Any:
    """``sum(values)`` of what depends on the step."""
    if len(values) > _MOST:
        raise Refusal(f"a sum of more than {_MOST} expressions of the step")
    found: Any = 0
    for value in values:
        whole = symbolic.choose(value, 1, 0) if isinstance(value, Symbol) and _is_test(value) else value
        first = isinstance(found, int) and found == 0
        depends = isinstance(found, Symbol) or isinstance(whole, Symbol)
        found = whole if first else symbolic.combine(ast.Add(), found, whole) if depends else found + whole
    return found


def get(table: Mapping[Any, Any], step: Symbol, default: Any) -> Any:
    """``table.get(step, default)``, None where it cannot be written out."""
    kept = {key: value for key, value in table.items() if isinstance(key, int | float)}
    numbers = all(isinstance(each, int | float | Symbol) for each in (*kept.values(), default))
    if not numbers or len(kept) > _MOST:
        return None
    found = default
    for key, value in kept.items():
        found = symbolic.choose(symbolic.compare([ast.Eq()], [step, key]), value, found)
    return found


def compared(operator: ast.cmpop, left: Any, right: Any) -> Any:
    """A table compared with a number or the step, member by member; None where neither is a table."""
    members = [left, right]
    table = next((side for side in members if isinstance(side, Table)), None)
    if (
        type(operator) not in COMPARISONS
        or isinstance(operator, ast.In | ast.NotIn)
        or table is None
        or table.values.ndim > 1
    ):
        return None
    if len(table.values) > _MOST:
        return None
    found: list[Any] = []
    for number in table.values.tolist():
        a, b = (number if side is table else side for side in members)
        if isinstance(a, Symbol) or isinstance(b, Symbol):
            found.append(symbolic.compare([operator], [a, b]))
        elif isinstance(a, int | float) and isinstance(b, int | float):
            found.append(COMPARISONS[type(operator)](a, b))
        else:
            return None
    return found


def placed(name: str, values: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """``bisect``, ``searchsorted``, ``digitize`` of the step; None where the call is another.

    >>> placed("bisect_right", [[30, 60], symbolic.STEP], {}).text
    '(1 if t >= 30 else 0) + (1 if t >= 60 else 0)'
    """
    if name not in _PLACES or len(values) != 2:
        return None
    order, right = _PLACES[name]
    members, step = values if order == "list first" else values[::-1]
    numbers = array_of(members)
    if numbers is None or not isinstance(step, Symbol | int | float) or len(numbers) > _MOST:
        return None
    side = named.get("side", "right" if right else "left")
    switch = named.get("right", False)
    if named.keys() - {"side", "right"} or side not in {"left", "right"} or not isinstance(switch, bool):
        return None
    equal = (side == "right") != switch
    listed = numbers.tolist()
    if sorted(listed) != listed:
        raise Refusal(f"{name} wants a sorted list")
    if not isinstance(step, Symbol):
        return sum(step >= each if equal else step > each for each in listed)
    operator = ast.GtE() if equal else ast.Gt()
    return total([symbolic.compare([operator], [step, _short(each)]) for each in listed])


def of_list(name: str, values: Sequence[Any]) -> Any:
    """``sum``, ``any``, ``all`` of numbers and of what depends on the step; else None."""
    if len(values) != 1 or not isinstance(values[0], list | tuple) or not values[0]:
        return None
    members = list(values[0])
    if not all(isinstance(each, Symbol | int | float) for each in members):
        return None
    if not any(isinstance(each, Symbol) for each in members):
        plain = _OF_NUMBERS.get(name)
        return None if plain is None else plain(members)
    function = _OF_LIST.get("sum" if name in _COUNTING else name)
    return None if function is None else function(members)


_OF_LIST: Final[Mapping[str, Callable[[Sequence[Any]], Any]]] = {"sum": total, "any": any_of, "all": all_of}


_OF_NUMBERS: Final[Mapping[str, Callable[[Sequence[Any]], Any]]] = {
    "sum": sum,
    "any": any,
    "all": all,
    "count_nonzero": lambda members: int(np.count_nonzero(members)),
}


def _short(number: float) -> float:
    return int(number) if number.is_integer() else number


def _is_test(value: Symbol) -> bool:
    return isinstance(value.node, ast.Compare | ast.BoolOp) or (
        isinstance(value.node, ast.UnaryOp) and isinstance(value.node.op, ast.Not)
    )


_LOOKING: Final = frozenset({"", "bisect", "np", "numpy", "torch", "jnp"})
"""Where functions come from that look the step up in a list; Python's own have no root."""


def of_call(path: str, values: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """The member of a list of numbers that a function finds for the step, None for another function."""
    root, dot, _ = path.partition(".")
    if (root if dot else "") not in _LOOKING:
        return None
    last = path.rpartition(".")[2]
    found = placed(last, values, named)
    return of_list(last, values) if found is None and not named else found
