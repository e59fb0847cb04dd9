"""Exported code, run as it stands, gives the curve. Run with: pytest -m live"""

import os
import warnings
from typing import Any

import numpy as np
import pytest
from examples import EXAMPLES, REACTING, RECURSIVE

from lrplot.exports.code import export
from lrplot.run import Run
from lrplot.schedules.base import Schedule

pytestmark = pytest.mark.live

STEPS = 60
PURE = [name for name in EXAMPLES if name not in (*REACTING, *RECURSIVE)]


def executed(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(code, names)  # noqa: S102 (our own exporter's code)
    return names


def stepped(code: str) -> np.ndarray:
    """The rate at each of the optimizer's updates, while the script itself runs."""
    assert "optimizer.step()" in code
    recorded = code.replace(
        "optimizer.step()", "seen.append(optimizer.param_groups[0]['lr']); optimizer.step()"
    )
    return np.array(executed("seen = []\n" + recorded)["seen"], dtype=float)


def per_epoch(schedule: Schedule) -> tuple[Schedule, int]:
    if schedule.type == "epochwise":
        return schedule.schedule, -(-STEPS // schedule.steps_per_epoch)  # type: ignore[attr-defined]
    return schedule, STEPS


def close(rates: np.ndarray, schedule: Schedule, steps: int, share: float) -> None:
    expected = schedule.table(steps)
    assert np.abs(rates[:steps] - expected).max() <= share * expected.max()


@pytest.mark.parametrize("target", ["pytorch", "transformers"])
@pytest.mark.parametrize("name", PURE)
def test_pytorch_and_transformers(name: str, target: str) -> None:
    schedule = EXAMPLES[name]
    close(stepped(export(Run(name, schedule, STEPS), target).code), schedule, STEPS, 1e-9)


@pytest.mark.parametrize("name", PURE)
def test_keras(name: str) -> None:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    schedule = EXAMPLES[name]
    names = executed(export(Run(name, schedule, STEPS), "keras").code)
    inner, steps = per_epoch(schedule)
    if "scheduler" in names:
        told = names["scheduler"].schedule
        rates, current = [], float(names["optimizer"].learning_rate) if "optimizer" in names else 0.0
        for epoch in range(steps):
            try:
                current = float(told(epoch, current))
            except TypeError:
                current = float(told(epoch))
            rates.append(current)
    elif "schedule" in names:
        rates = [float(names["schedule"](step)) for step in range(steps)]
    else:
        rates = [float(names["optimizer"].learning_rate)] * steps
    close(np.array(rates), inner, steps, 4e-6)


@pytest.mark.parametrize("name", PURE)
def test_optax(name: str) -> None:
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    schedule = EXAMPLES[name]
    told = executed(export(Run(name, schedule, STEPS), "optax").code)["schedule"]
    rates = np.array([float(told(jnp.asarray(step))) for step in range(STEPS)])
    close(rates, schedule, STEPS, 1e-9)
