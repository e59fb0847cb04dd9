"""MAE, and what is built on it: the flags of ``main_pretrain.py`` and its kin (efb2a80)."""

from collections.abc import Mapping
from typing import Any, Final

from lrplot.run import Group
from lrplot.schedules.base import Schedule
from lrplot.schedules.lambda_ import Lambda
from lrplot.trainers.curves import half_wave, straight, switched
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.groups import blocks_of, layers
from lrplot.trainers.keys import batches_of_epoch, least_zero
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, whole, word

_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "finetune": {"batch": 64, "epochs": 50, "blr": 1e-3, "warmup": 5, "low": 1e-6, "decay": 0.75},
    "linprobe": {"batch": 512, "epochs": 90, "blr": 0.1, "warmup": 10, "low": 0.0},
    "pretrain": {"batch": 64, "epochs": 400, "blr": 1e-3, "warmup": 40, "low": 0.0},
}
"""Defaults by what the script's name has in it."""
_GPUS: Final = 8
"""GPUS of a node, where submitit is not told."""
_REFERENCE: Final = 256
"""Images of a batch at which the rate is ``blr``."""
_MODEL: Final = "vit_large_patch16"
"""``--model`` where it is left out."""


def recognise(form: Form) -> Confidence:
    """``--blr``."""
    found = {"blr", "accum_iter", "norm_pix_loss", "mask_ratio"} & form.values.keys()
    return Confidence(2 if form.kind == "flags" and "blr" in found else 0, len(found))


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``adjust_learning_rate`` sets it at a fraction of an epoch."""
    own = next((values for name, values in _DEFAULTS.items() if name in form.program), _DEFAULTS["pretrain"])
    batch = whole(form, "batch_size", own["batch"])
    accumulated = whole(form, "accum_iter", 1)
    epochs, warmup = (
        whole(form, "epochs", own["epochs"]),
        float(least_zero(form, "warmup_epochs", own["warmup"])),
    )
    low = float(least_zero(form, "min_lr", own["low"]))
    devices = facts.devices or form.devices or _submitted(form)
    rate = number(form, "lr", None)
    asked: dict[str, Any] = {} if facts.batches_per_epoch else {"examples": facts.examples}
    if rate is None:
        asked["devices"] = devices
    ask(form, "MAE", **asked)
    known = Facts(facts.examples, devices or 1, facts.batches_per_epoch)
    batches, told = batches_of_epoch(form, known, "MAE", batch, drop_last=True)
    each = batches // accumulated
    if each < 1:
        raise refuse(
            form, "accum_iter", f"{batches} batches an epoch are less than one update of {accumulated}"
        )
    lines = [f"{told} × {epochs} epochs / {accumulated} = {each * epochs} updates"]
    lr = float(least_zero(form, "lr", 0.0))
    if rate is None:
        base = float(least_zero(form, "blr", own["blr"]))
        size = batch * accumulated * (devices or 1)
        lr = base * size / _REFERENCE
        lines.append(f"lr {base:g} × {batch} × {accumulated} × {devices} devices / {_REFERENCE} = {lr:g}")
    schedule = _curve(lr, low, warmup, epochs, batches, accumulated)
    groups, notes = _layers(form, own, schedule)
    return Training(schedule, each * epochs, each, tuple(lines), notes, "half-cycle cosine", groups=groups)


def _layers(
    form: Form, own: Mapping[str, Any], schedule: Schedule
) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    """The layers' rates where ``layer_decay`` lets them fall, or a note where their number is not known."""
    decay = number(form, "layer_decay", own.get("decay"))
    if decay in (None, 1):
        return (), ()
    blocks = blocks_of(word(form, "model", _MODEL))
    if blocks is None:
        return (), ("layer_decay: drawn is the head's rate",)
    return layers(schedule, blocks, float(decay)), ()


def _curve(lr: float, low: float, warmup: float, epochs: int, batches: int, accumulated: int) -> Schedule:
    """The rate at each update."""
    if batches % accumulated == 0:
        each = batches // accumulated
        begins = warmup * each
        after = half_wave(begins, lr, epochs * each, low)
        return switched(straight(0, 0, begins, lr), (begins, after)) if warmup else after
    # Batches of an epoch that fill no update are left: each epoch begins anew.
    each = batches // accumulated
    epoch = f"(floor(t / {each}) + (t % {each}) * {accumulated} / {batches})"
    width = f"({epoch} - {warmup!r}) / {max(epochs - warmup, 1e-9)!r}"
    wave = f"{low!r} + {lr - low!r} * 0.5 * (1 + cos(pi * {width}))"
    ramp = f"{lr!r} * {epoch} / {warmup or 1!r}"
    return Lambda(lr=1, factor=f"where({epoch} < {warmup!r}, {ramp}, {wave})")


def _submitted(form: Form) -> int | None:
    """``--nodes`` and ``--ngpus`` of submitit."""
    nodes = whole(form, "nodes", None)
    if nodes is None and form.get("ngpus") is None:
        return None
    return int((nodes or 1) * whole(form, "ngpus", _GPUS))


TRAINER: Final = Trainer("mae", "MAE", recognise, training)
