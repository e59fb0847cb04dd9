"""Optimizers without a scheduler, and the model of their updates."""

import math

from lrplot.optimizers.base import Optimizer as Model
from lrplot.python.binding import NotKnown
from lrplot.python.evaluator import Evaluator
from lrplot.python.parameters import Path, Refusal
from lrplot.python.reading import Reading
from lrplot.python.values import GROUPS, Function, Instance, Made, Optimizer, Unknown
from lrplot.schedules.constant import Constant


def optimizer_alone(evaluator: Evaluator, optimizer: Optimizer) -> Reading | None:
    """An optimizer without a scheduler keeps its rate."""
    if optimizer.lr is None or isinstance(optimizer.lr, Made | Instance | Function):
        return None
    rate = _own_rate(evaluator, optimizer)
    model = modelled(evaluator, optimizer)
    if model is None:
        evaluator.notes[f"{optimizer.name} has no scheduler: its rate stays as it is"] = None
    return Reading(optimizer.name, optimizer.name, "", Constant(lr=rate), optimizer=model, alone=True)


def _own_rate(evaluator: Evaluator, optimizer: Optimizer) -> float:
    """The rate an optimizer is called with, or the one that is given in its place."""
    lr = optimizer.lr
    if isinstance(lr, Unknown | Path) and evaluator.rates.given is None:
        raise evaluator.not_known(lr)
    try:
        if lr is not GROUPS and isinstance(lr, str | bool | list | tuple | dict):
            raise Refusal(f"{optimizer.name}: the rate must be a number, got {lr!r}")
        rate = evaluator.base_rate(evaluator.rate_of(optimizer))
        if not 0 <= rate < math.inf:
            raise Refusal(f"{optimizer.name}: the rate must be a finite number ≥ 0, got {rate:g}")
        return rate
    except Refusal as refusal:
        raise evaluator.source.refuse(str(refusal), evaluator.source.tree.body[-1]) from None


def modelled(evaluator: Evaluator, optimizer: Optimizer) -> Model | None:
    """The optimizer's updates; what of it cannot be read is an error at its place."""
    try:
        return evaluator.registry.model_of(optimizer)
    except NotKnown as unknown:
        raise evaluator.not_known(unknown.value) from None
    except Refusal as refusal:
        raise evaluator.source.refuse(str(refusal), evaluator.source.tree.body[-1]) from None
