"""A script's own subclass of PyTorch's ``LRScheduler``: what its ``get_lr`` says of the epoch it is at."""

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lrplot.errors import LrplotError, NotationError
from lrplot.python import symbolic
from lrplot.python.binding import NotKnown
from lrplot.python.framework import Framework
from lrplot.python.parameters import Path, Refusal
from lrplot.python.registry import Registry
from lrplot.python.symbolic import STEP, Symbol
from lrplot.python.training import Event
from lrplot.python.values import Function, Instance, Made, Optimizer, Scope, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State


def derives(of: UserClass, registry: Registry) -> Framework | None:
    """The framework whose scheduler a class of the script is, None where it is none."""
    names = (base.rpartition(".")[2] for base in of.outside())
    return next((registry.scheduler_bases[name] for name in names if name in registry.scheduler_bases), None)


def begin(
    evaluator: "State", scheduler: Instance, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST
) -> None:
    """``LRScheduler.__init__``: the optimizer, its base rates, and the clock at 0."""
    optimizer = named.get("optimizer", given[0] if given else None)
    if isinstance(optimizer, Unknown | Path):
        optimizer = evaluator.objects.named(optimizer)
    if not isinstance(optimizer, Optimizer):
        raise evaluator.source.refuse("LRScheduler.__init__ takes the optimizer first", node)
    attributes = scheduler.attributes
    evaluator.write(attributes, "optimizer", optimizer)
    try:
        base = evaluator.base_rate(evaluator.rate_of(optimizer))
    except NotKnown as unknown:
        raise evaluator.not_known(unknown.value) from None
    except Refusal as refusal:
        raise evaluator.source.refuse(str(refusal), node) from None
    evaluator.write(attributes, "base_lrs", [base])
    evaluator.write(attributes, "last_epoch", 0)
    evaluator.write(attributes, "_step_count", 1)
    evaluator.write(attributes, "_get_lr_called_within_step", True)


def made(evaluator: "State", scheduler: Instance, node: ast.AST) -> Made:
    """The scheduler as PyTorch steps it.

    Raises
    ------
    NotationError
        When ``get_lr`` cannot be read as a function of ``last_epoch``.
    """
    name = scheduler.of.node.name
    framework = derives(scheduler.of, evaluator.registry)
    optimizer = scheduler.attributes.get("optimizer")
    method = scheduler.of.method("get_lr")
    if not isinstance(optimizer, Optimizer) or method is None:
        missing = "get_lr" if method is None else "super().__init__(optimizer)"
        raise evaluator.source.refuse(f"class {name}: no {missing} in it", scheduler.of.node)
    home = scheduler.of.where("get_lr")
    clocked = Instance(scheduler.of, {**scheduler.attributes, "last_epoch": STEP})
    clocked.attributes["_step_count"] = symbolic.combine(ast.Add(), STEP, 1)
    function = Function(method, Scope({}, home.scope, of=home), first=(clocked,))
    with evaluator.purely():
        result = evaluator.apply(function, (), {}, node)
    base = scheduler.attributes["base_lrs"][0]
    first = result[0] if isinstance(result, list | tuple) and result else result
    if isinstance(first, Unknown | Path):
        raise evaluator.not_known(first)
    try:
        if isinstance(first, Symbol) and first.power:
            schedule = symbolic.recursion_of(Symbol(first.node, 0, first.size), base, from_zero=False)
        else:
            schedule = symbolic.schedule_of(first)
    except LrplotError as error:
        if isinstance(error, NotationError):
            raise
        raise evaluator.source.refuse(f"{name}.get_lr: {error}", method) from None
    counted = {each.attr for each in ast.walk(scheduler.of.node) if isinstance(each, ast.Attribute)} & {
        "_step_count",
        "last_epoch",
    }
    scheduler_made = Made(
        schedule,
        framework.name if framework else "",
        name,
        node,
        base,
        arguments={"counts": counted},
        optimizer=optimizer,
    )
    evaluator.objects.training.add(Event("made", node, optimizer, scheduler_made))
    return scheduler_made
