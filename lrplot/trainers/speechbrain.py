"""SpeechBrain's HyperPyYAML.

Read in its source at 9c826ef; NoamScheduler was run. Its recipes call it after each update, so that the first
update has the optimizer's own rate.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from lrplot.clock import MOST_STEPS
from lrplot.errors import LrplotError
from lrplot.expression import Expression
from lrplot.python.combine import begun, joined, straight
from lrplot.schedules.constant import Constant
from lrplot.schedules.inverse_sqrt import InverseSqrt
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.mapping import TAG
from lrplot.trainers.training import Confidence, Trainer, Training, ask, refuse, too_long, whole

_SCHEDULERS: Final = "speechbrain.nnet.schedulers."
_REFERENCE: Final = re.compile(r"<(\w+)>")
_LARGEST: Final = 1e300
"""Numbers are below it, so that what is reckoned with them stays one of float64."""
_DEEPEST: Final = 10
"""References of references that are followed."""


def recognise(form: Form) -> Confidence:
    """A tag of SpeechBrain's schedulers, or NoamScheduler's arguments."""
    return Confidence(2 if form.kind == "mapping" and _scheduler(form) is not None else 0, 3)


def _scheduler(form: Form) -> tuple[str, Mapping[str, Any]] | None:
    """The key and the arguments of the first scheduler."""
    for key, value in form.values.items():
        if isinstance(value, Mapping) and (
            _SCHEDULERS in str(value.get(TAG)) or {"lr_initial", "n_warmup_steps"} <= value.keys()
        ):
            return str(key), value
    return None


def training(form: Form, facts: Facts) -> Training:
    """The training of a configuration whose scheduler is called after each update."""
    found = _scheduler(form)
    if found is None:
        raise refuse(form, "lr", "there is no scheduler of speechbrain.nnet.schedulers in it")
    key, block = found
    name = str(block.get(TAG, f"{_SCHEDULERS}NoamScheduler")).rpartition(".")[2]
    if name != "NoamScheduler":
        raise refuse(
            form, key, f"{name} is not read; NoamScheduler is (NewBob and ReduceLROnPlateau follow a metric)"
        )
    initial = _value(form, f"{key}.lr_initial", block.get("lr_initial"))
    length = _value(form, f"{key}.n_warmup_steps", block.get("n_warmup_steps"))
    if not 1 <= length <= MOST_STEPS:
        raise refuse(form, key, f"n_warmup_steps must be 1 to 2^53, got {length:g}")
    warmup = int(length)
    size = block.get("model_size")
    peak = initial if size is None else initial * (_value(form, f"{key}.model_size", size) * warmup) ** -0.5
    own = _optimizer_rate(form, initial)
    updates, each, lines = _updates(form, facts)
    rise = begun(straight(0, peak, warmup), 1)
    fall = InverseSqrt(lr=peak, timescale=warmup)
    schedule = joined([Constant(lr=own), rise, fall], [1, warmup - 1])
    note = f"NoamScheduler is called after the update: the first update has the optimizer's own rate, {own:g}"
    lines = (*lines, f"warm-up n_warmup_steps = {warmup}")
    notes = (note, *too_long(warmup, updates))
    return Training(schedule, updates, each, lines, notes, name, "speechbrain")


def _optimizer_rate(form: Form, otherwise: float) -> float:
    """The rate that the optimizer is made with."""
    for path in ("opt_class.lr", "adam_opt_class.lr", "lr", "lr_adam"):
        if form.get(path) is not None:
            return _value(form, path, form.get(path))
    return otherwise


def _value(form: Form, path: str, value: Any, depth: int = 0) -> float:
    """A number, or arithmetic of what ``<key>`` refers to."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST:
        return float(value)
    if not isinstance(value, str) or depth > _DEEPEST:
        raise refuse(form, path, f"{path} must be a number, got {value!r}")
    text = _REFERENCE.sub(lambda m: f"({_value(form, m[1], form.get(m[1]), depth + 1)!r})", value)
    try:
        return float(Expression(text)(np.zeros(1))[0])
    except (LrplotError, ValueError, TypeError):
        raise refuse(form, path, f"{path} must be a number, got '{value}'") from None


def _updates(form: Form, facts: Facts) -> tuple[int, int | None, tuple[str, ...]]:
    """The updates of the run, those of an epoch, and how they came about."""
    batches = facts.batches_per_epoch
    if batches is None:
        ask(form, "SpeechBrain", steps=facts.steps)
        steps = facts.steps or 1
        return steps, None, (f"{steps} updates, as --steps says",)
    epochs = whole(form, "number_of_epochs", 1)
    accumulated = whole(form, "grad_accumulation_factor", 1)
    each = max(1, batches // accumulated)
    line = (
        f"{batches} batches / {accumulated} accumulated = {each} updates × {epochs} epochs = {epochs * each}"
    )
    return epochs * each, each, (line,)


TRAINER: Final = Trainer("speechbrain", "SpeechBrain", recognise, training)
