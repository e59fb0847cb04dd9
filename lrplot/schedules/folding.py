"""Arithmetic on trees: what is known is worked out, what changes nothing is left out.

Only what gives the same number for every step is changed, so a formula stays what was written, shorter.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from lrplot.schedules.period import simplest_fraction

Tree = ast.expr


class NotGivenError(Exception):
    """A parameter is not given, or the line divides by nothing: the line does not hold."""


def truth(*, holds: bool) -> ast.Constant:
    """A test whose answer is known."""
    return ast.Constant(holds)


def constant(value: float) -> ast.Constant:
    """A number as code shows it: whole ones without a point."""
    whole = float(value).is_integer() and abs(value) < 2**53
    return ast.Constant(int(value) if whole else float(value))


def constant_of(value: Any) -> Tree:
    """A parameter's value as a tree."""
    if value is None:
        raise NotGivenError
    if isinstance(value, ast.expr):
        return value
    return constant(value) if is_number(ast.Constant(value)) else ast.Constant(value)


_EXTREMES: Final = {"min": min, "max": max}
"""Functions of which one inside another is one."""


def called(name: str, *arguments: Tree) -> Tree:
    """A function's call, written so that code and this module's arithmetic know it."""
    match name, arguments:
        case "min" | "max", (ast.Call(ast.Name(inner), [x, ast.Constant() as one]), ast.Constant() as two):
            if inner == name:
                return called(name, x, constant(_EXTREMES[name](value_of(one), value_of(two))))
        case "log", (x, base):
            return calculated(called("log", x), ast.Div(), called("log", base))
        case "tanh", (x,):
            return calculated(constant(1), ast.Sub(), _one_minus_tanh(x))
        case "max", (ast.Constant(0), x) if never_negative(x):
            return x
    return ast.Call(ast.Name(name), list(arguments), [])


def calculated(left: Tree, op: ast.operator, right: Tree) -> Tree:
    """The operation, done where both sides are numbers, left out where it changes nothing."""
    if isinstance(op, ast.Div | ast.FloorDiv | ast.Mod) and is_constant(right, 0):
        raise NotGivenError
    if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
        try:
            a, b = value_of(left), value_of(right)
            return constant(_shortened(_OPERATORS[type(op)](a, b), a, b))
        except (ArithmeticError, ValueError):
            return ast.BinOp(left, op, right)
    return _SHORTER[type(op)](left, right) or ast.BinOp(left, op, right)


def compared(left: Tree, ops: Sequence[ast.cmpop], sides: Sequence[Tree]) -> Tree:
    """The comparison, answered where that can be."""
    if len(ops) == 1 and isinstance(sides[0], ast.Constant):
        (op,), bound = ops, value_of(sides[0])
        below = (isinstance(op, ast.Lt) and bound <= 0) or (isinstance(op, ast.LtE) and bound < 0)
        match left:
            case ast.Constant():
                return truth(holds=bool(_OPERATORS[type(op)](value_of(left), bound)))
            case ast.Call(ast.Name("min"), [x, ast.Constant() as most]) if bound < value_of(most):
                return compared(x, ops, sides)
        if below and never_negative(left):
            return truth(holds=False)
    return ast.Compare(left, list(ops), list(sides))


def turned(op: ast.unaryop, operand: Tree) -> Tree:
    """``not`` and ``-`` of a value."""
    match op, operand:
        case ast.Not(), ast.Constant():
            return truth(holds=not value_of(operand))
        case ast.USub(), ast.Constant():
            return constant(-value_of(operand))
        case ast.USub(), ast.BinOp(ast.Constant() as number, ast.Mult() | ast.Div() as inner, share):
            return calculated(constant(-value_of(number)), inner, share)
    return ast.UnaryOp(op, operand)


def never_negative(node: Tree) -> bool:
    """True where it is plain that the value is at least 0; a step is."""
    match node:
        case ast.Constant():
            return bool(value_of(node) >= 0)
        case ast.BinOp(left, ast.Pow(), _):
            return never_negative(left)
        case ast.BinOp(left, ast.Add() | ast.Mult() | ast.Div() | ast.FloorDiv() | ast.Mod(), right):
            return never_negative(left) and never_negative(right)
        case ast.Call(ast.Name(name), arguments):
            return name in {"exp", "sqrt", "abs"} or (name == "min" and all(map(never_negative, arguments)))
    return is_step(node)


def is_number(node: Tree) -> bool:
    """True where it is a number written out."""
    value = node.value if isinstance(node, ast.Constant) else None
    return isinstance(value, int | float) and not isinstance(value, bool)


def value_of(node: Tree) -> Any:
    """The number, text or answer that is written out."""
    return node.value if isinstance(node, ast.Constant) else None


def is_constant(node: Tree, value: object) -> bool:
    """True where it is this very number, text or answer."""
    return isinstance(node, ast.Constant) and type(node.value) is type(value) and node.value == value


def is_step(node: Tree) -> bool:
    """True where it is ``t``."""
    return isinstance(node, ast.Name) and node.id == "t"


def _one_minus_tanh(x: Tree) -> Tree:
    """``1 - tanh(x)`` without a difference of almost equal numbers."""
    rises = called("exp", calculated(constant(2), ast.Mult(), x))
    return calculated(constant(2), ast.Div(), calculated(constant(1), ast.Add(), rises))


