"""The spelling of a schedule as Keras' users write it: its classes, a class or a callback of their own."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from lrplot.python.spelling import Formula, OptimizerSpelling, Spellings, Template, number, with_point


def _levels(starts: Sequence[float], rates: Sequence[float]) -> str:
    """Rates that hold; Keras still has the old one at a boundary, so each stands one step earlier.

    A rate that never changes is the optimizer's own: without a boundary Keras' class fails when it is asked.
    """
    if not starts:
        return ""
    boundaries = ", ".join(number(math.ceil(at) - 1) for at in starts)
    return f"PiecewiseConstantDecay(boundaries=[{boundaries}], values=[{', '.join(map(with_point, rates))}])"


def _multistep(s: Mapping[str, Any]) -> str | None:
    if s["warmup"]:
        return None
    starts = sorted(s["milestones"])
    return _levels(starts, [s["lr"] * s["gamma"] ** count for count in range(len(starts) + 1)])


def _piecewise(s: Mapping[str, Any]) -> str | None:
    if s["warmup"] or s["between"] != "hold":
        return None
    points = sorted(s["points"])
    return _levels([at for at, _ in points[1:]], [rate for _, rate in points])


_SCRIPT: Final = """\
{imports}

schedule = {call}
optimizer = {optimizer}  # asks the schedule once a step
"""
_REACTING: Final = """\
{imports}

optimizer = {plain_optimizer}
callback = keras.callbacks.{plain_call}  # once an epoch
# model.fit(..., epochs={epochs}, callbacks=[callback])
"""
_BARE: Final = """\
{imports}

optimizer = {optimizer}
"""
_CLASS: Final = """\
{imports}


class Schedule(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        step = ops.cast(step, "float32")
{body}

    def get_config(self):
        return {{}}


schedule = Schedule()
optimizer = {optimizer}  # asks the schedule once a step
"""
_CALLBACK: Final = """\
{imports}


{function}


optimizer = {optimizer}
scheduler = keras.callbacks.LearningRateScheduler(lr_at)  # once an epoch
# model.fit(..., epochs={epochs}, callbacks=[scheduler])
"""
_PRODUCT: Final = """\
{imports}


{function}


def schedule(epoch, lr):
    return lr * factor(epoch)


optimizer = {optimizer}
scheduler = keras.callbacks.LearningRateScheduler(schedule)  # once an epoch
# model.fit(..., epochs={epochs}, callbacks=[scheduler])
"""

SPELLINGS: Final = {
    "keras": Spellings(
        calls={
            "constant": "",
            "step": "ExponentialDecay({lr:f}, decay_steps={step_size}, decay_rate={gamma}, staircase=True)",
            "multistep": _multistep,
            "piecewise": _piecewise,
            "exponential": (
                "ExponentialDecay({lr:f}, decay_steps={period}, decay_rate={gamma}, staircase={staircase})"
            ),
            "inverse_time": (
                "InverseTimeDecay({lr:f}, decay_steps={period}, decay_rate={rate}, staircase={staircase})"
            ),
            "linear": "PolynomialDecay({lr:f}, decay_steps={T_max}, end_learning_rate={end_lr})",
            "polynomial": (
                "PolynomialDecay({lr:f}, decay_steps={T_max}, end_learning_rate={end_lr}, power={power}, "
                "cycle={cycle})"
            ),
            "cosine": (
                "CosineDecay({lr:f}, decay_steps={T_max}, alpha={eta_min / lr})",
                Template(
                    "CosineDecay({start:f}, decay_steps={T_max}, alpha={eta_min / lr}, "
                    "warmup_target={lr:f}, warmup_steps={warmup})",
                    "warmup",
                ),
            ),
            # With a fractional t_mul Keras' float32 puts some restarts at the end of the cycle before.
            "cosine_restarts": Template(
                "CosineDecayRestarts({lr:f}, first_decay_steps={T_0}, t_mul={T_mult}, m_mul={decay}, "
                "alpha={eta_min / lr})",
                "T_mult % 1 == 0",
            ),
            "plateau": tuple(
                Template(
                    f"ReduceLROnPlateau(monitor='val_loss', {mode}factor={{factor}}, patience={{patience}}, "
                    "min_delta={threshold}, cooldown={cooldown}, min_lr={min_lr})",
                    given,
                    keeps=("monitor",),
                )
                for mode, given in (("", "falls"), ("mode='max', ", "not falls"))
            ),
        },
        path="keras.optimizers.schedules.",
        imports=("import keras", "from keras import ops"),
        script=_SCRIPT,
        bare=_BARE,
        reacting=_REACTING,
        told="each epoch",
        optimizer=OptimizerSpelling(text="keras.optimizers.{name}(learning_rate={rate}{more})", rule="keras"),
        rate="schedule",
        formulas=(
            Formula(script=_CALLBACK, argument="epoch", clock="epoch", floats=True),
            Formula(script=_CLASS, dialect="keras", rate="schedule", clock="step"),
            Formula(script=_PRODUCT, name="factor", argument="epoch", of="factor"),
        ),
        counts="steps",
    )
}
