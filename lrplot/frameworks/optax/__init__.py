"""Optax: its schedules, of either sign, its chains and its optimizers."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.frameworks.optax.chains import COMBINATORS
from lrplot.frameworks.optax.schedules import (
    constant_schedule,
    cosine_decay_schedule,
    cosine_onecycle_schedule,
    exponential_decay,
    join_schedules,
    linear_onecycle_schedule,
    linear_schedule,
    piecewise_constant_schedule,
    piecewise_interpolate_schedule,
    polynomial_schedule,
    reduce_on_plateau,
    sgdr_schedule,
    warmup_constant_schedule,
    warmup_cosine_decay_schedule,
    warmup_exponential_decay_schedule,
)
from lrplot.frameworks.optax.signs import of_either_sign, scale_by_learning_rate, scale_by_schedule
from lrplot.frameworks.optax.spellings import SPELLINGS
from lrplot.python.framework import Arrays, Framework, Functional, Resuming
from lrplot.python.loop_words import Loop
from lrplot.python.optimizer_calls import OptimizerCall, Optimizers

CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    function.__name__: of_either_sign(function)
    for function in (
        constant_schedule,
        polynomial_schedule,
        linear_schedule,
        exponential_decay,
        cosine_decay_schedule,
        piecewise_constant_schedule,
        piecewise_interpolate_schedule,
        linear_onecycle_schedule,
        cosine_onecycle_schedule,
        warmup_constant_schedule,
        warmup_cosine_decay_schedule,
        warmup_exponential_decay_schedule,
        sgdr_schedule,
        join_schedules,
        reduce_on_plateau,
        scale_by_schedule,
        scale_by_learning_rate,
    )
}
"""The calls by Optax' names."""

OPTIMIZERS: Final = Optimizers(
    first=("learning_rate",),
    calls=dict.fromkeys(
        (
            "sgd",
            "adam",
            "adamw",
            "adagrad",
            "rmsprop",
            "lion",
            "lamb",
            "adafactor",
            "nadam",
            "nadamw",
            "radam",
        ),
        OptimizerCall(),
    ),
)


FRAMEWORK: Final = Framework(
    name="optax",
    title="Optax",
    aliases=("jax",),
    roots=("optax",),
    calls=CALLS,
    optimizers=OPTIMIZERS,
    plateau="optax",
    arrays=Arrays(roots=frozenset({"jnp", "jax"}), steps=True),
    combinators=COMBINATORS,
    functional=Functional(
        updates=frozenset({"update"}),
        applies=frozenset({"apply_gradients"}),
        several=frozenset({"MultiSteps", "apply_every"}),
    ),
    loop=Loop(
        applying=frozenset({"apply_updates"}),
        passed_on=frozenset({"jit", "pmap", "filter_jit", "filter_pmap"}),
    ),
    single_precision=True,
    resuming=Resuming(
        numbers=False,
        notes={
            "new": "Optax: a schedule is no part of the saved state, which has the count alone: new numbers"
            " hold at once, on the plan's clock",
            "outright": "Optax: 'state lost' is drawn for an optimizer that was initialised anew: its count"
            " is 0",
        },
    ),
    spellings=SPELLINGS,
)
