"""The model card that Transformers' Trainer writes, whose table of results says how long it trained.

Read in transformers (``modelcard.py``): all that decides the rate stands there, but ``lr_scheduler_kwargs``.
"""

from dataclasses import replace
from typing import Any, Final

from lrplot.trainers import transformers
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.training import Confidence, Trainer, Training, number
from lrplot.trainers.transformers import trained

_RENAMED: Final = {
    "learning_rate": "learning_rate",
    "train_batch_size": "per_device_train_batch_size",
    "gradient_accumulation_steps": "gradient_accumulation_steps",
    "lr_scheduler_type": "lr_scheduler_type",
    "lr_scheduler_warmup_ratio": "warmup_ratio",
    "lr_scheduler_warmup_steps": "warmup_steps",
    "num_epochs": "num_train_epochs",
    "training_steps": "max_steps",
}
"""The card's words, and the Trainer's."""


def recognise(form: Form) -> Confidence:
    """A list of hyperparameters in a card."""
    found = _RENAMED.keys() & form.values.keys()
    return Confidence(2 if form.program == "model card" and len(found) >= 2 else 0, len(found))


def training(form: Form, facts: Facts) -> Training:
    """The training that a card tells of: as long as the table's last step, where nothing else says."""
    values: dict[str, Any] = {
        own: form.get(card) for card, own in _RENAMED.items() if form.get(card) is not None
    }
    places = {own: form.places[card] for card, own in _RENAMED.items() if card in form.places}
    devices, last = number(form, "num_devices", None), number(form, "last_step", None)
    notes: tuple[str, ...] = ("a card does not say lr_scheduler_kwargs",)
    lines: tuple[str, ...] = ()
    if "max_steps" not in values and facts.examples is None and facts.batches_per_epoch is None and last:
        values["max_steps"] = last
        notes = (*notes, "the last Step of the results is taken for the end of the run")
        lines = (f"last Step of the results = {last}",)
    own = replace(form, values=values, places=places, devices=int(devices) if devices else None)
    found = trained(own, facts, title="The model card")
    return replace(found, derivation=(*lines, *found.derivation), notes=(*notes, *found.notes))


TRAINER: Final = Trainer(
    "model_card",
    "Transformers' model card",
    recognise,
    training,
    versions=transformers.VERSIONS,
    versioned="Transformers",
)
