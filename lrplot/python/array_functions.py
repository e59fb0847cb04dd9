"""The functions and methods of arrays, whichever library spells them, of numbers that are known."""

import math
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, Final

import numpy as np

from lrplot.python.parameters import Path, Refusal
from lrplot.python.tables import LONGEST, Array, Table, fresh, made_of, plain
from lrplot.python.values import Nothing

_Named = Mapping[str, Any]

NOT_READ: Final = object()
"""The answer where a function is none of arrays, or is called in a way that is not read."""

_OF_NO_CONSEQUENCE: Final = frozenset(
    {"device", "name", "order", "pin_memory", "layout", "generator", "memory_format"}
)
"""Arguments that change no number."""
_ONE: Final[Mapping[str, Callable[[Array], Any]]] = {
    "cos": np.cos,
    "sin": np.sin,
    "tan": np.tan,
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "rsqrt": lambda values: 1 / np.sqrt(values),
    "abs": np.abs,
    "absolute": np.abs,
    "fabs": np.fabs,
    "floor": np.floor,
    "ceil": np.ceil,
    "trunc": np.trunc,
    "rint": np.rint,
    "tanh": np.tanh,
    "cosh": np.cosh,
    "sinh": np.sinh,
    "square": np.square,
    "sign": np.sign,
    "negative": np.negative,
    "neg": np.negative,
    "reciprocal": np.reciprocal,
    "logical_not": np.logical_not,
    "isnan": np.isnan,
    "isfinite": np.isfinite,
}
_TWO: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "add": np.add,
    "subtract": np.subtract,
    "sub": np.subtract,
    "multiply": np.multiply,
    "mul": np.multiply,
    "divide": np.divide,
    "div": np.divide,
    "true_divide": np.divide,
    "floor_divide": np.floor_divide,
    "mod": np.mod,
    "remainder": np.remainder,
    "power": np.power,
    "pow": np.power,
    "minimum": np.minimum,
    "maximum": np.maximum,
    "fmin": np.fmin,
    "fmax": np.fmax,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "logical_and": np.logical_and,
    "logical_or": np.logical_or,
    "logical_xor": np.logical_xor,
    "hypot": np.hypot,
    "outer": np.outer,
}
_OF_ALL: Final[Mapping[str, Callable[..., Any]]] = {
    "sum": np.sum,
    "mean": np.mean,
    "max": np.max,
    "amax": np.max,
    "min": np.min,
    "amin": np.min,
    "prod": np.prod,
    "any": np.any,
    "all": np.all,
    "argmax": np.argmax,
    "argmin": np.argmin,
    "count_nonzero": np.count_nonzero,
    "cumsum": np.cumsum,
    "cumprod": np.cumprod,
    "sort": np.sort,
}
"""Functions of all members, or of those along an axis."""
_AXES: Final = ("axis", "dim")
_WHOLE: Final = frozenset({"int", "int64", "int32", "int_", "long"})
_BROKEN: Final = frozenset({"float", "float64", "float32", "double", "single", "float_"})
_IN_SINGLE: Final = frozenset({"float32", "single"})


def _word(value: Any) -> str:
    """The last word of a data type: ``np.float32``, ``"float32"``."""
    name = value.name if isinstance(value, Path) else value
    return name.rpartition(".")[2] if isinstance(name, str) else ""


def type_of(value: Any) -> Any:
    """NumPy's data type for the one that is named; None where it is another than these.

    >>> type_of("float32"), type_of("int")
    (<class 'numpy.float64'>, <class 'numpy.int64'>)
    """
    word = _word(value)
    if word in _WHOLE:
        return np.int64
    return np.float64 if word in _BROKEN else np.bool_ if word in {"bool", "bool_"} else None


class _NotRead(Exception):  # noqa: N818 (a way out, which never leaves this file)
    pass


