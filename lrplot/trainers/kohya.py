"""kohya's sd-scripts, by TOML (``--config_file``) or flags, and the JSON of the kohya_ss GUI.

Read in sd-scripts at 48d368f (``get_scheduler_fix``, which was run; ``train_network.py``) and in the GUI at
45088f0. Accelerate steps the scheduler once a process.
"""

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Final

from lrplot.run import Group
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.trainers.accelerate import assumed_devices, devices_of, stepped
from lrplot.trainers.call import called
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.beside import form_beside, over
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, too_long, whole, word

_OWN: Final = frozenset(
    {"network_module", "max_train_epochs", "optimizer_type", "dataset_config", "network_dim", "save_model_as"}
)
_KEYS: Final = _OWN | {"lr_scheduler", "max_train_steps", "pretrained_model_name_or_path", "lr_warmup_steps"}
_GUI: Final = frozenset({"lr_warmup", "epoch", "LoRA_type", "unet_lr", "text_encoder_lr", "optimizer"})
_STEPS: Final = 1600
"""``max_train_steps`` where nothing says how long."""


@dataclass(frozen=True, slots=True)
class _Lengths:
    """The scheduler's own lengths: as many steps an update as there are processes."""

    total: int
    warmup: int
    decay: int


def recognise(form: Form) -> Confidence:
    """A key that only its scripts have, the GUI's ``lr_warmup``, or the datasets of its dataset file."""
    if _datasets(form):
        return Confidence(2, 1)
    if form.kind == "mapping" and "lr_warmup" in form.values:
        found = _GUI & form.values.keys()
        return Confidence(2 if len(found) >= 3 else 0, len(found))
    values = _flat(form.values) if form.kind == "toml" else form.values
    found = _KEYS & values.keys()
    own = _OWN & values.keys()
    script = PurePosixPath(form.program).name
    if form.kind == "flags":
        by_file = "config_file" in form.values and str(form.get("config_file")).endswith(".toml")
        sure = bool(own) or (by_file and "train" in script)
        told = found - {"dataset_config"} or by_file
        return Confidence(2 if sure and told else 0, len(found) + len(own))
    if form.kind == "toml":
        return Confidence(2 if len(found) >= 2 and (own or "lr_warmup_steps" in found) else 0, len(found))
    return Confidence(0)


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of all sections, whose names say nothing."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat.update(value if isinstance(value, Mapping) else {key: value})
    return flat


def _datasets(form: Form) -> bool:
    sets = form.get("datasets")
    return (
        form.kind in {"toml", "mapping"}
        and isinstance(sets, list)
        and any(isinstance(each, Mapping) and "subsets" in each for each in sets)
    )


def training(form: Form, facts: Facts) -> Training:
    """The training of a configuration, flags, or a preset of the GUI."""
    if _datasets(form):
        raise refuse(
            form,
            "datasets",
            "this is a dataset file of kohya's scripts, which holds no schedule; draw the configuration or "
            "the command that names it (dataset_config)",
        )
    if form.kind == "flags":
        form = _with_file(form)
    form = replace(form, values=_flat(form.values))
    if "lr_warmup" in form.values:
        form = _of_gui(form, facts)
    devices = devices_of(form, facts)
    updates, each, lines = _updates(form, facts, devices)
    lengths = _lengths(form, updates, devices)
    kind = word(form, "lr_scheduler_type") or word(form, "lr_scheduler", "constant")
    base = float(number(form, "learning_rate", 2e-6))
    lr = float(number(form, "unet_lr", base))
    schedule, notes = _scheduled(form, kind, lr, lengths)
    if lengths.warmup:
        own = math.ceil(lengths.warmup / devices)
        lines = (*lines, f"warm-up lr_warmup_steps {form.get('lr_warmup_steps')} = {own} updates")
    if devices > 1 and isinstance(form.get("lr_warmup_steps"), int) and lengths.warmup:
        notes = (*notes, f"a whole lr_warmup_steps is {devices} times shorter on {devices} devices")
    if lengths.warmup >= lengths.total:
        notes = (*notes, *too_long(math.ceil(lengths.warmup / devices), updates))
    if each is not None:
        notes = (*notes, *assumed_devices(form, facts))
    schedule = stepped(schedule, devices)
    rates = _text_encoders(form, lr)
    encoders = (
        Group(name, stepped(_scheduled(form, kind, rate, lengths)[0], devices))
        for name, rate in rates.items()
    )
    own = any(rate != lr for rate in rates.values())
    groups = (Group("unet", schedule), *encoders) if own else ()
    return Training(
        schedule,
        updates,
        each,
        lines,
        (*notes, *_optimizer(form)),
        kind,
        "transformers",
        groups,
    )


