"""What of an expression is computed in whole numbers, and where a library must not.

An array library's whole numbers have 32 bits, and no power of one is a fraction: there ``2 ** -t`` raises and
``3 ** t`` runs over; in Python, and in what an expression means, neither does.
"""

import ast
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from lrplot.schedules.expression_pieces import Bounds, UnboundedError, bounds_of

_MOST: Final = 2.0**31 - 1
"""The greatest whole number of 32 bits."""
_KEEPING: Final = frozenset({"min", "max", "abs", "floor", "ceil"})
"""Functions that may give a whole number of whole ones."""


def is_literal(node: ast.expr) -> bool:
    """True for a number that is written out, with its sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        return is_literal(node.operand)
    return isinstance(node, ast.Constant) and not isinstance(node.value, bool)


def is_float(node: ast.expr) -> bool:
    """True where plain Python's value is a float, whatever the step is.

    >>> texts = ("t / 2", "0.5 * t", "t // 2", "min(t, 0.5)")
    >>> [is_float(ast.parse(text, mode="eval").body) for text in texts]
    [True, True, False, False]
    """
    match node:
        case ast.Constant(value):
            return isinstance(value, float)
        case ast.UnaryOp(ast.USub() | ast.UAdd(), operand):
            return is_float(operand)
        case ast.BinOp(left, op, right):
            return isinstance(op, ast.Div) or is_float(left) or is_float(right)
        case ast.IfExp(_, yes, no):
            return is_float(yes) and is_float(no)
        case ast.BoolOp(_, values):
            return all(map(is_float, values))
        case ast.Call(function, arguments):
            name = ast.unparse(function).rpartition(".")[2]
            if name == "where":
                return all(map(is_float, arguments[1:]))
            return name not in {"floor", "ceil"} and (name not in _KEEPING or all(map(is_float, arguments)))
    return False


@dataclass(frozen=True, slots=True)
class WholeNumbers:
    """Tells which parts of an expression are whole numbers to a library.

    Parameters
    ----------
    steps
        The steps of the run, which ``t`` is below.
    counted
        Whether ``t`` itself is whole to the library.
    """

    steps: int
    counted: bool
    _known: dict[ast.expr, bool] = field(default_factory=dict)

    def has(self, node: ast.expr) -> bool:
        """True where the library's own number for a node may be whole.

        >>> whole = WholeNumbers(100, counted=True)
        >>> texts = ("t // 2", "t / 2", "2 ** t", "2 ** -t")
        >>> [whole.has(ast.parse(text, mode="eval").body) for text in texts]
        [True, False, False, False]
        """
        if node not in self._known:
            self._known[node] = self._has(node)
        return self._known[node]

    def fits(self, node: ast.BinOp) -> bool:
        """True where an operation on two whole numbers may be done in them."""
        if isinstance(node.op, ast.Div):
            return True
        bounds = self._bounds(node)
        if bounds is None or max(-bounds[0], bounds[1]) > _MOST:
            return False
        right = self._bounds(node.right)
        if isinstance(node.op, ast.Pow):
            return right is not None and right[0] >= 0
        if isinstance(node.op, ast.FloorDiv | ast.Mod):
            return right is not None and (right[0] > 0 or right[1] < 0)
        return True

    def _has(self, node: ast.expr) -> bool:
        match node:
            case ast.Constant(value):
                return isinstance(value, int) and abs(value) <= _MOST
            case ast.Name(name):
                return name == "t" and self.counted
            case ast.UnaryOp(ast.USub() | ast.UAdd(), operand):
                return self.has(operand)
            case ast.BinOp(left, op, right):
                both = self.has(left) and self.has(right)
                return both and not isinstance(op, ast.Div) and self.fits(node)
            case ast.IfExp(_, yes, no):
                return self._one_of(yes, no)
            case ast.BoolOp(_, values):
                return self._one_of(*values)
            case ast.Call(function, arguments):
                name = ast.unparse(function).rpartition(".")[2]
                if name == "where":
                    return self._one_of(*arguments[1:])
                return name in _KEEPING and all(map(self.has, arguments))
        return False

    def _one_of(self, *nodes: ast.expr) -> bool:
        """One that is chosen is whole where all are; a literal among them is written with a point."""
        return all(self.has(node) and not is_literal(node) for node in nodes)

    def _bounds(self, node: ast.expr) -> tuple[float, float] | None:
        steps = Bounds(np.zeros(1), np.full(1, float(max(self.steps - 1, 0))), 1.0, 1.0)
        try:
            with np.errstate(all="ignore"):
                found = bounds_of(node, steps)
        except UnboundedError:
            return None
        low, high = float(np.min(found.low)), float(np.max(found.high))
        return None if np.isnan(low) or np.isnan(high) else (low, high)
