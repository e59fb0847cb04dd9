"""A rate that a text writes: set, scaled, or computed from the one before."""

import ast
from typing import TYPE_CHECKING, Any, Literal

from lrplot.python.lanes import NotAlike, constant_of, free_names, ratio
from lrplot.python.parameter_groups import RATE, rate_name
from lrplot.python.symbolic import Symbol
from lrplot.python.values import Optimizer

if TYPE_CHECKING:
    from lrplot.python.state import State


def change_of(
    evaluator: "State", optimizer: Optimizer, group: int | None, value: Any, node: ast.AST
) -> tuple[Literal["set", "scale", "map"], Any]:
    """The way a value changes the rate of a group: it sets it, scales it, or is computed from it."""
    objects = evaluator.objects
    rates = {name for name in free_names(value) if name.startswith(RATE)}
    if not rates:
        return "set", value
    if rates != {rate_name(optimizer, group or 0, objects.groups.changes(optimizer))}:
        # A rate that was read before, another group's or another optimizer's is a number where it is known.
        known = objects.known(value)
        if isinstance(known, float):
            return "set", known
        if evaluator.lanes is not None:
            raise NotAlike
        raise objects.refusal(
            "a rate that was read before, or of another parameter group, is written here; not followed",
            node,
        )
    (name,) = rates
    factor = ratio(value.node, name)
    if factor is None:
        return "map", value
    constant = constant_of(factor)
    return "scale", Symbol(factor) if constant is None else float(constant)
