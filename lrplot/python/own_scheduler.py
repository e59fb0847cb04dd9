"""A script's own subclass of PyTorch's ``LRScheduler``: what its ``get_lr`` says of the epoch it is at."""

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from lrplot.errors import LrplotError, NotationError
from lrplot.python import own_stepping, symbolic
from lrplot.python.binding import NotKnown
from lrplot.python.framework import Framework
from lrplot.python.lanes import constant_of
from lrplot.python.parameters import Path, Refusal
from lrplot.python.registry import Registry
from lrplot.python.sharing import BEGINS_WITH
from lrplot.python.symbolic import CURRENT_RATE, STEP, Symbol
from lrplot.python.tables import Table
from lrplot.python.training import Event
from lrplot.python.values import Function, Group, Instance, Made, Optimizer, Scope, Unknown, UserClass
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.excerpt import Excerpt
from lrplot.schedules.sequence import Sequence as Phases

if TYPE_CHECKING:
    from lrplot.python.state import State

_FIRST: Final = "get_lr() at construction"
"""Under which the first rate is kept: no attribute of the text is called so."""


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
    groups = evaluator.objects.groups
    index = min(evaluator.group, len(groups.of(optimizer)) - 1)
    bases = [_base_of(evaluator, each, node) for each in groups.of(optimizer)]
    evaluator.write(attributes, "base_lrs", [*bases[:index], base, *bases[index + 1 :]])
    evaluator.write(attributes, "last_epoch", 0)
    evaluator.write(attributes, "_step_count", 1)
    evaluator.write(attributes, "_get_lr_called_within_step", True)
    own_stepping.begin(evaluator, scheduler, node)
    first = _first_rate(evaluator, scheduler, base, index, node)
    evaluator.write(attributes, _FIRST, (first, evaluator.objects.training.mark()))


def _base_of(evaluator: "State", group: Group, node: ast.AST) -> Any:
    """The rate that another group begins with, open where it is not known."""
    before = evaluator.base
    try:
        return evaluator.objects.groups.base_rate(group)
    except (NotKnown, Refusal):
        return Unknown("initial_lr", node)
    finally:
        evaluator.base = before


def _first_rate(evaluator: "State", scheduler: Instance, base: float, index: int, node: ast.AST) -> Any:
    """What ``get_lr`` says while PyTorch's constructor runs: of the attributes that are set by then.

    None where it says no number; then the text, which PyTorch would run into an error, says what is missing.
    """
    method = scheduler.of.method("get_lr")
    if method is None:
        return None
    home = scheduler.of.where("get_lr")
    function = Function(method, Scope({}, home.scope, of=home), first=(scheduler,))
    try:
        with evaluator.purely():
            found = _of_group(evaluator.apply(function, (), {}, node), index)
    except NotationError:
        return None
    if isinstance(found, Symbol):
        factor = constant_of(found.node)
        return None if factor is None else factor * (base if found.power else 1.0)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def _of_group(result: Any, index: int) -> Any:
    """The rate of a group, of those that ``get_lr`` gives."""
    if isinstance(result, Table):
        result = result.values.tolist()
    if not isinstance(result, list | tuple) or not result:
        return result
    return result[min(index, len(result) - 1)]


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
    result = _at_any_step(evaluator, function, node)
    groups = evaluator.objects.groups.of(optimizer)
    index = min(evaluator.group, len(groups) - 1)
    base = scheduler.attributes["base_lrs"][index]
    rate = _of_group(result, index)
    if isinstance(rate, Unknown | Path):
        raise evaluator.not_known(rate)
    try:
        first = _written_since(evaluator, scheduler, groups[index])
        schedule = _schedule_of(rate, first, base)
        told = _told(evaluator, clocked, index, first, node)
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
        arguments={"counts": counted, BEGINS_WITH: first / base if first is not None and base else 1.0},
        optimizer=optimizer,
        told=told,
    )
    evaluator.groups = evaluator.objects.groups.count_of(optimizer)
    evaluator.objects.training.add(Event("made", node, optimizer, scheduler_made))
    return scheduler_made


def _at_any_step(evaluator: "State", function: Function, node: ast.AST) -> Any:
    """What ``get_lr`` says of the step; of those behind the first, where it treats that in another way.

    ``if self.last_epoch == 0: return self.base_lrs`` stands before what multiplies the rate it finds.
    """
    try:
        with evaluator.purely():
            return evaluator.apply(function, (), {}, node)
    except NotationError as error:
        evaluator.least_step = 1
        try:
            with evaluator.purely():
                return _behind_the_first(evaluator.apply(function, (), {}, node))
        except NotationError:
            raise error from None
        finally:
            evaluator.least_step = 0


def _behind_the_first(result: Any) -> Any:
    """The rates of the steps behind the first, which leaves the rate as it is where they multiply it."""
    if isinstance(result, list | tuple):
        return [_behind_the_first(each) for each in result]
    if not isinstance(result, Symbol) or not result.power:
        return result
    first = symbolic.compare([ast.Eq()], [STEP, 0])
    return symbolic.choose(first, CURRENT_RATE, result)


def _schedule_of(rate: Any, first: float | None, base: float) -> Schedule:
    """The schedule of what ``get_lr`` says at each step, from the rate on that the constructor left."""
    if isinstance(rate, Symbol) and rate.power:
        begun = base if first is None else first
        return symbolic.recursion_of(Symbol(rate.node, 0, rate.size), begun, from_zero=False)
    schedule = symbolic.schedule_of(rate)
    if first is None or first == float(schedule(0)):
        return schedule
    return Phases(parts=(Constant(lr=first), Excerpt(schedule=schedule, start=1)), lengths=(1,))


def _written_since(evaluator: "State", scheduler: Instance, group: Group) -> float | None:
    """The rate that a scheduler's own constructor leaves: what it writes behind PyTorch's wins.

    Raises
    ------
    NotationError
        Where that is no number.
    """
    first: float | None
    first, begun = scheduler.attributes.get(_FIRST, (None, None))
    written = [
        event
        for event in (() if begun is None else evaluator.objects.training.since(begun))
        if event.optimizer is group.optimizer
        and event.group in (None, group.index)
        and event.kind in {"set", "scale", "map"}
    ]
    for event in written:
        known = isinstance(event.formula, int | float)
        if (
            event.kind == "map"
            or not known
            or event.test is not None
            or (event.kind == "scale" and not first)
        ):
            raise evaluator.source.refuse(
                "the rate that the constructor of this scheduler writes here is not known", event.node
            )
        first = float(event.formula) * (1.0 if event.kind == "set" or first is None else first)
    return first


def _told(
    evaluator: "State", clocked: Instance, index: int, first: float | None, node: ast.AST
) -> Callable[[], Schedule] | None:
    """What ``step(epoch)`` sets where the class has a closed form of its own, None where it has none."""
    method = clocked.of.method("_get_closed_form_lr")
    if method is None:
        return None
    home = clocked.of.where("_get_closed_form_lr")
    function = Function(method, Scope({}, home.scope, of=home), first=(clocked,))

    def closed() -> Schedule:
        with evaluator.purely():
            rate = _of_group(evaluator.apply(function, (), {}, node), index)
        if isinstance(rate, Unknown | Path):
            raise evaluator.not_known(rate)
        schedule = symbolic.schedule_of(rate)
        if first is not None and not math.isclose(float(schedule(0)), first):
            raise evaluator.source.refuse(
                f"{clocked.of.node.name} is told its epoch, and begins with another rate than its closed "
                "form says for epoch 0, which is not read",
                method,
            )
        return schedule

    return closed