def _given(value: Any) -> Any:
    found = plain(value)
    if found is None:
        raise _NotRead
    return found


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _NotRead
    return value


def _length(value: Any) -> int:
    if isinstance(value, tuple | list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, int) or value < 0:
        raise Refusal(
            f"a table has a whole number of members, got {value!r}"
            if isinstance(value, int | float)
            else "a table has a whole number of members"
        )
    if value > LONGEST:
        raise Refusal(f"a table of {value} numbers; at most {LONGEST} are read")
    return value


def _bounded(count: float) -> None:
    if count > LONGEST:
        raise Refusal(f"a table of {count:.0f} numbers; at most {LONGEST} are read")


def _spaced(
    make: Callable[..., Any],
) -> Callable[..., Any]:
    def made(start: Any, stop: Any, num: Any = 50, endpoint: Any = True, **named: Any) -> Any:
        count = _length(named.pop("steps", num))
        return make(_given(start), _given(stop), count, endpoint=endpoint is not False, **named)

    return made


def _arange(*ends: Any, **named: Any) -> Any:
    numbers = [_given(end) for end in (*ends, *(named.pop(key) for key in ("step",) if key in named))]
    step_alone = len(numbers) == 2 and len(ends) == 1
    if step_alone or not 1 <= len(numbers) <= 3 or named:
        raise _NotRead
    start, stop, step = (0, numbers[0], 1) if len(numbers) == 1 else (*numbers, 1)[:3]
    if not step or not all(math.isfinite(number) for number in (start, stop, step)):
        raise _NotRead
    _length(max(0, math.ceil((stop - start) / step)))
    return np.arange(start, stop, step)


def _parts(values: Sequence[Any]) -> list[Any]:
    parts = values[0] if isinstance(values[0], list | tuple) else values
    return [np.atleast_1d(_given(part)) for part in parts]


def _joined(*values: Any, axis: Any = 0, dim: Any = 0) -> Any:
    if axis or dim or (len(values) > 1 and isinstance(values[0], list | tuple) and values[1]):
        raise _NotRead
    parts = _parts(values[:1] if isinstance(values[0], list | tuple) else values)
    # An empty list is no array of floats that makes the others floats.
    return np.concatenate([part for part in parts if len(part)] or parts[:1])


def _filled(shape: Any, fill_value: Any) -> Any:
    sizes = [_length(each) for each in shape] if isinstance(shape, list | tuple) else [_length(shape)]
    _bounded(math.prod(sizes))
    return np.full(sizes, _given(fill_value))


def _where(test: Any, *sides: Any, x: Any = None, y: Any = None) -> Any:
    both = sides or (x, y)
    if len(both) != 2:
        raise _NotRead
    return np.where(_given(test), *(_given(each) for each in both))


def _clip(values: Any, *bounds: Any, **named: Any) -> Any:
    words = (("a_min", "min"), ("a_max", "max"))
    ends: list[Any] = [*bounds, None, None][:2]
    for at, names in enumerate(words):
        for name in names:
            ends[at] = named.pop(name, ends[at])
    if named or len(bounds) > 2:
        raise _NotRead
    low, high = (None if each is None or isinstance(each, Nothing) else _given(each) for each in ends)
    return np.clip(_given(values), low, high)


def _of_all(name: str) -> Callable[..., Any]:
    def found(values: Any, *axes: Any, **named: Any) -> Any:
        axis = [*axes, *(named.pop(key) for key in _AXES if key in named)]
        if named or len(axis) > 1 or not all(isinstance(each, int) for each in axis):
            raise _NotRead
        members = _given(values)
        return _OF_ALL[name](members, axis=axis[0]) if axis else _OF_ALL[name](members)

    return found


def _repeated(values: Any, count: Any) -> Any:
    members = np.atleast_1d(_given(values))
    times = _given(count)
    _bounded(len(members) * float(np.max(times)) if np.ndim(times) == 0 else float(np.sum(times)))
    return np.repeat(members, times)


