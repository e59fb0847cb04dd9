"""Attributes and names of a text, read and written as a dictionary's keys or by their names as texts.

``vars(args)["lr"] = 0.1``, ``args.__dict__.update(…)`` and ``setattr(args, "lr", 0.1)`` write what
``args.lr = 0.1`` writes, ``globals()["lr"] = 0.1`` what ``lr = 0.1`` does.
"""

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from lrplot.python import containers, own_dicts
from lrplot.python.comparing import objects_in
from lrplot.python.functions import bind_attribute, bind_member
from lrplot.python.mutation import OF_LISTS, OF_MAPPINGS
from lrplot.python.objects import NOT_OURS
from lrplot.python.parameters import Path
from lrplot.python.syntax import short
from lrplot.python.values import NOTHING, Fields, Instance, Made, Namespace, Scope, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State

_SETTING: Final = frozenset({"setattr", "object.__setattr__", "builtins.setattr"})
_DELETING: Final = frozenset({"delattr", "object.__delattr__"})


def as_mapping(value: Any, node: ast.AST) -> Any:
    """What ``vars(value)`` and ``value.__dict__`` give."""
    if isinstance(value, Made):
        return Fields(value)
    found = containers.attributes_of(value)
    return Unknown(short(node), node) if found is None else found


def names_in(evaluator: "State", node: ast.Call, scope: Scope) -> Any:
    """``globals()``, and ``locals()`` and ``vars()`` outside functions: the names themselves."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if node.args or node.keywords or name not in {"globals", "locals", "vars"}:
        return NOT_OURS
    if scope.find(name) is not None:
        return NOT_OURS
    return evaluator.home.names if name == "globals" or scope is evaluator.home else NOT_OURS


def of_call(evaluator: "State", path: str, values: Sequence[Any], node: ast.Call) -> Any:
    """``vars(x)``, ``setattr(x, name, value)`` and their like; ``NOT_OURS`` for another call."""
    if path == "vars" and len(values) == 1 and isinstance(values[0], Made | Namespace | Instance):
        return as_mapping(values[0], node)
    if path in _SETTING and len(values) == 3:
        direct = path.startswith("object.")
        return set_attribute(evaluator, values[0], values[1], values[2], node, direct=direct)
    if path in _DELETING and len(values) == 2 and isinstance(values[1], str):
        delete_attribute(evaluator, values[0], values[1], node)
        return NOTHING
    if path in _DELETING and len(values) == 2:
        return set_attribute(evaluator, values[0], values[1], Unknown(short(node), node, changed=True), node)
    return NOT_OURS


def delete_attribute(evaluator: "State", owner: Any, name: str, node: ast.AST) -> None:
    """``del owner.name``: what the class has by that name is seen again."""
    attributes = owner.attributes if isinstance(owner, UserClass) else containers.attributes_of(owner)
    if attributes is None or name not in attributes:
        return
    if evaluator.journaling or objects_in(attributes[name]):
        # Not followed where it may be taken back, nor where it ends a scheduler.
        evaluator.write(attributes, name, Unknown(name, node, changed=True))
    else:
        del attributes[name]
        evaluator.note_change()


def set_attribute(
    evaluator: "State", owner: Any, name: Any, value: Any, node: ast.Call, *, direct: bool = False
) -> Any:
    """``setattr(owner, name, value)``."""
    if isinstance(owner, Made) and not isinstance(name, str):
        said = "a scheduler's own field is written over here, which is not read"
        raise evaluator.objects.refusal(said, node)
    if isinstance(name, str):
        bind_attribute(evaluator, owner, name, value, node, direct=direct)
    else:
        attributes = owner.attributes if isinstance(owner, UserClass) else containers.attributes_of(owner)
        if attributes is not None:
            evaluator.cloud(attributes, node, [value])
    return NOTHING


def changed(
    evaluator: "State",
    owner: Any,
    name: str,
    given: Sequence[Any],
    named: Mapping[str, Any],
    node: ast.Call,
) -> Any:
    """A method that changes what it is called of; ``NOT_OURS`` where it changes nothing of the text's."""
    if isinstance(owner, Fields):
        if name in OF_MAPPINGS:
            evaluator.objects.refuse_field(owner.of, next(iter([*named, *_texts(given)]), "fields"), node)
        return Unknown(short(node), node)
    if isinstance(owner, Path | Unknown) and name in OF_MAPPINGS and evaluator.bindings:
        evaluator.given.updated(owner, given, named, node)
    if name == "__setattr__" and len(given) == 2 and isinstance(owner, Instance | Made):
        return set_attribute(evaluator, owner, given[0], given[1], node)
    if isinstance(owner, Instance) and name == "__setitem__" and len(given) == 2:
        return NOT_OURS
    if own_dicts.overrides(owner, name):
        return NOT_OURS
    if owner is evaluator.home.names and name in OF_MAPPINGS:
        return _of_names(evaluator, owner, name, given, named, node)
    methods = OF_LISTS if isinstance(owner, list) else OF_MAPPINGS if isinstance(owner, dict) else ()
    if name == "copy" and methods and not given and not named:
        return containers.copied(owner)
    if name not in methods:
        return NOT_OURS
    return containers.change(evaluator, owner, name, given, named, node)


def _texts(given: Sequence[Any]) -> list[str]:
    """The keys that a method of a dictionary is given."""
    return [str(key) for each in given for key in (each if isinstance(each, dict) else [each])]


def _of_names(
    evaluator: "State",
    names: dict[str, Any],
    name: str,
    given: Sequence[Any],
    named: Mapping[str, Any],
    node: ast.AST,
) -> Any:
    """``globals().update(…)``: what is not followed may have bound every name that holds plain data."""
    known = name == "update" and len(given) <= 1 and all(isinstance(each, dict) for each in given)
    if known and "**" not in named:
        for key, value in {**(given[0] if given else {}), **named}.items():
            bind_member(evaluator, names, key, value, node)
        return NOTHING
    evaluator.cloud_names(node)
    return Unknown(short(node), node, changed=True)
