"""Keras' ``optimizers.schedules`` and rate callbacks, as release 3.15 computes them (in float32)."""

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.frameworks.keras_spellings import SPELLINGS
from lrplot.frameworks.tensorflow_feeding import check
from lrplot.python import symbolic
from lrplot.python.binding import Rule, shown
from lrplot.python.combine import by_epoch, joined, metrics_of, straight
from lrplot.python.framework import Arrays, Fit, Framework, Resuming
from lrplot.python.loop_words import Loop
from lrplot.python.optimizer_calls import OptimizerCall, Optimizers
from lrplot.python.parameters import Base, Refusal, Whole
from lrplot.python.symbolic import Symbol
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.exponential import Exponential
from lrplot.schedules.inverse_time import InverseTime
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.plateau import Plateau
from lrplot.schedules.polynomial import Polynomial


def _positive(name: str, steps: float) -> None:
    if steps <= 0:
        raise Refusal(f"Argument `{name}` must be > 0. Received: {name}={steps:g}", name)


def _first_rate(rate: Any) -> float:
    """The first rate; Keras takes its kind of number for the whole curve, so a whole one truncates all."""
    if isinstance(rate, bool) or not isinstance(rate, int | float):
        raise Refusal(f"initial_learning_rate must be a number, got {shown(rate)}", "initial_learning_rate")
    if isinstance(rate, int):
        raise Refusal(
            f"initial_learning_rate={rate} is a whole number, and Keras then computes the whole curve in "
            f"whole numbers; write {rate}.0",
            "initial_learning_rate",
        )
    return rate


def ExponentialDecay(
    initial_learning_rate: Any,
    decay_steps: float,
    decay_rate: float,
    staircase: bool = False,
    name: str | None = "ExponentialDecay",  # noqa: ARG001 (a label)
) -> Schedule:
    initial_learning_rate = _first_rate(initial_learning_rate)
    _positive("decay_steps", decay_steps)
    return Exponential(lr=initial_learning_rate, gamma=decay_rate, period=decay_steps, staircase=staircase)


_INT32: Final = 2**31 - 1
"""The last step that Keras can count."""


def PiecewiseConstantDecay(
    boundaries: list[float],
    values: list[Any],
    name: str | None = "PiecewiseConstant",  # noqa: ARG001 (a label)
) -> Schedule:
    if len(boundaries) != len(values) - 1:
        raise Refusal(
            "The length of boundaries should be 1 less than the length of values. Received: "
            f"boundaries={boundaries} of length {len(boundaries)}, and values={values} of length "
            f"{len(values)}.",
            "boundaries",
        )
    if not boundaries:
        raise Refusal(
            "Keras raises at every step without a boundary; give the optimizer the rate", "boundaries"
        )
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Refusal(f"values must be numbers, got {shown(value)}", "values")
    if isinstance(values[0], int) and any(isinstance(value, float) for value in values):
        raise Refusal(
            f"the first of the values, {values[0]}, is a whole number, and Keras cannot add broken ones to "
            f"it; write {values[0]}.0",
            "values",
        )
    if boundaries != sorted(boundaries):
        raise Refusal("boundaries that are not sorted make Keras add values up; sort them", "boundaries")
    if any(abs(at) > _INT32 for at in boundaries):
        raise Refusal(
            f"Keras counts steps in int32, up to {_INT32}, and this boundary is beyond", "boundaries"
        )
    # Keras keeps the old value at the boundary itself, and counts steps in whole numbers.
    points = {0: float(values[0])} | {
        max(0, int(at) + 1): float(value) for at, value in zip(boundaries, values[1:], strict=True)
    }
    return Piecewise(points=tuple((float(at), value) for at, value in points.items()))


def PolynomialDecay(
    initial_learning_rate: Any,
    decay_steps: float,
    end_learning_rate: float = 0.0001,
    power: float = 1.0,
    cycle: bool = False,
    name: str | None = "PolynomialDecay",  # noqa: ARG001 (a label)
) -> Schedule:
    initial_learning_rate = _first_rate(initial_learning_rate)
    _positive("decay_steps", decay_steps)
    if power == 0:
        return Constant(lr=initial_learning_rate)
    return Polynomial(
        lr=initial_learning_rate, end_lr=end_learning_rate, power=power, T_max=decay_steps, cycle=cycle
    )


def InverseTimeDecay(
    initial_learning_rate: Any,
    decay_steps: float,
    decay_rate: float,
    staircase: bool = False,
    name: str | None = "InverseTimeDecay",  # noqa: ARG001 (a label)
) -> Schedule:
    initial_learning_rate = _first_rate(initial_learning_rate)
    _positive("decay_steps", decay_steps)
    return InverseTime(lr=initial_learning_rate, rate=decay_rate, period=decay_steps, staircase=staircase)


