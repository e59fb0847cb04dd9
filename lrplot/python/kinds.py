"""``isinstance(value, kinds)``, where the text says of what kind a value is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.parameters import Path
from lrplot.python.sharing import BEGINS_WITH
from lrplot.python.values import NOTHING, Instance, Made, Optimizer, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State

_PLAIN: Final[Mapping[str, type]] = {"list": list, "tuple": tuple, "dict": dict, "str": str}
"""Python's own kinds that a value here has where the text's has; a set is read as a list."""
_NUMBERS: Final = frozenset({"int", "float"})
"""Kinds that are not told apart: a whole number may be either."""


def is_instance(evaluator: "State", value: Any, kinds: Any) -> bool | None:
    """Whether a value is of one of these kinds, None where it is not known."""
    listed = list(kinds) if isinstance(kinds, tuple | list) else [kinds]
    names = {each.name for each in listed if isinstance(each, Path)}
    if isinstance(value, int | float) and not isinstance(value, bool) and names >= _NUMBERS:
        return True
    answers = [_is_of(evaluator, value, each) for each in listed]
    if any(answers):
        return True
    return False if all(answer is False for answer in answers) else None


def _is_of(evaluator: "State", value: Any, kind: Any) -> bool | None:
    """Whether a value is of a kind."""
    if value is NOTHING and isinstance(kind, Path | UserClass):
        return None if isinstance(kind, Path) and kind.name.rpartition(".")[2] == "NoneType" else False
    if isinstance(kind, UserClass):
        if isinstance(value, Instance):
            return any(each.node is kind.node for each in value.of.lineage())
        return False if isinstance(value, list | tuple | dict | str | int | float) else None
    if not isinstance(kind, Path):
        return None
    if kind.name in _PLAIN:
        plain = isinstance(value, list | tuple | dict | str | int | float | Made | Optimizer)
        return isinstance(value, _PLAIN[kind.name]) if plain else None
    if isinstance(value, Made):
        return _is_scheduler_of(evaluator, value, kind)
    return None


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
