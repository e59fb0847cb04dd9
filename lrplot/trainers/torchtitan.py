"""torchtitan: TOML to 0.2, a Python registry of ``Config`` calls from 0.3 on."""

from collections.abc import Mapping
from typing import Any, Final

from lrplot.schedules.constant import Constant
from lrplot.schedules.wsd import WSD
from lrplot.trainers.curves import one_after_another, straight
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.inherited import with_overrides
from lrplot.trainers.keys import least_zero, one_of
from lrplot.trainers.training import Confidence, Trainer, Training, number, refuse, whole

_DECAYS: Final[Mapping[str, str]] = {"linear": "linear", "sqrt": "1-sqrt", "cosine": "cosine"}
_OWN: Final = frozenset(
    {"warmup_steps", "decay_ratio", "decay_type", "min_lr_factor", "lr_min", "total_steps"}
)
_DEFAULT_RATE: Final = 8e-4
"""torchtitan's ``optimizer.lr``, where it is left out."""


def recognise(form: Form) -> Confidence:
    """The table ``lr_scheduler`` beside ``training`` or ``optimizer``; flags ``--lr_scheduler.…``."""
    if form.kind == "flags":
        found = [key for key in form.values if str(key).startswith(("lr_scheduler.", "training.steps"))]
        return Confidence(2 if any(key.startswith("lr_scheduler.") for key in found) else 0, len(found))
    inner, outer = form.get("lr_scheduler"), form.get("training")
    inside = _OWN & set(inner) if isinstance(inner, Mapping) else frozenset()
    steps = isinstance(outer, Mapping) and "steps" in outer
    if form.kind not in {"toml", "python"} or not (
        inside or (steps and form.get("optimizer.lr") is not None)
    ):
        return Confidence(0)
    return Confidence(2 if inside and steps else 1, len(inside) + 1)


def training(form: Form, facts: Facts) -> Training:  # noqa: ARG001 (nothing is asked)
    """The training, as ``linear_warmup_stable_decay`` computes it."""
    if form.kind == "flags":
        form = with_overrides(form, {k: v for k, v in form.values.items() if "." in k})
    lr = float(least_zero(form, "optimizer.lr", _DEFAULT_RATE))
    steps = whole(form, "training.steps", 10_000)
    total = whole(form, "lr_scheduler.total_steps", steps)
    given = whole(form, "lr_scheduler.warmup_steps", 200, least=0)
    warmup = min(given, total)
    low = _floor(form)
    kind = one_of(form, "lr_scheduler.decay_type", "linear", tuple(_DECAYS))
    ratio = number(form, "lr_scheduler.decay_ratio", None)
    if ratio is not None and not 0 <= ratio <= 1:
        raise refuse(form, "lr_scheduler.decay_ratio", f"decay_ratio must lie in [0, 1], got {ratio:g}")
    decay = total - warmup if ratio is None else min(round(total * ratio), total - warmup)
    notes: list[str] = []
    if given > total:
        notes.append(f"warmup_steps {given} is longer than the run: it is cut to {warmup}")
    elif "lr_scheduler.warmup_steps" not in form and warmup * 2 >= total:
        notes.append(f"warmup_steps is left out, and 200: more than half of {total} steps")
    if ratio is not None and decay < round(total * ratio):
        notes.append(f"the decay of {round(total * ratio)} steps is cut to the {decay} after the warm-up")
    lines = [f"training.steps = {steps} updates"]
    if total != steps:
        lines.append(f"the schedule is laid over total_steps = {total}")
    lines.append(f"warm-up min({given}, {total}) = {warmup}")
    by = (
        f"round({total} × {ratio:g}), at most {total} − {warmup},"
        if ratio is not None
        else f"{total} − {warmup}"
    )
    lines.append(f"decay {by} = {decay}")
    length = total - max(0, warmup - 1)
    after: Constant | WSD = Constant(lr=lr)
    if decay > 0:
        after = WSD.model_validate(
            {
                "lr": lr,
                "total_steps": length,
                "decay_steps": decay,
                "decay": _DECAYS[kind],
                "min_lr": low * lr,
            }
        )
    # Of the ramp (t + 1) / w the last step is the first of the stable phase.
    ramp = [(warmup - 1, straight(0, lr / warmup, warmup - 1, lr))] if warmup > 1 else []
    schedule = one_after_another(ramp, after)
    return Training(schedule, steps, None, tuple(lines), tuple(notes), f"decay_type {kind}")


def _floor(form: Form) -> float:
    """The share of the rate that is left: ``min_lr_factor``, ``lr_min`` in 0.1."""
    path = "lr_scheduler.lr_min" if "lr_scheduler.lr_min" in form else "lr_scheduler.min_lr_factor"
    found: Any = number(form, path, 0.0)
    if not 0 <= found <= 1:
        raise refuse(form, path, f"{path} must lie in [0, 1]: it is a share of the rate, got {found:g}")
    return float(found)


TRAINER: Final = Trainer("torchtitan", "torchtitan", recognise, training)
