"""A script's own subclass of an optimizer: the rate that its constructor hands on, which its step leaves."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from lrplot.errors import NotationError
from lrplot.python.parameters import Path
from lrplot.python.syntax import writes_rates
from lrplot.python.values import Instance, Optimizer, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State

_BEGUN: Final = "super().__init__"
"""Under which the arguments of the base's constructor are kept: no attribute of the text is called so."""


def base_of(evaluator: "State", of: UserClass) -> str | None:
    """The framework's optimizer that a class of the script derives from, dotted; None where it is none."""
    for each in of.lineage():
        for base in each.node.bases:
            try:
                found = evaluator.value(base, each.scope)
            except NotationError:
                continue
            if not isinstance(found, Path) or not found.imported:
                continue
            home = evaluator.registry.home(found.name, imported=True)
            last = found.name.rpartition(".")[2]
            optimizers = None if home is None else home.optimizers
            if optimizers is not None and (last in optimizers.calls or last == optimizers.base):
                return found.name
    return None


def begin(owner: Instance, given: Sequence[Any], named: Mapping[str, Any]) -> None:
    """``super().__init__(params, defaults)`` of an optimizer: what it was given is kept."""
    owner.attributes[_BEGUN] = (tuple(given), dict(named))


def made(evaluator: "State", owner: Instance, path: str) -> Optimizer | None:
    """The optimizer that an object of the script is; None where another one steps inside it.

    Raises
    ------
    NotationError
        Where it writes its own rate.
    """
    given, named = owner.attributes.get(_BEGUN, ((), {}))
    last = path.rpartition(".")[2]
    if not (given or named) or any(_steps_another(method) for method in _methods(owner.of)):
        return None
    name = owner.of.node.name
    writing = next((m for m in _methods(owner.of) if m.name != "__init__" and writes_rates(m)), None)
    if writing is not None:
        raise evaluator.objects.refusal(
            f"{name}, an optimizer of this text, writes its own rate in {writing.name}, which is not read; "
            "write the rate in the loop",
            writing,
        )
    if last in evaluator.registry.optimizers:
        return replace(evaluator.registry.optimizer(last, path, given, named), name=name)
    defaults = given[1] if len(given) > 1 else named.get("defaults")
    rate = defaults.get("lr") if isinstance(defaults, dict) else defaults
    if owner.of.method("step") is None or rate is None:
        return None
    home = evaluator.registry.home(path, imported=True)
    params = given[:1] or tuple(named[key] for key in ("params",) if key in named)
    return Optimizer(name, rate, "" if home is None else home.name, params, {})


def _methods(of: UserClass) -> Iterator[ast.FunctionDef]:
    for each in of.lineage():
        yield from (method for method in each.node.body if isinstance(method, ast.FunctionDef))


def _steps_another(method: ast.FunctionDef) -> bool:
    """True where it steps something else than its base, as a wrapper of an optimizer does."""
    steps = (
        node.func.value
        for node in ast.walk(method)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "step"
    )
    return any(not (isinstance(each, ast.Call) and ast.unparse(each.func) == "super") for each in steps)
