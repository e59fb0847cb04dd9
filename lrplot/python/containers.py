"""Lists and dictionaries of a text, changed: exactly where that can be followed, else forgotten.

Every name of a container sees its changes, so that it is the container which is changed or forgotten, and
never a name.
"""

import ast
import json
from collections.abc import Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.builtins_ import LONGEST
from lrplot.python.command.signatures import fields_of
from lrplot.python.comparing import objects_in, same
from lrplot.python.defaulting import Counting, Defaulting
from lrplot.python.keys import is_key, may_hold
from lrplot.python.objects import NOT_OURS
from lrplot.python.own_dicts import OwnDict
from lrplot.python.parameters import Path
from lrplot.python.rows import Row
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import is_plain_place, short
from lrplot.python.tables import Table
from lrplot.python.values import NOTHING, Group, Instance, Made, Member, Namespace, Scope, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State

_REORDERING: Final = frozenset(
    {"heapify", "heappush", "heappop", "heapreplace", "heappushpop", "insort", "insort_left", "insort_right"}
)
"""Functions of libraries that change the list they are given."""


def attributes_of(value: Any) -> dict[Any, Any] | None:
    """What an object keeps its attributes in, None where it is none of the text's."""
    if isinstance(value, Namespace):
        return value.options
    return value.attributes if isinstance(value, Instance) else None


def is_known(value: Any) -> bool:
    """True where a value is no expression of the turn, and nothing in it is open."""
    if isinstance(value, list | tuple):
        return all(map(is_known, value))
    return not isinstance(value, Unknown | Path | Symbol)


def change(
    evaluator: "State",
    owner: list[Any] | dict[Any, Any],
    name: str,
    given: Sequence[Any],
    named: Mapping[str, Any],
    node: ast.AST,
) -> Any:
    """``owner.name(…)``, which changes it; what that gives."""
    if evaluator.formulas_deep:
        raise evaluator.source.refuse("a schedule's function that keeps state is not read", node)
    stepped = evaluator.objects.looping and any(isinstance(each, Made) for each in objects_in(owner))
    if stepped and name != "append":
        raise evaluator.objects.refusal("which schedulers are stepped is changed here while it trains", node)
    if id(owner) in evaluator.clouded:
        evaluator.cloud(owner, node, [*given, *named.values()])
        return _open(node)
    found = (
        _of_list(evaluator, owner, name, given, named, node)
        if isinstance(owner, list)
        else _of_mapping(evaluator, owner, name, given, named, node)
    )
    if found is not _NOT_FOLLOWED:
        return found
    evaluator.cloud(owner, node, [*given, *named.values()])
    return _open(node)


def _open(node: ast.AST) -> Unknown:
    return Unknown(short(node), node, changed=True)


_NOT_FOLLOWED: Final = object()
"""The answer where a change is not followed."""


def _of_list(
    evaluator: "State",
    owner: list[Any],
    name: str,
    given: Sequence[Any],
    named: Mapping[str, Any],
    node: ast.AST,
) -> Any:
    """A list, changed: where it could be taken back, it is not followed."""
    if evaluator.journaling or not all(is_known(each) for each in given if not _is_put(name, given, each)):
        return _NOT_FOLLOWED
    before = list(owner)
    if name == "sort" and not given:
        return _sorted(evaluator, owner, named, node)
    if named:
        return _NOT_FOLLOWED
    try:
        found = _list_changed(owner, name, list(given))
    except (TypeError, ValueError, IndexError, OverflowError):
        owner[:] = before
        return _NOT_FOLLOWED
    if found is _NOT_FOLLOWED or len(owner) > max(LONGEST, len(before) + 1):
        owner[:] = before
        return _NOT_FOLLOWED
    evaluator.note_change()
    return NOTHING if found is None else found


