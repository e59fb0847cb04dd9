"""Rates that a text writes by hand."""

import ast
from dataclasses import replace
from typing import Any

from lrplot.errors import LrplotError, NotationError
from lrplot.python import symbolic
from lrplot.python.evaluator import Evaluator
from lrplot.python.followed import Followed
from lrplot.python.mutation import rates_by_hand
from lrplot.python.nodes import nodes_of
from lrplot.python.parameters import Refusal
from lrplot.python.reading import Reading
from lrplot.python.script import Script
from lrplot.python.syntax import counting_parameter, is_bound, last_part
from lrplot.python.totals import total_named
from lrplot.python.values import Optimizer


def sets_rates_of(script: Script, optimizer: Optimizer) -> bool:
    return any(
        e.optimizer is optimizer and e.kind in {"set", "scale", "map"} for e in script.training.events()
    )


def writer_of(script: Script, optimizer: Optimizer) -> str:
    """The name of a rate written by hand: the function that writes it, else the optimizer."""
    for event in script.training.events():
        if event.optimizer is optimizer and event.kind in {"set", "scale", "map"}:
            inner = [
                node
                for node in nodes_of(script.tree)
                if isinstance(node, ast.FunctionDef)
                and node.lineno <= getattr(event.node, "lineno", 0) <= (node.end_lineno or 0)
            ]
            names = [node.name for node in inner if node.name not in {"main", "train", "step", "__init__"}]
            return names[-1] if names else optimizer.name
    return optimizer.name


def written_by_hand(evaluator: Evaluator, script: Script) -> list[Reading]:
    """Functions that nothing in the text calls, and that write the rate of their step."""
    readings = []
    for function in script.by_hand:
        events = [
            event
            for event in script.training.events()
            if event.kind in {"set", "scale", "map"}
            and function.lineno <= event.node.lineno <= (function.end_lineno or 0)  # type: ignore[attr-defined]
        ]
        rate: Any = None
        for event in events:
            if event.group not in (None, 0):
                continue
            if event.kind != "set":
                raise evaluator.source.refuse(
                    f"{function.name} multiplies the rate it finds; paste the loop that calls it", event.node
                )
            if event.test is None or rate is None:
                rate = event.formula
            else:
                rate = symbolic.choose(event.test, event.formula, rate)
        if rate is None:
            continue
        try:
            schedule = symbolic.schedule_of(rate)
        except (Refusal, LrplotError) as error:
            if isinstance(error, NotationError):
                raise
            raise evaluator.source.refuse(f"{function.name}: {error}", function) from None
        note = f"{function.name} is read as a function of the step that sets the rate"
        total = total_named(
            function, script.uncalled.home_of(function), evaluator, script.uncalled.owner_of(function)
        )
        counts_epochs = "epoch" in (counting_parameter(function) or "")
        horizon = script.epochs if counts_epochs and script.epochs else total
        reading = Reading(function.name, function.name, "", schedule, horizon=horizon, notes=(note,))
        each = script.steps_per_epoch if counts_epochs else None
        readings.append(replace(reading, by_epoch=counts_epochs, steps_per_epoch=each))
    return readings


def check_written(
    evaluator: Evaluator, script: Script, readings: list[tuple[Reading, Followed | None]]
) -> None:
    """Refuse a rate that is written where it was not followed."""
    followed = any(each is not None for _, each in readings) or bool(script.by_hand)
    for statement in rates_by_hand(evaluator.source.tree):
        if readings and followed and script.coverage.followed_past(statement):
            continue
        if readings and _is_of_plain_data(statement, evaluator.source.tree):
            continue
        if not readings:
            raise evaluator.source.refuse(
                "the rate is set by hand here, which is not read; paste the function of the step that gives "
                "it",
                statement,
            )
        raise evaluator.source.refuse(
            "the rate is also set by hand here, in a place that is not followed; paste the loop that gets "
            "here, or take the line out",
            statement,
        )


def _is_of_plain_data(statement: ast.stmt, tree: ast.AST) -> bool:
    """True where what is written into is a dictionary that the same function makes: a row of results."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    name = target.value.id if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) else ""
    around = [
        node
        for node in nodes_of(tree)
        if isinstance(node, ast.FunctionDef) and any(inner is statement for inner in ast.walk(node))
    ]
    nodes = [*ast.walk(around[-1] if around else tree)]
    bound = [
        node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        and any(isinstance(each, ast.Name) and each.id == name for each in node.targets)
    ]
    # Bound in another way too, as by a loop over groups, it may be one of those.
    everywhere = sum(is_bound(node) and node.id == name for node in nodes)
    return len(bound) == everywhere > 0 and all(
        isinstance(each, ast.Dict) or (isinstance(each, ast.Call) and last_part(each.func) == "dict")
        for each in bound
    )
