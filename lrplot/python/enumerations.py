"""Enumerations of a text: their members, each the only one of its name, and how they are asked for."""

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.parameters import Path
from lrplot.python.syntax import short
from lrplot.python.values import Function, Instance, Member, Nothing, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State


class Text(str):
    """A member of an enumeration that is a text too: it compares, sorts and is looked up as the text is."""

    __slots__ = ("attributes", "name", "of")
    of: UserClass
    name: str
    attributes: dict[str, Any]


class Whole(int):
    """A member of an enumeration that is a whole number too."""

    of: UserClass
    name: str
    attributes: dict[str, Any]


class Real(float):
    """A member of an enumeration that is a number too."""

    __slots__ = ("attributes", "name", "of")
    of: UserClass
    name: str
    attributes: dict[str, Any]


Like = Text | Whole | Real
"""Members that are what they stand for, too."""
_KINDS: Final[Mapping[str, type[Any]]] = {
    "str": Text,
    "StrEnum": Text,
    "int": Whole,
    "IntEnum": Whole,
    "float": Real,
}
_FLAGS: Final = frozenset({"Flag", "IntFlag"})


def kind_of(of: UserClass) -> type[Any] | None:
    """What the members of a class are, None where it is no enumeration that is read."""
    outside = [name.rpartition(".")[2] for name in of.outside()]
    if _FLAGS & {*outside} or not any(name in {"Enum", "IntEnum", "StrEnum"} for name in outside):
        return None
    return next((_KINDS[name] for name in outside if name in _KINDS), Member)


def is_flag(of: UserClass) -> bool:
    """True where the members of a class are flags, which are not read."""
    return bool(_FLAGS & {name.rpartition(".")[2] for name in of.outside()})


def is_auto(value: ast.expr) -> bool:
    """True for ``auto()``."""
    called = value.func if isinstance(value, ast.Call) else None
    return getattr(called, "attr", getattr(called, "id", "")) == "auto"


def bind_member(evaluator: "State", of: UserClass, name: str, value: Any, node: ast.expr) -> Any:
    """What an enumeration's body binds a name to: a member, or what no member is."""
    kind = kind_of(of)
    if name.startswith("_") or isinstance(value, Function | UserClass):
        return value
    if kind is None:
        return Unknown(f"{of.node.name}.{name}", node)
    if is_auto(node):
        value = _next_value(of, kind, name, node)
    earlier = next((m for m in members_of(of).values() if _same_value(value_of(m), value)), None)
    if earlier is not None:
        return earlier
    if kind is Member:
        made: Any = Member(of, {"value": value, "_value_": value, "name": name, "_name_": name}, name)
    elif not isinstance(value, {Text: str, Whole: int, Real: int | float}[kind]):
        return Unknown(f"{of.node.name}.{name}", node)
    else:
        made = kind(value)
        made.of, made.name, made.attributes = of, name, {}
    if of.method("__new__") is not None:
        return Unknown(f"{of.node.name}.{name}", node)
    start = of.method("__init__")
    if start is not None:
        given = value if isinstance(value, tuple) else (value,)
        begun = evaluator.attributes.bound_method(made, start, of.where("__init__"), node)
        evaluator.apply(begun, given, {}, node)
    return made


def _next_value(of: UserClass, kind: type[Any], name: str, node: ast.expr) -> Any:
    if of.method("_generate_next_value_") is not None:
        return Unknown(f"{of.node.name}.{name}.value", node)
    if kind is Text:
        # Python's own of a StrEnum; what a mixed-in str makes of a number is the number's text.
        plain = any(each.rpartition(".")[2] == "StrEnum" for each in of.outside())
        return name.lower() if plain else str(len(members_of(of)) + 1)
    values = [value_of(member) for member in members_of(of).values()]
    numbers = [each for each in values if isinstance(each, int | float)]
    return max(numbers, default=0) + 1


def _same_value(a: Any, b: Any) -> bool:
    plain = (int, float, str, tuple, Nothing)
    return a is b or (isinstance(a, plain) and isinstance(b, plain) and bool(a == b))


def members_of(of: UserClass) -> dict[str, Any]:
    """The members of an enumeration by name, aliases too; none where it is no enumeration."""
    return {name: each for name, each in of.attributes.items() if _is_member(each, of)}


def _is_member(value: Any, of: UserClass) -> bool:
    return isinstance(value, Member | Text | Whole | Real) and value.of.node is of.node


def distinct(of: Any) -> list[Any] | None:
    """The members of an enumeration in order, as a loop over it finds them; None for anything else."""
    if not isinstance(of, UserClass) or kind_of(of) is None:
        return None
    found: list[Any] = []
    for member in _all(of):
        if not any(member is each for each in found):
            found.append(member)
    return found


def _all(of: UserClass) -> Iterator[Any]:
    for name, value in of.attributes.items():
        if _is_member(value, of) or (isinstance(value, Unknown) and not name.startswith("_")):
            yield value


def value_of(member: Any) -> Any:
    """``member.value``."""
    if isinstance(member, Member):
        return member.attributes["value"]
    return (
        str(member)
        if isinstance(member, Text)
        else int(member)
        if isinstance(member, Whole)
        else float(member)
    )


def attribute(member: Any, name: str) -> Any:
    """What a member that is a text or a number has by itself, None where its class may have it."""
    if name in {"value", "_value_"}:
        return value_of(member)
    return member.name if name in {"name", "_name_"} else member.attributes.get(name)


def by_value(evaluator: "State", of: UserClass, value: Any, node: ast.AST) -> Any:
    """``Mode("exp")``: the member of this value."""
    if _is_member(value, of):
        return value
    if isinstance(value, Unknown | Path):
        return Unknown(short(node), node, because=value if isinstance(value, Unknown) else None)
    found = next((m for m in members_of(of).values() if _same_value(value_of(m), value)), None)
    open_ = any(isinstance(value_of(m), Unknown | Path) for m in members_of(of).values())
    if found is None and evaluator.tries is not None:
        unsure = open_ or of.method("_missing_") is not None
        evaluator.tries.happens("ValueError", node, comes=None if unsure else True)
    return Unknown(short(node), node) if found is None else found


def by_name(of: Any, name: Any) -> Any:
    """``Mode["EXP"]``: the member of this name, None where there is none."""
    return members_of(of).get(name) if isinstance(of, UserClass) and isinstance(name, str) else None


def is_one(value: Any) -> bool:
    """True for a member of an enumeration."""
    return isinstance(value, Member | Text | Whole | Real)


def own_attributes(value: Any) -> dict[str, Any] | None:
    """What a member keeps beside its name and its value, None for what is no member."""
    if isinstance(value, Instance):
        return value.attributes if isinstance(value, Member) else None
    return value.attributes if isinstance(value, Text | Whole | Real) else None
