"""Expressions that are whole numbers in Python, whose arithmetic is exact at any size; float64's is not."""

import ast
from collections.abc import Iterator
from typing import Final

EXACT: Final = 2.0**53
"""Up to here every whole number is one of float64."""
_NEEDS_THE_LAST_DIGIT: Final = (ast.Add, ast.Sub, ast.Mod, ast.FloorDiv)
"""Operators whose result can differ wholly where an operand's last digits are lost; a product's cannot."""


def is_whole(node: ast.expr) -> bool:
    """True where Python computes an expression of whole steps in whole numbers.

    >>> [is_whole(ast.parse(text, mode="eval").body) for text in ("t * 3 % 7", "2 ** t", "t / 2", "2 ** -t")]
    [True, True, False, False]
    """
    if isinstance(node, ast.Name):
        return node.id == "t"
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int)
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.Pow) and not not_negative(node.right):
            return False
        return not isinstance(node.op, ast.Div) and is_whole(node.left) and is_whole(node.right)
    return False


def not_negative(node: ast.expr) -> bool:
    """True where an expression of steps from 0 on is seen to be at least 0."""
    if isinstance(node, ast.Name):
        return True
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float) and node.value >= 0
    if isinstance(node, ast.BinOp):
        kept = isinstance(node.op, ast.Add | ast.Mult | ast.Div | ast.FloorDiv | ast.Pow)
        return kept and not_negative(node.left) and not_negative(node.right)
    return False


def wanted_exactly(node: ast.AST) -> Iterator[ast.expr]:
    """The operands of an operator or a comparison that Python has in whole numbers and that may grow large.

    >>> [ast.unparse(each) for each in wanted_exactly(ast.parse("10 ** t % 3", mode="eval").body)]
    ['10 ** t']
    """
    sides: list[ast.expr] = []
    if isinstance(node, ast.BinOp) and isinstance(node.op, _NEEDS_THE_LAST_DIGIT):
        sides = [node.left, node.right]
    elif isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
    return (side for side in sides if isinstance(side, ast.BinOp) and is_whole(side))
