"""The training scripts of Diffusers (``train_text_to_image.py``, ``train_dreambooth.py``, …), by their flags.

Read in the examples at 58eb52c; their scheduler was run in Accelerate 1.15, which steps it once a process.
"""

import math
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final, Literal

from lrplot.run import Group
from lrplot.schedules.base import Schedule
from lrplot.trainers.accelerate import assumed_devices, devices_of, stepped
from lrplot.trainers.call import called
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.groups import scaled
from lrplot.trainers.training import (
    Confidence,
    Trainer,
    Training,
    Trap,
    ask,
    number,
    refuse,
    switch,
    whole,
    word,
)

_KEYS: Final = frozenset(
    {"lr_warmup_steps", "max_train_steps", "train_batch_size", "lr_scheduler", "scale_lr", "num_train_epochs"}
)
_OTHERS: Final = frozenset(
    {
        "network_module",
        "max_train_epochs",
        "optimizer_type",
        "dataset_config",
        "config_file",
        "network_dim",
        "lr_scheduler_num_cycles",
        "lr_scheduler_power",
    }
)
"""Keys of kohya's scripts, whose other keys are the same."""
Multiplied = Literal["times_processes", "times_accumulation", "plain"]
"""By what a script multiplies the lengths that it gives the scheduler."""
_PLAIN: Final = re.compile(r"distill|t2i_adapter|vqgan")
"""Scripts that do not multiply by the processes."""
_BY_SCRIPT: Final[tuple[tuple[re.Pattern[str], Mapping[str, Any]], ...]] = (
    (
        re.compile(r"dreambooth_lora\.py"),
        {"learning_rate": 5e-4, "num_train_epochs": 1, "train_batch_size": 4},
    ),
    (re.compile(r"dreambooth_lora"), {"learning_rate": 1e-4, "num_train_epochs": 1, "train_batch_size": 4}),
    (
        re.compile(r"dreambooth|controlnet"),
        {"learning_rate": 5e-6, "num_train_epochs": 1, "train_batch_size": 4},
    ),
)
"""Defaults of scripts, where they differ from ``train_text_to_image.py``'s."""
_DEFAULTS: Final[Mapping[str, Any]] = {
    "learning_rate": 1e-4,
    "num_train_epochs": 100,
    "train_batch_size": 16,
}


def recognise(form: Form) -> Confidence:
    """``--lr_warmup_steps`` or ``--scale_lr`` and such among flags, and none of kohya's own."""
    found = _KEYS & form.values.keys()
    own = form.kind == "flags" and len(found) >= 2 and not _OTHERS & form.values.keys()
    return Confidence(2 if own and {"lr_warmup_steps", "train_batch_size"} & found else 0, len(found))


def training(form: Form, facts: Facts) -> Training:
    """The training of a script's flags."""
    script = PurePosixPath(form.program).name
    return scripted(form, facts, "plain" if _PLAIN.search(script) else "times_processes")


def scripted(form: Form, facts: Facts, multiplied: Multiplied) -> Training:
    """The training of flags, by a script that multiplies the lengths it gives the scheduler in such a way."""
    script = PurePosixPath(form.program).name
    defaults = next((values for pattern, values in _BY_SCRIPT if pattern.search(script)), _DEFAULTS)
    missing = [key for key in defaults if form.get(key) is None and key != "num_train_epochs"]
    form = form.with_defaults(defaults)
    devices, accumulated = devices_of(form, facts), whole(form, "gradient_accumulation_steps", 1)
    batch = whole(form, "train_batch_size", 16)
    updates, each, lines = _updates(form, facts, batch, accumulated, devices)
    lr = float(number(form, "learning_rate", 1e-4))
    if switch(form, "scale_lr"):
        by = accumulated * batch * devices
        lines = (*lines, f"scale_lr: {lr:g} × {accumulated} × {batch} × {devices} devices = {lr * by:g}")
        lr *= by
    times = {"times_processes": devices, "times_accumulation": accumulated, "plain": 1}[multiplied]
    warmup, kind = whole(form, "lr_warmup_steps", 500, least=0), word(form, "lr_scheduler", "constant")
    given: dict[str, Any] = {
        "name": kind,
        "num_warmup_steps": warmup * times,
        "num_training_steps": updates * times,
        "num_cycles": whole(form, "lr_num_cycles", 1),
        "power": float(number(form, "lr_power", 1.0)),
    }
    schedule, notes = called(
        form, "diffusers.optimization.get_scheduler", given, lr=lr, steps=updates * times
    )
    notes = (*_said(form, kind, warmup, missing, script), *_multiplied(multiplied, times, devices), *notes)
    if each is not None:
        notes = (*notes, *assumed_devices(form, facts))
    if warmup and kind not in {"constant", "piecewise_constant"}:
        lines = (*lines, f"warm-up lr_warmup_steps = {warmup}")
    schedule = stepped(schedule, devices)
    groups, untold = _text_encoder(form, schedule, lr)
    return Training(schedule, updates, each, lines, (*notes, *untold), kind, "diffusers", groups)


