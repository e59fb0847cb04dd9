"""DeepSpeed-Chat's ``main.py``: a loop of its own, whose scheduler is one of Transformers'.

Read in its source (``step1_supervised_finetuning/main.py``). Its engine steps the scheduler once an update.
"""

import math
from typing import Final

from lrplot.trainers.accelerate import devices_of
from lrplot.trainers.call import called
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, whole, word

_OWN: Final = frozenset({"num_warmup_steps", "zero_stage", "data_split", "actor_learning_rate"})


def recognise(form: Form) -> Confidence:
    """``--num_warmup_steps`` beside flags of its own, of another script than Transformers'."""
    found = _OWN & form.values.keys()
    own = form.kind == "flags" and "num_warmup_steps" in found and "no_trainer" not in form.program
    return Confidence(2 if own else 0, 10 + len(found))


def training(form: Form, facts: Facts) -> Training:
    """The training of its flags."""
    devices, accumulated = devices_of(form, facts), whole(form, "gradient_accumulation_steps", 1)
    epochs, batch = whole(form, "num_train_epochs", 1), whole(form, "per_device_train_batch_size", 16)
    batches = facts.batches_per_epoch
    if batches is None:
        ask(form, "DeepSpeed-Chat", examples=facts.examples)
        batches = math.ceil(math.ceil((facts.examples or 0) / devices) / batch)
    each = max(1, math.ceil(batches / accumulated))
    updates, warmup = epochs * each, whole(form, "num_warmup_steps", 0, least=0)
    kind, lr = word(form, "lr_scheduler_type", "cosine"), float(number(form, "learning_rate", 1e-3))
    given = {"name": kind, "num_warmup_steps": warmup, "num_training_steps": updates}
    schedule, notes = called(form, "transformers.get_scheduler", given, lr=lr, steps=updates)
    line = f"{batches} batches / {accumulated} accumulated = {each} updates × {epochs} epochs = {updates}"
    lines = (line, f"warm-up num_warmup_steps = {warmup}") if warmup else (line,)
    return Training(schedule, updates, each, lines, notes, kind, "transformers")


TRAINER: Final = Trainer("deepspeed_chat", "DeepSpeed-Chat", recognise, training)
