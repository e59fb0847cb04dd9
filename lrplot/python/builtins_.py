"""Python's own arithmetic, comparisons and builtins on plain values, within bounds."""

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from lrplot.python import mathematics
from lrplot.python.parameters import Refusal
from lrplot.python.tables import MOST_LISTED
from lrplot.python.values import Nothing

LONGEST: Final = 10_000
"""Most members of a list."""


def is_true(value: Any) -> bool:
    """True where Python takes the value for true."""
    return not isinstance(value, Nothing) and bool(value)


def written(value: Any) -> str | None:
    """What ``str`` makes of a plain value; None for others, and for members of enumerations.

    >>> written(3), written("end"), written(0.1)
    ('3', 'end', '0.1')
    """
    return str(value) if type(value) in {int, float, str, bool} else None


def arithmetic(operator: ast.operator, left: Any, right: Any) -> Any:
    """``left operator right`` of two numbers.

    Raises
    ------
    Refusal
        When it cannot be computed within float64.
    """
    try:
        if isinstance(operator, ast.Pow):
            return mathematics.power(left, right)
        value = (BITWISE if type(operator) in BITWISE else _ARITHMETIC)[type(operator)](left, right)
    except ZeroDivisionError:
        raise Refusal("division by zero") from None
    except OverflowError:
        raise Refusal("number too large for float64") from None
    except ValueError:
        raise Refusal("a shift by a number below 0") from None
    if isinstance(value, int) and abs(value) >= mathematics.BEYOND:
        raise Refusal("number too large for float64")
    return value


_ARITHMETIC: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
}
BITWISE: Final[Mapping[type[ast.operator], Callable[[int, int], int]]] = {
    ast.BitOr: lambda a, b: a | b,
    ast.BitAnd: lambda a, b: a & b,
    ast.BitXor: lambda a, b: a ^ b,
    ast.LShift: lambda a, b: a << b if b < _BITS else 1 << _BITS,
    ast.RShift: lambda a, b: a >> b,
}
"""Operators of whole numbers, and of what is true or false."""
_BITS: Final = 1100
"""Places by which a number is shifted beyond what float64 holds."""
COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
OF_TEXT: Final = frozenset(
    {"lower", "upper", "strip", "startswith", "endswith", "split", "rsplit", "replace", "lstrip", "rstrip",
     "removeprefix", "removesuffix", "partition", "rpartition"}
)  # fmt: skip
_OF_LISTS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "len": len,
    "sum": sum,
    "list": list,
    "tuple": tuple,
    "sorted": sorted,
    "bool": bool,
    "reversed": lambda members: list(members[::-1]),
}
_SIDE_BY_SIDE: Final[Mapping[str, Callable[..., list[tuple[Any, ...]]]]] = {
    "enumerate": lambda members, start=0: list(enumerate(members, start)),
    "zip": lambda *lists: list(zip(*lists, strict=False)),
}
BUILTINS: Final = frozenset({"range", *_OF_LISTS, *_SIDE_BY_SIDE})


def builtin(name: str, values: Sequence[Any]) -> Any:
    """A builtin of lists and ranges; None where it cannot be told.

    >>> builtin("sum", [[1, 2]]), builtin("enumerate", [["a", "b"]])
    (3, [(0, 'a'), (1, 'b')])
    """
    try:
        if name == "range":
            return range(*values)
        if name in _SIDE_BY_SIDE:
            lists = values[:1] if name == "enumerate" else values
            short = all(isinstance(each, list | tuple | range) and len(each) <= LONGEST for each in lists)
            return _SIDE_BY_SIDE[name](*values) if lists and short else None
        if len(values) == 1 and isinstance(values[0], dict):
            values = [list(values[0])]
        if len(values) == 1 and isinstance(values[0], list | tuple | range) and len(values[0]) <= MOST_LISTED:
            return _OF_LISTS[name](values[0])
    except (TypeError, ValueError):
        pass
    except OverflowError:
        raise Refusal("a range too large to count") from None
    return None
