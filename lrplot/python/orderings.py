"""Functions of Python and its ``itertools`` over lists that are known: chosen, sorted, strung together."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.builtins_ import LONGEST, is_true
from lrplot.python.containers import is_known
from lrplot.python.objects import NOT_OURS
from lrplot.python.values import NOTHING, Function

if TYPE_CHECKING:
    import ast

    from lrplot.python.state import State


def _first(members: Sequence[Any], *ends: Any) -> list[Any]:
    return list(itertools.islice(members, *(None if end is NOTHING else end for end in ends)))


_STRUNG: Final[Mapping[str, Callable[..., Any]]] = {
    "itertools.chain": lambda *lists: list(itertools.chain(*lists)),
    "itertools.chain.from_iterable": lambda lists: list(itertools.chain.from_iterable(lists)),
    "itertools.pairwise": lambda members: list(itertools.pairwise(members)),
    "itertools.islice": _first,
    "itertools.repeat": lambda value, times: [value] * times,
}
"""Functions that take members as they are."""
_COMPUTED: Final[Mapping[str, Callable[..., Any]]] = {
    "itertools.accumulate": lambda members: list(itertools.accumulate(members)),
}
"""Functions that compute with numbers."""
STRINGING: Final = frozenset({*_STRUNG, *_COMPUTED})
_CHOSEN: Final[Mapping[str, Callable[..., Any]]] = {"min": min, "max": max}


def of_call(
    evaluator: "State", path: str, values: Sequence[Any], named: Mapping[str, Any], node: "ast.Call"
) -> Any:
    """A call of one of them; ``NOT_OURS`` for another, or where what it goes over is not known."""
    values = [list(each) if isinstance(each, dict) else each for each in values]
    if path in _CHOSEN or path == "sorted":
        return _ordered(evaluator, path, values, named, node)
    if path == "filter" and len(values) == 2 and not named:
        return _filtered(evaluator, values[0], values[1], node)
    function = _STRUNG.get(path) or _COMPUTED.get(path)
    if function is None or named or not values:
        return NOT_OURS
    if path in _COMPUTED and not all(_are_numbers(each) for each in values):
        return NOT_OURS
    if path == "itertools.repeat":
        fits = len(values) == 2 and isinstance(values[1], int) and values[1] <= LONGEST
    else:
        lists = values[:1] if path == "itertools.islice" else values
        fits = all(isinstance(each, list | tuple | range) and len(each) <= LONGEST for each in lists)
    try:
        return function(*values) if fits else NOT_OURS
    except (TypeError, ValueError):
        return NOT_OURS


def _ordered(
    evaluator: "State", path: str, values: Sequence[Any], named: Mapping[str, Any], node: "ast.Call"
) -> Any:
    """``min``, ``max`` and ``sorted`` of one list, by its numbers or by those that a key gives."""
    over = values[0] if len(values) == 1 else None
    if not isinstance(over, list | tuple | range) or named.keys() - {"key", "reverse", "default"}:
        return NOT_OURS
    falling, key = named.get("reverse", False), named.get("key", NOTHING)
    if len(over) > LONGEST or not isinstance(falling, bool) or not is_known(list(over)):
        return NOT_OURS
    if not over:
        return [] if path == "sorted" else named.get("default", NOT_OURS)
    keys = list(over)
    if isinstance(key, Function):
        keys = [evaluator.apply(key, (each,), {}, node) for each in over]
    elif key is not NOTHING:
        return NOT_OURS
    if not _are_numbers(keys) and not all(isinstance(each, str) for each in keys):
        return NOT_OURS
    places = range(len(over))
    if path == "sorted":
        return [over[i] for i in sorted(places, key=keys.__getitem__, reverse=falling)]
    return over[_CHOSEN[path](places, key=keys.__getitem__)]


def _filtered(evaluator: "State", function: Any, over: Any, node: "ast.Call") -> Any:
    """``filter(function, list)``, member by member."""
    if not isinstance(over, list | tuple | range) or len(over) > LONGEST or not is_known(list(over)):
        return NOT_OURS
    if not isinstance(function, Function) and function is not NOTHING:
        return NOT_OURS
    tests = [each if function is NOTHING else evaluator.apply(function, (each,), {}, node) for each in over]
    return (
        [each for each, test in zip(over, tests, strict=True) if is_true(test)]
        if is_known(tests)
        else NOT_OURS
    )


def _are_numbers(value: Any) -> bool:
    return isinstance(value, list | tuple | range) and all(isinstance(each, int | float) for each in value)
