"""Resumed schedulers against the installed PyTorch. pytest -m live"""

import numpy as np
import pytest
from frameworks.resumed_cases import CASES, script
from frameworks.test_groups_live import trained

from lrplot.sources.reference import load

pytestmark = pytest.mark.live

STEPS = 24


@pytest.mark.parametrize(("entries", "lr", "call", "rates"), CASES, ids=[f"{c[2]} {c[1]}" for c in CASES])
def test_the_stored_rates_are_pytorchs_and_so_are_all_behind_them(
    entries: str, lr: float, call: str, rates: tuple[float, ...]
) -> None:
    steps = 8 if "OneCycleLR" in call else STEPS
    text = script(entries, lr, call, steps)
    (truth,) = trained(text)
    assert truth[: len(rates)] == pytest.approx(rates, rel=1e-9, abs=1e-15)
    (run,) = load(text)
    assert np.abs(run.schedule.table(steps) - truth).max() <= 1e-10 * max(truth)
