"""pytorch-ignite's calls that make engines or attach to them, and what is attached to an engine elsewhere."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from lrplot.frameworks.ignite_engine import Engine, engines, taken
from lrplot.frameworks.ignite_events import Moment
from lrplot.python.mutation import may_touch
from lrplot.python.nodes import nodes_of
from lrplot.python.parameters import Path
from lrplot.python.syntax import last_part
from lrplot.python.values import NOTHING, FrameworkObject, Made, Scope, Unknown


def _engine(evaluator: Any, given: Sequence[Any], named: Mapping[str, Any], node: ast.Call) -> Any:
    process = given[0] if given else named.get("process_function", Unknown("Engine()", node))
    return Engine(evaluator, process).object


def _supervised(evaluator: Any, given: Sequence[Any], named: Mapping[str, Any], node: ast.Call) -> Any:
    optimizer = given[1] if len(given) > 1 else named.get("optimizer", Unknown("optimizer", node))
    if isinstance(optimizer, Unknown | Path):
        optimizer = evaluator.objects.named(optimizer)
    every = given[11] if len(given) > 11 else named.get("gradient_accumulation_steps", 1)
    return Engine(evaluator, optimizer, every).object


def _evaluating(evaluator: Any, _given: Sequence[Any], _named: Mapping[str, Any], node: ast.Call) -> Any:
    return Engine(evaluator, Unknown("evaluator", node)).object


def _common(evaluator: Any, given: Sequence[Any], named: Mapping[str, Any], node: ast.Call) -> Any:
    """``setup_common_training_handlers``: a scheduler among them is called at each iteration."""
    trainer = given[0] if given else named.get("trainer")
    scheduler = given[5] if len(given) > 5 else named.get("lr_scheduler", NOTHING)
    engine = next((each for each in engines(evaluator) if each.object is trainer), None)
    if scheduler is NOTHING:
        return NOTHING
    if engine is None or not isinstance(scheduler, Made):
        raise evaluator.objects.refusal(
            "which scheduler of which engine this calls is not known; paste the code that makes them", node
        )
    if scheduler.framework == "ignite":
        engine.attach(_moment("ITERATION_STARTED"), scheduler, (), {}, node)
    else:
        step = ast.parse("lambda engine: scheduler.step()", mode="eval").body
        for each in ast.walk(step):
            ast.copy_location(each, node)
        function = evaluator.value(step, Scope({"scheduler": scheduler}))
        engine.attach(_moment("ITERATION_COMPLETED"), function, (), {}, node)
    return NOTHING


def _together(evaluator: Any, given: Sequence[Any], named: Mapping[str, Any], node: ast.Call) -> Any:
    """``ParamGroupScheduler``: several schedulers, each called at the same events."""
    schedulers = given[0] if given else named.get("schedulers")
    if not isinstance(schedulers, list | tuple) or not all(isinstance(each, Made) for each in schedulers):
        raise evaluator.objects.refusal("which schedulers these are is not known", node)
    return FrameworkObject.of_kind("ParamGroupScheduler", {}, {"schedulers": list(schedulers)})


def _moment(name: str) -> FrameworkObject:
    return FrameworkObject.of_kind("Events", {}, {"moments": (Moment(name),)})


def _parallel(_evaluator: Any, _given: Sequence[Any], _named: Mapping[str, Any], _node: ast.Call) -> Any:
    """``idist.Parallel``: its ``run`` calls a function in processes that are all alike."""

    def run(
        evaluator: Any, given: Sequence[Any], named: Mapping[str, Any], node: ast.Call, _scope: Scope
    ) -> Any:
        rank = Unknown("local_rank", node)
        return evaluator.apply(given[0], [rank, *given[1:]], named, node) if given else NOTHING

    return FrameworkObject.of_kind("Parallel", {"run": run})


ENGINES: Final[Mapping[str, Callable[..., Any]]] = {
    "Engine": _engine,
    "DeterministicEngine": _engine,
    "create_supervised_trainer": _supervised,
    "create_supervised_evaluator": _evaluating,
    "setup_common_training_handlers": _common,
    "ParamGroupScheduler": _together,
    "Parallel": _parallel,
}
"""The calls that make engines, and those that attach to one, by ignite's names."""

_ATTACHING: Final = frozenset({"on", "add_event_handler"})


def check(script: Any) -> None:
    """Refuse what is attached to engines of which no run was read."""
    for engine in engines(script.evaluator):
        engine.check()
    for node in nodes_of(script.tree):
        if not isinstance(node, ast.Call) or last_part(node.func) not in _ATTACHING or not node.args:
            continue
        event = ast.unparse(node.args[0])
        told = id(node) in taken(script.evaluator) or script.coverage.passed(node)
        if "Events." not in event or told or not _may_touch(script, node, event):
            continue
        raise script.certainly(
            "the engine that this is attached to is not made in this text, or this is not reached, and what "
            "is attached may touch the rate; paste the code that makes the engine and runs it",
            node,
        )


def _may_touch(script: Any, node: ast.Call, event: str) -> bool:
    handlers: Iterator[ast.AST] = iter(node.args[1:2])
    decorated = (
        each
        for each in nodes_of(script.tree)
        if isinstance(each, ast.FunctionDef) and any(node is above for above in each.decorator_list)
    )
    for each in (*handlers, *decorated):
        name = getattr(each, "name", getattr(each, "attr", getattr(each, "id", "")))
        if script.touching(name) or (isinstance(each, ast.Lambda) and may_touch(each.body, script.touching)):
            return True
        if "sched" in name.lower() and not event.endswith("Events.ITERATION_STARTED"):
            return True
    return False