def _text_encoders(form: Form, lr: float) -> dict[str, float]:
    """The rates of the text encoders that have one, of several by their numbers."""
    given = form.get("text_encoder_lr")
    listed = given if isinstance(given, list) else [given]
    names = [f"text encoder {i + 1}" for i in range(len(listed))] if len(listed) > 1 else ["text encoder"]
    return {
        name: float(number(form.with_values({"text_encoder_lr": rate}), "text_encoder_lr", lr))
        for name, rate in zip(names, listed, strict=True)
        if rate not in (None, "")
    }


def _with_file(form: Form) -> Form:
    """The flags over the file of ``--config_file``, a lengthening or not."""
    named = form.get("config_file")
    if named is None:
        return form
    name = str(named)
    file = form_beside(form, name if name.endswith(".toml") else f"{name}.toml")
    if file is None:
        raise refuse(form, "config_file", f"the file of --config_file, '{named}', is not here to be read")
    return over(form, replace(file, values=_flat(file.values)))


def _of_gui(form: Form, facts: Facts) -> Form:
    """The scripts' keys of a preset, whose numbers may be texts and whose empty fields have meanings."""
    values: dict[str, Any] = {k: v for k, v in form.values.items() if v != ""}
    form = replace(form, values=values)
    epochs = whole(form, "epoch", 1)
    percent, steps = number(form, "lr_warmup", 0.0), whole(form, "lr_warmup_steps", 0, least=0)
    values["lr_warmup_steps"] = steps or percent / 100 or 0
    values.setdefault("lr_scheduler_num_cycles", epochs)
    limit = whole(form, "max_train_steps", 0, least=0)
    values["max_train_steps"] = limit
    if not limit:
        values.pop("max_train_steps")
        values.setdefault("max_train_epochs", epochs)
        if facts.images is None and facts.steps is None:
            ask(form, "kohya's GUI", images=facts.images)
    return replace(form, values=values)


def _updates(form: Form, facts: Facts, devices: int) -> tuple[int, int | None, tuple[str, ...]]:
    """The updates of the run, those of an epoch, and how they came about: epochs win over steps."""
    epochs = whole(form, "max_train_epochs", None)
    limit = whole(form, "max_train_steps", _STEPS)
    if epochs is None:
        said = "" if form.get("max_train_steps") is not None else ", as nothing says how long"
        return limit, None, (f"max_train_steps = {limit} updates{said}",)
    if facts.images is None and facts.batches_per_epoch is None:
        if facts.steps is not None:
            return facts.steps, None, (f"{facts.steps} updates, as --steps says",)
        ask(form, "kohya's script", images=None)
    batch = _batch(form)
    if facts.batches_per_epoch is not None:
        batches, told = facts.batches_per_epoch, f"{facts.batches_per_epoch} batches"
    else:
        images, buckets = facts.images or 0, facts.buckets or 1
        batches = buckets * math.ceil(math.ceil(images / buckets) / batch)
        among = f" in {buckets} buckets" if buckets > 1 else ""
        told = f"{images} images{among} / {batch} = {batches} batches"
    accumulated = whole(form, "gradient_accumulation_steps", 1)
    each = math.ceil(batches / devices / accumulated)
    told += f" / {devices} devices" if devices > 1 else ""
    told += f" / {accumulated} accumulated" if accumulated > 1 else ""
    told += f" = {each} updates" if devices > 1 or accumulated > 1 else ""
    return epochs * each, each, (f"{told} × {epochs} epochs = {epochs * each}",)


def _batch(form: Form) -> int:
    """Images of a batch: the dataset file's, else ``train_batch_size``."""
    file = form_beside(form, form.get("dataset_config"))
    if file is not None:
        sets = file.get("datasets")
        first = sets[0] if isinstance(sets, list) and sets and isinstance(sets[0], Mapping) else {}
        named: Any = first.get("batch_size", file.get("general.batch_size"))
        if named:
            form = file.with_values({"train_batch_size": named})
    batch: int = whole(form, "train_batch_size", 1)
    return batch


def _lengths(form: Form, updates: int, devices: int) -> _Lengths:
    total = updates * devices
    return _Lengths(total, _steps(form, "lr_warmup_steps", total), _steps(form, "lr_decay_steps", total))