def _tiled(values: Any, count: Any) -> Any:
    members = np.atleast_1d(_given(values))
    times = _length(count)
    _bounded(members.size * times)
    return np.tile(members, times)


def _reshaped(values: Any, *shape: Any) -> Any:
    return np.reshape(_given(values), shape[0] if isinstance(shape[0], list | tuple) else shape)


def _rounded(values: Any, decimals: Any = 0) -> Any:
    return np.round(_given(values), _whole(decimals))


def _appended(values: Any, more: Any) -> Any:
    return np.append(_given(values), _given(more))


def _interpolated(places: Any, at: Any, heights: Any) -> Any:
    return np.interp(_given(places), _given(at), _given(heights))


def _as_array(values: Any) -> Any:
    return np.asarray(_given(values))


_OTHERS: Final[Mapping[str, Callable[..., Any]]] = {
    "linspace": _spaced(np.linspace),
    "geomspace": _spaced(np.geomspace),
    "logspace": _spaced(np.logspace),
    "arange": _arange,
    "concatenate": _joined,
    "concat": _joined,
    "cat": _joined,
    "hstack": _joined,
    "append": _appended,
    "ones": lambda shape: _filled(shape, 1.0),
    "zeros": lambda shape: _filled(shape, 0.0),
    # Nobody knows what an empty one holds before it is written.
    "empty": lambda shape: _filled(shape, math.nan),
    "full": _filled,
    "ones_like": lambda values: np.ones_like(_given(values)),
    "zeros_like": lambda values: np.zeros_like(_given(values)),
    "empty_like": lambda values: np.full_like(_given(values), math.nan, dtype=np.float64),
    "full_like": lambda values, fill_value: np.full_like(_given(values), _given(fill_value)),
    "array": lambda values: np.array(_given(values)),
    "copy": lambda values: np.array(_given(values)),
    "tensor": lambda values: np.array(_given(values)),
    "asarray": _as_array,
    "as_tensor": _as_array,
    "from_numpy": _as_array,
    "asanyarray": _as_array,
    "ascontiguousarray": _as_array,
    "float32": lambda values: np.array(_given(values), dtype=np.float64),
    "float64": lambda values: np.array(_given(values), dtype=np.float64),
    "where": _where,
    "clip": _clip,
    "clamp": _clip,
    "interp": _interpolated,
    "tile": _tiled,
    "repeat": _repeated,
    "repeat_interleave": _repeated,
    "flip": lambda values: np.flip(_given(values)),
    "flipud": lambda values: np.flipud(_given(values)),
    "delete": lambda values, at: np.delete(_given(values), _given(at)),
    "insert": lambda values, at, more: np.insert(_given(values), _given(at), _given(more)),
    "stack": lambda values, axis=0: np.stack(_parts([values]), axis=_whole(axis)),
    "vstack": lambda values: np.vstack(_parts([values])),
    "column_stack": lambda values: np.column_stack(_parts([values])),
    "roll": lambda values, shift: np.roll(_given(values), _whole(shift)),
    "diff": lambda values: np.diff(_given(values)),
    "ravel": lambda values: np.ravel(_given(values)),
    "reshape": _reshaped,
    "squeeze": lambda values: np.squeeze(_given(values)),
    "transpose": lambda values: np.transpose(_given(values)),
    "atleast_1d": lambda values: np.atleast_1d(_given(values)),
    "unique": lambda values: np.unique(_given(values)),
    "round": _rounded,
    "around": _rounded,
    **{name: _of_all(name) for name in _OF_ALL},
}
_MAKERS: Final = frozenset(
    {"linspace", "arange", "concatenate", "concat", "cat", "hstack", "ones", "zeros", "full", "empty",
     "array", "asarray", "tensor", "logspace", "geomspace", "ones_like", "zeros_like", "full_like", "tile",
     "repeat", "from_numpy", "flip", "as_tensor", "cumsum", "cumprod", "outer", "append", "repeat_interleave"}
)  # fmt: skip
"""Functions that make a table of numbers or of a list of them."""
_LIKE: Final = frozenset({"ones_like", "zeros_like", "empty_like", "full_like"})
_OF_SHAPE: Final = frozenset({"ones", "zeros", "full", "empty"})
"""Functions that fill a table of a shape with one number."""
_OF_LIST: Final = frozenset(
    {"array", "asarray", "tensor", "as_tensor", "cumsum", "cumprod", "append", "outer"}
)
"""Functions that make a table of a list; of one number, none."""


