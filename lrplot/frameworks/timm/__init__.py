"""timm's ``timm.scheduler`` and the factories of its optimizers, as release 1.0.31 has them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, Literal

from lrplot.frameworks.pytorch import optimizers as pytorch
from lrplot.frameworks.timm.factory import create_scheduler_v2
from lrplot.frameworks.timm.schedulers import (
    CosineLRScheduler,
    MultiStepLRScheduler,
    PlateauLRScheduler,
    PolyLRScheduler,
    StepLRScheduler,
    TanhLRScheduler,
)
from lrplot.frameworks.timm.spellings import SPELLINGS
from lrplot.frameworks.timm.wsd import WSDLRScheduler
from lrplot.python.framework import Framework, Resuming
from lrplot.python.loop_words import Loop
from lrplot.python.optimizer_calls import OptimizerCall
from lrplot.python.parameters import Refusal
from lrplot.python.values import Made

CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (
        CosineLRScheduler,
        TanhLRScheduler,
        PolyLRScheduler,
        StepLRScheduler,
        MultiStepLRScheduler,
        WSDLRScheduler,
        PlateauLRScheduler,
        create_scheduler_v2,
    )
}
"""The calls by timm's names."""

OPTIMIZERS: Final = replace(
    pytorch.OPTIMIZERS,
    calls={
        **pytorch.OPTIMIZERS.calls,
        # The rate stands in ``args``.
        "create_optimizer": OptimizerCall(first=("args", "model")),
        "create_optimizer_v2": OptimizerCall(first=("model_or_params", "opt", "lr")),
    },
)


def _stepping(scheduler: Made, method: str, time: Any) -> Literal["clock", "time"] | None:
    """``step(t)`` sets a scheduler that counts epochs, ``step_update(n)`` one that counts updates."""
    given = scheduler.arguments
    by_epoch = given.get("t_in_epochs", given.get("step_on_epochs", True)) is not False
    if by_epoch != (method == "step"):
        return None
    if time is None:
        raise Refusal(
            f"timm's {scheduler.call}.{method} wants to be told the {'epoch' if by_epoch else 'update'}"
        )
    return "clock" if scheduler.schedule.reacts else "time"


FRAMEWORK: Final = Framework(
    name="timm",
    title="timm",
    roots=("timm",),
    calls=CALLS,
    optimizers=OPTIMIZERS,
    stepping=_stepping,
    plateau="timm",
    loop=Loop(
        steps=frozenset({"step", "step_update"}),
        times=("epoch", "num_updates"),
        scaled=("update_grad", "need_update"),
    ),
    resuming=Resuming(
        numbers=False,
        notes={
            "new": "timm: train.py saves no scheduler and steps a new one to the epoch it resumes at: new"
            " numbers hold at once; a load_state_dict() of your own would bring the old ones back",
            "outright": "timm: 'state lost' is drawn for a scheduler that is not stepped to the epoch it"
            " resumes at",
        },
    ),
    spellings=SPELLINGS,
)
