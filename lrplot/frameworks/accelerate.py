"""Accelerate, which has no schedulers of its own: what it prepares steps when gradients are synchronised."""

from typing import Final

from lrplot.python.framework import Framework
from lrplot.python.loop_words import Loop, Wrapper

_PREPARING: Final = frozenset({"prepare", "prepare_optimizer", "prepare_scheduler"})

FRAMEWORK: Final = Framework(
    name="accelerate",
    title="Accelerate",
    loop=Loop(
        passed_on=_PREPARING,
        wrapper=Wrapper(
            prepares=_PREPARING,
            accumulates="accumulate",
            every="gradient_accumulation_steps",
            processes="num_processes",
            together="step_scheduler_with_optimizer",
            shares="split_batches",
        ),
        starts={"accelerate.notebook_launcher": False},
    ),
)
