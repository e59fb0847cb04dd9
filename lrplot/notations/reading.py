"""From the text of a call, a snippet or a script to the schedules it makes."""

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lrplot.errors import LrplotError, NotationError, UnusedBindingError
from lrplot.notations import symbols
from lrplot.notations.binding import NotKnown
from lrplot.notations.calls import no_such
from lrplot.notations.changes import sets_a_rate_by_hand
from lrplot.notations.evaluator import Evaluator
from lrplot.notations.expressions import Rates
from lrplot.notations.frameworks import framework
from lrplot.notations.mmengine_runner import Configured, configured
from lrplot.notations.optimizers import GROUPS, model_of
from lrplot.notations.script import Script
from lrplot.notations.source import Source, parse
from lrplot.notations.values import Function, Instance, Made, Optimizer, Path, Refusal, Unknown
from lrplot.optimizers.base import Optimizer as Model
from lrplot.schedules.base import Schedule, Surroundings
from lrplot.schedules.constant import Constant


@dataclass(frozen=True, slots=True)
class Reading:
    """A schedule that a text makes.

    Parameters
    ----------
    label
        The variable it is assigned to, else the name of the call.
    call
        The name of the call.
    framework
        Whose it is; empty for a function of the step.
    schedule
        The schedule, as that framework computes it.
    horizon
        How long the text trains, on the schedule's own clock, None where it does not say.
    by_epoch
        Whether that clock counts epochs: the scheduler is updated once an epoch.
    steps_per_epoch
        The optimizer's steps in an epoch, where the text says.
    notes
        What the reader of the curve should know.
    optimizer
        The one optimizer of the text, None where there is none, or several, or one whose updates are not
        computed.
    alone
        Whether the text is an optimizer and no scheduler.
    """

    label: str
    call: str
    framework: str
    schedule: Schedule
    horizon: int | None = None
    by_epoch: bool = False
    steps_per_epoch: int | None = None
    notes: tuple[str, ...] = ()
    optimizer: Model | None = None
    alone: bool = False


def read(
    text: str,
    name: str,
    around: Surroundings,
    *,
    assumed_lr: float | None = None,
    bindings: Mapping[str, str] | None = None,
    optimized: bool = False,
) -> tuple[Reading, ...]:
    """The schedules that ``text`` makes, in order; it is parsed and never executed.

    Parameters
    ----------
    text
        A framework's call, a snippet or a whole script.
    name
        What errors call it.
    around
        Base rate (which wins over the text's), length and clock where they are known.
    assumed_lr
        Base rate where nothing gives one; None makes that an error.
    bindings
        Values for names the text leaves open, as Python expressions.
    optimized
        Whether the optimizer beside a scheduler is wanted too.

    Raises
    ------
    NotationError
        Naming the place of what cannot be read.

    Examples
    --------
    >>> from lrplot.clock import Clock
    >>> (one,) = read("StepLR(optimizer, 30)", "it", Surroundings(0.1, 100, Clock(100)))
    >>> one.schedule([29, 30]).tolist()
    [0.1, 0.010000000000000002]
    """
    source = parse(text, name)
    evaluator = Evaluator(source, around, Rates(around.lr, assumed_lr), {})
    given = bindings or {}
    evaluator.bindings = {_spelled(key, text): _bound(evaluator, key, text) for key, text in given.items()}
    script = Script(evaluator)
    try:
        config = configured(evaluator)
        if config is None:
            script.run()
        found = _found(evaluator, script) if config is None else [_configured(config)]
    except RecursionError:
        raise source.refuse("nested too deeply", source.tree) from None
    except (TypeError, ValueError, OverflowError, LookupError, AttributeError) as error:
        # Python's own complaint about what it was asked to compute, not a place we know.
        raise source.refuse(f"cannot be read: {error}", source.tree) from None
    if not found:
        raise _nothing(source)
    unused = next((key for key in given if _spelled(key, "") not in evaluator.bound), None)
    if unused is not None:
        raise UnusedBindingError(unused, _names(source))
    notes = (*evaluator.notes, *_assumed(evaluator, assumed_lr))
    if optimized and evaluator.optimizers and not found[0].alone:
        model = _modelled(evaluator, evaluator.optimizers[0])
        found = [replace(each, optimizer=model) for each in found]
    if config is not None:
        return tuple(replace(each, notes=(*each.notes, *notes)) for each in found)
    return tuple(_timed(replace(each, notes=notes), script, around) for each in found)


