"""YOLOX: an ``Exp`` class whose attributes are assigned (6ddff48, 2025-06)."""

import math
from typing import Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.multistep import MultiStep
from lrplot.trainers.curves import half_wave, straight, switched
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import devices_of, least_zero, one_of
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, whole

_OWN: Final = frozenset(
    {
        "max_epoch",
        "warmup_epochs",
        "no_aug_epochs",
        "basic_lr_per_img",
        "min_lr_ratio",
        "num_classes",
        "depth",
    }
)
_BATCH: Final = 64
"""Images of a batch where ``-b`` of YOLOX's train.py is left out."""


def recognise(form: Form) -> Confidence:
    """A class built on ``Exp`` that assigns its names."""
    found = _OWN & form.values.keys()
    named = any(each.endswith("Exp") for each in form.program.split())
    return Confidence(2 if form.kind == "python" and found and named else 0, len(found))


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``LRScheduler`` of YOLOX sets its rates."""
    batch = whole(form, "batch_size", _BATCH)
    if facts.batches_per_epoch is None:
        ask(form, "YOLOX", examples=facts.examples)
    devices = devices_of(form, facts)
    each = facts.batches_per_epoch or math.ceil(
        math.ceil((facts.examples or 1) / devices) / max(1, batch // devices)
    )
    epochs = whole(form, "max_epoch", 300)
    total = epochs * each
    warmup = whole(form, "warmup_epochs", 5, least=0) * each
    flat = whole(form, "no_aug_epochs", 15, least=0) * each
    per_image = float(least_zero(form, "basic_lr_per_img", 0.01 / 64))
    lr = per_image * batch
    start = float(least_zero(form, "warmup_lr", 0.0))
    low = lr * float(number(form, "min_lr_ratio", 0.05))
    kind = one_of(form, "scheduler", "yoloxwarmcos", ("yoloxwarmcos", "warmcos", "cos", "multistep"))
    if kind == "yoloxwarmcos":
        if total - flat <= warmup:
            raise refuse(
                form,
                "no_aug_epochs",
                f"warm-up and no_aug_epochs leave nothing of {epochs} epochs for the cosine",
            )
        curve = half_wave(warmup, lr, total - flat, low)
        rise = f"{start!r} + {lr - start!r} * (t / {max(warmup, 1)}) ** 2"
        schedule = switched(Lambda(lr=1, factor=rise), (warmup, curve)) if warmup else curve
    else:
        schedule = _other(form, kind, lr, start, total, warmup, each)
    lines = (
        f"{each} batches × {epochs} epochs = {total} updates",
        f"lr {per_image:g} × {batch} images = {lr:g}",
        f"warm-up {warmup} updates, the last {flat} at {low:g}",
    )
    notes = () if "batch_size" in form else (f"the batch is a flag of train.py: {_BATCH} images are taken",)
    return Training(schedule, total, each, lines, notes, kind)


def _other(form: Form, kind: str, lr: float, start: float, total: int, warmup: int, each: int) -> Schedule:
    """The schedules of YOLOX that it does not train with by itself."""
    if kind == "cos":
        return Cosine(lr=lr, T_max=total)
    if kind == "multistep":
        steps = form.get("milestones")
        if not isinstance(steps, list) or not all(isinstance(step, int) for step in steps):
            raise refuse(form, "milestones", "multistep needs milestones, in epochs")
        return MultiStep(
            lr=lr, milestones=tuple(step * each for step in steps), gamma=float(number(form, "gamma", 0.1))
        )
    curve = half_wave(warmup, lr, total, 0) if total > warmup else Constant(lr=lr)
    return switched(straight(0, start, warmup, lr), (warmup + 1, curve)) if warmup else curve


TRAINER: Final = Trainer("yolox", "YOLOX", recognise, training)
