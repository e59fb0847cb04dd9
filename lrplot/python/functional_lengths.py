"""The length of a training with an optimizer that is a function, and what becomes of its rate."""

import ast
from dataclasses import replace
from typing import Any

from lrplot.python.evaluator import Evaluator
from lrplot.python.functional import is_functional
from lrplot.python.nodes import nodes_of
from lrplot.python.reading import Reading
from lrplot.python.script import Script
from lrplot.python.syntax import last_part
from lrplot.python.values import Function, Instance, Made, Optimizer


def as_long_as_the_loop(reading: Reading, made: Any, script: Script) -> Reading:
    """The reading of a functional optimizer's schedule, as long as the updates that were followed.

    Where they cannot be counted, a note says so.
    """
    evaluator = script.evaluator
    words = evaluator.registry.functional
    optimizer = next((each for each in evaluator.optimizers if each.lr is made), None)
    ours = isinstance(made, Made) and evaluator.registry[made.framework].functional is not None
    if not ours and (optimizer is None or not is_functional(evaluator.registry, optimizer)):
        return reading
    called = [last_part(node.func) for node in nodes_of(script.tree) if isinstance(node, ast.Call)]
    updates = script.training.count(
        lambda e: e.kind == "update" and e.optimizer is not None and e.optimizer is optimizer
    )
    if not updates and not (words.applies | evaluator.registry.loop.applying) & {*called}:
        return reading
    if updates and not script.lengths.used and not words.several & {*called}:
        return replace(reading, horizon=updates, by_epoch=False)
    note = "how many updates this text makes is not counted here; drawn over what its schedule says (--steps)"
    return replace(reading, notes=(*reading.notes, note))


def keeps_its_rate(evaluator: Evaluator, optimizer: Optimizer) -> bool:
    """True where nothing that an optimizer is handed to can write its rate."""
    plain = not isinstance(optimizer.lr, Made | Function | Instance)
    return plain and is_functional(evaluator.registry, optimizer)
