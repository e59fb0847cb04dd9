"""Exported code, run as it stands, gives the curve. Run with: pytest -m live"""

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from examples import EXAMPLES, REACTING, RECURSIVE, make
from frameworks import running_mmengine
from frameworks.other_cases import timm_schedulers

from lrplot.errors import LrplotError
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
    if code.endswith("# the rate stays\n"):
        return np.full(STEPS, executed(code)["optimizer"].param_groups[0]["lr"])
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


def written_exactly(target: str) -> list[str]:
    """The examples that a target has an exact call for."""
    found = []
    for name in PURE:
        try:
            made = export(Run(name, EXAMPLES[name], STEPS), target)
        except LrplotError:
            continue
        if made.exact and "the rate stays" not in made.code:
            found.append(name)
    return found


@pytest.mark.parametrize("name", written_exactly("timm"))
def test_timm(name: str) -> None:
    schedule = EXAMPLES[name]
    timm_schedulers()
    close(stepped(export(Run(name, schedule, STEPS), "timm").code), schedule, STEPS, 1e-9)


@pytest.mark.parametrize("name", written_exactly("mmengine"))
def test_mmengine(name: str, tmp_path: Path) -> None:
    schedule = EXAMPLES[name]
    (tmp_path / "config.py").write_text(export(Run(name, schedule, STEPS), "mmengine").code)
    each = getattr(schedule, "steps_per_epoch", 5)
    rates = running_mmengine.run(tmp_path, "config.py", each)
    close(np.array(rates[:STEPS]), schedule, min(STEPS, len(rates)), 1e-9)


def warm(kind: str, **parameters: object) -> Schedule:
    return make("warmup", schedule=make(kind, lr=0.3, **parameters), steps=8)


@pytest.mark.parametrize(
    "schedule",
    [
        make("linear", lr=0.3, T_max=60.0),
        warm("linear", T_max=52.0),
        warm("linear", T_max=52.0, end_lr=0.01),
        warm("cosine", T_max=52.0),
        warm("cosine", T_max=52.0, eta_min=0.02),
        warm("polynomial", T_max=52.0, power=2.0, end_lr=0.01),
        warm("cosine_restarts", T_0=13.0, cycles=4),
        warm("constant"),
        warm("inverse_sqrt", timescale=20.0),
        make("wsd", lr=0.3, total_steps=60.0, decay_steps=20.0, min_lr=0.03),
    ],
    ids=lambda schedule: schedule.type,
)
def test_the_trainers_arguments(schedule: Schedule, monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``Trainer.create_scheduler`` makes a scheduler of them, which is stepped after each update."""
    import torch

    # Transformers imports torchvision where it is installed, even one that does not fit this torch.
    for module in ("transformers.utils", "transformers.utils.import_utils"):
        monkeypatch.setattr(f"{module}.is_torchvision_available", lambda: False)
    from transformers import get_scheduler

    made = export(Run("it", schedule, STEPS), "trainer")
    assert made.exact
    arguments = executed(made.code)["arguments"]
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=arguments.learning_rate)
    scheduler = get_scheduler(
        arguments.lr_scheduler_type,
        optimizer,
        num_warmup_steps=arguments.get_warmup_steps(arguments.max_steps),
        num_training_steps=arguments.max_steps,
        scheduler_specific_kwargs=arguments.lr_scheduler_kwargs,
    )
    rates = []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    close(np.array(rates), schedule, STEPS, 1e-9)


FACTORS = [
    "0.1 ** ((t >= 10) + (t >= 20))",
    "1 - (t >= 10)",
    "abs((t > 3) - 1)",
    "(not t) + (3 < t < 9 or t > 30)",
    "t % 3 or 0.5",
    "2 ** -t",
    "(2 if t < 9 else 1) ** -3",
    "0.5 ** (t // 7) * (t * 100000) * 100000 / 1e10",
]
"""What an array's own booleans and whole numbers of 32 bits make something else of."""


@pytest.mark.parametrize("factor", FACTORS)
def test_kerass_and_optaxs_arithmetic_is_pythons(factor: str) -> None:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import jax
    import jax.numpy as jnp
    import keras

    schedule = make("lambda", lr=0.3, factor=factor)
    optimizer = executed(export(Run("it", schedule, STEPS), "keras").code)["optimizer"]
    optimizer.build([keras.Variable(np.zeros(1, "float32"))])
    rates = []
    for step in range(STEPS):
        optimizer.iterations.assign(step)
        rates.append(float(optimizer.learning_rate))
    close(np.array(rates), schedule, STEPS, 4e-6)
    told = executed(export(Run("it", schedule, STEPS), "optax").code)["schedule"]
    # As Optax counts.
    counts = [jnp.asarray(step, jnp.int32) for step in range(STEPS)]
    close(np.array([float(jax.jit(told)(count)) for count in counts]), schedule, STEPS, 4e-6)


@pytest.mark.parametrize("factor", ["1 if t < 3 else 0", "t < 4", "2", "max(t, 0.5)"])
def test_keras_takes_whole_rates(factor: str) -> None:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    schedule = make("lambda", lr=1, factor=factor)
    names = executed(export(Run("it", schedule, STEPS, 1), "keras").code)
    callback = names["scheduler"]
    callback.set_model(type("Model", (), {"optimizer": names["optimizer"]})())
    rates = []
    for epoch in range(STEPS):
        callback.on_epoch_begin(epoch)
        rates.append(float(names["optimizer"].learning_rate))
    close(np.array(rates), schedule, STEPS, 4e-6)


@pytest.mark.parametrize(
    "schedule",
    [
        make("constant", lr=1),
        make("multistep", lr=1, milestones=[], gamma=0.5),
        make("piecewise", points=[(5, 1)]),
        make("multiplicative", lr=1, factor="2 if t < 12 else 1 if t < 15 else 4", from_zero=False),
    ],
    ids=lambda schedule: schedule.type,
)
@pytest.mark.parametrize("target", ["keras", "optax"])
def test_whole_numbers_stop_no_optimizer(schedule: Schedule, target: str) -> None:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import jax.numpy as jnp

    names = executed(export(Run("it", schedule, STEPS), target).code)
    if target == "optax":
        told = names["schedule"]
        rates = [float(told(jnp.asarray(step, jnp.int32))) for step in range(STEPS)]
        close(np.array(rates), schedule, STEPS, 4e-6)
    elif "scheduler" not in names:
        close(np.full(STEPS, float(names["optimizer"].learning_rate)), schedule, STEPS, 4e-6)
