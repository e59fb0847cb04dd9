"""Calls of the functions of a library of arrays: those that make one, and those that write into one."""

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lrplot.python import array_functions, array_writes
from lrplot.python.objects import NOT_OURS
from lrplot.python.parameters import Path
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import short
from lrplot.python.values import Unknown, flat

if TYPE_CHECKING:
    from lrplot.python.state import State


def of_call(
    evaluator: "State", path: str, values: list[Any], named: Mapping[str, Any], node: ast.Call
) -> Any:
    """What ``np.linspace(…)`` and its like give; ``NOT_OURS`` for another call."""
    root, last = path.partition(".")[0], path.rpartition(".")[2]
    written = array_writes.of_function(evaluator, last, values, named, node)
    if written is not NOT_OURS:
        return written
    arrays = evaluator.registry.arrays_of(root)
    if root not in evaluator.computing or path == last:
        return NOT_OURS
    steps = arrays.steps or evaluator.formulas_deep > 0
    if not array_functions.makes(last, values, arrays.data, steps=steps):
        return NOT_OURS
    given = [*values, *(value for key, value in named.items() if key not in {"dtype", "device"})]
    kinds = [value for value in values[1:] if array_functions.type_of(value) is not None]
    open_ = (v for v in flat(given) if isinstance(v, Unknown | Path) and v not in kinds)
    unknown = next(open_, None)
    if unknown is not None:
        return unknown
    if any(isinstance(value, Symbol) for value in flat(given)):
        return NOT_OURS
    found = array_functions.made(last, values, named)
    if found is array_functions.NOT_READ:
        return Unknown(short(node), node, given=tuple(values))
    if arrays.single_precision and array_functions.is_single(found, named):
        if last not in arrays.data:
            evaluator.notes[array_writes.in_single(root)] = None
        return replace(found, single=root)
    return found
