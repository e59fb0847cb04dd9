"""OLMo (59a53e3f, 2025-09) and OLMo-core (fa6c5014c, 2026-06): the step is counted before the rate is set."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.lambda_ import Lambda
from lrplot.trainers.curves import begun, half_wave, one_after_another, straight, switched
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import least_zero, one_of
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, whole

_NAMES: Final = (
    "cosine_with_warmup",
    "linear_with_warmup",
    "inverse_sqrt_with_warmup",
    "constant_with_warmup",
    "constant",
    "max_scheduler",
    "cosine_linear_envelope",
)
_CORE: Final = (
    "WSD",
    "ConstantWithWarmup",
    "ConstantScheduler",
    "CosWithWarmup",
    "LinearWithWarmup",
    "InvSqrtWithWarmup",
    "CosWithWarmupAndLinearDecay",
    "HalfCosWithWarmup",
    "PowerLR",
)
_SAME: Final[Mapping[str, str]] = {
    "CosWithWarmup": "cosine_with_warmup",
    "CosWithWarmupAndLinearDecay": "cosine_with_warmup",
    "LinearWithWarmup": "linear_with_warmup",
}
"""The curve of OLMo behind the warm-up that OLMo-core has too."""
_DECAYING: Final = frozenset({"WSD", "CosWithWarmupAndLinearDecay", "PowerLR"})
"""Schedulers that end in a straight decay."""
_LONGEST: Final = 1e18
"""Steps or tokens of a training: ten thousand times the largest, and float64 misses none by more than 64."""
_CLASS: Final = "_CLASS_"


def recognise(form: Form) -> Confidence:
    """``optimizer.learning_rate`` and ``scheduler.t_warmup``; ``_CLASS_`` of OLMo-core's schedulers."""
    inner = form.get("scheduler") or form.get("train_module.scheduler")
    if form.kind != "mapping" or not isinstance(inner, Mapping):
        return Confidence(0)
    if "olmo_core" in str(inner.get(_CLASS, "")):
        return Confidence(2, 2)
    own = inner.get("name") in _NAMES and form.get("optimizer.learning_rate") is not None
    return Confidence(2 if own else 0, 2)


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``scheduler.get_lr`` of the next step sets it."""
    if form.get("scheduler._CLASS_") or form.get("train_module.scheduler._CLASS_"):
        return _core(form, facts)
    lr = float(least_zero(form, "optimizer.learning_rate", 1e-4))
    kind = one_of(form, "scheduler.name", "cosine_with_warmup", _NAMES)
    per_step, steps, total, told = _length(form, facts)
    by_tokens = one_of(form, "scheduler.units", "steps", ("steps", "tokens")) == "tokens"
    scale = per_step if by_tokens else 1
    if scale is None:
        raise refuse(
            form, "scheduler.units", "units: tokens needs global_train_batch_size and max_sequence_length"
        )
    warmup = float(least_zero(form, "scheduler.t_warmup", 100)) / scale
    end = number(form, "scheduler.t_max", None)
    length = total if end is None else end / scale
    share = float(least_zero(form, "scheduler.alpha_f", 0.1))
    first = number(form, "scheduler.warmup_min_lr", None)
    start = 0.1 * lr if first is None else float(first)
    curve = _Curve(lr, share * lr, warmup, length).of(kind)
    if warmup and kind != "constant":
        curve = switched(straight(0, start, warmup, lr), (warmup, curve))
    stop = whole(form, "stop_at", None)
    updates = steps if stop is None else min(steps, stop)
    unit = f"{warmup * scale:g} tokens / {scale} = {warmup:g} updates" if by_tokens else f"{warmup:g} updates"
    lines = (*told, *((f"warm-up {unit}",) if warmup else ()), *((f"stop_at {stop}",) if stop else ()))
    notes = ["the step is counted before the rate is set: update t has the rate of t + 1"]
    if warmup and first is None and kind != "constant":
        notes.append("warmup_min_lr is left out: the warm-up starts at 10 % of the rate")
    return Training(begun(curve, 1), updates, None, lines, tuple(notes), kind)


def _length(form: Form, facts: Facts) -> tuple[int | None, int, float, tuple[str, ...]]:
    """Tokens of an update, updates, the length of the schedule in updates, and how they came about."""
    size = whole(form, "global_train_batch_size", None)
    sequence = whole(form, "model.max_sequence_length", None)
    per_step = None if size is None or sequence is None else size * sequence
    value = form.get("max_duration", 10_000)
    written = str(value).replace("_", "").strip()
    found = re.fullmatch(r"(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(T|ep)?", written)
    if found is None:
        raise refuse(form, "max_duration", f"max_duration must be steps, '2e12T' or '1ep', got {value!r}")
    amount = float(found[1])
    if amount > _LONGEST:
        raise refuse(form, "max_duration", f"max_duration must be at most {_LONGEST:g}, got {value}")
    if found[2] == "T":
        if per_step is None:
            raise refuse(
                form,
                "max_duration",
                "max_duration in tokens needs global_train_batch_size and max_sequence_length",
            )
        steps = math.ceil(amount / per_step)
        told = f"⌈{amount:g} tokens / ({size} × {sequence})⌉ = {steps} updates"
        by_tokens = form.get("scheduler.units") == "tokens"
        return per_step, steps, amount / per_step if by_tokens else steps, (told,)
    if found[2] == "ep":
        each = facts.batches_per_epoch
        if each is None:
            if size is None:
                ask(form, "OLMo", batches_per_epoch=None)
            ask(form, "OLMo", examples=facts.examples)
            each = (facts.examples or 0) // (size or 1)
        steps = int(amount * each)
        return per_step, steps, steps, (f"{amount:g} epochs × {each} batches = {steps} updates",)
    return per_step, int(amount), int(amount), (f"max_duration = {int(amount)} updates",)


@dataclass(frozen=True, slots=True)
class _Curve:
    """The curves behind the warm-up, on the clock of the run."""

    lr: float
    low: float
    warmup: float
    end: float

    def of(self, kind: str) -> Schedule:
        if kind in {"constant", "constant_with_warmup"}:
            return Constant(lr=self.lr)
        if kind == "linear_with_warmup":
            return straight(self.warmup, self.lr, self.end, self.low)
        if kind == "cosine_with_warmup":
            return half_wave(self.warmup, self.lr, self.end, self.low)
        if kind == "inverse_sqrt_with_warmup":
            return Lambda(lr=self.lr, factor=self._root())
        if kind == "max_scheduler":
            return Lambda(lr=1, factor=f"max({self._cosine()}, {self.lr!r} * {self._root()})")
        left = f"max(0, 1 - (t - {self.warmup!r}) / {self._width!r})"
        wave = f"{self.lr - self.low!r} * (1 + cos(pi * min(1, (t - {self.warmup!r}) / {self._width!r}))) / 2"
        return Lambda(lr=1, factor=f"{self.low!r} + {left} * {wave}")

    @property
    def _width(self) -> float:
        return max(self.end - self.warmup, 1e-9)

    def _root(self) -> str:
        return f"sqrt({self.warmup!r} / max({self.warmup!r}, t))"

    def _cosine(self) -> str:
        share = f"max(0, min(1, (t - {self.warmup!r}) / {self._width!r}))"
        return f"({self.low!r} + {self.lr - self.low!r} * (1 + cos(pi * {share})) / 2)"


def _core(form: Form, facts: Facts) -> Training:
    """OLMo-core: a scheduler by its class."""
    at = _scheduler_at(form)
    name = str(form.get(f"{at}.{_CLASS}")).rpartition(".")[2]
    if name not in _CORE:
        raise refuse(form, f"{at}.{_CLASS}", f"OLMo-core's {name} is not read; known are {', '.join(_CORE)}")
    lr = _core_rate(form, at)
    steps, total, told = _core_length(form, facts)
    per_step, end = _core_units(form, at, total, steps)
    # OLMo-core 1 took 2000 steps where neither is given; later versions refuse that.
    warmup = _counted(form, at, "warmup", end, 2000) / per_step
    end, unit = end / per_step, f" ({per_step} tokens each)" if per_step > 1 else ""
    start = float(least_zero(form, f"{at}.warmup_min_lr", 0.0))
    low = float(least_zero(form, f"{at}.alpha_f", 0.1)) * lr
    lines = [told, f"warm-up {warmup:g} updates{unit}"]
    if name == "ConstantScheduler":
        return Training(Constant(lr=lr), steps, None, (lines[0],), (), name)
    after, top = _Curve(lr, low, warmup, end).of(_SAME.get(name, "constant")), lr
    if name == "InvSqrtWithWarmup":
        share = low / lr if lr else 0.0
        after = Lambda(lr=lr, factor=f"{share!r} + {1 - share!r} * sqrt({warmup} / max(t, {max(warmup, 1)}))")
    elif name == "PowerLR":
        power = float(number(form, f"{at}.b", -0.51))
        after = Lambda(lr=lr, factor=f"(max(t, 1) / {max(warmup, 1)}) ** {power!r}")
    elif name == "HalfCosWithWarmup":
        top = low + (lr - low) / 2
        whole_warmup, whole_end = round(warmup), round(end)
        after = half_wave(warmup, lr, 2 * end - warmup, low)
        after = one_after_another([(whole_warmup, Constant(lr=top))], begun(after, whole_end))
    if name in _DECAYING:
        decay = _counted(form, at, "decay", total if per_step > 1 else steps, 0.1) / per_step
        last = float(least_zero(form, f"{at}.decay_min_lr", 0.0))
        lines.append(f"decay {decay:g} updates{unit}")
        begins = (total / per_step if per_step > 1 else steps) - decay
        if begins < 0:
            raise refuse(
                form, f"{at}.decay", f"the decay of {decay:g} updates is longer than the run of {steps}"
            )
        if decay:
            after = switched(after, (begins, straight(begins, float(after(begins)), begins + decay, last)))
    if warmup:
        after = switched(straight(0, start, warmup, top), (warmup, after))
    notes = ("the step is counted before the rate is set: update t has the rate of t + 1",)
    return Training(begun(after, 1), steps, None, tuple(lines), notes, name)


def _core_rate(form: Form, at: str) -> float:
    """The optimizer's rate."""
    paths = ("train_module.optim.lr", "optim.lr", "lr", "optimizer.lr")
    rate = next((path for path in paths if path in form), None)
    if rate is None:
        raise refuse(form, at, "the optimizer's lr is not in it; give train_module.optim.lr")
    return float(least_zero(form, rate, 0.0))


