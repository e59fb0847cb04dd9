"""A schedule's formula, printed as code and run, is the schedule."""

import ast
import math

import numpy as np
import pytest
from examples import EXAMPLES, REACTING, RECURSIVE, make

from lrplot.exports.dialects import NUMPY, printed
from lrplot.exports.formula import formula
from lrplot.schedules.base import Schedule
from lrplot.schedules.folding import NotGivenError, never_negative
from lrplot.schedules.formula import Equation, filled, in_numbers, tree

from .. import laws
from ..rounding import rounding

STEPS = np.arange(150)
# A product is written as a product of the step so far, which no formula of finite length is.
WITHOUT = {*REACTING, *RECURSIVE, "multiplicative", "multiplicative, from zero"}


def close(found: object, schedule: Schedule) -> None:
    expected = schedule(STEPS)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-12, atol=1e-12 * expected.max())


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in WITHOUT])
def test_a_formula_run_as_python_is_the_schedule(name: str) -> None:
    assert EXAMPLES[name].closed_form() is not None
    laws.the_closed_form_is_the_schedule(EXAMPLES[name], len(STEPS))


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in WITHOUT])
def test_a_formula_run_over_arrays_is_the_schedule(name: str) -> None:
    code = printed(formula(EXAMPLES[name]), NUMPY, "t")
    lr = eval(f"lambda t: {code}", {"np": np, "math": math})  # noqa: S307 (what we wrote ourselves)
    with np.errstate(all="ignore"):
        close(np.broadcast_to(lr(STEPS.astype(float)), STEPS.shape), EXAMPLES[name])


@pytest.mark.parametrize("name", sorted(WITHOUT))
def test_what_no_finite_formula_gives_says_so(name: str) -> None:
    assert EXAMPLES[name].closed_form() is None


def written(schedule: Schedule) -> str:
    found = schedule.closed_form()
    assert found is not None
    return ast.unparse(found)


@pytest.mark.parametrize(
    ("schedule", "text"),
    [
        (make("cosine", lr=0.1, T_max=50.0), "0.05 * (1 + cos(pi * min(t, 50) / 50))"),
        (make("exponential", lr=0.1, gamma=0.95), "0.1 * 0.95 ** t"),
        (make("linear", lr=0.1, T_max=50.0), "0.1 * (1 - min(t, 50) / 50)"),
        (make("linear", lr=0.0, end_lr=0.1, T_max=50.0), "0.1 * (min(t, 50) / 50)"),
        (make("step", lr=0.1, step_size=100 / 3), "0.1 * 0.1 ** (t * 3 // 100)"),
        (make("warmup", schedule=make("constant", lr=0.1), steps=5), "0.1 * (t / 5) if t < 5 else 0.1"),
        (
            make("multistep", lr=0.3, milestones=[9, 4, 4], gamma=0.5),
            "0.3 if t < 4 else 0.075 if t < 9 else 0.0375",
        ),
    ],
)
def test_numbers_are_worked_out_and_what_changes_nothing_is_left_out(schedule: Schedule, text: str) -> None:
    assert written(schedule) == text


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("t * 1 + 0", "t"),
        ("0.1 + 0.2", "0.3"),
        ("0 - 0.29999999999999993", "-0.29999999999999993"),
        ("2 - -3 * t", "2 + 3 * t"),
        ("-(2 / t)", "-2 / t"),
        ("0.5 * (2 / t)", "1 / t"),
        ("1 - (1 - t)", "t"),
        ("t < 0 or t > 3", "t > 3"),
        ("not 1 < 2", "False"),
        ("1 < 2 and 2 < 3", "True"),
        ("max(0, exp(t))", "exp(t)"),
        ("max(0, t - 1)", "max(0, t - 1)"),
        ("9.0 ** 1e9", "9 ** 1000000000"),
        ("t % 2.5", "t * 2 % 5 / 2"),
        ("min(t, 9) <= 4", "t <= 4"),
        ("min(t, 9) <= 9", "min(t, 9) <= 9"),
    ],
)
def test_arithmetic_on_trees_keeps_the_value(text: str, shorter: str) -> None:
    assert ast.unparse(filled(text, {})) == shorter


