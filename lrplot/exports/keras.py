"""Keras' call for a schedule, or a ``LearningRateSchedule`` or callback with its formula."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.exports.dialects import KERAS, PYTHON, body, function
from lrplot.exports.formula import formula, number
from lrplot.exports.intent import Intent, intent_of
from lrplot.schedules.base import Schedule

_PATH: Final = "keras.optimizers.schedules."


def spell(schedule: Schedule) -> str | None:
    """The call people write for it, None where Keras has none."""
    intent = intent_of(schedule)
    if intent.warmup and intent.schedule.type != "cosine":
        return None
    write = _CALLS.get(intent.schedule.type)
    return None if write is None else write(intent)


def _rate(value: float) -> str:
    """A rate with a point: Keras computes in whole numbers where the first rate is one."""
    text = number(value)
    return text if not text.lstrip("-").isdigit() else f"{text}.0"


def _decay(name: str, lr: float, steps: float, rate: float, *, staircase: bool) -> str:
    stairs = ", staircase=True" if staircase else ""
    return f"{name}({_rate(lr)}, decay_steps={number(steps)}, decay_rate={number(rate)}{stairs})"


def _step(intent: Intent) -> str:
    s = intent.schedule
    return _decay("ExponentialDecay", s.lr, s.step_size, s.gamma, staircase=True)


def _multistep(intent: Intent) -> str | None:
    s = intent.schedule
    marks = sorted(s.milestones)
    if not all(float(at).is_integer() for at in marks):
        return None
    rates = [s.lr * s.gamma**count for count in range(len(marks) + 1)]
    return _steps([int(at) for at in marks], rates)


def _steps(marks: list[int], rates: list[float]) -> str:
    # Keras still has the old value at a boundary, so each stands one step earlier.
    values = ", ".join(_rate(float(f"{rate:.15g}")) for rate in rates)
    return f"PiecewiseConstantDecay(boundaries={[at - 1 for at in marks]}, values=[{values}])"


def _piecewise(intent: Intent) -> str | None:
    points = sorted(intent.schedule.points)
    if intent.schedule.between != "hold" or not all(float(at).is_integer() for at, _ in points):
        return None
    rates = [rate for _, rate in points]
    return _steps([int(at) for at, _ in points[1:]], rates)


def _exponential(intent: Intent) -> str | None:
    s = intent.schedule
    if s.min_lr or s.gamma is None:
        return None
    return _decay("ExponentialDecay", s.lr, s.period, s.gamma, staircase=s.staircase)


def _inverse_time(intent: Intent) -> str:
    s = intent.schedule
    return _decay("InverseTimeDecay", s.lr, s.period, s.decay_rate, staircase=s.staircase)


def _linear(intent: Intent) -> str:
    s = intent.schedule
    return (
        f"PolynomialDecay({_rate(s.lr)}, decay_steps={number(s.T_max)}, end_learning_rate={number(s.end_lr)})"
    )


def _polynomial(intent: Intent) -> str:
    s = intent.schedule
    cycle = ", cycle=True" if s.cycle else ""
    return (
        f"PolynomialDecay({_rate(s.lr)}, decay_steps={number(s.T_max)}, "
        f"end_learning_rate={number(s.end_lr)}, power={number(s.power)}{cycle})"
    )


def _alpha(s: Any) -> str:
    return f", alpha={number(s.eta_min / s.lr)}" if s.eta_min else ""


def _cosine(intent: Intent) -> str | None:
    s = intent.schedule
    if s.exponent != 1 or not s.lr:
        return None
    first = _rate(intent.start if intent.warmup else s.lr)
    ramp = f", warmup_target={_rate(s.lr)}, warmup_steps={intent.warmup}" if intent.warmup else ""
    return f"CosineDecay({first}, decay_steps={number(s.T_max)}{_alpha(s)}{ramp})"


def _restarts(intent: Intent) -> str | None:
    s = intent.schedule
    if s.cycles is not None or not s.lr or (s.eta_min and s.decay != 1 and s.shrinks == "top"):
        return None
    # With a fractional t_mul Keras' float32 puts some restarts at the end of the cycle before.
    if not float(s.T_mult).is_integer():
        return None
    decay = f", m_mul={number(s.decay)}" if s.decay != 1 else ""
    return (
        f"CosineDecayRestarts({_rate(s.lr)}, first_decay_steps={number(s.T_0)}, t_mul={number(s.T_mult)}"
        f"{decay}{_alpha(s)})"
    )


_CALLS: Final[Mapping[str, Callable[[Intent], str | None]]] = {
    "step": _step,
    "multistep": _multistep,
    "piecewise": _piecewise,
    "exponential": _exponential,
    "inverse_time": _inverse_time,
    "linear": _linear,
    "polynomial": _polynomial,
    "cosine": _cosine,
    "cosine_restarts": _restarts,
}


def with_call(call: str) -> str:
    """A script with one of Keras' schedules; the optimizer asks it once a step."""
    return (
        f"import keras\n\nschedule = {_PATH}{call}\n"
        "optimizer = keras.optimizers.SGD(learning_rate=schedule)  # asks the schedule once a step\n"
    )


