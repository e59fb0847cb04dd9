"""DeepSpeed's JSON, alone and as Transformers' Trainer fills it in.

Read in transformers 4.57 and 5.23 (``integrations/deepspeed.py``) and compared with the rates of real
trainings on deepspeed 0.19.8. The engine steps its scheduler after each update.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from lrplot.schedules.base import Schedule
from lrplot.trainers.accelerate import launched_with
from lrplot.trainers.call import called
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.beside import form_beside
from lrplot.trainers.training import Confidence, Trainer, Training, Trap, ask, number, refuse, whole

_OWN: Final = frozenset(
    {"zero_optimization", "train_micro_batch_size_per_gpu", "zero_allow_untested_optimizer"}
)
_AUTO: Final = "auto"
_TYPES: Final = frozenset({"WarmupLR", "WarmupDecayLR", "WarmupCosineLR", "OneCycle", "LRRangeTest"})
_LAGGED: Final = frozenset({"WarmupLR", "WarmupDecayLR", "WarmupCosineLR"})
"""Schedulers whose first value is used for the first two updates."""
_RATES: Final = "optimizer.params.lr"


@dataclass(frozen=True, slots=True)
class Arguments:
    """The values that Transformers' Trainer puts in place of ``"auto"``, and compares the others to."""

    lr: float
    batch: int
    accumulated: int
    devices: int
    updates: int
    warmup: int


def configuration(form: Form) -> tuple[Form | None, tuple[str, ...]]:
    """The DeepSpeed configuration that a form holds or names; a note where it names one that is not here."""
    path, value = "deepspeed", form.get("deepspeed")
    if value in (None, False, True, "", "None") or str(value).strip() in {"", "null"}:
        launcher = launched_with(form)
        path = "deepspeed_config.deepspeed_config_file"
        value = form.launcher.get("deepspeed_config_file") or (
            None if launcher is None else launcher.get(path)
        )
    if value in (None, ""):
        return None, ()
    if isinstance(value, Mapping):
        return replace(form, values=value, places={}, kind="mapping"), ()
    if not isinstance(value, str):
        raise refuse(form, path, f"{path} must be a file or a mapping, got {value}")
    found = form_beside(form, value)
    if found is not None:
        return found, ()
    return None, (f"deepspeed: '{value}' is not here to be read; a scheduler in it would replace this one",)


def schedule(
    file: Form, form: Form, around: Arguments, *, least_warmup: int
) -> tuple[Schedule, str, tuple[str, ...], tuple[str, ...]] | None:
    """The schedule of a scheduler block as the Trainer fills it; None where there is no such block.

    Returns
    -------
    tuple
        The schedule, its type, how it came about, and notes.
    """
    _check(file, form, around, max(least_warmup, around.warmup))
    block = file.get("scheduler")
    if not isinstance(block, Mapping):
        return None
    kind = _kind(file, block)
    filled: dict[str, Any] = {
        "warmup_min_lr": 0.0,
        "warmup_max_lr": around.lr,
        "total_num_steps": around.updates,
        "warmup_num_steps": max(least_warmup, around.warmup),
    }
    params = _params(file, kind, filled)
    made, notes = called(file, _call(kind), params, lr=around.lr, steps=around.updates)
    said = ", ".join(f"{key} = {value:g}" for key, value in params.items() if isinstance(value, int | float))
    line = f"scheduler of {file.name}: {kind}, {said}"
    if form.get("lr_scheduler_type") is not None:
        notes = (
            Trap(
                f"the scheduler of {file.name} replaces lr_scheduler_type '{form.get('lr_scheduler_type')}'"
            ),
            *notes,
        )
    return made, kind, (line,), (*notes, *_said(file, kind, params))


def _call(kind: str) -> str:
    return f"deepspeed.runtime.lr_schedules.{kind}"


def _kind(file: Form, block: Mapping[str, Any]) -> str:
    kind = str(block.get("type"))
    if kind not in _TYPES:
        raise refuse(
            file, "scheduler.type", f"DeepSpeed has no scheduler '{kind}'; it has {', '.join(sorted(_TYPES))}"
        )
    return kind


def _params(file: Form, kind: str, filled: Mapping[str, Any]) -> dict[str, Any]:
    """The scheduler's arguments, their ``"auto"`` filled."""
    given = file.get("scheduler.params")
    found = {}
    for key, value in (given if isinstance(given, Mapping) else {}).items():
        if value == _AUTO and key not in filled:
            raise refuse(file, f"scheduler.params.{key}", f"{kind}: nothing fills 'auto' of {key}; give it")
        found[key] = filled[key] if value == _AUTO else _plain(value)
    return found


