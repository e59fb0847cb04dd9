"""Dictionaries of a class of the text (``class AttrDict(dict)``), whose items may be attributes."""

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.objects import NOT_OURS
from lrplot.python.parameters import Path
from lrplot.python.syntax import short
from lrplot.python.values import NOTHING, Function, Scope, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State

_BASES: Final = frozenset({"dict", "OrderedDict", "UserDict"})


class OwnDict(dict[Any, Any]):
    """An object of a class of the text that derives from ``dict``."""

    of: UserClass
    attributes: dict[str, Any]
    """What it keeps beside its items; the items themselves behind ``self.__dict__ = self``."""

    def again(self, items: Mapping[Any, Any]) -> "OwnDict":
        """Another of its class, with other items."""
        made = OwnDict(items)
        made.of = self.of
        made.attributes = made if self.attributes is self else dict(self.attributes)
        return made


def is_own(of: UserClass) -> bool:
    """True for a class that derives from ``dict``."""
    return any(name.partition("[")[0].rpartition(".")[2] in _BASES for name in of.outside())


def made(
    evaluator: "State", of: UserClass, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST
) -> Any:
    """The object that a call of its class gives."""
    found = OwnDict()
    found.of, found.attributes = of, {}
    evaluator.begin(found)
    start = of.method("__init__")
    if start is None:
        filled = fill(evaluator, found, given, named, node)
        return filled if isinstance(filled, Unknown) else found
    evaluator.apply(
        evaluator.attributes.bound_method(found, start, of.where("__init__"), node), given, named, node
    )
    return found


def fill(
    evaluator: "State", owner: OwnDict, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST
) -> Any:
    """``dict.__init__(self, …)``: its items; open where they are not known."""
    from lrplot.python import containers

    return containers.change(evaluator, owner, "update", given, named, node) if given or named else NOTHING


def overrides(owner: Any, name: str) -> bool:
    """True where an object's class has a method of its own in the place of a dictionary's."""
    return isinstance(owner, OwnDict) and owner.of.method(name) is not None


def method(owner: OwnDict, name: str) -> Function | None:
    """The method of a name that the class of the text writes."""
    found = owner.of.method(name)
    if found is None:
        return None
    home = owner.of.where(name)
    return Function(found, Scope({}, home.scope, of=home), first=(owner,))


def attribute(evaluator: "State", owner: OwnDict, node: ast.Attribute) -> Any:
    """``owner.name``, past what its class binds: an attribute, or the item that ``__getattr__`` gives."""
    if id(owner) in evaluator.clouded:
        return Unknown(short(node), node, changed=True)
    if node.attr in owner.attributes:
        return owner.attributes[node.attr]
    hook = method(owner, "__getattr__")
    if hook is not None:
        return evaluator.apply(hook, [node.attr], {}, node)
    if _is_dicts(owner, "__getattr__"):
        return owner.get(node.attr, NOTHING)
    return Unknown(short(node), node)


def write(evaluator: "State", owner: OwnDict, name: str, value: Any, node: ast.AST, *, direct: bool) -> None:
    """``owner.name = value``."""
    from lrplot.python import containers

    hook = None if direct else method(owner, "__setattr__")
    if hook is not None:
        evaluator.apply(hook, [name, value], {}, node)
    elif name == "__dict__" and value is owner:
        owner.attributes = owner
    elif owner.attributes is owner or (not direct and _is_dicts(owner, "__setattr__")):
        containers.put(evaluator, owner, name, value, node)
    else:
        evaluator.write(owner.attributes, name, value)


def _is_dicts(owner: OwnDict, name: str) -> bool:
    """True for ``__getattr__ = dict.get`` and its like: an attribute is an item."""
    bound = next((each.attributes[name] for each in owner.of.lineage() if name in each.attributes), None)
    return isinstance(bound, Path) and bound.name.partition(".")[0] in _BASES


def of_super(
    evaluator: "State",
    owner: OwnDict,
    name: str,
    given: Sequence[Any],
    named: Mapping[str, Any],
    node: ast.Call,
) -> Any:
    """``super().get(…)``: what Python's own dictionary does; ``NOT_OURS`` for other methods."""
    from lrplot.python import containers
    from lrplot.python.mutation import OF_MAPPINGS

    if name == "__init__":
        return fill(evaluator, owner, given, named, node)
    if name in OF_MAPPINGS:
        return containers.change(evaluator, owner, name, given, named, node)
    if name in {"__getitem__", "get"} and given and isinstance(given[0], str | int):
        if given[0] in owner:
            return owner[given[0]]
        return (given[1] if len(given) > 1 else NOTHING) if name == "get" else Unknown(short(node), node)
    return NOT_OURS
