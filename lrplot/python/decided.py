"""Tests of the step whose answer is the same for each step from one on: ``t == 0`` behind the first."""

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from lrplot.python.symbolic import Symbol

_COMPARED: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def decided(test: Any, least: int) -> Any:
    """True or False where a test has one answer from a step on, else the test.

    >>> first = Symbol(ast.parse("t == 0 or t < 1", mode="eval").body)
    >>> decided(first, 1), decided(first, 0) is first
    (False, True)
    """
    if not least or not isinstance(test, Symbol) or test.power:
        return test
    answer = _answer(test.node, least)
    return test if answer is None else answer


def _answer(node: ast.expr, least: int) -> bool | None:
    if _is_step(node):
        return True
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _answer(node.operand, least)
        return None if inner is None else not inner
    if isinstance(node, ast.BoolOp):
        inner_answers = [_answer(each, least) for each in node.values]
        ends = isinstance(node.op, ast.Or)
        if any(answer is ends for answer in inner_answers):
            return ends
        return not ends if all(answer is not None for answer in inner_answers) else None
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return None
    compared, left, right = _COMPARED.get(type(node.ops[0])), node.left, node.comparators[0]
    if compared is None:
        return None
    if _is_step(left) and isinstance(right, ast.Constant) and isinstance(right.value, int | float):
        answers = [compared(least, right.value), compared(math.inf, right.value)]
        return _same(answers, least >= right.value)
    if _is_step(right) and isinstance(left, ast.Constant) and isinstance(left.value, int | float):
        answers = [compared(left.value, least), compared(left.value, math.inf)]
        return _same(answers, least >= left.value)
    return None


def _is_step(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "t"


def _same(answers: Sequence[bool], beyond: bool) -> bool | None:
    """The answer at the first step and at all that follow: an equality may hold between them."""
    first, last = answers
    return first if first is last and beyond else None