def _configured(config: Configured) -> Reading:
    """The reading of MMEngine's whole config, which says itself how long it trains."""
    return Reading(
        config.call,
        config.call,
        "mmengine",
        config.schedule,
        config.horizon,
        config.by_epoch,
        notes=config.notes,
    )


def _timed(reading: Reading, script: Script, around: Surroundings) -> Reading:
    """The reading with its horizon: a schedule that counts updates needs to know how many an epoch has."""
    own = bool(reading.framework) and reading.call in framework(reading.framework).by_epoch
    each = around.clock.steps_per_epoch or script.steps_per_epoch
    if own or script.by_epoch:
        turns = script.turns if script.by_epoch else script.epochs
        return replace(reading, horizon=turns, by_epoch=True, steps_per_epoch=each)
    if script.turns is not None or script.epochs is None:
        return replace(reading, horizon=script.turns or reading.horizon)
    if each is not None:
        return replace(reading, horizon=script.epochs * each, steps_per_epoch=each)
    note = (
        f"the text trains {script.epochs} epochs and does not say how many steps each has; drawn over the "
        "schedule's own length (--steps-per-epoch)"
    )
    return replace(reading, notes=(*reading.notes, note))


def _nothing(source: Source) -> NotationError:
    """The error for a text without a scheduler; a lone call of an unknown name is told by that name."""
    statements = source.tree.body
    if not statements:
        return source.refuse("no scheduler call in it", source.tree)
    value = getattr(statements[0], "value", None)
    if len(statements) > 1 or not isinstance(value, ast.Call):
        return source.refuse("no scheduler call in it", statements[0])
    return source.refuse(no_such(ast.unparse(value.func)), value.func)


def read_mapping(
    mapping: Mapping[str, Any], name: str, around: Surroundings, *, assumed_lr: float | None = None
) -> Reading | None:
    """The schedule that a mapping of a config file describes, None where it describes none.

    Raises
    ------
    NotationError
        When it does, and its arguments are wrong.
    """
    source = Source(name, ("",), ast.parse(""), ())
    evaluator = Evaluator(source, around, Rates(around.lr, assumed_lr), {})
    made = evaluator.described(_deep(evaluator, mapping, source.tree), source.tree)
    if not isinstance(made, Made):
        return None
    if made.needs is not None:
        raise source.refuse(made.needs, source.tree)
    notes = (*evaluator.notes, *_assumed(evaluator, assumed_lr))
    return Reading(made.call, made.call, made.framework, made.schedule, notes=notes)


def _deep(evaluator: Evaluator, value: Any, node: ast.AST) -> Any:
    """A config's plain data, its inner mappings read first."""
    if isinstance(value, Mapping):
        inner = {
            str(key): child
            if key in {"init_args", "params"} and isinstance(child, Mapping)
            else _inner(evaluator, child, node)
            for key, child in value.items()
        }
        for key in ("init_args", "params"):
            if isinstance(inner.get(key), Mapping):
                inner[key] = {str(k): _inner(evaluator, v, node) for k, v in inner[key].items()}
        return inner
    return _inner(evaluator, value, node)


def _inner(evaluator: Evaluator, value: Any, node: ast.AST) -> Any:
    if isinstance(value, Mapping):
        deep = _deep(evaluator, value, node)
        described = evaluator.described(deep, node)
        return described if isinstance(described, Made) else deep
    if isinstance(value, list):
        return [_inner(evaluator, child, node) for child in value]
    return value


