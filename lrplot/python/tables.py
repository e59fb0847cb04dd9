"""Lists of numbers as NumPy has them: made by ``linspace`` and the like, computed with, asked at a step."""

import ast
import math
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lrplot.expression import BINARY
from lrplot.python.parameters import Refusal

Array = NDArray[np.float64]

LONGEST: Final = 20_000_000
"""Most numbers in a table: 160 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A one-dimensional array of numbers."""

    values: Array

    def at(self, index: Any) -> Any:
        """``table[index]`` of a whole number or a slice."""
        try:
            found = self.values[index]
        except IndexError:
            raise Refusal(f"index {index} of {len(self.values)} numbers") from None
        return Table(found) if isinstance(found, np.ndarray) else _plain(found)


def _plain(value: Any) -> float:
    return float(value)


def array_of(value: Any) -> Array | None:
    """Numbers in a row as an array, None for anything else."""
    if isinstance(value, Table):
        return value.values
    if isinstance(value, list | tuple | range) and all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in value
    ):
        return np.array(value, dtype=np.float64)
    return None


def combine(operator: ast.operator, left: Any, right: Any) -> Table:
    """``left operator right``, number by number."""
    sides = [side.values if isinstance(side, Table) else side for side in (left, right)]
    if not all(isinstance(side, np.ndarray | int | float) for side in sides):
        raise Refusal("only arithmetic with numbers is read in a table")
    try:
        with np.errstate(all="ignore"):
            return Table(np.asarray(BINARY[type(operator)](*sides), dtype=np.float64))
    except ValueError:
        raise Refusal("tables of unequal length cannot be computed with") from None


_ELEMENTWISE: Final[Mapping[str, Callable[[Array], Array]]] = {
    "cos": np.cos,
    "sin": np.sin,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "floor": np.floor,
    "ceil": np.ceil,
    "tanh": np.tanh,
    "square": np.square,
}
_MAKERS: Final = frozenset(
    {"linspace", "arange", "concatenate", "concat", "cat", "hstack", "interp", "ones", "zeros", "full",
     "array", "asarray", "tensor", "logspace", "geomspace", "append", "ones_like", "zeros_like", "clip",
     "tile", "repeat", "from_numpy", "flip", "as_tensor"}
)  # fmt: skip


_FILLED: Final = frozenset({"ones", "zeros", "full"})
"""Functions that fill a table of a shape with one number."""


def makes(name: str, values: Sequence[Any], data: Container[str]) -> bool:
    """True where a function makes or changes a table of these arguments; those of ``data`` make data."""
    if name in data and not any(isinstance(value, Table) for value in values):
        return False
    if any(isinstance(value, Table) for value in values):
        return name in _ELEMENTWISE or name in _MAKERS or name in {"float32", "float64"}
    if name in _FILLED and values and isinstance(values[0], list | tuple) and len(values[0]) != 1:
        # Of more than one dimension: data, no rates.
        return False
    if name in {"array", "asarray", "tensor", "as_tensor"}:
        return bool(values) and isinstance(values[0], list | tuple | range)
    if name in {"arange", "clip", "append", "interp"}:
        return (name in {"arange"} and len(values) != 2) or (name == "arange" and values[0] not in (0, 1))
    return name in _MAKERS


def made(name: str, values: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """The table that a function of arrays makes.

    Raises
    ------
    Refusal
        When it cannot be computed.
    """
    if name in _ELEMENTWISE:
        with np.errstate(all="ignore"):
            return Table(_ELEMENTWISE[name](_array(values[0])))
    try:
        return _MADE[name](list(values), dict(named))
    except (KeyError, IndexError, TypeError, ValueError, OverflowError, MemoryError) as error:
        if isinstance(error, Refusal):
            raise
        raise Refusal(f"{name} is not read as it is called here") from None


def _array(value: Any) -> Array:
    found = array_of(value)
    if found is None:
        raise Refusal("a table of something else than numbers")
    return found


def _number(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Refusal("only numbers make a table")
    return float(value)


def _length(value: Any) -> int:
    if not isinstance(value, int) or value < 0:
        raise Refusal(
            f"a table has a whole number of members, got {value!r}"
            if isinstance(value, int | float)
            else "a table has a whole number of members"
        )
    if value > LONGEST:
        raise Refusal(f"a table of {value} numbers; at most {LONGEST} are read")
    return value


def _linspace(values: list[Any], named: dict[str, Any]) -> Table:
    start, stop = _number(values[0]), _number(values[1])
    count = _length(values[2] if len(values) > 2 else named.get("num", named.get("steps", 50)))
    return Table(np.linspace(start, stop, count, endpoint=named.get("endpoint", True) is not False))


def _arange(values: list[Any], _named: dict[str, Any]) -> Table:
    numbers = [_number(value) for value in values]
    start, stop, step = (0.0, numbers[0], 1.0) if len(numbers) == 1 else (*numbers, 1.0)[:3]
    _length(max(0, math.ceil((stop - start) / step)))
    return Table(np.arange(start, stop, step, dtype=np.float64))


def _joined(values: list[Any], _named: dict[str, Any]) -> Table:
    parts = values[0] if isinstance(values[0], list | tuple) else values
    return Table(np.concatenate([_array(part) for part in parts]))


def _full(values: list[Any], named: dict[str, Any]) -> Table:
    size = values[0][0] if isinstance(values[0], list | tuple) and len(values[0]) == 1 else values[0]
    value = values[1] if len(values) > 1 else named["fill_value"]
    return Table(np.full(_length(size), _number(value)))


_MADE: Final[Mapping[str, Callable[[list[Any], dict[str, Any]], Any]]] = {
    "linspace": _linspace,
    "arange": _arange,
    "concatenate": _joined,
    "concat": _joined,
    "cat": _joined,
    "hstack": _joined,
    "append": lambda values, _: Table(
        np.append(
            _array(values[0]), _array(values[1]) if array_of(values[1]) is not None else _number(values[1])
        )
    ),
    "ones": lambda values, _: _full([values[0], 1], {}),
    "zeros": lambda values, _: _full([values[0], 0], {}),
    "full": _full,
    "array": lambda values, _: Table(_array(values[0])),
    "asarray": lambda values, _: Table(_array(values[0])),
    "tensor": lambda values, _: Table(_array(values[0])),
    "as_tensor": lambda values, _: Table(_array(values[0])),
    "from_numpy": lambda values, _: Table(_array(values[0])),
    "float32": lambda values, _: Table(_array(values[0])),
    "float64": lambda values, _: Table(_array(values[0])),
    "ones_like": lambda values, _: Table(np.ones_like(_array(values[0]))),
    "zeros_like": lambda values, _: Table(np.zeros_like(_array(values[0]))),
    "logspace": lambda values, named: Table(
        np.logspace(
            _number(values[0]),
            _number(values[1]),
            _length(values[2] if len(values) > 2 else named.get("num", 50)),
        )
    ),
    "geomspace": lambda values, named: Table(
        np.geomspace(
            _number(values[0]),
            _number(values[1]),
            _length(values[2] if len(values) > 2 else named.get("num", 50)),
        )
    ),
    "interp": lambda values, _: Table(np.interp(_array(values[0]), _array(values[1]), _array(values[2]))),
    "clip": lambda values, _: Table(np.clip(_array(values[0]), _number(values[1]), _number(values[2]))),
    "tile": lambda values, _: Table(np.tile(_array(values[0]), _length(values[1]))),
    "repeat": lambda values, _: Table(np.repeat(_array(values[0]), _length(values[1]))),
    "flip": lambda values, _: Table(_array(values[0])[::-1]),
}
