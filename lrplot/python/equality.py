"""``==``, ``is``, ``<`` and ``in`` of objects, as their classes have them: the text's own, a dataclass's."""

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from lrplot.python import enumerations, symbolic
from lrplot.python.builtins_ import COMPARISONS
from lrplot.python.command.signatures import fields_of
from lrplot.python.parameters import Path
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import last_part, short
from lrplot.python.values import NOTHING, Function, Instance, Member, Nothing, Scope, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State

_ORDER: Final[Mapping[type[ast.cmpop], tuple[str, str]]] = {
    ast.Lt: ("__lt__", "__gt__"),
    ast.LtE: ("__le__", "__ge__"),
    ast.Gt: ("__gt__", "__lt__"),
    ast.GtE: ("__ge__", "__le__"),
}
"""The method of the left side that a comparison asks, and the one of the right side where it has none."""
_BY_IDENTITY: Final = frozenset({"object", "ABC", "Protocol", "Enum", "Module", "Dataset", "IterableDataset"})
"""Classes elsewhere whose objects are equal where they are the same."""
_SMALL: Final = range(-5, 257)
"""Whole numbers of which Python keeps one object each."""


def identical(a: Any, b: Any) -> bool | None:
    """``a is b``; None where equal values may or may not be one object.

    >>> identical(1, True), identical([1], [1]), identical(3, 3), identical(0.5, float("0.5"))
    (False, False, True, None)
    """
    if a is b:
        return True
    if enumerations.is_one(a) or enumerations.is_one(b):
        return type(a) is type(b) and a.of.node is b.of.node and a.name == b.name
    if type(a) is not type(b) or isinstance(a, bool | Nothing | list | dict):
        return False
    if isinstance(a, int):
        return a == b and (True if a in _SMALL else None)
    if isinstance(a, str):
        return a == b and (True if a.isidentifier() else None)
    if isinstance(a, float | tuple):
        return None if a == b else False
    if isinstance(a, Function):
        return None if a.node is b.node else False
    return False