def _text_encoder(form: Form, schedule: Schedule, lr: float) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    """The text encoder, where it is trained with a rate of its own, or a note where that is not known."""
    rate = number(form, "text_encoder_lr", None)
    if rate is None or not (switch(form, "train_text_encoder") or switch(form, "train_text_encoder_ti")):
        return (), ()
    if switch(form, "scale_lr") or not lr:
        return (), ("text_encoder_lr gives the text encoder another rate; drawn is that of the rest",)
    return (Group("unet", schedule), scaled("text encoder", schedule, rate / lr)), ()


def _said(form: Form, kind: str, warmup: int, missing: list[str], script: str) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    if kind == "constant" and warmup and "lr_warmup_steps" in form:
        notes = (
            Trap("lr_scheduler 'constant' has no warm-up: it is passed over (constant_with_warmup has one)"),
        )
    elif kind != "constant" and "lr_warmup_steps" not in form:
        notes = (f"lr_warmup_steps is left out: {warmup}, as the scripts have it",)
    if missing:
        told = ", ".join(f"{key} {form.get(key):g}" for key in missing)
        notes = (*notes, f"left out, and taken as {script or 'train_text_to_image.py'} has it: {told}")
    return notes


def _multiplied(multiplied: Multiplied, times: int, devices: int) -> tuple[str, ...]:
    """The consequence of lengths that are not those of the updates."""
    if times == devices:
        return ()
    if multiplied == "plain":
        return (
            f"Accelerate steps the scheduler {devices} times an update, which this script does not allow for",
        )
    return (f"the scheduler's lengths are times {times}, and it is stepped {devices} times an update",)


def _updates(
    form: Form, facts: Facts, batch: int, accumulated: int, devices: int
) -> tuple[int, int | None, tuple[str, ...]]:
    """The updates of the run, those of an epoch, and how they came about."""
    limit = whole(form, "max_train_steps", None)
    if limit is not None:
        return limit, None, (f"max_train_steps = {limit} updates",)
    epochs = whole(form, "num_train_epochs", 1)
    if facts.examples is None and facts.batches_per_epoch is None:
        if facts.steps is not None:
            return facts.steps, None, (f"{facts.steps} updates, as --steps says",)
        ask(form, "Diffusers' script", examples=None)
    if facts.batches_per_epoch is not None:
        batches, told = facts.batches_per_epoch, f"{facts.batches_per_epoch} batches"
    else:
        examples = facts.examples or 0
        batches = math.ceil(math.ceil(examples / batch) / devices)
        share = f" / {devices} devices" if devices > 1 else ""
        told = f"{examples} examples / {batch}{share} = {batches} batches"
    each = math.ceil(batches / accumulated)
    if not each:
        raise refuse(form, "train_batch_size", f"{told}: an epoch has no update")
    told += f" → {each} updates" if accumulated > 1 else ""
    return epochs * each, each, (f"{told} × {epochs} epochs = {epochs * each}",)


TRAINER: Final = Trainer("diffusers", "Diffusers' scripts", recognise, training)
