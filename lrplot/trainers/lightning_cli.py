"""LightningCLI: YAML with ``optimizer`` and ``lr_scheduler`` by their classes (lightning 2.6.6)."""

import math
from collections.abc import Mapping
from typing import Any, Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.epochwise import Epochwise
from lrplot.text.nearest import did_you_mean
from lrplot.trainers.call import called
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import batches_of_epoch, least_zero
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, whole

TRAINER_CLASS: Final = "Trainer"
TORCH: Final = "torch.optim.lr_scheduler."
_EPOCHS: Final = 1000
"""Epochs where neither ``max_epochs`` nor ``max_steps`` is given."""
_TRAINER: Final = frozenset(
    {
        "accelerator", "strategy", "devices", "num_nodes", "precision", "logger", "callbacks",
        "fast_dev_run", "max_epochs", "min_epochs", "max_steps", "min_steps", "max_time",
        "limit_train_batches", "limit_val_batches", "limit_test_batches", "limit_predict_batches",
        "overfit_batches", "val_check_interval", "check_val_every_n_epoch", "num_sanity_val_steps",
        "log_every_n_steps", "enable_checkpointing", "enable_progress_bar", "enable_model_summary",
        "accumulate_grad_batches", "gradient_clip_val", "gradient_clip_algorithm", "deterministic",
        "benchmark", "inference_mode", "use_distributed_sampler", "profiler", "detect_anomaly",
        "barebones", "plugins", "sync_batchnorm", "reload_dataloaders_every_n_epochs",
        "default_root_dir", "enable_autolog_hparams", "model_registry",
    }
)  # fmt: skip
"""What Lightning's ``Trainer`` takes; it raises at anything else."""
_RATES: Final = ("optimizer.init_args.lr", "model.init_args.lr", "model.init_args.learning_rate", "model.lr")


def recognise(form: Form) -> Confidence:
    """``class_path`` under ``lr_scheduler`` or ``optimizer``, beside ``trainer``."""
    found = [key for key in ("lr_scheduler", "optimizer") if form.get(f"{key}.class_path") is not None]
    trainer = isinstance(form.get("trainer"), Mapping)
    # litgpt has optimizer.class_path too, and no trainer.
    sure = form.kind == "mapping" and trainer and found
    return Confidence(2 if sure and "lr_scheduler" in found else 1 if sure else 0, len(found) + trainer)


def training(form: Form, facts: Facts) -> Training:
    """The training: the scheduler is stepped after each epoch."""
    rate = next((path for path in _RATES if path in form), None)
    if rate is None:
        raise refuse(form, "optimizer", "the optimizer's lr is not in it; give optimizer.init_args.lr")
    lr = float(least_zero(form, rate, 0.0))
    each, epochs, updates, lines = length(form, facts, "LightningCLI")
    kind = form.get("lr_scheduler.class_path")
    if kind is None:
        return Training(Constant(lr=lr), updates, each, lines, ("no lr_scheduler: the rate is constant",))
    given = form.get("lr_scheduler.init_args") or {}
    if not isinstance(given, Mapping):
        raise refuse(form, "lr_scheduler.init_args", f"init_args must be a mapping, got {given!r}")
    schedule, notes = by_epoch(form, str(kind), given, lr, epochs, each)
    note = "LightningCLI steps the scheduler once an epoch; its YAML cannot say interval: step"
    return Training(schedule, updates, each, lines, (*notes, note), str(kind), "pytorch")


def length(form: Form, facts: Facts, title: str) -> tuple[int, int, int, tuple[str, ...]]:
    """Updates of an epoch, epochs, updates of the run, and how they came about."""
    _check_trainer(form)
    paths = ("data.init_args.batch_size", "data.batch_size", "model.init_args.batch_size", "batch_size")
    size = next((whole(form, path, None) for path in paths if path in form), None)
    if facts.batches_per_epoch is None and size is None:
        ask(form, title, batches_per_epoch=None)
    batches, told = batches_of_epoch(form, facts, title, size)
    batches, told = _limited(form, batches, told)
    accumulated = whole(form, "trainer.accumulate_grad_batches", 1)
    each = math.ceil(batches / accumulated)
    limit = number(form, "trainer.max_steps", -1)
    given = number(form, "trainer.max_epochs", None)
    epochs = int(given) if given is not None and given >= 0 else _EPOCHS
    if limit >= 0 and (given is None or given < 0):
        epochs = math.ceil(limit / each)
    updates = each * epochs if limit < 0 else min(int(limit), each * epochs)
    if updates < 1:
        raise refuse(form, "trainer.max_epochs", "it trains no update")
    by = f" → ⌈{batches} / {accumulated}⌉ = {each} updates" if accumulated > 1 else ""
    end = f", at most max_steps {int(limit)}" if limit >= 0 else ""
    return each, epochs, updates, (f"{told}{by} × {epochs} epochs{end} = {updates} updates",)


def _check_trainer(form: Form) -> None:
    """Refuse what ``Trainer`` does not take, and what ends a training by other than its own numbers."""
    given = form.get("trainer")
    keys = given if isinstance(given, Mapping) else {}
    own = str(keys.get("_target_", TRAINER_CLASS)).endswith(TRAINER_CLASS)
    for key in keys:
        if own and not str(key).startswith("_") and key not in _TRAINER:
            hint = did_you_mean(str(key), _TRAINER)
            raise refuse(form, f"trainer.{key}", f"Lightning's Trainer takes no '{key}'{hint}")
    for key in ("fast_dev_run", "max_time"):
        if keys.get(key):
            message = f"{key} decides how long it trains; take it out, or say the length with max_steps"
            raise refuse(form, f"trainer.{key}", message)


def _limited(form: Form, batches: int, told: str) -> tuple[int, str]:
    """Batches of an epoch that ``overfit_batches`` or ``limit_train_batches`` leaves, a number or a share."""
    for key, default in (("overfit_batches", 0), ("limit_train_batches", None)):
        limit = number(form, f"trainer.{key}", default)
        if limit:
            left = int(batches * limit) if isinstance(limit, float) else min(batches, int(limit))
            if left < 1:
                raise refuse(form, f"trainer.{key}", f"{key} {limit:g} leaves no batch of {batches}")
            return left, f"{told}, of which {key} leaves {left}"
    return batches, told


def by_epoch(
    form: Form, kind: str, given: Mapping[str, Any], lr: float, epochs: int, each: int
) -> tuple[Schedule, tuple[str, ...]]:
    """A scheduler class that is stepped once an epoch."""
    name = kind.rpartition(".")[2] if kind.startswith(("lightning", "pytorch_lightning")) else kind
    full = name if "." in name else TORCH + name
    arguments = {key: _plain(value) for key, value in given.items() if key not in {"monitor", "verbose"}}
    curve, notes = called(form, full, arguments, lr=lr, steps=epochs)
    return Epochwise(schedule=curve, steps_per_epoch=each), notes


def _plain(value: Any) -> Any:
    """A number that YAML takes for a text (``1e-5``)."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


TRAINER: Final = Trainer("lightning_cli", "LightningCLI", recognise, training)