def _core_length(form: Form, facts: Facts) -> tuple[int, float, str]:
    """The updates of ``trainer.max_duration``, its length in the schedule's units, and how."""
    path = "trainer.max_duration"
    given = form.get(path)
    value = number(form, f"{path}.value" if isinstance(given, Mapping) else path, None)
    unit = str(form.get(f"{path}.unit", "")).lower().rpartition(".")[2]
    by_tokens = _unit(form) == "tokens"
    if facts.steps is not None:
        scale = _core_batch(form, "units") if by_tokens else 1
        return facts.steps, facts.steps * scale, f"{facts.steps} updates, as --steps says"
    if value is not None and not unit:
        raise refuse(form, path, f"{path} has no unit; give {{value: {value:g}, unit: steps}}, or tokens")
    if value is not None and unit not in {"steps", "tokens", "epochs"}:
        raise refuse(form, f"{path}.unit", f"{path}.unit must be steps, tokens or epochs, got '{unit}'")
    if value is not None and not 0 < value <= _LONGEST:
        raise refuse(form, f"{path}.value", f"{path}.value must lie in (0, {_LONGEST:g}], got {value:g}")
    if value is not None and unit == "tokens":
        batch = _core_batch(form, path)
        steps = math.ceil(value / batch)
        told = f"⌈{value:g} tokens / {batch} a batch⌉ = {steps} updates"
        return steps, float(value) if by_tokens else steps, told
    steps = int(value) if value is not None and unit == "steps" else whole(form, "max_steps", None)
    ask(form, "OLMo-core", steps=steps)
    return steps, steps * (_core_batch(form, "units") if by_tokens else 1), f"{steps} updates"


