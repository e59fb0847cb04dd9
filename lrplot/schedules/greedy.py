import math
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field

from lrplot.errors import Problem
from lrplot.schedules.base import Rate, Repeats
from lrplot.schedules.fields import Kind
from lrplot.schedules.formula import Equation
from lrplot.schedules.plateau import Patience, Threshold
from lrplot.schedules.reacting import Reacting


class GreedyState(NamedTuple):
    """The memory of GreedyLR; ``window`` and ``summed`` are those of the streaming average."""

    lr: float
    best: float
    resets_in: int
    bad: int = 0
    good: int = 0
    cooldown: int = 0
    rise_cooldown: int = 0
    window: tuple[float, ...] = ()
    summed: float = 0.0
    cause: str = ""


class Greedy(Reacting):
    """Raise the rate while a metric improves, lower it when it does not.

        lr(t + 1) = min(lr(t) / factor, max_lr)   (after more than patience metrics, each the best so far)
        lr(t + 1) = max(lr(t) · factor, min_lr)   (after more than patience that were not)

    Changes of at most ``eps`` are not made. A lowering that finds the rate at ``min_lr`` counts; after
    ``reset_start`` of them, no raising between, everything is as at the start.
    Knots: every change of the rate; unknown for a formula beyond 2^22 steps.
    Not to be confused with: Plateau, which never raises the rate.
    Source: Transformers GreedyLR (arXiv:2512.14527); its ``warmup`` is ``rise_cooldown`` here.

    >>> Greedy(lr=0.1, metrics=[5, 4, 3, 3, 3], patience=1, factor=0.5)([0, 2, 4, 5]).tolist()
    [0.1, 0.2, 0.2, 0.1]
    """

    equations: ClassVar = (
        Equation(
            "lr(t + 1)",
            "min(lr(t) / factor, max_lr)",
            note="after more than patience metrics, each the best so far",
        ),
        Equation("lr(t + 1)", "max(lr(t) * factor, min_lr)", note="after more than patience that were not"),
    )

    type: Literal["greedy"] = "greedy"
    mode: Literal["min", "max"] = "min"
    """Whether the metric is to fall or to rise."""
    factor: Annotated[float, Field(gt=0, lt=1), Kind("number")] = 0.95
    """What a lowering multiplies the rate by, and a raising divides it by."""
    patience: Patience = 10
    """Metrics of one kind that are put up with."""
    threshold: Threshold = 1e-6
    """How much better is better."""
    threshold_mode: Literal["rel", "abs"] = "abs"
    """Whether the threshold is a share of the best metric."""
    cooldown: Patience = 0
    """Metrics passed over after a lowering."""
    rise_cooldown: Patience = 0
    """Metrics passed over after a raising."""
    min_lr: Rate = 1e-3
    """Below which no lowering goes."""
    max_lr: Rate = 1.0
    """Above which no raising goes."""
    eps: Threshold = 1e-8
    """Changes of at most this are not made."""
    smooth: bool = False
    """Whether the mean of the last metrics is observed in place of the last."""
    window_size: Repeats = 50
    """How many metrics are in that mean."""
    reset_start: Patience = 500
    """Lowerings at ``min_lr`` before everything is as at the start."""

    def mistakes(self) -> Iterator[Problem]:
        yield from super().mistakes()
        if self.max_lr < self.min_lr:
            yield Problem("max_lr", f"max_lr must be ≥ min_lr ({self.min_lr:g}), got {self.max_lr:g}")

    def start(self) -> GreedyState:
        return GreedyState(self.lr, math.inf if self.mode == "min" else -math.inf, self.reset_start)

    def observe(self, state: GreedyState, metric: float) -> GreedyState:
        lr, best, resets_in, bad, good, cooldown, rise_cooldown, window, summed, _ = state
        if self.smooth:
            window, summed = (*window, metric), summed + metric
            if len(window) > self.window_size:
                window, summed = window[1:], summed - window[0]
            metric = summed / len(window)
        if cooldown > 0:
            return GreedyState(lr, best, resets_in, 0, 0, cooldown - 1, rise_cooldown, window, summed)
        if rise_cooldown > 0:
            return GreedyState(lr, best, resets_in, 0, 0, 0, rise_cooldown - 1, window, summed)
        if self._better(metric, best):
            best, bad, good = metric, 0, good + 1
        else:
            bad, good = bad + 1, 0
        after = GreedyState(lr, best, resets_in, bad, good, 0, 0, window, summed)
        if good > self.patience:
            return self._raised(after)
        return self._lowered(after) if bad > self.patience else after

    def _better(self, metric: float, best: float) -> bool:
        relative = self.threshold_mode == "rel"
        if self.mode == "min":
            return metric < (best * (1.0 - self.threshold) if relative else best - self.threshold)
        return metric > (best * (1.0 + self.threshold) if relative else best + self.threshold)

    def _raised(self, state: GreedyState) -> GreedyState:
        higher = min(state.lr / self.factor, self.max_lr)
        cause = f"better for more than {self.patience}"
        if not higher - state.lr > self.eps:
            higher, cause = state.lr, f"{cause}, but at max_lr already"
        return state._replace(
            lr=higher,
            good=0,
            resets_in=self.reset_start,
            rise_cooldown=self.rise_cooldown,
            cause=cause,
        )

    def _lowered(self, state: GreedyState) -> GreedyState:
        lower = max(state.lr * self.factor, self.min_lr)
        cause = f"patience {self.patience} exceeded"
        if not state.lr - lower > self.eps:
            lower, cause = state.lr, f"{cause}, but at min_lr already"
        if lower > self.min_lr:
            return state._replace(lr=lower, bad=0, cooldown=self.cooldown, cause=cause)
        if state.resets_in > 1:
            return state._replace(
                lr=lower, bad=0, cooldown=self.cooldown, resets_in=state.resets_in - 1, cause=cause
            )
        cause = f"reset after {self.reset_start} at min_lr"
        return self.start()._replace(cooldown=self.cooldown, cause=cause)