def _sum(left: Tree, right: Tree) -> Tree | None:
    if is_constant(left, 0):
        return right
    opposite = _opposite(right)
    return left if is_constant(right, 0) else opposite and calculated(left, ast.Sub(), opposite)


def _remainder(left: Tree, right: Tree) -> Tree | None:
    if is_constant(right, 0):
        return left
    opposite = _opposite(right)
    if opposite is not None:
        return calculated(left, ast.Add(), opposite)
    match left, right:
        case ast.Constant(1), ast.BinOp(ast.Constant(1), ast.Sub(), share):
            return share
        case ast.Constant(a), ast.BinOp(ast.Constant(b), ast.Mult(), share) if a == b:
            return calculated(left, ast.Mult(), calculated(constant(1), ast.Sub(), share))
    return None


def _product(left: Tree, right: Tree) -> Tree | None:
    if is_constant(left, 1) or is_constant(right, 0):
        return right
    if is_constant(right, 1) or is_constant(left, 0):
        return left
    match left, right:
        case ast.Constant(), ast.BinOp(ast.Constant() as inner, ast.Mult() | ast.Div() as op, share):
            return calculated(calculated(left, ast.Mult(), inner), op, share)
    return None


def _quotient(left: Tree, right: Tree) -> Tree | None:
    if is_constant(right, 1):
        return left
    match left, right:
        case ast.BinOp(ast.Constant() as inner, ast.Mult() | ast.Div() as op, share), ast.Constant():
            return calculated(calculated(inner, ast.Div(), right), op, share)
    return None


def _power(left: Tree, right: Tree) -> Tree | None:
    return left if is_constant(left, 1) or is_constant(right, 1) else None


def _repeat(left: Tree, right: Tree) -> Tree | None:
    """The repeat a step lies in, by whole numbers alone, so that fractions stay exact."""
    exact = _fraction(right)
    if exact is None:
        return None
    p, q = exact
    return left if p == q and is_step(left) else ast.BinOp(_times(left, q), ast.FloorDiv(), constant(p))


def _inside(left: Tree, right: Tree) -> Tree | None:
    """The place of a step in its repeat."""
    exact = _fraction(right)
    if exact is None:
        return None
    p, q = exact
    return calculated(ast.BinOp(_times(left, q), ast.Mod(), constant(p)), ast.Div(), constant(q))


def exact_share(node: Tree) -> Tree:
    """A quotient that is rounded up or down, written so that it is whole where the exact one is.

    57 / 0.57 is a little more than 100, and so would be rounded up to 101; 57 · 100 / 57 is 100.
    """
    match node:
        case ast.BinOp(x, ast.Div(), ast.Constant() as length):
            exact = _fraction(length)
            if exact is not None and exact[1] != 1:
                return ast.BinOp(_times(x, exact[1]), ast.Div(), constant(exact[0]))
    return node


def _times(left: Tree, q: int) -> Tree:
    return calculated(left, ast.Mult(), constant(q))


def _fraction(node: Tree) -> tuple[int, int] | None:
    if not isinstance(node, ast.Constant):
        return None
    exact = simplest_fraction(value_of(node))
    # Beyond 2^53 the product of a step and a denominator is no float's whole number.
    return (exact.numerator, exact.denominator) if exact.numerator * exact.denominator < 2**53 else None


def _opposite(node: Tree) -> Tree | None:
    """The tree that is subtracted where a negative number, or so many times something, is added."""
    match node:
        case ast.Constant() if value_of(node) < 0:
            return constant(-value_of(node))
        case ast.BinOp(ast.Constant() as number, ast.Mult() | ast.Div() as op, share) if value_of(number) < 0:
            return calculated(constant(-value_of(number)), op, share)
    return None


_SHORT: Final = 12
"""Characters of a number a person wrote; float64 shows up to 17 digits."""


def _shortened(value: float, *of: float) -> float:
    """The number that short ones give, without the digits that only rounding put there, as in 0.1 + 0.2."""
    short = float(f"{value:.15g}")
    written = all(len(repr(float(each))) <= _SHORT for each in (*of, short))
    return short if written and not float(value).is_integer() else value


_OPERATORS: Final[Mapping[type[ast.AST], Callable[[Any, Any], Any]]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
        ast.FloorDiv: operator.floordiv,
        ast.Mod: operator.mod,
        # In floats: a whole number to a large power would have as many digits.
        ast.Pow: math.pow,
        ast.Lt: operator.lt,
        ast.LtE: operator.le,
        ast.Gt: operator.gt,
        ast.GtE: operator.ge,
        ast.Eq: operator.eq,
        ast.NotEq: operator.ne,
    }
)
_SHORTER: Final[Mapping[type[ast.operator], Callable[[Tree, Tree], Tree | None]]] = MappingProxyType(
    {
        ast.Add: _sum,
        ast.Sub: _remainder,
        ast.Mult: _product,
        ast.Div: _quotient,
        ast.Pow: _power,
        ast.FloorDiv: _repeat,
        ast.Mod: _inside,
    }
)
"""What an operation comes to in a shorter way, None where there is none."""
