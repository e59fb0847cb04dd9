"""Axolotl's YAML.

Read in its source at 067b021c (``core/builders/base.py``, ``utils/trainer.py``), whose schedules were run. It
counts the whole run at once, not by the epoch, and hands Transformers ``max_steps``.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lrplot.python.combine import begun, joined, straight
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.excerpt import Excerpt
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.product import Product
from lrplot.schedules.warmup import Warmup
from lrplot.trainers import deepspeed
from lrplot.trainers.accelerate import assumed_devices, devices_of
from lrplot.trainers.call import called
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.beside import form_beside, over
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

_KEYS: Final = frozenset(
    {
        "micro_batch_size",
        "num_epochs",
        "datasets",
        "sequence_len",
        "sample_packing",
        "val_set_size",
        "lr_scheduler",
        "learning_rate",
        "adapter",
    }
)
_SHORT: Final = 0.03
"""The share of a run that warms up where nothing says how long, of at most :data:`_MOST` steps."""
_MOST: Final = 100
"""The most steps of such a warm-up, however long the run."""


@dataclass(frozen=True, slots=True)
class _Run:
    """The ingredients of a schedule."""

    form: Form
    lr: float
    updates: int
    warmup: int

    @property
    def least(self) -> float:
        """The share of the rate that is left at the end, 0 where nothing says."""
        return _share(self.form, "cosine_min_lr_ratio")


def recognise(form: Form) -> Confidence:
    """``base_model`` beside ``micro_batch_size``, ``num_epochs`` or ``datasets``, or its command."""
    found = _KEYS & form.values.keys()
    if form.kind == "flags":
        return Confidence(2 if form.program in {"axolotl", "axolotl.cli.train"} else 0, len(found))
    own = {"micro_batch_size", "num_epochs", "datasets"} & found
    return Confidence(2 if form.kind == "mapping" and "base_model" in form and own else 0, len(found))


def training(form: Form, facts: Facts) -> Training:
    """The training of its keys; the file that a command names lies under its flags."""
    if form.kind == "flags":
        named = next((each for each in form.arguments if each.endswith((".yaml", ".yml"))), None)
        file = form_beside(form, named)
        if file is not None:
            form = over(form, file)
        elif named is not None:
            raise refuse(form, "base_model", f"the file '{named}' is not here to be read")
    rate = number(form, "learning_rate", None)
    if rate is None or rate < 0:
        raise refuse(form, "learning_rate", f"Axolotl needs a learning_rate ≥ 0, got {rate}")
    lr = float(rate)
    limit = whole(form, "max_steps", None)
    own, lines, notes = _updates(form, facts, limit)
    updates = limit or own
    warmup, how, said = _warmup(form, min(updates, own))
    if how:
        lines = (*lines, how)
    said = (*said, *too_long(warmup, updates))
    if not limit:
        said = (*said, *assumed_devices(form, facts))
    run = _Run(form, lr, updates, warmup)
    file, more = deepspeed.configuration(form)
    if file is not None:
        sizes = _sizes(form, facts)
        around = deepspeed.Arguments(lr, sizes[0], sizes[1], sizes[2], updates, warmup)
        found = deepspeed.schedule(file, form, around, least_warmup=1)
        if found is not None:
            made, kind, told, about = found
            return Training(made, updates, None, (*lines, *told), (*notes, *said, *about), kind, "deepspeed")
    kind = word(form, "lr_scheduler", "cosine")
    schedule, framework, about = _scheduled(run, kind)
    return Training(
        _jagged(run, schedule),
        updates,
        None,
        lines,
        (*notes, *said, *about, *more),
        kind,
        framework,
    )


def _sizes(form: Form, facts: Facts) -> tuple[int, int, int]:
    """The micro batch, how many are accumulated, and the devices."""
    micro = whole(form, "micro_batch_size", 1)
    together, accumulated = whole(form, "batch_size", None), whole(form, "gradient_accumulation_steps", None)
    if together is not None and accumulated is not None:
        raise refuse(
            form, "batch_size", "batch_size and gradient_accumulation_steps say one thing; give the latter"
        )
    if together is not None:
        accumulated = max(1, together // micro)
    devices = devices_of(form, facts)
    if "ddp" in form and not switch(form, "ddp") and not (form.get("fsdp") or form.get("fsdp_config")):
        devices = 1
    return micro, accumulated or 1, devices


def _updates(form: Form, facts: Facts, limit: int | None) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """The updates of the epochs, how they came about, and notes; ``max_steps`` where they are not known."""
    micro, accumulated, devices = _sizes(form, facts)
    batch = micro * accumulated * devices
    by = f"({micro} × {accumulated}" + (f" × {devices} devices)" if devices > 1 else ")")
    epochs = float(number(form, "num_epochs", 1.0))
    told = (f"max_steps = {limit} updates",) if limit else ()
    is_packed = switch(form, "sample_packing")
    counted = _packed(form, facts, batch, by, epochs) if is_packed else None
    if not is_packed and facts.examples is not None:
        own = math.ceil(facts.examples * epochs / batch)
        counted = own, f"ceil({facts.examples} examples × {epochs:g} epochs / {by}) = {own}"
    if counted is None and facts.steps is not None:
        counted = facts.steps, f"{facts.steps} updates, as --steps says"
    if counted is not None:
        held = number(form, "val_set_size", 0.0)
        notes = (f"val_set_size {held:g}: examples are what remains for training",) if held else ()
        return max(1, counted[0]), (counted[1], *told), notes
    if limit is None:
        ask(form, "Axolotl", **({"steps": None} if is_packed else {"examples": None}))
        raise AssertionError
    return limit, told, ()


def _packed(form: Form, facts: Facts, batch: int, by: str, epochs: float) -> tuple[int, str] | None:
    """The updates of packed sequences, estimated where only the tokens are known."""
    length = whole(form, "sequence_len", 512)
    if facts.steps is not None:
        return facts.steps, f"{facts.steps} updates, as --steps says"
    if facts.tokens is not None:
        efficiency = float(number(form, "sample_packing_eff_est", 1.0))
        each = math.floor(0.99 * facts.tokens / efficiency / length // batch) - 1
        own = int(each * epochs)
        told = f"({facts.tokens} tokens / {length} / {by} - 1) × {epochs:g} epochs = {own}, an estimate"
        return own, told
    if facts.examples is None:
        return None
    micro = whole(form, "micro_batch_size", 1)
    batches = facts.examples // micro
    own = math.floor(max(1.0, batches * micro / batch) * epochs)
    if switch(form, "dataloader_drop_last"):
        own -= math.ceil(epochs)
    return own, f"{facts.examples} packed sequences / {by} × {epochs:g} epochs = {own}"


def _warmup(form: Form, updates: int) -> tuple[int, str, tuple[str, ...]]:
    """The steps of the warm-up, how they came about, and a note."""
    steps, ratio = whole(form, "warmup_steps", None, least=0), number(form, "warmup_ratio", None)
    notes: tuple[str, ...] = ()
    if steps is not None and ratio is not None:
        raise refuse(form, "warmup_ratio", "warmup_steps and warmup_ratio exclude each other; give one")
    if steps is not None:
        warmup, told = steps, "warm-up warmup_steps"
    elif ratio is not None:
        warmup, told = max(0, int(ratio * updates)), f"warm-up int({ratio:g} × {updates})"
    else:
        warmup = min(int(_SHORT * updates), _MOST)
        told = f"warm-up min(int({_SHORT} × {updates}), {_MOST})"
        notes = (f"no warm-up is given: Axolotl warms up {_SHORT:.0%} of the run, at most {_MOST} steps",)
    if warmup == 1:
        return 2, f"{told} = 1, of which Axolotl makes 2", notes
    return warmup, f"{told} = {warmup}" if warmup else "", notes


def _share(form: Form, path: str) -> float:
    value = float(number(form, path, 0.0))
    if not 0 <= value <= 1:
        raise refuse(form, path, f"{path} must lie in [0, 1], got {value:g}")
    return value


def _scheduled(run: _Run, kind: str) -> tuple[Schedule, str, tuple[str, ...]]:
    """The schedule, whose call it is, and notes."""
    own = _OWN.get(kind)
    if own is not None:
        return own(run)
    return _of_transformers(run, kind, _kwargs(run.form))


def _of_transformers(
    run: _Run, kind: str, kwargs: Mapping[str, Any]
) -> tuple[Schedule, str, tuple[str, ...]]:
    given: dict[str, Any] = {
        "name": kind,
        "num_warmup_steps": run.warmup,
        "num_training_steps": run.updates,
    }
    if kwargs:
        given["scheduler_specific_kwargs"] = dict(kwargs)
    name = "transformers.get_scheduler"
    schedule, notes = called(run.form, name, given, lr=run.lr, steps=run.updates)
    if kind == "constant" and run.warmup:
        notes = (*notes, Trap("lr_scheduler 'constant' has no warm-up: it is passed over"))
    return schedule, "transformers", notes


def _kwargs(form: Form) -> dict[str, Any]:
    value = form.get("lr_scheduler_kwargs")
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise refuse(form, "lr_scheduler_kwargs", f"lr_scheduler_kwargs must be a mapping, got {value!r}")
    return {str(key): _plain(each) for key, each in value.items()}


def _plain(value: Any) -> Any:
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _cosine(run: _Run) -> tuple[Schedule, str, tuple[str, ...]]:
    """A cosine to 0, to a least rate, to a least rate early, or after a quadratic warm-up."""
    least, early = run.least, _share(run.form, "cosine_constant_lr_ratio")
    if switch(run.form, "lr_quadratic_warmup"):
        rise = Lambda(lr=run.lr, factor=f"(t / {max(1, run.warmup)}) ** 2")
        fall = Cosine(lr=run.lr, T_max=max(1, run.updates - run.warmup))
        notes = (Trap("lr_quadratic_warmup passes over cosine_min_lr_ratio"),) if least else ()
        return joined([rise, fall], [run.warmup]), "", notes
    if least and early:
        end = int(run.updates * early)
        fall = Cosine(lr=run.lr, eta_min=least * run.lr, T_max=max(1, end - run.warmup))
        return Excerpt(schedule=Warmup(schedule=fall, steps=run.warmup), end=end), "", ()
    if least:
        return _of_transformers(run, "cosine_with_min_lr", {"min_lr_rate": least})
    notes = (Trap("cosine_constant_lr_ratio does nothing without cosine_min_lr_ratio"),) if early else ()
    schedule, framework, more = _of_transformers(run, "cosine", _kwargs(run.form))
    return schedule, framework, (*more, *notes)


def _one_cycle(run: _Run) -> tuple[Schedule, str, tuple[str, ...]]:
    """PyTorch's ``OneCycleLR``, whose way up is the warm-up."""
    given = {
        "max_lr": run.lr,
        "total_steps": run.updates,
        "pct_start": run.warmup / run.updates,
        "anneal_strategy": "cos",
        **_kwargs(run.form),
    }
    name = "torch.optim.lr_scheduler.OneCycleLR"
    schedule, notes = called(run.form, name, given, lr=run.lr, steps=run.updates)
    return schedule, "pytorch", notes


