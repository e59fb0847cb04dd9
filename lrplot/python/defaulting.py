"""Dictionaries that make what they are asked for: ``defaultdict``, and ``Counter``."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.objects import NOT_OURS
from lrplot.python.parameters import Path
from lrplot.python.values import NOTHING, Function, Instance, Nothing, UserClass

if TYPE_CHECKING:
    import ast

    from lrplot.python.state import State

_KEYS = (str, int, float)


class Defaulting(dict[Any, Any]):
    """A ``defaultdict`` of the text: ``factory`` makes the value of a key that it is asked for first."""

    factory: Any = NOTHING


class Counting(dict[Any, Any]):
    """A ``Counter`` of the text: what it has not counted is 0, and stays out of it."""


_EMPTY: Final[Mapping[str, type]] = {
    "int": int,
    "float": float,
    "str": str,
    "list": list,
    "set": list,
    "dict": dict,
}
"""What Python's own types make; a set is read as a list."""


def of_call(path: str, values: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """``defaultdict(…)`` and ``Counter(…)``; ``NOT_OURS`` for another call, or one that is not read."""
    if path == "collections.defaultdict" and len(values) <= 2 and "**" not in named:
        first = values[0] if values else NOTHING
        held = values[1] if len(values) > 1 else {}
        if not isinstance(held, dict) or not isinstance(first, Function | UserClass | Path | Nothing):
            return NOT_OURS
        if isinstance(first, Path) and first.name not in _EMPTY:
            return NOT_OURS
        made = Defaulting({**held, **named})
        made.factory = first
        return made
    if path == "collections.Counter" and len(values) <= 1 and not named:
        counted = values[0] if values else ()
        if isinstance(counted, dict):
            return Counting(counted)
        fits = isinstance(counted, list | tuple | range) and all(isinstance(each, _KEYS) for each in counted)
        return Counting(Counter(counted)) if fits else NOT_OURS
    return NOT_OURS


def asked(evaluator: "State", held: dict[Any, Any], key: Any, node: "ast.AST") -> Any:
    """What ``held[key]`` gives where the key is not in it; ``NOT_OURS`` where it raises."""
    from lrplot.python.containers import put

    if not isinstance(key, _KEYS):
        return NOT_OURS
    if isinstance(held, Counting):
        return 0
    if not isinstance(held, Defaulting) or held.factory is NOTHING:
        return NOT_OURS
    factory = held.factory
    if isinstance(factory, Path):
        made = _EMPTY[factory.name]()
    else:
        made = evaluator.apply(factory, (), {}, node)
        if isinstance(factory, UserClass) and not isinstance(made, Instance):
            return NOT_OURS
    put(evaluator, held, key, made, node)
    return made
