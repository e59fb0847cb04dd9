import math
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import Field

from lrplot.errors import Problem
from lrplot.schedules.base import Rates
from lrplot.schedules.fields import Kind
from lrplot.schedules.formula import Equation
from lrplot.schedules.improvements import Whole, improvements
from lrplot.schedules.parameters import Rate, Repeats
from lrplot.schedules.plateau import Patience, Threshold
from lrplot.schedules.reacting import SHORT, Reacting, Reaction


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
        bar = self._bar(best)
        return bool(metric < bar if self.mode == "min" else metric > bar)

    def _bar(self, best: Any) -> Any:
        """What a metric must pass to be better than the best."""
        margin = -self.threshold if self.mode == "min" else self.threshold
        return best * (1.0 + margin) if self.threshold_mode == "rel" else best + margin

    def react(self, state: GreedyState, metrics: Rates) -> Reaction:
        if len(metrics) < SHORT:
            return super().react(state, metrics)
        means = _Means(state, metrics, self.window_size) if self.smooth else None
        seen = metrics if means is None else means.values
        if state.cooldown or state.rise_cooldown:
            passed = min(state.cooldown or state.rise_cooldown, len(metrics))
            name = "cooldown" if state.cooldown else "rise_cooldown"
            left: dict[str, Any] = {name: getattr(state, name) - passed}
            after = state._replace(bad=0, good=0, cause="", **left)
            return Reaction(passed, after if means is None else means.after(after, passed))
        sign = 1.0 if self.mode == "min" else -1.0
        with np.errstate(over="ignore", invalid="ignore"):
            better = improvements(
                sign * seen, sign * self._bar(state.best), lambda at: sign * self._bar(seen[at])
            )
        if better is None:
            return super().react(state, metrics[:SHORT])
        return self._react_together(state, seen, better, means)

    def _react_together(
        self, state: GreedyState, seen: Rates, better: Whole, means: "_Means | None"
    ) -> Reaction:
        """From run to run of metrics that are all better than the best before them, or all not."""
        count, enough = len(seen), self.patience + 1
        flags = np.zeros(count, dtype=bool)
        flags[better] = True
        starts = np.append(0, np.flatnonzero(flags[1:] != flags[:-1]) + 1)
        stops = np.append(starts[1:], count)
        # What counts already when the first run begins; a best of 0 stands for any that is none anew.
        starts[0] -= state.good if flags[0] else state.bad
        long = np.flatnonzero(stops - starts >= enough)
        at, rates, causes = list[int](), list[float](), list[str]()
        now = state._replace(best=0.0, bad=0, good=0)

        def reaction(used: int, after: GreedyState) -> Reaction:
            before = int(np.searchsorted(better, used))
            after = after._replace(best=float(seen[better[before - 1]]) if before else state.best)
            return Reaction(used, after if means is None else means.after(after, used), at, rates, causes)

        acted: int | None = None
        for begin, stop in zip(starts[long].tolist(), stops[long].tolist(), strict=True):
            rises, step = bool(flags[stop - 1]), begin + enough - 1
            pause = self.rise_cooldown if rises else self.cooldown
            while step < stop:
                before = now.lr
                now = self._raised(now) if rises else self._lowered(now)
                if now.lr != before:
                    at.append(step)
                    rates.append(now.lr)
                    causes.append(now.cause)
                if math.isinf(now.best):
                    return Reaction(step + 1, now, at, rates, causes)
                if now.lr == before and not (rises and pause):
                    now, idle = self._idle(now, (stop - 1 - step) // (enough + pause), rises=rises)
                    step += idle * (enough + pause)
                if (rises and pause) or stop <= min(step + pause, count - 1):
                    # What comes next is not looked at, and might have been better.
                    return reaction(step + 1, now)
                if pause:
                    now = now._replace(cooldown=0)
                acted = step
                step += enough + pause
        rises = bool(flags[-1])
        if acted is None or acted < starts[-1]:
            counted = count - int(starts[-1])
        else:
            counted = count - 1 - acted - (0 if rises else self.cooldown)
        now = now._replace(cooldown=max(0, -counted))
        counted = max(0, counted)
        return reaction(count, now._replace(good=counted) if rises else now._replace(bad=counted))

    def _idle(self, state: GreedyState, most: int, *, rises: bool) -> tuple[GreedyState, int]:
        """How many of the next acts leave a rate alone that one has left alone, and the state after them."""
        if rises or state.lr > self.min_lr:
            return state, most
        idle = min(most, max(0, state.resets_in - 1))
        return state._replace(resets_in=state.resets_in - idle), idle

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


class _Means:
    """The streaming averages of metrics that follow those in a state's window."""

    def __init__(self, state: GreedyState, metrics: Rates, size: int) -> None:
        self._held, self._size = len(state.window), size
        self._all = np.concatenate([np.array(state.window, dtype=np.float64), metrics])
        full = max(0, size - self._held)
        # One after the other, as they are added up and taken away; -0.0 takes nothing away.
        changes = np.full((len(metrics), 2), -0.0)
        changes[:, 0] = metrics
        changes[full:, 1] = -self._all[: max(0, len(metrics) - full)]
        with np.errstate(over="ignore", invalid="ignore"):
            self._sums = np.add.accumulate(np.append(state.summed, changes))[2::2]
        self.values = self._sums / np.minimum(self._held + np.arange(1.0, len(metrics) + 1), size)

    def after(self, state: GreedyState, seen: int) -> GreedyState:
        """The state with the window after so many of the metrics."""
        stop = self._held + seen
        window = tuple(self._all[max(0, stop - self._size) : stop].tolist())
        return state._replace(window=window, summed=float(self._sums[seen - 1]))
