"""What `lrplot resume` draws, against frameworks beside PyTorch's own schedulers that save and load their states."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import lrplot
from frameworks.other_cases import timm_schedulers
from test_watching_live import without_torchvision

# A warning of Lightning would be made again where the results are gathered, with torchvision in the way.
pytestmark = [pytest.mark.live, pytest.mark.filterwarnings("ignore")]

LR, AT, TOTAL, LONGER = 0.1, 30, 80, 120
OLD, NEW, LOST = "state kept", "changed, on the plan's clock", "state lost"


def resumed(call: str, *arguments: str) -> dict[str, list[float]]:
    """The curves that are drawn, by label; one that is the plan's own is not drawn twice."""
    done = lrplot("resume", call, "--at", str(AT), *arguments, "-f", "json", cwd=Path.cwd())
    assert done.returncode == 0, done.stderr
    curves = {each["label"]: each["lr"] for each in json.loads(done.stdout)["curves"]}
    return {OLD: curves["as planned"], **curves}


def torch_optimizer() -> Any:
    import torch

    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR)


class Stepped:
    """A scheduler over an optimizer of PyTorch, stepped after each update."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self.optimizer = torch_optimizer()
        self.scheduler = make(self.optimizer)

    def run(self, updates: int) -> list[float]:
        rates = []
        for _ in range(updates):
            rates.append(float(self.optimizer.param_groups[0]["lr"]))
            self.optimizer.step()
            self.scheduler.step()
        return rates

    def load(self, other: "Stepped") -> None:
        self.optimizer.load_state_dict(copy.deepcopy(other.optimizer.state_dict()))
        self.scheduler.load_state_dict(copy.deepcopy(other.scheduler.state_dict()))


def test_mmengine_loads_the_old_numbers() -> None:
    from mmengine.optim import CosineAnnealingLR

    saved = Stepped(lambda optimizer: CosineAnnealingLR(optimizer, T_max=TOTAL))
    before = saved.run(AT)
    after = Stepped(lambda optimizer: CosineAnnealingLR(optimizer, T_max=LONGER))
    after.load(saved)
    call = f"mmengine.optim.CosineAnnealingLR(optimizer, T_max={TOTAL})"
    drawn = resumed(call, "--lr", str(LR), "--steps", str(TOTAL), "--set", f"T_max={LONGER}")
    assert drawn[OLD] == pytest.approx(before + after.run(TOTAL - AT), abs=1e-12)


def test_ignite_loads_the_old_numbers() -> None:
    from ignite.handlers import CosineAnnealingScheduler

    def made(cycle: int) -> tuple[Any, Any]:
        optimizer = torch_optimizer()
        return optimizer, CosineAnnealingScheduler(optimizer, "lr", LR, 0.01, cycle)

    def run(optimizer: Any, scheduler: Any, updates: int) -> list[float]:
        rates = []
        for _ in range(updates):
            scheduler(None)  # as an engine calls it when an iteration starts
            rates.append(float(optimizer.param_groups[0]["lr"]))
        return rates

    saved = made(TOTAL)
    before = run(*saved, AT)
    after = made(LONGER)
    after[1].load_state_dict(saved[1].state_dict())
    call = f'CosineAnnealingScheduler(optimizer, "lr", {LR}, 0.01, {TOTAL})'
    drawn = resumed(call, "--steps", str(TOTAL), "--set", f"T_0={LONGER / 2}")
    assert drawn[OLD] == pytest.approx(before + run(*after, TOTAL - AT), abs=1e-12)


def test_timm_steps_a_new_scheduler_to_the_epoch() -> None:
    made = timm_schedulers().CosineLRScheduler

    def trained(optimizer: Any, total: int, first: int, last: int) -> list[float]:
        scheduler = made(optimizer, t_initial=total)
        if first:  # as train.py does
            scheduler.step(first)
        rates = []
        for epoch in range(first, last):
            rates.append(float(optimizer.param_groups[0]["lr"]))
            scheduler.step(epoch + 1)
        return rates

    optimizer = torch_optimizer()
    before = trained(optimizer, TOTAL, 0, AT)
    again = torch_optimizer()
    again.load_state_dict(optimizer.state_dict())
    call = f"timm.scheduler.CosineLRScheduler(optimizer, t_initial={TOTAL})"
    drawn = resumed(call, "--lr", str(LR), "--steps", "100", "--set", f"T_max={LONGER}")
    assert drawn[NEW] == pytest.approx(before + trained(again, LONGER, AT, 100), abs=1e-12)


def test_optax_takes_new_numbers_at_its_saved_count() -> None:
    import jax.numpy as jnp
    import optax

    def trained(total: int, state: Any, updates: int) -> tuple[list[float], Any]:
        made = optax.inject_hyperparams(optax.sgd)(learning_rate=optax.cosine_decay_schedule(LR, total))
        state = made.init(jnp.zeros(1)) if state is None else state
        rates = []
        for _ in range(updates):
            _, state = made.update(jnp.zeros(1), state)
            rates.append(float(state.hyperparams["learning_rate"]))
        return rates, state

    before, state = trained(TOTAL, None, AT)
    drawn = resumed(
        f"optax.cosine_decay_schedule({LR}, {TOTAL})", "--steps", "100", "--set", f"T_max={LONGER}"
    )
    assert drawn[NEW] == pytest.approx(before + trained(LONGER, state, 100 - AT)[0], rel=1e-5, abs=1e-7)
    assert drawn[LOST] == pytest.approx(before + trained(LONGER, None, 100 - AT)[0], rel=1e-5, abs=1e-7)


def test_keras_loads_the_old_schedule_and_counts_on(tmp_path: Path) -> None:
    import keras

    class Used(keras.callbacks.Callback):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.rates: list[float] = []

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
            self.rates.append(float(self.model.optimizer.learning_rate))

    def trained(model: Any, updates: int) -> list[float]:
        used = Used()
        model.fit(np.ones((updates, 2)), np.ones(updates), batch_size=1, verbose=0, callbacks=[used])
        return used.rates

    def compiled(model: Any, total: int) -> Any:
        rate = keras.optimizers.schedules.CosineDecay(LR, total)
        model.compile(keras.optimizers.SGD(rate), "mse")
        return model

    model = compiled(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), TOTAL)
    before = trained(model, AT)
    model.save(tmp_path / "saved.keras")
    call = f"keras.optimizers.schedules.CosineDecay({LR}, {TOTAL})"
    drawn = resumed(call, "--steps", str(TOTAL), "--set", f"T_max={LONGER}")
    loaded = keras.saving.load_model(tmp_path / "saved.keras")
    assert drawn[OLD] == pytest.approx(before + trained(loaded, TOTAL - AT), rel=1e-5, abs=1e-7)
    new = compiled(keras.saving.load_model(tmp_path / "saved.keras"), LONGER)
    assert drawn[LOST] == pytest.approx(before + trained(new, TOTAL - AT), rel=1e-5, abs=1e-7)
    counted = compiled(keras.saving.load_model(tmp_path / "saved.keras"), LONGER)
    counted.optimizer.iterations.assign(AT)
    assert drawn[NEW] == pytest.approx(before + trained(counted, TOTAL - AT), rel=1e-5, abs=1e-7)


def test_lightning_loads_pytorchs_old_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_torchvision(monkeypatch)
    import lightning
    import torch

    class Module(lightning.LightningModule):  # type: ignore[misc]
        def __init__(self, total: int) -> None:
            super().__init__()
            self.inner, self.total = torch.nn.Linear(2, 1), total
            self.rates: list[float] = []

        def training_step(self, batch: Any, _: int) -> Any:
            self.rates.append(float(self.trainer.optimizers[0].param_groups[0]["lr"]))
            return self.inner(batch).mean()

        def configure_optimizers(self) -> Any:
            optimizer = torch.optim.SGD(self.parameters(), lr=LR)
            made = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.total)
            return {"optimizer": optimizer, "lr_scheduler": {"scheduler": made, "interval": "step"}}

    def trained(total: int, steps: int, checkpoint: Path | None = None) -> list[float]:
        quiet: dict[str, Any] = dict.fromkeys(
            ("logger", "enable_progress_bar", "enable_model_summary"), False
        )
        trainer = lightning.Trainer(
            max_steps=steps, accelerator="cpu", default_root_dir=tmp_path, enable_checkpointing=False, **quiet
        )
        module = Module(total)
        batches = torch.utils.data.DataLoader(torch.ones(200, 2), batch_size=1)  # type: ignore[arg-type]
        trainer.fit(module, batches, ckpt_path=checkpoint)
        trainer.save_checkpoint(tmp_path / "last.ckpt")
        return module.rates

    before = trained(TOTAL, AT)
    call = f"CosineAnnealingLR(optimizer, T_max={TOTAL})"
    drawn = resumed(call, "--lr", str(LR), "--steps", str(TOTAL), "--set", f"T_max={LONGER}")
    assert drawn[OLD] == pytest.approx(before + trained(LONGER, TOTAL, tmp_path / "last.ckpt"), abs=1e-12)


def test_accelerate_loads_pytorchs_old_numbers(tmp_path: Path) -> None:
    import torch
    from accelerate import Accelerator

    def trained(total: int, first: int, last: int) -> list[float]:
        accelerator = Accelerator(cpu=True)
        optimizer = torch_optimizer()
        made = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, total)
        optimizer, scheduler = accelerator.prepare(optimizer, made)
        if first:
            accelerator.load_state(str(tmp_path))
        rates = []
        for _ in range(first, last):
            rates.append(float(optimizer.param_groups[0]["lr"]))
            optimizer.step()
            scheduler.step()
        accelerator.save_state(str(tmp_path))
        return rates

    before = trained(TOTAL, 0, AT)
    call = f"CosineAnnealingLR(optimizer, T_max={TOTAL})"
    drawn = resumed(call, "--lr", str(LR), "--steps", str(TOTAL), "--set", f"T_max={LONGER}")
    assert drawn[OLD] == pytest.approx(before + trained(LONGER, AT, TOTAL), abs=1e-12)


def test_a_plateau_that_has_lost_its_state_sees_the_metrics_from_there_on(tmp_path: Path) -> None:
    import torch

    metrics = [1 / (1 + t // 8) for t in range(TOTAL)]

    def trained(first: int, last: int) -> list[float]:
        optimizer = torch_optimizer()
        made = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=2, factor=0.5)
        rates = []
        for step in range(first, last):
            rates.append(float(optimizer.param_groups[0]["lr"]))
            made.step(metrics[step])
        return rates

    (tmp_path / "metrics.csv").write_text("\n".join(["loss", *map(repr, metrics)]) + "\n")
    call = "ReduceLROnPlateau(optimizer, patience=2, factor=0.5)"
    given = ["--metrics", f"{tmp_path / 'metrics.csv'}#loss", "--lr", str(LR), "--steps", str(TOTAL)]
    assert resumed(call, *given)[LOST] == pytest.approx(trained(0, AT) + trained(AT, TOTAL))
