"""LLM Foundry and Composer: YAML whose times have units (8c8dd48f7, 2025-07; mosaicml 0.32.1)."""

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.lambda_ import Lambda
from lrplot.trainers.call import called
from lrplot.trainers.curves import one_after_another, straight, switched
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.inherited import interpolated
from lrplot.trainers.keys import required
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, whole

_CALLS: Final[Mapping[str, str]] = {
    "cosine_with_warmup": "CosineAnnealingWithWarmupScheduler",
    "linear_decay_with_warmup": "LinearWithWarmupScheduler",
    "constant_with_warmup": "ConstantWithWarmupScheduler",
}
_ROOT: Final = "inv_sqrt_with_warmup"
_TIME: Final = re.compile(r"^\s*(\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(ba|ep|sp|tok|dur)\s*$")
_ARGUMENTS: Final = frozenset(
    {"t_warmup", "t_max", "alpha_f", "alpha_i", "scale_warmup", "t_scale", "t_cooldown"}
)


def recognise(form: Form) -> Confidence:
    """``max_duration`` with a unit, and ``scheduler`` with a name of its own or times."""
    inner = form.get("scheduler")
    if form.kind != "mapping" or not isinstance(inner, Mapping):
        return Confidence(0)
    named = str(inner.get("name")) in {*_CALLS, _ROOT}
    timed = _TIME.match(str(inner.get("t_warmup", ""))) is not None
    lasts = _TIME.match(str(form.get("max_duration", form.get("variables.max_duration", "")))) is not None
    known = form.get("optimizer.learning_rate") is None
    sure = known and (timed or lasts) and (named or "t_warmup" in inner)
    return Confidence(2 if sure else 0, named + timed + lasts)


def training(form: Form, facts: Facts) -> Training:
    """The training, as Composer's Trainer steps it: the rate is set before the clock advances."""
    form = interpolated(form)
    lr = required(form, "optimizer.lr")
    kind = str(form.get("scheduler.name"))
    length, each, told = _length(form, facts)
    notes: tuple[str, ...] = ()
    if kind == _ROOT:
        curve = _root(form, lr, length, each)
    else:
        call = _CALLS.get(kind)
        if call is None:
            known = ", ".join((*_CALLS, _ROOT))
            raise refuse(form, "scheduler.name", f"scheduler.name '{kind}' is not read; known are {known}")
        given = {k: v for k, v in form.get("scheduler").items() if k in _ARGUMENTS}
        _check_units(form, given)
        for key in ("alpha_f", "alpha_i"):
            if key in given:
                given[key] = float(number(form, f"scheduler.{key}", 0.0))
        curve, notes = called(
            form, f"composer.optim.{call}", given, lr=lr, steps=length, steps_per_epoch=each, optimizer=False
        )
        notes = tuple(note for note in notes if "before it counts a batch" not in note)
    schedule = one_after_another([(1, Constant(lr=float(curve(0))))], curve)
    notes = (*notes, "the rate is set before the clock advances: the first two updates have the same rate")
    warmup = form.get("scheduler.t_warmup")
    lines = (told, *((f"warm-up {warmup} = {_warmup_steps(form, length, each)} batches",) if warmup else ()))
    return Training(schedule, length, each, lines, notes, kind, "" if kind == _ROOT else "composer")


def _time(form: Form, path: str, default: Any = None) -> tuple[float, str]:
    value = form.get(path, default)
    found = _TIME.match(str(value))
    if found is None:
        raise refuse(
            form, path, f"{path} must be a time with its unit, like 100ba, 2ep or 0.1dur, got {value!r}"
        )
    return float(found[1].replace("_", "")), found[2]


