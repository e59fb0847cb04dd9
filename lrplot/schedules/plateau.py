import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from ctypes import c_float
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, Literal, NamedTuple

import numpy as np
from pydantic import Field

from lrplot.clock import MOST_STEPS
from lrplot.errors import Problem
from lrplot.schedules.base import Rates
from lrplot.schedules.fields import Kind
from lrplot.schedules.formula import Equation
from lrplot.schedules.improvements import Whole, improvements
from lrplot.schedules.parameters import Rate
from lrplot.schedules.reacting import SHORT, Reacting, Reaction

Patience = Annotated[int, Field(ge=0, le=MOST_STEPS), Kind("length", whole=True, zero=True)]
Threshold = Annotated[float, Field(ge=0), Kind("number")]


class PlateauState(NamedTuple):
    """The memory of a plateau rule."""

    lr: float
    best: float | None
    bad: int = 0
    cooldown: int = 0
    cause: str = ""


@dataclass(frozen=True, slots=True)
class _Rule:
    """The start of a framework's rule, and what it lets be chosen; the first of each is its default."""

    worst: float | None = math.inf
    modes: tuple[str, ...] = ("min", "max")
    threshold_modes: tuple[str, ...] = ("rel", "abs")
    eps: float = 1e-8
    eps_is_free: bool = False
    drops_when_reached: bool = False
    """Whether as many bad metrics as ``patience`` are enough, not one more."""
    shorter_cooldown: bool = False
    """Whether the last metric of a cooldown counts."""
    blind: bool = False
    """Whether metrics in a cooldown are not looked at."""


_RULES: Final[Mapping[str, _Rule]] = MappingProxyType(
    {
        "pytorch": _Rule(eps_is_free=True),
        "mmengine": _Rule(worst=1e9, eps_is_free=True),
        "timm": _Rule(modes=("max", "min"), threshold_modes=("rel",)),
        "paddle": _Rule(worst=None, eps_is_free=True, blind=True),
        "keras": _Rule(
            worst=None, threshold_modes=("abs",), eps=0.0, drops_when_reached=True, shorter_cooldown=True
        ),
        "optax": _Rule(modes=("min",), eps=0.0, drops_when_reached=True),
    }
)


