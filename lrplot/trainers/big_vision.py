"""big_vision: ``config.schedule`` and ``config.lr`` in a Python file (0127fb6)."""

from collections.abc import Mapping
from dataclasses import replace
from types import NoneType
from typing import Any, Final

from lrplot.run import Group
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.multistep import MultiStep
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.polynomial import Polynomial
from lrplot.schedules.product import Product
from lrplot.trainers.curves import begun, half_wave, one_after_another, straight, switched
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import least_zero, one_of
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, switch

_KINDS: Final = ("cosine", "linear", "polynomial", "rsqrt", "stair")
_UNITS: Final = ("steps", "epochs", "examples", "percent")


def recognise(form: Form) -> Confidence:
    """``config.schedule`` with a ``decay_type`` or a warm-up, beside ``config.total_…``."""
    inner = form.get("schedule")
    members = [inner] if isinstance(inner, Mapping) else inner if isinstance(inner, list) else []
    lasts = any(f"total_{unit}" in form.values for unit in _UNITS)
    return Confidence(2 if form.kind == "python" and members and lasts else 0, 2)


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``create_learning_rate_schedule`` makes it."""
    pairs = _pairs(form)
    if pairs:
        return _grouped(form, facts, pairs)
    lr = float(least_zero(form, "lr", 1.0))
    batch = number(form, "input.batch_size", number(form, "batch_size", None))
    if batch is not None and batch <= 0:
        raise refuse(form, "input.batch_size", f"the batch size must be > 0, got {batch:g}")
    total, told = _steps(form, facts, "", "total", None, batch)
    warmup, ramp_told = _steps(form, facts, "schedule.", "warmup", total, batch)
    cooldown, tail_told = _steps(form, facts, "schedule.", "cooldown", total, batch)
    if warmup >= total > 1:
        raise refuse(
            form, "schedule.warmup_steps", f"the warm-up of {warmup} steps must be shorter than {total}"
        )
    if form.get("schedule.base") is not None:
        raise refuse(
            form, "schedule.base", "a schedule takes no base in big_vision; write mult, or config.lr"
        )
    lr *= float(least_zero(form, "schedule.mult", 1.0))
    if switch(form, "schedule.scale_with_batchsize"):
        lr *= (batch or 256) / 256
    curve = _curve(form, lr, warmup, total, batch)
    schedule = _warmed(form, curve, lr, (warmup, total - cooldown, total))
    lines = tuple(line for line in (told, ramp_told, tail_told) if line)
    return Training(schedule, total, None, lines, (), str(form.get("schedule.decay_type", "stair")))


def _warmed(form: Form, curve: Schedule, lr: float, ends: tuple[int, int, int]) -> Schedule:
    """The curve under its warm-up and its cooldown, which are factors of it."""
    warmup, begins, total = ends
    factors = [curve]
    if begins < total and lr:
        factors.append(
            Piecewise(
                points=((max(0, begins), lr * min(1, total / (total - begins))), (total, 0)), between="linear"
            )
        )
    steps = form.get("schedule.decay_type", "stair") == "stair"
    if warmup and lr and (steps or begins < warmup):
        factors.append(straight(0, 0, warmup, lr))
        warmup = 0
    whole = factors[0] if len(factors) == 1 else Product(lr=lr, factors=tuple(factors))
    return switched(straight(0, 0, warmup, float(curve(warmup))), (warmup, whole)) if warmup else whole


def _pairs(form: Form) -> list[tuple[str, Any]]:
    """The pairs of pattern and schedule, None for what is frozen; none where there is one schedule."""
    inner = form.get("schedule")
    if not isinstance(inner, list):
        return []
    pairs = [
        (str(pair[0]), pair[1])
        for pair in inner
        if isinstance(pair, list | tuple) and len(pair) == 2 and isinstance(pair[1], Mapping | NoneType)
    ]
    if len(pairs) < len(inner) or all(schedule is None for _, schedule in pairs):
        raise refuse(form, "schedule", "schedule must be a dict, or pairs of a pattern and one")
    return pairs


def _grouped(form: Form, facts: Facts, pairs: list[tuple[str, Any]]) -> Training:
    """Parameters by patterns of their names: the first that trains is drawn as the run's."""
    made = {
        name: None if inner is None else training(form.with_values({"schedule": inner}), facts)
        for name, inner in pairs
    }
    first = next(each for each in made.values() if each is not None)
    frozen = Constant(lr=0)
    groups = (Group(name, frozen if each is None else each.schedule) for name, each in made.items())
    return replace(first, groups=tuple(groups))


