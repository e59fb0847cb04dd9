"""``isinstance``, ``issubclass`` and ``type``, where the text says of what kind a value is."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from lrplot.python import enumerations
from lrplot.python.objects import NOT_OURS
from lrplot.python.own_dicts import OwnDict
from lrplot.python.parameters import Path
from lrplot.python.rows import Row
from lrplot.python.sharing import BEGINS_WITH
from lrplot.python.values import Function, Instance, Made, Nothing, Optimizer, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State

_PLAIN: Final[Mapping[str, tuple[type[Any], ...]]] = {
    "int": (int,),
    "float": (float,),
    "bool": (bool,),
    "str": (str,),
    "list": (list,),
    "tuple": (tuple,),
    "dict": (dict,),
    "range": (range,),
    "bytes": (),
    "type": (UserClass,),
    "Number": (int, float),
    "Real": (int, float),
    "Integral": (int,),
    "Sequence": (list, tuple, str, range),
    "Mapping": (dict,),
    "MutableMapping": (dict,),
    "Iterable": (list, tuple, str, range, dict),
    "Callable": (Function, UserClass),
    "FunctionType": (Function,),
    "LambdaType": (Function,),
    "Tensor": (),
    "ndarray": (),
}
"""Classes of Python and of arrays, by their names, and the values read here that are of them."""
_OF_DATA: Final = frozenset({"int", "float", "bool", "str", "list", "tuple", "dict", "range"})
_VALUES: Final = int | float | str | list | tuple | dict | range | Function | UserClass | Nothing
_WITHOUT_KINDS: Final = frozenset({"object", "ABC", "Protocol", "Generic", "Enum"})
"""Bases elsewhere that make an object none of the classes above."""


def of_call(evaluator: "State", path: str, values: Sequence[Any]) -> Any:
    """What ``isinstance(x, C)`` and its like give; ``NOT_OURS`` where it is not known, or another call."""
    if path == "type" and len(values) == 1 and isinstance(getattr(values[0], "of", None), UserClass):
        return values[0].of
    if path not in {"isinstance", "issubclass"} or len(values) != 2:
        return NOT_OURS
    value, kinds = values
    asked = kinds if isinstance(kinds, tuple | list) else (kinds,)
    if path == "issubclass":
        found = [_derives(value, kind) if isinstance(value, UserClass) else None for kind in asked]
    else:
        found = [_is(evaluator, value, kind) for kind in asked]
    if any(each is True for each in found):
        return True
    return False if all(each is False for each in found) else NOT_OURS


def _is(evaluator: "State", value: Any, kind: Any) -> bool | None:
    if isinstance(value, Made) and isinstance(kind, Path) and kind.name not in _PLAIN:
        return _is_scheduler_of(evaluator, value, kind)
    if isinstance(value, Nothing) and isinstance(kind, Path):
        return None if kind.name.rpartition(".")[2] == "NoneType" else False
    also_plain = enumerations.is_one(value) or isinstance(value, Row | OwnDict)
    if isinstance(value, Instance) or also_plain:
        derived = _derives(value.of, kind)
        return _plain(value, kind) if derived is not True and also_plain else derived
    if isinstance(kind, UserClass):
        return False if isinstance(value, _VALUES) else None
    return _plain(value, kind)


def _plain(value: Any, kind: Any) -> bool | None:
    """Whether a plain value is of a class of Python."""
    name = kind.name.rpartition(".")[2] if isinstance(kind, Path) else ""
    if isinstance(value, Made | Optimizer) and name in _OF_DATA:
        return False
    if name not in _PLAIN or not isinstance(value, _VALUES):
        return None
    if name in {"int", "float", "Integral"} and _may_be_either(value) and not isinstance(value, _PLAIN[name]):
        return None
    return isinstance(value, _PLAIN[name])


def _may_be_either(value: Any) -> bool:
    """True for a whole number, which may have become one of the two here where the text has the other."""
    return isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()


def _is_scheduler_of(evaluator: "State", made: Made, kind: Path) -> bool | None:
    """Whether a scheduler is of a framework's class, none of which derives from another but their base."""
    if not made.framework:
        return None
    framework, last = evaluator.registry[made.framework], kind.name.rpartition(".")[2]
    if evaluator.registry.home(kind.name, imported=kind.imported) is not framework:
        return None
    own = BEGINS_WITH in made.arguments
    if last in framework.scheduler_bases:
        return True if own or made.call in framework.calls else None
    if last not in framework.calls or not framework.scheduler_bases:
        return None
    return not own and made.call == last


def _derives(of: UserClass, kind: Any) -> bool | None:
    """Whether a class of the text is another, or derives from it."""
    outside = {name.partition("[")[0].rpartition(".")[2] for name in of.outside()}
    if isinstance(kind, UserClass):
        return any(each.node is kind.node for each in of.lineage())
    name = kind.name.rpartition(".")[2] if isinstance(kind, Path) else ""
    if not name:
        return None
    if name in outside or name == "object":
        return True
    return (
        False
        if outside <= _WITHOUT_KINDS and name in _PLAIN and name not in {"Callable", "Iterable"}
        else None
    )
