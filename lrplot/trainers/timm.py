"""timm's ``train.py``: flags, or the ``args.yaml`` that it writes (aa4b5850, 2026-08)."""

import math
from typing import Any, Final

from lrplot.trainers.call import called
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.groups import blocks_of, layers
from lrplot.trainers.keys import batches_of_epoch, first_key, least_zero
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, switch, whole, word

_OWN: Final = frozenset(
    {
        "sched",
        "warmup_lr",
        "lr_base",
        "lr_base_size",
        "sched_on_updates",
        "decay_epochs",
        "decay_milestones",
        "cooldown_epochs",
        "warmup_prefix",
        "lr_k_decay",
        "lr_cycle_limit",
        "patience_epochs",
    }
)
_CYCLIC: Final = frozenset({"cosine", "tanh", "poly"})
"""Schedules that know how long their cycles are."""
_LASTING: Final = frozenset({"wsd", "rsqrt"})
"""Schedules of one cycle that cool down too."""


def recognise(form: Form) -> Confidence:
    """``sched`` with others of its names."""
    found = _OWN & form.values.keys()
    if form.kind == "flags":
        return Confidence(2 if "sched" in found or len(found) >= 2 else 0, len(found))
    sure = form.kind == "mapping" and "sched" in found and len(found) >= 3
    return Confidence(2 if sure else 0, len(found))


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``create_scheduler_v2`` and the loop of ``train.py`` make it."""
    batch = whole(form, first_key(form, "batch_size", "b"), 128)
    accumulated = whole(form, "grad_accum_steps", 1)
    rate = number(form, "lr", None)
    launched = form.arguments[0] if form.program.endswith("distributed_train.sh") and form.arguments else ""
    devices = facts.devices or form.devices or (int(launched) if launched.isdigit() else None)
    asked: dict[str, Any] = {} if facts.batches_per_epoch else {"examples": facts.examples}
    if not rate:
        asked["devices"] = devices
    ask(form, "timm", **asked)
    known = Facts(facts.examples, devices or 1, facts.batches_per_epoch)
    batches, told = batches_of_epoch(form, known, "timm", batch, drop_last=True)
    each = math.ceil(batches / accumulated)
    lr, how = (float(rate), ()) if rate else _scaled(form, batch, accumulated, devices or 1)
    kind = str(form.get("sched") or "cosine")
    on_updates = switch(form, "sched_on_updates")
    epochs = whole(form, "epochs", 300)
    given = _arguments(form, kind, epochs)
    given |= {"step_on_epochs": not on_updates, "updates_per_epoch": each}
    run, length_told = _length(form, kind, epochs, each)
    updates = run * each
    schedule, notes = called(
        form, "timm.scheduler.create_scheduler_v2", given, lr=lr, steps=updates, steps_per_epoch=each
    )
    by = f" → ⌈{batches} / {accumulated}⌉ = {each} updates" if accumulated > 1 else ""
    lines = (f"{told}{by}", *how, f"{length_told} → {updates} updates")
    notes = (*_notes(form, kind), *notes)
    decay = number(form, "layer_decay", None)
    blocks = blocks_of(str(form.get("model") or "resnet50"))
    if decay in (None, 1):
        return Training(schedule, updates, each, lines, notes, kind, "timm")
    if (
        blocks is None
        or number(form, "layer_decay_min_scale", 0)
        or number(form, "layer_decay_no_opt_scale", 0)
    ):
        more = "layer_decay gives layers below the head less; drawn is the head's rate"
        return Training(schedule, updates, each, lines, (*notes, more), kind, "timm")
    return Training(
        schedule, updates, each, lines, notes, kind, "timm", layers(schedule, blocks, float(decay))
    )


def _scaled(form: Form, batch: int, accumulated: int, devices: int) -> tuple[float, tuple[str, ...]]:
    """``lr_base`` by the batch, as the square root for optimizers named ada… or lamb…."""
    base, size = float(least_zero(form, "lr_base", 0.1)), whole(form, "lr_base_size", 256)
    optimizer = str(form.get("opt") or "sgd").lower()
    scale = str(form.get("lr_base_scale") or "")
    if not scale:
        scale = "sqrt" if "ada" in optimizer or "lamb" in optimizer else "linear"
    if scale not in {"sqrt", "linear"}:
        raise refuse(form, "lr_base_scale", f"lr_base_scale must be sqrt or linear, got '{scale}'")
    ratio = batch * accumulated * devices / size
    found = base * (math.sqrt(ratio) if scale == "sqrt" else ratio)
    root = "√" if scale == "sqrt" else ""
    accumulation = f" × {accumulated}" if accumulated > 1 else ""
    return found, (
        f"lr is left out: lr_base {base:g} × {root}({batch}{accumulation} × {devices} devices / {size}) "
        f"= {found:g}",
    )


def _arguments(form: Form, kind: str, epochs: int) -> dict[str, Any]:
    """The arguments that ``train.py`` hands to the factory."""
    found: dict[str, Any] = {
        "sched": kind,
        "num_epochs": epochs,
        "decay_milestones": _listed(form, "decay_milestones", [90, 180, 270]),
        "cooldown_epochs": whole(form, "cooldown_epochs", 0, least=0),
        "patience_epochs": whole(form, "patience_epochs", 10, least=0),
        "decay_rate": float(number(form, first_key(form, "decay_rate", "dr"), 0.1)),
        "min_lr": float(least_zero(form, "min_lr", 0.0)),
        "warmup_lr": float(least_zero(form, "warmup_lr", 1e-5)),
        "warmup_epochs": whole(form, "warmup_epochs", 5, least=0),
        "warmup_prefix": switch(form, "warmup_prefix"),
        "cycle_mul": float(number(form, "lr_cycle_mul", 1.0)),
        "cycle_decay": float(number(form, "lr_cycle_decay", 0.5)),
        "cycle_limit": whole(form, "lr_cycle_limit", 1),
        "k_decay": float(number(form, "lr_k_decay", 1.0)),
    }
    decay = number(form, "decay_epochs", None)
    if decay is not None or kind not in {"wsd", "rsqrt"}:
        found["decay_epochs"] = 90 if decay is None else decay
    shape, timescale = word(form, "lr_decay_fn"), number(form, "lr_stable_timescale", None)
    found |= {"decay_fn": shape} if shape else {}
    found |= {} if timescale is None else {"stable_timescale": timescale}
    noise = form.get("lr_noise")
    if noise not in (None, "null", []):
        found["noise"] = _listed(form, "lr_noise", [])
        found["noise_pct"] = float(number(form, "lr_noise_pct", 0.67))
        found["noise_std"] = float(number(form, "lr_noise_std", 1.0))
        found["noise_seed"] = whole(form, "seed", 42, least=0)
    return found


def _listed(form: Form, path: str, default: list[float]) -> list[float]:
    value = form.get(path)
    if value is None:
        return default
    # Flags have several values as one text: ``--decay-milestones 90 180``.
    members = _numbers(value) if isinstance(value, str) else value if isinstance(value, list) else [value]
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in members):
        raise refuse(form, path, f"{path} must be numbers, got {value!r}")
    return members


def _numbers(text: str) -> list[Any]:
    try:
        return [float(word) for word in text.split()]
    except ValueError:
        return [text]


def _length(form: Form, kind: str, epochs: int, each: int) -> tuple[int, str]:
    """The epochs that are run, which a scheduler with cycles says itself."""
    warmup = whole(form, "warmup_epochs", 5, least=0)
    ahead = warmup if switch(form, "warmup_prefix") else 0
    cooldown = whole(form, "cooldown_epochs", 0, least=0)
    if kind not in _CYCLIC and kind not in _LASTING:
        run = epochs + ahead
        return run, f"{epochs} epochs" + (f" + {ahead} of warm-up = {run}" if ahead else "")
    cycles, factor = whole(form, "lr_cycle_limit", 1), float(number(form, "lr_cycle_mul", 1.0))
    if kind in _LASTING:
        cycles = 1
    length = (
        epochs * each * cycles
        if factor == 1
        else math.floor(-epochs * each * (factor**cycles - 1) / (1 - factor))
    )
    run = length // each + ahead + cooldown
    told = f"{epochs} epochs"
    if cycles > 1:
        told = f"{cycles} cycles of {epochs} epochs"
    parts = [f" + {ahead} of warm-up" if ahead else "", f" + {cooldown} of cooldown" if cooldown else ""]
    return run, told + "".join(parts) + (f" = {run}" if any(parts) or cycles > 1 else "")


def _notes(form: Form, kind: str) -> tuple[str, ...]:
    found: list[str] = []
    if whole(form, "warmup_epochs", 5, least=0) and not switch(form, "warmup_prefix") and kind in _CYCLIC:
        found.append("the warm-up runs over the curve (no --warmup-prefix): the rate jumps down at its end")
    if kind == "multistep":
        found.append("milestones act one epoch early: timm looks for the first milestone beyond epoch + 1")
    if kind == "poly":
        found.append("--sched poly takes --decay-rate as its power")
    return tuple(found)


TRAINER: Final = Trainer("timm", "timm", recognise, training)