def _steps(
    form: Form, facts: Facts, at: str, name: str, total: int | None, batch: float | None
) -> tuple[int, str]:
    """A length however it is counted, and how it came about; 0 where it is left out."""
    given = [unit for unit in _UNITS if form.get(f"{at}{name}_{unit}") is not None]
    if len(given) > 1:
        raise refuse(form, f"{at}{name}_{given[0]}", f"only one of {', '.join(given)} may say {name}")
    if not given:
        if total is None:
            raise refuse(
                form, "total_steps", "total_steps, total_epochs or total_examples says how long it trains"
            )
        return 0, ""
    unit = given[0]
    amount = float(least_zero(form, f"{at}{name}_{unit}", 0))
    if unit == "steps":
        return int(amount), f"{name} = {int(amount)} updates"
    if unit == "percent":
        found = _rounded(amount * (total or 0))
        return found, f"{name} {amount:g} × {total} = {found} updates"
    if batch is None:
        raise refuse(form, "input.batch_size", f"{name}_{unit} needs input.batch_size")
    if unit == "examples":
        found = _rounded(amount / batch)
        return found, f"{name} {amount:g} examples / {batch:g} = {found} updates"
    ask(form, "big_vision", examples=facts.examples)
    found = _rounded(amount * ((facts.examples or 0) / batch))
    return found, f"{name} {amount:g} epochs × {facts.examples} examples / {batch:g} = {found} updates"


def _rounded(value: float) -> int:
    """To the nearest, but at least one step unless it is 0."""
    return max(1, round(value)) if value else 0


def _curve(form: Form, lr: float, warmup: int, total: int, batch: float | None) -> Schedule:
    """The decay behind the warm-up, on the clock of the run."""
    kind = one_of(form, "schedule.decay_type", "stair", _KINDS)
    if kind == "cosine":
        return half_wave(warmup, lr, total, 0)
    if kind in {"linear", "polynomial"}:
        # The end is a share of config.lr, whatever the batch scales.
        end = number(form, "schedule.end", number(form, "schedule.linear_end", 0.0)) * number(form, "lr", 1.0)
        power = float(number(form, "schedule.power", 1))
        if power == 1:
            return straight(warmup, lr, total, end)
        falls = Polynomial(lr=lr, end_lr=end, power=power, T_max=max(1, total - warmup))
        return one_after_another([(warmup, Constant(lr=lr))], falls)
    if kind == "rsqrt":
        examples = number(form, "schedule.timescale_examples", None)
        scale = float(number(form, "schedule.timescale", 10_000))
        if examples is not None and batch:
            scale = examples / batch
        shift = float(number(form, "schedule.shift", 0))
        return Lambda(lr=lr, factor=f"1 / sqrt(1 + (max(0, t - {warmup}) + {shift!r}) / {scale!r})")
    steps, mults = form.get("schedule.steps", []), form.get("schedule.mults", [])
    if not _numbers(steps) or not _numbers(mults) or len(steps) != len(mults):
        raise refuse(form, "schedule.steps", "stair needs as many steps as mults")
    if not steps:
        return begun(MultiStep(lr=lr, milestones=(), gamma=1), 0)
    # searchsorted(steps, t + 1): the rate changes at the step itself.
    points = ((0, lr), *((step, lr * mult) for step, mult in zip(steps, mults, strict=True)))
    return Piecewise(points=points)


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, int | float) for each in value)


TRAINER: Final = Trainer("big_vision", "big_vision", recognise, training)
