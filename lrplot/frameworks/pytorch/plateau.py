"""PyTorch's ``ReduceLROnPlateau``, and what it and the schedulers made after it refuse."""

from lrplot.python.combine import metrics_of, of_groups
from lrplot.python.parameters import Base, Choice, Refusal
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.plateau import Plateau


def ReduceLROnPlateau(
    optimizer: Base,
    mode: Choice = "min",
    factor: float = 0.1,
    patience: int = 10,
    threshold: float = 1e-4,
    threshold_mode: Choice = "rel",
    cooldown: int = 0,
    min_lr: float | list[float] = 0.0,
    eps: float = 1e-8,
    *,
    around: Context,
) -> Schedule:
    check_plateau(mode, factor, threshold_mode)
    return Plateau(
        lr=optimizer.lr,
        mode=mode,
        factor=factor,
        patience=patience,
        threshold=threshold,
        threshold_mode=threshold_mode,
        cooldown=cooldown,
        min_lr=of_groups(min_lr, "min_lr"),
        eps=eps,
        **metrics_of("ReduceLROnPlateau", around),
    )


def check_plateau(mode: str, factor: float, threshold_mode: str) -> None:
    """Refuse what PyTorch refuses of a plateau, in its words."""
    if factor >= 1:
        raise Refusal("Factor should be < 1.0.", "factor")
    if mode not in {"min", "max"}:
        raise Refusal(f"mode {mode} is unknown!", "mode")
    if threshold_mode not in {"rel", "abs"}:
        raise Refusal(f"threshold mode {threshold_mode} is unknown!", "threshold_mode")
