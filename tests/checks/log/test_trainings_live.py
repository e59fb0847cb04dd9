"""Real trainings: the log they wrote, held against the plan in their own configuration. Run with: pytest -m live"""

import io
import json
import sys
import warnings
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from lrplot.checks.log import verify
from lrplot.document.overrides import Overrides
from lrplot.records.reading import read_log
from lrplot.sources.reference import load

pytestmark = pytest.mark.live

TRANSFORMERS = {
    "learning_rate": 1e-3,
    "lr_scheduler_type": "cosine",
    "warmup_steps": 3,
    "num_train_epochs": 3,
    "per_device_train_batch_size": 4,
    "gradient_accumulation_steps": 2,
    "logging_steps": 1,
    "output_dir": "out",
    "report_to": "none",
    "save_strategy": "no",
    "disable_tqdm": True,
    "use_cpu": True,
}
MMENGINE = """
optim_wrapper = dict(optimizer=dict(type="SGD", lr=0.1))
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, begin=0, end=5, by_epoch=False),
    dict(type="CosineAnnealingLR", T_max=15, begin=5, end=20, by_epoch=False),
]
train_cfg = dict(type="IterBasedTrainLoop", max_iters=20)
"""
LOOP = """
import csv
import torch

model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
with open("log.csv", "w") as stream:
    rows = csv.writer(stream)
    rows.writerow(["step", "lr"])
    step = 0
    for epoch in range(6):
        for batch in range(5):
            optimizer.zero_grad()
            model(torch.ones(1)).sum().backward()
            optimizer.step()
            rows.writerow([step, scheduler.get_last_lr()[0]])
            step += 1
        scheduler.step()
"""
KERAS = """
import keras
import numpy as np

model = keras.Sequential([keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.1), loss="mse")
halved = keras.callbacks.LearningRateScheduler(lambda epoch, lr: 0.1 * 0.5 ** (epoch // 2))
written = keras.callbacks.CSVLogger("log.csv")
model.fit(np.ones((20, 1)), np.ones((20, 1)), batch_size=4, epochs=6, callbacks=[halved, written], verbose=0)
"""


def is_as_planned(plan: str, log: str, **settings: Any) -> bool:
    (run,) = load(plan, Overrides(**settings))
    verdicts = verify(run, read_log(log, Path()))
    return all(verdict.as_planned for verdict in verdicts)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    # Transformers imports torchvision where it is installed, even one that does not fit this torch.
    monkeypatch.setitem(sys.modules, "torchvision", None)
    return tmp_path


def test_transformers_state_is_as_its_arguments_plan(here: Path) -> None:
    import torch
    from transformers import Trainer, TrainingArguments, logging

    logging.set_verbosity_error()

    class Tiny(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(1))

        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"loss": (self.weight * x).mean()}

    (here / "train.json").write_text(json.dumps(TRANSFORMERS))
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        trainer = Trainer(
            Tiny(), TrainingArguments(**TRANSFORMERS), train_dataset=[{"x": torch.ones(1)}] * 50
        )
        trainer.train()
    trainer.state.save_to_json("trainer_state.json")
    assert is_as_planned("train.json", "trainer_state.json", facts={"examples": 50})
    # As many examples more make other totals: the same log is not as planned.
    assert not is_as_planned("train.json", "trainer_state.json", facts={"examples": 100})


def test_mmengines_scalars_are_as_its_config_plans(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    cv2 = ModuleType("cv2")
    cv2.setNumThreads = lambda _: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cv2", cv2)
    from mmengine.config import Config
    from mmengine.model import BaseModel
    from mmengine.runner import Runner, loops

    monkeypatch.setattr(loops, "time", SimpleNamespace(sleep=lambda _: None))

    class Tiny(BaseModel):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(1))

        def forward(self, *inputs: Any, mode: str = "tensor") -> Any:  # noqa: ARG002
            return {"loss": (self.weight * 1.0).sum()}

    class Quiet(Runner):
        def _log_env(self, env_cfg: Any) -> None:
            """It would import whatever vision library is there."""

    (here / "config.py").write_text(MMENGINE)
    config = Config.fromfile("config.py")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Quiet(
            model=Tiny(),
            work_dir="work",
            train_dataloader={
                "batch_size": 2,
                "sampler": {"type": "DefaultSampler", "shuffle": False},
                "dataset": [torch.ones(1)] * 12,
            },
            default_hooks={"checkpoint": None, "logger": {"type": "LoggerHook", "interval": 2}},
            log_processor={"by_epoch": False},
            log_level="ERROR",
            experiment_name="log of rates",
            **{name: config[name] for name in ("optim_wrapper", "param_scheduler", "train_cfg")},
        ).train()
    (scalars,) = here.glob("work/*/vis_data/scalars.json")
    assert is_as_planned("config.py", str(scalars))


def test_a_loop_of_pytorch_and_the_csv_it_wrote_agree(here: Path) -> None:
    (here / "train.py").write_text(LOOP)
    exec(compile(LOOP, "train.py", "exec"), {"__name__": "__main__"})  # noqa: S102 (a training of our own)
    assert is_as_planned("train.py", "log.csv")


def test_keras_csv_of_epochs_is_as_its_callback_plans(here: Path) -> None:
    (here / "train.py").write_text(KERAS)
    exec(compile(KERAS, "train.py", "exec"), {"__name__": "__main__"})  # noqa: S102 (a training of our own)
    assert is_as_planned("train.py", "log.csv")
