"""TF Object Detection: ``train_config`` of a ``pipeline.config`` (``learning_schedules.py``, 1a84b373)."""

from collections.abc import Mapping
from typing import Any, Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.exponential import Exponential
from lrplot.schedules.piecewise import Piecewise
from lrplot.trainers.curves import half_wave, straight, switched
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import least_zero
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, switch, whole

_KINDS: Final = (
    "cosine_decay_learning_rate",
    "exponential_decay_learning_rate",
    "manual_step_learning_rate",
    "constant_learning_rate",
)


def recognise(form: Form) -> Confidence:
    """``train_config`` with an optimizer, in protobuf's text format."""
    inner = form.get("train_config.optimizer")
    return Confidence(2 if form.kind == "protobuf" and isinstance(inner, Mapping) else 0, 2)


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``create_learning_rate`` builds it."""
    steps = whole(form, "train_config.num_steps", 0, least=0) or facts.steps
    ask(form, "TF Object Detection", steps=steps)
    length = steps or 1
    at, kind = _rate(form)
    schedule, told, notes = _READERS[kind](form, f"{at}.{kind}", length)
    lines = (f"train_config.num_steps = {length} updates", *told)
    return Training(schedule, length, None, lines, notes, kind)


def _rate(form: Form) -> tuple[str, str]:
    """The place of the learning rate, and its kind."""
    optimizers = form.get("train_config.optimizer")
    for name, inner in optimizers.items() if isinstance(optimizers, Mapping) else ():
        rate = inner.get("learning_rate") if isinstance(inner, Mapping) else None
        if isinstance(rate, Mapping):
            kind = next((each for each in rate if each in _KINDS), None)
            at = f"train_config.optimizer.{name}.learning_rate"
            if kind is None:
                raise refuse(
                    form, at, f"learning_rate must be one of {', '.join(_KINDS)}, got {', '.join(rate)}"
                )
            return at, kind
    raise refuse(form, "train_config.optimizer", "the optimizer has no learning_rate")


_Read = tuple[Schedule, tuple[str, ...], tuple[str, ...]]


def _cosine(form: Form, at: str, length: int) -> _Read:
    base = float(least_zero(form, f"{at}.learning_rate_base", 0.002))
    total = whole(form, f"{at}.total_steps", 4_000_000)
    start = float(least_zero(form, f"{at}.warmup_learning_rate", 0.0002))
    warmup = whole(form, f"{at}.warmup_steps", 10_000, least=0)
    hold = whole(form, f"{at}.hold_base_rate_steps", 0, least=0)
    if start > base:
        raise refuse(
            form, f"{at}.warmup_learning_rate", f"warmup_learning_rate must be ≤ learning_rate_base {base:g}"
        )
    if total <= warmup + hold:
        raise refuse(form, f"{at}.total_steps", f"total_steps must exceed warm-up and hold {warmup + hold}")
    after = switched(Constant(lr=base), (warmup + hold, half_wave(warmup + hold, base, total, 0)))
    curve = switched(straight(0, start, warmup, base), (warmup, after)) if warmup else after
    notes: tuple[str, ...] = ()
    if total < length:
        notes = (f"after total_steps {total} the rate is 0 for {length - total} updates",)
    elif total > length:
        notes = (f"num_steps stops after {length} of the curve's {total} steps",)
    return curve, (f"warm-up {warmup}, hold {hold}, cosine to {total}",), notes


def _exponential(form: Form, at: str, length: int) -> _Read:  # noqa: ARG001 (as the others)
    base = float(least_zero(form, f"{at}.initial_learning_rate", 0.002))
    curve: Schedule = Exponential(
        lr=base,
        gamma=float(number(form, f"{at}.decay_factor", 0.95)),
        period=whole(form, f"{at}.decay_steps", 4_000_000),
        staircase=switch(form, f"{at}.staircase", default=True),
        min_lr=float(least_zero(form, f"{at}.min_learning_rate", 0.0)),
    )
    burnin = whole(form, f"{at}.burnin_steps", 0, least=0)
    if burnin:
        rate = float(least_zero(form, f"{at}.burnin_learning_rate", 0.0)) or base
        curve = switched(Constant(lr=rate), (burnin, curve))
    return curve, (), ()


def _manual(form: Form, at: str, length: int) -> _Read:  # noqa: ARG001 (as the others)
    first = float(least_zero(form, f"{at}.initial_learning_rate", 0.002))
    given: Any = form.get(f"{at}.schedule", [])
    members = given if isinstance(given, list) else [given]
    points = [(0.0, first)]
    for each in members:
        step, rate = each.get("step", 0), each.get("learning_rate", 0.002)
        if not isinstance(step, int) or step <= points[-1][0] or not isinstance(rate, int | float):
            raise refuse(form, f"{at}.schedule", "the steps of schedule must rise, above 0")
        points.append((float(step), float(rate)))
    curve: Schedule = Piecewise(points=tuple(points))
    if switch(form, f"{at}.warmup") and len(points) > 1:
        step, rate = points[1]
        curve = switched(straight(0, first, step, rate), (step, curve))
    return curve, (), ()


def _constant(form: Form, at: str, length: int) -> _Read:  # noqa: ARG001 (as the others)
    return Constant(lr=float(least_zero(form, f"{at}.learning_rate", 0.002))), (), ()


_READERS: Final = dict(zip(_KINDS, (_cosine, _exponential, _manual, _constant), strict=True))

TRAINER: Final = Trainer("tf_od", "TF Object Detection", recognise, training)
