"""YOLOv5, and YOLOv7 and v9 after it: a ``hyp`` YAML, and the flags of ``train.py`` (5081342f0, 2026-08)."""

from pathlib import Path
from typing import Final

from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.inherited import text_of
from lrplot.trainers.forms.mapping import mapping
from lrplot.trainers.keys import devices_of, first_key, least_zero
from lrplot.trainers.training import Confidence, Trainer, Training, Trap, ask, refuse, whole
from lrplot.trainers.yolo import accumulated_batches, batches_of, batches_of_warmup, loop_of

_OWN: Final = frozenset({"lr0", "lrf", "warmup_epochs", "warmup_momentum", "warmup_bias_lr"})
_FLAGS: Final = frozenset({"hyp", "img", "img_size", "imgsz", "weights", "cfg", "batch_size", "cos_lr"})
_SHIPPED: Final = {
    "hyp.scratch-low.yaml": 0.01,
    "hyp.scratch-med.yaml": 0.1,
    "hyp.scratch-high.yaml": 0.1,
    "hyp.scratch.yaml": 0.2,
    "hyp.scratch.p5.yaml": 0.1,
}
"""``lrf`` of the files that come with it; their other rates are the same."""


def recognise(form: Form) -> Confidence:
    """``lr0`` and ``lrf`` without Ultralytics' ``task`` and ``mode``; ``--hyp`` of ``train.py``."""
    if form.kind == "flags":
        found = _FLAGS & form.values.keys()
        sure = "hyp" in found or ("epochs" in form and {"weights", "batch_size"} <= found)
        return Confidence(2 if sure and form.program.endswith(".py") else 0, len(found))
    own = _OWN & form.values.keys()
    other = {"task", "mode"} & form.values.keys()
    return Confidence(2 if {"lr0", "lrf"} <= own and form.kind == "mapping" and not other else 0, len(own))


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``train.py`` sets its rates."""
    given = form
    form, notes = _with_hyp(form)
    epochs = whole(form, "epochs", 100)
    batch = whole(form, first_key(form, "batch_size", "batch"), 16)
    if facts.batches_per_epoch is None:
        ask(form, "YOLOv5", examples=facts.examples)
    if given.kind != "flags" and "epochs" not in given:
        notes = (*notes, f"epochs and batch size are flags of train.py: {epochs} and {batch} are taken")
    batches = facts.batches_per_epoch or batches_of(facts.examples or 1, devices_of(form, facts), batch)
    length = float(least_zero(form, "warmup_epochs", 3.0))
    warmup = batches_of_warmup(length, batches)
    told: tuple[str, ...] = (f"warm-up max(round({length:g} × {batches}), 100) = {warmup} batches",)
    if facts.batches_per_epoch is None:
        told = (f"{facts.examples} examples / {batch} = {batches} batches an epoch", *told)
    if length == 0:
        notes = (*notes, Trap("warmup_epochs 0 still warms up over 100 batches"))
    accumulated = accumulated_batches(form, batch)
    loop = loop_of(form, batches=batches, warmup=warmup, accumulated=accumulated, epochs=epochs)
    return loop.trained(told, notes)


def _with_hyp(form: Form) -> tuple[Form, tuple[str, ...]]:
    """The form with the values of the file that ``--hyp`` names."""
    named = form.get("hyp")
    if not isinstance(named, str):
        return form, ()
    text = text_of(form, named) if named.endswith((".yaml", ".yml")) else None
    found = None if text is None else next(mapping(text, named, form.folder), None)
    if found is not None:
        return form.with_values({k: v for k, v in found.values.items() if k not in form.values}), ()
    share = _SHIPPED.get(Path(named).name)
    if share is None:
        raise refuse(form, "hyp", f"{named} is not beside it, and lr0 and lrf stand there; put it there")
    return form.with_values({"lrf": share}), (f"{named} is not beside it: taken is the one of YOLOv5",)


TRAINER: Final = Trainer("yolov5", "YOLOv5", recognise, training)
