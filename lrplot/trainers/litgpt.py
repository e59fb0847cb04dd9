"""litgpt: YAML with ``train`` and ``optimizer`` (26857050); pretraining counts micro-batches."""

import math
from collections.abc import Mapping
from typing import Final

from lrplot.schedules.cosine import Cosine
from lrplot.trainers.curves import begun, one_after_another, ramped, straight
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.inherited import with_overrides
from lrplot.trainers.keys import least_zero, required
from lrplot.trainers.training import Confidence, Trainer, Training, Trap, ask, number, refuse, whole

_OWN: Final = frozenset(
    {"global_batch_size", "micro_batch_size", "lr_warmup_steps", "lr_warmup_fraction", "max_tokens", "min_lr"}
)


def recognise(form: Form) -> Confidence:
    """``train`` with ``lr_warmup_steps``, ``micro_batch_size`` and their like."""
    if form.kind == "flags":
        found = [key for key in form.values if str(key).startswith("train.")]
        return Confidence(2 if "litgpt" in form.program else 0, len(found))
    inner = form.get("train")
    count = len(_OWN & set(inner)) if form.kind == "mapping" and isinstance(inner, Mapping) else 0
    return Confidence(2 if count >= 2 else 0, count)


def training(form: Form, facts: Facts) -> Training:
    """The training of ``litgpt pretrain`` where it says tokens, else of ``litgpt finetune``."""
    if form.kind == "flags":
        form = with_overrides(form, {k: v for k, v in form.values.items() if "." in k})
    pretrains = number(form, "train.max_tokens", None) is not None or "pretrain" in form.arguments
    lr = required(form, "optimizer.init_args.lr")
    devices = facts.devices or _devices(form)
    return _pretrain(form, lr, devices, facts) if pretrains else _finetune(form, lr, devices, facts)


def _devices(form: Form) -> int | None:
    each = form.get("devices", 1)
    nodes = whole(form, "num_nodes", 1)
    return each * nodes if isinstance(each, int) and each > 0 else form.devices


def _accumulated(form: Form, devices: int, together: int, micro: int) -> tuple[int, str]:
    found = together // devices // micro
    if found < 1:
        raise refuse(
            form,
            "train.global_batch_size",
            f"global_batch_size {together} on {devices} devices is less than micro_batch_size {micro}",
        )
    return found, f"accumulation {together} / {devices} devices / {micro} = {found}"


def _pretrain(form: Form, lr: float, devices: int | None, facts: Facts) -> Training:
    for key in ("max_steps", "epochs"):
        if number(form, f"train.{key}", None) is not None:
            raise refuse(form, f"train.{key}", f"litgpt pretrain refuses train.{key}; give train.max_tokens")
    fraction = number(form, "train.lr_warmup_fraction", None)
    asked = {"devices": devices}
    if fraction is not None:
        asked["batches_per_epoch"] = facts.batches_per_epoch
    ask(form, "litgpt", **asked)
    assert devices is not None  # noqa: S101 (asked for)
    micro = whole(form, "train.micro_batch_size", 4)
    size = whole(form, "train.global_batch_size", 512)
    accumulated, told = _accumulated(form, devices, size, micro)
    tokens = whole(form, "train.max_tokens", 3_000_000_000_000)
    sequence = whole(form, "train.max_seq_length", None)
    if sequence is None:
        raise refuse(
            form,
            "train.max_seq_length",
            "train.max_seq_length is left out, and the model's block size; give it",
        )
    batches = tokens // devices // (micro * sequence)
    updates = batches // accumulated
    if updates < 1:
        raise refuse(form, "train.max_tokens", f"{tokens} tokens are less than one update")
    if fraction is None:
        steps = whole(form, "train.lr_warmup_steps", 2000, least=0)
        warmup, how = min(batches, steps * accumulated), f"min({batches}, {steps} × {accumulated})"
    else:
        every = facts.batches_per_epoch or 0
        warmup, how = min(batches, math.ceil(fraction * every)), f"⌈{fraction:g} × {every} batches⌉"
    low = float(least_zero(form, "train.min_lr", 4e-5))
    curve = Cosine(lr=lr, eta_min=low, T_max=max(1, batches - warmup))
    schedule = begun(ramped(curve, warmup), accumulated - 1, accumulated)
    lines = (
        told,
        f"{tokens} tokens / {devices} devices / ({micro} × {sequence}) = {batches} "
        f"micro-batches → {updates} updates",
        f"warm-up {how} = {warmup} micro-batches",
    )
    notes = ("the rate moves every micro-batch; an update has the rate of its last one",) * (accumulated > 1)
    return Training(schedule, updates, None, lines, notes, "litgpt pretrain")


def _finetune(form: Form, lr: float, devices: int | None, facts: Facts) -> Training:
    limit = whole(form, "train.max_steps", None)
    asked = {"devices": devices}
    if facts.batches_per_epoch is None:
        asked["examples"] = facts.examples
    ask(form, "litgpt", **asked)
    assert devices is not None  # noqa: S101 (asked for)
    micro = whole(form, "train.micro_batch_size", 1)
    size = whole(form, "train.global_batch_size", 16)
    accumulated, told = _accumulated(form, devices, size, micro)
    epochs = whole(form, "train.epochs", 5)
    batches = facts.batches_per_epoch or math.ceil(math.ceil((facts.examples or 1) / micro) / devices)
    planned = epochs * (batches // accumulated)
    length = planned if limit is None else min(planned, limit)
    run = epochs * batches // accumulated
    updates = run if limit is None else min(run, limit)
    warmup = whole(form, "train.lr_warmup_steps", 100, least=0)
    if updates < 1:
        raise refuse(form, "train.global_batch_size", f"{batches} batches an epoch are less than one update")
    if length <= warmup:
        raise refuse(
            form,
            "train.lr_warmup_steps",
            f"the warm-up of {warmup} steps leaves nothing of {length} for the cosine, which litgpt divides "
            "by: lower lr_warmup_steps",
        )
    curve = Cosine(lr=lr, eta_min=0, T_max=length - warmup, after="rise")
    schedule = one_after_another([(warmup, straight(0, 0, warmup, lr))], curve)
    lines = (
        told,
        f"{epochs} epochs × ⌊{batches} batches / {accumulated}⌋ = {planned}"
        + ("" if limit is None else f", at most max_steps {limit}")
        + f" → a curve of {length} updates, {updates} trained",
    )
    notes: list[str] = (
        []
        if number(form, "train.min_lr", None) is None
        else [Trap("fine-tuning passes over min_lr: the cosine goes to 0")]
    )
    if updates > length:
        notes.append(f"the cosine ends after {length} of {updates} updates, and rises again")
    return Training(schedule, updates, None, lines, tuple(notes), "litgpt finetune")


TRAINER: Final = Trainer("litgpt", "litgpt", recognise, training)
