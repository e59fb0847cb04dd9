"""The least of functions whose least is known, and the misses of columns against NumPy's least squares."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from lrplot.identification.rows import Rows
from lrplot.identification.search import least
from lrplot.identification.solving import least_squares, minimax, squared

GRID = (0.0, 1.0, 2.0, 5.0, 9.0)


@pytest.mark.parametrize(
    ("miss", "at", "near"),
    [
        (lambda x: (x - 3.3) ** 2, 3.3, 1e-7),
        (lambda x: abs(x - 2.7), 2.7, 1e-10),
        (lambda x: 1e20 * (math.sqrt(x) - 1.9) ** 2, 3.61, 1e-7),
        (lambda x: (x - 3.3) ** 4, 3.3, 1e-3),
        (lambda x: x, 0.0, 1e-10),
        (lambda x: -x, 9.0, 1e-9),
        (lambda x: math.inf if x < 2.5 else x, 2.5, 1e-9),
    ],
)
def test_the_least_is_found_wherever_it_lies(miss: Callable[[float], float], at: float, near: float) -> None:
    assert least(miss, GRID) == pytest.approx(at, abs=near)


def test_what_need_only_be_near_is_found_in_fewer_tries() -> None:
    def tries(within: float) -> int:
        tried: list[float] = []
        found = least(lambda x: (tried.append(x), abs(x - 2.7))[1], GRID, within=within)  # type: ignore[func-returns-value]
        assert found == pytest.approx(2.7, abs=within or 1e-10)
        return len(tried)

    assert tries(0.1) < tries(0.0)


def test_the_misses_of_columns_are_those_of_least_squares() -> None:
    rng = np.random.default_rng(0)
    u = np.arange(40.0)
    rows = Rows(u, 0.1 + rng.random(40), np.full(40, 1e-3))
    for columns in ([np.ones(40)], [np.ones(40), u], [np.ones(40), u, np.cos(u)], [u, 2 * u], [0 * u, u]):
        matrix = np.stack(columns, axis=1)
        factors, _ = least_squares(matrix, rows)
        expected = (((matrix @ factors - rows.y) / rows.half) ** 2).sum()
        assert squared(columns, rows) == pytest.approx(expected, rel=1e-9)
    angles = u / np.array([[3.0], [5.0]])
    both = squared([1.0, np.cos(angles)], rows)
    assert both.tolist() == [float(squared([1.0, np.cos(angle)], rows)) for angle in angles]
    assert squared([np.full(40, np.nan)], rows) == np.inf


def test_the_least_worst_miss_is_not_sought_below_what_can_be() -> None:
    """Of 0, 1 and 0 a constant misses one by a half at least."""
    rows = Rows(np.arange(3.0), np.array([0.0, 1.0, 0.0]), np.ones(3))
    column = np.ones((3, 1))
    (level,), worst = minimax(column, rows)
    assert (level, worst) == (pytest.approx(0.5, abs=0.02), pytest.approx(0.5, abs=0.02))
    assert minimax(column, rows, 0.5)[1] == worst
    assert minimax(column, rows, 0.4)[1] > worst
