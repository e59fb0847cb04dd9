"""The value of an expression, read off its syntax tree; nothing is ever executed."""

import ast
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lrplot.errors import NotationError
from lrplot.python import lookups, mathematics, symbolic, tables
from lrplot.python.builtins_ import COMPARISONS, LONGEST, arithmetic, is_true
from lrplot.python.command.signatures import held_default
from lrplot.python.command.words import MISSING
from lrplot.python.lanes import Lanes, NotAlike
from lrplot.python.mutation import may_touch
from lrplot.python.objects import NOT_OURS
from lrplot.python.parameters import Path, Refusal
from lrplot.python.reach import numbers_in
from lrplot.python.symbolic import Choice, Inner, Running, Symbol
from lrplot.python.tables import Table
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
    UserClass,
    is_left_out,
)

if TYPE_CHECKING:
    from lrplot.python.state import State

_COMPUTED: Final = 64
"""Members from which on a comprehension over a range is computed at once."""
DEEPEST: Final = 150


_BINDABLE: Final = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Compare)
"""What ``--let`` may name."""


class Expressions:
    """Evaluates everything but calls, which it hands to :class:`lrplot.python.calls.Calls`."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator
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
                    self._evaluator.bound.add(text)
                    return self._evaluator.bindings[text]
            method: Callable[[Any, Scope], Any] | None = getattr(
                self, f"_{type(node).__name__.lower()}", None
            )
            return Unknown(short(node), node) if method is None else method(node, scope)
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
        if isinstance(node.value, int) and abs(node.value) >= 2**1024:
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
        if isinstance(found, Path):
            return self._whole(replace(found, node=node))
        return Path(node.id, node) if found is None else found

    def _whole(self, path: Path) -> Any:
        """A dotted name, or what is bound to it as its import spells it, which is how messages name it."""
        if path.name not in self._evaluator.bindings:
            return path
        self._evaluator.bound.add(path.name)
        return self._evaluator.bindings[path.name]

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        return self.member_of(self.value(node.value, scope), node)

    def member_of(self, base: Any, node: ast.Attribute) -> Any:
        """``base.name``, once ``base`` is evaluated."""
        ours = self._evaluator.objects.attribute(base, node.attr, node)
        if ours is not NOT_OURS:
            return ours
        if self._evaluator.objects.implicit and isinstance(base, Path | Unknown | Instance):
            implicit = self._evaluator.objects.implicit.get(ast.unparse(node))
            if implicit is not None:
                return implicit
        if isinstance(base, Path):
            root, _, _ = base.name.partition(".")
            if root in self._evaluator.computing and node.attr in mathematics.CONSTANTS:
                return mathematics.CONSTANTS[node.attr]
            if base.name.endswith("flags.FLAGS") and node.attr in self._evaluator.options:
                return self._evaluator.options[node.attr]
            pasted = self._pasted(base, node.attr)
            if pasted is not None:
                return pasted
            return self._whole(Path(f"{base.name}.{node.attr}", node, base.imported))
        if isinstance(base, Instance):
            return self._member(base, node)
        if isinstance(base, Namespace) and node.attr in base.options:
            return base.options[node.attr]
        if isinstance(base, Namespace) and node.attr in self._evaluator.left_out:
            return Unknown(short(node), node, left_out=True)
        if isinstance(base, UserClass):
            return self.of_class(base, node)
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
        if base.imported or self._evaluator.registry.home(f"{base.name}.{name}") is not None:
            return None
        found = self._evaluator.home.names.get(name)
        return found if isinstance(found, Function | UserClass) else None

    def _member(self, base: Instance, node: ast.Attribute) -> Any:
        if node.attr in base.attributes:
            return base.attributes[node.attr]
        method = base.of.method(node.attr)
        if method is not None:
            self._evaluator.objects.accounted.add(id(node))
            return self.bound_method(base, method, base.of.where(node.attr), node)
        for of in base.of.lineage():
            found = self.of_class(of, node)
            if not isinstance(found, Unknown):
                return found
        return Unknown(short(node), node)

    def bound_method(self, base: Instance, method: ast.FunctionDef, of: UserClass, node: ast.AST) -> Any:
        """A method of an object, a property's value, or a static method."""
        kinds = {getattr(each, "id", getattr(each, "attr", "")) for each in method.decorator_list}
        scope = Scope({}, of.scope, of=of)
        if "staticmethod" in kinds:
            return self.function(method, scope)
        made = replace(self.function(method, scope), first=(of if "classmethod" in kinds else base,))
        if kinds & {"property", "cached_property"}:
            return self._evaluator.applying.apply(made, (), {}, node)
        return made

    def of_class(self, of: UserClass, node: ast.Attribute) -> Any:
        """The value that a class, or the body of one, binds a name to."""
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
                held = held_default(value)
                return Unknown(short(node), node) if held is MISSING else self.value(held, of.scope)
        return Unknown(short(node), node)

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
                spread = self.value(each.value, scope)
                if not isinstance(spread, list | tuple):
                    raise self._evaluator.source.refuse(f"what *{short(each.value)} holds is not known", each)
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
        return self.dictionary(found, node)

    def _set(self, node: ast.Set, scope: Scope) -> Any:
        if not node.elts:
            return Unknown(short(node), node)
        members: list[Any] = []
        for each in self.members(node.elts, scope):
            if not any(each is other for other in members):
                members.append(each)
        return members

    def _reaches(self, *sides: Any) -> None:
        """While it trains, numbers beside which something steps: a condition's, a staircase's."""
        if (
            self._evaluator.lengths is None
            or not self._evaluator.objects.looping
            or (self._evaluator.lanes is not None and self._evaluator.lanes.probing)
        ):
            return
        for side in sides:
            if isinstance(side, list | tuple):
                self._reaches(*side)
            elif isinstance(side, Symbol):
                self._reaches(*numbers_in(side))
            elif isinstance(side, int | float) and math.isfinite(side):
                self._evaluator.lengths.reach = max(self._evaluator.lengths.reach, abs(side))

    def _binop(self, node: ast.BinOp, scope: Scope) -> Any:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        unknown = next((side for side in (left, right) if isinstance(side, Unknown | Path)), None)
        if unknown is not None:
            return unknown
        if isinstance(node.op, ast.FloorDiv | ast.Mod | ast.Div):
            self._reaches(right)
        if type(node.op) not in symbolic.OPERATORS:
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
        return symbolic.combine(node.op, left, right)

    def _unaryop(self, node: ast.UnaryOp, scope: Scope) -> Any:
        value = self.value(node.operand, scope)
        if isinstance(node.op, ast.Not) and is_left_out(value):
            return True
        if isinstance(value, Unknown | Path):
            return value
        if isinstance(node.op, ast.UAdd):
            return value
        if isinstance(node.op, ast.USub):
            return -value if isinstance(value, int | float) else symbolic.negative(value)
        if isinstance(node.op, ast.Not):
            return symbolic.invert(value) if isinstance(value, Symbol) else not value
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
                error = self._evaluator.not_known(first, "and what is called behind it depends on it")
                error.certain = True
                raise error
            values.append(self.value(each, scope))
            if is_left_out(values[-1]):
                values[-1] = NOTHING
            decides = not isinstance(values[-1], Unknown | Path | Symbol) and is_true(values[-1]) == stops
            if decides and all(not isinstance(value, Unknown | Path | Symbol) for value in values):
                left_out = node.values[len(values) :]
                self._evaluator.settled |= {
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
            found = symbolic.either(node.op, values)
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
            return self._compared(node, sides)
        listed = lookups.compared(node.ops[0], *sides) if len(sides) == 2 else None
        if listed is not None:
            return listed
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(sides[1], Group):
            held = sides[0] in {"params", "lr", *sides[1].entries}
            return held == isinstance(node.ops[0], ast.In)
        try:
            pairs = zip(node.ops, sides, sides[1:], strict=False)
            return all(COMPARISONS[type(op)](left, right) for op, left, right in pairs)
        except (KeyError, TypeError):
            return Unknown(short(node), node)

    def _compared(self, node: ast.Compare, sides: list[Any]) -> Any:
        """A comparison of what depends on the step with numbers, a list of them or a table."""
        operator, last = node.ops[0], sides[-1]
        if len(sides) == 2 and isinstance(operator, ast.In | ast.NotIn):
            members = last.values.tolist() if isinstance(last, Table) else last
            members = list(members) if isinstance(members, dict) else members
            held = lookups.contained(sides[0], members) if isinstance(members, list | tuple | range) else None
            if held is None:
                return Unknown(short(node), node)
            return held if isinstance(operator, ast.In) else symbolic.invert(held)
        listed = lookups.compared(operator, *sides) if len(sides) == 2 else None
        return symbolic.compare(node.ops, sides) if listed is None else listed

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Any:
        test = self.value(node.test, scope)
        test = False if is_left_out(test) else test
        if isinstance(test, Unknown | Path):
            return test
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
            made = self.bound_method(base, method, base.of.where("__getitem__"), node)
            return self._evaluator.applying.apply(made, [at], {}, node)
        if isinstance(base, Group):
            return self._evaluator.objects.item(base, at, node)
        numbers = base.values if isinstance(base, Table) else base
        if isinstance(at, Symbol) and isinstance(numbers, list | tuple | np.ndarray):
            return self._at_turn(numbers, at, node)
        if isinstance(base, Table):
            return base.at(at) if isinstance(at, int | slice) else Unknown(short(node), node)
        if isinstance(base, list | tuple | range) and isinstance(at, slice):
            return base[at] if isinstance(base, list | tuple) else list(base[at])
        if isinstance(base, Namespace):
            base = base.options
        if isinstance(base, dict) and isinstance(at, Symbol) and self._evaluator.lanes is not None:
            raise NotAlike
        if isinstance(base, list | tuple | range | dict | Mapping) and isinstance(at, int | str):
            try:
                return base[at]  # type: ignore[index]
            except (IndexError, KeyError, TypeError):
                return Unknown(short(node), node)
        return Unknown(short(node), node)

    def _at_turn(self, numbers: Any, at: Symbol, node: ast.AST) -> Any:
        """A list asked at the turn of a loop."""
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

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope, counted: str = "") -> Any:
        """The members; ``counted`` by ``sum`` or ``len``, those whose condition fails count 0."""
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
            if counted and tests and not any(isinstance(test, Unknown | Path) for test in tests):
                value = self.value(node.elt, inner) if counted == "sum" else 1
                for test in tests:
                    value = (
                        symbolic.choose(test, value, 0)
                        if isinstance(test, Symbol)
                        else value
                        if is_true(test)
                        else 0
                    )
                found.append(value)
                continue
            if any(isinstance(test, Unknown | Path | Symbol) for test in tests):
                return Unknown(short(node), node)
            if all(is_true(test) for test in tests):
                found.append(self.value(node.elt, inner))
        return found

    def _computed(self, node: Any, generator: ast.comprehension, over: Any, scope: Scope) -> Any:
        """A long comprehension of numbers, computed at once."""
        if not isinstance(generator.target, ast.Name) or self._evaluator.lanes is not None:
            return Unknown(short(node), node)
        if len(over) > tables.LONGEST:
            raise Refusal(f"a list of more than {tables.LONGEST}")
        self._evaluator.lanes = Lanes(len(over))
        try:
            member = self._evaluator.lanes.named(np.asarray(over, dtype=np.float64))
            value = self.value(node.elt, Scope({generator.target.id: member}, scope))
            return (
                Table(self._evaluator.lanes.array(value)) if not isinstance(value, Unknown | Path) else value
            )
        except NotAlike:
            return Unknown(short(node), node)
        finally:
            self._evaluator.lanes = None

    def _generatorexp(self, node: ast.GeneratorExp, scope: Scope) -> Any:
        return self._listcomp(node, scope)

    def counted(self, name: str, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> Any:
        """``sum`` or ``len`` of a comprehension with a condition on the step; None where it is another."""
        members = self._listcomp(node, scope, name)
        depends = isinstance(members, list) and any(isinstance(each, Symbol) for each in members)
        return lookups.total(members) if depends else None

    def _may_touch(self, node: ast.AST) -> bool:
        """True where what stands here may train, or touch a rate."""
        return may_touch(node, self._evaluator.touches)

    def _calls_touching(self, node: ast.AST) -> bool:
        """True where a function of the script that may train, or touch a rate, is called here."""
        calls = (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))
        names = (getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls)
        return any(name in self._evaluator.touching for name in names)

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Any:
        value = self.value(node.value, scope)
        self._evaluator.write(scope.home(node.target.id).names, node.target.id, value)
        return value

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> Any:
        # What it says changes no rate; what is called to say it may.
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                with suppress(Refusal, NotationError) if not self._may_touch(part) else nullcontext():
                    self.value(part.value, scope)
        return Unknown(short(node), node)

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        return self._evaluator.calls.value(node, scope)

    def listed(self, members: list[Any], node: ast.AST) -> Any:
        """A list, or the schedule that it describes."""
        return self._evaluator.making.configured(members, node) or members

    def dictionary(self, found: dict[Any, Any], node: ast.AST) -> Any:
        """A dictionary, or the schedule that it describes."""
        return self._evaluator.making.dictionary(found, node)


def _head(node: ast.AST) -> tuple[str, str]:
    """The kind of an expression, and its last name where it has one."""
    named = node.func if isinstance(node, ast.Call) else node
    return type(node).__name__, str(getattr(named, "attr", getattr(named, "id", "")))


def short(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 60 else text[:57] + "..."
