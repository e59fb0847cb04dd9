"""PaddleClas: YAML with ``Global.epochs`` and ``Optimizer.lr`` (d178931fc, 2024-10)."""

from collections.abc import Mapping
from typing import Any, Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.epochwise import Epochwise
from lrplot.trainers.call import called
from lrplot.trainers.curves import one_after_another, straight
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import batches_of_epoch, least_zero, one_of
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, switch, whole

_AT: Final = "Optimizer.lr"
_NAMES: Final = (
    "Cosine",
    "Linear",
    "Step",
    "Piecewise",
    "MultiStepDecay",
    "Constant",
    "ConstLR",
    "Cyclic",
)
_PADDLE: Final = "paddle.optimizer.lr."


def recognise(form: Form) -> Confidence:
    """``Global`` beside ``Optimizer.lr``."""
    inner = form.get(_AT)
    sure = form.kind == "mapping" and isinstance(inner, Mapping) and "Global" in form
    return Confidence(2 if sure else 0, 2)


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``build_lr_scheduler`` makes it."""
    epochs = whole(form, "Global.epochs", None)
    if epochs is None:
        raise refuse(form, "Global.epochs", "Global.epochs is left out, and says how long it trains")
    path = "DataLoader.Train.sampler"
    size = whole(form, f"{path}.batch_size", None)
    if facts.batches_per_epoch is None and size is None:
        ask(form, "PaddleClas", batches_per_epoch=None)
    batches, told = batches_of_epoch(
        form, facts, "PaddleClas", size, drop_last=switch(form, f"{path}.drop_last")
    )
    accumulated = whole(form, "Global.update_freq", 1)
    each = batches // accumulated
    if each < 1:
        raise refuse(form, "Global.update_freq", f"{batches} batches an epoch are less than one update")
    kind = one_of(form, f"{_AT}.name", "Constant", _NAMES)
    by_epoch = switch(form, f"{_AT}.by_epoch")
    lr = _rate(form, kind)
    ahead = float(least_zero(form, f"{_AT}.warmup_epoch", 0))
    notes: tuple[str, ...] = ()
    if ahead >= epochs:
        notes = (f"warmup_epoch {ahead:g} is cut to epochs {epochs}",)
        ahead = float(epochs)
    unit = 1 if by_epoch else each
    warmup = round(ahead * unit)
    curve, more = _curve(form, kind, lr, (epochs - ahead) * unit, unit)
    start = float(least_zero(form, f"{_AT}.warmup_start_lr", 0.0))
    schedule: Schedule = one_after_another([(warmup, straight(0, start, warmup, lr))], curve)
    if by_epoch:
        schedule = Epochwise(schedule=schedule, steps_per_epoch=each)
    lines = (
        f"{told} / {accumulated} × {epochs} epochs = {each * epochs} updates",
        *(
            (f"warm-up round({ahead:g} × {unit}) = {warmup} {'epochs' if by_epoch else 'updates'}",)
            if warmup
            else ()
        ),
    )
    return Training(schedule, each * epochs, each, lines, (*notes, *more), kind, "paddle")


def _rate(form: Form, kind: str) -> float:
    values = form.get(f"{_AT}.values")
    if kind == "Piecewise" and isinstance(values, list) and values:
        return float(values[0])
    name = "max_learning_rate" if kind == "Cyclic" else "learning_rate"
    if form.get(f"{_AT}.{name}") is None:
        raise refuse(form, _AT, f"{_AT}.{name} is left out")
    return float(least_zero(form, f"{_AT}.{name}", 0.0))


def _curve(form: Form, kind: str, lr: float, length: float, unit: int) -> tuple[Schedule, tuple[str, ...]]:
    """The curve behind the warm-up, on its own clock; ``unit`` its steps in an epoch."""
    if kind in {"Constant", "ConstLR"} or (length <= 0 and kind in {"Cosine", "Linear"}):
        return Constant(lr=lr), ()
    given: dict[str, Any] = {"learning_rate": lr}
    if kind == "Cosine":
        name = "CosineAnnealingDecay"
        given |= {"T_max": round(length), "eta_min": float(least_zero(form, f"{_AT}.eta_min", 0.0))}
    elif kind == "Linear":
        name = "PolynomialDecay"
        given |= {
            "decay_steps": round(length),
            "end_lr": float(least_zero(form, f"{_AT}.end_lr", 0.0)),
            "power": float(number(form, f"{_AT}.power", 1.0)),
            "cycle": switch(form, f"{_AT}.cycle"),
        }
    elif kind == "Step":
        name = "StepDecay"
        given |= {
            "step_size": round(whole(form, f"{_AT}.step_size", None) * unit),
            "gamma": float(number(form, f"{_AT}.gamma", 0.1)),
        }
    elif kind == "Piecewise":
        name = "PiecewiseDecay"
        ends = [round(epoch * unit) for epoch in form.get(f"{_AT}.decay_epochs") or []]
        given = {"boundaries": ends, "values": [float(each) for each in form.get(f"{_AT}.values") or []]}
    elif kind == "MultiStepDecay":
        name = "MultiStepDecay"
        ends = [round(epoch * unit) for epoch in form.get(f"{_AT}.milestones") or []]
        given |= {"milestones": ends, "gamma": float(number(form, f"{_AT}.gamma", 0.1))}
    else:
        name = "CyclicLR"
        given = {
            "base_learning_rate": float(least_zero(form, f"{_AT}.base_learning_rate", 0.0)),
            "max_learning_rate": lr,
            "step_size_up": whole(form, f"{_AT}.step_size_up", 2000),
        }
        for key in ("step_size_down", "mode", "exp_gamma"):
            if form.get(f"{_AT}.{key}") is not None:
                given[key] = form.get(f"{_AT}.{key}")
    return called(form, _PADDLE + name, given, lr=lr, steps=max(1, round(length)), optimizer=False)


TRAINER: Final = Trainer("paddleclas", "PaddleClas", recognise, training)
