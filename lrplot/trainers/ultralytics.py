"""Ultralytics (YOLOv8, 11, 26): ``args.yaml``, ``yolo train k=v``, ``YOLO(…).train(k=v)``, by version."""

import math
from typing import Final

from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import devices_of, least_zero
from lrplot.trainers.training import Confidence, Trainer, Training, Trap, ask, number, refuse, whole
from lrplot.trainers.yolo import accumulated_batches, batches_of, batches_of_warmup, loop_of

_OWN: Final = frozenset(
    {"lr0", "lrf", "warmup_epochs", "cos_lr", "nbs", "close_mosaic", "imgsz", "warmup_bias_lr"}
)
_NO_FLOOR: Final = (8, 4, 150)
"""From about this version on a short warm-up is not stretched to 100 batches (#25321)."""
_SWITCHED_OFF: Final = (8, 1)
"""From this version on ``warmup_epochs`` 0 is no warm-up."""
_AUTO: Final = (8, 1)
"""From this version on ``optimizer`` is ``auto`` where it is left out."""
_LONG: Final = 10_000
"""Iterations from which on ``auto`` takes the rate 0.01."""


def recognise(form: Form) -> Confidence:
    """``yolo … train``, ``….train(…)`` with its names, or its keys beside ``task`` or ``mode``."""
    found = _OWN & form.values.keys()
    if form.kind == "flags":
        trains = "train" in form.arguments or form.get("mode") == "train"
        return Confidence(2 if form.program == "yolo" and trains else 0, len(found) + 1)
    if form.kind == "python":
        sure = form.program.endswith(".train") and found and {"epochs", "data"} & form.values.keys()
        return Confidence(2 if sure else 0, len(found))
    named = {"task", "mode"} & form.values.keys()
    return Confidence(2 if form.kind == "mapping" and "lr0" in found and named else 0, len(found))


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``BaseTrainer`` sets its rates."""
    if number(form, "time", None) is not None:
        raise refuse(
            form, "time", "time stops by the clock and lays the curve over its own estimate; leave it out"
        )
    batch = number(form, "batch", 16)
    if batch < 1 or not float(batch).is_integer():
        raise refuse(form, "batch", f"batch {batch:g} is found by trying; give the size it chose")
    batch = int(batch)
    optimizer = str(form.get("optimizer") or ("SGD" if facts.before(*_AUTO) else "auto"))
    automatic = optimizer == "auto"
    asked: dict[str, int | None] = {}
    if automatic:
        asked = {"examples": facts.examples, "classes": facts.classes}
    elif facts.batches_per_epoch is None:
        asked = {"examples": facts.examples}
    ask(form, "Ultralytics", **asked)
    epochs = whole(form, "epochs", 100)
    devices = facts.devices or _devices(form) or devices_of(form, facts)
    batches = facts.batches_per_epoch or batches_of(facts.examples or 1, devices, batch)
    told: list[str] = []
    if facts.batches_per_epoch is None:
        told.append(f"{facts.examples} examples / {batch} = {batches} batches an epoch")
    warmup, how = _warmup(form, facts, epochs, batches)
    told.append(f"warm-up {how} = {warmup} batches" if warmup > 0 else "no warm-up")
    accumulated = accumulated_batches(form, batch)
    given: dict[str, object] = {"batches": batches, "warmup": warmup, "accumulated": accumulated}
    notes: list[str] = []
    if automatic:
        iterations = math.ceil((facts.examples or 1) / max(batch, whole(form, "nbs", 64))) * epochs
        classes = facts.classes or 1
        long = iterations > _LONG
        rate = 0.01 if long else round(0.002 * 5 / (4 + classes), 6)
        name = _chosen(facts, long=long)
        told.append(f"optimizer auto: {iterations} iterations → {name} at {rate:g}")
        lr0 = number(form, "lr0", 0.01)
        notes.append(
            Trap(f"optimizer: auto passes over lr0 {lr0:g} and momentum; name an optimizer to set them")
        )
        start = float(least_zero(form, "warmup_momentum", 0.8))
        given |= {"lr": rate, "bias": 0.0, "momenta": (start, 0.9)}
        if name == "MuSGD":
            notes.append("MuSGD gives the head's parameters three times this rate")
    return loop_of(form, **given).trained(tuple(told), tuple(notes))


def _devices(form: Form) -> int | None:
    """``device=0,1``."""
    value = form.get("device")
    if isinstance(value, list | tuple):
        return len(value)
    text = str(value or "")
    return len(text.split(",")) if text[:1].isdigit() and "," in text else None


def _warmup(form: Form, facts: Facts, epochs: int, batches: int) -> tuple[int, str]:
    """The batches of the warm-up, and how they came about."""
    length = float(least_zero(form, "warmup_epochs", 3.0))
    if not facts.before(*_NO_FLOOR):
        cut = min(length, epochs - 1)
        return round(cut * batches), f"round({cut:g} epochs × {batches})"
    if length == 0 and not facts.before(*_SWITCHED_OFF):
        return 0, "warmup_epochs 0"
    return batches_of_warmup(length, batches), f"max(round({length:g} × {batches}), 100)"


def _chosen(facts: Facts, *, long: bool) -> str:
    """The optimizer that ``auto`` takes."""
    if facts.before(8, 4):
        return "SGD" if long else "AdamW"
    if facts.before(8, 4, 20):
        return "SGD" if long else "MuSGD"
    return "MuSGD" if long else "AdamW"


TRAINER: Final = Trainer("ultralytics", "Ultralytics", recognise, training, versions=((8, 0), (8, 4)))