def makes(name: str, values: Sequence[Any], data: Container[str], *, steps: bool) -> bool:
    """True where a function makes or changes a table of these arguments.

    Those of ``data`` make data, unless it is in a row; ``steps`` says that ``arange`` may stand for the steps
    so far.
    """
    values, _ = _parted(name, values, None)
    if any(isinstance(value, Table) for value in flat_tables(values)):
        return name in _ONE or name in _TWO or name in _OTHERS
    if name not in _MAKERS or not values:
        return False
    if name in _OF_SHAPE:
        return _is_small(values[0], in_a_row=name in data) and len(values) <= (2 if name == "full" else 1)
    if name in _OF_LIST:
        return isinstance(values[0], list | tuple | range) and not (
            name in data and not _is_row(values[0], most=LONGEST)
        )
    if name == "arange":
        return not (steps and len(values) == 2 and values[0] in (0, 1))
    return name not in data


_FEW: Final = 1_000_000
"""Most numbers of a table of more than one dimension: there may be many such, which are data and no rates."""


def _is_small(shape: Any, *, in_a_row: bool) -> bool:
    """True for the shape of what may be rates; False for that of data."""
    sizes = shape if isinstance(shape, list | tuple) else [shape]
    if not all(isinstance(each, int) and each >= 0 for each in sizes):
        # That it is not known, or no length, is to be said.
        return not isinstance(shape, list | tuple)
    if in_a_row:
        return len(sizes) == 1 and sizes[0] <= LONGEST
    return len(sizes) == 1 or math.prod(sizes) <= _FEW


def _is_row(members: Any, most: int) -> bool:
    return 0 < len(members) <= most and all(isinstance(each, int | float) for each in members)


def flat_tables(values: Sequence[Any]) -> list[Any]:
    """The arguments of a call, and what the lists among them hold."""
    found: list[Any] = []
    for value in values:
        found += value if isinstance(value, list | tuple) else [value]
    return found


def made(name: str, values: Sequence[Any], named: _Named) -> Any:
    """What a function of arrays makes; ``NOT_READ`` where that is not told.

    Raises
    ------
    Refusal
        When it is longer than what is read.
    """
    more = {key: value for key, value in named.items() if key not in _OF_NO_CONSEQUENCE}
    wanted = more.pop("dtype", None)
    values, wanted = _parted(name, values, wanted)
    wanted = None if isinstance(wanted, Nothing) else wanted
    kind = None if wanted is None else type_of(wanted)
    if (wanted is not None and kind is None) or more.pop("requires_grad", False) is not False:
        return NOT_READ
    if more.pop("copy", True) is not True:
        return NOT_READ
    try:
        with np.errstate(all="ignore"):
            found = _found(name, values, more)
            if kind is not None:
                found = np.asarray(found).astype(kind, copy=False)
            result = made_of(
                found if isinstance(found, np.ndarray) else np.asarray(found), *flat_tables(values)
            )
    except (_NotRead, KeyError, IndexError, TypeError, ValueError, OverflowError, MemoryError) as error:
        if isinstance(error, Refusal):
            raise
        return NOT_READ
    if not isinstance(result, Table) or result.values.dtype.kind != "f":
        return result
    if _word(wanted) in _IN_SINGLE:
        return Table(result.values, result.members, result.single or "NumPy")
    return Table(result.values, result.members) if _word(wanted) in _BROKEN else result