def _sorted(evaluator: "State", owner: list[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
    """``owner.sort(key=…, reverse=…)``."""
    found = in_order(evaluator, owner, named, node)
    if not isinstance(found, list):
        return _NOT_FOLLOWED
    owner[:] = found
    evaluator.note_change()
    return NOTHING


def in_order(evaluator: "State", members: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
    """The members sorted (``key=…``, ``reverse=…``); open where it is not known what they are sorted by."""
    key, falling = named.get("key", NOTHING), named.get("reverse", False)
    if not isinstance(falling, bool | int) or named.keys() - {"key", "reverse"}:
        return Unknown(short(node), node)
    given = members if key is NOTHING else [evaluator.apply(key, (each,), {}, node) for each in members]
    keys = [evaluator.equality.sort_key(each) for each in given]
    if not all(is_known(each) and each is not None for each in keys):
        return Unknown(short(node), node)
    try:
        order = sorted(range(len(members)), key=keys.__getitem__, reverse=bool(falling))
    except TypeError:
        return Unknown(short(node), node)
    return [members[i] for i in order]


def _is_put(name: str, given: Sequence[Any], value: Any) -> bool:
    """True where a value is only kept: whatever it is, its place is known."""
    return name in {"append", "appendleft"} or (name == "insert" and value is given[-1])


def _list_changed(owner: list[Any], name: str, given: list[Any]) -> Any:
    if name in {"append", "reverse", "clear", "insert", "pop", "__setitem__", "__delitem__"}:
        return getattr(owner, name)(*given)
    listed = len(given) == 1 and isinstance(given[0], list | tuple | range | dict)
    if name in {"extend", "__iadd__"} and listed:
        return owner.extend(given[0])
    if name == "popleft" and not given:
        return owner.pop(0)
    if name == "appendleft" and len(given) == 1:
        return owner.insert(0, given[0])
    if name in {"remove", "discard"} and len(given) == 1 and is_known(owner):
        at = next((i for i, each in enumerate(owner) if same(each, given[0])), None)
        if at is not None:
            del owner[at]
        return None if at is not None or name == "discard" else _NOT_FOLLOWED
    if name in {"add", "update"} and is_known(owner) and len(given) == 1:
        more = given if name == "add" else list(given[0])
        return owner.extend(each for i, each in enumerate(more) if not _has([*owner, *more[:i]], each))
    return _NOT_FOLLOWED


def _has(members: Sequence[Any], value: Any) -> bool:
    return any(same(each, value) for each in members)


def _of_mapping(
    evaluator: "State",
    owner: dict[Any, Any],
    name: str,
    given: Sequence[Any],
    named: Mapping[str, Any],
    node: ast.AST,
) -> Any:
    """A dictionary, changed key by key, so that each change can be taken back; but for keys that go."""
    first = given[0] if given else None
    if isinstance(owner, Counting) and name in {"update", "subtract", "__ior__", "clear"}:
        return _NOT_FOLLOWED
    if name == "setdefault" and isinstance(owner, Defaulting) and first not in owner and len(given) < 2:
        return _NOT_FOLLOWED
    if name in {"update", "__ior__"}:
        pairs = {} if not given else dict(first) if isinstance(first, dict) else _pairs(first)
        if pairs is None or len(given) > 1 or "**" in named or id(first) in evaluator.clouded:
            return _NOT_FOLLOWED
        for key, value in {**pairs, **named}.items():
            put(evaluator, owner, key, value, node)
        return NOTHING
    if not is_key(first) and not (name in {"clear", "popitem"} and not given):
        return _NOT_FOLLOWED
    if name in {"setdefault", "pop"} and may_hold(owner, first):
        return _NOT_FOLLOWED
    if name == "__setitem__" and len(given) == 2:
        put(evaluator, owner, first, given[1], node)
        return NOTHING
    if name == "setdefault":
        if first not in owner:
            put(evaluator, owner, first, given[1] if len(given) > 1 else NOTHING, node)
        return owner[first]
    if name == "pop" and first not in owner:
        return given[1] if len(given) > 1 else _open(node)
    if evaluator.journaling:
        return _NOT_FOLLOWED
    evaluator.note_change()
    if name == "popitem" and owner:
        return owner.popitem()
    if name == "pop":
        return owner.pop(first)
    if name == "__delitem__" and first in owner:
        del owner[first]
        return NOTHING
    if name == "clear":
        owner.clear()
        return NOTHING
    return _NOT_FOLLOWED


def _pairs(value: Any) -> dict[Any, Any] | None:
    """The pairs of a list as a dictionary, None where it is no list of such."""
    if not isinstance(value, list | tuple):
        return None
    fits = all(isinstance(each, tuple | list) and len(each) == 2 and is_key(each[0]) for each in value)
    return dict(value) if fits else None


def put(evaluator: "State", owner: Any, key: Any, value: Any, node: ast.AST) -> None:
    """``owner[key] = value`` of a list or a dictionary of the text."""
    if id(owner) in evaluator.clouded:
        evaluator.cloud(owner, node, [value])
        return
    if isinstance(owner, list):
        if isinstance(key, int) and -len(owner) <= key < len(owner):
            evaluator.write(owner, key, value)
        else:
            change(evaluator, owner, "__setitem__", [key, value], {}, node)
    elif is_key(key):
        if evaluator.lanes is not None and key not in owner:
            evaluator.lanes.grown[id(owner)] = owner
        evaluator.write(owner, key, value)
    else:
        evaluator.cloud(owner, node, [value])


def of_call(
    evaluator: "State", path: str, values: Sequence[Any], named: Mapping[str, Any], node: ast.Call
) -> Any:
    """A call that makes a container of another, or changes the list it is given; ``NOT_OURS`` for another."""
    last = path.rpartition(".")[2]
    first = values[0] if values else None
    if last == "shuffle" and isinstance(first, list) and id(first) not in evaluator.clouded:
        # As many members as before, each of them any; a list that --let gives is the one that came of it.
        text, holds = ast.unparse(node.args[0]) if node.args else "", tuple(objects_in(first))
        came = evaluator.bindings.get(text)
        given = came if isinstance(came, list | tuple) and len(came) == len(first) else None
        for i in range(len(first)):
            open_ = Unknown(text, node, holds=holds, changed=True)
            evaluator.write(first, i, open_ if given is None else given[i])
        evaluator.bound |= set() if given is None else {text}
        return NOT_OURS
    if last in _REORDERING:
        for each in values:
            if isinstance(each, list):
                evaluator.cloud(each, node, values)
        return NOT_OURS
    if len(values) != 1 or (named and path != "dict" and last != "replace"):
        return [] if not values and not named and path in {"set", "collections.deque"} else NOT_OURS
    if path == "json.loads" and isinstance(first, str):
        return _of_json(first)
    if path == "dict" and "**" not in named:
        pairs = first if isinstance(first, dict) else _pairs(first)
        return NOT_OURS if pairs is None else evaluator.making.dictionary({**pairs, **named}, node)
    if path == "collections.deque" and isinstance(first, list | tuple | range):
        return list(first)
    if path == "set" and isinstance(first, list | tuple) and len(first) <= LONGEST and is_known(first):
        return [each for i, each in enumerate(first) if not _has(first[:i], each)]
    if path in {"copy.copy", "copy.deepcopy"} and isinstance(first, Table):
        return first.copied()
    if path in {"copy.copy", "copy.deepcopy"} and isinstance(first, list | dict | Namespace | Instance):
        return NOT_OURS if objects_in(first) else copied(first, deep=last == "deepcopy")
    if last == "asdict" and isinstance(first, Instance):
        return as_data(first, dict)
    if last == "astuple" and isinstance(first, Instance):
        return as_data(first, tuple)
    if path == "dataclasses.fields" and isinstance(first, Instance | UserClass):
        return [
            Namespace({"name": name})
            for name in field_names(first if isinstance(first, UserClass) else first.of)
        ]
    if path == "dataclasses.replace" and isinstance(first, Instance) and "**" not in named:
        fields = field_names(first.of)
        kept = {name: value for name, value in first.attributes.items() if name in fields}
        return evaluator.apply(first.of, (), {**kept, **named}, node)
    return NOT_OURS


def _of_json(text: str) -> Any:
    """What ``json.loads`` makes of a text that is known."""

    def read(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: read(each) for key, each in value.items()}
        if isinstance(value, list):
            return [read(each) for each in value]
        return NOTHING if value is None else value

    try:
        return read(json.loads(text))
    except (ValueError, RecursionError):
        return NOT_OURS


def field_names(of: UserClass) -> list[str]:
    """The names of a dataclass's fields, those of the classes above it first."""
    return list(dict.fromkeys(s.name for each in reversed([*of.lineage()]) for s in fields_of(each.node)))


def as_data(value: Any, kind: type[Any]) -> Any:
    """A dataclass's object as a dictionary of its fields, or as a tuple of them, and those in it likewise."""
    if isinstance(value, Instance) and not isinstance(value, Member):
        names = [name for name in field_names(value.of) if name in value.attributes]
        held = {name: as_data(value.attributes[name], kind) for name in names}
        return held if kind is dict else tuple(held.values())
    if isinstance(value, list):
        return [as_data(each, kind) for each in value]
    if isinstance(value, dict):
        return {key: as_data(each, kind) for key, each in value.items()}
    return copied(value, deep=True)


def forget_member(evaluator: "State", place: ast.expr, scope: Scope, node: ast.AST) -> None:
    """Forget a container of which it is not known which member is changed: ``held[key]["lr"] = 1``."""
    while isinstance(place, ast.Subscript) and is_plain_place(place):
        place = place.value
        owner = evaluator.value(place, scope)
        if isinstance(owner, list | dict):
            _forget_all(evaluator, owner, node)
            return


def _forget_all(evaluator: "State", value: Any, node: ast.AST) -> None:
    """Forget what a container holds, and what those in it do; but for parameter groups."""
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if id(value) in evaluator.clouded or any(isinstance(each, Group) for each in members):
        return
    if isinstance(value, list | dict):
        evaluator.cloud(value, node)
    for each in members:
        _forget_all(evaluator, each, node)


def copied(value: Any, *, deep: bool = False) -> Any:
    """A copy of a list, a dictionary or an object of the text, as ``copy`` makes it."""

    def inner(each: Any) -> Any:
        return copied(each, deep=True) if deep else each

    if isinstance(value, list):
        return [inner(each) for each in value]
    if isinstance(value, Row):
        return value.again(inner(each) for each in value)
    if isinstance(value, tuple):
        return tuple(inner(each) for each in value)
    if isinstance(value, dict):
        items = {key: inner(each) for key, each in value.items()}
        if isinstance(value, OwnDict):
            return value.again(items)
        same_kind = copy(value)
        same_kind.update(items)
        return same_kind
    if isinstance(value, Namespace):
        return Namespace(copied(value.options, deep=deep), value.whole)
    if isinstance(value, Member):
        return value
    if isinstance(value, Instance):
        return Instance(value.of, copied(value.attributes, deep=deep))
    if isinstance(value, Table) and deep:
        return value.copied()
    return value
