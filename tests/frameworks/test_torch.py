"""Native schedules against figures stored from the real PyTorch by regenerate.py."""

import json
from pathlib import Path

import numpy as np
import pytest
from frameworks.cases import CASES, Case

FIGURES = json.loads((Path(__file__).parent / "torch.json").read_text())["figures"]


def test_the_stored_figures_are_those_of_the_cases() -> None:
    assert {name: figure["call"] for name, figure in FIGURES.items()} == {n: c.call for n, c in CASES.items()}


@pytest.mark.parametrize(("name", "case"), CASES.items(), ids=CASES.keys())
def test_the_curve_is_pytorchs(name: str, case: Case) -> None:
    schedule, figure = case.native(), FIGURES[name]
    rates, expected = schedule.table(case.steps), np.array(figure["lr"])
    assert np.abs(rates - expected).max() <= 1e-10 * expected.max()
    if case.closed:
        np.testing.assert_allclose(rates, expected, rtol=1e-10, atol=1e-16)
    if "momentum" in figure:
        assert schedule.momentum is not None
        np.testing.assert_allclose(schedule.momentum.table(case.steps), figure["momentum"], rtol=1e-10)
