"""OpenCLIP: flags of ``open_clip_train.main`` (89fb801, 2026-06)."""

import math
from typing import Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.polynomial import Polynomial
from lrplot.trainers.curves import one_after_another, straight
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import devices_of, least_zero, one_of, positive, required
from lrplot.trainers.training import Confidence, Trainer, Training, ask, refuse, switch, whole

_OWN: Final = frozenset(
    {
        "train_num_samples",
        "train_data",
        "epochs_cooldown",
        "lr_cooldown_end",
        "lr_cooldown_power",
        "skip_scheduler",
        "dataset_type",
        "accum_freq",
    }
)


def recognise(form: Form) -> Confidence:
    """``open_clip_train.main``, or its flags with an underscore of their own."""
    if form.kind != "flags":
        return Confidence(0)
    found = _OWN & form.values.keys()
    named = "open_clip" in form.program or form.program.startswith("training.main")
    return Confidence(2 if named or len(found) >= 2 else 0, len(found) + named)


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``main`` lays its scheduler."""
    lr = required(form, "lr")
    epochs = whole(form, "epochs", 32)
    accumulated = whole(form, "accum_freq", 1)
    batches, told, notes = _batches(form, facts)
    each = batches // accumulated
    steps = each * epochs
    if steps < 1:
        raise refuse(form, "accum_freq", f"{batches} batches an epoch are less than one update")
    lines = [f"{told} / {accumulated} × {epochs} epochs = {steps} updates"]
    if switch(form, "skip_scheduler"):
        return Training(Constant(lr=lr), steps, each, tuple(lines), notes, "--skip-scheduler")
    warmup = whole(form, "warmup", 10_000, least=0)
    lines.append(f"warm-up {warmup} updates")
    if "warmup" not in form and warmup * 2 > steps:
        notes = (*notes, f"--warmup is left out, and 10000 updates, of {steps}")
    kind = one_of(form, "lr_scheduler", "cosine", ("cosine", "const", "const-cooldown"))
    after = _after(form, kind, lr, steps, warmup, each)
    # Of the ramp (t + 1) / w the last step has the rate itself, and so has the first of the curve.
    schedule = (
        one_after_another([(warmup, straight(0, lr / warmup, warmup - 1, lr))], after) if warmup else after
    )
    return Training(schedule, steps, each, tuple(lines), notes, kind)


def _after(form: Form, kind: str, lr: float, steps: int, warmup: int, each: int) -> Schedule:
    """The curve behind the warm-up, on its own clock."""
    if kind == "const":
        return Constant(lr=lr)
    if kind == "cosine":
        return Cosine(lr=lr, T_max=steps - warmup) if steps > warmup else Constant(lr=lr)
    cooled = whole(form, "epochs_cooldown", None)
    if cooled is None:
        raise refuse(form, "epochs_cooldown", "const-cooldown needs --epochs-cooldown")
    length = min(steps, each * cooled)
    low = float(least_zero(form, "lr_cooldown_end", 0.0))
    power = positive(form, "lr_cooldown_power", 1.0)
    falls = Polynomial(lr=lr, end_lr=low, power=power, T_max=length)
    held = steps - length - warmup
    if held < 0:
        raise refuse(form, "epochs_cooldown", "the cooldown begins within the warm-up, which is not read")
    return one_after_another([(held, Constant(lr=lr))], falls)


def _batches(form: Form, facts: Facts) -> tuple[int, str, tuple[str, ...]]:
    """The batches of an epoch, how they came about, and notes."""
    if facts.batches_per_epoch is not None:
        return facts.batches_per_epoch, f"{facts.batches_per_epoch} batches", ()
    examples = facts.examples or whole(form, "train_num_samples", None)
    ask(form, "OpenCLIP", examples=examples)
    batch = whole(form, "batch_size", 64)
    devices = devices_of(form, facts)
    together = batch * devices
    if form.get("dataset_type", "auto") == "csv":
        found = (examples or 0) // together
        return found, f"{examples} examples / ({batch} × {devices} devices) = {found} batches", ()
    workers = max(1, whole(form, "workers", 4, least=0))
    plain = math.ceil((examples or 0) / together)
    found = math.ceil(plain / workers) * workers
    told = f"⌈{examples} examples / ({batch} × {devices} devices)⌉ = {plain} batches"
    if found == plain:
        return found, told, ()
    note = f"webdataset rounds {plain} batches up to {found}, a multiple of {workers} workers"
    return found, f"{told}, of {workers} workers {found}", (note,)


TRAINER: Final = Trainer("open_clip", "OpenCLIP", recognise, training)
