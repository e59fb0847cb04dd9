"""The value of an expression, read off its syntax tree; nothing is ever executed."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lrplot.errors import NotationError
from lrplot.python import (
    array_functions,
    array_writes,
    asked_tables,
    defaulting,
    enumerations,
    inheritance,
    own_dicts,
    protocols,
    symbolic,
)
from lrplot.python.builtins_ import LONGEST, is_true, written
from lrplot.python.comparing import objects_in
from lrplot.python.comprehensions import Comprehensions
from lrplot.python.decided import decided
from lrplot.python.keys import is_key
from lrplot.python.lanes import NotAlike
from lrplot.python.lengths import size_of
from lrplot.python.mathematics import BEYOND, CONSTANTS
from lrplot.python.objects import NOT_OURS
from lrplot.python.operators import Operators
from lrplot.python.parameters import Path, Refusal
from lrplot.python.state import ABSENT
from lrplot.python.symbolic import Symbol
from lrplot.python.syntax import last_part, short
from lrplot.python.tables import Table, index_of, listed
from lrplot.python.values import (
    NOTHING,
    Function,
    Group,
    Instance,
    Made,
    Namespace,
    Optimizer,
    Scope,
    Unknown,
    flat,
    is_left_out,
)

if TYPE_CHECKING:
    from lrplot.python.state import State

DEEPEST: Final = 150
"""Levels of an expression that are read; each takes a few of Python's own frames, of which it has 1000."""

_BINDABLE: Final = (
    ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Compare, ast.BinOp, ast.BoolOp, ast.UnaryOp,
)  # fmt: skip
"""What ``--let`` may name."""


