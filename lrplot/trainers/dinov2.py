"""DINOv2: YAML over ``ssl_default_config.yaml`` (b8931f7, 2025-08)."""

import math
from collections.abc import Mapping
from typing import Final

from lrplot.run import Group
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.trainers.curves import one_after_another, straight, switched
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.groups import blocks_of, layers, scaled
from lrplot.trainers.keys import least_zero, one_of
from lrplot.trainers.training import Confidence, Trainer, Training, ask, refuse, whole, word

_REFERENCE: Final = 1024
"""The batch at which the rate is ``base_lr``, as the rule's name ``sqrt_wrt_1024`` says."""


def recognise(form: Form) -> Confidence:
    """``optim.base_lr`` beside ``train.batch_size_per_gpu``."""
    inner, outer = form.get("optim"), form.get("train")
    if form.kind != "mapping" or not isinstance(inner, Mapping):
        return Confidence(0)
    own = {"base_lr", "warmup_epochs", "scaling_rule", "freeze_last_layer_epochs", "layerwise_decay"} & set(
        inner
    )
    length = isinstance(outer, Mapping) and {"batch_size_per_gpu", "OFFICIAL_EPOCH_LENGTH"} & set(outer)
    return Confidence(2 if "base_lr" in own and length else 1 if len(own) >= 3 else 0, len(own))


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``CosineScheduler`` lays it."""
    each = whole(form, "train.OFFICIAL_EPOCH_LENGTH", 1250)
    epochs = whole(form, "optim.epochs", 100)
    warmup = whole(form, "optim.warmup_epochs", 10, least=0) * each
    total = epochs * each
    base = float(least_zero(form, "optim.base_lr", 0.004))
    low = float(least_zero(form, "optim.min_lr", 1e-6))
    rule = one_of(form, "optim.scaling_rule", "sqrt_wrt_1024", ("sqrt_wrt_1024",))
    devices = facts.devices or form.devices
    ask(form, "DINOv2", devices=devices)
    batch = whole(form, "train.batch_size_per_gpu", 64)
    lr = base * math.sqrt(batch * (devices or 1) / _REFERENCE)
    if warmup >= total:
        raise refuse(form, "optim.warmup_epochs", f"warmup_epochs must be below epochs {epochs}")
    falls = Cosine(lr=lr, eta_min=low, T_max=total - warmup)
    # linspace has its end in it: the peak is the last step of the ramp and the first of the cosine.
    curve = one_after_another([(warmup, straight(0, 0, warmup - 1, lr))], falls)
    lines = (
        f"lr {base:g} × √({batch} × {devices} devices / {_REFERENCE}) = {lr:g}",
        f"{epochs} epochs × {each} updates (OFFICIAL_EPOCH_LENGTH) = {total} updates",
        f"warm-up {warmup // each} × {each} = {warmup} updates",
    )
    notes = ["an epoch is OFFICIAL_EPOCH_LENGTH updates, however large the training set is"]
    frozen = whole(form, "optim.freeze_last_layer_epochs", 1, least=0) * each
    groups: tuple[Group, ...] = (
        (Group("last layer", switched(Constant(lr=0), (frozen, curve))),) if frozen else ()
    )
    decay = float(least_zero(form, "optim.layerwise_decay", 0.9))
    if decay != 1:
        blocks = blocks_of(word(form, "student.arch", "vit_large"))
        if blocks is None:
            notes.append("layerwise_decay gives deeper layers less; drawn is the highest rate")
        else:
            patch = float(least_zero(form, "optim.patch_embed_lr_mult", 0.2))
            lowest = scaled("patch embedding", curve, decay ** (blocks + 1) * patch)
            groups = (*layers(curve, blocks, decay), lowest, *groups)
    return Training(curve, total, each, lines, tuple(notes), rule, groups=groups)


TRAINER: Final = Trainer("dinov2", "DINOv2", recognise, training)
