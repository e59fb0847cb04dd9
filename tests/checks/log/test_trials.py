"""A trial knows the rates of a changed plan, whoever asked for which updates before."""

import numpy as np
import pytest

from lrplot.checks.log.plan import Plan
from lrplot.checks.log.trials import Trials
from lrplot.errors import LrplotError
from tests.checks.log.injection import planned

GRID = (0.0, 0.5, 3.0, 1001.0)
ASKED = (np.arange(0, 1000, 90), np.arange(1, 1000, 90), np.array([999, -3, 40, 40]), np.arange(960, 1020))


@pytest.mark.parametrize("name", ["linear", "multistep", "onecycle"])
def test_the_rates_of_a_trial_are_those_of_the_changed_plan(name: str) -> None:
    trials = Trials(planned(name))
    plan = Plan.of(trials.run)
    for trial in (*trials.single, *trials.linked, *trials.entries, *trials.warmup):
        for u in ASKED:
            for value, rates in zip(GRID, trial.rates(GRID, u), strict=True):
                try:
                    expected = plan.with_schedule(trial.move.make(value)).rates(u)
                except LrplotError:
                    expected = np.full(u.shape, np.nan)
                np.testing.assert_array_equal(rates, expected)