class Expressions:
    """Evaluates everything but calls, which it hands to :class:`lrplot.python.calls.Calls`."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator
        operators = Operators(evaluator)
        self.comprehensions = Comprehensions(evaluator)
        self._attributes = evaluator.attributes
        self._binop, self._unaryop = operators.binop, operators.unaryop
        self._boolop, self._compare = operators.boolop, operators.compare
        self._listcomp = self._setcomp = self._dictcomp = self.comprehensions.value
        self._generatorexp = self.comprehensions.generator
        self._heads: tuple[Any, set[tuple[str, str]]] = (None, set())

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """The value of an expression; :class:`Unknown` or :class:`Path` where it cannot be known."""
        self._evaluator.left -= 1
        if self._evaluator.left < 0:
            error = self._evaluator.source.refuse("too much to read", node)
            error.certain = True
            raise error
        self._evaluator.depth += 1
        try:
            if self._evaluator.depth > DEEPEST:
                raise self._evaluator.source.refuse("nested too deeply", node)
            if self._evaluator.bindings and isinstance(node, _BINDABLE) and self._may_be_bound(node):
                text = ast.unparse(node)
                if text in self._evaluator.bindings:
                    given = self._evaluator.given.of(node, text, scope)
                    if given is not ABSENT:
                        return given
            method: Callable[[Any, Scope], Any] | None = getattr(
                self, f"_{type(node).__name__.lower()}", None
            )
            found = Unknown(short(node), node) if method is None else method(node, scope)
            if isinstance(found, Table):
                return self._evaluator.seen(found, node) if self._evaluator.clouded else found
            if not isinstance(found, list | dict):
                return found
            if self._evaluator.lanes is not None and _makes(node):
                # What a turn makes for itself, the next one does not find.
                self._evaluator.begin(found)
            return self._evaluator.seen(found, node) if self._evaluator.clouded else found
        except Refusal as refusal:
            raise self._evaluator.source.refuse(str(refusal), node) from None
        finally:
            self._evaluator.depth -= 1

    def _may_be_bound(self, node: ast.expr) -> bool:
        """True where a binding has the kind and the last name of an expression."""
        if self._heads[0] is not self._evaluator.bindings:
            keys = (ast.parse(key, mode="eval").body for key in self._evaluator.bindings)
            self._heads = (self._evaluator.bindings, {_head(key) for key in keys})
        return _head(node) in self._heads[1]

    def _constant(self, node: ast.Constant, _scope: Scope) -> Any:
        if node.value is None:
            return NOTHING
        if isinstance(node.value, int) and abs(node.value) >= BEYOND:
            raise Refusal("number too large for float64")
        if node.value is ... or isinstance(node.value, complex | bytes):
            return Unknown(short(node), node)
        return node.value

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        found = scope.find(node.id)
        if found is None or isinstance(found, Unknown):
            implicit = self._evaluator.objects.implicit.get(node.id)
            if implicit is not None:
                return implicit
        if isinstance(found, Unknown) and isinstance(found.node, ast.Delete):
            return self._deleted(found.node, node)
        if isinstance(found, Path):
            return self._evaluator.given.of_import(replace(found, node=node), node.id, scope)
        return Path(node.id, node) if found is None else found

    def _deleted(self, statement: ast.Delete, node: ast.Name) -> Any:
        """A name that was deleted: Python raises."""
        if self._evaluator.tries is not None:
            self._evaluator.tries.happens("NameError", node, comes=True)
        raise self._evaluator.objects.refusal(
            f"'{node.id}' is deleted in line {statement.lineno}, and asked for here", node
        )

    def whole(self, path: Path) -> Any:
        """A dotted name, or what is bound to it as its import spells it, which is how messages name it."""
        if path.name not in self._evaluator.bindings:
            root, _, last = path.name.partition(".")
            # from math import pi
            known = path.imported and root in self._evaluator.computing and last in CONSTANTS
            return CONSTANTS[last] if known else path
        self._evaluator.bound.add(path.name)
        return self._evaluator.bindings[path.name]

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        if inheritance.is_super(node.value):
            return inheritance.attribute(self._evaluator, node, scope)
        return self._attributes.of(self.value(node.value, scope), node)

    def _tuple(self, node: ast.Tuple, scope: Scope) -> Any:
        return tuple(self.members(node.elts, scope))

    def _list(self, node: ast.List, scope: Scope) -> Any:
        members = list(self.members(node.elts, scope))
        if len(members) > LONGEST:
            raise Refusal(f"a list of more than {LONGEST}")
        return self.listed(members, node)

    def members(self, nodes: Sequence[ast.expr], scope: Scope) -> Iterator[Any]:
        """The members of a list, those behind a star too."""
        for each in nodes:
            if isinstance(each, ast.Starred):
                spread = listed(self.value(each.value, scope))
                if not isinstance(spread, list | tuple):
                    raise self._evaluator.source.refuse(f"what *{short(each.value)} holds is not known", each)
                yield from spread
            else:
                yield self.value(each, scope)

    def _dict(self, node: ast.Dict, scope: Scope) -> Any:
        found: dict[Any, Any] = {}
        for key, child in zip(node.keys, node.values, strict=True):
            name = None if key is None else self.value(key, scope)
            value = self.value(child, scope)
            if key is None:
                found |= value if isinstance(value, dict) else {}
                continue
            with suppress(TypeError):
                found[name] = value
        return self.dictionary(found, node)

    def _set(self, node: ast.Set, scope: Scope) -> Any:
        if not node.elts:
            return Unknown(short(node), node)
        members: list[Any] = []
        for each in self.members(node.elts, scope):
            if not any(each is other for other in members):
                members.append(each)
        return members

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Any:
        test = decided(self.value(node.test, scope), self._evaluator.least_step)
        test = protocols.truth(self._evaluator, test, node)
        test = False if is_left_out(test) else test
        if isinstance(test, Unknown | Path):
            return Unknown(test.name if isinstance(test, Path) else test.text, test.node, because=test)
        if isinstance(test, Symbol):
            yes, no = self.value(node.body, scope), self.value(node.orelse, scope)
            if self._evaluator.lanes is not None and any(
                isinstance(each, Made | Optimizer | Instance) for each in (yes, no)
            ):
                raise NotAlike
            return symbolic.choose(test, yes, no)
        taken, left_out = (node.body, node.orelse) if is_true(test) else (node.orelse, node.body)
        self._evaluator.settled |= {id(inner) for inner in ast.walk(left_out) if isinstance(inner, ast.Call)}
        return self.value(taken, scope)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        base, at = self.value(node.value, scope), self.value(node.slice, scope)
        if isinstance(base, Instance) and base.of.method("__getitem__") is not None:
            method = base.of.method("__getitem__")
            assert method is not None  # noqa: S101 (just asked)
            made = self._attributes.bound_method(base, method, base.of.where("__getitem__"), node)
            return self._evaluator.applying.apply(made, [at], {}, node)
        if own_dicts.overrides(base, "__getitem__"):
            return self._evaluator.applying.apply(own_dicts.method(base, "__getitem__"), [at], {}, node)
        if isinstance(base, Group):
            return self._evaluator.objects.item(base, at, node)
        if self._evaluator.lanes is not None and isinstance(node.slice, ast.Slice) and objects_in(base):
            # Which schedulers, or steps of them, there are in a part of a list hangs on the turn.
            raise NotAlike
        numbers = base.values if isinstance(base, Table) and base.values.ndim == 1 else base
        if isinstance(at, Symbol) and isinstance(numbers, list | tuple | np.ndarray):
            if isinstance(base, Table):
                array_writes.told(self._evaluator, base, None)
            return self._at_turn(numbers, at, node)
        if isinstance(base, Table):
            return self._of_table(base, at, node)
        if isinstance(base, list | tuple | range) and isinstance(at, slice):
            try:
                part = base[at]
            except (ValueError, TypeError, OverflowError):
                return Unknown(short(node), node)
            if isinstance(part, range):
                return list(part) if size_of(part) <= LONGEST else Unknown(short(node), node)
            return part
        if isinstance(base, Namespace):
            base = self._evaluator.seen(base.options, node)
        if isinstance(base, Unknown) and base.changed:
            return Unknown(short(node), node, because=base.because, changed=True)
        if isinstance(base, dict) and isinstance(at, Symbol) and self._evaluator.lanes is not None:
            raise NotAlike
        joined = array_functions.joined(base, at, self._evaluator.computing)
        if joined is not array_functions.NOT_READ:
            return joined
        if isinstance(base, Unknown | Path) and self._is_arithmetic(node.value):
            # What is open is not np.interp([t], xs, ys)[0], but the lists it is given.
            given = base.given if isinstance(base, Unknown) else ()
            return next((v for v in flat(given) if isinstance(v, Unknown | Path)), base)
        member = enumerations.by_name(base, at)
        if member is not None:
            return member
        if isinstance(base, list | tuple | range | dict | Mapping) and is_key(at):
            in_list = isinstance(base, list | tuple | range) and isinstance(at, int)
            if in_list and self._evaluator.tries is not None:
                size = size_of(base)
                outside = not -size <= at < size
                self._evaluator.tries.happens("IndexError", node, comes=outside)
            if isinstance(base, dict) and at not in base:
                made = defaulting.asked(self._evaluator, base, at, node)
                if made is not NOT_OURS:
                    return made
            if isinstance(base, dict) and self._evaluator.tries is not None:
                self._evaluator.tries.happens("KeyError", node, comes=at not in base)
            try:
                return base[at]
            except (IndexError, KeyError, TypeError, OverflowError):
                return self._not_found(node)
        return self._not_found(node, base.given if isinstance(base, Unknown) else ())

    def _of_table(self, table: Table, at: Any, node: ast.Subscript) -> Any:
        """A member of an array, a view of it, or a copy of some members."""
        index = index_of(at)
        if index is None:
            if self._evaluator.lanes is not None and any(isinstance(each, Symbol) for each in flat([at])):
                raise NotAlike
            return next(
                (each for each in flat([at]) if isinstance(each, Unknown)), Unknown(short(node), node)
            )
        found = table.at(index)
        array_writes.told(self._evaluator, table, found)
        return found

    def _not_found(self, node: ast.Subscript, given: tuple[Any, ...] = ()) -> Unknown:
        """A member that is not known: whether there is one is not either."""
        if self._evaluator.tries is not None:
            for name in ("IndexError", "KeyError"):
                self._evaluator.tries.happens(name, node, comes=None)
        return Unknown(short(node), node, given=given)

    def _is_arithmetic(self, node: ast.AST) -> bool:
        """True for a call of a module of arithmetic."""
        root = ast.unparse(node.func).partition(".")[0] if isinstance(node, ast.Call) else ""
        found = self._evaluator.home.find(root)
        return isinstance(found, Path) and found.name.partition(".")[0] in self._evaluator.computing

    def _at_turn(self, numbers: Any, at: Symbol, node: ast.AST) -> Any:
        """A list asked at the turn of a loop, or at the step of a schedule's function."""
        if self._evaluator.lanes is None and self._evaluator.formulas_deep:
            found = asked_tables.at_step(numbers, at)
            return Unknown(short(node), node) if found is None else found
        if self._evaluator.lanes is None or self._evaluator.lanes.count is None or not len(numbers):
            return Unknown(short(node), node)
        plain = isinstance(numbers, np.ndarray) or all(isinstance(each, int | float) for each in numbers)
        if not plain:
            raise NotAlike
        return self._evaluator.lanes.table(numbers, at)

    def _slice(self, node: ast.Slice, scope: Scope) -> Any:
        ends = [
            None if each is None else self.value(each, scope) for each in (node.lower, node.upper, node.step)
        ]
        if all(each is None or (isinstance(each, int) and not isinstance(each, bool)) for each in ends):
            return slice(*ends)
        return next((e for e in ends if isinstance(e, Unknown | Path)), Unknown(short(node), node))

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Any:
        return self.function(node, scope)

    def function(self, node: ast.Lambda | ast.FunctionDef, scope: Scope) -> Function:
        """A function, its defaults evaluated where it is defined, as Python does."""
        kept = None if scope.of is None else scope.of.defaults.get(id(node))
        if kept is not None:
            return Function(node, scope, defaults=kept)
        arguments = node.args
        names_ = [p.arg for p in (*arguments.posonlyargs, *arguments.args)]
        defaults = dict(zip(names_[::-1], arguments.defaults[::-1], strict=False))
        defaults |= {
            p.arg: value
            for p, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if value is not None
        }
        return Function(
            node, scope, defaults={name: self.value(each, scope) for name, each in defaults.items()}
        )

    def _may_touch(self, node: ast.AST) -> bool:
        """True where what stands here may train, or touch a rate."""
        return self._evaluator.may_touch(node)

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Any:
        value = self.value(node.value, scope)
        self._evaluator.write(scope.home(node.target.id).names, node.target.id, value)
        return value

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> Any:
        # What it says changes no rate; what is called to say it may.
        said: list[str] = []
        for part in node.values:
            if isinstance(part, ast.Constant):
                said.append(str(part.value))
            elif isinstance(part, ast.FormattedValue):
                with suppress(Refusal, NotationError) if not self._may_touch(part) else nullcontext():
                    text = written(self.value(part.value, scope))
                    if text is not None and part.format_spec is None and part.conversion == -1:
                        said.append(text)
        return "".join(said) if len(said) == len(node.values) else Unknown(short(node), node)

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        return self._evaluator.calls.value(node, scope)

    def listed(self, members: list[Any], node: ast.AST) -> Any:
        """A list, or the schedule that it describes."""
        return self._evaluator.making.configured(members, node) or members

    def dictionary(self, found: dict[Any, Any], node: ast.AST) -> Any:
        """A dictionary, or the schedule that it describes."""
        return self._evaluator.making.dictionary(found, node)


_MAKING: Final = frozenset({"list", "dict", "sorted", "set", "copy", "deepcopy", "split", "deque"})
"""Calls of Python that give a list or a dictionary of their own."""


_DISPLAYS: Final = (
    ast.List | ast.Dict | ast.Set | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.BinOp
)


def _makes(node: ast.expr) -> bool:
    """True where an expression makes the list or the dictionary that it gives."""
    if isinstance(node, ast.Call):
        return last_part(node.func) in _MAKING
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Slice)
    return isinstance(node, _DISPLAYS)


def _head(node: ast.AST) -> tuple[str, str]:
    """The kind of an expression, and its last name where it has one."""
    named = node.func if isinstance(node, ast.Call) else node
    return type(node).__name__, str(getattr(named, "attr", getattr(named, "id", "")))
