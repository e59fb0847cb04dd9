"""Calls: of plain Python, of what the text defines, and of frameworks (:mod:`lrplot.python.making`)."""

import ast
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from lrplot.python import containers, fields, lengths, lookups, mathematics, symbolic, tables
from lrplot.python.builtins_ import BUILTINS, OF_TEXT, builtin
from lrplot.python.command import parsers
from lrplot.python.iterables import under_a_bar
from lrplot.python.iterators import NOT_COUNTED
from lrplot.python.mutation import is_mutation, may_touch
from lrplot.python.objects import NOT_OURS
from lrplot.python.parameters import Path
from lrplot.python.plain_calls import PlainCalls
from lrplot.python.symbolic import Inner, Symbol
from lrplot.python.syntax import short
from lrplot.python.tables import Table
from lrplot.python.unknown_names import foreign
from lrplot.python.values import (
    GROUPS,
    NOTHING,
    Cursor,
    Function,
    Instance,
    Made,
    Method,
    Optimizer,
    Partial,
    Scope,
    Unknown,
    UserClass,
    flat,
)
from lrplot.text.nearest import did_you_mean

if TYPE_CHECKING:
    from lrplot.python.state import State

_WITH_TYPE: Final = frozenset({"cast", "constant", "tensor", "asarray", "array"})
"""Functions whose second argument is a data type."""


