"""The value of an expression, read off its syntax tree; nothing is ever executed."""

import ast
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from lrplot.errors import NotationError
from lrplot.notations import mathematics, symbols, tables
from lrplot.notations.changes import looped, may_touch, touching
from lrplot.notations.frameworks import home
from lrplot.notations.lanes import Lanes, NotAlike
from lrplot.notations.objects import NOT_OURS, Objects
from lrplot.notations.plain import COMPARISONS, LONGEST, arithmetic, is_true
from lrplot.notations.source import Source
from lrplot.notations.symbols import Choice, Inner, Running, Symbol
from lrplot.notations.tables import Table
from lrplot.notations.values import (
    NOTHING,
    Function,
    Group,
    Instance,
    Made,
    Namespace,
    Optimizer,
    Path,
    Refusal,
    Scope,
    Unknown,
    UserClass,
    is_left_out,
)
from lrplot.schedules.base import Surroundings

_MOST: Final = 4_000_000
"""Most parts of a text that are looked at: some ten seconds."""
_COMPUTED: Final = 64
"""Members from which on a comprehension over a range is computed at once."""
ABSENT: Final = object()
"""Stands for what was not bound before."""
DEEPEST: Final = 150


@dataclass(frozen=True, slots=True)
class Rates:
    """The base rate a reader works with: what was ``given``, else the text's own, else ``assumed``."""

    given: float | None = None
    assumed: float | None = None


_BINDABLE: Final = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Compare)
"""What ``--let`` may name."""


