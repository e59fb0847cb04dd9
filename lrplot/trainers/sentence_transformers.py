"""sentence-transformers' ``model.fit(train_objectives=[…], …)``.

Read in its source at 85ec645; its schedules are Transformers'. The scheduler is made for whole batches only,
while the run takes the last, smaller batch of each epoch too.
"""

import math
import re
from collections.abc import Mapping
from typing import Final

import numpy as np

from lrplot.errors import LrplotError
from lrplot.expression import Expression
from lrplot.trainers.call import called
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form, Unread
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, too_long, whole, word

_SCHEDULERS: Final[Mapping[str, str]] = {
    "constantlr": "constant",
    "warmupconstant": "constant_with_warmup",
    "warmuplinear": "linear",
    "warmupcosine": "cosine",
    "warmupcosinewithhardrestarts": "cosine_with_restarts",
}
"""Transformers' names of its schedules."""
_WARMUP: Final = 10_000
"""``warmup_steps`` where nothing says, longer than most runs."""
_OWN_LOOP: Final = (3,)
"""Before this version ``fit`` has a loop of its own, which counts the smaller batches too."""
_ALL_OBJECTIVES: Final = (6,)
"""From this version on the scheduler is made for the batches of all objectives."""


def recognise(form: Form) -> Confidence:
    """A call of ``fit`` with ``train_objectives``."""
    own = form.kind == "python" and form.program.endswith("fit") and "train_objectives" in form.values
    return Confidence(2 if own else 0, 10)


def training(form: Form, facts: Facts) -> Training:
    """The training of a call of ``fit``."""
    epochs = whole(form, "epochs", 1)
    batch = whole(form, "batch_size", None)
    batch = whole(form, "DataLoader.batch_size", batch)
    each, own, told = _batches(form, facts, batch)
    objectives = form.get("train_objectives")
    count = len(objectives) if isinstance(objectives, list) else 1
    updates = each * epochs * count
    total = own * epochs * (count if not facts.before(*_ALL_OBJECTIVES) else 1)
    warmup = _warmup(form, each, epochs)
    kind = word(form, "scheduler", "WarmupLinear").lower()
    if kind not in _SCHEDULERS:
        raise refuse(form, "scheduler", f"no scheduler '{kind}'; known are {', '.join(_SCHEDULERS)}")
    lr = float(number(form, "optimizer_params.lr", 2e-5))
    given = {"name": _SCHEDULERS[kind], "num_warmup_steps": warmup, "num_training_steps": total}
    schedule, notes = called(form, "transformers.get_scheduler", given, lr=lr, steps=updates)
    lines: tuple[str, ...] = (f"{told} × {epochs} epochs = {updates}",)
    if total < updates:
        lines = (*lines, f"the scheduler's own length = {total} steps")
        notes = (*notes, f"the last {updates - total} updates lie beyond the scheduler's end")
    if kind != "constantlr":
        lines = (*lines, f"warm-up warmup_steps = {warmup}")
        notes = (*notes, *too_long(warmup, total))
    return Training(schedule, updates, each * count, lines, notes, kind, "transformers")


def _batches(form: Form, facts: Facts, batch: int | None) -> tuple[int, int, str]:
    """The batches of an epoch, those that the scheduler counts, and how they came about."""
    limit = whole(form, "steps_per_epoch", None)
    if limit is not None:
        return limit, limit, f"steps_per_epoch {limit}"
    if facts.batches_per_epoch is not None:
        return facts.batches_per_epoch, facts.batches_per_epoch, f"{facts.batches_per_epoch} batches"
    if batch is None:
        ask(form, "sentence-transformers", batches_per_epoch=None)
    ask(form, "sentence-transformers", examples=facts.examples)
    examples, batch = facts.examples or 0, batch or 1
    each = math.ceil(examples / batch)
    own = each if facts.before(*_OWN_LOOP) else examples // batch
    if not own:
        raise refuse(form, "train_objectives", f"{examples} examples are less than a batch of {batch}")
    return each, own, f"{examples} examples / {batch} = {each} batches"


def _warmup(form: Form, each: int, epochs: int) -> int:
    """The steps of the warm-up, also as the usual share of ``len(train_dataloader) * num_epochs``."""
    given = form.get("warmup_steps")
    if not isinstance(given, Unread):
        count: int = whole(form, "warmup_steps", _WARMUP, least=0)
        return count
    text = re.sub(r"len\(\w+\)", str(each), given.text)
    text = re.sub(r"\b(?:num_)?epochs\b", str(epochs), text).replace("int(", "floor(")
    try:
        return int(Expression(text)(np.zeros(1))[0])
    except (LrplotError, ValueError, TypeError, OverflowError):
        whole(form, "warmup_steps", None)
        raise


TRAINER: Final = Trainer(
    "sentence_transformers", "sentence-transformers", recognise, training, versions=((2, 0), (6, 2))
)
