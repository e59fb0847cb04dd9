"""Transformers' real Trainer on a model of one number, and the rate it has at each update of the optimizer."""

import io
import shlex
import sys
import warnings
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest


def arguments(path: Path) -> Any:
    """The ``TrainingArguments`` that Transformers itself makes of a JSON, a YAML, or flags in a shell script."""
    from transformers import HfArgumentParser, TrainingArguments

    parser = HfArgumentParser(TrainingArguments)
    if path.suffix == ".json":
        (found,) = parser.parse_json_file(str(path))
    elif path.suffix == ".yaml":
        (found,) = parser.parse_yaml_file(str(path))
    else:
        _, _, *flags = shlex.split(path.read_text().replace("\\\n", " "))
        (found,) = parser.parse_args_into_dataclasses(flags)
    return found


def run(path: Path, examples: int) -> list[float]:
    """The rates of a training that a file configures, by the updates.

    Raises
    ------
    ValueError, TypeError, ZeroDivisionError, KeyError, AttributeError
        What Transformers and PyTorch refuse a configuration with.
    """
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()), pytest.MonkeyPatch.context() as patched:
        warnings.simplefilter("ignore")
        # Transformers imports torchvision where it is installed, even one that does not fit this torch.
        patched.setitem(sys.modules, "torchvision", None)
        return _run(path, examples)


def _run(path: Path, examples: int) -> list[float]:
    import torch
    from torch.optim.optimizer import register_optimizer_step_pre_hook
    from transformers import Trainer, logging

    logging.set_verbosity_error()

    class Tiny(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(1))

        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"loss": (self.weight * x).mean()}

    trainer = Trainer(Tiny(), arguments(path), train_dataset=[{"x": torch.ones(1)}] * examples)
    rates: list[float] = []

    def seen(optimizer: torch.optim.Optimizer, *_: Any) -> None:
        rates.append(float(optimizer.param_groups[0]["lr"]))

    hook = register_optimizer_step_pre_hook(seen)
    try:
        trainer.train()
    finally:
        hook.remove()
    return rates
