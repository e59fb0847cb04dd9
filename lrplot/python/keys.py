"""Keys of a text's dictionaries: those that are known, and those that may be any other."""

from collections.abc import Iterable, Mapping
from typing import Any

from lrplot.python.enumerations import is_one
from lrplot.python.values import Instance, Nothing, UserClass


def is_key(value: Any) -> bool:
    """True for what a dictionary is asked by: a text, a number, None, a member, a tuple of such.

    >>> is_key("lr"), is_key((1, "a")), is_key([1])
    (True, True, False)
    """
    if isinstance(value, tuple):
        return all(map(is_key, value))
    return isinstance(value, str | int | float | Nothing | UserClass) or is_one(value) or _is_plain(value)


def _is_plain(value: Any) -> bool:
    """True for an object that is the same key only where it is the same object."""
    if not isinstance(value, Instance) or any(each.node.decorator_list for each in value.of.lineage()):
        return False
    return value.of.method("__eq__") is None and value.of.method("__hash__") is None


def any_open(keys: Iterable[Any]) -> bool:
    """True where one of the keys may be any other."""
    return any(not is_key(key) for key in keys)


def may_hold(table: Mapping[Any, Any], key: Any) -> bool:
    """True where it is not known whether a dictionary has a key."""
    return key not in table and any_open(table)
