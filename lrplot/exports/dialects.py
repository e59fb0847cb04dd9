"""An expression in ``t`` printed for plain Python, NumPy, Keras' ops, or JAX."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lrplot.exports.whole_numbers import WholeNumbers, is_float, is_literal
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
    counts
        Whether the step is a whole number of the library's, which runs over at 2^31.
    """

    functions: Mapping[str, str]
    where: str = ""
    smallest: float = 0
    counts: bool = False


PYTHON: Final = Dialect(
    {name: f"math.{name}" for name in ("sqrt", "exp", "log", "sin", "cos", "floor", "ceil")}
    | {"min": "min", "max": "max", "abs": "abs"}
)


def _arrays(module: str, smallest: float = 0, *, counts: bool = False) -> Dialect:
    """The dialect of a library whose functions take arrays; they bear NumPy's names."""
    names = {name: name for name in ("sqrt", "exp", "log", "sin", "cos", "floor", "ceil", "abs")}
    names |= {"min": "minimum", "max": "maximum"}
    spelled = {name: f"{module}.{own}" for name, own in names.items()}
    return Dialect(spelled, where=f"{module}.where", smallest=smallest, counts=counts)


NUMPY: Final = _arrays("np")
KERAS: Final = _arrays("ops", smallest=1e-6)
"""Keras computes in float32, where a number below 6e-8 added to 1 is lost."""
JAX: Final = _arrays("jnp", counts=True)


def printed(expression: str, dialect: Dialect, step: str, *, steps: int = 1, floats: bool = False) -> str:
    """The expression as one of the dialect's.

    Parameters
    ----------
    expression
        The expression.
    dialect
        The dialect.
    step
        What ``t`` is called.
    steps
        What ``t`` is below.
    floats
        Whether a value must be a float where Python has a whole number or an answer.

    Examples
    --------
    >>> printed("0.1 ** ((t >= 9) + (t >= 12))", JAX, step="count")
    '0.1 ** (jnp.where(count >= 9, 1.0, 0.0) + jnp.where(count >= 12, 1.0, 0.0))'
    """
    tree = ast.parse(expression, mode="eval").body
    if dialect.where:
        return ast.unparse(_ArrayPrinter(dialect, step, steps).visit(tree))
    made = _Printer(dialect, step).visit(tree)
    return ast.unparse(_turned_float(made) if floats and not is_float(tree) else made)


def function(
    expression: str, dialect: Dialect, name: str, step: str, *, steps: int = 1, floats: bool = False
) -> str:
    """A ``def`` whose body returns the expression; choices become ``if`` where the dialect has them.

    >>> print(function("0.1 if t < 9 else 0.01", PYTHON, "lr_at", step="step"))
    def lr_at(step):
        if step < 9:
            return 0.1
        return 0.01
    """
    lines = body(expression, dialect, "    ", step=step, steps=steps, floats=floats)
    return "\n".join([f"def {name}({step}):", *lines])


def body(
    expression: str, dialect: Dialect, indent: str, *, step: str, steps: int = 1, floats: bool = False
) -> list[str]:
    """The statements of such a function."""

    def returned(value: ast.expr) -> str:
        return f"return {printed(ast.unparse(value), dialect, step=step, steps=steps, floats=floats)}"

    tree = ast.parse(expression, mode="eval").body
    lines: list[str] = []
    while isinstance(tree, ast.IfExp) and not dialect.where:
        test = printed(ast.unparse(tree.test), dialect, step=step)
        lines += [f"{indent}if {test}:", f"{indent}    {returned(tree.body)}"]
        tree = tree.orelse
    return [*lines, f"{indent}{returned(tree)}"]


class _Printer(ast.NodeTransformer):
    """Writes plain Python, where a comparison is a number and a whole one has any length."""

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
        if isinstance(node.op, ast.Div) and _is_zero_at_start(node.right):
            return ast.IfExp(right, divided, _dotted("math.inf"))
        return divided

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        tiny = isinstance(node.value, float) and node.value == HAIR
        return ast.Constant(max(HAIR, self._dialect.smallest)) if tiny else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        name, arguments = _called(node), [self.visit(argument) for argument in node.args]
        if name == "where":
            return ast.IfExp(*arguments)
        return ast.Call(_dotted(self._dialect.functions[name]), arguments, [])


