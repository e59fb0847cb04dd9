"""An expression printed for arrays means what it means to us."""

import math
from typing import Any

import numpy as np
import pytest

from lrplot.exports.dialects import JAX, KERAS, PYTHON, Dialect, printed
from lrplot.expression import Expression

STEPS = 40


def evaluated(text: str, dialect: Dialect, step: Any, **options: bool) -> Any:
    code = printed(text, dialect, step="step", steps=STEPS, **options)
    with np.errstate(all="ignore"):
        return eval(code, {"math": math, "step": step, "jnp": np, "ops": np})  # noqa: S307 (our own code)


TESTS_AS_NUMBERS = [
    "0.1 ** ((t >= 10) + (t >= 20))",
    "1 - (t >= 10)",
    "-(t >= 10) + 1",
    "(t >= 10) - (t >= 20)",
    "abs((t > 3) - 1)",
    "(not t) + (not t > 5)",
    "(t > 3 and t < 9) + (t > 5 or t < 2)",
    "(3 < t < 9) + (5 < t < 30)",
    "(t > 3) * 2 + (t > 5) ** 2",
    "min(t > 3, t > 5) + max(t > 8, t > 9)",
    "((t > 3) == (t > 8)) + (t > 20)",
    "(t > 3) + (2 if t > 5 else t > 1)",
    "where(t > 3, t > 5, 1) + (t > 5)",
    "(t > 3 and 2) + (t > 5)",
    "(t % 3 or t > 30) + (t > 5)",
    "t > 5",
    "0.5 if t % 2 else 1",
    "0.5 if t % 2 and t > 9 else 1",
    "not (t % 3)",
]


@pytest.mark.parametrize("dialect", [KERAS, JAX], ids=["keras", "jax"])
@pytest.mark.parametrize("text", TESTS_AS_NUMBERS)
def test_a_comparison_is_a_number_where_one_is_wanted(text: str, dialect: Dialect) -> None:
    """NumPy's True + True is True too, and its True - True raises."""
    step = np.arange(STEPS) if dialect is JAX else np.arange(STEPS, dtype=np.float64)
    found = np.asarray(evaluated(text, dialect, step)) + np.zeros(STEPS)
    np.testing.assert_allclose(found, Expression(text)(np.arange(float(STEPS))), rtol=1e-12)
    assert np.asarray(evaluated(text, dialect, step)).dtype != bool


@pytest.mark.parametrize("text", TESTS_AS_NUMBERS)
def test_plain_python_needs_nothing_for_it(text: str) -> None:
    assert "1.0" not in printed(text, PYTHON, step="step")
    expected = Expression(text)(np.arange(float(STEPS)))
    assert [evaluated(text, PYTHON, step) for step in range(STEPS)] == pytest.approx(expected.tolist())


@pytest.mark.parametrize(
    "text",
    [
        "2 ** -t",
        "2 ** t",
        "0 ** ((t - 5) // 10)",
        "(t + 1) ** -2",
        "(t + 1) ** -(t // 5)",
        "t ** 7",
        "t * t * t * t * t * t * t",
        "100000 * (t * 100000)",
        "(t + 5000000000) / 5000000000",
        "(2 if t < 9 else 1) ** -3",
        "where(t < 9, 2, t) ** -1",
        "(t and 2) ** -1",
        "max(t, 2) ** -abs(-2)",
        "floor(t + 1) ** -2",
        "9 % t",
        "9 // t",
        "3 ** 40 * t",
    ],
)
def test_whole_numbers_are_floats_where_32_bits_are_too_few(text: str) -> None:
    """NumPy's int32 stands for JAX's: it runs over and has no negative power too."""
    step = np.arange(STEPS, dtype=np.int32)
    expected = Expression(text)(np.arange(float(STEPS)))
    np.testing.assert_allclose(evaluated(text, JAX, step) + np.zeros(STEPS), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("0.1 * 0.5 ** (t // 30)", "0.1 * 0.5 ** (count // 30)"),
        ("0.1 * 0.5 ** (t * 2 // 5)", "0.1 * 0.5 ** (count * 2 // 5)"),
        ("0.1 * (1 - t / 30) ** 2", "0.1 * (1 - count / 30) ** 2"),
        ("0.1 * (t % 30) ** 2", "0.1 * (count % 30) ** 2"),
    ],
)
def test_counting_stays_in_whole_numbers(text: str, written: str) -> None:
    """A float32 counts to 2^24 alone."""
    assert printed(text, JAX, step="count", steps=STEPS) == written


@pytest.mark.parametrize(
    "text", [*TESTS_AS_NUMBERS, "0.5 if t > 9 else 0", "t or 0.5", "max(t, 0.5)", "-t", "2"]
)
def test_a_float_is_given_where_a_framework_refuses_whole_numbers(text: str) -> None:
    found = [evaluated(text, PYTHON, step, floats=True) for step in range(STEPS)]
    assert {type(rate) for rate in found} == {float}
    assert found == [evaluated(text, PYTHON, step) for step in range(STEPS)]


def test_what_is_a_float_stays_as_it_is() -> None:
    assert printed("0.1 * 2 ** -(t // 3)", PYTHON, step="t", floats=True) == "0.1 * 2 ** (-(t // 3))"
