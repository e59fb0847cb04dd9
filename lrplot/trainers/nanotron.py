"""nanotron: YAML with ``optimizer.learning_rate_scheduler`` (2411b022, 2026-04)."""

from collections.abc import Mapping
from typing import Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.wsd import WSD
from lrplot.trainers.curves import half_wave, straight, switched
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import least_zero, one_of, required
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, whole

_AT: Final = "optimizer.learning_rate_scheduler"


def recognise(form: Form) -> Confidence:
    """``optimizer.learning_rate_scheduler``."""
    inner = form.get(_AT)
    return Confidence(2 if form.kind == "mapping" and isinstance(inner, Mapping) else 0, 2)


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``lr_scheduler_builder`` makes it."""
    lr = required(form, f"{_AT}.learning_rate")
    steps = whole(form, "tokens.train_steps", facts.steps)
    ask(form, "nanotron", steps=steps)
    warmup = whole(form, f"{_AT}.lr_warmup_steps", 0, least=0)
    if form.get(f"{_AT}.lr_warmup_style", "linear") is None:
        raise refuse(
            form, f"{_AT}.lr_warmup_style", "nanotron refuses lr_warmup_style null; give linear or constant"
        )
    style = one_of(form, f"{_AT}.lr_warmup_style", "linear", ("linear", "constant"))
    decay_style = one_of(form, f"{_AT}.lr_decay_style", "linear", ("linear", "cosine", "1-sqrt"))
    given = whole(form, f"{_AT}.lr_decay_starting_step", None, least=0)
    start = warmup if given is None else given
    decay = whole(form, f"{_AT}.lr_decay_steps", None, least=0)
    lines = [f"tokens.train_steps = {steps} updates", f"warm-up {warmup} updates"]
    notes: list[str] = []
    if decay is None:
        decay = steps - warmup - (given or 0)
        by = f"{steps} − {warmup}" + (f" − {given}" if given else "")
        lines.append(f"decay {by} = {decay} updates from {start} on")
        if given:
            notes.append("lr_decay_steps is left out: warm-up and start are both taken off it")
    else:
        lines.append(f"decay {decay} updates from {start} on")
    low = number(form, f"{_AT}.min_decay_lr", None)
    if low is None:
        notes.append("min_decay_lr is left out, and the rate itself: there is no decay")
        low = lr
    after = _decay(decay_style, lr, float(least_zero(form, f"{_AT}.min_decay_lr", low)), start, max(0, decay))
    schedule = switched(Constant(lr=lr), (start, after))
    if warmup == 0 and decay == 0:
        schedule = Constant(lr=lr)
    elif style == "linear":
        # At step w the ramp is in force, and is the rate; without warm-up the first update has rate 0.
        ramp = straight(0, 0, warmup, lr) if warmup else Constant(lr=0)
        schedule = switched(ramp, (warmup + 1, schedule))
    else:
        schedule = switched(Constant(lr=lr), (warmup + 1, schedule))
    return Training(schedule, steps, None, tuple(lines), tuple(notes), f"lr_decay_style {decay_style}")


def _decay(style: str, lr: float, low: float, start: int, steps: int) -> Schedule:
    """From the rate to the lowest, between two steps of the run."""
    if steps == 0:
        return Constant(lr=low)
    if style == "cosine":
        return half_wave(start, lr, start + steps, low)
    if style == "linear":
        return straight(start, lr, start + steps, low)
    return WSD(lr=lr, total_steps=start + steps, decay_steps=steps, decay="1-sqrt", min_lr=low)


TRAINER: Final = Trainer("nanotron", "nanotron", recognise, training)
