"""Equations of a schedule, and the one formula in ``t`` that its own numbers make of them.

An equation is text in Python's arithmetic, with parameters by name, so that it reads as it stands and
:mod:`ast` gives its tree. The equations are what people are shown; :func:`in_numbers` puts the parameters
in, and what comes out is a tree of :mod:`lrplot.expression`, which code can be printed from.
"""

import ast
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from lrplot.schedules.folding import (
    NotGivenError,
    Tree,
    calculated,
    called,
    compared,
    constant,
    constant_of,
    exact_share,
    is_constant,
    is_number,
    is_step,
    truth,
    turned,
    value_of,
)
from lrplot.text.parsing import expression_of

HAIR: Final = 1e-9
"""Added before rounding a logarithm down: at a boundary it may fall short of a whole number."""


@dataclass(frozen=True, slots=True)
class Equation:
    """One line of what a schedule or an optimizer computes.

    Parameters
    ----------
    left, right
        What is told, ``lr(t)`` or a name of its own, and what it is.
    when
        The steps or parameters for which the line holds; all when empty. A line that uses a parameter
        which is not given does not hold, and among those that do the first counts.
    note
        What no arithmetic says, in words.
    becomes
        Whether the left side is changed to the right one, step by step.
    """

    left: str
    right: str
    when: str = ""
    note: str = ""
    becomes: bool = False


@lru_cache(maxsize=1024)
def tree(text: str) -> Tree:
    """The tree of a text, not to be changed."""
    return expression_of(text)


def replaced(formula: Tree, name: str, by: Tree) -> Tree:
    """The formula with another tree in place of a name."""
    copied: Tree = _Replace(name, by).visit(formula)
    return copied


def shifted(formula: Tree, by: Tree) -> Tree:
    """The formula on a clock that shows ``by`` at step ``t``."""
    return formula if is_step(by) else replaced(formula, "t", by)


def choice(cases: Sequence[tuple[Tree, Tree]], last: Tree) -> Tree:
    """``a if test else b if test else … last``, of pairs of a test and a value."""
    chosen = last
    for test, value in reversed(cases):
        chosen = ast.IfExp(test, value, chosen)
    return chosen


def in_numbers(equations: Sequence[Equation], values: Mapping[str, Any]) -> Tree | None:
    """The formula of ``lr(t)`` with the parameters' ``values`` put in; None where no equation gives it.

    A value is a number, a choice, None where nothing is given, or the formula of a schedule inside.

    Examples
    --------
    >>> drop = Equation("lr(t)", "lr * gamma ** (t // step_size)")
    >>> ast.unparse(in_numbers([drop], {"lr": 0.1, "gamma": 0.5, "step_size": 2.5}))
    '0.1 * 0.5 ** (t * 2 // 5)'
    """
    cases: list[tuple[Tree, Tree]] = []
    for test, value in _Numbers(equations, values).holding("lr(t)"):
        cases.append((test, value))
        if is_constant(test, True):  # noqa: FBT003
            break
    return choice(cases[:-1], cases[-1][1]) if cases else None


def filled(text: str, values: Mapping[str, Any], equations: Sequence[Equation] = ()) -> Tree:
    """The tree of a text with the values put in.

    >>> ast.unparse(filled("t - start", {"start": 0}))
    't'
    """
    return _Numbers(equations, values).put_in(tree(text), {})


class _Replace(ast.NodeTransformer):
    """Copies a tree, another in place of a name."""

    def __init__(self, name: str, by: Tree) -> None:
        self._name = name
        self._by = by

    def generic_visit(self, node: ast.AST) -> ast.AST:
        changed = {
            name: [self.visit(each) for each in value] if isinstance(value, list) else self.visit(value)
            for name, value in ast.iter_fields(node)
            if isinstance(value, list | ast.AST)
        }
        return type(node)(**{**dict(ast.iter_fields(node)), **changed}) if changed else node

    def visit_Call(self, node: ast.Call) -> Tree:
        """A call of what was put in, folded again: a bound of a bound is one bound; ``math.x`` is ``x``."""
        arguments = [self.visit(each) for each in node.args]
        function = node.func
        if isinstance(function, ast.Attribute):
            return called(function.attr, *arguments)
        return called(function.id, *arguments) if isinstance(function, ast.Name) else node

    def visit_Name(self, node: ast.Name) -> Tree:
        return self._by if node.id == self._name else node


