"""Lightning, which has no schedulers of its own: which ones its Trainer steps, and how often."""

import ast
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lrplot.python.framework import Framework, TrainerHook, TrainerStepped
from lrplot.python.loop_words import Loop
from lrplot.python.nodes import nodes_of
from lrplot.python.parameters import Path
from lrplot.python.values import Made, Unknown


def configured(result: Any) -> Iterator[TrainerStepped]:
    """The schedulers in what ``configure_optimizers`` returns, however it is spelled.

    >>> list(configured({"optimizer": None, "lr_scheduler": None}))
    []
    """
    if isinstance(result, Mapping):
        yield from _scheduler(result.get("lr_scheduler"))
    elif isinstance(result, list | tuple):
        if len(result) == 2 and all(isinstance(each, list | tuple) for each in result):
            for each in result[1]:
                yield from _scheduler(each)
        else:
            for each in result:
                yield from configured(each) if isinstance(each, Mapping | list | tuple) else _scheduler(each)


def refused(tree: ast.AST, hook: ast.FunctionDef) -> tuple[ast.AST, str] | None:
    """The first place by which the Trainer steps in another way than is read, and what to say of it.

    Parameters
    ----------
    tree
        The text.
    hook
        Its ``configure_optimizers``.
    """
    for node in nodes_of(tree):
        if isinstance(node, ast.ClassDef) and hook in node.body:
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name == "lr_scheduler_step":
                    return method, "this class steps its schedulers itself, which is not read"
        if isinstance(node, ast.Assign) and _is_off(node):
            return node, (
                "Lightning steps no scheduler where automatic_optimization is off; paste the training as a "
                "plain loop"
            )
    return _trained_twice(tree)


def _is_off(node: ast.Assign) -> bool:
    named = any(isinstance(at, ast.Attribute) and at.attr == "automatic_optimization" for at in node.targets)
    return named and isinstance(node.value, ast.Constant) and node.value.value is False


def _trained_twice(tree: ast.AST) -> tuple[ast.AST, str] | None:
    """The second of two trainings; a second ``fit`` of the same Trainer trains no more."""
    calls = [node for node in nodes_of(tree) if isinstance(node, ast.Call)]
    trainers = [node for node in calls if ast.unparse(node.func).rpartition(".")[2] == "Trainer"]
    fits = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == "fit"]
    targets = [at for node in nodes_of(tree) if isinstance(node, ast.Assign) for at in node.targets]
    longer = any(ast.unparse(at).endswith(("fit_loop.max_epochs", "fit_loop.max_steps")) for at in targets)
    if len(fits) > 1 and (len(trainers) > 1 or longer):
        return fits[1], "the text trains twice, each time from its own beginning or a checkpoint; keep one"
    return None


def batches(length: int, named: Mapping[str, Any]) -> int | None:
    """Batches in an epoch of a loader with so many, None where the Trainer's limit is not known.

    >>> batches(8, {"limit_train_batches": 0.5}), batches(8, {"limit_train_batches": 3})
    (4, 3)
    """
    if named.keys() & {"overfit_batches", "fast_dev_run"}:
        return None
    limit = named.get("limit_train_batches", 1.0)
    if isinstance(limit, bool) or not isinstance(limit, int | float):
        return None
    return min(length, limit) if isinstance(limit, int) else int(length * limit)


def _scheduler(said: Any) -> Iterator[TrainerStepped]:
    if isinstance(said, Made):
        yield TrainerStepped(said)
    elif isinstance(said, Mapping) and isinstance(said.get("scheduler"), Made):
        interval, frequency = said.get("interval", "epoch"), said.get("frequency", 1)
        unknown = next((each for each in (interval, frequency) if isinstance(each, Unknown | Path)), None)
        count = frequency if isinstance(frequency, int) and frequency > 0 else 1
        yield TrainerStepped(said["scheduler"], interval != "step", count, unknown)


# Without roots: nothing that is imported from Lightning is a schedule or an optimizer of its own.
FRAMEWORK: Final = Framework(
    name="lightning",
    title="Lightning",
    hook=TrainerHook(name="configure_optimizers", stepped=configured, refused=refused, batches=batches),
    # Fabric's.
    loop=Loop(passed_on=frozenset({"setup", "setup_optimizers"})),
)
