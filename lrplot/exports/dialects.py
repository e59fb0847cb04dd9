"""An expression in ``t`` printed for plain Python, NumPy, Keras' ops, or JAX."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lrplot.expression import Expression
from lrplot.schedules.formula import HAIR


@dataclass(frozen=True, slots=True)
class Dialect:
    """The spellings of a library for what an expression may hold.

    Parameters
    ----------
    functions
        The library's name of each function; one of two arguments is nested for more.
    where
        Its choice between two values, empty where Python's own ``a if c else b`` serves.
    smallest
        The least number that still counts beside 1, in the library's precision.
    """

    functions: Mapping[str, str]
    where: str = ""
    smallest: float = 0


PYTHON: Final = Dialect(
    {name: f"math.{name}" for name in ("sqrt", "exp", "log", "sin", "cos", "floor", "ceil")}
    | {"min": "min", "max": "max", "abs": "abs"}
)


def _arrays(module: str, smallest: float = 0) -> Dialect:
    """The dialect of a library whose functions take arrays; they bear NumPy's names."""
    names = {name: name for name in ("sqrt", "exp", "log", "sin", "cos", "floor", "ceil", "abs")}
    names |= {"min": "minimum", "max": "maximum"}
    spelled = {name: f"{module}.{own}" for name, own in names.items()}
    return Dialect(spelled, where=f"{module}.where", smallest=smallest)


NUMPY: Final = _arrays("np")
KERAS: Final = _arrays("ops", smallest=1e-6)
"""Keras computes in float32, where a number below 6e-8 added to 1 is lost."""
JAX: Final = _arrays("jnp")


def printed(expression: str, dialect: Dialect, step: str) -> str:
    """The expression as one of the dialect's, its ``t`` called ``step``."""
    return ast.unparse(_Printer(dialect, step).visit(ast.parse(expression, mode="eval")))


def function(expression: str, dialect: Dialect, name: str, step: str, indent: str = "") -> str:
    """A ``def`` whose body returns the expression; choices become ``if`` where the dialect has them.

    >>> print(function("0.1 if t < 9 else 0.01", PYTHON, "lr_at", "step"))
    def lr_at(step):
        if step < 9:
            return 0.1
        return 0.01
    """
    return "\n".join([f"{indent}def {name}({step}):", *body(expression, dialect, step, indent + "    ")])


def body(expression: str, dialect: Dialect, step: str, indent: str) -> list[str]:
    """The statements of such a function."""
    tree = ast.parse(expression, mode="eval").body
    lines: list[str] = []
    while isinstance(tree, ast.IfExp) and not dialect.where:
        test, value = (printed(ast.unparse(part), dialect, step) for part in (tree.test, tree.body))
        lines += [f"{indent}if {test}:", f"{indent}    return {value}"]
        tree = tree.orelse
    return [*lines, f"{indent}return {printed(ast.unparse(tree), dialect, step)}"]


class _Printer(ast.NodeTransformer):
    def __init__(self, dialect: Dialect, step: str) -> None:
        self._dialect = dialect
        self._step = step

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id == "t":
            return ast.Name(self._step)
        return _dotted("math.pi") if node.id == "pi" else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return _dotted("math.pi") if node.attr == "pi" else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        left, right = self.visit(node.left), self.visit(node.right)
        divided = ast.BinOp(left, node.op, right)
        # NumPy's x / 0 is infinite, where plain Python raises; it happens at step 0 alone.
        if isinstance(node.op, ast.Div) and not self._dialect.where and _is_zero_at_start(node.right):
            return ast.IfExp(right, divided, _dotted("math.inf"))
        return divided

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        tiny = isinstance(node.value, float) and node.value == HAIR
        return ast.Constant(max(HAIR, self._dialect.smallest)) if tiny else node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        test, yes, no = (self.visit(part) for part in (node.test, node.body, node.orelse))
        if not self._dialect.where:
            return ast.IfExp(test, yes, no)
        return ast.Call(_dotted(self._dialect.where), [test, yes, no], [])

    def visit_Call(self, node: ast.Call) -> Any:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        arguments = [self.visit(argument) for argument in node.args]
        if name == "where":
            if self._dialect.where:
                return ast.Call(_dotted(self._dialect.where), arguments, [])
            return ast.IfExp(*arguments)
        spelled = _dotted(self._dialect.functions[name])
        if self._dialect.where and name in {"min", "max"}:
            nested = arguments[0]
            for argument in arguments[1:]:
                nested = ast.Call(spelled, [nested, argument], [])
            return nested
        return ast.Call(spelled, arguments, [])

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        values = [self.visit(value) for value in node.values]
        if not self._dialect.where:
            return ast.BoolOp(node.op, values)
        if not all(_is_test(value) for value in node.values):
            return self._chosen(node.op, values)
        library = self._dialect.where.partition(".")[0]
        name = "logical_and" if isinstance(node.op, ast.And) else "logical_or"
        nested = values[0]
        for value in values[1:]:
            nested = ast.Call(_dotted(f"{library}.{name}"), [nested, value], [])
        return nested

    def _chosen(self, operator: ast.boolop, values: list[ast.expr]) -> ast.expr:
        """``a and b`` of numbers is one of the two, which a library's logical_and is not."""
        *first, nested = values
        for value in reversed(first):
            sides = [nested, value] if isinstance(operator, ast.And) else [value, nested]
            holds = ast.Compare(value, [ast.NotEq()], [ast.Constant(0)])
            nested = ast.Call(_dotted(self._dialect.where), [holds, *sides], [])
        return nested

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        operand = self.visit(node.operand)
        if isinstance(node.op, ast.Not) and self._dialect.where:
            library = self._dialect.where.partition(".")[0]
            return ast.Call(_dotted(f"{library}.logical_not"), [operand], [])
        return ast.UnaryOp(node.op, operand)

    def visit_Compare(self, node: ast.Compare) -> Any:
        sides = [self.visit(side) for side in (node.left, *node.comparators)]
        if len(node.ops) == 1 or not self._dialect.where:
            return ast.Compare(sides[0], node.ops, sides[1:])
        library = self._dialect.where.partition(".")[0]
        pairs = [ast.Compare(a, [op], [b]) for a, op, b in zip(sides, node.ops, sides[1:], strict=False)]
        nested: ast.expr = pairs[0]
        for pair in pairs[1:]:
            nested = ast.Call(_dotted(f"{library}.logical_and"), [nested, pair], [])
        return nested


def _is_test(node: ast.expr) -> bool:
    if isinstance(node, ast.BoolOp):
        return all(_is_test(value) for value in node.values)
    negated = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return negated or isinstance(node, ast.Compare)


def _is_zero_at_start(node: ast.expr) -> bool:
    text = ast.unparse(node)
    return "t" in text and bool(Expression(text)(np.zeros(1))[0] == 0)


def _dotted(name: str) -> ast.expr:
    return ast.parse(name, mode="eval").body
