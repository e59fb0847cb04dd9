"""Transformers' schedules that react to a loss: ``reduce_lr_on_plateau`` and ``greedy``."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.frameworks.pytorch.plateau import ReduceLROnPlateau, check_plateau
from lrplot.python.combine import metrics_of, of_groups
from lrplot.python.parameters import Base, Choice
from lrplot.python.signatures import handing_on
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.greedy import Greedy


def GreedyLR(
    optimizer: Base,
    mode: Choice = "min",
    factor: float = 0.95,
    patience: int = 10,
    threshold: float = 1e-6,
    threshold_mode: Choice = "abs",
    cooldown: int = 0,
    warmup: int = 0,
    min_lr: float | list[float] = 1e-3,
    max_lr: float | list[float] = 1.0,
    eps: float = 1e-8,
    verbose: bool = False,  # noqa: ARG001 (prints)
    smooth: bool = False,
    window_size: int = 50,
    reset_start: int = 500,
    *,
    around: Context,
) -> Schedule:
    check_plateau(mode, factor, threshold_mode)
    return Greedy(
        lr=optimizer.lr,
        mode=mode,
        factor=factor,
        patience=patience,
        threshold=threshold,
        threshold_mode=threshold_mode,
        cooldown=cooldown,
        rise_cooldown=warmup,
        min_lr=of_groups(min_lr, "min_lr"),
        max_lr=of_groups(max_lr, "max_lr"),
        eps=eps,
        smooth=smooth,
        window_size=window_size,
        reset_start=reset_start,
        **metrics_of("GreedyLR", around),
    )


@handing_on(ReduceLROnPlateau)
def get_reduce_on_plateau_schedule(optimizer: Base, *, around: Context, **kwargs: Any) -> Schedule:
    return ReduceLROnPlateau(optimizer, around=around, **kwargs)


@handing_on(GreedyLR)
def get_greedy_schedule(optimizer: Base, *, around: Context, **kwargs: Any) -> Schedule:
    return GreedyLR(optimizer, around=around, **kwargs)


REACTING: Final[Mapping[str, Callable[..., Schedule]]] = {
    "reduce_lr_on_plateau": get_reduce_on_plateau_schedule,
    "greedy": get_greedy_schedule,
}
"""The functions by the types that ``get_scheduler`` knows them by."""
