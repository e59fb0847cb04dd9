"""The number of members a call makes, where its arguments tell: tensors, data sets, loaders."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lrplot.python.tables import Table
from lrplot.python.values import Unknown

_FILLED: Final = frozenset({"ones", "zeros", "rand", "randn", "empty", "full", "randint"})


def of_call(name: str, values: Sequence[Any], named: Mapping[str, Any]) -> int | None:
    """The length of what ``name(…)`` makes, None where it cannot be told.

    >>> of_call("DataLoader", [range(10)], {"batch_size": 4})
    3
    """
    if name in _FILLED:
        size = values[0] if values else named.get("size")
        if isinstance(size, list | tuple) and size:
            size = size[0]
        return size if isinstance(size, int) and _is_count(size) else None
    if name in {"TensorDataset", "Subset", "iter", "list"} and values:
        return length_of(values[-1] if name == "Subset" else values[0])
    if name != "DataLoader":
        return None
    members = length_of(values[0] if values else named.get("dataset"))
    size = values[1] if len(values) > 1 else named.get("batch_size", 1)
    plain = not {"batch_sampler", "sampler"} & named.keys()
    if members is None or not _is_count(size) or not size or not plain:
        return None
    drop = named.get("drop_last", False)
    return members // size if drop is True else -(-members // size) if drop is False else None


def length_of(value: Any) -> int | None:
    """The number of members of a value, None where that is not known."""
    if isinstance(value, Unknown):
        return value.length
    if isinstance(value, Table):
        return len(value.values)
    return size_of(value) if isinstance(value, list | tuple | range | dict) else None


def size_of(value: Sequence[Any] | Mapping[Any, Any]) -> int:
    """How many members there are, of a range whose number no machine counts too.

    >>> size_of(range(10**30)), size_of([1, 2])
    (1000000000000000000000000000000, 2)
    """
    if isinstance(value, range):
        return max(0, -(-(value.stop - value.start) // value.step))
    return len(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
