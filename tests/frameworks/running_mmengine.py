"""MMEngine's real Runner on a config, and the rate it has at each update of the optimizer."""

import sys
import tempfile
import warnings
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

EXAMPLES_A_STEP = 2
_KEYS = {"param_scheduler", "train_cfg", "optim_wrapper", "auto_scale_lr"}


def run(folder: Path, name: str, steps_per_epoch: int) -> list[float]:
    """The rates of a config file, trained on a model of one number with so many steps in an epoch."""
    return run_examples(folder / name, EXAMPLES_A_STEP * steps_per_epoch)


def run_examples(path: Path, examples: int) -> list[float]:
    """The rates of a config file, trained on so many examples in the batches of its own loader, if any."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _run(path, examples)


def _run(path: Path, examples: int) -> list[float]:
    import torch

    # mmengine-lite comes without OpenCV, which its hooks import and this run does not use.
    cv2 = ModuleType("cv2")
    cv2.setNumThreads = lambda _: None  # type: ignore[attr-defined]
    sys.modules.setdefault("cv2", cv2)
    from mmengine.config import Config
    from mmengine.model import BaseModel
    from mmengine.runner import Runner, loops

    # An IterBasedTrainLoop rests two seconds at each end of the data.
    loops.time = SimpleNamespace(sleep=lambda _: None)

    class Tiny(BaseModel):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(1))

        def forward(self, *inputs: Any, mode: str = "tensor") -> Any:  # noqa: ARG002
            return {"loss": (self.weight * 1.0).sum()}

    class Quiet(Runner):
        def _log_env(self, env_cfg: Any) -> None:
            """It would import whatever vision library is there."""

    rates: list[float] = []

    def seen(optimizer: torch.optim.Optimizer, *_: Any) -> None:
        rates.append(float(optimizer.param_groups[0]["lr"]))

    with tempfile.TemporaryDirectory() as work:
        config = Config.fromfile(str(path))
        runner = Quiet(
            model=Tiny(),
            work_dir=work,
            train_dataloader={
                "batch_size": EXAMPLES_A_STEP,
                "sampler": {"type": "DefaultSampler", "shuffle": False},
                **(config.get("train_dataloader") or {}),
                "dataset": [torch.ones(1)] * examples,
            },
            default_hooks={"checkpoint": None, "logger": None},
            log_level="ERROR",
            experiment_name=f"run {id(rates)}",
            **{key: value for key, value in config.items() if key in _KEYS},
        )
        runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
        runner.optim_wrapper.optimizer.register_step_pre_hook(seen)
        runner.train()
    return rates
