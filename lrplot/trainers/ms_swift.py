"""ms-swift: ``swift sft --model … --dataset …``.

Read in its source at 3602360; the arithmetic is that of Transformers' ``Trainer``.
"""

import math
import re
from dataclasses import replace
from typing import Final

from lrplot.trainers import transformers
from lrplot.trainers.accelerate import devices_of
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.training import Confidence, Trainer, Training, number, refuse, whole, word
from lrplot.trainers.transformers import trained

_SAMPLED: Final = re.compile(r"#(\d+)$")
_LORA_RATE: Final = 1e-4
"""ms-swift's rate of adapters, where none is given."""
_FULL_RATE: Final = 1e-5
"""Its rate of a whole model."""
_LEAST: Final = 16
"""Examples of an update that ms-swift accumulates to."""


def recognise(form: Form) -> Confidence:
    """The command of ms-swift."""
    own = form.kind == "flags" and form.program in {"swift", "megatron-swift"} and form.arguments[:1] != ()
    return Confidence(2 if own else 0, len(transformers.KEYS & form.values.keys()) + 2)


def training(form: Form, facts: Facts) -> Training:
    """The training of a command."""
    if number(form, "warmup_ratio", 0.0) and number(form, "warmup_steps", 0):
        raise refuse(form, "warmup_ratio", "ms-swift takes warmup_ratio or warmup_steps, not both")
    tuner = word(form, "train_type") or word(form, "tuner_type", "lora")
    rate = _FULL_RATE if tuner == "full" else _LORA_RATE
    form = form.with_defaults(
        {"lr_scheduler_type": "cosine", "learning_rate": rate, "per_device_train_batch_size": 1}
    )
    form, notes = _accumulated(form, facts)
    sampled = _sampled(form.get("dataset"))
    lines: tuple[str, ...] = ()
    if facts.examples is None and sampled is not None:
        facts = replace(facts, examples=sampled)
        lines = (f"--dataset takes {sampled} examples",)
    elif sampled is not None and facts.examples != sampled:
        notes = (*notes, f"--dataset takes {sampled} examples; --examples {facts.examples} is taken")
    found = trained(form, facts, title="ms-swift")
    return replace(found, derivation=(*lines, *found.derivation), notes=(*notes, *found.notes))


def _accumulated(form: Form, facts: Facts) -> tuple[Form, tuple[str, ...]]:
    """The accumulation that makes an update of 16 examples, where nothing says it."""
    if form.get("gradient_accumulation_steps") is not None:
        return form, ()
    together = whole(form, "per_device_train_batch_size", 1) * devices_of(form, facts)
    count = math.ceil(_LEAST / together)
    note = f"gradient_accumulation_steps is left out: ms-swift takes {count}, for {_LEAST} examples an update"
    return form.with_values({"gradient_accumulation_steps": count}), (note,)


def _sampled(value: object) -> int | None:
    """The examples that ``id#500`` takes of each dataset, None where one takes all."""
    names = value if isinstance(value, list) else [value]
    found = [_SAMPLED.search(str(name)) for name in names]
    counts = [int(each[1]) for each in found if each is not None]
    return sum(counts) if counts and len(counts) == len(names) else None


TRAINER: Final = Trainer(
    "ms_swift",
    "ms-swift",
    recognise,
    training,
    versions=transformers.VERSIONS,
    versioned="Transformers",
)
