"""Unsloth: TRL's configurations in a script or notebook that imports it, which changes their defaults.

Read in its source at 015bdef (``models/rl.py``).
"""

import re
from dataclasses import replace
from typing import Any, Final

from lrplot.trainers import transformers
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.groups import scaled
from lrplot.trainers.training import Confidence, Trainer, Training, number, whole
from lrplot.trainers.trl import kind_of, of_kind

_CALLS: Final = re.compile(r"(?:SFT|DPO|KTO|ORPO|CPO|Reward|GRPO|RLOO)Config$|UnslothTrainingArguments$")
_DEFAULTS: Final = {
    "per_device_train_batch_size": 4,
    "gradient_accumulation_steps": 2,
    "learning_rate": 5e-5,
}
_WARMUP: Final = 0.1
"""The share of a run that warms up where nothing says how long."""


def recognise(form: Form) -> Confidence:
    """A configuration of TRL's beside ``import unsloth``, or Unsloth's own arguments."""
    own = form.kind == "python" and _CALLS.search(form.program)
    sure = own and ("unsloth" in form.arguments or form.program.endswith("UnslothTrainingArguments"))
    return Confidence(2 if sure else 0, len(transformers.KEYS & form.values.keys()) + 10)


def training(form: Form, facts: Facts) -> Training:
    """The training of a call, with Unsloth's defaults."""
    missing = [key for key in _DEFAULTS if form.get(key) is None]
    form = form.with_defaults(_DEFAULTS)
    notes: tuple[str, ...] = ()
    if missing:
        told = ", ".join(f"{key} {_DEFAULTS[key]:g}" for key in missing)
        notes = (f"left out, and taken as Unsloth has it: {told}",)
    if form.get("warmup_steps") is None and form.get("warmup_ratio") is None:
        name = "warmup_ratio" if facts.before(5) else "warmup_steps"
        form = form.with_values({name: _WARMUP})
        notes = (*notes, f"no warm-up is given: Unsloth warms up {_WARMUP:.0%} of the run")
    form, raised = _raised(form)
    found = of_kind(form, facts, "Unsloth")
    embedding = number(form, "embedding_learning_rate", None)
    groups = found.groups
    if embedding is not None:
        # The schedule is a factor of each group's own rate.
        rate = number(form, "learning_rate", _DEFAULTS["learning_rate"])
        groups = (*groups, scaled("embeddings", found.schedule, embedding / rate))
    return replace(found, groups=groups, notes=(*notes, *raised, *found.notes))


def _raised(form: Form) -> tuple[Form, tuple[str, ...]]:
    """A batch of GRPO that is no multiple of ``num_generations`` becomes that many."""
    batch, generations = whole(form, "per_device_train_batch_size", 4), whole(form, "num_generations", 8)
    if kind_of(form) != "grpo" or batch % generations == 0:
        return form, ()
    changed: dict[str, Any] = {"per_device_train_batch_size": generations}
    told = f"Unsloth raises per_device_train_batch_size {batch} to num_generations {generations}"
    return form.with_values(changed), (told,)


TRAINER: Final = Trainer(
    "unsloth",
    "Unsloth",
    recognise,
    training,
    versions=transformers.VERSIONS,
    versioned="Transformers",
)
