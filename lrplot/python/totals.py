"""The length of training, where a function that gives or sets the rate names it."""

import ast
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.values import Instance, Scope

if TYPE_CHECKING:
    from lrplot.python.evaluator import Evaluator

_TOTALS: Final = frozenset(
    {"max_iters", "max_iter", "max_steps", "max_step", "max_it", "total_steps", "total_step", "total_iters",
     "total_iter", "total", "epochs", "num_epochs", "n_epochs", "max_epochs", "max_epoch", "total_epochs",
     "num_epoch", "decay_steps", "lr_decay_iters", "num_training_steps", "training_steps", "train_steps",
     "num_steps", "t_total", "T_max", "n_iters", "num_iters", "num_iterations", "max_iterations",
     "iterations", "steps", "end", "niter", "last_step", "max_train_steps", "total_updates",
     "total_num_update",
     "t_max"}
)  # fmt: skip
"""Names that say how long training is."""
_BEYOND: Final = 20
"""One part in so many of the training is drawn beyond it, where the curve goes on there."""


def total_named(
    function: ast.FunctionDef | ast.Lambda,
    scope: Scope,
    evaluator: "Evaluator",
    owner: Instance | None = None,
) -> int | None:
    """Steps to draw of a function's curve: to the total it names, and a little beyond where it looks there.

    None where it names none.
    """
    found: list[tuple[int, bool]] = []
    inner = Scope({}, scope)
    if owner is not None and function.args.args:
        inner.names[function.args.args[0].arg] = owner
    for node in ast.walk(function):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if name.lower() not in _LOWER or not isinstance(node, ast.Name | ast.Attribute):
            continue
        value: Any = evaluator.value(node, inner)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and value > 1:
            found.append((value, _looks_beyond(function, name)))
    if not found:
        return None
    total, beyond = max(found)
    return total + -(-total // _BEYOND) if beyond else total


_LOWER: Final = frozenset(name.lower() for name in _TOTALS)


def _looks_beyond(function: ast.AST, name: str) -> bool:
    """True where something is compared with the total, as where the curve goes on behind it."""
    return any(
        isinstance(node, ast.Compare)
        and any(
            getattr(side, "attr", getattr(side, "id", "")) == name for side in (node.left, *node.comparators)
        )
        for node in ast.walk(function)
    )
