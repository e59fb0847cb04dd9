"""Megatron-LM and Megatron Core: flags whose clock counts samples.

Read in ``core/optimizer_param_scheduler.py`` and ``training/training.py`` of d98e8a64dd (2026-08).
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from lrplot.run import Group
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.wsd import WSD
from lrplot.trainers.curves import begun, half_wave, one_after_another, straight, switched
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import devices_of, least_zero, one_of, required
from lrplot.trainers.training import (
    Confidence,
    ConfigurationError,
    Trainer,
    Training,
    Trap,
    ask,
    number,
    refuse,
    whole,
)

_OWN: Final = frozenset(
    {
        "lr_decay_style",
        "lr_decay_iters",
        "lr_decay_samples",
        "lr_warmup_iters",
        "lr_warmup_samples",
        "lr_warmup_fraction",
        "lr_wsd_decay_iters",
        "lr_wsd_decay_samples",
        "lr_wsd_decay_style",
        "train_samples",
        "train_iters",
    }
)
"""Flags that say what they are for."""
_STYLES: Final = ("linear", "constant", "cosine", "inverse-square-root", "WSD")
_WSD_STYLES: Final[Mapping[str, str]] = {
    "exponential": "exponential",
    "linear": "linear",
    "cosine": "cosine",
    "minus_sqrt": "1-sqrt",
}
_THOUSANDS: Final[Mapping[str, int]] = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


def recognise(form: Form) -> Confidence:
    """The flags of Megatron, surest with ``pretrain_*.py``; ``MODEL_ARGS`` of its functional tests."""
    arguments = form.get("MODEL_ARGS")
    if isinstance(arguments, Mapping):
        return Confidence(2, len(arguments))
    found = _OWN & form.values.keys()
    if form.kind == "flags":
        return Confidence(2 if found or "pretrain_" in form.program else 0, len(found))
    if isinstance(form.get("optimizer"), Mapping) or form.kind not in {"mapping", "python"}:
        return Confidence(0)
    return Confidence(1 if len(found) >= 2 and "lr_decay_style" in found else 0, len(found))


@dataclass(frozen=True, slots=True)
class _Clock:
    """The samples of an update: batches, each with the samples consumed from which on it holds."""

    batches: tuple[tuple[int, int], ...]

    @property
    def last(self) -> int:
        return self.batches[-1][1]

    def stretches(self, samples: int | None) -> list[tuple[int, int, int | None]]:
        """Each batch, the samples consumed when it begins, and its updates; None for all that are left."""
        found: list[tuple[int, int, int | None]] = []
        consumed = 0
        for (_, batch), (following, _) in zip(self.batches, self.batches[1:], strict=False):
            stop = following if samples is None else min(following, samples)
            updates = max(0, math.ceil((stop - consumed) / batch))
            found.append((batch, consumed, updates))
            consumed += updates * batch
        left = None if samples is None else max(0, (samples - consumed) // self.last)
        return [*found, (self.last, consumed, left)]


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``OptimizerParamScheduler`` steps it."""
    form = _flat(form)
    lr = required(form, "lr")
    low, start = float(least_zero(form, "min_lr", 0.0)), float(least_zero(form, "lr_warmup_init", 0.0))
    if low > lr:
        raise refuse(form, "min_lr", f"min_lr must be ≤ lr {lr:g}, got {low:g}")
    if form.program == "megatron" and form.get("lr_decay_style") is None:
        own = "ms-swift's megatron has a default of its own for lr_decay_style; give --lr_decay_style"
        raise refuse(form, "lr_decay_style", own)
    style = one_of(form, "lr_decay_style", "linear", _STYLES)
    clock, batch_told = _clock(form, facts)
    by_samples = number(form, "train_samples", None) is not None
    if by_samples and number(form, "train_iters", None) is not None:
        raise refuse(form, "train_iters", "train_iters and train_samples are both given; Megatron takes one")
    unit, scale = ("samples", 1) if by_samples else ("iters", clock.last)
    length = whole(form, f"train_{unit}", None)
    if length is None:
        raise refuse(form, "train_iters", "neither train_iters nor train_samples is given; give one")
    decay = whole(form, f"lr_decay_{unit}", length) * scale
    warmup, warmup_told = _warmup(form, unit, scale, decay)
    stable = _wsd(form, unit, style) * scale
    if warmup >= decay:
        raise refuse(
            form,
            f"lr_warmup_{unit}",
            f"the warm-up of {warmup / scale:g} {unit} must be shorter than the decay of {decay / scale:g}, "
            "which includes it",
        )
    stretches = clock.stretches(length if by_samples else None)
    updates = sum(n for _, _, n in stretches if n is not None) if by_samples else length
    if updates < 1:
        raise refuse(form, "train_samples", f"{length} samples fill no batch of {clock.last}")
    curve = _Curve(lr, low, start, style, str(form.get("lr_wsd_decay_style") or "exponential"))
    if len(stretches) == 1:
        schedule = curve.along(warmup, decay, stable, clock.last)
    else:
        sampled = curve.along(warmup, decay, stable, 1)
        parts = [(n or 0, begun(sampled, at, batch)) for batch, at, n in stretches[:-1]]
        schedule = one_after_another(parts, begun(sampled, stretches[-1][1], stretches[-1][0]))
    told = (f"train_iters = {length} updates",)
    if by_samples and len(stretches) == 1:
        told = (f"{length} samples / {clock.last} = {updates} updates",)
    elif by_samples:
        steps = " + ".join(f"{n} × {batch}" for batch, _, n in stretches if n)
        told = (f"{length} samples = {steps} → {updates} updates",)
    lines = (
        *batch_told,
        *told,
        *warmup_told,
        f"decay to the end of {decay / scale:g} {unit}, warm-up included",
    )
    notes = _notes(form, unit, length, decay / scale, warmup / scale, style)
    groups = _decoupled(form, facts, low)
    return Training(schedule, updates, None, lines, notes, f"--lr-decay-style {style}", groups=groups)


