import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise, zip_longest
from types import MappingProxyType
from typing import Annotated, ClassVar, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from lrplot.clock import Settings
from lrplot.errors import Problem
from lrplot.schedules.base import Rates
from lrplot.schedules.fields import Kind
from lrplot.schedules.formula import Equation
from lrplot.schedules.parameters import Rate
from lrplot.schedules.reacting import SHORT, Reacting, Reaction
from lrplot.schedules.windows import OF_SERIES

_WIDEST = 1000
"""Metrics of the widest window, all of which are looked at again at every metric."""


def improving(window: Sequence[float], by: float) -> bool:
    """True where the last metric is lower than the first."""
    return window[0] - window[-1] > by


def stalled(window: Sequence[float], by: float) -> bool:
    """True where none is lower than the first."""
    return not any(window[0] - metric > by for metric in window[1:])


def oscillating(window: Sequence[float], by: float) -> bool:
    """True where each move goes the other way than the one before."""
    moves = [after - before for before, after in pairwise(window)]
    large = all(abs(move) > by for move in moves)
    return large and all((after > 0) != (before > 0) for before, after in pairwise(moves))


def rising(window: Sequence[float], by: float) -> bool:
    """True where the last metric is higher than the first."""
    return window[-1] - window[0] > by


CONDITIONS: Final[Mapping[str, Callable[[Sequence[float], float], bool]]] = MappingProxyType(
    {function.__name__: function for function in (improving, stalled, oscillating, rising)}
)
"""What the last metrics are to do, where lower is better; export writes these functions out."""


class Rule(Settings):
    """A condition on the last metrics, and what to do when it holds.

    With m_1 … m_w the last ``window`` metrics, in mode min:

    - improving: m_1 - m_w > by
    - stalled: m_1 - m_i ≤ by for every i
    - rising: m_w - m_1 > by (in mode max too)
    - oscillating: every m_{i+1} - m_i is larger than ``by`` in size, and of the sign opposite to the last

    Mode max takes improving and stalled of the negated metrics. A nan is never better than anything, so
    it can only make a window stalled.

    >>> Rule(when="oscillating", window=3, multiply=0.5).holds((0.3, 0.5, 0.4))
    True
    """

    when: Literal["improving", "stalled", "oscillating", "rising"]
    """What the last metrics are to do."""
    window: Annotated[int, Field(ge=2, le=_WIDEST)] = 5
    """How many metrics are looked at."""
    by: Annotated[float, Field(ge=0)] = 0.0
    """How much of a difference counts."""
    multiply: Annotated[float, Field(gt=0)] | None = None
    """What the rate is multiplied by."""
    hold: bool = False
    """Whether the rate is kept, whatever the later rules say."""

    def mistakes(self) -> Iterator[Problem]:
        if (self.multiply is None) != self.hold:
            got = "both" if self.hold else "neither"
            yield Problem("multiply", f"multiply or 'hold: true', exactly one of both, got {got}")
        if self.when == "oscillating" and self.window < 3:
            yield Problem("window", f"window of an oscillation must be ≥ 3, got {self.window}")

    def holds(self, window: tuple[float, ...], *, falls: bool = True) -> bool:
        """True where the condition is true of these metrics; ``falls`` where lower is better."""
        seen = window if falls or self.when == "rising" else [-metric for metric in window]
        return CONDITIONS[self.when](seen, self.by)

    def holds_at(self, metrics: Rates, *, falls: bool) -> NDArray[np.bool_]:
        """Whether the condition is true of the metrics up to each; false where they are too few."""
        seen = metrics if falls or self.when == "rising" else -metrics
        answers = np.zeros(len(metrics), dtype=bool)
        if len(metrics) >= self.window:
            with np.errstate(over="ignore", invalid="ignore"):
                answers[self.window - 1 :] = OF_SERIES[self.when](seen, self.window, self.by)
        return answers


class CallbackState(NamedTuple):
    """The memory of a callback; ``window`` holds the metrics since the rate was last multiplied."""

    lr: float
    best: float | None = None
    bad: int = 0
    cooldown: int = 0
    window: tuple[float, ...] = ()
    cause: str = ""


