"""Updates by optimizers that are functions: the training state that was made with one is updated by it."""

import ast
from typing import TYPE_CHECKING, Any

from lrplot.python.objects import NOT_OURS
from lrplot.python.parameters import Path
from lrplot.python.training import Event
from lrplot.python.values import Optimizer, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lrplot.python.registry import Registry
    from lrplot.python.state import State


def updated(evaluator: "State", base: Any, name: str, node: ast.Call) -> Any:
    """The value of ``state.apply_gradients(…)``, its update noted; ``NOT_OURS`` for another method."""
    words = evaluator.registry.functional
    optimizer: Optimizer | None = None
    if name in words.updates:
        held = [base] if isinstance(base, Optimizer) else getattr(base, "holds", ())
        optimizer = _alone(each for each in held if is_functional(evaluator.registry, each))
    elif name in words.applies and isinstance(base, Unknown | Path):
        # Which state it is is not followed: there is one optimizer that it can be made with.
        optimizer = _alone(evaluator.optimizers)
        if optimizer is not None and not is_functional(evaluator.registry, optimizer):
            optimizer = None
    if optimizer is None:
        return NOT_OURS
    if not evaluator.inside_function:
        evaluator.objects.add(Event("update", node, optimizer))
    return base if name in words.applies else Unknown(ast.unparse(node), node, holds=(optimizer,))


def is_functional(registry: "Registry", value: Any) -> bool:
    """True for an optimizer that is a function, with its state beside it."""
    return (
        isinstance(value, Optimizer)
        and bool(value.framework)
        and registry[value.framework].functional is not None
    )


def _alone(found: "Iterable[Optimizer]") -> Optimizer | None:
    several = {id(each): each for each in found}
    return next(iter(several.values())) if len(several) == 1 else None
