"""Calls read as text against figures stored from the real frameworks by regenerate.py."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from frameworks.other_cases import CASES as OTHERS
from frameworks.reading import agree
from frameworks.text_cases import CASES

FIGURES = json.loads((Path(__file__).parent / "calls.json").read_text())
# Keras computes in float32.
SHARE = {"keras": 2e-6}


def test_the_stored_figures_are_those_of_the_cases() -> None:
    calls = [call for group in CASES.values() for call in group] + [call for call, _, _ in OTHERS.values()]
    assert [figure["call"] for figure in FIGURES] == calls


@pytest.mark.parametrize(
    "figure", FIGURES, ids=lambda figure: f"{figure['framework']}: {figure['call'][:60]}"
)
def test_a_call_draws_what_its_framework_does(figure: dict[str, Any]) -> None:
    share = SHARE.get(figure["framework"].partition(" ")[0], 1e-9)
    agree(figure["call"], np.array(figure["rates"]), share, figure["lr"])
