"""Optax' functions that give on or change the schedules they are given."""

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lrplot.python.parameters import Refusal
from lrplot.python.values import Made, Optimizer, Unknown
from lrplot.schedules.constant import Constant
from lrplot.schedules.product import Product


@dataclass(frozen=True, slots=True)
class _Scale:
    """``optax.scale(factor)``."""

    factor: float


def _first(_reader: Any, values: Sequence[Any], _named: Mapping[str, Any], node: ast.AST) -> Any:
    """``inject_hyperparams(optax.adam)(…)`` makes what ``optax.adam(…)`` would."""
    return values[0] if values else Unknown("inject_hyperparams(…)", node)


def _several(reader: Any, values: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
    """``MultiSteps`` gives its optimizer one update for so many batches; schedules count its updates."""
    every = named.get("every_k_schedule", values[1] if len(values) > 1 else None)
    count = every if isinstance(every, int) else "several"
    reader.notes[f"MultiSteps makes one update of {count} batches; steps are updates"] = None
    return values[0] if values else named.get("opt", Unknown("MultiSteps(…)", node))


def _scaled(_reader: Any, values: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
    factor = values[0] if values else named.get("step_size")
    return _Scale(float(factor)) if isinstance(factor, int | float) else Unknown("scale(…)", node)


def _chained(reader: Any, values: Sequence[Any], _named: Mapping[str, Any], node: ast.AST) -> Any:
    """Updates are multiplied by everything in a chain."""
    factor = abs(math.prod(value.factor for value in values if isinstance(value, _Scale)))
    scaled = [value for value in values if isinstance(value, Made) and value.framework == "optax"]
    if not scaled or (factor == 1 and len(scaled) == 1):
        optimizers = [value for value in values if isinstance(value, Optimizer)]
        alone = len(optimizers) == 1 and not scaled and factor == 1
        return optimizers[0] if alone else Unknown("chain(…)", node, holds=tuple(optimizers))
    if any(isinstance(value, Optimizer) for value in values):
        raise Refusal("a chain of an optimizer and a schedule of its own is not read")
    first, *others = scaled
    for other in others:
        reader.used[id(other)] = other
    parts = [Constant(lr=factor), *(each.schedule for each in scaled)]
    return reader.making.replaced(first, Product(lr=1, factors=tuple(parts)))


COMBINATORS: Final[Mapping[str, Callable[..., Any]]] = {
    "inject_hyperparams": _first,
    "MultiSteps": _several,
    "scale": _scaled,
    "chain": _chained,
}
"""Optax' functions that give on or change the schedules they are given."""
