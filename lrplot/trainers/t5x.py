"""T5X: gin bindings of ``create_learning_rate_scheduler`` (cc342d4)."""

from collections.abc import Mapping
from typing import Final

from lrplot.schedules.lambda_ import Lambda
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, whole

_AT: Final = "create_learning_rate_scheduler."
_DEFAULT: Final = "constant * linear_warmup * rsqrt_decay"

_PRETRAINED: Final = 1_000_000
"""Steps of the T5 1.1 checkpoints that a fine-tuning begins with."""


def recognise(form: Form) -> Confidence:
    """Bindings of ``create_learning_rate_scheduler``."""
    found = [key for key in form.values if str(key).startswith(_AT)]
    named = any(_AT[:-1] in str(value) for value in form.values.values())
    return Confidence(2 if form.kind == "gin" and (found or named) else 0, len(found))


def training(form: Form, facts: Facts) -> Training:
    """The training, as the product of its factors, in float32 there."""
    rate = float(number(form, f"{_AT}base_learning_rate", 0.5))
    steps = whole(form, "TRAIN_STEPS", facts.steps)
    ask(form, "T5X", steps=steps)
    offset = whole(form, f"{_AT}step_offset", 0, least=0)
    lowest = float(number(form, f"{_AT}min_learning_rate", 1e-8))
    names = [each.strip() for each in str(form.get(f"{_AT}factors", _DEFAULT)).split("*")]
    known = _factors(form, rate, f"max(0, t - {offset})" if offset else "t")
    unknown = [name for name in names if name not in known]
    if unknown:
        raise refuse(
            form, f"{_AT}factors", f"factor '{unknown[0]}' is not known; known are {', '.join(known)}"
        )
    product = " * ".join(f"({known[name]})" for name in names)
    schedule = Lambda(lr=1, factor=f"max({lowest!r}, {product})")
    warmup = whole(form, f"{_AT}warmup_steps", 1000)
    notes: list[str] = []
    if "linear_warmup" not in names and any(name.startswith("rsqrt") for name in names):
        notes.append(f"warmup_steps {warmup} is a hold, no ramp: linear_warmup is not among the factors")
    if steps > _PRETRAINED:
        notes.append("TRAIN_STEPS counts the pretraining too; a fine-tuning begins at the pretrained step")
    lines = (f"TRAIN_STEPS = {steps} updates", f"rate = {' × '.join(names)}")
    return Training(schedule, steps, None, lines, tuple(notes), " * ".join(names))


def _factors(form: Form, rate: float, step: str) -> Mapping[str, str]:
    """Each factor as an expression."""
    warmup = whole(form, f"{_AT}warmup_steps", 1000)
    share = float(number(form, f"{_AT}decay_factor", 0.5))
    each = whole(form, f"{_AT}steps_per_decay", 20_000)
    cycle = whole(form, f"{_AT}steps_per_cycle", 100_000)
    return {
        "constant": f"{rate!r}",
        "linear_warmup": f"min(1, {step} / {warmup})",
        "linear_decay": f"{rate!r} * min({step} / {warmup}, 1 + {share!r} * ({warmup} - {step}))",
        "rsqrt_decay": f"1 / sqrt(max({step}, {warmup}))",
        "rsqrt_normalized_decay": f"sqrt({warmup}) / sqrt(max({step}, {warmup}))",
        "decay_every": f"{share!r} ** floor({step} / {each})",
        "cosine_decay": f"max(0, 0.5 * (1 + cos(pi * (max(0, ({step} - {warmup}) / {cycle}) % 1))))",
    }


TRAINER: Final = Trainer("t5x", "T5X", recognise, training)
