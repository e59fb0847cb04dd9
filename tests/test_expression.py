import numpy as np
import pytest

from lrplot.errors import ExpressionError
from lrplot.expression import Expression

T = np.arange(6.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t", [0, 1, 2, 3, 4, 5]),
        ("-t + 2 * step", [0, 1, 2, 3, 4, 5]),
        ("epoch", [0, 0.5, 1, 1.5, 2, 2.5]),
        ("t // 2 + t % 2", [0, 1, 1, 2, 2, 3]),
        ("2 ** -t", [1, 0.5, 0.25, 0.125, 0.0625, 0.03125]),
        ("1 < t <= 4", [0, 0, 1, 1, 1, 0]),
        ("1 if t < 2 else 0.5 if t < 4 else 0.25", [1, 1, 0.5, 0.5, 0.25, 0.25]),
        ("t > 1 and t < 4 or t == 0", [1, 0, 1, 1, 0, 0]),
        ("not (t > 1)", [1, 1, 0, 0, 0, 0]),
        ("t and 7", [0, 7, 7, 7, 7, 7]),
        ("min(t, 3, 2 + t)", [0, 1, 2, 3, 3, 3]),
        ("math.floor(t / 2) + max(0, 0)", [0, 0, 1, 1, 2, 2]),
        ("where(t < 3, 0.25, abs(-4))", [0.25, 0.25, 0.25, 4, 4, 4]),
        ("sqrt(4) + ceil(0.5)", [3] * 6),
        ("(1 +\n 2)", [3] * 6),
    ],
)
def test_arithmetic_means_what_it_means_in_python(text: str, expected: list[float]) -> None:
    np.testing.assert_array_equal(Expression(text)(T, steps_per_epoch=2), expected)


def test_pi_cos_exp_log_sin_are_the_functions() -> None:
    value = Expression("math.cos(pi) + exp(0.5) + log(3) + sin(1) + math.pi")(T)
    assert value[0] == pytest.approx(np.cos(np.pi) + np.exp(0.5) + np.log(3) + np.sin(1) + np.pi)


@pytest.mark.parametrize(
    ("text", "said", "start"),
    [
        ("__import__('os').system('true')", "this (Attribute)|only math.NAME", 0),
        ("1 + foo(t)", "unknown function 'foo'; did you mean 'floor'?", 4),
        ("stpe * 2", "unknown name 'stpe'; did you mean 'step'?", 0),
        ("t.real", "only math.NAME", 0),
        ("t[0]", "indexing is not allowed", 0),
        ("[t for t in t]", "is not allowed", 0),
        ("lambda: 1", "a lambda is not allowed", 0),
        ("(t := 3)", "an assignment is not allowed", 1),
        ("'a' * 3", "'a' is not a number", 0),
        ("True", "True is not a number", 0),
        ("1j", "1j is not a number", 0),
        ("t @ t", "is not arithmetic", 0),
        ("t is t", "only < <=", 0),
        ("~t", "is not arithmetic", 0),
        ("min(t)", "takes at least 2 argument(s), got 1", 0),
        ("sqrt(t, 2)", "takes 1 argument(s), got 2", 0),
        ("exp(*t)", "plain arguments only", 0),
        ("exp(x=t)", "plain arguments only", 0),
        ("", "not an expression", 0),
        ("1 +", "not an expression", 0),
        ("t = 3", "not an expression", 0),
        ("import os", "not an expression", 0),
        ("\x00", "not an expression", 0),
        ("(" * 10_000, "brackets inside each other", 50),
        ("-" * 5_000 + "t", "", 0),
        ("1" * 20_000, "at most 10000", 0),
        ("9" * 400, "too large for float64", 0),
        ("9" * 5_000, "", 0),
    ],
)
def test_anything_else_is_refused_with_its_place(text: str, said: str, start: int) -> None:
    with pytest.raises(ExpressionError) as refused:
        Expression(text)
    assert any(part in str(refused.value) for part in said.split("|"))
    assert refused.value.start >= start


def test_huge_powers_end_as_infinity_and_not_as_a_hang() -> None:
    assert np.isinf(Expression("9**9**9**9")(T)).all()


@pytest.mark.parametrize(
    "divisor", ["1", "3", "7", "1000", "1048577", "4503599627370496", "2.5", "-3", "0.1"]
)
def test_division_and_remainder_are_pythons_to_the_last_bit(divisor: str) -> None:
    by, rng = float(divisor), np.random.default_rng(1)
    near = np.floor(rng.random(60) * 1000) * by
    drawn = rng.random(60) * 10.0 ** rng.integers(-300, 15, 60)
    t = np.concatenate([near, near - 1, near + 1, -near, drawn, -drawn, [0.0, -0.0, 2.0**53, -1e-300, 1e300]])
    for operator, python in (("//", float.__floordiv__), ("%", float.__mod__)):
        found = Expression(f"t {operator} ({divisor})")(t).tolist()
        # repr tells 0.0 from -0.0.
        assert [*map(repr, found)] == [repr(python(each, by)) for each in t.tolist()]


def test_the_remainder_of_what_is_no_number_is_none() -> None:
    for operator in ("//", "%"):
        found = Expression(f"t {operator} 3")(np.array([1.0, np.nan, np.inf, 7.0]))
        assert np.isnan(found[1:3]).all()
        assert found[[0, 3]].tolist() == ([0, 2] if operator == "//" else [1, 1])
