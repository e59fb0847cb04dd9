"""``hasattr`` and ``getattr``: whether an object has an attribute, where that can be told."""

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from lrplot.python import enumerations
from lrplot.python.command.signatures import fields_of
from lrplot.python.lanes import NotAlike
from lrplot.python.objects import NOT_OURS
from lrplot.python.rows import Row
from lrplot.python.syntax import short
from lrplot.python.values import Instance, Made, Namespace, Optimizer, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State

_PLAIN: Final = frozenset(
    {"object", "ABC", "Protocol", "Generic", "Enum", "IntEnum", "StrEnum", "NamedTuple"}
)
"""Classes elsewhere that give their objects no attributes a script asks for."""
_OF_OPTIMIZERS: Final = frozenset({"step", "zero_grad", "param_groups", "state_dict", "state", "defaults"})
_OF_SCHEDULERS: Final = frozenset(
    {"step", "state_dict", "optimizer", "base_lrs", "last_epoch", "get_last_lr"}
)
_OF_LISTS: Final = frozenset({"__len__", "__iter__"})


def has(evaluator: "State", owner: Any, name: str) -> bool | None:
    """True where an object has an attribute, False where it has none, None where that is not known."""
    if isinstance(owner, Instance):
        return _of_instance(evaluator, owner, name)
    if isinstance(owner, UserClass):
        held = _of_class(owner, name)
        return held if held is not False else _never_set(evaluator, owner.attributes)
    if isinstance(owner, Row) or enumerations.is_one(owner):
        own = owner.attribute(name) if isinstance(owner, Row) else enumerations.attribute(owner, name)
        return True if own is not None else _of_class(owner.of, name)
    if isinstance(owner, Namespace) and id(owner.options) not in evaluator.clouded:
        if name in owner.options or name in evaluator.left_out or not owner.whole:
            known = name in owner.options and not isinstance(owner.options[name], Unknown)
            return True if known else None
        return _never_set(evaluator, owner.options)
    if isinstance(owner, list | tuple | range | str) and name in _OF_LISTS:
        return True
    if isinstance(owner, int | float) and name in _OF_LISTS:
        return False
    known_names = _OF_OPTIMIZERS if isinstance(owner, Optimizer) else _OF_SCHEDULERS
    return True if isinstance(owner, Optimizer | Made) and name in known_names else None


def _of_instance(evaluator: "State", owner: Instance, name: str) -> bool | None:
    of = owner.of
    if any(each.binds(name) for each in of.lineage()):
        return True
    fields = {slot.name for each in of.lineage() if each.node.decorator_list for slot in fields_of(each.node)}
    if name in owner.attributes and not isinstance(owner.attributes[name], Unknown):
        return True
    made = any(owner is each for each in evaluator.instances)
    hooked = any(of.method(hook) is not None for hook in ("__getattr__", "__getattribute__"))
    if (
        name in {*owner.attributes, *fields}
        or not made
        or hooked
        or id(owner.attributes) in evaluator.clouded
    ):
        return None
    held = _of_class(of, name)
    return held if held is not False else _never_set(evaluator, owner.attributes)


def _never_set(evaluator: "State", attributes: dict[str, Any]) -> Literal[False]:
    """False for an attribute that is not there; where turns are read together, one before may have set it."""
    if evaluator.lanes is not None and not any(attributes is each for each in evaluator.lanes.own):
        raise NotAlike
    return False


def _of_class(of: UserClass, name: str) -> bool | None:
    if any(each.binds(name) for each in of.lineage()):
        return True
    outside = {each.partition("[")[0].rpartition(".")[2] for each in of.outside()}
    hooked = any(keyword.arg == "metaclass" for each in of.lineage() for keyword in each.node.keywords)
    return False if outside <= _PLAIN and not hooked and not name.startswith("__") else None


def of_call(evaluator: "State", path: str, values: Sequence[Any], node: ast.Call) -> Any:
    """``hasattr(x, "name")`` and ``getattr(x, "name", default)``; ``NOT_OURS`` for another call."""
    if path not in {"getattr", "hasattr"} or len(values) < 2 or not isinstance(node.args[0], ast.expr):
        return NOT_OURS
    owner, name = values[0], values[1]
    if not isinstance(name, str) or not name.isidentifier():
        return NOT_OURS
    held = None if isinstance(owner, Unknown) else has(evaluator, owner, str(name))
    if path == "hasattr":
        return NOT_OURS if held is None else held
    if held is False and len(values) > 2:
        return values[2]
    place = ast.copy_location(ast.Attribute(node.args[0], str(name), ast.Load()), node)
    text = ast.unparse(place)
    if text in evaluator.bindings:
        evaluator.bound.add(text)
        return evaluator.bindings[text]
    if held is False:
        if evaluator.tries is not None:
            evaluator.tries.happens("AttributeError", node, comes=True)
        return Unknown(short(node), node)
    return evaluator.attributes.of(owner, place)
