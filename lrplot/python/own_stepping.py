"""A script's own scheduler with a ``step`` of its own, that hands on to PyTorch's: ``super().step()``."""

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.syntax import last_part
from lrplot.python.values import NOTHING, Function, Instance, Made, Scope, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State

_INNER: Final = "super().step"
"""Under which PyTorch's part of the scheduler is kept: no attribute of the text is called so."""
_CALLS: Final = "calls of super().step() at construction"
_OF_LOOPS: Final = frozenset({"turn", "turned", "loader", "repeat"})
_CLOCK: Final = "last_epoch"


def hands_on(of: UserClass) -> bool:
    """True where a class's own ``step`` calls PyTorch's, and nothing in the class moves the clock itself."""
    own = [each for each in of.lineage() if each.own("step") is not None]
    nodes = [node for each in of.lineage() for node in ast.walk(each.node)]
    counts = any(
        isinstance(node, ast.Attribute) and node.attr == _CLOCK and isinstance(node.ctx, ast.Store)
        for node in nodes
    )
    return bool(own) and any(map(_is_super_step, nodes)) and not counts


def _is_super_step(node: ast.AST) -> bool:
    call = node.func if isinstance(node, ast.Call) else None
    if not isinstance(call, ast.Attribute) or call.attr != "step" or not isinstance(call.value, ast.Call):
        return False
    return last_part(call.value.func) == "super"


def begin(evaluator: "State", scheduler: Instance, node: ast.AST) -> None:
    """PyTorch's constructor calls ``step`` once, from one before the first epoch on."""
    if not hands_on(scheduler.of):
        return
    method = scheduler.of.method("step")
    assert method is not None  # noqa: S101 (it hands on)
    home = scheduler.of.where("step")
    evaluator.write(scheduler.attributes, _CLOCK, -1)
    evaluator.write(scheduler.attributes, _CALLS, 0)
    mark = evaluator.objects.training.mark()
    evaluator.apply(Function(method, Scope({}, home.scope, of=home), first=(scheduler,)), (), {}, node)
    calls = scheduler.attributes[_CALLS]
    happened = evaluator.objects.training.since(mark)
    evaluator.objects.training.undo(mark)
    if not calls or any(event.kind not in _OF_LOOPS for event in happened):
        raise evaluator.source.refuse(
            f"what {scheduler.of.node.name}.step does while the scheduler is built is not read; PyTorch "
            "calls it once there",
            method,
        )
    evaluator.write(scheduler.attributes, _CLOCK, 0)


def built(evaluator: "State", scheduler: Instance, inner: Made, node: ast.AST) -> None:
    """The scheduler is built: from here on each ``super().step()`` is a step of PyTorch's part of it."""
    attributes = scheduler.attributes
    more = attributes[_CALLS] - 1
    evaluator.write(attributes, _INNER, inner)
    attributes.pop(_CLOCK, None)
    call = ast.copy_location(ast.Call(ast.Attribute(ast.Name("super"), "step", ast.Load()), [], []), node)
    for _ in range(more):
        evaluator.objects.call(inner, "step", [], {}, call)


def step(
    evaluator: "State", owner: Instance, given: Sequence[Any], named: Mapping[str, Any], node: ast.Call
) -> Any:
    """``super().step(…)``."""
    given = [each for each in given if each is not None and each is not NOTHING]
    named = {key: each for key, each in named.items() if each is not None and each is not NOTHING}
    inner = owner.attributes.get(_INNER)
    if isinstance(inner, Made):
        return evaluator.objects.call(inner, "step", given, named, node)
    if _CALLS in owner.attributes and not given and not named:
        evaluator.objects.accounted.add(id(node.func))
        evaluator.write(owner.attributes, _CALLS, owner.attributes[_CALLS] + 1)
        evaluator.write(owner.attributes, _CLOCK, owner.attributes[_CLOCK] + 1)
    return NOTHING


def part_of(value: Any, name: str) -> Any:
    """PyTorch's part of a scheduler of the text where it is asked for what the text does not define."""
    if not isinstance(value, Instance) or name in value.attributes or value.of.method(name) is not None:
        return value
    inner = value.attributes.get(_INNER)
    return inner if isinstance(inner, Made) else value