def with_rate(rate: float) -> str:
    """A script with one rate."""
    return f"import keras\n\noptimizer = keras.optimizers.SGD(learning_rate={number(rate)})\n"


def with_formula(expression: str) -> str:
    """A script with a ``LearningRateSchedule`` of our own."""
    lines = body(expression, KERAS, "step", "        ")
    text = "\n".join(lines)
    math = "import math\n\n" if "math." in text else ""
    ops = "from keras import ops\n" if "ops." in text else ""
    cast = '        step = ops.cast(step, "float32")\n'
    ops = ops or "from keras import ops\n"
    return (
        f"{math}import keras\n{ops}\n\n"
        "class Schedule(keras.optimizers.schedules.LearningRateSchedule):\n"
        "    def __call__(self, step):\n"
        f"{cast}{text}\n\n"
        "    def get_config(self):\n"
        "        return {}\n\n\n"
        "schedule = Schedule()\n"
        "optimizer = keras.optimizers.SGD(learning_rate=schedule)  # asks the schedule once a step\n"
    )


def with_callback(expression: str, epochs: int) -> str:
    """A script with a callback that sets the rate once an epoch."""
    text = function(expression, PYTHON, "lr_at", "epoch")
    math = "import math\n\n" if "math." in text else ""
    return (
        f"{math}import keras\n\n\n{text}\n\n\n"
        "scheduler = keras.callbacks.LearningRateScheduler(lr_at)  # once an epoch\n"
        f"# model.fit(..., epochs={epochs}, callbacks=[scheduler])\n"
    )


def with_recursion(schedule: Any, epochs: int) -> str:
    """A script with a callback that multiplies the current rate once an epoch."""
    from lrplot.schedules.lambda_ import Lambda

    factor = formula(Lambda(lr=1, factor=schedule.factor, steps_per_epoch=schedule.steps_per_epoch))
    if not schedule.from_zero:
        factor = f"1 if t < 1 else ({factor})"
    lines = body(factor, PYTHON, "epoch", "    ")
    scaled = [
        line.replace("return ", "return lr * (", 1) + ")" if "return " in line else line for line in lines
    ]
    text = "\n".join(["def schedule(epoch, lr):", *scaled])
    math = "import math\n\n" if "math." in text else ""
    return (
        f"{math}import keras\n\n\n{text}\n\n\n"
        f"optimizer = keras.optimizers.SGD(learning_rate={number(schedule.lr)})\n"
        "scheduler = keras.callbacks.LearningRateScheduler(schedule)  # once an epoch\n"
        f"# model.fit(..., epochs={epochs}, callbacks=[scheduler])\n"
    )