def _steps(form: Form, path: str, total: int) -> int:
    """Steps that are given as a whole number, a share, or in per cent.

    On a command line a number of at least 1 must be whole; in TOML ``10.0`` is ten times the run.
    """
    value = form.get(path)
    if isinstance(value, str) and value.strip().endswith("%"):
        if form.kind == "toml":
            raise refuse(form, path, f"{path}: per cent are for the command line; write {path} = 0.1 in TOML")
        share = number(form.with_values({path: value.strip()[:-1]}), path, 0.0)
        return int(share / 100 * total)
    count = number(form, path, 0.0)
    if count < 0:
        raise refuse(form, path, f"{path} must be ≥ 0, got {count:g}")
    if not isinstance(form.get(path), float):
        return int(count) if float(count).is_integer() else int(count * total)
    if form.kind == "flags" and count >= 1:
        raise refuse(form, path, f"{path} must be whole from 1 on, got {form.get(path)}")
    return int(count * total)


def _scheduled(form: Form, kind: str, lr: float, lengths: _Lengths) -> tuple[Schedule, tuple[str, ...]]:
    """The schedule by the scheduler's own steps, and notes."""
    if word(form, "optimizer_type").lower().endswith("schedulefree"):
        return Constant(lr=lr), ("a schedule-free optimizer has no scheduler: the rate stays what it is",)
    own = _arguments(form)
    custom = word(form, "lr_scheduler_type")
    if (custom or kind == "constant") and lengths.warmup:
        raise refuse(
            form,
            "lr_warmup_steps",
            f"{kind} does not take lr_warmup_steps; leave it out, or take constant_with_warmup",
        )
    if custom:
        name = custom if "." in custom else f"torch.optim.lr_scheduler.{custom}"
        return called(form, name, own, lr=lr, steps=lengths.total)
    if kind.startswith("adafactor"):
        raise refuse(form, "lr_scheduler", "Adafactor computes its rate itself; there is no schedule to draw")
    if kind == "piecewise_constant":
        given = {"name": kind, **own}
        return called(form, "diffusers.optimization.get_scheduler", given, lr=lr, steps=lengths.total)
    more = {**_more(form, kind, lengths), **own}
    given = {"name": kind, "num_warmup_steps": lengths.warmup, "num_training_steps": lengths.total}
    if more:
        given["scheduler_specific_kwargs"] = more
    return called(form, "transformers.get_scheduler", given, lr=lr, steps=lengths.total)


def _more(form: Form, kind: str, lengths: _Lengths) -> dict[str, Any]:
    """The arguments that the scripts hand on to a schedule besides its lengths."""
    cycles = number(form, "lr_scheduler_num_cycles", 1)
    least = number(form, "lr_scheduler_min_lr_ratio", None)
    if kind == "cosine_with_restarts":
        return {"num_cycles": cycles}
    if kind == "polynomial":
        return {"power": float(number(form, "lr_scheduler_power", 1.0))}
    if kind == "inverse_sqrt":
        scale = number(form, "lr_scheduler_timescale", None)
        return {} if scale is None else {"timescale": scale}
    if kind == "cosine_with_min_lr":
        return {"num_cycles": cycles / 2, **({} if least is None else {"min_lr_rate": float(least)})}
    if kind == "warmup_stable_decay":
        return {
            "num_stable_steps": lengths.total - lengths.warmup - lengths.decay,
            "num_decay_steps": lengths.decay,
            "num_cycles": cycles / 2,
            "min_lr_ratio": float(least or 0.0),
        }
    return {}


def _arguments(form: Form) -> dict[str, Any]:
    """``lr_scheduler_args``: texts such as ``T_max=30``."""
    given = form.get("lr_scheduler_args")
    texts = given if isinstance(given, list) else str(given or "").split()
    values: dict[str, Any] = {}
    for text in texts:
        key, equals, value = str(text).partition("=")
        try:
            values[key] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            equals = ""
        if not equals:
            raise refuse(form, "lr_scheduler_args", f"lr_scheduler_args must be as T_max=30, got '{text}'")
    return values


def _optimizer(form: Form) -> tuple[str, ...]:
    name = word(form, "optimizer_type") or word(form, "optimizer")
    adapts = name.lower().startswith(("prodigy", "dadapt"))
    return (f"{name} finds its own rate: this curve multiplies it",) if adapts else ()


TRAINER: Final = Trainer("kohya", "kohya's sd-scripts", recognise, training)