def _assumed(evaluator: Evaluator, lr: float | None) -> tuple[str, ...]:
    return (f"no base rate in it; drawn with lr {lr:g} (--lr)",) if evaluator.assumed_rate else ()


def _names(source: Source) -> set[str]:
    """All that a text could have bound."""
    kinds = ast.Name | ast.Attribute
    return {ast.unparse(node) for node in ast.walk(source.tree) if isinstance(node, kinds)}


def _spelled(key: str, text: str) -> str:
    """A binding's name as the syntax tree spells it."""
    try:
        return ast.unparse(ast.parse(key.strip(), mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise LrplotError(f"--let {key}={text}: not NAME=VALUE in Python's words") from None


def _bound(evaluator: Evaluator, key: str, text: str) -> Any:
    # A bare word is the text it says.
    if text.strip().isidentifier() and text.strip() not in {"True", "False", "None"}:
        return text.strip()
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise LrplotError(f"--let {key}={text}: not NAME=VALUE in Python's words") from None
    try:
        from lrplot.notations.values import Scope

        value = evaluator.value(node, Scope())
    except NotationError as error:
        raise LrplotError(f"--let {key}={text}: {error.message}") from None
    if isinstance(value, Unknown | Path):
        raise LrplotError(f"--let {key}={text}: the value must be known, as 0.1 or 90 * 5005")
    return value


def _found(evaluator: Evaluator, script: Script) -> list[Reading]:
    made = [each for each in evaluator.made if id(each) not in evaluator.used]
    for optimizer in evaluator.optimizers:
        inside = optimizer.lr
        if isinstance(inside, Function) or (isinstance(inside, Made | Instance) and inside not in made):
            made.append(inside)
    readings = [_reading(evaluator, each, script) for each in made]
    by_hand = sets_a_rate_by_hand(evaluator.source.tree)
    if by_hand is not None and any(each.framework for each in readings):
        evaluator.notes[
            f"the text also sets the rate by hand (line {by_hand.lineno}), which is not drawn"
        ] = None
    said = [each for each in evaluator.source.tree.body if not isinstance(each, ast.Import | ast.ImportFrom)]
    alone = len(said) == 1 and not evaluator.unread
    if not readings and by_hand is not None:
        raise evaluator.source.refuse(
            "the rate is set by hand here, which is not read; paste the function of the step that gives it",
            by_hand,
        )
    if not readings and alone:
        plain = (_plain(evaluator, each) for each in evaluator.optimizers)
        readings = [reading for reading in plain if reading is not None]
    return _told_apart(readings)


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
        return Reading(label, name, "", symbols.schedule_of(result))
    except NotKnown as unknown:
        raise evaluator.not_known(unknown.value) from None
    except (Refusal, LrplotError) as error:
        if isinstance(error, NotationError):
            raise
        node = value.of.node if isinstance(value, Instance) else value.node
        raise evaluator.source.refuse(f"{name}: {error}", node) from None


def _plain(evaluator: Evaluator, optimizer: Optimizer) -> Reading | None:
    """An optimizer without a scheduler keeps its rate."""
    if optimizer.lr is None or isinstance(optimizer.lr, Made | Instance | Function):
        return None
    rate = _own_rate(evaluator, optimizer)
    model = _modelled(evaluator, optimizer)
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
        rate = evaluator.base_rate(lr)
        if not 0 <= rate < math.inf:
            raise Refusal(f"{optimizer.name}: the rate must be a finite number ≥ 0, got {rate:g}")
        return rate
    except Refusal as refusal:
        raise evaluator.source.refuse(str(refusal), evaluator.source.tree.body[-1]) from None


def _modelled(evaluator: Evaluator, optimizer: Optimizer) -> Model | None:
    """The optimizer's updates; what of it cannot be read is an error at its place."""
    try:
        return model_of(optimizer)
    except NotKnown as unknown:
        raise evaluator.not_known(unknown.value) from None
    except Refusal as refusal:
        raise evaluator.source.refuse(str(refusal), evaluator.source.tree.body[-1]) from None


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
