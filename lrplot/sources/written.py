"""A text's own words about a schedule: names and numbers for messages, no part of the curve."""

import ast
import inspect
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lrplot.frameworks.registry import REGISTRY
from lrplot.optimizers.base import Optimizer as Model
from lrplot.python.binding import NotKnown
from lrplot.python.parameters import Refusal
from lrplot.python.reading import Reading
from lrplot.python.values import Unknown
from lrplot.run import Written


def written(reading: Reading) -> Written:
    """A text's own words about one of the schedules it makes.

    >>> from lrplot.clock import Clock
    >>> from lrplot.frameworks.texts import read
    >>> from lrplot.schedules.base import Context
    >>> (one,) = read("s = StepLR(Adam(p, lr=0.2), 30)", "it", Context(None, 90, Clock(90)))
    >>> written(one).arguments, written(one).optimizer
    ((('step_size', 30.0),), 'Adam')
    """
    if reading.source is None:
        return Written(reading.call, framework=reading.framework)
    tree = reading.source.tree
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    known = _constants(tree)
    made = next((each.calls for each in REGISTRY.frameworks if each.name == reading.framework), {})
    # Those of the schedulers inside a SequentialLR too, wherever they are made.
    read = [node for node in calls if _last(node.func) in made]
    named = ((node, list(inspect.signature(made[_last(node.func)]).parameters)) for node in read)
    arguments = tuple(each for node, names in named for each in _numbers(node, names, known))
    optimizers = [node for node in calls if _last(node.func) in REGISTRY.optimizers]
    optimizer, base, model = "", None, None
    if len(optimizers) == 1:
        (node,) = optimizers
        optimizer = _last(node.func)
        given = dict(_numbers(node, ["", "lr"], known))
        base = given.get("lr", given.get("learning_rate"))
        model = _model(node)
    facts = frozenset({"never stepped"}) if reading.never_stepped else frozenset[str]()
    return Written(reading.call, arguments, optimizer, model, base, facts, reading.framework)


def _model(node: ast.Call) -> Model | None:
    """The optimizer that a call makes, None where an argument besides the rate is not plain."""
    values = [_plain(each) for each in node.args]
    named = {each.arg or "**": _plain(each.value) for each in node.keywords}
    try:
        return REGISTRY.model_of(REGISTRY.optimizer(_last(node.func), ast.unparse(node.func), values, named))
    except (Refusal, NotKnown):
        return None


def _plain(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, OverflowError, MemoryError, RecursionError):
        return Unknown(ast.unparse(node), node)


def _last(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _constants(tree: ast.AST) -> dict[str, float]:
    """The names that are assigned once in a text, and a number."""
    assigned = [
        node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    counts = Counter(node.id for node in assigned)
    found: dict[str, float] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            number = _number(node.value, {})
            if number is not None and counts[node.targets[0].id] == 1:
                found[node.targets[0].id] = number
    return found


def _number(node: ast.AST, known: Mapping[str, float]) -> float | None:
    if isinstance(node, ast.Name):
        return known.get(node.id)
    try:
        number = ast.literal_eval(node)
        plain = isinstance(number, int | float) and not isinstance(number, bool)
        return float(number) if plain else None
    except (ValueError, TypeError, SyntaxError, OverflowError, MemoryError, RecursionError):
        return None


def _numbers(node: ast.Call, names: Sequence[str], known: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """The plain numbers a call is given, by the names of its parameters: ``gamma``, ``milestones[1]``."""
    positional = [] if any(isinstance(each, ast.Starred) for each in node.args) else node.args
    given = [*zip(names, positional, strict=False), *((each.arg or "", each.value) for each in node.keywords)]
    for parameter, value in given:
        entries = value.elts if isinstance(value, ast.List | ast.Tuple) else []
        named = [(parameter, value), *((f"{parameter}[{i}]", entry) for i, entry in enumerate(entries))]
        for name, each in named if parameter else ():
            number = _number(each, known)
            if number is not None:
                yield name, number
