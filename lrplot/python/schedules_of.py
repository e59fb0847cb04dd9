"""The schedules that a script makes, once it was walked through."""

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lrplot.errors import LrplotError, NotationError
from lrplot.python import symbolic
from lrplot.python.anew_alike import one_of_each
from lrplot.python.binding import NotKnown
from lrplot.python.by_hand import check_written, sets_rates_of, writer_of, written_by_hand
from lrplot.python.evaluator import Evaluator
from lrplot.python.followed import Followed, Follower
from lrplot.python.framework import TrainerStepped
from lrplot.python.functional_lengths import as_long_as_the_loop, keeps_its_rate
from lrplot.python.optimizers_alone import optimizer_alone
from lrplot.python.parameters import Refusal
from lrplot.python.reading import OVER_EPOCHS, Reading, Request
from lrplot.python.remade import remade
from lrplot.python.script import Script
from lrplot.python.syntax import short
from lrplot.python.totals import total_named
from lrplot.python.trained_with import by_fit, check_configured, is_trainers, not_trained_with, updates_of
from lrplot.python.unfollowed import unfollowed
from lrplot.python.values import Function, Instance, Made, Optimizer
from lrplot.schedules.base import Context
from lrplot.schedules.epochwise import Epochwise


def schedules_of(
    evaluator: Evaluator, script: Script, asked: Request
) -> list[tuple[Reading, Followed | None]]:
    """The schedules that a text trains with: the curves its loops make, and those that no loop steps."""
    around = asked.around
    follower = Follower(script)
    of_each = _of_optimizers(evaluator, script, follower, asked)
    readings = _once(evaluator, script, of_each)
    done = {id(made) for made in evaluator.made if isinstance(made, Made) and id(made.optimizer) in of_each}
    script.fitting.check_unfollowed(evaluator.made)
    for framework in evaluator.registry.frameworks:
        if framework.check is not None:
            framework.check(script)
    done |= not_trained_with(evaluator, script)
    made = [each for each in evaluator.made if id(each) not in evaluator.used and id(each) not in done]
    for optimizer in evaluator.optimizers:
        inside = optimizer.lr
        if script.fitting.fits and not updates_of(script, optimizer):
            continue
        if isinstance(inside, Function) or (isinstance(inside, Made | Instance) and inside not in made):
            made.append(inside)
    alone = len(made) == 1 and not readings
    made = [
        each
        for each in made
        if alone or not (isinstance(each, Made) and evaluator.registry[each.framework].dampens)
    ]
    for function, result in evaluator.configured_by_trainer:
        stepped = list(evaluator.registry.stepped_by_trainer(function.name, result))
        check_configured(evaluator, script, function, result, [each.made for each in stepped])
        for each in stepped:
            if any(each.made is other for other in made):
                made = [other for other in made if other is not each.made]
                readings.append((_by_trainer(evaluator, script, around, each, function), None))
    readings += [
        (as_long_as_the_loop(by_fit(timed, each, script), each, script), None)
        for each in made
        for timed in (_timed(_reading(evaluator, each, script), each, script, around),)
    ]
    readings += [(reading, None) for reading in written_by_hand(evaluator, script)]
    check_written(evaluator, script, readings)
    trains = any(e.kind == "update" or (e.kind == "epoch" and e.looped) for e in script.training.events())
    kept = bool(evaluator.optimizers) and all(keeps_its_rate(evaluator, o) for o in evaluator.optimizers)
    if not readings and (trains or kept or not evaluator.unread) and not script.passed_over:
        plain = (optimizer_alone(evaluator, each) for each in evaluator.optimizers)
        readings = [(reading, None) for reading in plain if reading is not None]
        if len(_said(evaluator)) > 1:
            readings = [(replace(reading, alone=False, optimizer=None), None) for reading, _ in readings]
    if any(followed is not None for _, followed in readings):
        left = script.objects.unaccounted(evaluator.source.tree, script.coverage.reached)
        if left is not None:
            raise evaluator.source.refuse(
                f"what '{ast.unparse(left)}' does here is not followed, and it may step a scheduler", left
            )
        never_stepped = any(each is not None and each.never_stepped for _, each in readings)
        place = unfollowed(script, never_stepped=never_stepped)
        if place is not None:
            raise evaluator.source.refuse(place[1], place[0])
    another = remade(script) if readings else None
    if another is not None:
        raise evaluator.source.refuse(another[1], another[0])
    missed = script.coverage.not_called() if readings else None
    if missed is not None:
        raise evaluator.source.refuse(
            f"what '{short(missed)}' does here is not followed, and it may change the rate; write it as a "
            "statement of its own in a plain loop or condition",
            missed,
        )
    told = _told_apart([reading for reading, _ in readings])
    return [(reading, followed) for reading, (_, followed) in zip(told, readings, strict=True)]