class Plateau(Reacting):
    """Lower the rate when a metric has stopped improving.

        lr(t + 1) = max(lr(t) · factor, min_lr)   (after patience metrics that were no better, else lr(t))

    A metric is better when it is below best · (1 - threshold), or best - threshold where the threshold
    is absolute; above best · (1 + threshold), best + threshold in mode max. nan never is. The rules:

    - pytorch: lowers when the bad metrics exceed ``patience``; a change of at most ``eps`` is not made.
    - timm: PyTorch's, mode max unless told.
    - mmengine: PyTorch's, with 10^9 in place of infinity before the first metric.
    - paddle: PyTorch's, but the first metric is the best, even nan, which then stays it; metrics in a
      cooldown are not looked at.
    - keras: lowers when the bad metrics reach ``patience`` (0 is 1); absolute threshold, compared in
      float32; the first metric is the best, even nan, which then stays it; a shorter cooldown.
    - optax: lowers when the bad metrics are ``patience``; a step has seen its own metric already;
      ``threshold`` is rtol, ``atol`` is subtracted too, and a rate below ``min_lr`` is raised to it.

    Knots: every change of the rate; unknown for a formula beyond 2^22 steps.
    Not to be confused with: Greedy, which raises the rate too.
    Source: PyTorch ReduceLROnPlateau, Keras ReduceLROnPlateau, timm PlateauLRScheduler, MMEngine
    ReduceOnPlateauLR, Paddle ReduceOnPlateau, Optax contrib.reduce_on_plateau.

    >>> flat = [1.0] * 20
    >>> [change.step for change in Plateau(lr=0.1, metrics=flat, patience=5).changes(20)]
    [7, 13, 19]
    >>> keras = Plateau(lr=0.1, metrics=flat, patience=5, rule="keras")
    >>> [change.step for change in keras.changes(20)], keras(6).round(6)
    ([6, 11, 16], np.float64(0.01))
    """

    equations: ClassVar = (
        Equation(
            "lr(t + 1)",
            "max(lr(t) * factor, min_lr)",
            note="after patience metrics that were no better, else lr(t)",
        ),
    )

    type: Literal["plateau"] = "plateau"
    rule: Literal["pytorch", "keras", "timm", "mmengine", "paddle", "optax"] = "pytorch"
    """Whose rule it is."""
    mode: Literal["min", "max"] | None = None
    """Whether the metric is to fall or to rise; the rule's own when left out: min, of timm max."""
    factor: Annotated[float, Field(ge=0, lt=1), Kind("number")] = 0.1
    """What each drop multiplies the rate by."""
    patience: Patience = 10
    """Metrics without improvement that are put up with."""
    threshold: Threshold = 1e-4
    """How much better is better."""
    threshold_mode: Literal["rel", "abs"] | None = None
    """Whether the threshold is a share of the best metric; the rule's own when left out: rel, Keras' abs."""
    cooldown: Patience = 0
    """Metrics passed over after a drop."""
    min_lr: Rate = 0.0
    """Below which no drop goes."""
    eps: Threshold | None = None
    """Drops of at most this are not made; 1e-8 when left out, where the rule has one."""
    atol: Threshold = 0.0
    """Subtracted beside a relative threshold; Optax alone."""

    def mistakes(self) -> Iterator[Problem]:
        yield from super().mistakes()
        own = _RULES[self.rule]
        chosen = {
            "mode": (self.mode, own.modes),
            "threshold_mode": (self.threshold_mode, own.threshold_modes),
        }
        for name, (value, choices) in chosen.items():
            if value is not None and value not in choices:
                yield Problem(name, f"{name} of {self.rule}'s rule is always {choices[0]}, got {value}")
        if self.eps is not None and not own.eps_is_free:
            had = f"{own.eps:g} in" if own.eps else "no part of"
            yield Problem("eps", f"eps is {had} {self.rule}'s rule; leave it out")
        if self.rule == "optax":
            yield from self._mistakes_of_optax()
        elif self.atol:
            yield Problem("atol", f"atol is no part of {self.rule}'s rule; leave it out")

    def _mistakes_of_optax(self) -> Iterator[Problem]:
        if self.factor == 0:
            yield Problem("factor", "factor of optax's rule must be > 0, got 0")
        if self.threshold == 0 and self.atol == 0:
            yield Problem("threshold", "optax's rule needs a threshold or an atol > 0, got 0 for both")
        if self.threshold_mode != "abs" and self.threshold > 1:
            yield Problem("threshold", f"threshold of optax's rule must be ≤ 1, got {self.threshold:g}")

    def start(self) -> PlateauState:
        worst = _RULES[self.rule].worst
        return PlateauState(self.lr, worst if worst is None or self.falls else -worst)

    def observe(self, state: PlateauState, metric: float) -> PlateauState:
        return self._observe(state, metric)

    def react(self, state: PlateauState, metrics: Rates) -> Reaction:
        if len(metrics) < SHORT:
            return super().react(state, metrics)
        with np.errstate(over="ignore", invalid="ignore"):
            better = self._improvements(state.best, metrics)
        # Optax raises a rate below min_lr at once, and with no patience drops when a metric is better.
        odd = self.rule == "optax" and (state.lr < self.min_lr or not self.patience)
        if better is None or odd:
            return super().react(state, metrics[:SHORT])
        if _RULES[self.rule].blind and state.cooldown:
            passed = min(state.cooldown, len(metrics))
            return Reaction(passed, state._replace(cooldown=state.cooldown - passed, cause=""))
        return self._react_together(state, metrics, better)

    def _improvements(self, best: float | None, metrics: Rates) -> Whole | None:
        """The places of the metrics that are better than the best before them, None where that is unclear."""
        if best is None:
            after = self._improvements(float(metrics[0]), metrics[1:])
            return None if after is None else np.append(0, after + 1)
        sign = 1.0 if self.falls else -1.0
        return improvements(
            sign * self._seen(metrics), sign * self._bar(best), lambda at: sign * self._bar(metrics[at])
        )

    def _react_together(self, state: PlateauState, metrics: Rates, better: Whole) -> Reaction:
        """From drop to drop: each comes where for long enough no metric was better."""
        rule, count = _RULES[self.rule], len(metrics)
        enough = max(1, self.patience) if rule.drops_when_reached else self.patience + 1
        # Bad metrics are counted from the place after this one.
        before = state.cooldown - 1 - rule.shorter_cooldown if state.cooldown else -1 - state.bad
        ends, lr = state.cooldown, state.lr
        places = better.tolist()
        long = np.append(np.flatnonzero(np.diff(better) > enough), len(better) - 1).tolist()
        at, rates, causes = list[int](), list[float](), list[str]()

        def known(seen: int) -> float | None:
            """The best of so many metrics."""
            i = bisect_left(places, seen)
            return float(metrics[places[i - 1]]) if i else state.best

        while True:
            i = bisect_right(places, before)
            drop = before + enough
            if i < len(places) and places[i] <= drop:
                drop = places[long[bisect_left(long, i)]] + enough
            if drop >= count:
                break
            # By the rule itself, of a metric that is no better, whatever the best is.
            after = self.observe(PlateauState(lr, 0.0, enough - 1), math.nan)
            if after.lr == lr:
                return Reaction(count, after, at, rates, causes, settled=True)
            lr = after.lr
            at.append(drop)
            rates.append(lr)
            causes.append(after.cause)
            ends = drop + 1 + self.cooldown
            if rule.blind and bisect_left(places, ends) > bisect_right(places, drop):
                return Reaction(drop + 1, after._replace(best=known(drop)), at, rates, causes)
            before = drop + max(0, self.cooldown - rule.shorter_cooldown)
        cooldown = max(0, ends - count)
        last = max(before, places[-1]) if places else before
        bad = 0 if cooldown else count - 1 - last
        return Reaction(count, PlateauState(lr, known(count), bad, cooldown), at, rates, causes)

    @property
    def ahead(self) -> int:
        return int(self.rule == "optax")

    @cached_property
    def falls(self) -> bool:
        """True where the metric is to fall."""
        return (self.mode or _RULES[self.rule].modes[0]) == "min"

    @cached_property
    def tolerances(self) -> tuple[float, float]:
        """The least improvement: as a share of the best metric, and beside that."""
        if (self.threshold_mode or _RULES[self.rule].threshold_modes[0]) == "rel":
            return self.threshold, self.atol
        return 0.0, self.threshold + self.atol

    @cached_property
    def least_change(self) -> float:
        """Drops of at most this are not made."""
        return _RULES[self.rule].eps if self.eps is None else self.eps

    @cached_property
    def _observe(self) -> Callable[[PlateauState, float], PlateauState]:
        own = {"keras": self._keras, "optax": self._optax, "paddle": self._paddle}
        return own.get(self.rule, self._pytorch)

    def _better(self, metric: float, best: float) -> bool:
        """True where a metric is better than the best."""
        seen, bar = self._seen(metric), self._bar(best)
        return bool(seen < bar if self.falls else seen > bar)

    @cached_property
    def _bar(self) -> Callable[[Any], Any]:
        """What a metric must pass to be better than the best; one of the tolerances is 0 but in Optax."""
        relative, absolute = self.tolerances
        sign = -1.0 if self.falls else 1.0
        if self.rule == "keras":
            return _single
        if self.rule == "paddle":
            # PyTorch's comparison but for a rounding error.
            return lambda best: (
                best + sign * (self.threshold * (1.0 if self.threshold_mode == "abs" else best))
            )
        share = 1.0 + sign * relative
        return lambda best: best * share + sign * absolute

    @cached_property
    def _seen(self) -> Callable[[Any], Any]:
        """What of a metric is compared."""
        if self.rule != "keras":
            return lambda metric: metric
        margin = self.threshold if self.falls else -self.threshold
        return lambda metric: _single(metric + margin)

    def _pytorch(self, state: PlateauState, metric: float) -> PlateauState:
        lr, best, bad, cooldown, _ = state
        if best is not None and self._better(metric, best):
            best, bad = metric, 0
        else:
            bad += 1
        if cooldown > 0:
            cooldown, bad = cooldown - 1, 0
        return self._put_up_with(PlateauState(lr, best, bad, cooldown))

    def _paddle(self, state: PlateauState, metric: float) -> PlateauState:
        lr, best, bad, cooldown, _ = state
        if cooldown > 0:
            return PlateauState(lr, best, bad, cooldown - 1)
        if best is None or self._better(metric, best):
            best, bad = metric, 0
        else:
            bad += 1
        return self._put_up_with(PlateauState(lr, best, bad))

    def _put_up_with(self, state: PlateauState) -> PlateauState:
        """The state, or the one after a drop where the bad metrics are more than are put up with."""
        lr, best, bad, _, _ = state
        if bad <= self.patience:
            return state
        lower = max(lr * self.factor, self.min_lr)
        cause = f"patience {self.patience} exceeded"
        if lr - lower > self.least_change:
            return PlateauState(lower, best, 0, self.cooldown, cause)
        why = "at min_lr already" if lower >= lr else f"the change is within eps {self.least_change:g}"
        return PlateauState(lr, best, 0, self.cooldown, f"{cause}, but {why}")

    def _keras(self, state: PlateauState, metric: float) -> PlateauState:
        lr, best, bad, cooldown, _ = state
        if cooldown > 0:
            cooldown, bad = cooldown - 1, 0
        if best is None or self._better(metric, best):
            return PlateauState(lr, metric, 0, cooldown)
        if cooldown > 0:
            return PlateauState(lr, best, bad, cooldown)
        bad += 1
        if bad < self.patience:
            return PlateauState(lr, best, bad, cooldown)
        cause = f"patience {self.patience} reached"
        if _single(lr) <= _single(self.min_lr):
            return PlateauState(lr, best, bad, cooldown, f"{cause}, but at min_lr already")
        return PlateauState(max(lr * self.factor, self.min_lr), best, 0, self.cooldown, cause)

    def _optax(self, state: PlateauState, metric: float) -> PlateauState:
        lr, best, bad, cooldown, _ = state
        if best is not None and self._better(metric, best):
            best, bad = metric, 0
        else:
            bad += 1
        if cooldown > 0:
            return PlateauState(lr, best, 0, cooldown - 1)
        if bad != self.patience:
            cause = "raised to min_lr" if lr < self.min_lr else ""
            return PlateauState(max(lr, self.min_lr), best, bad, 0, cause)
        lower = max(lr * self.factor, self.min_lr)
        cause = f"patience {self.patience} reached" + (", but at min_lr already" if lower == lr else "")
        return PlateauState(lower, best, 0, self.cooldown, cause)


def _single(value: Any) -> Any:
    """The nearest float32, in which Keras compares."""
    return (
        value.astype(np.float32).astype(np.float64) if isinstance(value, np.ndarray) else c_float(value).value
    )
