"""Transformers' ``Trainer``: ``TrainingArguments`` as JSON, YAML, flags or a call in Python, by version.

Read in the source of transformers 4.28 to 5.23 (``trainer.py``, ``training_args.py``) and compared with the
rates of real trainings by 4.44.2, 4.51.3, 4.57.6 and 5.23.0.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.trainers import deepspeed
from lrplot.trainers.accelerate import assumed_devices, devices_of
from lrplot.trainers.call import called
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.training import (
    Confidence,
    Trainer,
    Training,
    Trap,
    ask,
    number,
    refuse,
    switch,
    too_long,
    whole,
    word,
)
from lrplot.trainers.traps import beaten, of_cycles, two_warmups

KEYS: Final = frozenset(
    {
        "per_device_train_batch_size",
        "num_train_epochs",
        "learning_rate",
        "lr_scheduler_type",
        "warmup_ratio",
        "warmup_steps",
        "max_steps",
        "output_dir",
        "gradient_accumulation_steps",
    }
)
"""Keys that say what they are for; two of them are a configuration."""
_FLAGS: Final = KEYS | {
    "lr_scheduler_kwargs",
    "dataloader_drop_last",
    "gradient_checkpointing",
    "max_grad_norm",
}
"""Flags whose beginnings are looked at: those that decide the rate, and some that begin as they do."""
_SHORTEST: Final = 6
"""Letters that a shortened flag has at least, lest a script's own flag is taken for one."""
_OWN: Final = frozenset(
    {"per_device_train_batch_size", "lr_scheduler_type", "warmup_ratio", "num_train_epochs"}
)
"""Keys that hardly anyone else has."""
_MEGATRON: Final = frozenset({"train_iters", "lr_warmup_fraction", "lr_decay_style", "micro_batch_size"})
"""Keys of Megatron, whose launchers (``megatron sft``) have some of the Trainer's too."""
_SINCE: Final[Mapping[str, tuple[int, ...]]] = {
    "cosine_with_min_lr": (4, 38),
    "warmup_stable_decay": (4, 38),
    "cosine_warmup_with_min_lr": (4, 54),
    "greedy": (5, 3),
}
"""The version in which a schedule came, where it was not there from 4.28 on."""
_CEILING: Final = (4, 52)
"""From this version on a last, incomplete accumulation is an update of its own (transformers#37923)."""
_SHARES: Final = (5,)
"""From this version on ``warmup_steps`` below 1 is a share of the run."""
_ZERO_COUNTS: Final = (4, 49)
"""From this version on ``max_steps`` 0 is a length, and no longer left out."""
_NO_RATIO: Final = (5, 15)
"""From this version on there is no ``warmup_ratio``."""


def recognise(form: Form) -> Confidence:
    """Two of its keys, one of them its own, in a mapping or among flags."""
    found = KEYS & form.values.keys()
    if _MEGATRON & form.values.keys():
        return Confidence(0)
    if form.kind == "python":
        return Confidence(2 if form.program.endswith("TrainingArguments") else 0, len(found))
    if form.kind == "flags":
        return Confidence(2 if found & _OWN else 0, len(found))
    return Confidence(1 if len(found) >= 2 and found & _OWN else 0, len(found))


def training(form: Form, facts: Facts) -> Training:
    """The training of a configuration, as ``Trainer`` of the version computes it."""
    return trained(form, facts, title="Transformers")


class Epoch(NamedTuple):
    """The updates of an epoch, and how they came about."""

    updates: int
    told: str


