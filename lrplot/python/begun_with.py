"""The rates that a new optimizer begins with, where the text reads them from another one."""

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lrplot.python.lanes import NotAlike
from lrplot.python.symbolic import Symbol
from lrplot.python.values import NOTHING, Group, Optimizer, RateOf

if TYPE_CHECKING:
    from lrplot.python.state import State


def begun(evaluator: "State", made: Optimizer, node: ast.AST) -> Optimizer:
    """The optimizer with numbers for the rates that were read from another.

    Raises
    ------
    NotationError
        Where the other's rate at this place is not known.
    """
    listed = made.values[0] if made.values else made.named.get("params")
    made = replace(made, lr=_number(evaluator, made.lr, node))
    if not isinstance(listed, list):
        return made
    if any(isinstance(each, Group) for each in listed):
        raise evaluator.objects.refusal(
            f"{made.name} is given the parameter groups of another optimizer here, and goes on with their "
            "rates, which is not read; give it parameters and its lr",
            node,
        )
    groups = [_group(evaluator, each, node) for each in listed]
    if all(new is old for new, old in zip(groups, listed, strict=True)):
        return made
    if made.values:
        return replace(made, values=(groups, *made.values[1:]))
    return replace(made, named={**made.named, "params": groups})


def _group(evaluator: "State", group: Any, node: ast.AST) -> Any:
    if not isinstance(group, dict):
        return group
    new = {key: _number(evaluator, group[key], node) for key in ("lr", "initial_lr") if key in group}
    return {**group, **new} if any(new[key] is not group[key] for key in new) else group


def _number(evaluator: "State", rate: Any, node: ast.AST) -> Any:
    if evaluator.rates.given is not None:
        return rate
    objects = evaluator.objects
    if isinstance(rate, RateOf):
        rate = objects.rate_now(objects.groups.of(rate.optimizer)[0])
    known = objects.known(rate)
    if evaluator.lanes is not None and objects.hangs_on_rates(known):
        raise NotAlike
    if evaluator.lanes is not None and isinstance(known, Symbol):
        raise objects.refusal(
            "each turn of this loop trains anew, from a rate of its own; take the loop off the turn that is "
            "meant",
            node,
        )
    if known is NOTHING:
        raise objects.refusal(
            "the rate that this optimizer begins with is computed in a way that is not read; write the "
            "number",
            node,
        )
    if not objects.hangs_on_rates(known):
        return known
    raise objects.refusal(
        "the rate that this optimizer begins with is read from another here, and what it is at this place is "
        "not known; write the number",
        node,
    )
