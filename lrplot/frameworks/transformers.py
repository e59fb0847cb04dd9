"""Transformers: its schedules' functions, those that react to a loss, and the Trainer's arguments."""

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.frameworks import transformers_schedules
from lrplot.frameworks.pytorch.optimizers import OPTIMIZERS
from lrplot.frameworks.transformers_reacting import REACTING, GreedyLR
from lrplot.frameworks.transformers_schedules import get_scheduler
from lrplot.frameworks.transformers_spellings import SPELLINGS
from lrplot.python.framework import Framework, Resuming
from lrplot.python.parameters import Base, Noted, Path, Refusal
from lrplot.schedules.base import Context


def TrainingArguments(
    output_dir: Any = None,  # noqa: ARG001 (as the Trainer's first argument)
    *,
    learning_rate: float = 5e-5,
    lr_scheduler_type: str | Path = "linear",
    lr_scheduler_kwargs: dict[str, Any] | None = None,
    warmup_steps: float = 0,
    warmup_ratio: float = 0,
    max_steps: int = -1,
    num_train_epochs: float = 3.0,
    given: Base,
    around: Context,
    **others: Any,  # noqa: ARG001 (what does not touch the rate)
) -> Noted:
    """The schedule that ``Trainer`` makes of its arguments: a scheduler stepped after each update.

    The warm-up is ``warmup_steps``, as a share of the whole where it is below 1 (5.x), else
    ``ceil(total · warmup_ratio)``.
    """
    if warmup_steps < 0:
        raise Refusal(f"warmup_steps must be >= 0, got {warmup_steps:g}", "warmup_steps")
    total = max_steps if max_steps > 0 else _updates(around, num_train_epochs)
    share = warmup_steps if 0 < warmup_steps < 1 else 0 if warmup_steps else warmup_ratio
    warmup = math.ceil(total * share) if share else int(warmup_steps)
    optimizer = Base(lambda: learning_rate if around.lr is None else given.lr)
    schedule = get_scheduler(lr_scheduler_type, optimizer, warmup, total, lr_scheduler_kwargs, around=around)
    return Noted(schedule, horizon=total)


def _updates(around: Context, epochs: float) -> int:
    """The updates of a run that is counted in epochs."""
    if around.steps_per_epoch:
        return math.ceil(epochs * around.steps_per_epoch)
    if around.length:
        return int(around.length)
    raise Refusal(
        f"TrainingArguments trains {epochs:g} epochs and does not say how many updates one has; give "
        "--steps-per-epoch N: examples / (per_device_train_batch_size × devices × accumulation)",
        "num_train_epochs",
    )


def _as_training_arguments(name: str) -> Callable[..., Any]:
    """The same arguments under the name of another trainer's configuration that takes them all."""

    def named(**given: Any) -> Noted:
        return TrainingArguments(**given)

    named.__name__, named.__signature__ = name, inspect.signature(TrainingArguments)  # type: ignore[attr-defined]
    return named


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    **transformers_schedules.CALLS,
    **{function.__name__: function for function in (*REACTING.values(), GreedyLR)},
    "TrainingArguments": TrainingArguments,
    "Seq2SeqTrainingArguments": _as_training_arguments("Seq2SeqTrainingArguments"),
}
"""The calls by Transformers' names."""


FRAMEWORK: Final = Framework(
    name="transformers",
    title="Transformers",
    aliases=("hf", "huggingface"),
    roots=("transformers",),
    calls=CALLS,
    optimizers=OPTIMIZERS,
    plateau="pytorch",
    # They are LambdaLR, which sets the rate whatever it finds.
    resumed=lambda found: found.after,
    resuming=Resuming(
        numbers=False,
        stale=True,
        notes={
            "stale": "Transformers: after a resume with other numbers the first update still has the rate"
            " saved with the optimizer; from the second on the new ones hold",
            "outright": "Transformers: without scheduler.pt the Trainer loads no optimizer.pt either, and"
            " the schedule begins again at 0",
        },
    ),
    spellings=SPELLINGS,
)
