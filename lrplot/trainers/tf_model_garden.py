"""TF Model Garden: YAML with ``trainer.optimizer_config`` (tensorflow/models 00b830c7)."""

from collections.abc import Mapping
from typing import Any, Final

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.lambda_ import Lambda
from lrplot.trainers.call import called
from lrplot.trainers.curves import one_after_another, straight, switched
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.keys import least_zero, required
from lrplot.trainers.training import Confidence, Trainer, Training, ask, number, refuse, switch, whole

_AT: Final = "trainer.optimizer_config"
_KERAS: Final = "keras.optimizers.schedules."
_KNOWN: Final = (
    "constant",
    "stepwise",
    "exponential",
    "polynomial",
    "cosine",
    "power",
    "power_linear",
)


def recognise(form: Form) -> Confidence:
    """``trainer.optimizer_config``."""
    inner = form.get(_AT)
    return Confidence(2 if form.kind == "mapping" and isinstance(inner, Mapping) else 0, 2)


def training(form: Form, facts: Facts) -> Training:
    """The training, as ``OptimizerFactory`` builds its learning rate."""
    steps = whole(form, "trainer.train_steps", facts.steps)
    ask(form, "TF Model Garden", steps=steps)
    kind = form.get(f"{_AT}.learning_rate.type")
    if kind not in _KNOWN:
        missing = "is left out: the experiment's Python says it" if kind is None else f"'{kind}' is not read"
        raise refuse(
            form, f"{_AT}.learning_rate.type", f"learning_rate.type {missing}; known are {', '.join(_KNOWN)}"
        )
    at = f"{_AT}.learning_rate.{kind}"
    curve, notes = _curve(form, kind, at, steps)
    offset = whole(form, f"{at}.offset", 0, least=0)
    if offset and not kind.startswith("power"):
        curve = one_after_another([(offset, Constant(lr=float(curve(0))))], curve)
        notes = (*notes, f"offset {offset}: the curve begins there")
    schedule, told = _warmed(form, curve)
    lines = (f"trainer.train_steps = {steps} updates", *told)
    return Training(schedule, steps, None, lines, notes, str(kind))


def _curve(form: Form, kind: str, at: str, steps: int) -> tuple[Schedule, tuple[str, ...]]:
    """The schedule of a type, on its own clock, and notes."""
    if kind == "constant":
        return Constant(lr=float(least_zero(form, f"{at}.learning_rate", 0.1))), ()
    if kind.startswith("power"):
        return _power(form, kind, at), ()
    if kind == "stepwise":
        boundaries, values = form.get(f"{at}.boundaries"), form.get(f"{at}.values")
        if not isinstance(boundaries, list) or not isinstance(values, list):
            raise refuse(form, at, "stepwise needs boundaries and values")
        if not all(isinstance(each, int | float) for each in (*boundaries, *values)):
            raise refuse(form, at, "boundaries and values must be numbers")
        given: dict[str, Any] = {"boundaries": boundaries, "values": values}
        lr = float(values[0]) if values else 0.0
        name = f"{_KERAS}PiecewiseConstantDecay"
        schedule, notes = called(form, name, given, lr=lr, steps=steps, optimizer=False)
        return schedule, (*notes, "at a boundary Keras still has the earlier value")
    lr = required(form, f"{at}.initial_learning_rate")
    length = whole(form, f"{at}.decay_steps", steps)
    if kind == "cosine":
        name, given = "CosineDecay", {"alpha": float(number(form, f"{at}.alpha", 0.0))}
    elif kind == "exponential":
        name = "ExponentialDecay"
        given = {
            "decay_rate": required(form, f"{at}.decay_rate"),
            "staircase": switch(form, f"{at}.staircase"),
        }
    else:
        name = "PolynomialDecay"
        given = {
            "end_learning_rate": float(least_zero(form, f"{at}.end_learning_rate", 1e-4)),
            "power": float(number(form, f"{at}.power", 1.0)),
            "cycle": switch(form, f"{at}.cycle"),
        }
    given = {"initial_learning_rate": lr, "decay_steps": length, **given}
    return called(form, _KERAS + name, given, lr=lr, steps=steps, optimizer=False)


def _power(form: Form, kind: str, at: str) -> Schedule:
    """A power of the step, and a straight end."""
    lr = required(form, f"{at}.initial_learning_rate")
    power = float(number(form, f"{at}.power", -0.5))
    offset = whole(form, f"{at}.offset", 0, least=0)
    factor = f"max(t - {offset}, 1) ** {power!r}"
    if kind == "power_linear":
        total = whole(form, f"{at}.total_decay_steps", None)
        share = number(form, f"{at}.linear_decay_fraction", 0.1)
        if total is None or not 0 < share <= 1:
            raise refuse(
                form, at, "power_linear needs total_decay_steps, and linear_decay_fraction in (0, 1]"
            )
        factor += f" * max(0, min(1, ({total} - t + {offset}) / {total * share!r}))"
    return Lambda(lr=lr, factor=factor)


def _warmed(form: Form, curve: Schedule) -> tuple[Schedule, tuple[str, ...]]:
    """The ramp up to the curve's own value at its end, under which the curve runs."""
    kind = form.get(f"{_AT}.warmup.type")
    if kind is None:
        return curve, ()
    if kind not in ("linear", "polynomial"):
        raise refuse(form, f"{_AT}.warmup.type", f"warmup.type must be linear or polynomial, got '{kind}'")
    at = f"{_AT}.warmup.{kind}"
    steps = whole(form, f"{at}.warmup_steps", 0, least=0)
    if steps == 0:
        return curve, ()
    top = float(curve(steps))
    if kind == "linear":
        ramp = straight(0, float(least_zero(form, f"{at}.warmup_learning_rate", 0.0)), steps, top)
    else:
        power = float(number(form, f"{at}.power", 1.0))
        ramp = Lambda(lr=top, factor=f"(max(t, 1) / {steps}) ** {power!r}")
    return switched(ramp, (steps, curve)), (f"warm-up {steps} updates, up to {top:.4g}",)


TRAINER: Final = Trainer("tf_model_garden", "TF Model Garden", recognise, training)