def _plain(value: Any) -> Any:
    """A number where YAML takes one for a text."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _said(file: Form, kind: str, params: Mapping[str, Any]) -> tuple[str, ...]:
    """Notes on DeepSpeed for the reader of the curve."""
    notes: tuple[str, ...] = ()
    if kind in _LAGGED:
        notes = ("DeepSpeed's first two updates both use the least rate",)
        if params.get("warmup_type", "log") == "log":
            notes = (*notes, f"{kind} warms up logarithmically (warmup_type: log)")
    if kind == "WarmupDecayLR" and "warmup_max_lr" not in params:
        notes = (*notes, Trap("warmup_max_lr is left out: 0.001, whatever the optimizer's lr"))
    if kind == "OneCycle" and "warmup_num_steps" in params:
        notes = (*notes, "OneCycle has no warmup_num_steps")
    precision = file.get("fp16.enabled")
    if precision is True:
        notes = (*notes, "an update that fp16's loss scale skips does not step the scheduler")
    return notes


def _check(file: Form, form: Form, around: Arguments, warmup: int) -> None:
    """Refuse values that differ from the arguments, as the Trainer does."""
    together = around.batch * around.accumulated * around.devices
    compared = {
        "train_micro_batch_size_per_gpu": around.batch,
        "gradient_accumulation_steps": around.accumulated,
        "train_batch_size": together,
        _RATES: around.lr,
        "scheduler.params.warmup_max_lr": around.lr,
        "scheduler.params.total_num_steps": around.updates,
        "scheduler.params.warmup_num_steps": warmup,
    }
    wrong = [
        f"{path} = {found} where the arguments give {value:g}"
        for path, value in compared.items()
        if (found := file.get(path)) not in (None, _AUTO) and _plain(found) != value
    ]
    if wrong:
        raise refuse(
            form,
            "deepspeed",
            f'Transformers refuses {file.name}: {"; ".join(wrong)}; write "auto" there',
        )


def recognise(form: Form) -> Confidence:
    """``zero_optimization``, a micro batch, or a scheduler of DeepSpeed's."""
    if form.kind != "mapping":
        return Confidence(0)
    block = form.get("scheduler")
    own = isinstance(block, Mapping) and str(block.get("type")) in _TYPES
    found = _OWN & form.values.keys()
    if "train_batch_size" in form and isinstance(form.get("optimizer"), Mapping):
        found |= {"train_batch_size"}
    return Confidence(2 if own or found else 0, len(found) + own)


def training(form: Form, facts: Facts) -> Training:
    """The training of a JSON that stands alone: what it leaves to its program is asked for."""
    block = form.get("scheduler")
    if not isinstance(block, Mapping):
        raise refuse(
            form,
            "scheduler",
            "this DeepSpeed configuration has no scheduler: the rate is that of the program that names it; "
            "draw its arguments or its script (--deepspeed FILE, deepspeed: FILE)",
        )
    kind = _kind(form, block)
    _check_batches(form, facts)
    rate = form.get(_RATES)
    lr = facts.lr if rate in (None, _AUTO) else float(number(form, _RATES, None))
    given = form.get("scheduler.params")
    params: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    total = params.get("total_num_steps")
    steps = facts.steps or (
        None if total in (None, _AUTO) else whole(form, "scheduler.params.total_num_steps", 1)
    )
    top = params.get("warmup_max_lr", None if kind == "WarmupLR" else 0)
    asked: dict[str, Any] = {"steps": steps}
    if top in (None, _AUTO) or kind == "WarmupCosineLR":
        asked["lr"] = lr
    if params.get("warmup_num_steps") == _AUTO:
        asked["warmup_steps"] = facts.warmup_steps
    ask(form, "DeepSpeed", **asked)
    filled = {
        "warmup_min_lr": 0.0,
        "warmup_max_lr": lr,
        "total_num_steps": steps,
        "warmup_num_steps": facts.warmup_steps,
    }
    values = _params(form, kind, filled)
    made, notes = called(form, _call(kind), values, lr=lr or 0.0, steps=steps or 1)
    told = f"total_num_steps = {steps}" if facts.steps is None else f"{steps} updates, as --steps says"
    warmup = values.get("warmup_num_steps")
    lines = (told,) if warmup is None else (told, f"warm-up warmup_num_steps = {warmup:g}")
    return Training(made, steps or 1, None, lines, (*notes, *_said(form, kind, values)), kind, "deepspeed")


def _check_batches(form: Form, facts: Facts) -> None:
    """Refuse batch sizes that do not multiply."""
    sizes = [
        form.get(name)
        for name in ("train_batch_size", "train_micro_batch_size_per_gpu", "gradient_accumulation_steps")
    ]
    if facts.devices is None or not all(isinstance(size, int) for size in sizes):
        return
    total, micro, accumulated = sizes
    if total != micro * accumulated * facts.devices:
        raise refuse(
            form,
            "train_batch_size",
            f"train_batch_size must be {micro} × {accumulated} × {facts.devices} devices = "
            f"{micro * accumulated * facts.devices}, got {total}",
        )


TRAINER: Final = Trainer(
    "deepspeed", "DeepSpeed", recognise, training, read_otherwise=lambda form: "scheduler" in form
)