def _decoupled(form: Form, facts: Facts, low: float) -> tuple[Group, ...]:
    """The embedding and the output layer, which ``decoupled_lr`` gives a peak and a floor of their own."""
    lr = number(form, "decoupled_lr", None)
    if lr is None:
        return ()
    rates = {"lr": lr, "min_lr": number(form, "decoupled_min_lr", low), "decoupled_lr": None}
    return (Group("embedding and output layer", training(form.with_values(rates), facts).schedule),)


def _flat(form: Form) -> Form:
    """``MODEL_ARGS: {--lr: 1e-4}`` as ``lr: 1e-4``."""
    arguments = form.get("MODEL_ARGS")
    if not isinstance(arguments, Mapping):
        return form
    plain = {key: str(key).lstrip("-").replace("-", "_") for key in arguments}
    places = {name: form.places.get(f"MODEL_ARGS.{key}", "") for key, name in plain.items()}
    return replace(
        form,
        values={name: arguments[key] for key, name in plain.items()},
        places={name: at for name, at in places.items() if at},
    )


def _clock(form: Form, facts: Facts) -> tuple[_Clock, tuple[str, ...]]:
    """The batch of each update."""
    given = whole(form, "global_batch_size", None)
    steps = form.get("step_batch_size_schedule")
    if steps is not None:
        if given is not None:
            raise refuse(
                form,
                "step_batch_size_schedule",
                "Megatron refuses step_batch_size_schedule together with global_batch_size; leave one out",
            )
        if number(form, "train_samples", None) is None:
            raise refuse(
                form,
                "step_batch_size_schedule",
                "step_batch_size_schedule is read with train_samples only; give the length in samples",
            )
        return _stepped(form, str(steps))
    if given is not None:
        return _Clock(((0, given),)), ()
    if number(form, "train_samples", None) is None:
        # A constant batch falls out of a clock that counts iterations.
        return _Clock(((0, 1),)), ()
    micro = whole(form, "micro_batch_size", None)
    if micro is None:
        raise refuse(form, "global_batch_size", "global_batch_size is left out, and so is micro_batch_size")
    devices = facts.devices or form.devices
    ask(form, "Megatron", devices=devices)
    model = math.prod(
        whole(form, f"{each}_parallel_size", 1) for each in ("tensor_model", "pipeline_model", "context")
    )
    total = devices_of(form, facts)
    if total % model:
        raise refuse(
            form, "tensor_model_parallel_size", f"{total} devices are not a multiple of {model}, tp × pp × cp"
        )
    batch = micro * (total // model)
    return _Clock(((0, batch),)), (f"global batch {micro} × {total} / {model} = {batch} samples",)


def _stepped(form: Form, written: str) -> tuple[_Clock, tuple[str, ...]]:
    """``0:16 128:32``: batches from thresholds on; they count tokens where ``--seq-length`` is given."""
    sequence = whole(form, "seq_length", None)
    found: list[tuple[int, int]] = []
    for word in re.split(r"[\s,]+", written.strip()):
        parts = re.fullmatch(r"(\d+(?:\.\d+)?)([KMBT]?):(\d+)", word, re.IGNORECASE)
        if parts is None or int(parts[3]) < 1:
            raise refuse(
                form,
                "step_batch_size_schedule",
                f"step_batch_size_schedule is written like '0:16 2.4B:320', got '{word}'",
            )
        threshold = float(parts[1]) * _THOUSANDS[parts[2].upper()]
        found.append((math.ceil(threshold / (sequence or 1)), int(parts[3])))
    if found[0][0] != 0 or sorted(found) != found:
        raise refuse(form, "step_batch_size_schedule", "its thresholds must start at 0 and rise")
    unit = f"tokens / {sequence}" if sequence else "samples"
    return _Clock(tuple(found)), (f"thresholds of the batch schedule count {unit}",)


def _warmup(form: Form, unit: str, scale: int, decay: int) -> tuple[float, tuple[str, ...]]:
    """The samples of the warm-up."""
    fraction = number(form, "lr_warmup_fraction", None)
    length = least_zero(form, f"lr_warmup_{unit}", 0)
    other = {"iters": "samples", "samples": "iters"}[unit]
    if number(form, f"lr_warmup_{other}", 0):
        raise refuse(
            form,
            f"lr_warmup_{other}",
            f"train_{unit} counts in {unit}, and so must the warm-up: give lr_warmup_{unit}",
        )
    if fraction is None:
        return length * scale, (f"warm-up {length:g} {unit}",) if length else ()
    if length:
        raise refuse(
            form,
            "lr_warmup_fraction",
            f"lr_warmup_fraction and lr_warmup_{unit} are both given; leave one out",
        )
    if not 0 <= fraction < 1:
        raise refuse(form, "lr_warmup_fraction", f"lr_warmup_fraction must lie in [0, 1), got {fraction:g}")
    found = fraction * decay
    return found, (f"warm-up {fraction:g} × {decay / scale:g} = {found / scale:g} {unit}, not rounded",)


def _wsd(form: Form, unit: str, style: str) -> int:
    if style != "WSD":
        return 0
    one_of(form, "lr_wsd_decay_style", "exponential", tuple(_WSD_STYLES))
    found = whole(form, f"lr_wsd_decay_{unit}", None)
    if found is None:
        raise refuse(form, "lr_decay_style", f"WSD needs lr_wsd_decay_{unit}")
    return int(found)


@dataclass(frozen=True, slots=True)
class _Curve:
    lr: float
    low: float
    start: float
    style: str
    wsd: str

    def along(self, warmup: float, decay: float, stable: float, batch: int) -> Schedule:
        """The rate at each update of ``batch`` samples, lengths being samples."""
        begin, end = warmup / batch, decay / batch
        after = self._after(begin, end, stable / batch, warmup, batch)
        if warmup == 0:
            return after
        # At the last step of the ramp both formulas give the rate; the ramp is in force.
        return switched(straight(0, self.start, begin, self.lr), (math.floor(begin) + 1, after))

    def _after(self, begin: float, end: float, stable: float, warmup: float, batch: int) -> Schedule:
        if self.style == "constant":
            return Constant(lr=self.lr)
        if self.style == "linear":
            return straight(begin, self.lr, end, self.low)
        if self.style == "cosine":
            return half_wave(begin, self.lr, end, self.low)
        if self.style == "WSD":
            return self._stable(end, stable)
        samples = "t" if batch == 1 else f"(t * {batch})"
        root = f"sqrt({max(warmup, 1)!r}) / sqrt(max({samples}, 1))"
        floor = self.low / self.lr if self.lr else 0.0
        curve = Lambda(lr=self.lr, factor=f"max({floor!r}, {root})")
        return switched(curve, (math.floor(end) + 1, Constant(lr=self.low)))

    def _stable(self, end: float, stable: float) -> Schedule:
        curve = WSD.model_validate(
            {
                "lr": self.lr,
                "total_steps": max(end, stable),
                "decay_steps": stable,
                "decay": _WSD_STYLES[self.wsd],
                "min_lr": self.low,
            }
        )
        # A decay that is longer than all there is has begun before the run.
        ahead = max(0.0, stable - end)
        if not ahead.is_integer():
            raise ConfigurationError(
                f"lr_wsd_decay is longer than the decay by {ahead:g} updates, which is not whole: not drawn"
            )
        return begun(curve, int(ahead))


def _notes(form: Form, unit: str, length: int, decay: float, warmup: float, style: str) -> tuple[str, ...]:
    found: list[str] = []
    if style != "constant" and decay < length and decay == length - warmup:
        found.append(
            Trap(
                f"lr_decay_{unit} is train_{unit} − warm-up, but it includes the warm-up: the last "
                f"{warmup:g} {unit} train at min_lr"
            )
        )
    elif style != "constant" and decay < length:
        found.append(f"the decay ends after {decay:g} of {length} {unit}; the rest trains at min_lr")
    elif style != "constant" and decay > length:
        found.append(f"the run stops after {length} of the decay's {decay:g} {unit}")
    if warmup and not number(form, "lr_warmup_init", 0.0):
        found.append("the first update trains at rate 0; Megatron logs the rate of the next one")
    if form.get("rampup_batch_size") is not None:
        found.append(
            Trap("rampup_batch_size is deprecated and passed over since Megatron-LM #4411 (2026-04)")
        )
    return tuple(found)


TRAINER: Final = Trainer("megatron", "Megatron-LM", recognise, training)
