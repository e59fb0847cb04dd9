"""torchtune's YAML, and ``tune run RECIPE --config FILE key=value``.

Read in its recipes at bd2a0fc (``lora_finetune_single_device.py``), whose schedule was run.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from lrplot.schedules.constant import Constant
from lrplot.trainers.accelerate import assumed_devices, devices_of
from lrplot.trainers.call import called
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.beside import form_beside, over
from lrplot.trainers.training import (
    Confidence,
    Trainer,
    Training,
    ask,
    number,
    refuse,
    too_long,
    whole,
    word,
)

_COMPONENTS: Final = ("optimizer", "lr_scheduler", "model", "dataset", "loss")
_COSINE: Final = "get_cosine_schedule_with_warmup"
_REFERENCE: Final = re.compile(r"^\$\{([\w.]+)\}$")
_DEEPEST: Final = 10
"""References of references that are followed."""


def recognise(form: Form) -> Confidence:
    """``_component_`` under what it builds, or its command."""
    if form.kind == "flags":
        return Confidence(2 * (form.program == "tune"), len(form.values))
    built = [each for each in _COMPONENTS if f"{each}._component_" in form]
    return Confidence(2 if built else 0, len(built))


def training(form: Form, facts: Facts) -> Training:
    """The training of a recipe's configuration."""
    if form.kind == "flags":
        form = _with_file(form)
    form = _overridden(form)
    lr = number(form, "optimizer.lr", None)
    if lr is None:
        raise refuse(form, "optimizer.lr", "torchtune's configuration gives the rate as optimizer.lr")
    updates, each, derivation = _updates(form, facts)
    notes: tuple[str, ...] = ()
    if form.get("dataset.packed") is True:
        notes = ("dataset.packed: examples are counted as packed sequences",)
    if not isinstance(form.get("lr_scheduler"), Mapping):
        notes = (*notes, "there is no lr_scheduler: the rate stays what it is")
        return Training(Constant(lr=float(lr)), updates, each, derivation, notes, "constant", "torchtune")
    component = word(form, "lr_scheduler._component_", _COSINE)
    if component.rpartition(".")[2] != _COSINE:
        raise refuse(
            form, "lr_scheduler._component_", f"torchtune's recipes know {_COSINE}, got '{component}'"
        )
    warmup = whole(form, "lr_scheduler.num_warmup_steps", 100, least=0)
    given = {
        "num_warmup_steps": warmup,
        "num_training_steps": updates,
        "num_cycles": float(number(form, "lr_scheduler.num_cycles", 0.5)),
    }
    schedule, more = called(form, f"transformers.{_COSINE}", given, lr=float(lr), steps=updates)
    notes = (*notes, *too_long(warmup, updates), *assumed_devices(form, facts))
    lines = (*derivation, f"warm-up num_warmup_steps = {warmup}") if warmup else derivation
    return Training(schedule, updates, each, lines, (*notes, *more), _COSINE, "torchtune")


def _with_file(form: Form) -> Form:
    """The form of a command, whose file lies under its ``key=value``."""
    processes = form.get("nproc_per_node")
    processes = processes[0] if isinstance(processes, list) else processes
    if isinstance(processes, int) and form.devices is None:
        form = replace(form, devices=processes)
    file = form_beside(form, form.get("config"))
    if file is None:
        raise refuse(form, "config", f"the file of --config, '{form.get('config')}', is not here to be read")
    without = [each[1:] for each in form.arguments if each.startswith("~")]
    kept = {key: value for key, value in file.values.items() if key not in without}
    return over(form, replace(file, values=kept))


def _overridden(form: Form) -> Form:
    """The form with ``a.b=v`` put where it belongs, and ``${a.b}`` replaced by what it names."""
    values: dict[str, Any] = dict(form.values)
    for path in [path for path in values if "." in path]:
        head, _, rest = path.partition(".")
        inner = values.get(head)
        values[head] = {**(inner if isinstance(inner, Mapping) else {}), rest: values[path]}
    return replace(form, values=_resolved(values, replace(form, values=values), 0))


def _resolved(value: Any, form: Form, depth: int) -> Any:
    if isinstance(value, Mapping):
        return {key: _resolved(each, form, depth) for key, each in value.items()}
    found = _REFERENCE.match(value) if isinstance(value, str) else None
    if found is None or depth > _DEEPEST:
        return value
    return _resolved(form.get(found[1]), form, depth + 1)


def _number(form: Form, path: str, default: Any) -> Any:
    return number(form, path, default)


def _updates(form: Form, facts: Facts) -> tuple[int, int | None, tuple[str, ...]]:
    """The updates of the run, those of an epoch, and how they came about.

    A sampler fills up what does not divide among the devices; a last, smaller batch is dropped, and so are
    the batches of an incomplete accumulation.
    """
    epochs = whole(form, "epochs", 1)
    batch, accumulated = whole(form, "batch_size", 1), whole(form, "gradient_accumulation_steps", 1)
    limit = whole(form, "max_steps_per_epoch", None)
    devices = devices_of(form, facts)
    if facts.batches_per_epoch is not None:
        batches, told = facts.batches_per_epoch, f"{facts.batches_per_epoch} batches"
    elif facts.examples is not None:
        batches = math.ceil(facts.examples / devices) // batch
        share = f" / {devices} devices" if devices > 1 else ""
        told = f"{facts.examples} examples{share} / {batch} = {batches} whole batches"
    elif limit is not None:
        return epochs * limit, limit, (f"max_steps_per_epoch {limit} × {epochs} epochs = {epochs * limit}",)
    elif facts.steps is not None:
        return facts.steps, None, (f"{facts.steps} updates, as --steps says",)
    else:
        ask(form, "torchtune", examples=None)
        raise AssertionError
    each = batches // accumulated
    told += f" → {each} updates" if accumulated > 1 else ""
    if limit is not None and limit < each:
        each, told = limit, f"{told}, at most {limit}"
    if not each:
        raise refuse(form, "batch_size", f"{told}: an epoch has no update")
    return epochs * each, each, (f"{told} × {epochs} epochs = {epochs * each}",)


TRAINER: Final = Trainer("torchtune", "torchtune", recognise, training)
