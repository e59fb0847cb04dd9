"""levanter: YAML with ``trainer.num_train_steps``; cycles of warm-up, stable stretch and decay (9263f81e)."""

from itertools import accumulate, pairwise
from typing import Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.lambda_ import Lambda
from lrplot.trainers.curves import one_after_another, straight
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import least_zero, one_of
from lrplot.trainers.training import Confidence, Trainer, Training, number, refuse, whole

_KINDS: Final = ("constant", "cosine", "linear", "inv_sqrt", "inv")
_TIMESCALE: Final = 10_000
"""The ``timescale`` of levanter's ``_inv_sqrt_decay_schedule``, which no configuration sets."""
_MOST_CYCLES: Final = 1000
"""Cycles that are drawn, each a part of its own."""


def recognise(form: Form) -> Confidence:
    """``trainer.num_train_steps`` beside ``optimizer``."""
    found = form.kind == "mapping" and "trainer.num_train_steps" in form
    return Confidence(2 if found and "optimizer" in form else 1 if found else 0, 2)


def training(form: Form, facts: Facts) -> Training:  # noqa: ARG001 (nothing is asked)
    """The training, as ``OptimizerConfig.lr_scheduler`` makes it."""
    lr = float(least_zero(form, "optimizer.learning_rate", 6e-4))
    steps = whole(form, "trainer.num_train_steps", 400_000)
    share = float(least_zero(form, "optimizer.min_lr_ratio", 0.1))
    kind = one_of(form, "optimizer.lr_schedule", "cosine", _KINDS)
    cooldown = _counted(form, "cooldown", steps) or 0
    points = _points(form, steps - cooldown)
    parts: list[tuple[int, Schedule]] = []
    lines = [f"trainer.num_train_steps = {steps} updates"]
    last = 0.0
    curve: Schedule = Constant(lr=lr)
    decay = 0
    for cycle, (start, end) in enumerate(pairwise(points)):
        span = end - start
        name = "rewarmup" if cycle else "warmup"
        warmup = _counted(form, name, span, 0.0 if cycle else 0.01) or 0
        given = _counted(form, "decay", span)
        decay = span - warmup if given is None else given
        stable = span - warmup - decay
        if stable < 0 or (decay <= 0 and kind != "constant"):
            raise refuse(
                form,
                f"optimizer.{name}",
                f"{name} {warmup} and decay {decay} do not fit into {span} steps; up to 1 it is a share, "
                "so that 1 is the whole run",
            )
        curve = _curve(kind, lr, share, warmup, decay)
        parts += [(warmup, straight(0, last, warmup, lr)), (stable, Constant(lr=lr)), (decay, curve)]
        last = float(curve(decay))
        lines.append(f"{name} {warmup}, stable {stable}, decay {decay} of {span} steps")
    if cooldown:
        parts.append((cooldown, straight(0, last, cooldown, share * lr)))
        lines.append(f"cooldown {cooldown} steps")
    kept = [(span, part) for span, part in parts if span > 0]
    schedule = one_after_another(kept[:-1], kept[-1][1])
    return Training(schedule, steps, None, tuple(lines), (), f"lr_schedule {kind}")


def _curve(kind: str, lr: float, share: float, warmup: int, steps: int) -> Schedule:
    """The decay on its own clock."""
    low = share * lr
    if kind == "cosine":
        return Cosine(lr=lr, eta_min=low, T_max=steps)
    if kind == "linear":
        return straight(0, lr, steps, low)
    if kind == "constant":
        return Constant(lr=lr)
    if kind == "inv_sqrt":
        root = f"min(1, 1 / sqrt(max(t + {warmup}, 1) / {_TIMESCALE}))"
        return Lambda(lr=lr, factor=f"max({root}, {share!r})")
    # A lowest rate of 0 divides by 0 there: levanter's own rate is 0 from the first step on.
    slope = 1 / share - 1 if share else 1e300
    return Lambda(lr=lr, factor=f"max({share!r}, min(1, 1 / ({slope!r} * max(t, 1) / {steps} + 1)))")


def _counted(form: Form, name: str, length: int, default: float | None = None) -> int | None:
    """A number of steps, or up to 1 a share, cut off."""
    value = number(form, f"optimizer.{name}", None)
    if value is None and name == "warmup" and "optimizer.warmup_ratio" in form:
        value = number(form, "optimizer.warmup_ratio", None)
    value = default if value is None else value
    if value is None:
        return None
    if value < 0 or (value > 1 and not float(value).is_integer()):
        raise refuse(
            form, f"optimizer.{name}", f"{name} must be a share up to 1 or whole steps, got {value:g}"
        )
    return int(value * length) if value <= 1 else int(value)


def _points(form: Form, length: int) -> list[int]:
    """The beginnings of the cycles, and the end."""
    span, cycles = (
        form.get("optimizer.cycle_length"),
        form.get("optimizer.cycles", form.get("optimizer.haps")),
    )
    if span is not None and cycles is not None:
        raise refuse(form, "optimizer.cycles", "cycles and cycle_length are both given; levanter takes one")
    points: list[int] = []
    for name, value in (("cycle_length", span), ("cycles", cycles)):
        if isinstance(value, list) and not all(isinstance(each, int) for each in value):
            raise refuse(form, f"optimizer.{name}", f"{name} must be whole steps, got {value!r}")
    if isinstance(span, list):
        points = list(accumulate(int(each) for each in span))
    elif span is not None:
        each = max(1, _counted(form, "cycle_length", length) or 1)
        points = [i * each for i in range(1, min(length // each, _MOST_CYCLES + 2))]
    elif isinstance(cycles, list):
        points = [int(each) for each in cycles]
    elif cycles is not None:
        count = whole(form, "optimizer.cycles", 1)
        points = [int(length / count * (i + 1)) for i in range(min(count - 1, _MOST_CYCLES + 1))]
    if sorted(set(points)) != points or (points and not 0 < points[0] <= points[-1] <= length):
        raise refuse(form, "optimizer.cycles", f"the cycles must rise within {length} steps, got {points}")
    if len(points) > _MOST_CYCLES:
        raise refuse(form, "optimizer.cycles", f"{len(points)} cycles; at most {_MOST_CYCLES} are drawn")
    return [0, *points, *([] if points and points[-1] == length else [length])]


TRAINER: Final = Trainer("levanter", "levanter", recognise, training)