def CosineDecay(
    initial_learning_rate: Any,
    decay_steps: float,
    alpha: float = 0.0,
    name: str | None = "CosineDecay",  # noqa: ARG001 (a label)
    warmup_target: float | None = None,
    warmup_steps: Whole = 0,
) -> Schedule:
    initial_learning_rate = _first_rate(initial_learning_rate)
    _positive("decay_steps", decay_steps)
    if warmup_target is None:
        return Cosine(lr=initial_learning_rate, eta_min=alpha * initial_learning_rate, T_max=decay_steps)
    anneal = Cosine(lr=warmup_target, eta_min=alpha * warmup_target, T_max=decay_steps)
    if warmup_steps < 0:
        raise Refusal(f"warmup_steps must be ≥ 0 to be drawn, got {warmup_steps}", "warmup_steps")
    if warmup_steps == 0:
        return anneal
    return joined([straight(initial_learning_rate, warmup_target, warmup_steps), anneal], [warmup_steps])


def CosineDecayRestarts(
    initial_learning_rate: Any,
    first_decay_steps: float,
    t_mul: float = 2.0,
    m_mul: float = 1.0,
    alpha: float = 0.0,
    name: str | None = "SGDRDecay",  # noqa: ARG001 (a label)
    *,
    around: Context,
) -> Schedule:
    initial_learning_rate = _first_rate(initial_learning_rate)
    _positive("first_decay_steps", first_decay_steps)
    if m_mul > 1 and around.length is not None:
        _check_float32(first_decay_steps, t_mul, m_mul, around.length)
    # alpha is a floor under a shrinking swing, not a share of each cycle's own top.
    return CosineRestarts(
        lr=initial_learning_rate,
        T_0=first_decay_steps,
        T_mult=t_mul,
        eta_min=alpha * initial_learning_rate,
        decay=m_mul,
        shrinks="swing" if m_mul != 1 and alpha else "top",
    )


# The largest float32.
_FLOAT32: Final = 3.4028235e38


def _check_float32(first: float, t_mul: float, m_mul: float, length: float) -> None:
    """Refuse a horizon at which Keras' growing restarts are infinite."""
    cycle = math.ceil(math.log(_FLOAT32) / math.log(m_mul))
    try:
        begins = first * (cycle if t_mul == 1 else (t_mul**cycle - 1) / (t_mul - 1))
    except OverflowError:
        return
    if length > begins:
        raise Refusal(
            f"m_mul={m_mul:g} has grown beyond float32, in which Keras computes, at step "
            f"{math.ceil(begins)}; draw at most {math.ceil(begins)} steps",
            "m_mul",
        )


def _refuse_whole(value: Any) -> None:
    """Refuse a function that returns a whole number, which Keras' callback does not take for a rate."""
    ways = [value.node] if isinstance(value, Symbol) else []
    for way in ways:
        if isinstance(way, ast.IfExp):
            ways += [way.body, way.orelse]
    returned = [getattr(way, "value", None) for way in ways] if ways else [value]
    whole = next((each for each in returned if isinstance(each, int)), None)
    if whole is not None:
        raise Refusal(
            f"the function returns the whole number {whole}, and Keras wants a float: write {whole}.0",
            "schedule",
        )


def LearningRateScheduler(schedule: Rule, verbose: int = 0, *, around: Context) -> Schedule:  # noqa: ARG001 (prints)
    epochs = None if around.length is None else around.length / (around.steps_per_epoch or 1)
    symbolic.check_python(schedule.value, epochs, "schedule")
    if not schedule.recursive:
        _refuse_whole(schedule.value)
    if schedule.recursive:
        made = symbolic.recursion_of(schedule.value, schedule.base, from_zero=True)
    else:
        made = symbolic.schedule_of(schedule.value)
    return by_epoch(made, around)


def ReduceLROnPlateau(
    monitor: str = "val_loss",
    factor: float = 0.1,
    patience: int = 10,
    verbose: int = 0,  # noqa: ARG001 (prints)
    mode: str = "auto",
    min_delta: float = 1e-4,
    cooldown: int = 0,
    min_lr: float = 0.0,
    *,
    around: Context,
    base: Base,
) -> Schedule:
    if factor >= 1:
        raise Refusal(f"ReduceLROnPlateau does not support a factor >= 1.0. Got factor={factor:g}", "factor")
    # Keras takes the words of the metric's name for its direction, and an unknown mode for auto.
    rises = mode == "max" or (mode != "min" and "acc" in monitor)
    return by_epoch(
        Plateau(
            lr=base.lr,
            rule="keras",
            mode="max" if rises else "min",
            factor=factor,
            patience=patience,
            threshold=min_delta,
            cooldown=cooldown,
            min_lr=min_lr,
            **metrics_of("ReduceLROnPlateau", around),
        ),
        around,
    )


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (
        ExponentialDecay,
        PiecewiseConstantDecay,
        PolynomialDecay,
        InverseTimeDecay,
        CosineDecay,
        CosineDecayRestarts,
        LearningRateScheduler,
        ReduceLROnPlateau,
    )
}
"""The calls by Keras' names."""