class _ArrayPrinter(_Printer):
    """Writes for arrays: a choice is a function, a comparison no number, a whole number of 32 bits.

    ``visit`` gives a number, ``_test`` what a choice asks.
    """

    def __init__(self, dialect: Dialect, step: str, steps: int) -> None:
        super().__init__(dialect, step)
        self._library = dialect.where.partition(".")[0]
        self._whole = WholeNumbers(steps, counted=dialect.counts)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        left, right = self.visit(node.left), self.visit(node.right)
        whole = self._whole.has(node.left) and self._whole.has(node.right)
        if whole and not self._whole.fits(node):
            if is_literal(node.left) or not is_literal(node.right):
                left = _as_float(left)
            else:
                right = _as_float(right)
        return ast.BinOp(left, node.op, right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.op, ast.Not):
            return self._counted(node)
        return ast.UnaryOp(node.op, self.visit(node.operand))

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        found = super().visit_Constant(node)
        return found if not isinstance(node.value, int) or self._whole.has(node) else _as_float(found)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        return self._counted(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        """``a and b`` of numbers is one of the two, which a library's logical_and is not."""
        if _is_test(node):
            return self._counted(node)
        nested = node.values[-1]
        for value in reversed(node.values[:-1]):
            sides = (nested, value) if isinstance(node.op, ast.And) else (value, nested)
            nested = ast.IfExp(value, *sides)
        return self.visit(nested)

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        return self._chosen(node.test, node.body, node.orelse)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        name = _called(node)
        if name == "where":
            return self._chosen(*node.args)
        arguments = [self.visit(argument) for argument in node.args]
        spelled = self._dialect.functions[name]
        return _nested(spelled, arguments) if name in {"min", "max"} else _call(spelled, *arguments)

    def _chosen(self, test: ast.expr, *sides: ast.expr) -> ast.expr:
        # Of two whole numbers a choice is whole, and cannot be raised to a negative power.
        values = [_as_float(self.visit(side)) if is_literal(side) else self.visit(side) for side in sides]
        return _call(self._dialect.where, self._test(test), *values)

    def _counted(self, test: ast.expr) -> ast.expr:
        """What holds as 1, what does not as 0: an array's own True + True is True."""
        return _call(self._dialect.where, self._test(test), ast.Constant(1.0), ast.Constant(0.0))

    def _test(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.BoolOp(op, values):
                name = "logical_and" if isinstance(op, ast.And) else "logical_or"
                return _nested(f"{self._library}.{name}", [self._test(value) for value in values])
            case ast.UnaryOp(ast.Not(), operand):
                return _call(f"{self._library}.logical_not", self._test(operand))
            case ast.Compare(left, ops, others):
                sides = [self.visit(side) for side in (left, *others)]
                pairs = zip(sides, ops, sides[1:], strict=False)
                tests: list[ast.expr] = [ast.Compare(a, [op], [b]) for a, op, b in pairs]
                return _nested(f"{self._library}.logical_and", tests)
            case ast.Constant(bool()):
                return node
        return ast.Compare(self.visit(node), [ast.NotEq()], [ast.Constant(0)])


def _turned_float(node: ast.expr) -> ast.expr:
    return _as_float(node) if is_literal(node) else _call("float", node)


def _as_float(node: ast.expr) -> ast.expr:
    """A number that is not whole to a library, though it be to us."""
    match node:
        case ast.Constant(int() | float() as value):
            return ast.Constant(float(value))
        case ast.UnaryOp(op, operand) if is_literal(node):
            return ast.UnaryOp(op, _as_float(operand))
    return ast.BinOp(ast.Constant(1.0), ast.Mult(), node)


def _is_test(node: ast.expr) -> bool:
    """True where a value is one of two answers, whichever."""
    if isinstance(node, ast.BoolOp):
        return all(_is_test(value) for value in node.values)
    negated = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return negated or isinstance(node, ast.Compare)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(_dotted(name), list(arguments), [])


def _nested(name: str, arguments: list[ast.expr]) -> ast.expr:
    """A function of two arguments for as many as there are."""
    nested = arguments[0]
    for argument in arguments[1:]:
        nested = _call(name, nested, argument)
    return nested


def _is_zero_at_start(node: ast.expr) -> bool:
    text = ast.unparse(node)
    return "t" in text and bool(Expression(text)(np.zeros(1))[0] == 0)


def _dotted(name: str) -> ast.expr:
    return ast.parse(name, mode="eval").body