class Equality:
    """Compares objects of one text."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator

    def concerns(self, sides: Sequence[Any]) -> bool:
        """True where an object of the text is compared, or a list of such."""
        return any(_holds_object(side) for side in sides)

    def compared(self, operator: ast.cmpop, left: Any, right: Any, node: ast.Compare) -> Any:
        """``left operator right``; Unknown where what decides it is not read."""
        if isinstance(operator, ast.Eq | ast.NotEq):
            found = self._unequal(left, right, node) if isinstance(operator, ast.NotEq) else NOTHING
            if found is NOTHING:
                found = self._equal(left, right, node)
                found = _inverted(found) if isinstance(operator, ast.NotEq) else found
            return found
        if isinstance(operator, ast.In | ast.NotIn):
            found = self._contained(left, right, node)
            return _inverted(found) if isinstance(operator, ast.NotIn) else found
        return self._ordered(operator, left, right, node)

    def sort_key(self, value: Any) -> Any:
        """What a dataclass with ``order=True`` sorts by, a plain value itself; None for others."""
        if not isinstance(value, Instance):
            return value if isinstance(value, int | float | str | tuple) else None
        if not _dataclass_option(value.of, "order", default=False):
            return None
        return self._fields(value)

    def _method(self, value: Any, name: str) -> Function | None:
        """The object's method of a name that the text writes."""
        of = value.of if isinstance(value, Instance) or enumerations.is_one(value) else None
        method = None if of is None else of.method(name)
        if of is None or method is None:
            return None
        home = of.where(name)
        return Function(method, Scope({}, home.scope, of=home), first=(value,))

    def _unequal(self, left: Any, right: Any, node: ast.AST) -> Any:
        own = self._method(left, "__ne__")
        return NOTHING if own is None else self._truth(self._evaluator.apply(own, [right], {}, node), node)

    def _equal(self, left: Any, right: Any, node: ast.AST) -> Any:
        for one, other in ((left, right), (right, left)):
            own = self._method(one, "__eq__")
            if own is not None:
                return self._truth(self._evaluator.apply(own, [other], {}, node), node)
        if isinstance(left, list | tuple) and isinstance(right, list | tuple):
            return self._members_equal(left, right, node)
        if isinstance(left, dict) and isinstance(right, dict) and _holds_object([left, right]):
            return True if left is right else Unknown(short(node), node)
        if isinstance(left, Instance) and isinstance(right, Instance):
            return self._objects_equal(left, right, node)
        if isinstance(left, Instance) or isinstance(right, Instance):
            one = left if isinstance(left, Instance) else right
            return False if _is_by_identity(one.of) else Unknown(short(node), node)
        if isinstance(left, UserClass) or isinstance(right, UserClass):
            return left is right
        return left == right

    def _objects_equal(self, left: Instance, right: Instance, node: ast.AST) -> Any:
        if left is right or (isinstance(left, Member) and left == right):
            return True
        if _dataclass_option(left.of, "eq", default=True):
            if left.of is not right.of:
                return False
            a, b = self._fields(left), self._fields(right)
            return Unknown(short(node), node) if a is None or b is None else self._members_equal(a, b, node)
        return False if _is_by_identity(left.of) else Unknown(short(node), node)

    def _members_equal(self, left: Sequence[Any], right: Sequence[Any], node: ast.AST) -> Any:
        if type(left) is not type(right) and isinstance(left, list) != isinstance(right, list):
            return False
        if len(left) != len(right):
            return False
        found = [True if a is b else self._one_equal(a, b, node) for a, b in zip(left, right, strict=True)]
        if any(each is False for each in found):
            return False
        return True if all(each is True for each in found) else Unknown(short(node), node)

    def _one_equal(self, a: Any, b: Any, node: ast.AST) -> Any:
        if any(isinstance(each, Unknown | Path | Symbol) for each in (a, b)):
            return Unknown(short(node), node)
        return self._equal(a, b, node)

    def _contained(self, value: Any, held: Any, node: ast.AST) -> Any:
        own = self._method(held, "__contains__")
        if own is not None:
            return self._truth(self._evaluator.apply(own, [value], {}, node), node)
        members = enumerations.distinct(held) if isinstance(held, UserClass) else held
        if isinstance(members, dict):
            members = list(members)
        if not isinstance(members, list | tuple | range):
            return Unknown(short(node), node)
        found = [True if each is value else self._one_equal(value, each, node) for each in members]
        if any(each is True for each in found):
            return True
        return False if all(each is False for each in found) else Unknown(short(node), node)

    def _ordered(self, operator: ast.cmpop, left: Any, right: Any, node: ast.AST) -> Any:
        names = _ORDER.get(type(operator))
        if names is None:
            return Unknown(short(node), node)
        for one, other, name in ((left, right, names[0]), (right, left, names[1])):
            own = self._method(one, name)
            if own is not None:
                return self._truth(self._evaluator.apply(own, [other], {}, node), node)
        if not isinstance(left, Instance) and not isinstance(right, Instance):
            return COMPARISONS[type(operator)](left, right)
        if isinstance(left, Instance) and isinstance(right, Instance) and left.of is right.of:
            a, b = self.sort_key(left), self.sort_key(right)
            if isinstance(a, tuple) and isinstance(b, tuple):
                try:
                    return {ast.Lt: a < b, ast.LtE: a <= b, ast.Gt: a > b, ast.GtE: a >= b}[type(operator)]
                except TypeError:
                    return Unknown(short(node), node)
        return Unknown(short(node), node)

    def _fields(self, value: Instance) -> tuple[Any, ...] | None:
        """The fields of a dataclass's object that it is compared by; None where one is not known."""
        names = {
            slot.name: slot.default
            for each in reversed([*value.of.lineage()])
            for slot in fields_of(each.node)
        }
        compared = [name for name, default in names.items() if not _is_left_out(default)]
        found = [self._evaluator.attributes.of_object(value, name) for name in compared]
        return None if any(isinstance(each, Unknown | Path | Symbol) for each in found) else tuple(found)

    def _truth(self, value: Any, node: ast.AST) -> Any:
        if isinstance(value, Unknown) and "NotImplemented" in value.text:
            return Unknown(short(node), node)
        if isinstance(value, Path):
            return Unknown(short(node), node)
        return value if isinstance(value, Unknown | Symbol) else value is not NOTHING and bool(value)


def _inverted(value: Any) -> Any:
    if isinstance(value, Symbol):
        return symbolic.invert(value)
    return not value if isinstance(value, bool) else value


def _holds_object(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_holds_object, value))
    if isinstance(value, dict):
        return any(map(_holds_object, (*value, *value.values())))
    return isinstance(value, Instance | UserClass) or enumerations.is_one(value)


def _is_by_identity(of: UserClass) -> bool:
    outside = {name.partition("[")[0].rpartition(".")[2] for name in of.outside()}
    return outside <= {*_BY_IDENTITY, "Generic"}


def _dataclass_option(of: UserClass, option: str, *, default: bool) -> bool:
    """Whether a class, or the nearest above it, is a dataclass with an option of its decorator."""
    for each in of.lineage():
        for decorator in each.node.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if last_part(called) == "dataclass":
                given = decorator.keywords if isinstance(decorator, ast.Call) else []
                said = next((k.value for k in given if k.arg == option), None)
                return bool(said.value) if isinstance(said, ast.Constant) else default
    return False


def _is_left_out(default: ast.expr | None) -> bool:
    """True for ``field(compare=False)``."""
    given = default.keywords if isinstance(default, ast.Call) else []
    return any(
        each.arg == "compare" and isinstance(each.value, ast.Constant) and each.value.value is False
        for each in given
    )