def _rex(run: _Run) -> tuple[Schedule, str, tuple[str, ...]]:
    """Axolotl's own REX, ``z / (0.1 + 0.9 z)``, whose clock begins at 1 and whose last step is the least."""
    least, rest = run.least, run.updates - run.warmup
    rise = begun(straight(0, run.lr, run.warmup), 1) if run.warmup else Constant(lr=0)
    z = f"({rest - 1} - t) / {max(1, rest)}"
    fall = Lambda(lr=run.lr, factor=f"{least!r} + {1 - least!r} * (({z}) / (0.1 + 0.9 * ({z})))")
    made = joined([rise, fall, Constant(lr=least * run.lr)], [run.warmup, max(0, rest - 1)])
    return made, "", ("Axolotl's rex begins at its step 1 and ends one step early",)


_OWN: Final[Mapping[str, Callable[[_Run], tuple[Schedule, str, tuple[str, ...]]]]] = {
    "cosine": _cosine,
    "one_cycle": _one_cycle,
    "rex": _rex,
}
"""The schedules that Axolotl makes itself."""


def _jagged(run: _Run, schedule: Schedule) -> Schedule:
    """The schedule with restarts, each a ramp from a least share, where they are asked for."""
    every = whole(run.form, "jagged_restart_steps", None)
    if every is None or run.lr == 0:
        return schedule
    ramp = whole(run.form, "jagged_restart_warmup_steps", 10)
    anneal = whole(run.form, "jagged_restart_anneal_steps", 1)
    least = run.least or 0.001
    at = f"t % {every}"
    fall = f"where({at} > {every - anneal}, ({every} - {at}) / {anneal}, 1)"
    share = f"{least!r} + {1 - least!r} * where({at} < {ramp}, {at} / {ramp}, {fall})"
    factor = f"where(t < {every - anneal}, 1, {share})"
    return Product(lr=run.lr, factors=(schedule, Lambda(lr=run.lr, factor=factor)))


TRAINER: Final = Trainer("axolotl", "Axolotl", recognise, training)
