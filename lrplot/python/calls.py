"""Calls: of plain Python, of what the text defines, and of frameworks (:mod:`lrplot.python.making`)."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from lrplot.python import (
    array_calls,
    array_writes,
    containers,
    enumerations,
    fields,
    functional,
    inheritance,
    lengths,
    lookups,
    mathematics,
    own_dicts,
    protocols,
    symbolic,
    tables,
)
from lrplot.python.begun_with import begun
from lrplot.python.builtins_ import BUILTINS, OF_TEXT, builtin
from lrplot.python.command import parsers
from lrplot.python.iterables import NOT_STEPWISE, under_a_bar
from lrplot.python.iterators import NOT_COUNTED
from lrplot.python.keys import is_key, may_hold
from lrplot.python.lanes import NotAlike
from lrplot.python.mutation import is_mutation, may_touch
from lrplot.python.objects import NOT_OURS
from lrplot.python.one_shot import MAKING
from lrplot.python.own_stepping import part_of
from lrplot.python.parameters import Path
from lrplot.python.plain_calls import PlainCalls
from lrplot.python.rounding import rounded, to_digits
from lrplot.python.rows import Row
from lrplot.python.spread_options import with_rate_of
from lrplot.python.symbolic import Choice, Inner, Symbol
from lrplot.python.syntax import is_plain_place, short
from lrplot.python.unknown_names import foreign
from lrplot.python.values import (
    GROUPS,
    NOTHING,
    Cursor,
    FrameworkObject,
    Function,
    Generator,
    Instance,
    Made,
    Method,
    Optimizer,
    Partial,
    RateOf,
    Scope,
    Unknown,
    UserClass,
    flat,
)
from lrplot.text.nearest import did_you_mean

if TYPE_CHECKING:
    from lrplot.python.state import State

_OF_MEMBERS: Final = frozenset(
    {"list", "tuple", "sum", "min", "max", "any", "all", "sorted", "set", "enumerate", "zip", "map", "filter",
     "collections.deque"}
)  # fmt: skip
"""Functions of Python that take the members of an array one by one."""
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
        early = self._with_open_arguments(node, scope)
        if early is not NOT_OURS:
            return early
        base: Any = None
        if isinstance(node.func, ast.Attribute):
            if inheritance.is_super(node.func.value):
                return inheritance.method(self._evaluator, node, node.func, scope)
            base = part_of(self._evaluator.expressions.value(node.func.value, scope), node.func.attr)
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
        if isinstance(base, FrameworkObject) and base.has(node.func):
            return base.call(node.func, self._evaluator, values, by_name, node, scope)
        if isinstance(node.func, ast.Attribute):
            of_array = array_writes.of_method(
                self._evaluator, base, node.func.attr, values, by_name, node, scope
            )
            if of_array is not NOT_OURS:
                return of_array
            changed = fields.changed(self._evaluator, base, node.func.attr, values, by_name, node)
            if changed is not NOT_OURS:
                return changed
            if isinstance(base, Unknown) and is_mutation(node):
                containers.forget_member(self._evaluator, node.func.value, scope, node)
            if self._is_trainers(base, values, by_name, node, scope):
                return Unknown(short(node), node)
            ours = functional.updated(self._evaluator, base, node.func.attr, node)
            if ours is NOT_OURS:
                ours = self._evaluator.objects.call(base, node.func.attr, values, by_name, node)
            if ours is not NOT_OURS:
                self._evaluator.attributes.found(node.func)
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
        if isinstance(callee, int | float | Symbol | Inner | Choice) and not given:
            return callee
        if isinstance(callee, Path):
            return self._of_iterators(callee, given, named, node)
        if isinstance(callee, Unknown):
            every = [*values, *by_name.values()]
            found = self._evaluator.elsewhere.call(short(node.func), every, node, by_name, base)
            return _of_changed(found, [callee, base, *every])
        return Unknown(short(node), node)

    def _counted(self, node: ast.Call, scope: Scope) -> Any:
        """``sum`` or ``len`` of a comprehension with a condition on the step; None for another call.

        ``sum(1 for batch in loader)`` and ``len([batch for batch in loader])`` are ``len(loader)``.
        """
        over = node.args[0] if len(node.args) == 1 and not node.keywords else None
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if not isinstance(over, ast.ListComp | ast.GeneratorExp) or name not in {"sum", "len"}:
            return None
        if not over.generators[0].ifs:
            ones = isinstance(over.elt, ast.Constant) and over.elt.value == 1
            if len(over.generators) > 1 or not (name == "len" or ones):
                return None
            if may_touch(over.elt, self._evaluator.touches) or not is_plain_place(over.generators[0].iter):
                return None
            if not isinstance(self._evaluator.value(over.generators[0].iter, scope), Unknown | Path):
                return None
            length = ast.Call(ast.Name("len", ast.Load()), [over.generators[0].iter], [])
            return self.value(ast.fix_missing_locations(ast.copy_location(length, node)), scope)
        return self._evaluator.expressions.comprehensions.counted(name, over, scope)

    def _first(self, node: ast.Call, scope: Scope) -> Any:
        """``next(member for … if …)``; None where it is another, or not known."""
        is_next = isinstance(node.func, ast.Name) and node.func.id == "next" and not scope.find("next")
        if not is_next or not node.args or not isinstance(node.args[0], ast.GeneratorExp) or node.keywords:
            return None
        members = self._evaluator.value(node.args[0], scope)
        if isinstance(members, Unknown) and self._evaluator.lanes is not None:
            over = self._evaluator.value(node.args[0].generators[0].iter, scope)
            if isinstance(over, list | tuple | range | dict):
                # Which of them it is hangs on the turn.
                raise NotAlike
        if not isinstance(members, list) or (not members and len(node.args) != 2):
            return None
        return members[0] if members else self._evaluator.value(node.args[1], scope)

    def _is_trainers(
        self, base: Any, given: list[Any], named: Mapping[str, Any], node: ast.Call, scope: Scope
    ) -> bool:
        """True where it is a method of a trainer that runs epochs, which is then followed."""
        fitting = self._evaluator.fitting
        return fitting is not None and bool(fitting.call(base, node, given, named, scope))

    def _method_call(self, base: Any, node: ast.Call, function: ast.Attribute, scope: Scope) -> Any:
        """``parser.parse_args()``, and the methods of texts, lists and dictionaries."""
        name = function.attr
        if own_dicts.overrides(base, name):
            return NOT_OURS
        parsed = parsers.of_method(self._evaluator, base, node, name)
        if parsed is not NOT_OURS:
            return parsed
        if isinstance(base, Row):
            named = {each.arg: self._evaluator.value(each.value, scope) for each in node.keywords if each.arg}
            row = None if node.args else base.of_method(name, named)
            if row is not None:
                return row
        if name == "sum" and isinstance(base, list) and not node.args:
            found = lookups.of_list(name, [base])
            return NOT_OURS if found is None else found
        if name == "round" and isinstance(base, int | float | Symbol) and not node.args:
            return rounded(base)
        if name in {"item", "tolist"} and isinstance(base, tables.Scalar) and not node.args:
            return float(base)
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
            except (TypeError, ValueError, OverflowError):
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
            if given and is_key(given[0]) and not may_hold(base, given[0]):
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

    def _of_iterators(
        self,
        callee: Path,
        given: list[tuple[Any, ast.AST]],
        named: dict[str, tuple[Any, ast.AST]],
        node: ast.Call,
    ) -> Any:
        """A call of a dotted name, which may make an iterator, or take the members of one."""
        one_shots, name = self._evaluator.one_shots, callee.name
        if name == "iter" and len(given) == 1 and one_shots.of(given[0][0]) is not None:
            return given[0][0]
        held = next((v for v, _ in [*given, *named.values()] if isinstance(v, Generator)), None)
        if held is not None:
            raise self._evaluator.objects.refusal(NOT_STEPWISE.format(held.node.name), node)
        over = one_shots.of(given[0][0]) if given and name == "next" else None
        if over is not None:
            return one_shots.next_of(over, [value for value, _ in given[1:]], node)
        given = [(one_shots.given(name, value, at), at) for value, at in given]
        found = self.of_path(callee, given, named, node)
        return one_shots.made(found, node) if name in MAKING else found

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
        if path in _OF_MEMBERS:
            for table in (value for value in values if isinstance(value, tables.Table)):
                array_writes.told(self._evaluator, table, None)
            values = [tables.listed(value) for value in values]
        found = self._plain.of_call(callee, values, by_name, node)
        if found is NOT_OURS:
            found = parsers.of_call(self._evaluator, path, values, by_name, node)
        if found is not NOT_OURS:
            return found
        started = self._started(path, values, by_name, node)
        if started is not NOT_OURS:
            return started
        looked_up = lookups.of_call(path, values, by_name)
        if looked_up is not None:
            return looked_up
        combined = self._evaluator.registry.combinator(path, imported=callee.imported)
        if combined is not None:
            return combined(self._evaluator, values, by_name, node)
        if path == "sorted" and by_name.keys() == {"reverse"} and isinstance(by_name["reverse"], bool):
            found = builtin(path, values)
            if found is not None:
                return found[::-1] if by_name["reverse"] else found
        values = [_as_list(value) for value in values] if path in _TAKING_MEMBERS else values
        if path in BUILTINS and not named and not any(isinstance(v, Unknown | Path | Symbol) for v in values):
            found = builtin(path, values)
            return Unknown(short(node), node, given=tuple(values)) if found is None else found
        if self._evaluator.registry.is_foreign(path, imported=callee.imported):
            raise self._evaluator.source.refuse(foreign(path), node)
        possible = self._evaluator.registry.candidates(path, imported=callee.imported)
        if possible:
            return self._evaluator.making.call(path, possible, given, named, node)
        if last in self._evaluator.registry.optimizers:
            values = [self._plain_rate(value, at) for value, at in given]
            by_name = {key: self._plain_rate(value, at) for key, (value, at) in named.items()}
            made = self._evaluator.registry.optimizer(last, path, values, by_name)
            made = with_rate_of(self._evaluator, made, values, by_name)
            return self.optimizer(made, node)
        of_arrays = array_calls.of_call(self._evaluator, path, values, by_name, node)
        if of_arrays is not NOT_OURS:
            return of_arrays
        function = mathematics.known(path, self._evaluator.computing)
        if function is not None:
            values = [tables.listed(value) for value in values]
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
        counted = protocols.with_lengths(self._evaluator, values, node)
        more = dict(
            zip(by_name, protocols.with_lengths(self._evaluator, [*by_name.values()], node), strict=True)
        )
        length = lengths.of_call(last, counted, more)
        found = replace(found, length=length) if length is not None and isinstance(found, Unknown) else found
        return _of_changed(found, every)

    def _plain_rate(self, value: Any, at: ast.AST) -> Any:
        """``opt.lr`` that an optimizer is made with: ``opt`` holds settings, and is no optimizer."""
        held = isinstance(value, RateOf) and isinstance(at, ast.expr)
        implicit = held and any(value.optimizer is each for each in self._evaluator.objects.implicit.values())
        return Unknown(ast.unparse(at), at) if implicit else value

    def optimizer(self, made: Optimizer, node: ast.AST) -> Optimizer:
        """An optimizer that is made here, with the rates of its parameter groups."""
        made = begun(self._evaluator, made, node)
        groups = made.values[0] if made.values and isinstance(made.values[0], list) else []
        if any(isinstance(group, dict) and "lr" in group for group in groups):
            made = replace(made, lr=GROUPS, shared=made.lr)
        self._evaluator.optimizers.append(made)
        if self._evaluator.objects.looping:
            self._evaluator.objects.remade.add(id(made))
        return made

    def _with_open_arguments(self, node: ast.Call, scope: Scope) -> Any:
        """A call whose arguments are not all asked at once; ``NOT_OURS`` where it is another."""
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
        counted = self._first(node, scope) if counted is None else counted
        return NOT_OURS if counted is None else counted

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
        if name == "round" and isinstance(values[0], Symbol):
            return rounded(values[0]) if len(values) == 1 else to_digits(self._evaluator, *values[:2])
        return mathematics.apply(name, values)

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


_TAKING_MEMBERS: Final = frozenset({"len", "list", "tuple", "sorted", "enumerate", "zip"})
"""Python's own functions that ask what they are given for its members."""


def _as_list(value: Any) -> Any:
    """An enumeration as the list of its members, a dictionary as that of its keys, anything else itself."""
    members = list(value) if isinstance(value, dict) else enumerations.distinct(value)
    return value if members is None else members
