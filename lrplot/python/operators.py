"""Operators: arithmetic, comparisons, ``and``, ``or``, ``not``, of numbers, lists, tables and open values."""

import ast
import math
from typing import TYPE_CHECKING, Any, Final

from lrplot.python import lookups, protocols, symbolic, tables
from lrplot.python.builtins_ import BITWISE, COMPARISONS, LONGEST, arithmetic, is_true
from lrplot.python.comparing import objects_in, same
from lrplot.python.equality import identical
from lrplot.python.keys import is_key, may_hold
from lrplot.python.lanes import NotAlike
from lrplot.python.objects import NOT_OURS
from lrplot.python.parameters import Path, Refusal
from lrplot.python.reach import numbers_in
from lrplot.python.symbolic import Choice, Inner, Running, Symbol
from lrplot.python.syntax import short
from lrplot.python.tables import Table
from lrplot.python.values import NOTHING, FrameworkObject, Group, Instance, Scope, Unknown, is_left_out

if TYPE_CHECKING:
    from lrplot.python.state import State

_IS_NONE: Final = {ast.Is: False, ast.Eq: False, ast.IsNot: True, ast.NotEq: True}
"""The answers for what is known not to be None."""


class Operators:
    """Evaluates operators and their sides."""

    def __init__(self, evaluator: "State") -> None:
        self._evaluator = evaluator
        self._equality = evaluator.equality

    def binop(self, node: ast.BinOp, scope: Scope) -> Any:
        """``left + right`` and its like."""
        left, right = self._evaluator.value(node.left, scope), self._evaluator.value(node.right, scope)
        unknown = next((side for side in (left, right) if isinstance(side, Unknown | Path)), None)
        divides = isinstance(node.op, ast.FloorDiv | ast.Mod | ast.Div)
        if unknown is not None:
            if divides and isinstance(right, Unknown | Path) and self._evaluator.tries is not None:
                self._evaluator.tries.happens("ZeroDivisionError", node, comes=None)
            return unknown
        if divides:
            self._reaches(right)
        if isinstance(left, FrameworkObject) and isinstance(node.op, ast.BitOr) and "__or__" in left.methods:
            return left.methods["__or__"](self._evaluator, [right], {}, node, scope)
        if isinstance(left, dict) and isinstance(right, dict) and isinstance(node.op, ast.BitOr):
            return left | right
        if isinstance(left, Instance) or isinstance(right, Instance):
            own = protocols.binary(self._evaluator, node, left, right)
            return Unknown(short(node), node) if own is NOT_OURS else own
        if (isinstance(left, Table) or isinstance(right, Table)) and type(node.op) in tables.OPERATORS:
            return self._of_tables(node, left, right)
        if type(node.op) in BITWISE:
            return self._bitwise(node, left, right)
        if type(node.op) not in symbolic.OPERATORS:
            return Unknown(short(node), node)
        if isinstance(left, list) and isinstance(right, list) and isinstance(node.op, ast.Add):
            if len(left) + len(right) > tables.MOST_LISTED:
                raise Refusal(f"a list of more than {tables.MOST_LISTED}")
            return left + right
        if isinstance(left, tuple) and isinstance(right, tuple) and isinstance(node.op, ast.Add):
            return left + right
        if isinstance(left, str) and isinstance(right, str) and isinstance(node.op, ast.Add):
            return left + right if len(left) + len(right) <= LONGEST else Unknown(short(node), node)
        if isinstance(left, list) and isinstance(right, int) and isinstance(node.op, ast.Mult):
            if len(left) * right > tables.MOST_LISTED:
                raise Refusal(f"a list of more than {tables.MOST_LISTED}")
            return left * right
        together = self._evaluator.lanes is not None
        if together and isinstance(right, Symbol) and isinstance(left, list) and objects_in(left):
            # How many schedulers, or steps of them, there are hangs on the turn.
            raise NotAlike
        if not all(
            isinstance(side, int | float | Symbol | Inner | Choice | Running) for side in (left, right)
        ):
            return Unknown(short(node), node)
        if all(isinstance(side, int | float) for side in (left, right)):
            if divides and self._evaluator.tries is not None:
                self._evaluator.tries.happens("ZeroDivisionError", node, comes=right == 0)
            return arithmetic(node.op, left, right)
        return symbolic.combine(node.op, left, right)

    def _of_tables(self, node: ast.BinOp, left: Any, right: Any) -> Any:
        """Arithmetic of an array with numbers, with a list of them or with another array."""
        if any(isinstance(side, Symbol) for side in (left, right)) and self._evaluator.lanes is not None:
            raise NotAlike
        return tables.combine(node.op, left, right)

    def _bitwise(self, node: ast.BinOp, left: Any, right: Any) -> Any:
        """``left | right`` and its like, of whole numbers and of tests."""
        if isinstance(left, int) and isinstance(right, int):
            return arithmetic(node.op, left, right)
        joined = {ast.BitOr: ast.Or(), ast.BitAnd: ast.And()}.get(type(node.op))
        if joined is not None and symbolic.is_test(left) and symbolic.is_test(right):
            return symbolic.either(joined, [left, right])
        if self._evaluator.lanes is not None and all(
            isinstance(each, int | Symbol) for each in (left, right)
        ):
            # Turn by turn they are numbers.
            raise NotAlike
        return Unknown(short(node), node)

    def unaryop(self, node: ast.UnaryOp, scope: Scope) -> Any:
        """``-value``, ``not value``."""
        value = self._evaluator.value(node.operand, scope)
        if isinstance(node.op, ast.Not):
            value = protocols.truth(self._evaluator, value, node)
        if isinstance(node.op, ast.Not) and is_left_out(value):
            return True
        if isinstance(value, Unknown | Path):
            return value
        if isinstance(value, Table) and not isinstance(node.op, ast.Not):
            return tables.negated(node.op, value)
        if isinstance(value, Instance):
            own = protocols.unary(self._evaluator, node, value)
            if own is not NOT_OURS:
                return own
        if isinstance(node.op, ast.UAdd):
            return value
        if isinstance(node.op, ast.USub):
            return -value if isinstance(value, int | float) else symbolic.negative(value)
        if isinstance(node.op, ast.Invert) and isinstance(value, int):
            return ~value
        if (
            isinstance(node.op, ast.Invert)
            and isinstance(value, Symbol)
            and self._evaluator.lanes is not None
        ):
            # Turn by turn it is a number.
            raise NotAlike
        if isinstance(node.op, ast.Not):
            return symbolic.invert(value) if isinstance(value, Symbol) else not is_true(value)
        return Unknown(short(node), node)

    def boolop(self, node: ast.BoolOp, scope: Scope) -> Any:
        """``and``, ``or``: what is not reached is not evaluated."""
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
            values.append(self._evaluator.value(each, scope))
            if is_left_out(values[-1]):
                values[-1] = NOTHING
            held = protocols.truth(self._evaluator, values[-1], each)
            if isinstance(held, Unknown | Symbol) and isinstance(values[-1], Instance):
                return Unknown(short(node), node)
            decides = not isinstance(held, Unknown | Path | Symbol) and is_true(held) == stops
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

    def compare(self, node: ast.Compare, scope: Scope) -> Any:
        """``left < right``, chained or not; ``in``."""
        sides = self._sides(node, scope)
        if sides is None:
            return False
        if any(side is NOTHING for side in sides):
            sides = [NOTHING if is_left_out(side) else side for side in sides]
        unknown = next((side for side in sides if isinstance(side, Unknown | Path)), None)
        asks = len(sides) == 2 and sides[1] is NOTHING and isinstance(node.ops[0], ast.Is | ast.IsNot)
        if asks and isinstance(unknown, Path) and self._is_there(unknown):
            return isinstance(node.ops[0], ast.IsNot)
        if unknown is not None:
            return unknown
        among = next((each for side in sides for each in _open_members(side)), None)
        if among is not None and not (
            len(node.ops) == 1
            and isinstance(node.ops[0], ast.In | ast.NotIn)
            and (not isinstance(sides[1], list | tuple) or any(same(each, sides[0]) for each in sides[1]))
        ):
            if isinstance(among, Symbol) and self._evaluator.lanes is not None:
                # Turn by turn it is a number.
                raise NotAlike
            changed = isinstance(among, Unknown) and among.changed
            return Unknown(short(node), node, changed=changed)
        self._reaches(*sides)
        if any(isinstance(side, Symbol) for side in sides):
            if len(sides) == 2 and any(side is NOTHING for side in sides) and type(node.ops[0]) in _IS_NONE:
                # What hangs on the step is a number, not None.
                return _IS_NONE[type(node.ops[0])]
            return self._compared(node, sides)
        table = tables.compared(node.ops[0], *sides) if len(sides) == 2 else None
        if table is not None:
            return table
        sides = [*sides[:-1], tables.listed(sides[-1])]
        if sides[-1] is self._evaluator.home.names and self._evaluator.lanes is not None:
            # A turn may bind a name, and take it away.
            raise NotAlike
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(sides[1], Group):
            held = sides[0] in {"params", "lr", *sides[1].entries}
            return held == isinstance(node.ops[0], ast.In)
        try:
            pairs = zip(node.ops, sides, sides[1:], strict=False)
            found = [self._holds(op, left, right, node) for op, left, right in pairs]
        except (KeyError, TypeError):
            return Unknown(short(node), node)
        if any(each is False for each in found):
            return False
        rest = [each for each in found if each is not True]
        if len(rest) > 1 and all(isinstance(each, Symbol) for each in rest):
            return symbolic.either(ast.And(), rest)
        return next((each for each in rest if isinstance(each, Unknown)), rest[0] if rest else True)

    def _holds(self, operator: ast.cmpop, left: Any, right: Any, node: ast.Compare) -> Any:
        """One comparison of values that do not hang on the step."""
        if isinstance(operator, ast.Is | ast.IsNot):
            same_one = identical(left, right)
            if same_one is None:
                return Unknown(short(node), node)
            return same_one == isinstance(operator, ast.Is)
        asks = isinstance(operator, ast.In | ast.NotIn) and isinstance(right, dict)
        if asks and (not is_key(left) or may_hold(right, left)):
            return Unknown(short(node), node)
        if not asks and self._equality.concerns((left, right)):
            return self._equality.compared(operator, left, right, node)
        if isinstance(operator, ast.In | ast.NotIn) and isinstance(right, range) and isinstance(left, float):
            # Python would go through its members.
            return (left.is_integer() and int(left) in right) == isinstance(operator, ast.In)
        return COMPARISONS[type(operator)](left, right)

    def _sides(self, node: ast.Compare, scope: Scope) -> list[Any] | None:
        """The sides of a comparison, None where one of a chain fails: what stands behind it is not asked."""
        sides = [self._evaluator.value(node.left, scope)]
        for i, each in enumerate(node.comparators):
            if i and not all(isinstance(side, int | float) for side in sides) and self._calls_touching(each):
                if self._evaluator.lanes is not None:
                    raise NotAlike
                raise self._evaluator.objects.refusal(
                    "whether this is called hangs on the comparison before it, which is not known", each
                )
            sides.append(self._evaluator.value(each, scope))
            if i + 1 == len(node.comparators):
                break
            operator, numbers = COMPARISONS.get(type(node.ops[i])), sides[-2:]
            plain = all(isinstance(side, int | float) for side in numbers)
            if operator is not None and plain and not operator(*numbers):
                left_out = node.comparators[i + 1 :]
                self._evaluator.settled |= {
                    id(n) for part in left_out for n in ast.walk(part) if isinstance(n, ast.Call)
                }
                return None
        return sides

    def _is_there(self, name: Path) -> bool:
        """True where a name is imported from a framework itself: it is something, not None."""
        return name.imported and self._evaluator.registry.home(name.name, imported=True) is not None

    def _compared(self, node: ast.Compare, sides: list[Any]) -> Any:
        """A comparison of what depends on the step with numbers, a list of them or a table."""
        operator, last = node.ops[0], sides[-1]
        if len(sides) == 2 and isinstance(operator, ast.In | ast.NotIn):
            members = tables.listed(last)
            members = list(members) if isinstance(members, dict) else members
            held = lookups.contained(sides[0], members) if isinstance(members, list | tuple | range) else None
            if held is None:
                return Unknown(short(node), node)
            return held if isinstance(operator, ast.In) else symbolic.invert(held)
        listed = lookups.compared(operator, *sides) if len(sides) == 2 else None
        return symbolic.compare(node.ops, sides) if listed is None else listed

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

    def _calls_touching(self, node: ast.AST) -> bool:
        """True where a function of the script that may train, or touch a rate, is called here."""
        calls = (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))
        names = (getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls)
        return any(name in self._evaluator.touching for name in names)


def _open_members(value: Any) -> list[Unknown | Path | Symbol]:
    """What is not known among the members of a list, or hangs on the turn."""
    if not isinstance(value, list | tuple):
        return []
    return [each for each in value if isinstance(each, Unknown | Path | Symbol)]