_Read = list[tuple[Reading, Followed | None]]
"""The readings of an optimizer, and the course of its rate where a loop was followed."""


def _of_optimizers(
    evaluator: Evaluator, script: Script, follower: Follower, asked: Request
) -> dict[int, _Read]:
    """The readings of each optimizer that the text itself trains, by its identity."""
    of_each: dict[int, _Read] = {}
    for optimizer in follower.optimizers():
        if isinstance(optimizer.lr, Made | Function | Instance) or is_trainers(evaluator, script, optimizer):
            continue
        found = _of_optimizer(evaluator, script, follower, optimizer, asked)
        if found:
            of_each[id(optimizer)] = found
    return of_each


def _once(evaluator: Evaluator, script: Script, of_each: Mapping[int, _Read]) -> _Read:
    """The readings of optimizers, one of those that turns of a loop train anew in the same way."""
    again, notes = one_of_each(evaluator.source, script.loops.anew.found.values(), of_each)
    readings: _Read = []
    for key, found in of_each.items():
        told = (notes[key],) if key in notes else ()
        if key not in again:
            readings += [(replace(one, notes=(*one.notes, *told)), followed) for one, followed in found]
    return readings


def _said(evaluator: Evaluator) -> list[ast.stmt]:
    """The statements of a text but for its imports."""
    return [s for s in evaluator.source.tree.body if not isinstance(s, ast.Import | ast.ImportFrom)]


def _of_optimizer(
    evaluator: Evaluator, script: Script, follower: Follower, optimizer: Optimizer, asked: Request
) -> list[tuple[Reading, Followed | None]]:
    """The curves of one optimizer's parameter groups; one where all groups have the same."""
    followed = follower.follow(optimizer)
    if followed is None:
        handed = [
            (made, node)
            for made, node in script.evaluator.elsewhere.handed.values()
            if made.optimizer is optimizer
        ]
        if handed and asked.update is None:
            raise _update_wanted(evaluator, *handed[0])
        return []
    handed = [
        (made, node)
        for made, node in script.evaluator.elsewhere.handed.values()
        if made.optimizer is optimizer
    ]
    if handed and followed.unchanged and not followed.never_stepped and followed.scheduler is not None:
        made, node = handed[0]
        raise evaluator.source.refuse(
            f"{made.call} is stepped before the training and handed on here, and how often it is stepped "
            "there is not known; paste the code that gets it",
            node,
        )
    if handed and (followed.never_stepped or followed.scheduler is None):
        if asked.update is None:
            raise _update_wanted(evaluator, *handed[0])
        return [(_handed_on(evaluator, script, follower, handed[0][0], asked), None)]
    if asked.update is not None and not followed.never_stepped and followed.scheduler is not None:
        step = next(e.node for e in script.training.events() if e.kind == "step" and e.optimizer is optimizer)
        raise evaluator.source.refuse(
            f"--update {asked.update} says what this text says itself: here the scheduler is stepped, and "
            "that is drawn",
            step,
        )
    scheduler = followed.scheduler
    name = scheduler.call if scheduler is not None else writer_of(script, optimizer)
    label = script.labels.get(id(scheduler), name) if scheduler is not None else name
    notes: list[str] = []
    own = (event for event in script.training.events() if event.optimizer is optimizer)
    dampened = any(event.kind == "dampen" for event in own)
    if scheduler is None and not dampened and not sets_rates_of(script, optimizer):
        notes.append(f"{optimizer.name} has no scheduler here: its rate stays as it is")
    if followed.never_stepped and scheduler is not None:
        notes.append(f"{label} is made and never stepped: the rate stays as it is")
    if followed.ticks > 1:
        notes.append(f"the scheduler advances {followed.ticks} times an update; drawn over updates")
    elsewhere = script.evaluator.elsewhere.assumed
    notes += [f"{path}(…) is not in the text; taken to leave the rate alone" for path in elsewhere]
    if followed.by_epoch and followed.kind == "epoch":
        notes.append(OVER_EPOCHS)
    reading = Reading(
        label,
        name,
        scheduler.framework if scheduler is not None else "",
        followed.schedule,
        horizon=followed.updates,
        by_epoch=followed.by_epoch,
        steps_per_epoch=followed.each,
        notes=tuple(notes),
        never_stepped=followed.never_stepped,
    )
    return [(reading, followed)]


def _handed_on(
    evaluator: Evaluator, script: Script, follower: Follower, made: Made, asked: Request
) -> Reading:
    """A scheduler that code elsewhere steps, as often as ``--update`` says."""
    reading = _reading(evaluator, made, script)
    epochs = follower.epochs_elsewhere() or script.epochs
    each = asked.around.clock.steps_per_epoch or script.steps_per_epoch
    if asked.update == "epoch":
        return replace(reading, horizon=epochs, by_epoch=True, steps_per_epoch=each)
    horizon = epochs * each if epochs and each else None
    return replace(reading, horizon=horizon, steps_per_epoch=each)