def test_a_line_whose_parameter_is_not_given_or_that_divides_by_nothing_does_not_hold() -> None:
    lines = [Equation("lr(t)", "a * t"), Equation("lr(t)", "t / b"), Equation("lr(t)", "c")]
    found = in_numbers(lines, {"a": None, "b": 0, "c": 7})
    assert found is not None
    assert ast.unparse(found) == "7"
    assert in_numbers(lines[:2], {"a": None, "b": 0}) is None
    with pytest.raises(NotGivenError):
        filled("a + 1", {"a": None})


def test_a_step_is_never_negative_and_a_difference_may_be() -> None:
    assert never_negative(tree("sqrt(t) + min(t, 3) * t ** 2 // 5"))
    assert not never_negative(tree("t - 1"))


def test_a_ramp_from_0_never_falls_below_it_by_rounding() -> None:
    # What 0.1 + 0.2 and the like leave: shortened, half of it twice would be more than it.
    code = written(
        make("warmup", schedule=make("constant", lr=0.29999999999999993), steps=28, shape="cosine")
    )
    lr = eval(f"lambda t: {code}", {"cos": math.cos, "pi": math.pi})  # noqa: S307 (what we wrote ourselves)
    assert lr(0) == 0.0


@pytest.mark.parametrize("factor", ["math.sqrt(epoch) / 9", "1 / (1 + math.exp(-step / 5))"])
def test_a_formula_on_another_clock_is_written_in_the_run_s_step(factor: str) -> None:
    """``math.sqrt`` is no reason to leave what stands in it on the inner clock."""
    later = make(
        "sequence",
        parts=[make("constant", lr=0.1), make("lambda", lr=0.1, factor=factor, steps_per_epoch=3)],
        lengths=[4],
    )
    for each in (later, make("lambda", lr=0.1, factor=factor, steps_per_epoch=3)):
        assert "epoch" not in formula(each)
        assert "step" not in formula(each)
        laws.the_closed_form_is_the_schedule(each, 40)


def test_cycles_of_fractional_length_end_where_keras_ends_them() -> None:
    """Keras 3: PolynomialDecay(0.1, 0.57, cycle=True)(57) is 9.999999747378752e-05, 0.0001 in float32."""
    cycles = make("polynomial", lr=0.1, end_lr=1e-4, T_max=0.57, cycle=True)
    assert float(cycles(57)) == pytest.approx(1e-4)
    laws.the_closed_form_is_the_schedule(cycles, 150)


@pytest.mark.parametrize(("code", "least", "most"), [
    ("0.1 * 0.5 ** (t // 30)", 0, 1e-16),
    ("0.1 * math.cos(t / 100)", 0, 1e-16),
    # 33 is rounded to 3.6e-15, its 55th power of nearly 1 to 55 times a unit: nothing of the rest is large.
    ("33 - 32.996645 * (1 - t / 999999999) ** 55", 1e-14, 1e-12),
    # The cosine of 34,551 cannot be better than that number is known.
    ("0.01 + 0.0935 * (1 + math.cos(math.pi * t / 0.0010002))", 1e-13, 1e-11),
])  # fmt: skip
def test_a_formula_is_allowed_what_its_own_operations_round(code: str, least: float, most: float) -> None:
    assert least <= rounding(code, 11) <= most


def test_a_rounding_hides_no_other_formula() -> None:
    class Wrong(type(make("cosine", lr=0.1, T_max=100))):  # type: ignore[misc]
        def closed_form(self) -> ast.expr:
            return tree("0.1 * (1 - t / 100.0000001)")

    with pytest.raises(laws.LawBrokenError):
        laws.the_closed_form_is_the_schedule(Wrong(lr=0.1, T_max=100), 50)
