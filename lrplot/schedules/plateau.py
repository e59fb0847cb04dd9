import math
from collections.abc import Callable, Iterator, Mapping
from ctypes import c_float
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, ClassVar, Final, Literal, NamedTuple

from pydantic import Field

from lrplot.clock import MOST_STEPS
from lrplot.errors import Problem
from lrplot.schedules.base import Rate
from lrplot.schedules.fields import Kind
from lrplot.schedules.formula import Equation
from lrplot.schedules.reacting import Reacting

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


_RULES: Final[Mapping[str, _Rule]] = MappingProxyType(
    {
        "pytorch": _Rule(eps_is_free=True),
        "mmengine": _Rule(worst=1e9, eps_is_free=True),
        "timm": _Rule(modes=("max", "min"), threshold_modes=("rel",)),
        "paddle": _Rule(worst=None, eps_is_free=True),
        "keras": _Rule(worst=None, threshold_modes=("abs",), eps=0.0),
        "optax": _Rule(modes=("min",), eps=0.0),
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

    @cached_property
    def _better(self) -> Callable[[float, float], bool]:
        """True where a metric is better than the best; one of the two tolerances is 0 but in Optax."""
        relative, absolute = self.tolerances
        if self.falls:
            share = 1.0 - relative
            return lambda metric, best: metric < best * share - absolute
        share = relative + 1.0
        return lambda metric, best: metric > best * share + absolute

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
        if best is None or self._better_in_paddle(metric, best):
            best, bad = metric, 0
        else:
            bad += 1
        return self._put_up_with(PlateauState(lr, best, bad))

    def _better_in_paddle(self, metric: float, best: float) -> bool:
        """True where it is better than the best; PyTorch's comparison but for a rounding error."""
        margin = self.threshold * (1.0 if self.threshold_mode == "abs" else best)
        return metric < best - margin if self.falls else metric > best + margin

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
        if best is None or self._better_in_keras(metric, best):
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

    def _better_in_keras(self, metric: float, best: float) -> bool:
        if self.falls:
            return _single(metric + self.threshold) < _single(best)
        return _single(metric - self.threshold) > _single(best)

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


def _single(value: float) -> float:
    """The nearest float32, in which Keras compares."""
    return c_float(value).value
