"""GPT-NeoX: YAML or JSON with ``lr_decay_style``, as ``AnnealingLR`` of ea7aefd8 (2026-05) computes it."""

import math
from collections.abc import Mapping
from typing import Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.lambda_ import Lambda
from lrplot.trainers.curves import straight, switched
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import least_zero, one_of, required
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, whole

_OWN: Final = frozenset(
    {"lr_decay_style", "lr_decay_iters", "lr_decay_fraction", "train_micro_batch_size_per_gpu", "train_iters"}
)
_STYLES: Final = ("linear", "constant", "cosine", "exponential")


def recognise(form: Form) -> Confidence:
    """Megatron's names beside DeepSpeed's ``optimizer.params``."""
    plain = {str(key).replace("-", "_") for key in form.values}
    found = _OWN & plain
    inner = form.get("optimizer")
    if form.kind != "mapping" or not isinstance(inner, Mapping) or "params" not in inner or not found:
        return Confidence(0)
    known = {"lr_decay_style", "lr_decay_iters", "train_iters", "lr_decay_fraction"} & plain
    return Confidence(2 if known else 0, len(found) + 1)


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``AnnealingLR`` steps it."""
    form = form.with_values(
        {str(key).replace("-", "_"): value for key, value in form.values.items() if "-" in str(key)}
    )
    lr = required(form, "optimizer.params.lr")
    low = float(least_zero(form, "min_lr", 0.0))
    style = one_of(form, "lr_decay_style", "linear", _STYLES)
    updates = whole(form, "train_iters", None)
    told = f"train_iters = {updates} updates"
    if updates is None:
        if number(form, "train_epochs", None) is None:
            raise refuse(form, "train_iters", "neither train_iters nor train_epochs is given; give one")
        ask(form, "GPT-NeoX", steps=facts.steps)
        updates = facts.steps or 1
        told = f"{updates} updates, as --steps says"
    fraction = number(form, "lr_decay_fraction", None)
    end = whole(form, "lr_decay_iters", updates if fraction is None else math.floor(fraction * updates))
    share = number(form, "warmup", 0.01)
    if not 0 <= share <= 1:
        raise refuse(form, "warmup", f"warmup must lie in [0, 1], got {share:g}")
    warmup = share * end
    lines = (told, *((f"warm-up {share:g} × {end} = {warmup:g} updates, not rounded",) if warmup else ()))
    schedule = _curve(lr, low, style, warmup, end)
    return Training(
        schedule, updates, None, lines, _notes(style, warmup, end, updates), f"lr_decay_style {style}"
    )


def _curve(lr: float, low: float, style: str, warmup: float, end: int) -> Schedule:
    """The rate at ``max(1, t)``: the scheduler is asked once before the first update."""
    floor = low / lr if lr else 0.0
    after: Schedule
    if style == "constant":
        after = Constant(lr=max(lr, low))
    elif style == "linear":
        # Straight to 0, and cut off at min_lr.
        reached = warmup + (1 - floor) * (end - warmup)
        after = straight(warmup, max(lr, low), reached, low) if floor < 1 else Constant(lr=low)
    elif style == "cosine":
        width = f"(t - {warmup!r}) / {end - warmup!r}"
        after = Lambda(
            lr=lr, factor=f"max({floor!r}, {floor!r} + {(1 - floor) / 2!r} * (1 + cos(pi * {width})))"
        )
    else:
        after = Lambda(lr=lr, factor=f"max({floor!r}, exp(-0.693 * (t - {warmup!r}) / {end!r}))")
    if warmup == 0:
        return after
    ramp = straight(0, 0, warmup, lr)
    return switched(Constant(lr=min(1, warmup) / warmup * lr), (1, ramp), (math.floor(warmup) + 1, after))


def _notes(style: str, warmup: float, end: int, updates: int) -> tuple[str, ...]:
    found: list[str] = []
    if warmup >= 1:
        found.append("the first two updates have the same rate: the scheduler starts at step 1")
    if style == "cosine" and end < updates:
        found.append(f"the cosine is not stopped at lr_decay_iters {end}: the rate rises again after it")
    if style == "linear":
        found.append("linear goes to 0 and is cut off at min_lr")
    return tuple(found)


TRAINER: Final = Trainer("gpt_neox", "GPT-NeoX", recognise, training)