def _scheduler_at(form: Form) -> str:
    return "train_module.scheduler" if form.get("train_module.scheduler") else "scheduler"


def _unit(form: Form) -> str:
    """The unit of the scheduler's lengths: ``steps`` or ``tokens``."""
    path = f"{_scheduler_at(form)}.units"
    unit = str(form.get(path) or "steps").lower().rpartition(".")[2]
    if unit not in {"steps", "tokens"}:
        raise refuse(form, path, f"{path} must be steps or tokens, got '{unit}'")
    return unit


def _core_batch(form: Form, why: str) -> int:
    """Tokens of a batch, which ``global_batch_size`` of OLMo-core's loader counts."""
    found: int | None = whole(form, "data_loader.global_batch_size", whole(form, "global_batch_size", None))
    if found is None:
        raise refuse(
            form,
            f"{_scheduler_at(form)}.units" if why == "units" else why,
            f"{why} counts tokens, which are updates only by the tokens of a batch: "
            "--set data_loader.global_batch_size=TOKENS",
        )
    return found


def _core_units(form: Form, at: str, total: float, steps: int) -> tuple[int, float]:
    """Units of the schedule in an update (1, or tokens), and the schedule's end in them."""
    per_step = _core_batch(form, "units") if _unit(form) == "tokens" else 1
    end: float = whole(form, f"{at}.t_max", total if per_step > 1 else steps)
    return per_step, end


def _counted(form: Form, at: str, name: str, length: float, default: float) -> int:
    """``warmup`` in steps, or ``warmup_fraction`` of the run, rounded."""
    steps = number(form, f"{at}.{name}", number(form, f"{at}.{name}_steps", None))
    share = number(form, f"{at}.{name}_fraction", None)
    if share is not None and steps is not None:
        raise refuse(
            form, f"{at}.{name}_fraction", f"{name} and {name}_fraction are both given; leave one out"
        )
    if steps is not None:
        if steps < 0:
            raise refuse(form, f"{at}.{name}", f"{name} must be ≥ 0, got {steps:g}")
        return int(steps)
    if share is None and default >= 1:
        return int(default)
    part = default if share is None else share
    if not 0 <= part <= 1:
        raise refuse(form, f"{at}.{name}_fraction", f"{name}_fraction must lie in [0, 1], got {part:g}")
    return round(part * length)


TRAINER: Final = Trainer("olmo", "OLMo", recognise, training)