OPTIMIZERS: Final = Optimizers(
    rule="keras",
    first=("learning_rate",),
    home="keras.optimizers",
    opening="learning_rate=",
    # Paddle's optimizers, which say their rate as Keras' do, are given the parameters too.
    ignored=frozenset({"name", "jit_compile", "parameters"}),
    keeps_rate=True,
    calls={
        "SGD": OptimizerCall(0.01, "sgd", "momentum nesterov weight_decay"),
        "Adam": OptimizerCall(
            0.001, "adam", "beta_1=betas.0 beta_2=betas.1 epsilon=eps amsgrad weight_decay"
        ),
        "AdamW": OptimizerCall(
            0.001, "adamw", "weight_decay beta_1=betas.0 beta_2=betas.1 epsilon=eps amsgrad"
        ),
        "Adagrad": OptimizerCall(0.001, "adagrad", "initial_accumulator_value epsilon=eps weight_decay"),
        "RMSprop": OptimizerCall(0.001, "rmsprop", "rho=alpha momentum epsilon=eps centered weight_decay"),
        **dict.fromkeys(
            ("Adadelta", "Adamax", "Nadam", "Ftrl", "Lion", "Lamb", "Adafactor"), OptimizerCall(0.001)
        ),
    },
)

FIT: Final = Fit(
    compiles="compile",
    optimizers="keras.optimizers",
    trains=frozenset({"fit", "fit_generator"}),
    one_batch=frozenset({"train_on_batch"}),
    own_batch="train_step",
    parameters=(
        "x", "y", "batch_size", "epochs", "verbose", "callbacks", "validation_split", "validation_data",
        "shuffle", "class_weight", "sample_weight", "initial_epoch", "steps_per_epoch",
    ),
    batch_size=32,
    telling=("epochs", "callbacks", "initial_epoch", "steps_per_epoch"),
    updates="apply_gradients",
    accumulates="gradient_accumulation_steps",
    counter="iterations",
    counters=frozenset({"assign", "assign_add", "assign_sub"}),
    trainer="model",
    hooks={
        "train_begin": ("on_train_begin",),
        "epoch_begin": ("on_epoch_begin",),
        "batch_begin": ("on_batch_begin", "on_train_batch_begin"),
        "batch_end": ("on_batch_end", "on_train_batch_end"),
        "epoch_end": ("on_epoch_end",),
        "train_end": ("on_train_end",),
    },
    stopping=frozenset({"EarlyStopping"}),
    stops="stop_training",
    harmless=frozenset(
        {"BackupAndRestore", "CSVLogger", "History", "ModelCheckpoint", "ProgbarLogger",
         "RemoteMonitor", "SwapEMAWeights", "TensorBoard", "TerminateOnNaN", "TqdmCallback", "WandbCallback",
         "WandbMetricsLogger", "WandbModelCheckpoint"}
    ),
)  # fmt: skip
"""How ``Model.fit`` is called, as release 3.15 does."""


FRAMEWORK: Final = Framework(
    check=check,
    name="keras",
    title="Keras",
    aliases=("tf", "tensorflow"),
    roots=("keras", "tf", "tensorflow", "tf_keras"),
    hints=("schedules", "callbacks"),
    calls=CALLS,
    optimizers=OPTIMIZERS,
    single_precision=True,
    resuming=Resuming(
        numbers=True,
        notes={
            "loaded": "Keras: load_model() brings the saved schedule with its old numbers; to go on with new"
            " ones, compile with a new optimizer and set its iterations to those of the old one",
            "outright": "Keras: a model that is compiled anew, or has only its weights loaded, counts"
            " iterations from 0; fit() counts the epochs of a LearningRateScheduler from its initial_epoch",
        },
    ),
    by_epoch=("LearningRateScheduler", "ReduceLROnPlateau"),
    plateau="keras",
    # ``from keras import ops, backend as K`` is how people call them.
    arrays=Arrays(roots=frozenset({"keras", "tf", "tensorflow", "ops", "K", "backend"}), steps=True),
    loop=Loop(
        updates=frozenset({"minimize", "apply_gradients"}),
        common_updates=frozenset({"apply", "update_step"}),
        passed_on=frozenset({"GradientAccumulationOptimizer"}),
    ),
    schedule_bases=frozenset({"LearningRateSchedule"}),
    fit=FIT,
    spellings=SPELLINGS,
)
