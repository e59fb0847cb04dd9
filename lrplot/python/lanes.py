"""The turns of a loop taken together: what one turn does, as an expression of the turn.

A loop over 10^6 batches is not run 10^6 times. Its body is read once with the turn ``t`` as a symbol; what it
carries from turn to turn (``step += 1``) is solved first. Where that cannot be done the turns are followed
one by one (:class:`NotAlike`).
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import ExpressionError
from lrplot.expression import Expression
from lrplot.python import symbolic
from lrplot.python.parameters import Refusal
from lrplot.python.symbolic import Symbol
from lrplot.python.tables import ORDER

Array = NDArray[np.float64]


_MOST: Final = 1 << 26
"""Most turns whose values are computed one a turn: half a gigabyte each."""


class NotAlike(Exception):  # noqa: N818 (a way out, which never leaves this package)
    """The turns of a loop are not one expression of the turn."""


@dataclass(slots=True)
class Lanes:
    """The turns that are read together.

    Parameters
    ----------
    count
        How many there are, None where a function is read for every step there is.
    arrays
        What depends on the turn but is no expression of it, a value a turn, by the name that stands for it.
    probing
        Whether the body is only read to see what it carries on.
    own
        What the turn itself makes (the names of a function it calls, the attributes of an object): the next
        turn makes its own.
    grown
        The dictionaries that a turn gives a new key, by identity.
    forgot
        Whether something was changed that can be followed turn by turn, but is no expression of the turn.
    born
        What is of a higher order than this, the turn itself makes.
    """

    count: int | None
    arrays: dict[str, Array] = field(default_factory=dict)
    probing: bool = False
    own: list[Any] = field(default_factory=list)
    grown: dict[int, Any] = field(default_factory=dict)
    forgot: bool = False
    born: int = field(default_factory=ORDER.__next__)

    def named(self, values: Array) -> Symbol:
        """A symbol for a value a turn."""
        name = f"lane_{len(self.arrays)}"
        self.arrays[name] = values
        return Symbol(ast.Name(name))

    def array(self, value: Any) -> Array:
        """The value in each turn.

        Raises
        ------
        NotAlike
            When it is no arithmetic in the turn.
        """
        if self.count is None or self.count > _MOST:
            raise NotAlike
        if isinstance(value, bool | int | float):
            return np.full(self.count, float(value))
        if not isinstance(value, Symbol) or value.power:
            raise NotAlike
        return evaluated(value, self.count, self.arrays)

    def each(self, value: Symbol, made: Callable[[float], float]) -> Symbol:
        """What a function of numbers makes of the value of each turn."""
        if self.probing:
            return Symbol(ast.Name("lane_of_a_table"))
        return self.named(np.array([made(number) for number in self.array(value).tolist()], dtype=np.float64))

    def at(self, value: Symbol, turn: int) -> float:
        """The value in one turn."""
        if value.power:
            raise NotAlike
        here = {name: values[turn : turn + 1] for name, values in self.arrays.items()}
        return float(evaluated(value, 1, here, turn)[0])

    def table(self, values: Sequence[float] | Array, index: Symbol) -> Symbol:
        """``values[index]`` in each turn.

        Raises
        ------
        Refusal
            When the list ends before the turns do, as Python would say.
        """
        if self.probing:
            return Symbol(ast.Name("lane_of_a_table"))
        at = self.array(index)
        if not np.all(at == np.floor(at)):
            raise Refusal("a list is asked at a fraction of a step")
        whole = at.astype(np.int64)
        outside = (whole >= len(values)) | (whole < -len(values))
        whole = np.where(outside, 0, whole)
        found = np.asarray(values, dtype=np.float64)[whole]
        found[outside] = np.nan
        return self.named(found)


def evaluated(value: Symbol, count: int, arrays: Mapping[str, Array], first: int = 0) -> Array:
    """A symbol in the turns ``first … first + count - 1``."""
    if count > _MOST:
        raise NotAlike
    t = np.arange(first, first + count, dtype=np.float64)
    try:
        return Expression(value.text, tuple(arrays))(t, variables=arrays)
    except ExpressionError as error:
        raise NotAlike from error


def free_names(value: Any) -> set[str]:
    """The names in a symbol that are not the turn itself."""
    if not isinstance(value, Symbol):
        return set()
    called = {id(node.func) for node in ast.walk(value.node) if isinstance(node, ast.Call)}
    names = (n for n in ast.walk(value.node) if isinstance(n, ast.Name) and id(n) not in called)
    return {node.id for node in names} - {"t", "pi"}


PLACEHOLDER: Final = "carried_"


def placeholder(number: int) -> Symbol:
    """The stand-in for a carried value while the body is probed."""
    return Symbol(ast.Name(f"{PLACEHOLDER}{number}"))


def carries(value: Any) -> bool:
    """True where a symbol depends on something carried from the turn before."""
    return any(name.startswith(PLACEHOLDER) for name in free_names(value))


def carried(name: str, first: float, after: Any, lanes: Lanes) -> Any:
    """A carried value at the beginning of a turn.

    Parameters
    ----------
    name
        The placeholder that stood for it.
    first
        Its value before the loop.
    after
        Its value after a turn, as an expression of the placeholder.
    lanes
        The turns.

    Raises
    ------
    NotAlike
        When it is neither added to nor multiplied.
    """
    if isinstance(after, Symbol) and isinstance(after.node, ast.Name) and after.node.id == name:
        return first
    if name not in free_names(after):
        if carries(after):
            raise NotAlike
        return lanes.named(np.concatenate([[float(first)], lanes.array(after)[:-1]]))
    added = _difference(after.node, name)
    if added is not None:
        more = constant_of(added)
        if more is not None:
            return symbolic.combine(ast.Add(), first, symbolic.combine(ast.Mult(), symbolic.STEP, more))
        return lanes.named(first + _before(np.asarray(np.cumsum(_lane(added, lanes)), dtype=np.float64), 0.0))
    factor = ratio(after.node, name)
    if factor is not None:
        return lanes.named(
            first * _before(np.asarray(np.cumprod(_lane(factor, lanes)), dtype=np.float64), 1.0)
        )
    return lanes.named(_turn_by_turn(after.node, name, float(first), lanes))


_MOST_BY_TURNS: Final = 1_000_000
"""Most turns of a value that are computed one from the other: a second or two."""
_Reckoned = Callable[[int, float], float]


def _turn_by_turn(node: ast.expr, name: str, first: float, lanes: Lanes) -> Array:
    """A carried value at the beginning of each turn, computed out of the turn before it."""
    if lanes.count is None or lanes.count > _MOST_BY_TURNS:
        raise NotAlike
    after = _reckoned(node, name, lanes)
    found = np.empty(lanes.count)
    value = first
    try:
        for i in range(lanes.count):
            found[i] = value
            value = after(i, value)
    except (ArithmeticError, ValueError) as error:
        raise NotAlike from error
    return found


_ARITHMETIC: Final[Mapping[type[ast.AST], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def _reckoned(node: ast.expr, name: str, lanes: Lanes) -> _Reckoned:
    """An expression as a function of the turn and of the value carried into it."""
    if not _has(node, name):
        known = _lane(node, lanes).tolist()
        return lambda i, _: known[i]
    if isinstance(node, ast.Name):
        return lambda _, value: value
    if isinstance(node, ast.IfExp):
        test, yes, no = (_reckoned(part, name, lanes) for part in (node.test, node.body, node.orelse))
        return lambda i, value: yes(i, value) if test(i, value) else no(i, value)
    if isinstance(node, ast.BoolOp):
        parts = [_reckoned(part, name, lanes) for part in node.values]
        joined = all if isinstance(node.op, ast.And) else any
        return lambda i, value: joined(bool(part(i, value)) for part in parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _reckoned(node.operand, name, lanes)
        return lambda i, value: not inner(i, value)
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        return _of_two(_ARITHMETIC[type(node.op)], node.left, node.right, name, lanes)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _ARITHMETIC:
        return _of_two(_ARITHMETIC[type(node.ops[0])], node.left, node.comparators[0], name, lanes)
    raise NotAlike


def _of_two(
    made: Callable[[float, float], float], left: ast.expr, right: ast.expr, name: str, lanes: Lanes
) -> _Reckoned:
    a, b = _reckoned(left, name, lanes), _reckoned(right, name, lanes)
    return lambda i, value: made(a(i, value), b(i, value))


def _before(running: Array, first: float) -> Array:
    return np.concatenate([[first], running[:-1]])


def _lane(node: ast.expr, lanes: Lanes) -> Array:
    value = Symbol(node)
    if carries(value):
        raise NotAlike
    return lanes.array(value)


def constant_of(node: ast.expr) -> float | None:
    """The number an expression is, None where it depends on anything."""
    if free_names(Symbol(node)) or any(isinstance(n, ast.Name) and n.id == "t" for n in ast.walk(node)):
        return None
    value = float(evaluated(Symbol(node), 1, {})[0])
    return int(value) if math.isfinite(value) and value.is_integer() else value


def _has(node: ast.expr, name: str) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node))


def _difference(node: ast.expr, name: str) -> ast.expr | None:
    """``node - name`` without the name in it, None where that is not so."""
    zero = ast.Constant(0)
    if isinstance(node, ast.Name) and node.id == name:
        return zero
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        if _has(node.left, name) and not _has(node.right, name):
            left = _difference(node.left, name)
            return None if left is None else ast.BinOp(left, node.op, node.right)
        if isinstance(node.op, ast.Add) and _has(node.right, name) and not _has(node.left, name):
            right = _difference(node.right, name)
            return None if right is None else ast.BinOp(right, node.op, node.left)
    if isinstance(node, ast.IfExp) and not _has(node.test, name):
        yes, no = _difference(node.body, name), _difference(node.orelse, name)
        return None if yes is None or no is None else ast.IfExp(node.test, yes, no)
    return None


def ratio(node: ast.expr, name: str) -> ast.expr | None:
    """``node / name`` without the name in it, None where that is not so."""
    if isinstance(node, ast.Name) and node.id == name:
        return ast.Constant(1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        if _has(node.left, name) and not _has(node.right, name):
            left = ratio(node.left, name)
            return None if left is None else ast.BinOp(left, node.op, node.right)
        if isinstance(node.op, ast.Mult) and _has(node.right, name) and not _has(node.left, name):
            right = ratio(node.right, name)
            return None if right is None else ast.BinOp(right, ast.Mult(), node.left)
    if isinstance(node, ast.IfExp) and not _has(node.test, name):
        yes, no = ratio(node.body, name), ratio(node.orelse, name)
        return None if yes is None or no is None else ast.IfExp(node.test, yes, no)
    return None
