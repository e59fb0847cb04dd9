"""What may raise is found by bounds: trying that alone finds what trying every step finds."""

import ast

import numpy as np
import pytest

from lrplot.errors import ExpressionError
from lrplot.python.raising import python_failure
from lrplot.python.risks import risky_steps


@pytest.mark.parametrize(
    "text",
    [
        "min(1, 10 / t)",
        "min(1, 10 / max(t, 1))",
        "1 / (t - 1234)",
        "1 / (0.1 * t - 0.3)",
        "min(t ** -0.5, t * 1000 ** -1.5)",
        "t ** -0.5 if t > 0 else 1",
        "1 / (1 + math.exp(t - 50))",
        "2.0 ** t",
        "1 + math.log(t - 700)",
        "math.sqrt(1999 - t)",
        "math.floor(1e308 * (t + 1) * 0.5)",
        "(t % (t - 77)) * 0.1",
        "1 / (t // 900 - 1)",
        "0.9 ** t",
    ],
)
def test_the_first_step_that_raises_is_among_those_that_may(text: str) -> None:
    node = ast.parse(text, mode="eval").body
    steps = risky_steps(node, 0, 1999)
    assert steps is not None
    assert python_failure(node, steps) == python_failure(node, np.arange(2000.0))


def test_one_step_of_a_trillion_is_found() -> None:
    node = ast.parse("0.5 * min(1, 1 / abs(t - 300001))", mode="eval").body
    steps = risky_steps(node, 0, 10**12)
    assert steps is not None
    assert len(steps) < 200
    failure = python_failure(node, steps)
    assert failure is not None
    assert failure.step == 300_001


def test_of_what_raises_all_along_nothing_is_told() -> None:
    assert risky_steps(ast.parse("1 / (t * 0)", mode="eval").body, 0, 10**9) is None


def test_what_is_nested_too_deeply_is_told_though_it_stands_in_no_text() -> None:
    node: ast.expr = ast.BinOp(ast.Constant(1), ast.Div(), ast.Name("t"))
    for _ in range(250):
        node = ast.IfExp(ast.Name("t"), node, ast.Constant(1))
    with pytest.raises(ExpressionError, match="nested too deeply"):
        python_failure(node, np.arange(5.0))