class Calls:
    """Evaluates calls."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator
        self._plain = PlainCalls(evaluator)

    def value(self, node: ast.Call, scope: Scope) -> Any:
        """The value of a call."""
        self._evaluator.settled.add(id(node))
        if self._evaluator.iterators is not None:
            member = self._evaluator.iterators.call(node, scope)
            if member is not NOT_COUNTED:
                return member
        if self._stops_early(node, scope):
            raise self._evaluator.objects.refusal(
                f"{ast.unparse(node.func)} asks here only until one of them decides, which is not followed; "
                "write it as a loop",
                node,
            )
        counted = self._counted(node, scope)
        if counted is not None:
            return counted
        base: Any = None
        if isinstance(node.func, ast.Attribute):
            if _is_super(node.func.value):
                return self._evaluator.applying.of_super(node, node.func, scope)
            base = self._evaluator.expressions.value(node.func.value, scope)
            if isinstance(base, Cursor) and node.func.attr in {"next", "__next__"}:
                return self._evaluator.iterators.taken(base, node, scope)
            special = self._method_call(base, node, node.func, scope)
            if special is not NOT_OURS:
                return special
        names = fields.names_in(self._evaluator, node, scope)
        if names is not NOT_OURS:
            return names
        callee: Any = None
        if not isinstance(node.func, ast.Attribute):
            callee = self._evaluator.expressions.value(node.func, scope)
        given = self.positional(node, scope)
        named = self.named(node, scope)
        values, by_name = [v for v, _ in given], {k: v for k, (v, _) in named.items()}
        if isinstance(node.func, ast.Attribute):
            changed = fields.changed(self._evaluator, base, node.func.attr, values, by_name, node)
            if changed is not NOT_OURS:
                return changed
            if isinstance(base, Unknown) and is_mutation(node):
                containers.forget_member(self._evaluator, node.func.value, scope, node)
            if self._is_trainers(base, values, by_name, node, scope):
                return Unknown(short(node), node)
            ours = self._evaluator.objects.call(base, node.func.attr, values, by_name, node)
            if ours is not NOT_OURS:
                return ours
            text = ast.unparse(node.func) if self._evaluator.bindings else ""
            callee = (
                self._evaluator.bindings[text]
                if text in self._evaluator.bindings
                else self._evaluator.attributes.of(base, node.func)
            )
        if isinstance(callee, Method):
            return self._evaluator.objects.call_held(callee, values, by_name, node)
        if isinstance(callee, Partial):
            first = [(value, node) for value in callee.first]
            more = {key: (value, node) for key, value in callee.given.items()}
            return self.of_path(callee.path, [*first, *given], {**more, **named}, node)
        if isinstance(callee, Function | UserClass | Instance):
            if isinstance(node.func, ast.Attribute):
                self._evaluator.objects.accounted.add(id(node.func))
            return self._evaluator.applying.apply(callee, values, by_name, node)
        if isinstance(callee, Made):
            return self._asked(callee, given, node)
        if isinstance(callee, Symbol) and not given:
            return callee
        if isinstance(callee, Path):
            return self.of_path(callee, given, named, node)
        if isinstance(callee, Unknown):
            every = [*values, *by_name.values()]
            found = self._evaluator.elsewhere.call(short(node.func), every, node, by_name, base)
            return _of_changed(found, [callee, base, *every])
        return Unknown(short(node), node)

    def _counted(self, node: ast.Call, scope: Scope) -> Any:
        """``sum`` or ``len`` of a comprehension with a condition on the step; None for another call."""
        over = node.args[0] if len(node.args) == 1 and not node.keywords else None
        if not isinstance(over, ast.ListComp | ast.GeneratorExp) or not over.generators[0].ifs:
            return None
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in {"sum", "len"}:
            return None
        return self._evaluator.expressions.comprehensions.counted(name, over, scope)

    def _is_trainers(
        self, base: Any, given: list[Any], named: Mapping[str, Any], node: ast.Call, scope: Scope
    ) -> bool:
        """True where it is a method of a trainer that runs epochs, which is then followed."""
        fitting = self._evaluator.fitting
        return fitting is not None and bool(fitting.call(base, node, given, named, scope))

    def _method_call(self, base: Any, node: ast.Call, function: ast.Attribute, scope: Scope) -> Any:
        """``parser.parse_args()``, and the methods of texts, lists and dictionaries."""
        name = function.attr
        parsed = parsers.of_method(self._evaluator, base, node, name)
        if parsed is not NOT_OURS:
            return parsed
        if isinstance(base, Table) and name in {
            "tolist",
            "numpy",
            "astype",
            "float",
            "double",
            "copy",
            "item",
        }:
            return base
        if name == "sum" and isinstance(base, list) and not node.args:
            found = lookups.of_list(name, [base])
            return NOT_OURS if found is None else found
        if name == "round" and isinstance(base, int | float | Symbol) and not node.args:
            return self._rounded(base)
        if isinstance(base, dict) and name in {"items", "values", "keys", "get"}:
            return self._of_dictionary(base, name, node, scope)
        if name in OF_TEXT and isinstance(base, Unknown) and not node.args and not base.holds:
            # What is open in cfg.get("scheduler").lower() is the word.
            return base
        if name not in OF_TEXT or not isinstance(base, str):
            return NOT_OURS
        arguments = [
            self._evaluator.expressions.value(each, scope)
            for each in node.args
            if not isinstance(each, ast.Starred)
        ]
        if all(isinstance(each, str) for each in arguments):
            try:
                return getattr(base, name)(*arguments)
            except TypeError:
                return NOT_OURS
        return NOT_OURS

    def _of_dictionary(self, base: dict[Any, Any], name: str, node: ast.Call, scope: Scope) -> Any:
        if name == "get":
            given = [
                self._evaluator.expressions.value(each, scope)
                for each in node.args
                if not isinstance(each, ast.Starred)
            ]
            if given and isinstance(given[0], Symbol):
                default = given[1] if len(given) > 1 else NOTHING
                found = lookups.get(base, given[0], default)
                return Unknown(short(node), node) if found is None else found
            if given and isinstance(given[0], str | int | float):
                return base.get(given[0], given[1] if len(given) > 1 else NOTHING)
            return Unknown(short(node), node)
        return {"items": list(base.items()), "values": list(base.values()), "keys": list(base)}[name]

    def positional(self, node: ast.Call, scope: Scope) -> list[tuple[Any, ast.AST]]:
        """The arguments by position, each with its place."""
        found: list[tuple[Any, ast.AST]] = []
        for each in node.args:
            if isinstance(each, ast.Starred):
                found += [(value, each) for value in self._evaluator.expressions.members([each], scope)]
            else:
                found.append((self._evaluator.expressions.value(each, scope), each))
        return found

    def named(self, node: ast.Call, scope: Scope) -> dict[str, tuple[Any, ast.AST]]:
        """The arguments by name, each with its place."""
        found: dict[str, tuple[Any, ast.AST]] = {}
        for keyword in node.keywords:
            value = self._evaluator.expressions.value(keyword.value, scope)
            if keyword.arg == "param_scheduler":
                self._evaluator.making.configured(value, keyword.value)
            spread = value.keys() if isinstance(value, dict) and keyword.arg is None else {keyword.arg}
            for twice in found.keys() & spread:
                raise self._evaluator.source.refuse(f"'{twice}' is given twice here", keyword.value)
            if keyword.arg is not None:
                found[keyword.arg] = (value, keyword.value)
            elif isinstance(value, dict):
                found |= {str(k): (v, keyword.value) for k, v in value.items()}
            else:
                found["**"] = (Unknown(short(keyword.value), keyword.value), keyword.value)
        return found

    def of_path(
        self,
        callee: Path,
        given: list[tuple[Any, ast.AST]],
        named: dict[str, tuple[Any, ast.AST]],
        node: ast.Call,
    ) -> Any:
        """A call of a dotted name: a framework's, a library's, or one that is not known."""
        path = callee.name
        last = path.rpartition(".")[2]
        values, by_name = [v for v, _ in given], {k: v for k, (v, _) in named.items()}
        found = self._plain.of_call(callee, values, by_name, node)
        if found is NOT_OURS:
            found = parsers.of_call(self._evaluator, path, values, by_name, node)
        if found is not NOT_OURS:
            return found
        started = self._started(path, values, by_name, node)
        if started is not NOT_OURS:
            return started
        looked_up = _looked_up(path, values, by_name)
        if looked_up is not None:
            return looked_up
        combined = self._evaluator.registry.combinator(path, imported=callee.imported)
        if combined is not None:
            return combined(self._evaluator, values, by_name, node)
        if path in BUILTINS and not named and not any(isinstance(v, Unknown | Path | Symbol) for v in values):
            found = builtin(path, values)
            return Unknown(short(node), node, given=tuple(values)) if found is None else found
        if self._evaluator.registry.is_foreign(path, imported=callee.imported):
            raise self._evaluator.source.refuse(foreign(path), node)
        possible = self._evaluator.registry.candidates(path, imported=callee.imported)
        if possible:
            return self._evaluator.making.call(path, possible, given, named, node)
        if last in self._evaluator.registry.optimizers:
            made = self._evaluator.registry.optimizer(last, path, values, by_name)
            return self.optimizer(made)
        root = path.split(".", maxsplit=1)[0]
        arrays = self._evaluator.registry.arrays_of(root)
        if root in self._evaluator.computing and path != last and tables.makes(last, values, arrays.data):
            unknown = next(
                (v for v in flat([*values, *by_name.values()]) if isinstance(v, Unknown | Path)),
                None,
            )
            if arrays.single_precision:
                self._evaluator.notes[f"{root} computes its tables in float32; drawn in float64"] = None
            return (
                unknown
                if unknown is not None and last != "from_numpy"
                else tables.made(last, values, {k: v for k, v in by_name.items() if not isinstance(v, Path)})
            )
        function = mathematics.known(path, self._evaluator.computing)
        if function is not None:
            placed = mathematics.placed(function, values, by_name)
            return self._mathematics(function, mathematics.of_arrays(path, placed), node)
        under = under_a_bar(last, values)
        if under is not None:
            return under
        self._no_such_call(callee, node)
        every = [*values, *by_name.values()]
        if any(isinstance(value, Made | Optimizer) for value in every):
            self._evaluator.unread.append(node)
        found = self._evaluator.elsewhere.call(path, every, node, by_name)
        length = lengths.of_call(last, values, by_name)
        found = replace(found, length=length) if length is not None and isinstance(found, Unknown) else found
        return _of_changed(found, every)

    def optimizer(self, made: Optimizer) -> Optimizer:
        """An optimizer that is made here, with the rates of its parameter groups."""
        groups = made.values[0] if made.values and isinstance(made.values[0], list) else []
        if any(isinstance(group, dict) and "lr" in group for group in groups):
            made = replace(made, lr=GROUPS, shared=made.lr)
        self._evaluator.optimizers.append(made)
        if self._evaluator.objects.looping:
            self._evaluator.objects.remade.add(id(made))
        return made

    def _stops_early(self, node: ast.Call, scope: Scope) -> bool:
        """True where ``all`` or ``any`` calls what touches a rate until one of them decides."""
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        over = node.args[0] if len(node.args) == 1 else None
        if name not in {"all", "any", "next"} or scope.find(name) or not isinstance(over, ast.GeneratorExp):
            return False
        # A scheduler's step gives None: it ends no ``any``.
        called = over.elt.func if isinstance(over.elt, ast.Call) else None
        steps = isinstance(called, ast.Attribute) and called.attr in self._evaluator.registry.loop.steps
        return may_touch(over.elt, self._evaluator.touches) and not (name == "any" and steps)

    def _started(self, path: str, values: list[Any], named: Mapping[str, Any], node: ast.Call) -> Any:
        """A function that is run in processes of its own, all alike: followed as in one of them."""
        numbered = self._evaluator.registry.loop.starts.get(path)
        function = (
            values[0] if values else next((named[key] for key in ("fn", "function") if key in named), None)
        )
        if numbered is None or not isinstance(function, Function):
            return NOT_OURS
        given = values[1] if len(values) > 1 else named.get("args", ())
        parameters = [*function.node.args.posonlyargs, *function.node.args.args][len(function.first) :]
        # Which of the processes it is, is open.
        number = [Unknown(each.arg, node) for each in parameters[:1]] if numbered else []
        more = list(given) if isinstance(given, list | tuple) else []
        self._evaluator.applying.apply(function, [*number, *more], {}, node)
        return NOTHING

    def _no_such_call(self, callee: Path, node: ast.AST) -> None:
        """A name under a framework's own module that is none of its schedules is told at once."""
        own = self._evaluator.registry.home(callee.name, imported=callee.imported)
        parts = callee.name.split(".")
        within = own is not None and set(parts[:-1]) & {"lr_scheduler", "schedules"}
        if own is None or not within:
            return
        hint = did_you_mean(parts[-1], own.calls)
        raise self._evaluator.source.refuse(f"{own.title} has no schedule '{parts[-1]}'{hint}", node)

    def _mathematics(self, name: str, values: list[Any], node: ast.AST) -> Any:
        if name in {"where", "cond"}:
            values = [
                self._evaluator.applying.apply(v, (), {}, node)
                if isinstance(v, Function) and not v.required
                else v
                for v in values
            ]
        unknown = next((v for v in flat(values) if isinstance(v, Unknown | Path)), None)
        if unknown is not None and (name not in _WITH_TYPE or unknown is values[0]):
            return unknown
        if name == "round" and len(values) == 1 and isinstance(values[0], Symbol):
            return self._rounded(values[0])
        return mathematics.apply(name, values)

    def _rounded(self, value: float | Symbol) -> Any:
        """The nearest whole number, a half to the even one."""
        if not isinstance(value, Symbol):
            return round(value) if math.isfinite(value) else value
        below = mathematics.apply("floor", [value])
        rest = symbolic.combine(ast.Sub(), value, below)
        even = symbolic.combine(ast.Add(), below, symbolic.combine(ast.Mod(), below, 2))
        up = symbolic.choose(
            symbolic.compare([ast.Gt()], [rest, 0.5]), symbolic.combine(ast.Add(), below, 1), even
        )
        return symbolic.choose(symbolic.compare([ast.Lt()], [rest, 0.5]), below, up)

    def _asked(self, made: Made, given: list[tuple[Any, ast.AST]], node: ast.AST) -> Any:
        """A schedule called with a step."""
        self._evaluator.used[id(made)] = made
        if len(given) != 1:
            return Unknown("a schedule", node)
        step = given[0][0]
        if isinstance(step, int | float):
            rate = float(made.schedule(step))
            return -rate if made.negated else rate
        offset = symbolic.offset_of(step)
        if offset is None:
            raise self._evaluator.source.refuse(
                "a schedule inside a function is asked at the step, or so many away", node
            )
        inner = Inner(made.schedule, offset)
        return symbolic.negative(inner) if made.negated else inner


def _of_changed(found: Any, of: Sequence[Any]) -> Any:
    """What a call gives that was given what the text has changed: it is made of such."""
    changed = any(isinstance(value, Unknown) and value.changed for value in of)
    return replace(found, changed=True) if changed and isinstance(found, Unknown) else found


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


_LOOKING: Final = frozenset({"", "bisect", "np", "numpy", "torch", "jnp"})
"""Where functions come from that look the step up in a list; Python's own have no root."""


def _looked_up(path: str, values: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """The member of a list of numbers that a function finds for the step, None for another function."""
    root, dot, _ = path.partition(".")
    if (root if dot else "") not in _LOOKING:
        return None
    last = path.rpartition(".")[2]
    found = lookups.placed(last, values, named)
    return lookups.of_list(last, values) if found is None and not named else found