class Expressions(ABC):
    """Evaluates everything but calls, which :class:`lrplot.notations.calls.Calls` adds."""

    def __init__(
        self, source: Source, around: Surroundings, rates: Rates, bindings: Mapping[str, Any]
    ) -> None:
        self.source = source
        self.around = around
        self.rates = rates
        self.bindings = bindings
        self.bound: set[str] = set()
        self.unread: list[ast.Call] = []
        self.settled: set[int] = set()
        """The calls of the text that were evaluated, or known not to be, by identity."""
        self.made: list[Made | Instance | Function] = []
        # By identity; the objects are kept, so that no later one takes over an identity.
        self.used: dict[int, Any] = {}
        self.optimizers: list[Optimizer] = []
        self.instances: list[Instance] = []
        self.options: dict[str, Any] = {}
        self.left_out: set[str] = set()
        """The options that have no default and need not be given."""
        self.notes: dict[str, None] = {}
        self.walk: Callable[[ast.FunctionDef, Scope], Any] | None = None
        self.assumed_rate = False
        self.objects = Objects(self)  # type: ignore[arg-type]  # always an Evaluator
        self.lengths: Any = None
        self.lanes: Lanes | None = None
        self.journal: list[tuple[Any, Any, Any]] = []
        self.journaling = 0
        self.touching: frozenset[str] = touching(source.tree)
        self.looped: frozenset[str] = looped(source.tree)
        self.groups = 1
        self.group = 0
        """Index of the parameter group whose rate is read."""
        self.configured_by_trainer: list[tuple[ast.FunctionDef, Any]] = []
        self._base: float | None = None
        self.home = Scope()
        """The scope of the text's own names."""
        self._heads: tuple[Any, set[tuple[str, str]]] = (None, set())
        self._left = _MOST
        self._depth = 0
        self._inside_function = 0

    @property
    def inside_function(self) -> bool:
        """Whether a schedule's own function is read, which changes nothing outside it."""
        return self._inside_function > 0

    def write(self, container: Any, key: Any, value: Any) -> None:
        """Bind a name, an attribute or a member, so that it can be taken back."""
        if self.journaling:
            kept = container.get(key, ABSENT) if isinstance(container, dict) else container[key]
            self.journal.append((container, key, kept))
        container[key] = value

    def rewind(self, mark: int) -> None:
        """Take back all that was bound since the journal was so long."""
        while len(self.journal) > mark:
            container, key, old = self.journal.pop()
            if old is ABSENT:
                container.pop(key, None)
            else:
                container[key] = old

    @contextmanager
    def journaled(self) -> Iterator[int]:
        """Keep a journal of what is bound; gives how long it is."""
        self.journaling += 1
        try:
            yield len(self.journal)
        finally:
            self.journaling -= 1
            if not self.journaling:
                self.journal.clear()

    @abstractmethod
    def apply(self, callee: Any, given: Sequence[Any], named: Mapping[str, Any], node: ast.AST) -> Any:
        """Call a function, class or object of the script."""

    @abstractmethod
    def not_known(self, value: Unknown | Path, why: str = "") -> NotationError:
        """The error for something that only running the text could tell."""

    @abstractmethod
    def configured(self, value: Any, node: ast.AST) -> Made | None:
        """The schedule of MMEngine's ``param_scheduler``, None where the value is none."""

    @abstractmethod
    def _described(self, found: dict[Any, Any], node: ast.AST) -> Any:
        """A dictionary, or the schedule it describes."""

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """The value of an expression; :class:`Unknown` or :class:`Path` where it cannot be known."""
        self._left -= 1
        if self._left < 0:
            error = self.source.refuse("too much to read", node)
            error.certain = True
            raise error
        self._depth += 1
        try:
            if self._depth > DEEPEST:
                raise self.source.refuse("nested too deeply", node)
            if self.bindings and isinstance(node, _BINDABLE) and self._may_be_bound(node):
                text = ast.unparse(node)
                if text in self.bindings:
                    self.bound.add(text)
                    return self.bindings[text]
            method: Callable[[Any, Scope], Any] | None = getattr(
                self, f"_{type(node).__name__.lower()}", None
            )
            return Unknown(short(node), node) if method is None else method(node, scope)
        except Refusal as refusal:
            raise self.source.refuse(str(refusal), node) from None
        finally:
            self._depth -= 1

    def read_at_most(self, parts: int) -> None:
        """Give up after so many parts of the text."""
        self._left = min(self._left, parts)

    def _may_be_bound(self, node: ast.expr) -> bool:
        """Whether a binding has the kind and the last name of an expression: a look before it is spelled."""
        if self._heads[0] is not self.bindings:
            keys = (ast.parse(key, mode="eval").body for key in self.bindings)
            self._heads = (self.bindings, {_head(key) for key in keys})
        return _head(node) in self._heads[1]

    def _constant(self, node: ast.Constant, _scope: Scope) -> Any:
        if node.value is None:
            return NOTHING
        if isinstance(node.value, int) and abs(node.value) >= 2**1024:
            raise Refusal("number too large for float64")
        if node.value is ... or isinstance(node.value, complex | bytes):
            return Unknown(short(node), node)
        return node.value

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        found = scope.find(node.id)
        if found is None or isinstance(found, Unknown):
            implicit = self.objects.implicit.get(node.id)
            if implicit is not None:
                return implicit
        if isinstance(found, Path):
            return self._whole(replace(found, node=node))
        return Path(node.id, node) if found is None else found

    def _whole(self, path: Path) -> Any:
        """A dotted name, or what is bound to it as its import spells it, which is how messages name it."""
        if path.name not in self.bindings:
            return path
        self.bound.add(path.name)
        return self.bindings[path.name]

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        return self._member_of(self.value(node.value, scope), node)

    def _member_of(self, base: Any, node: ast.Attribute) -> Any:
        """``base.name``, once ``base`` is evaluated."""
        ours = self.objects.attribute(base, node.attr, node)
        if ours is not NOT_OURS:
            return ours
        if self.objects.implicit and isinstance(base, Path | Unknown | Instance):
            implicit = self.objects.implicit.get(ast.unparse(node))
            if implicit is not None:
                return implicit
        if isinstance(base, Path):
            root, _, _ = base.name.partition(".")
            if root in mathematics.ROOTS and node.attr in mathematics.CONSTANTS:
                return mathematics.CONSTANTS[node.attr]
            pasted = self._pasted(base, node.attr)
            if pasted is not None:
                return pasted
            return self._whole(Path(f"{base.name}.{node.attr}", node, base.imported))
        if isinstance(base, Instance):
            return self._member(base, node)
        if isinstance(base, Namespace) and node.attr in base.options:
            return base.options[node.attr]
        if isinstance(base, Namespace) and node.attr in self.left_out:
            return Unknown(short(node), node, left_out=True)
        if isinstance(base, UserClass):
            return self._of_class(base, node)
        if isinstance(base, dict) and node.attr in base:
            return base[node.attr]
        if isinstance(base, Table) and node.attr in {"shape", "size"}:
            size = len(base.values)
            return size if node.attr == "size" else (size,)
        if isinstance(base, Table) and node.attr == "T":
            return base
        if isinstance(base, Function) and node.attr in {"get_lr", "step", "numpy"}:
            return Unknown(short(node), node)
        if isinstance(base, Symbol) and node.attr in {"dtype", "numpy"}:
            return base if node.attr == "numpy" else Unknown(short(node), node)
        return Unknown(short(node), node)

    def _pasted(self, base: Path, name: str) -> Function | UserClass | None:
        """``utils.f`` where ``def f`` was pasted in place of the import of ``utils``, which nothing binds."""
        if base.imported or home(f"{base.name}.{name}") is not None:
            return None
        found = self.home.names.get(name)
        return found if isinstance(found, Function | UserClass) else None

    def _member(self, base: Instance, node: ast.Attribute) -> Any:
        if node.attr in base.attributes:
            return base.attributes[node.attr]
        method = base.of.method(node.attr)
        if method is not None:
            self.objects.accounted.add(id(node))
            return self._bound_method(base, method, base.of.where(node.attr), node)
        for of in base.of.lineage():
            found = self._of_class(of, node)
            if not isinstance(found, Unknown):
                return found
        return Unknown(short(node), node)

    def _bound_method(self, base: Instance, method: ast.FunctionDef, of: UserClass, node: ast.AST) -> Any:
        """A method of an object, a property's value, or a static method."""
        kinds = {getattr(each, "id", getattr(each, "attr", "")) for each in method.decorator_list}
        scope = Scope({}, of.scope, of=of)
        if "staticmethod" in kinds:
            return self.function(method, scope)
        made = replace(self.function(method, scope), first=(of if "classmethod" in kinds else base,))
        if kinds & {"property", "cached_property"}:
            return self.apply(made, (), {}, node)
        return made

    def _of_class(self, of: UserClass, node: ast.Attribute) -> Any:
        """What a class, or the body of one, binds a name to."""
        if node.attr in of.attributes:
            return of.attributes[node.attr]
        for statement in of.node.body:
            targets = (
                statement.targets
                if isinstance(statement, ast.Assign)
                else [statement.target]
                if isinstance(statement, ast.AnnAssign)
                else []
            )
            value = getattr(statement, "value", None)
            if value is not None and any(isinstance(t, ast.Name) and t.id == node.attr for t in targets):
                return self.value(value, of.scope)
        return Unknown(short(node), node)

    def _tuple(self, node: ast.Tuple, scope: Scope) -> Any:
        return tuple(self._members(node.elts, scope))

    def _list(self, node: ast.List, scope: Scope) -> Any:
        members = list(self._members(node.elts, scope))
        if len(members) > LONGEST:
            raise Refusal(f"a list of more than {LONGEST}")
        return self.configured(members, node) or members

    def _members(self, nodes: Sequence[ast.expr], scope: Scope) -> Iterator[Any]:
        for each in nodes:
            if isinstance(each, ast.Starred):
                spread = self.value(each.value, scope)
                if not isinstance(spread, list | tuple):
                    raise self.source.refuse(f"what *{short(each.value)} holds is not known", each)
                yield from spread
            else:
                yield self.value(each, scope)

    def _dict(self, node: ast.Dict, scope: Scope) -> Any:
        found: dict[Any, Any] = {}
        for key, child in zip(node.keys, node.values, strict=True):
            value = self.value(child, scope)
            if key is None:
                found |= value if isinstance(value, dict) else {}
                continue
            name = self.value(key, scope)
            if isinstance(name, str | int | float):
                found[name] = value
        return self._described(found, node)

    def _set(self, node: ast.Set, scope: Scope) -> Any:
        return Unknown(short(node), node) if not node.elts else list(self._members(node.elts, scope))

    def _reaches(self, *sides: Any) -> None:
        """While it trains, numbers beside which something steps: a condition's, a staircase's."""
        if self.lengths is None or not self.objects.looping:
            return
        for side in sides:
            if isinstance(side, list | tuple):
                self._reaches(*side)
            elif isinstance(side, Symbol):
                self._reaches(*(n.value for n in ast.walk(side.node) if isinstance(n, ast.Constant)))
            elif isinstance(side, int | float) and math.isfinite(side):
                self.lengths.reach = max(self.lengths.reach, abs(side))

    def _binop(self, node: ast.BinOp, scope: Scope) -> Any:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        unknown = next((side for side in (left, right) if isinstance(side, Unknown | Path)), None)
        if unknown is not None:
            return unknown
        if isinstance(node.op, ast.FloorDiv | ast.Mod | ast.Div):
            self._reaches(right)
        if type(node.op) not in symbols.OPERATORS:
            return Unknown(short(node), node)
        if isinstance(left, list) and isinstance(right, list) and isinstance(node.op, ast.Add):
            if len(left) + len(right) > LONGEST:
                raise Refusal(f"a list of more than {LONGEST}")
            return left + right
        if isinstance(left, tuple) and isinstance(right, tuple) and isinstance(node.op, ast.Add):
            return left + right
        if isinstance(left, list) and isinstance(right, int) and isinstance(node.op, ast.Mult):
            if len(left) * right > LONGEST:
                raise Refusal(f"a list of more than {LONGEST}")
            return left * right
        if isinstance(left, Table) or isinstance(right, Table):
            return tables.combine(node.op, left, right)
        if not all(
            isinstance(side, int | float | Symbol | Inner | Choice | Running) for side in (left, right)
        ):
            return Unknown(short(node), node)
        if all(isinstance(side, int | float) for side in (left, right)):
            return arithmetic(node.op, left, right)
        return symbols.combine(node.op, left, right)

    def _unaryop(self, node: ast.UnaryOp, scope: Scope) -> Any:
        value = self.value(node.operand, scope)
        if isinstance(node.op, ast.Not) and is_left_out(value):
            return True
        if isinstance(value, Unknown | Path):
            return value
        if isinstance(node.op, ast.UAdd):
            return value
        if isinstance(node.op, ast.USub):
            return -value if isinstance(value, int | float) else symbols.negative(value)
        if isinstance(node.op, ast.Not):
            return symbols.invert(value) if isinstance(value, Symbol) else not value
        return Unknown(short(node), node)

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> Any:
        stops = isinstance(node.op, ast.Or)
        values: list[Any] = []
        for each in node.values:
            first = values[-1] if values else None
            if isinstance(first, Unknown | Path | Symbol) and self._calls_touching(each):
                # Whether it is called at all hangs on what stands before it.
                if isinstance(first, Symbol):
                    raise NotAlike
                error = self.not_known(first, "and what is called behind it depends on it")
                error.certain = True
                raise error
            values.append(self.value(each, scope))
            if is_left_out(values[-1]):
                values[-1] = NOTHING
            decides = not isinstance(values[-1], Unknown | Path | Symbol) and is_true(values[-1]) == stops
            if decides and all(not isinstance(value, Unknown | Path | Symbol) for value in values):
                left_out = node.values[len(values) :]
                self.settled |= {
                    id(n) for part in left_out for n in ast.walk(part) if isinstance(n, ast.Call)
                }
                return values[-1]
        if any(value is stops for value in values):
            # One False among them makes an ``and`` false, whatever the open ones are.
            return stops
        for value in values:
            if isinstance(value, Unknown | Path):
                return value
        if any(isinstance(value, Symbol) for value in values):
            found = symbols.either(node.op, values)
            return False if isinstance(found.node, ast.Constant) and found.node.value == 0 else found
        return values[-1]

    def _compare(self, node: ast.Compare, scope: Scope) -> Any:
        sides = [self.value(each, scope) for each in (node.left, *node.comparators)]
        if any(side is NOTHING for side in sides):
            sides = [NOTHING if is_left_out(side) else side for side in sides]
        unknown = next((side for side in sides if isinstance(side, Unknown | Path)), None)
        if unknown is not None:
            return unknown
        self._reaches(*sides)
        if any(isinstance(side, Symbol) for side in sides):
            return symbols.compare(node.ops, sides)
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(sides[1], Group):
            held = sides[0] in {"params", "lr", *sides[1].entries}
            return held == isinstance(node.ops[0], ast.In)
        try:
            pairs = zip(node.ops, sides, sides[1:], strict=False)
            return all(COMPARISONS[type(op)](left, right) for op, left, right in pairs)
        except (KeyError, TypeError):
            return Unknown(short(node), node)

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Any:
        test = self.value(node.test, scope)
        test = False if is_left_out(test) else test
        if isinstance(test, Unknown | Path):
            return test
        if isinstance(test, Symbol):
            yes, no = self.value(node.body, scope), self.value(node.orelse, scope)
            if self.lanes is not None and any(
                isinstance(each, Made | Optimizer | Instance) for each in (yes, no)
            ):
                raise NotAlike
            return symbols.choose(test, yes, no)
        taken, left_out = (node.body, node.orelse) if is_true(test) else (node.orelse, node.body)
        self.settled |= {id(inner) for inner in ast.walk(left_out) if isinstance(inner, ast.Call)}
        return self.value(taken, scope)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        base, at = self.value(node.value, scope), self.value(node.slice, scope)
        if isinstance(base, Instance) and base.of.method("__getitem__") is not None:
            method = base.of.method("__getitem__")
            assert method is not None  # noqa: S101 (just asked)
            made = self._bound_method(base, method, base.of.where("__getitem__"), node)
            return self.apply(made, [at], {}, node)
        if isinstance(base, Group):
            return self.objects.item(base, at, node)
        numbers = base.values if isinstance(base, Table) else base
        if isinstance(at, Symbol) and isinstance(numbers, list | tuple | np.ndarray):
            return self._at_turn(numbers, at, node)
        if isinstance(base, Table):
            return base.at(at) if isinstance(at, int | slice) else Unknown(short(node), node)
        if isinstance(base, list | tuple | range) and isinstance(at, slice):
            return base[at] if isinstance(base, list | tuple) else list(base[at])
        if isinstance(base, Namespace):
            base = base.options
        if isinstance(base, list | tuple | range | dict | Mapping) and isinstance(at, int | str):
            try:
                return base[at]  # type: ignore[index]
            except (IndexError, KeyError, TypeError):
                return Unknown(short(node), node)
        return Unknown(short(node), node)

    def _at_turn(self, numbers: Any, at: Symbol, node: ast.AST) -> Any:
        """A list asked at the turn of a loop."""
        if self.lanes is None or self.lanes.count is None or not len(numbers):
            return Unknown(short(node), node)
        plain = isinstance(numbers, np.ndarray) or all(isinstance(each, int | float) for each in numbers)
        if not plain:
            raise NotAlike
        return self.lanes.table(numbers, at)

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

    def _listcomp(self, node: ast.ListComp, scope: Scope) -> Any:
        if len(node.generators) != 1:
            return Unknown(short(node), node)
        generator = node.generators[0]
        over = self.value(generator.iter, scope)
        if isinstance(over, Table) and not generator.ifs and not self._may_touch(node.elt):
            return self._computed(node, generator, over.values, scope)
        if not isinstance(over, list | tuple | range) or not isinstance(generator.target, ast.Name):
            return Unknown(short(node), node)
        alike = len(over) > _COMPUTED and not generator.ifs and not self._may_touch(node.elt)
        if isinstance(over, range) and alike:
            return self._computed(node, generator, np.arange(over.start, over.stop, over.step), scope)
        if len(over) > LONGEST:
            raise Refusal(f"a list of more than {LONGEST}")
        found = []
        for each in over:
            inner = Scope({generator.target.id: each}, scope)
            tests = [self.value(test, inner) for test in generator.ifs]
            if any(isinstance(test, Unknown | Path | Symbol) for test in tests):
                return Unknown(short(node), node)
            if all(is_true(test) for test in tests):
                found.append(self.value(node.elt, inner))
        return found

    def _computed(self, node: Any, generator: ast.comprehension, over: Any, scope: Scope) -> Any:
        """A long comprehension of numbers, computed at once."""
        if not isinstance(generator.target, ast.Name) or self.lanes is not None:
            return Unknown(short(node), node)
        if len(over) > tables.LONGEST:
            raise Refusal(f"a list of more than {tables.LONGEST}")
        self.lanes = Lanes(len(over))
        try:
            member = self.lanes.named(np.asarray(over, dtype=np.float64))
            value = self.value(node.elt, Scope({generator.target.id: member}, scope))
            return Table(self.lanes.array(value)) if not isinstance(value, Unknown | Path) else value
        except NotAlike:
            return Unknown(short(node), node)
        finally:
            self.lanes = None

    _generatorexp = _listcomp

    def _may_touch(self, node: ast.AST) -> bool:
        """Whether what stands here may train, or touch a rate."""
        return may_touch(node, self.touching.__contains__)

    def _calls_touching(self, node: ast.AST) -> bool:
        """Whether a function of the script that may train, or touch a rate, is called here."""
        calls = (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))
        names = (getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls)
        return any(name in self.touching for name in names)

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Any:
        value = self.value(node.value, scope)
        self.write(scope.home(node.target.id).names, node.target.id, value)
        return value

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> Any:
        # What it says changes no rate; what is called to say it may.
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                with suppress(Refusal, NotationError) if not self._may_touch(part) else nullcontext():
                    self.value(part.value, scope)
        return Unknown(short(node), node)


def _head(node: ast.AST) -> tuple[str, str]:
    """The kind of an expression, and its last name where it has one."""
    named = node.func if isinstance(node, ast.Call) else node
    return type(node).__name__, str(getattr(named, "attr", getattr(named, "id", "")))


def short(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 60 else text[:57] + "..."