def _update_wanted(evaluator: Evaluator, made: Made, node: ast.AST) -> NotationError:
    return evaluator.source.refuse(
        f"{made.call} is handed on here, and how often it is stepped there is not known; say --update step "
        "or --update epoch",
        node,
    )


def _by_trainer(
    evaluator: Evaluator,
    script: Script,
    around: Context,
    said: TrainerStepped,
    function: ast.FunctionDef,
) -> Reading:
    """A scheduler that a trainer steps: once an epoch, unless the interval is the step."""
    if said.open is not None:
        raise evaluator.not_known(said.open)
    reading = _reading(evaluator, said.made, script)
    each = around.clock.steps_per_epoch or script.steps_per_epoch
    if said.frequency > 1 and not said.by_epoch:
        raise evaluator.source.refuse(
            f"a frequency of {said.frequency} at interval 'step' counts the batches of an epoch: not read",
            function,
        )
    if said.frequency > 1:
        slower = Epochwise(schedule=reading.schedule, steps_per_epoch=said.frequency)
        reading = replace(reading, schedule=slower)
    if not said.by_epoch:
        horizon = script.turns or (script.epochs * each if script.epochs and each else None)
        return replace(reading, horizon=horizon, steps_per_epoch=each)
    trainer = evaluator.registry.hooks[function.name].title
    note = f"{function.name} leaves the interval at 'epoch': {trainer} steps the scheduler once an epoch"
    slow = script.epochs
    return replace(
        reading,
        horizon=slow,
        by_epoch=True,
        steps_per_epoch=each,
        notes=(*reading.notes, note),
        wrapped=False,
    )


def _timed(reading: Reading, made: Any, script: Script, around: Context) -> Reading:
    """The reading of a schedule no loop steps: a schedule that counts updates needs to know an epoch's."""
    own = bool(reading.framework) and reading.call in script.evaluator.registry[reading.framework].by_epoch
    each = around.clock.steps_per_epoch or script.steps_per_epoch
    if own:
        return replace(reading, horizon=script.epochs, by_epoch=True, steps_per_epoch=each)
    if isinstance(made, Made) and made.needs is not None:
        raise script.source.refuse(made.needs, made.node)
    if isinstance(made, Made) and made.horizon is not None and script.turns is None and script.epochs is None:
        return replace(reading, horizon=made.horizon)
    if script.turns is not None or script.epochs is None:
        return replace(reading, horizon=script.turns or reading.horizon)
    if each is not None:
        return replace(reading, horizon=script.epochs * each, steps_per_epoch=each)
    note = (
        f"the text trains {script.epochs} epochs and does not say how many steps each has; drawn over the "
        "schedule's own length (--steps-per-epoch)"
    )
    return replace(reading, notes=(*reading.notes, note))


def _reading(evaluator: Evaluator, value: Any, script: Script) -> Reading:
    name = (
        value.call
        if isinstance(value, Made)
        else value.of.node.name
        if isinstance(value, Instance)
        else value.name
    )
    label = script.labels.get(id(value), name)
    if isinstance(value, Made):
        if value.needs is not None:
            raise evaluator.source.refuse(value.needs, value.node)
        return Reading(label, name, value.framework, value.schedule, value.horizon)
    try:
        result = evaluator.formula(value, with_rate=False).value
        owner = next((each for each in evaluator.optimizers if each.lr is value), None)
        if owner is not None and owner.framework and evaluator.registry[owner.framework].arrays.steps:
            symbolic.check_tests(result)
        return Reading(label, name, "", symbolic.schedule_of(result), _total_of(evaluator, value))
    except NotKnown as unknown:
        raise evaluator.not_known(unknown.value) from None
    except (Refusal, LrplotError) as error:
        if isinstance(error, NotationError):
            raise
        node = value.of.node if isinstance(value, Instance) else value.node
        raise evaluator.source.refuse(f"{name}: {error}", node) from None


def _total_of(evaluator: Evaluator, value: Any) -> int | None:
    """The length of training, as a function of the script or an object of one names it."""
    if isinstance(value, Instance):
        method = value.of.method("__call__")
        return None if method is None else total_named(method, value.of.scope, evaluator, value)
    owner = next((each for each in value.first if isinstance(each, Instance)), None)
    return total_named(value.node, value.scope, evaluator, owner)


def _told_apart(readings: list[Reading]) -> list[Reading]:
    """Labels that differ: one schedule by its call, several by their variable, then by number."""
    if len(readings) == 1:
        return [replace(readings[0], label=readings[0].call)]
    labels = [reading.label for reading in readings]
    return [
        replace(each, label=f"{each.label} {labels[: i + 1].count(each.label)}")
        if labels.count(each.label) > 1
        else each
        for i, each in enumerate(readings)
    ]