@dataclass(frozen=True, slots=True)
class Sizes:
    """The examples of an update."""

    batch: int
    accumulated: int
    devices: int


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of a program that is built on ``Trainer``.

    Parameters
    ----------
    title
        What people call the program.
    epoch
        Counts an epoch; None where it knows the examples no better.
    kwargs
        The scheduler's arguments, where the program completes them: given the schedule's name, those that are
        written, the updates and the warm-up.
    """

    title: str
    epoch: Callable[[Form, Facts, Sizes], Epoch | None] | None = None
    kwargs: Callable[[str, dict[str, Any], int, int], dict[str, Any]] | None = None


def trained(form: Form, facts: Facts, *, title: str = "", ways: Ways | None = None) -> Training:
    """The training of a program that is built on ``Trainer``.

    Its own defaults stand in the form already (:meth:`Form.with_defaults`).

    Parameters
    ----------
    form, facts
        The configuration, and what it does not say.
    title
        What people call the program.
    ways
        What it does in its own way, instead of its title.
    """
    ways = ways or Ways(title)
    form = _spelled_out(form) if form.kind == "flags" else form
    if "**" in form.values:
        raise refuse(
            form,
            "**",
            f"{form.program} is given '**{form.get('**')}', whose contents are not read; write them out",
        )
    if number(form, "max_steps", -1) == 0 and not facts.before(*_ZERO_COUNTS):
        note = "max_steps: 0 trains one step, at rate 0, from Transformers 4.49 on; leave it out, or give -1"
        return Training(
            Constant(lr=0), 1, None, ("max_steps = 0, which trains 1 update",), (note,), "", "transformers"
        )
    sizes = _sizes(form, facts)
    updates, per_epoch, derivation = _updates(form, facts, ways, sizes)
    rate = float(number(form, "learning_rate", 5e-5))
    if rate < 0:
        raise refuse(form, "learning_rate", f"learning_rate must be ≥ 0, got {rate:g}")
    warmup, how, notes = _warmup(form, facts, updates)
    if form.kind == "mapping" and isinstance(form.get("learning_rate"), str):
        text = f"learning_rate '{form.get('learning_rate')}' is a text to PyYAML, as it has no point"
        notes = (*notes, f"{text}; it is read as {rate:g}")
    assumed = "the newest version before 5.0" if facts.version is None and "warmup_ratio" in form else ""
    lines = (*derivation, *((f"warm-up {how} = {warmup}",) if warmup else ()))
    notes = (*notes, *too_long(warmup, updates), *beaten(form))
    if form.get("auto_find_batch_size") in (True, "true", "True"):
        notes = (
            *notes,
            "auto_find_batch_size halves the batch where memory ends; there the updates are more",
        )
    if whole(form, "max_steps", -1, least=-1) <= 0:
        notes = (*notes, *assumed_devices(form, facts))
    file, more = deepspeed.configuration(form)
    if file is not None:
        around = deepspeed.Arguments(rate, sizes.batch, sizes.accumulated, sizes.devices, updates, warmup)
        found = deepspeed.schedule(file, form, around, least_warmup=0 if facts.before(5) else 1)
        if found is not None:
            made, kind, how_made, said = found
            told = (*lines, *how_made)
            about = (*notes, *said)
            return Training(made, updates, per_epoch, told, about, kind, "deepspeed", assumed=assumed)
    schedule, kind, said = _scheduled(form, facts, ways, rate, updates, warmup)
    about = (*notes, *said, *more)
    return Training(schedule, updates, per_epoch, lines, about, kind, "transformers", assumed=assumed)


def _spelled_out(form: Form) -> Form:
    """The flags with their whole names, where argparse takes the beginning of one for it."""
    values = dict(form.values)
    for flag in form.values.keys() - _FLAGS:
        meant = [name for name in sorted(_FLAGS) if name.startswith(flag)]
        if len(flag) < _SHORTEST or not meant:
            continue
        if len(meant) > 1:
            raise refuse(
                form, flag, f"--{flag} may be {' or '.join(f'--{name}' for name in meant)}; write it out"
            )
        values[meant[0]] = values.pop(flag)
    return replace(form, values=values)


def _scheduled(
    form: Form, facts: Facts, ways: Ways, rate: float, updates: int, warmup: int
) -> tuple[Schedule, str, tuple[str, ...]]:
    """The schedule of ``lr_scheduler_type``, its name, and notes."""
    written = word(form, "lr_scheduler_type", "linear")
    # ``SchedulerType.COSINE`` is a member of the enumeration; a text has the member's value.
    kind = written.rpartition(".")[2].lower() if "." in written else written
    since = _SINCE.get(kind)
    if since is not None and facts.before(*since):
        spelled = ".".join(map(str, facts.version or ()))
        raise refuse(form, "lr_scheduler_type", f"Transformers {spelled} has no lr_scheduler_type '{kind}'")
    kwargs = _kwargs(form)
    if ways.kwargs is not None:
        kwargs = ways.kwargs(kind, kwargs, updates, warmup)
    notes = of_cycles(kind, kwargs)
    if kind == "constant" and warmup:
        said = Trap(
            "lr_scheduler_type 'constant' has no warm-up: it is passed over (constant_with_warmup has one)"
        )
        notes = (*notes, said)
    if kind == "inverse_sqrt" and "timescale" in kwargs and facts.before(5, 6):
        kwargs = {k: v for k, v in kwargs.items() if k != "timescale"}
        notes = (*notes, Trap("this version passes over timescale in lr_scheduler_kwargs"))
    if kind == "warmup_stable_decay":
        _check_decay(form, facts, kwargs)
    given: dict[str, Any] = {"num_warmup_steps": warmup, "num_training_steps": updates}
    if kwargs:
        given["scheduler_specific_kwargs"] = kwargs
    schedule, more = called(
        form, "transformers.get_scheduler", {"name": kind, **given}, lr=rate, steps=updates
    )
    return schedule, kind, (*notes, *more)


def _sizes(form: Form, facts: Facts) -> Sizes:
    old = whole(form, "per_gpu_train_batch_size", 8)
    batch = whole(form, "per_device_train_batch_size", old)
    return Sizes(batch, whole(form, "gradient_accumulation_steps", 1), devices_of(form, facts))


def _updates(form: Form, facts: Facts, ways: Ways, sizes: Sizes) -> tuple[int, int | None, tuple[str, ...]]:
    """The updates of the run, those of an epoch, and how they came about."""
    limit = whole(form, "max_steps", -1, least=-1)
    epoch = ways.epoch(form, facts, sizes) if ways.epoch is not None else None
    epoch = epoch or _epoch(form, facts, sizes)
    per_epoch = None if epoch is None else epoch.updates
    if limit > 0:
        return limit, per_epoch, (f"max_steps = {limit} updates",)
    epochs = float(number(form, "num_train_epochs", 3.0))
    if epochs <= 0:
        raise refuse(form, "num_train_epochs", f"num_train_epochs must be > 0, got {epochs:g}")
    if epoch is not None:
        updates = math.ceil(epochs * epoch.updates)
        return updates, epoch.updates, (f"{epoch.told} × {epochs:g} epochs = {updates}",)
    if facts.steps is None:
        ask(form, ways.title, examples=facts.examples)
        raise AssertionError
    return facts.steps, None, (f"{facts.steps} updates, as --steps says",)


def _epoch(form: Form, facts: Facts, sizes: Sizes) -> Epoch | None:
    """The updates of an epoch and their arithmetic, None where the examples are not known."""
    batch, accumulated, devices = sizes.batch, sizes.accumulated, sizes.devices
    if facts.batches_per_epoch is not None:
        batches, told = facts.batches_per_epoch, f"{facts.batches_per_epoch} batches"
    elif facts.examples is not None:
        settings = form.get("accelerator_config")
        split = isinstance(settings, Mapping) and settings.get("split_batches") is True
        together = batch if split else batch * devices
        drops = switch(form, "dataloader_drop_last")
        batches = facts.examples // together if drops else math.ceil(facts.examples / together)
        by = f"({batch} × {devices} devices)" if devices > 1 and not split else f"{batch}"
        if drops and not batches:
            message = (
                f"{facts.examples} examples fill no batch of {by}, and dataloader_drop_last drops the rest"
            )
            raise refuse(form, "dataloader_drop_last", f"{message}: nothing is trained")
        told = f"{facts.examples} examples / {by} = {batches} batches"
    else:
        return None
    whole_updates = batches // accumulated if facts.before(*_CEILING) else math.ceil(batches / accumulated)
    updates = max(1, whole_updates)
    return Epoch(updates, f"{told} → {updates} updates" if accumulated > 1 else told)


def _warmup(form: Form, facts: Facts, updates: int) -> tuple[int, str, tuple[str, ...]]:
    """The steps of the warm-up, how they came about, and notes."""
    steps, ratio = number(form, "warmup_steps", None), number(form, "warmup_ratio", None)
    for name, value in (("warmup_steps", steps), ("warmup_ratio", ratio)):
        if value is not None and value < 0:
            raise refuse(form, name, f"{name} must be ≥ 0, got {value:g}")
    if ratio is not None and ratio > 1:
        raise refuse(form, "warmup_ratio", f"warmup_ratio must lie in [0, 1], got {ratio:g}")
    notes: tuple[str, ...] = ()
    shares = not facts.before(*_SHARES) and not (facts.version is None and ratio is not None)
    if ratio is not None and facts.version is None:
        notes = (
            "warmup_ratio is read as before Transformers 5.0; 5.15 has none (--trainer transformers@5.23)",
        )
    elif ratio is not None and not facts.before(*_NO_RATIO):
        raise refuse(
            form,
            "warmup_ratio",
            "Transformers 5.15 and later have no warmup_ratio; write warmup_steps, which below 1 is a share",
        )
    notes = (*notes, *two_warmups(steps, ratio, ratio_wins=shares))
    if not shares:
        if steps:
            if not float(steps).is_integer():
                raise refuse(
                    form, "warmup_steps", f"warmup_steps must be whole before Transformers 5.0, got {steps:g}"
                )
            return int(steps), "warmup_steps", notes
        return _share(ratio or 0.0, updates, notes)
    share = ratio if ratio is not None else steps or 0
    if share >= 1:
        return int(share), "warmup_steps", notes
    return _share(share, updates, notes)


def _share(share: float, updates: int, notes: tuple[str, ...]) -> tuple[int, str, tuple[str, ...]]:
    return math.ceil(updates * share), f"ceil({share:g} × {updates})", notes


def _kwargs(form: Form) -> dict[str, Any]:
    """``lr_scheduler_kwargs``: a mapping, or the text of one."""
    value = form.get("lr_scheduler_kwargs")
    if value in (None, "", "None"):
        return {}
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise refuse(
                form, "lr_scheduler_kwargs", "lr_scheduler_kwargs must be a mapping, as JSON"
            ) from None
    if not isinstance(value, Mapping):
        raise refuse(form, "lr_scheduler_kwargs", f"lr_scheduler_kwargs must be a mapping, got {value!r}")
    return {str(name): _number_of(each) for name, each in value.items()}


def _number_of(value: Any) -> Any:
    """A number that YAML takes for a text (``1e-6``)."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _check_decay(form: Form, facts: Facts, kwargs: Mapping[str, Any]) -> None:
    wanted = ("num_stable_steps", "num_decay_steps") if facts.before(4, 51) else ("num_decay_steps",)
    missing = [name for name in wanted if name not in kwargs]
    if missing:
        raise refuse(
            form,
            "lr_scheduler_type",
            f"warmup_stable_decay needs {' and '.join(missing)} in lr_scheduler_kwargs",
        )


VERSIONS: Final = ((4, 28), (5, 23))
"""The versions whose source was read."""
TRAINER: Final = Trainer(
    "transformers", "Transformers' Trainer", recognise, training, versions=VERSIONS, versioned="Transformers"
)
