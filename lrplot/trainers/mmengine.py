"""MMEngine and mmcv 1: whole configs, read by :mod:`lrplot.frameworks.mmengine` as the Runner makes them."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from lrplot.clock import Clock
from lrplot.errors import NotationError
from lrplot.run import Group
from lrplot.schedules.base import Context
from lrplot.schedules.epochwise import Epochwise
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import devices_of
from lrplot.trainers.training import Confidence, ConfigurationError, Trainer, Training, Trap, ask, refuse

if TYPE_CHECKING:
    from lrplot.python.reading import Reading

_SURE: Final = frozenset({"param_scheduler", "lr_config", "optim_wrapper", "_base_"})
_MORE: Final = frozenset({"train_cfg", "runner", "optimizer", "total_epochs", "auto_scale_lr"})


def recognise(form: Form) -> Confidence:
    """``param_scheduler`` or ``lr_config`` as an assignment, or a file that inherits."""
    if form.kind != "python":
        return Confidence(0)
    found = (_SURE | _MORE) & form.values.keys()
    reads = "read_base()" in form.text
    return Confidence(2 if found & _SURE or reads else 0, len(found) + reads)


def training(form: Form, facts: Facts) -> Training:
    """The training, as the Runner makes it of the config."""
    each, told = _batches(form, facts)
    scaled = form.get("auto_scale_lr.enable") is True
    devices = facts.devices or form.devices
    bindings = {"world_size": str(devices or 1)} if scaled else None
    try:
        reading = _read(form, facts, each, bindings)
    except NotationError as error:
        if each is None and "--steps-per-epoch" in error.message:
            _ask_batches(form)
        if not scaled and "world_size" in error.message:
            reading = _read(form, facts, each, {"world_size": str(devices or 1)})
        else:
            raise ConfigurationError(error.message) from None
    schedule, groups, length = reading.schedule, reading.groups, reading.horizon
    if reading.by_epoch:
        if each is None:
            _ask_batches(form)
            raise AssertionError
        schedule = Epochwise(schedule=schedule, steps_per_epoch=each)
        groups = tuple(
            Group(one.label, Epochwise(schedule=one.schedule, steps_per_epoch=each)) for one in groups
        )
        length = None if length is None else length * each
    if length is None:
        _ask_batches(form)
        raise AssertionError
    notes = reading.notes
    if isinstance(form.get("auto_scale_lr"), Mapping) and not scaled:
        useless = "auto_scale_lr does nothing without enable=True (or --auto-scale-lr)"
        notes = (*notes, useless if form.get("auto_scale_lr.enable") is False else Trap(useless))
    if scaled and devices is None:
        notes = (*notes, "one device is taken (--devices)")
    epochs = f" × {length // each} epochs" if each and length % each == 0 and told else ""
    lines = (f"{told}{epochs} = {length} updates",) if epochs else (f"{length} updates",)
    return Training(schedule, length, each, lines, notes, reading.call, "mmengine", groups)


def _ask_batches(form: Form) -> None:
    """Ask for the examples where the loader's batch is known, else for the batches."""
    known = isinstance(_batch(form), int)
    ask(form, "MMEngine", **({"examples": None} if known else {"batches_per_epoch": None}))


def _batch(form: Form) -> Any:
    return form.get("train_dataloader.batch_size", form.get("data.samples_per_gpu"))


def _read(form: Form, facts: Facts, each: int | None, bindings: dict[str, str] | None) -> "Reading":
    name = form.name if form.folder is None else str(form.folder / form.name.rpartition("/")[2])
    around = Context(None, facts.steps, Clock(facts.steps, each))
    from lrplot.frameworks.texts import read

    (reading,) = read(form.text, name, around, bindings=bindings)
    return reading


def _batches(form: Form, facts: Facts) -> tuple[int | None, str]:
    """The batches of an epoch, where the facts and the loader of this file say them."""
    if facts.batches_per_epoch is not None:
        return facts.batches_per_epoch, f"{facts.batches_per_epoch} batches an epoch"
    size = _batch(form)
    if facts.examples is None or not isinstance(size, int) or size < 1:
        return None, ""
    devices = devices_of(form, facts)
    drops = form.get("train_dataloader.drop_last") is True
    own = math.ceil(facts.examples / devices)
    found = own // size if drops else math.ceil(own / size)
    told = f"⌈{facts.examples} examples / {devices} devices⌉ / {size}"
    if not found:
        message = f"{told} fills no batch, and drop_last drops the rest: nothing is trained"
        raise refuse(form, "train_dataloader.drop_last", message)
    rounded = " rounded down" if drops else ""
    return found, f"{told}{rounded} = {found} batches an epoch"


TRAINER: Final = Trainer("mmengine", "MMEngine", recognise, training, read_otherwise=lambda _: True)
