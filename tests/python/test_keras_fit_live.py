"""Keras itself trains with the rates that are written by hand in ``keras_fits``."""

import json
import os
import subprocess
import sys

import pytest

from .keras_fits import CASES, Case

pytestmark = pytest.mark.live

_RECORDER = """
import json, sys
from keras.src.optimizers.base_optimizer import BaseOptimizer

rates, own = [], BaseOptimizer._backend_apply_gradients


def recorded(self, grads, variables):
    if (int(self._iterations) + 1) % (self.gradient_accumulation_steps or 1) == 0:
        rates.append(float(self.learning_rate))
    return own(self, grads, variables)


BaseOptimizer._backend_apply_gradients = recorded
found = []
for text in json.load(sys.stdin):
    rates.clear()
    exec(text, {})
    found.append(list(rates))
print("\\n" + json.dumps(found))
"""


@pytest.fixture(scope="module")
def trained() -> dict[str, list[float]]:
    """The rates of each update of each case."""
    environment = {**os.environ, "KERAS_BACKEND": "torch"}
    done = subprocess.run(
        [sys.executable, "-c", _RECORDER],
        input=json.dumps([case.whole for case in CASES]),
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=True,
    )
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return dict(zip([case.name for case in CASES], found, strict=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_keras_trains_with_these_rates(case: Case, trained: dict[str, list[float]]) -> None:
    assert trained[case.name] == pytest.approx(case.rates, rel=1e-6)
