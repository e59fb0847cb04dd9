"""Calls of plain Python: namespaces, lengths, partial functions, lists, ``getattr`` and ``map``."""

import ast
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lrplot.python import containers, defaulting, fields, kinds, orderings, presence, protocols, rows
from lrplot.python.builtins_ import LONGEST
from lrplot.python.mutation import may_touch
from lrplot.python.objects import NOT_OURS
from lrplot.python.parameters import Path
from lrplot.python.syntax import short
from lrplot.python.tables import Table
from lrplot.python.values import (
    NOTHING,
    Function,
    Instance,
    Method,
    Namespace,
    Partial,
    RateOf,
    Unknown,
    UserClass,
)

if TYPE_CHECKING:
    from lrplot.python.state import State


class PlainCalls:
    """Evaluates calls that any Python has."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator

    def of_call(self, callee: Path, values: list[Any], named: Mapping[str, Any], node: ast.Call) -> Any:
        """A call of plain Python: namespaces, lengths, partial functions, lists."""
        path, last = callee.name, callee.name.rpartition(".")[2]
        held = containers.of_call(self._evaluator, path, values, named, node)
        if held is NOT_OURS:
            held = defaulting.of_call(path, values, named)
        if held is NOT_OURS:
            held = orderings.of_call(self._evaluator, path, values, named, node)
        if held is NOT_OURS:
            held = fields.of_call(self._evaluator, path, values, node)
        if held is not NOT_OURS:
            return held
        if last in {"SimpleNamespace", "Namespace"} and not values:
            return Namespace(dict(named), whole="**" not in named)
        if path == "dict" and not values:
            return self._evaluator.making.dictionary(dict(named), node)
        if path == "len" and len(values) == 1:
            found = self._length(values[0], node)
            if found is not NOT_OURS:
                return found
        if path == "float" and len(values) == 1 and isinstance(values[0], str):
            with suppress(ValueError):
                return float(values[0])
        if last == "set_value" and len(values) == 2 and isinstance(values[0], RateOf):
            self._evaluator.objects.write(values[0].optimizer, None, values[1], node)
            return NOTHING
        rate = values[0] if len(values) == 1 else None
        if last in {"float", "get_value", "convert_to_numpy"} and isinstance(rate, RateOf):
            return self._evaluator.objects.rate_now(self._evaluator.objects.groups.of(rate.optimizer)[0])
        if last == "partial" and values and isinstance(values[0], Function):
            inner = values[0]
            return replace(inner, given={**inner.given, **named}, first=(*inner.first, *values[1:]))
        if last == "partial" and values and isinstance(values[0], Path):
            return Partial(values[0], tuple(values[1:]), named)
        kind = kinds.of_call(self._evaluator, path, values)
        if kind is not NOT_OURS:
            return kind
        asked = presence.of_call(self._evaluator, path, values, node)
        if asked is NOT_OURS:
            asked = protocols.of_call(self._evaluator, path, values, node)
        if (
            asked is NOT_OURS
            and path == "sorted"
            and len(values) == 1
            and isinstance(values[0], list | tuple)
        ):
            asked = containers.in_order(self._evaluator, values[0], named, node)
        if asked is not NOT_OURS:
            return asked
        if last == "MethodType" and len(values) == 2 and isinstance(values[0], Function):
            return replace(values[0], first=(values[1], *values[0].first))
        if path == "object.__new__" and len(values) == 1 and isinstance(values[0], UserClass):
            return Instance(values[0], {})
        named_tuple = rows.of_call(last, values, named, node)
        if named_tuple is not None:
            return named_tuple
        if path == "map" and len(values) == 2:
            return self._mapped(values[0], values[1], node)
        if path in {"list", "tuple"} and len(values) == 1 and isinstance(values[0], list | tuple):
            return list(values[0]) if path == "list" else tuple(values[0])
        if path == "float" and len(values) == 1 and isinstance(values[0], Table):
            return float(values[0].values.item()) if values[0].values.size == 1 else NOT_OURS
        return NOT_OURS

    def _touches(self, function: Function) -> bool:
        body = function.node.body if isinstance(function.node.body, list) else [function.node.body]
        return any(may_touch(each, self._evaluator.touches) for each in body)

    def _mapped(self, function: Any, over: Any, node: ast.Call) -> Any:
        """``map(function, list)``, member by member."""
        if not isinstance(over, list | tuple | range) or len(over) > LONGEST:
            if isinstance(function, Method) or (isinstance(function, Function) and self._touches(function)):
                raise self._evaluator.objects.refusal(
                    "what is mapped here may step a scheduler, over what is not known; write it as a loop",
                    node,
                )
            return Unknown(short(node), node)
        if isinstance(function, Method):
            return [self._evaluator.objects.call_held(function, [each], {}, node) for each in over]
        if isinstance(function, Function | UserClass | Instance):
            return [self._evaluator.applying.apply(function, [each], {}, node) for each in over]
        if isinstance(function, Path) and function.name in {"float", "int"}:
            return [self._evaluator.calls.of_path(function, [(each, node)], {}, node) for each in over]
        return Unknown(short(node), node)

    def _length(self, value: Any, node: ast.Call) -> Any:
        """``len(loader)``: the batches of an epoch, where something stands in for them or says them."""
        if isinstance(value, Table):
            return len(value.values)
        if not isinstance(value, Unknown | Path):
            return NOT_OURS
        if isinstance(value, Unknown) and value.length is not None:
            return value.length
        text = ast.unparse(node.args[0])
        if isinstance(value, Unknown) and value.changed:
            if self._evaluator.lanes is not None and not self._evaluator.lanes.probing:
                self._evaluator.lanes.forgot = True
            return Unknown(short(node), node, because=value.because, changed=True)
        loads = text in self._evaluator.looped or any(word in text.lower() for word in ("loader", "batches"))
        if self._evaluator.lengths is None or not loads:
            return Unknown(short(node), node)
        return self._evaluator.lengths.number(node, short(node))