def _parted(name: str, values: Sequence[Any], wanted: Any) -> tuple[Sequence[Any], Any]:
    """The arguments of a function, and the data type that may stand behind them: ``zeros(5, int)``."""
    if name == "float32":
        return values, name
    count = 2 if name in {"full", "full_like"} else 1
    typed = name in _OF_LIST | _OF_SHAPE | _LIKE and len(values) == count + 1
    if typed and type_of(values[count]) is not None:
        return values[:count], values[count]
    return values, wanted


def is_single(found: Any, named: _Named) -> bool:
    """True where a library that computes in float32 does so here."""
    if not isinstance(found, Table) or found.values.dtype.kind != "f":
        return False
    return found.single != "" or _word(named.get("dtype")) not in _BROKEN


def _found(name: str, values: Sequence[Any], named: dict[str, Any]) -> Any:
    if name in _ONE and len(values) == 1 and not named:
        return _ONE[name](_given(values[0]))
    if name in _TWO and len(values) == 2 and not named:
        return _TWO[name](_given(values[0]), _given(values[1]))
    if name in {"max", "min"} and len(values) == 2 and all(isinstance(each, Table) for each in values):
        return (np.maximum if name == "max" else np.minimum)(values[0].values, values[1].values)
    return _OTHERS[name](*values, **named)


def joined(base: Any, members: Any, roots: Container[str]) -> Any:
    """``np.r_[first, second]``; ``NOT_READ`` where it is another."""
    if not isinstance(base, Path) or not isinstance(members, tuple):
        return NOT_READ
    root, _, last = base.name.rpartition(".")
    return made("concatenate", [list(members)], {}) if last == "r_" and root in roots else NOT_READ


_ITSELF: Final = frozenset({"numpy", "detach", "cpu", "cuda", "contiguous", "view_as", "to", "resolve_conj"})
"""Methods that give what they are called of, on a device or as another library's array."""
_CASTS: Final[Mapping[str, str]] = {"float": "float32", "double": "float64", "long": "int", "int": "int"}
_COPIES: Final = frozenset({"copy", "clone", "flatten"})
_METHODS: Final = frozenset(
    {*_ONE, *_OF_ALL, "clip", "clamp", "round", "reshape", "ravel", "squeeze", "transpose", "flip", "diff",
     "add", "sub", "mul", "div", "pow"}
) - {"sort", "max", "min"}  # fmt: skip


def of_method(table: Table, name: str, values: Sequence[Any], named: _Named) -> Any:
    """What a method of a table gives that changes nothing; ``NOT_READ`` for another."""
    if name in {"tolist", "item"}:
        if name == "tolist" and not values:
            return table.values.tolist()
        if not values and table.values.size == 1:
            return table.values.item()
        return table.at(values[0]) if len(values) == 1 and isinstance(values[0], int) else NOT_READ
    if name in _ITSELF:
        kinds = [type_of(value) for value in (*values, *named.values()) if type_of(value) is not None]
        return made("array", [table], {"dtype": _name_of(values, named)}) if kinds else table
    if name in _COPIES and not values and not named:
        return table.copied() if name != "flatten" else fresh(table.values.flatten(), table.single)
    if name in {"astype", "type"} and len(values) + len(named) == 1:
        kind = next(iter([*values, *named.values()]))
        return made("array", [table], {"dtype": kind})
    if name in _CASTS and not values:
        return made("array", [table], {"dtype": _CASTS[name]})
    if name in {"max", "min"} and not values and not named:
        return made(name, [table], {})
    if name in _METHODS:
        return made(name, [table, *values], named)
    return NOT_READ


def _name_of(values: Sequence[Any], named: _Named) -> Any:
    return next(value for value in (*values, *named.values()) if type_of(value) is not None)
