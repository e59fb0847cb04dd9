"""The recipes of docs/watch.md, each run in its framework: silent as planned, stopped where the plan is another."""

import re
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import lrplot

pytestmark = pytest.mark.live

PAGE = (Path(__file__).parents[1] / "docs" / "watch.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"<!-- recipe: (\w+) -->\n```python\n([\s\S]*?)```", PAGE))
UPDATES = 12


def planned(folder: Path, total: int) -> str:
    (folder / "plan.yaml").write_text(
        f"lr: 0.1\nsteps: {UPDATES}\nschedule: {{type: linear, T_max: {total}}}\n"
    )
    return str(folder / "plan.yaml")


def without_torchvision(patch: pytest.MonkeyPatch) -> None:
    """Lightning and Transformers import torchvision where it is installed, even one that does not fit torch."""

    def version(name: str) -> str:
        if name == "torchvision":
            raise metadata.PackageNotFoundError(name)
        return metadata.version(name)

    patch.setitem(sys.modules, "torchvision", None)
    patch.setattr("lightning_utilities.core.imports._version", version)
    for module in ("transformers.utils", "transformers.utils.import_utils"):
        patch.setattr(f"{module}.is_torchvision_available", lambda: False)


def recipe(name: str, **known: Any) -> dict[str, Any]:
    exec(RECIPES[name], known)  # noqa: S102 (our own page)
    return known


def pytorch(_plan: str) -> int:
    import torch

    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, UPDATES)
    loader = [torch.ones(3, 2)] * UPDATES
    known = recipe("PyTorch", model=model, optimizer=optimizer, scheduler=scheduler, loader=loader)
    return int(known["watch"].step)


def lightning(plan: str) -> int:
    import torch
    from lightning import LightningModule, Trainer

    class Model(LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.inner = torch.nn.Linear(2, 1)

        def training_step(self, batch: Any, _index: int) -> Any:
            return self.inner(batch).mean()

        def configure_optimizers(self) -> Any:
            optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, UPDATES)
            return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}

    callback = recipe("Lightning")["Watch"](plan)
    quiet: dict[str, Any] = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "accelerator": "cpu",
    }
    trainer = Trainer(max_steps=UPDATES, accumulate_grad_batches=2, callbacks=[callback], **quiet)
    trainer.fit(Model(), torch.utils.data.DataLoader(torch.ones(2 * UPDATES, 2)))
    return int(callback.watch.step)


def transformers(plan: str) -> int:
    import torch
    from transformers import Trainer, TrainingArguments

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = torch.nn.Linear(2, 1)

        def forward(self, x: Any) -> Any:
            return {"loss": self.inner(x).mean()}

    callback = recipe("Transformers")["Watch"](plan)
    arguments = TrainingArguments(
        str(Path(plan).parent),
        max_steps=UPDATES,
        learning_rate=0.1,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=2,
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
        save_strategy="no",
    )
    rows = [{"x": torch.ones(2)}] * (2 * UPDATES)
    Trainer(Model(), arguments, train_dataset=rows, callbacks=[callback]).train()  # type: ignore[arg-type]
    return int(callback.watch.step)


def keras(plan: str) -> int:
    import keras
    import numpy as np

    schedule = keras.optimizers.schedules.PolynomialDecay(0.1, UPDATES, end_learning_rate=0.0)
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(schedule), loss="mse")
    callback = recipe("Keras")["Watch"](plan)
    rows = np.ones((UPDATES // 2, 2))
    model.fit(rows, rows[:, :1], batch_size=1, epochs=2, verbose=0, callbacks=[callback])
    return int(callback.watch.step)


@pytest.mark.parametrize("train", [pytorch, lightning, transformers, keras])
def test_a_recipe_watches_every_update(
    train: Callable[[str], int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_torchvision(monkeypatch)
    monkeypatch.chdir(tmp_path)
    assert train(planned(tmp_path, UPDATES)) == UPDATES


@pytest.mark.parametrize("train", [pytorch, lightning, transformers, keras])
def test_a_recipe_stops_a_training_of_another_plan(
    train: Callable[[str], int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_torchvision(monkeypatch)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(lrplot.PartingError, match="at step 1"):
        train(planned(tmp_path, 2 * UPDATES))


def test_every_recipe_of_the_page_is_run() -> None:
    assert list(RECIPES) == ["PyTorch", "Lightning", "Transformers", "Keras"]
