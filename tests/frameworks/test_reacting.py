"""Schedules that react to a metric against figures stored from the frameworks by regenerate.py."""

import json
from pathlib import Path

import numpy as np
import pytest
from frameworks.reacting_cases import CASES, native

FIGURES = json.loads((Path(__file__).parent / "reacting.json").read_text())["figures"]


def test_the_stored_figures_are_those_of_the_cases() -> None:
    assert {name: figure["parameters"] for name, figure in FIGURES.items()} == {
        name: parameters for name, (_, parameters, _) in CASES.items()
    }


@pytest.mark.parametrize("name", CASES)
def test_the_rates_are_the_frameworks(name: str) -> None:
    expected = FIGURES[name]["rates"]
    schedule = native(*CASES[name])
    np.testing.assert_allclose(schedule(np.arange(len(expected))), expected, rtol=1e-12)
    assert len(expected) == len(CASES[name][2]) + (not name.startswith("optax"))
