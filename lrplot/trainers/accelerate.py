"""Accelerate: how many processes train, and how often a prepared scheduler is stepped.

Read in the source of accelerate 1.15 (``scheduler.py``) and compared with loops of two real processes.
"""

import math
from typing import Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.excerpt import Excerpt
from lrplot.trainers.call import called
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.beside import form_beside
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, whole, word

_OF_A_FILE: Final = frozenset(
    {"distributed_type", "compute_environment", "num_machines", "num_processes", "machine_rank"}
)


def launched_with(form: Form) -> Form | None:
    """The file of ``accelerate launch --config_file FILE``, None where there is none."""
    return form_beside(form, form.launcher.get("config_file"))


def devices_of(form: Form, facts: Facts) -> int:
    """The number of processes that train: as given, as launched, as Accelerate's file says, else 1."""
    file = launched_with(form)
    named = None if file is None else whole(file, "num_processes", None)
    return facts.devices or form.devices or named or 1


def assumed_devices(form: Form, facts: Facts) -> tuple[str, ...]:
    """A note where nobody says how many processes train; for updates that are counted by their batches."""
    file = launched_with(form)
    named = file is not None and "num_processes" in file
    said = facts.devices or form.devices or named or facts.batches_per_epoch or facts.examples is None
    return () if said else ("one device is assumed (--devices N)",)


def stepped(
    schedule: Schedule,
    devices: int,
    *,
    split_batches: bool = False,
    with_optimizer: bool = True,
    accumulated: int = 1,
) -> Schedule:
    """A prepared scheduler by the updates: it takes a step of every process in each of them.

    With ``step_scheduler_with_optimizer=False`` each call counts, those within an accumulation too.

    >>> from lrplot.schedules.linear import Linear
    >>> stepped(Linear(lr=1, T_max=10), 2)([0, 1, 4]).round(6).tolist()
    [1.0, 0.8, 0.2]
    """
    if not with_optimizer:
        return Excerpt(schedule=schedule, start=accumulated - 1, stride=accumulated)
    if split_batches or devices == 1:
        return schedule
    return Excerpt(schedule=schedule, stride=devices)


def recognise(form: Form) -> Confidence:
    """Accelerate's own file, or the flags of Transformers' ``run_*_no_trainer.py``."""
    if form.kind == "mapping":
        return Confidence(2 if len(_OF_A_FILE & form.values.keys()) >= 3 else 0)
    own = "no_trainer" in form.program and form.kind == "flags"
    return Confidence(2 if own else 0, 20 * own)


def training(form: Form, facts: Facts) -> Training:
    """The training of a ``run_*_no_trainer.py``; Accelerate's own file holds no schedule."""
    if form.kind == "mapping":
        processes = form.get("num_processes")
        told = f" (num_processes: {processes})" if processes else ""
        raise refuse(
            form,
            "num_processes",
            f"this is Accelerate's own file: it says how many processes train{told}, and holds no schedule; "
            "draw the script that is launched with it (accelerate launch --config_file FILE train.py …)",
        )
    devices = devices_of(form, facts)
    accumulated = whole(form, "gradient_accumulation_steps", 1)
    limit = whole(form, "max_train_steps", None)
    per_epoch: int | None = None
    derivation: tuple[str, ...]
    if limit is None:
        updates, per_epoch, total, derivation = _by_epochs(form, facts, devices, accumulated)
    else:
        updates, total = limit, limit * devices
        derivation = (f"max_train_steps = {limit} updates",)
    warmup = whole(form, "num_warmup_steps", 0, least=0)
    rate = float(number(form, "learning_rate", 5e-5))
    kind = word(form, "lr_scheduler_type", "linear")
    given = {"name": kind, "num_warmup_steps": warmup * devices, "num_training_steps": total}
    schedule, notes = called(form, "transformers.get_scheduler", given, lr=rate, steps=total)
    if warmup:
        by = f" × {devices} devices = {warmup * devices} scheduler steps" if devices > 1 else ""
        derivation = (*derivation, f"warm-up num_warmup_steps = {warmup}{by}")
    if devices > 1:
        notes = (
            *notes,
            f"Accelerate steps the scheduler {devices} times an update, once a process; the script should "
            "multiply warm-up and max_train_steps by that, as Transformers' run_clm_no_trainer.py does",
        )
    return Training(stepped(schedule, devices), updates, per_epoch, derivation, notes, kind, "transformers")


def _by_epochs(
    form: Form, facts: Facts, devices: int, accumulated: int
) -> tuple[int, int, int, tuple[str, ...]]:
    """Updates of the run and an epoch, the scheduler's own length, and how they came about.

    The scheduler is made before the batches are shared out among the processes.
    """
    ask(form, "A script with Accelerate", examples=facts.examples)
    examples = facts.examples or 0
    batch = whole(form, "per_device_train_batch_size", 8)
    epochs = whole(form, "num_train_epochs", 3)
    batches = math.ceil(examples / batch)
    own = math.ceil(batches / devices)
    each = math.ceil(own / accumulated)
    line = f"{examples} examples / {batch} = {batches} batches"
    line += f" / {devices} devices = {own}" if devices > 1 else ""
    line += f" / {accumulated} accumulated = {each} updates" if accumulated > 1 else ""
    total = epochs * math.ceil(batches / accumulated)
    return epochs * each, each, total, (f"{line} × {epochs} epochs = {epochs * each}",)


TRAINER: Final = Trainer("accelerate", "Accelerate", recognise, training)
