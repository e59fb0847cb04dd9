"""PaddleDetection: YAML with ``LearningRate`` and ``_BASE_`` (666f597fd0, 2024-10)."""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.excerpt import Excerpt
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.piecewise import Piecewise
from lrplot.trainers.curves import half_wave, straight, switched
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.inherited import with_bases
from lrplot.trainers.forms.mapping import TAG
from lrplot.trainers.keys import batches_of_epoch, required
from lrplot.trainers.training import Confidence, Trainer, Training, ask, refuse, whole

_CURVES: Final = ("CosineDecay", "PiecewiseDecay")
_RAMPS: Final = ("LinearWarmup", "ExpWarmup")


def recognise(form: Form) -> Confidence:
    """``LearningRate`` with ``base_lr``, or a list under ``_BASE_``."""
    inner = form.get("LearningRate")
    if form.kind != "mapping":
        return Confidence(0)
    if isinstance(inner, Mapping) and {"base_lr", "schedulers"} & set(inner):
        return Confidence(2, 2)
    return Confidence(1 if isinstance(form.get("_BASE_"), list) else 0, 1)


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``LearningRate`` of ``optimizer.py`` builds it."""
    form = with_bases(form)
    lr = required(form, "LearningRate.base_lr")
    epochs = whole(form, "epoch", None)
    if epochs is None:
        raise refuse(form, "epoch", "epoch is left out, and says how long it trains")
    size = whole(form, "TrainReader.batch_size", None)
    if facts.batches_per_epoch is None and size is None:
        ask(form, "PaddleDetection", batches_per_epoch=None)
    drops = form.get("TrainReader.drop_last") is True
    each, told = batches_of_epoch(form, facts, "PaddleDetection", size, drop_last=drops)
    curve, ramp = _schedulers(form)
    warmup, rise = _ramp(form, ramp, lr, each)
    falls, notes = _curve(form, curve, lr, each, warmup, epochs)
    schedule = falls if rise is None else switched(rise, (warmup, falls))
    lines = (
        f"{told} × {epochs} epochs = {each * epochs} updates",
        *((f"warm-up {warmup} updates",) if warmup else ()),
    )
    notes = (*notes, "the rate is not scaled by the number of devices: its docs divide it by hand")
    return Training(schedule, each * epochs, each, lines, notes, curve[TAG])


def _schedulers(form: Form) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The curve, and the warm-up where it has one."""
    given = form.get("LearningRate.schedulers")
    members = given if isinstance(given, list) else []
    named = [
        {**each, TAG: str(each.get(TAG) or each.get("name")).lstrip("!")}
        for each in members
        if isinstance(each, Mapping)
    ]
    if not named:
        # Its own defaults: PiecewiseDecay() and LinearWarmup().
        return {TAG: "PiecewiseDecay"}, {TAG: "LinearWarmup"}
    curve = next((each for each in named if each[TAG] in _CURVES), None)
    ramp = next((each for each in named if each[TAG] in _RAMPS), None)
    unknown = [each[TAG] for each in named if each[TAG] not in (*_CURVES, *_RAMPS)]
    if curve is None or unknown:
        known = ", ".join((*_CURVES, *_RAMPS))
        wrong = unknown[0] if unknown else "a warm-up alone"
        raise refuse(form, "LearningRate.schedulers", f"'{wrong}' is not read; known are {known}")
    if curve.get("use_warmup") is False:
        ramp = None
    return curve, ramp


def _number(form: Form, scheduler: Mapping[str, Any], name: str, default: Any) -> Any:
    value = scheduler.get(name)
    if value is None:
        return default
    try:
        found = float(value) if isinstance(value, str) else value + 0
        if math.isfinite(found):
            return found
        raise ValueError
    except (ValueError, TypeError):
        raise refuse(form, "LearningRate.schedulers", f"{name} must be a number, got {value!r}") from None


def _ramp(form: Form, ramp: Mapping[str, Any] | None, lr: float, each: int) -> tuple[int, Schedule | None]:
    """The steps of the warm-up and its rates."""
    if ramp is None:
        return 0, None
    linear = ramp[TAG] == "LinearWarmup"
    epochs = _number(form, ramp, "epochs", None)
    given = _number(form, ramp, "steps", 500 if linear else 1000)
    steps = max(1, int(given if epochs is None else epochs * each))
    if linear:
        return steps, straight(0, lr * _number(form, ramp, "start_factor", 1 / 3), steps, lr)
    power = _number(form, ramp, "power", 2)
    return steps, Lambda(lr=lr, factor=f"(t / {steps}) ** {power!r}")


def _curve(
    form: Form, curve: Mapping[str, Any], lr: float, each: int, warmup: int, epochs: int
) -> tuple[Schedule, tuple[str, ...]]:
    """The curve on the clock of the run, and notes."""
    if curve[TAG] == "CosineDecay":
        laid = _number(form, curve, "max_epochs", 1000)
        flat = int(_number(form, curve, "last_plateau_epochs", 0)) * each
        low = lr * _number(form, curve, "min_lr_ratio", 0.0)
        notes: tuple[str, ...] = ()
        if laid != epochs:
            notes = (f"the cosine is laid over max_epochs {laid}, and {epochs} are trained",)
        wave = half_wave(warmup, lr, int(laid) * each - flat, low)
        # Its table of rates ends with the last step of the cosine, which is held.
        return (Excerpt(schedule=wave, end=int(laid) * each - 1) if laid < epochs else wave), notes
    milestones = curve.get("milestones", [8, 11])
    gamma = curve.get("gamma", [0.1, 0.01])
    if curve.get("values") is not None:
        raise refuse(form, "LearningRate.schedulers", "PiecewiseDecay with values is not read; give gamma")
    if not isinstance(milestones, list) or not all(isinstance(step, int) for step in milestones):
        raise refuse(form, "LearningRate.schedulers", f"milestones must be epochs, got {milestones!r}")
    notes = ()
    if not isinstance(gamma, list):
        single = _number(form, curve, "gamma", 0.1)
        gamma = [single / 10**i for i in range(len(milestones))]
        if single != 0.1 and len(gamma) > 1:
            shares = ", ".join(f"{share:g}" for share in gamma)
            notes = (f"gamma {single:g} is divided by 10 at each milestone: {shares} of the base rate",)
    steps = [step * each for step in milestones]
    if len(gamma) != len(steps) or any(b <= a for a, b in pairwise([max(warmup - 1, 0), *steps])):
        raise refuse(
            form,
            "LearningRate.schedulers",
            "milestones must rise, lie behind the warm-up, and be as many as the factors in gamma",
        )
    points = ((0, lr), *((step, lr * float(share)) for step, share in zip(steps, gamma, strict=True)))
    return Piecewise(points=points), notes


TRAINER: Final = Trainer("paddledet", "PaddleDetection", recognise, training)