def _length(form: Form, facts: Facts) -> tuple[int, int | None, str]:
    """The batches of the run, those of an epoch, and how they came about."""
    path = "max_duration" if "max_duration" in form else "variables.max_duration"
    amount, unit = _time(form, path)
    each = facts.batches_per_epoch
    size = whole(form, "global_train_batch_size", None)
    if each is None and facts.examples is not None and size is not None:
        drops = form.get("train_loader.drop_last") is not False
        each = facts.examples // size if drops else math.ceil(facts.examples / size)
    others = [str(form.get(f"scheduler.{key}", "")) for key in ("t_warmup", "t_max", "t_scale", "t_cooldown")]
    if each is None and (unit == "ep" or any(other.strip().endswith("ep") for other in others)):
        ask(form, "Composer", **({"examples": None} if size else {"batches_per_epoch": None}))
    if unit == "ba":
        return int(amount), each, f"max_duration = {int(amount)} batches"
    if unit == "ep":
        found = int(amount) * (each or 1)
        return found, each, f"{int(amount)} epochs × {each} batches = {found}"
    if size is None:
        raise refuse(
            form, path, f"max_duration in {unit} needs global_train_batch_size to be counted in batches"
        )
    if unit == "sp":
        found = math.ceil(amount / size)
        return found, each, f"{amount:g} samples / {size} = {found} batches"
    sequence = whole(form, "max_seq_len", whole(form, "variables.max_seq_len", None))
    if unit == "tok" and sequence is not None:
        found = math.ceil(amount / (size * sequence))
        return found, each, f"{amount:g} tokens / ({size} × {sequence}) = {found} batches"
    raise refuse(form, path, "max_duration in tokens needs max_seq_len to be counted in batches")


def _check_units(form: Form, given: Mapping[str, Any]) -> None:
    """Warm-up and ``t_max`` must share a unit, which ``dur`` takes from the run."""
    if "t_max" not in given or "t_warmup" not in given:
        return
    units = {_time(form, f"scheduler.{key}")[1] for key in ("t_max", "t_warmup")} - {"dur"}
    if len(units) > 1:
        raise refuse(
            form,
            "scheduler.t_max",
            f"t_warmup and t_max count in {' and '.join(sorted(units))}; Composer wants one unit for both",
        )


def _batches(form: Form, path: str, length: int, each: int | None, default: Any = None) -> int:
    amount, unit = _time(form, path, default)
    if unit == "dur":
        return int(amount * length)
    if unit == "ep":
        return int(amount) * (each or 1)
    if unit != "ba":
        raise refuse(form, path, f"{path} in {unit} is not read; give it in batches (ba)")
    return int(amount)


def _warmup_steps(form: Form, length: int, each: int | None) -> int:
    return _batches(form, "scheduler.t_warmup", length, each)


def _root(form: Form, lr: float, length: int, each: int | None) -> Schedule:
    """LLM Foundry's inverse square root with a linear cooldown."""
    for key in ("t_warmup", "t_scale", "t_cooldown"):
        if _time(form, f"scheduler.{key}")[1] == "dur":
            raise refuse(form, f"scheduler.{key}", f"{key} cannot be in units of dur")
    warmup = _batches(form, "scheduler.t_warmup", length, each)
    scale = _batches(form, "scheduler.t_scale", length, each)
    cooldown = _batches(form, "scheduler.t_cooldown", length, each)
    end = _batches(form, "scheduler.t_max", length, each, "1dur")
    low = float(number(form, "scheduler.alpha_f_decay", 0.0))
    last = float(number(form, "scheduler.alpha_f_cooldown", 0.0))
    if low < last:
        raise refuse(form, "scheduler.alpha_f_decay", f"alpha_f_decay must be ≥ alpha_f_cooldown {last:g}")
    begins = max(warmup, end - cooldown)
    fall = f"{low!r} + {1 - low!r} / sqrt((t + {scale - warmup}) / {scale})"
    at = low + (1 - low) / math.sqrt((begins + scale - warmup) / scale)
    tail = straight(begins, at * lr, begins + cooldown, last * lr) if cooldown else Constant(lr=at * lr)
    after = switched(Lambda(lr=lr, factor=fall), (begins, tail))
    return switched(straight(0, 0, warmup, lr), (warmup, after)) if warmup else after


TRAINER: Final = Trainer("composer", "LLM Foundry and Composer", recognise, training)