class _Numbers:
    """Puts values into equations, and definitions in place of names."""

    def __init__(self, equations: Sequence[Equation], values: Mapping[str, Any]) -> None:
        self._equations = equations
        self._values = values

    def holding(self, left: str, **scope: Tree) -> Iterator[tuple[Tree, Tree]]:
        """The tests and right sides of the lines about ``left`` that may hold, in order."""
        for equation in self._equations:
            if equation.left == left:
                # A line that uses what is not given does not hold.
                with contextlib.suppress(NotGivenError):
                    test = self.put_in(tree(equation.when or "True"), scope)
                    if not is_constant(test, False):  # noqa: FBT003
                        yield test, self.put_in(tree(equation.right), scope)

    def put_in(self, node: Tree, scope: Mapping[str, Tree]) -> Tree:
        """The same tree with numbers for names, definitions written out."""
        write = _WRITTEN.get(type(node))
        return node if write is None else write(self, node, scope)

    def constant(self, node: ast.Constant, _scope: Mapping[str, Tree]) -> Tree:
        return constant(value_of(node)) if is_number(node) else node

    def name(self, node: ast.Name, scope: Mapping[str, Tree]) -> Tree:
        if node.id in scope:
            return scope[node.id]
        if node.id in self._values:
            return constant_of(self._values[node.id])
        defined = next(self.holding(node.id), None)
        return node if defined is None else defined[1]

    def operation(self, node: ast.BinOp, scope: Mapping[str, Tree]) -> Tree:
        return calculated(self.put_in(node.left, scope), node.op, self.put_in(node.right, scope))

    def sign(self, node: ast.UnaryOp, scope: Mapping[str, Tree]) -> Tree:
        return turned(node.op, self.put_in(node.operand, scope))

    def all_or_any(self, node: ast.BoolOp, scope: Mapping[str, Tree]) -> Tree:
        needed = isinstance(node.op, ast.And)
        unsure = []
        for part in node.values:
            test = self.put_in(part, scope)
            if is_constant(test, not needed):
                return test
            if not is_constant(test, needed):
                unsure.append(test)
        if not unsure:
            return truth(holds=needed)
        return unsure[0] if len(unsure) == 1 else ast.BoolOp(node.op, unsure)

    def comparison(self, node: ast.Compare, scope: Mapping[str, Tree]) -> Tree:
        match node:
            case ast.Compare(ast.Name(name), [ast.Is()], _):
                return truth(holds=self._values.get(name) is None)
        sides = [self.put_in(side, scope) for side in (node.left, *node.comparators)]
        return compared(sides[0], node.ops, sides[1:])

    def call(self, node: ast.Call, scope: Mapping[str, Tree]) -> Tree:
        name = ast.unparse(node.func)
        arguments = [self.put_in(argument, scope) for argument in node.args]
        inner = self._values.get(name)
        if isinstance(inner, ast.expr):
            return shifted(inner, arguments[0])
        for left in (tree(equation.left) for equation in self._equations):
            if isinstance(left, ast.Call) and ast.unparse(left.func) == name:
                names = map(ast.unparse, left.args)
                defined = next(
                    self.holding(ast.unparse(left), **dict(zip(names, arguments, strict=True))), None
                )
                if defined is None:
                    raise NotGivenError
                return defined[1]
        if name == "floor" and _is_ratio_of_logarithms(arguments[0]):
            return called("floor", ast.BinOp(arguments[0], ast.Add(), ast.Constant(HAIR)))
        if name in {"floor", "ceil"}:
            return called(name, exact_share(arguments[0]))
        return called(name, *arguments)


def _is_ratio_of_logarithms(node: Tree) -> bool:
    match node:
        case ast.BinOp(ast.Call(ast.Name("log")), ast.Div(), ast.Call(ast.Name("log"))):
            return True
    return False


_WRITTEN: Final[Mapping[type[ast.expr], Callable[[_Numbers, Any, Mapping[str, Tree]], Tree]]] = (
    MappingProxyType(
        {
            ast.Constant: _Numbers.constant,
            ast.Name: _Numbers.name,
            ast.BinOp: _Numbers.operation,
            ast.UnaryOp: _Numbers.sign,
            ast.BoolOp: _Numbers.all_or_any,
            ast.Compare: _Numbers.comparison,
            ast.Call: _Numbers.call,
        }
    )
)