class Callback(Reacting):
    """Change the rate by the first rule that holds of the last metrics.

        lr(t + 1) = min(max(lr(t) · multiply, min_lr), max_lr)   (of the first rule that holds, else lr(t))

    A rule is a condition and a deed: ``{when: oscillating, window: 5, multiply: 0.5}``, or ``hold: true``.
    It looks at the metrics since the rate was last multiplied, and waits until there are ``window`` of
    them, so the same metrics never act twice. The conditions are those of ``Rule``.
    Knots: every change of the rate; unknown for a formula beyond 2^22 steps.
    Not to be confused with: Plateau, a framework's own rule.
    Source: a custom callback of Keras or Lightning.

    >>> rules = [{"when": "oscillating", "window": 4, "multiply": 0.5}]
    >>> Callback(lr=0.1, metrics=[0.5, 0.3, 0.6, 0.2, 0.2], rules=rules)([3, 4, 5]).tolist()
    [0.1, 0.05, 0.05]
    """

    equations: ClassVar = (
        Equation(
            "lr(t + 1)",
            "min(max(lr(t) * multiply, min_lr), max_lr)",
            note="of the first rule that holds, else lr(t)",
        ),
    )

    type: Literal["callback"] = "callback"
    rules: Annotated[
        tuple[Annotated[Rule, Field(strict=False)], ...],
        Field(strict=False, min_length=1),
        Kind("settings", model=Rule),
    ]
    """Conditions and what each does; the first that holds acts."""
    mode: Literal["min", "max"] = "min"
    """Whether the metric is to fall or to rise."""
    min_lr: Rate = 0.0
    """Below which no rule goes."""
    max_lr: Rate | None = None
    """Above which no rule goes."""

    def mistakes(self) -> Iterator[Problem]:
        yield from super().mistakes()
        for i, rule in enumerate(self.rules):
            for problem in rule.mistakes():
                yield Problem("rules", f"rules[{i}].{problem.message}")
        highest = math.inf if self.max_lr is None else self.max_lr
        if highest < self.min_lr:
            yield Problem("max_lr", f"max_lr must be ≥ min_lr ({self.min_lr:g}), got {highest:g}")
        elif not self.min_lr <= self.lr <= highest:
            yield Problem("lr", f"lr must lie between min_lr and max_lr, got {self.lr:g}")

    @cached_property
    def kept(self) -> int:
        """The number of metrics that are remembered."""
        return max(rule.window for rule in self.rules)

    def start(self) -> CallbackState:
        return CallbackState(self.lr)

    def observe(self, state: CallbackState, metric: float) -> CallbackState:
        lr, best, bad, _, window, _ = state
        falls = self.mode == "min"
        window = (*window, metric)[-self.kept :]
        if metric == metric and (best is None or (metric < best if falls else metric > best)):  # noqa: PLR0124 (not nan)
            best, bad = metric, 0
        else:
            bad += 1
        for rule in self.rules:
            if len(window) >= rule.window and rule.holds(window[-rule.window :], falls=falls):
                if rule.multiply is None:
                    break
                changed, cause = self._after(lr, rule)
                return CallbackState(changed, best, bad, 0, (), cause)
        return CallbackState(lr, best, bad, 0, window)

    def _after(self, lr: float, rule: Rule) -> tuple[float, str]:
        """What a rule makes of a rate, and why."""
        multiply = 1.0 if rule.multiply is None else rule.multiply
        changed = max(lr * multiply, self.min_lr)
        if self.max_lr is not None:
            changed = min(changed, self.max_lr)
        cause = f"{rule.when} over {rule.window}"
        if changed == lr and multiply != 1:
            cause += f", but at {'min' if multiply < 1 else 'max'}_lr already"
        return changed, cause

    def react(self, state: CallbackState, metrics: Rates) -> Reaction:
        if len(metrics) < SHORT or state.best is None:
            return super().react(state, metrics[:SHORT])
        held = len(state.window)
        known = np.concatenate([np.array(state.window, dtype=np.float64), metrics])
        levels = self._levels(known)
        at, rates, causes = list[int](), list[float](), list[str]()
        # The first metric that counts, and the first that is new.
        lr, since, new = state.lr, 0, held
        while (act := _next_act(levels, since, new)) is not None:
            place, chosen = act
            before, (lr, cause) = lr, self._after(lr, self.rules[chosen])
            if lr != before:
                at.append(place - held)
                rates.append(lr)
                causes.append(cause)
            elif all(self._after(lr, rule)[0] == lr for rule in self.rules):
                return Reaction(len(metrics), state, at, rates, causes, settled=True)
            since = new = place + 1
        window = tuple(known[max(since, len(known) - self.kept) :].tolist())
        best, bad = self._best(state.best, state.bad, metrics)
        return Reaction(len(metrics), CallbackState(lr, best, bad, 0, window), at, rates, causes)

    def _levels(self, metrics: Rates) -> "Sequence[_Level]":
        """Where which rule acts, with more and more rules that have metrics enough."""
        holding = [rule.holds_at(metrics, falls=self.mode == "min") for rule in self.rules]
        found = []
        for least in sorted({rule.window for rule in self.rules}):
            chosen = np.full(len(metrics), -1)
            for i in reversed(range(len(self.rules))):
                if self.rules[i].window <= least:
                    chosen[holding[i]] = -1 if self.rules[i].multiply is None else i
            places = np.flatnonzero(chosen >= 0)
            found.append(_Level(least, places.tolist(), chosen[places].tolist()))
        return found

    def _best(self, best: float, bad: int, metrics: Rates) -> tuple[float, int]:
        """The best metric after these, and how many since were no better."""
        sign = 1.0 if self.mode == "min" else -1.0
        place = int(np.argmin(np.where(np.isnan(metrics), np.inf, sign * metrics)))
        if sign * metrics[place] < sign * best:
            return float(metrics[place]), len(metrics) - 1 - place
        return best, bad + len(metrics)


class _Level(NamedTuple):
    """The acts of the rules that look at no more than ``window`` metrics."""

    window: int
    places: list[int]
    """The metrics after which one acts."""
    chosen: list[int]
    """Which rule that is."""


def _next_act(levels: Sequence[_Level], since: int, new: int) -> tuple[int, int] | None:
    """The next metric after which a rule acts, and the rule; metrics before ``since`` do not count."""
    for level, longer in zip_longest(levels, levels[1:]):
        i = bisect_left(level.places, max(new, since + level.window - 1))
        if i < len(level.places) and (longer is None or level.places[i] < since + longer.window - 1):
            return level.places[i], level.chosen[i]
    return None
