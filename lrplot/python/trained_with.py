"""Schedules of a text as trainers use them: which train, for how long, and where that is not known."""

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lrplot.python.evaluator import Evaluator
from lrplot.python.parameters import Path
from lrplot.python.reading import Reading
from lrplot.python.script import Script
from lrplot.python.values import Instance, Made, Optimizer, Unknown
from lrplot.schedules.excerpt import Excerpt


def is_trainers(evaluator: Evaluator, script: Script, optimizer: Optimizer) -> bool:
    """True where it is the optimizer that a trainer hands to a method of the text, which updates it alone."""
    implicit = any(optimizer is each for each in script.objects.implicit.values())
    own = (event for event in script.training.events() if event.optimizer is optimizer)
    return bool(evaluator.configured_by_trainer) and implicit and all(event.kind == "update" for event in own)


def check_configured(
    evaluator: Evaluator, script: Script, function: ast.FunctionDef, result: Any, stepped: Sequence[Made]
) -> None:
    """Refuse what a trainer makes of its schedulers where that is not what its method alone says."""
    inside = {id(node) for node in ast.walk(function)}
    here = [
        each
        for each in evaluator.made
        if isinstance(each, Made) and id(each.node) in inside and id(each) not in evaluator.used
    ]
    if not here and not stepped:
        return
    other = evaluator.registry.refused_of_trainer(script.tree, function)
    if other is not None:
        raise evaluator.source.refuse(other[1], other[0])
    for made in here:
        if made is not result and not any(made is each for each in stepped):
            if isinstance(result, Unknown) and result.because is None:
                raise evaluator.source.refuse(
                    f"what {function.name} returns depends on a condition that is not known here; keep the "
                    "way that is meant",
                    function,
                )
            if isinstance(result, Unknown | Path):
                raise evaluator.not_known(result, f"and whether {made.call} is returned depends on it")
            raise evaluator.source.refuse(
                f"{made.call} is made here, and {function.name} does not return it as a scheduler: who steps "
                "it is not known",
                made.node,
            )
    for made in stepped:
        by_hand = (e for e in script.training.events() if e.kind == "step" and e.scheduler is made)
        event = next(by_hand, None)
        if event is not None:
            raise evaluator.source.refuse(
                f"{made.call} is stepped here, and by the trainer too, as {function.name} returns it",
                event.node,
            )
        beside = [each for each in stepped if each is not made and each.optimizer is made.optimizer]
        if beside and made.optimizer is not None:
            raise evaluator.source.refuse(
                f"{function.name} returns several schedulers of one optimizer; what they make of its rate "
                "together is not read",
                beside[0].node,
            )


def updates_of(script: Script, optimizer: Optimizer) -> int:
    """The number of times an optimizer updates in the loops that were followed."""
    return script.training.count(lambda event: event.kind == "update" and event.optimizer is optimizer)


def not_trained_with(evaluator: Evaluator, script: Script) -> set[int]:
    """The schedules that no fit is given, by itself or in an optimizer; a note says so."""
    if not script.fitting.fits:
        return set()
    trained = {id(o.lr) for o in evaluator.optimizers if updates_of(script, o)}
    found = set()
    for each in evaluator.made:
        if id(each) in trained or not isinstance(each, Made | Instance) or id(each) in evaluator.used:
            continue
        if isinstance(each, Made) and each.optimizer is not None:
            continue
        found.add(id(each))
        if id(each) not in script.fitting.given:
            name = each.call if isinstance(each, Made) else each.of.node.name
            evaluator.notes[f"{script.labels.get(id(each), name)} is made, and nothing trains with it"] = None
    return found


def by_fit(reading: Reading, made: Any, script: Script) -> Reading:
    """The reading of an optimizer's own schedule, as long as the updates that were followed."""
    optimizer = next((o for o in script.evaluator.optimizers if o.lr is made), None)
    if optimizer is None or not script.fitting.fits:
        return reading
    every = script.fitting.batches_of_an_update(optimizer)
    if every > 1:
        # It counts batches, and is asked in the last of those of an update.
        slower = Excerpt(schedule=reading.schedule, start=every - 1, stride=every)
        reading = replace(reading, schedule=slower, horizon=None)
    if script.lengths.used:
        return reading
    return replace(reading, horizon=updates_of(script, optimizer) // every)
