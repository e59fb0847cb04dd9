"""Hydra configs that name an optimizer and a scheduler by ``_target_``; who steps them is in Python."""

from collections.abc import Mapping
from typing import Final

from lrplot.schedules.constant import Constant
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.inherited import interpolated
from lrplot.trainers.keys import least_zero
from lrplot.trainers.lightning_cli import by_epoch, length
from lrplot.trainers.training import Confidence, Trainer, Training, refuse

_KEPT: Final = frozenset({"_target_", "_partial_", "_convert_", "_recursive_", "optimizer"})
_SCHEDULERS: Final = ("scheduler", "lr_scheduler", "model.scheduler", "model.lr_scheduler")
_OPTIMIZERS: Final = ("optimizer", "optim", "model.optimizer", "model.optim")


def recognise(form: Form) -> Confidence:
    """``_target_`` of a scheduler beside that of an optimizer."""
    if form.kind != "mapping":
        return Confidence(0)
    found = [path for path in (*_SCHEDULERS, *_OPTIMIZERS) if form.get(f"{path}._target_") is not None]
    return Confidence(2 if any("scheduler" in path for path in found) else 0, len(found))


def training(form: Form, facts: Facts) -> Training:
    """The training, the scheduler stepped after each epoch."""
    form = interpolated(form)
    optimizer = next((path for path in _OPTIMIZERS if form.get(f"{path}._target_") is not None), None)
    if optimizer is None or form.get(f"{optimizer}.lr") is None:
        raise refuse(form, optimizer or "optimizer", "the optimizer's lr is not in it; give optimizer.lr")
    lr = float(least_zero(form, f"{optimizer}.lr", 0.0))
    at = next((path for path in _SCHEDULERS if form.get(f"{path}._target_") is not None), None)
    if at is None:
        raise refuse(form, "scheduler", "no scheduler with a _target_ is in it")
    each, epochs, updates, lines = length(form, facts, "Hydra")
    scheduler = form.get(at)
    given = {k: v for k, v in scheduler.items() if k not in _KEPT} if isinstance(scheduler, Mapping) else {}
    kind = str(form.get(f"{at}._target_"))
    schedule, notes = by_epoch(form, kind, given, lr, epochs, each)
    note = "how often the scheduler is stepped stands in Python: once an epoch is taken"
    if isinstance(schedule, Constant):
        notes = (*notes, "the rate is constant")
    return Training(schedule, updates, each, lines, (*notes, note), kind, "pytorch")


TRAINER: Final = Trainer("hydra", "Hydra", recognise, training)
