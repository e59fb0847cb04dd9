"""Schedules that react to a metric: the scan of a pure rule over what was observed."""

import math
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Annotated, Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from lrplot.errors import Problem, StepError
from lrplot.expression import Expression, later
from lrplot.schedules.base import Rates, Schedule, Steps, values
from lrplot.schedules.fields import Kind
from lrplot.schedules.knots import LISTED, Knots
from lrplot.schedules.lambda_ import expression_mistakes
from lrplot.schedules.parameters import BaseRate, Expr, StepsPerEpoch
from lrplot.schedules.summation import BRUTE

MOST_METRICS: Final = 10_000_000
"""Most metrics ever observed."""
_AHEAD: Final = 1024
"""Metrics observed at least, however few are asked for."""
_BLOCK: Final = 65_536
"""Metrics observed together: as Python's numbers they take some 2 MB."""
SHORT: Final = 512
"""Metrics that take longer to look at together than one after the other."""
_FEWEST: Final = 64
"""Metrics looked at next where fewer than were at hand could be looked at together."""
"""Metrics looked at together at least, after a part that had to be looked at anew."""


def _one_nan(metrics: tuple[float, ...]) -> tuple[float, ...]:
    """The same metrics with one nan object throughout, so that a series equals itself read again."""
    return tuple(math.nan if metric != metric else metric for metric in metrics)  # noqa: PLR0124 (true of nan alone)


Metrics = Annotated[
    tuple[Annotated[float, Field(allow_inf_nan=True)], ...],
    Field(strict=False, max_length=MOST_METRICS),
    AfterValidator(_one_nan),
    Kind("numbers", inherits="metrics"),
]
"""One number a step, nan and infinity allowed."""


class State(Protocol):
    """The memory of a rule between two metrics; ``cause`` says why the last one made it act."""

    @property
    def lr(self) -> float:
        """The rate from here on."""

    @property
    def best(self) -> float | None:
        """The best metric so far, None before the first."""

    @property
    def bad(self) -> int:
        """The number of metrics in a row that were no better."""

    @property
    def cooldown(self) -> int:
        """The number of metrics that are still passed over."""

    @property
    def cause(self) -> str:
        """Why the rule acted on the last metric; empty where it did not."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the rate: the first ``step`` with the new one, the rates, and why."""

    step: int
    before: float
    lr: float
    cause: str


class Observation(NamedTuple):
    """One step of the trace.

    The rate used for the step, the metric observed after it (None where there is none yet), and what
    the rule remembers then. ``cause`` says why the rule acted on this metric; it may have left the rate
    alone, as at ``min_lr``.
    """

    step: int
    metric: float | None
    best: float | None
    bad: int
    cooldown: int
    rate: float
    cause: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a rule makes of metrics.

    Parameters
    ----------
    seen
        How many of them it has seen: all, or fewer where the rest is to be looked at anew.
    state
        Its memory after them.
    at, rates, causes
        The metrics after which the rate changed, counted from the first, the new rates, and why.
    settled
        Whether the rate will never change again, whatever comes.
    """

    seen: int
    state: State
    at: Sequence[int] = ()
    rates: Sequence[float] = ()
    causes: Sequence[str] = ()
    settled: bool = False


@dataclass(frozen=True, slots=True)
class _Scan:
    """The effect of ``seen`` metrics: the state after them, and the steps at which the rate changed."""

    seen: int
    state: State
    steps: NDArray[np.int64]
    rates: Rates
    causes: tuple[str, ...]


class _Memory:
    """The longest scan made so far."""

    def __init__(self, scan: _Scan) -> None:
        self.scan = scan


def _nothing_seen(state: State) -> _Memory:
    return _Memory(_Scan(0, state, np.zeros(1, dtype=np.int64), np.array([state.lr]), ()))


@lru_cache(maxsize=16)
def _memory(schedule: "Reacting") -> _Memory:
    return _nothing_seen(schedule.start())


class Reacting(Schedule):
    """A rate that reacts to a metric.

        state(0) = start,   state(k + 1) = observe(state(k), metric(k)),   lr(t) = state(t).lr

    Metric k is observed after step k, so the rate at step t has seen the metrics 0 … t-1. They are a
    list, or a formula in t; a list of n knows the rates at 0 … n, a formula those up to step 10^7.
    Knots: every change of the rate; unknown for a formula beyond 2^22 steps.

    Raises
    ------
    StepError
        When a step has no rate because too few metrics have been observed.
    """

    lr: BaseRate
    """Rate before the first metric."""
    metrics: Metrics = ()
    """The metric after each step."""
    formula: Expr | None = None
    """The metric after step t instead: arithmetic in t, step, epoch."""
    steps_per_epoch: StepsPerEpoch = 1
    """Steps in an epoch, for ``epoch``."""

    @abstractmethod
    def start(self) -> State:
        """The state before the first metric."""

    @abstractmethod
    def observe(self, state: Any, metric: float) -> State:
        """The state after one more metric: a pure function of the two."""

    def mistakes(self) -> Iterator[Problem]:
        if self.formula is None and not self.metrics:
            yield Problem("metrics", f"{self.type} reacts to a metric; give 'metrics' or 'formula'")
        if self.formula is not None:
            if self.metrics:
                yield Problem("formula", f"{self.type} takes one of 'metrics' and 'formula', got both")
            yield from expression_mistakes(self.formula, "formula")

    @property
    def reacts(self) -> bool:
        return True

    def seeing_from(self, step: int) -> Schedule:
        given = values(self)
        if self.formula is not None:
            return type(self)(**{**given, "formula": later(self.formula, step)})
        return type(self)(**{**given, "metrics": self.metrics[step:]})

    @property
    def ahead(self) -> int:
        """1 where a step's own metric is known before the step, else 0."""
        return 0

    @property
    def length(self) -> float | None:
        return float(len(self.metrics)) if self.formula is None else None

    def changes(self, until: int) -> tuple[Change, ...]:
        """Every change of the rate at steps below ``until``, in order."""
        scan = self._scanned(min(until - 1, self.last_step))
        steps, rates = scan.steps[1:].tolist(), scan.rates.tolist()
        rows = zip(steps, rates[:-1], rates[1:], scan.causes, strict=True)
        return tuple(Change(*row) for row in rows if row[0] < until)

    def trace(self, until: int) -> Iterator[Observation]:
        """Step by step below ``until``: the metric, what the rule remembers after it, and the rate."""
        state, count = self.start(), min(until, self._most)
        for first in range(0, count, _BLOCK):
            metrics = self.observed(first, min(count, first + _BLOCK))
            for step, metric in enumerate(metrics.tolist(), first):
                before, state = state, self.observe(state, metric)
                rate = state.lr if self.ahead else before.lr
                yield Observation(step, metric, state.best, state.bad, state.cooldown, rate, state.cause)
        if count <= self.last_step and count < until:
            yield Observation(count, None, state.best, state.bad, state.cooldown, state.lr, "")

    @property
    def _most(self) -> int:
        """The number of metrics."""
        return len(self.metrics) if self.formula is None else MOST_METRICS

    @property
    def last_step(self) -> int:
        """The last step with a rate."""
        return self._most - self.ahead

    @cached_property
    def _expression(self) -> Expression:
        return Expression(self.formula or "0")

    @cached_property
    def _memory(self) -> _Memory:
        # A formula's metrics may be millions: the same schedule read again does not go through them again.
        return _memory(self) if self.formula is not None else _nothing_seen(self.start())

    @cached_property
    def _series(self) -> Rates:
        return np.fromiter(self.metrics, np.float64, len(self.metrics))

    def observed(self, first: int, stop: int) -> Rates:
        """The metrics ``first … stop-1``, fewer where the list ends."""
        if self.formula is None:
            return self._series[first:stop]
        return self._expression(np.arange(first, stop, dtype=np.float64), self.steps_per_epoch)

    def react(self, state: Any, metrics: Rates) -> Reaction:
        """What comes of metrics, one after the other; overridden where many can be looked at together."""
        observe = self.observe
        at: list[int] = []
        rates: list[float] = []
        causes: list[str] = []
        for i, metric in enumerate(metrics.tolist()):
            before, state = state.lr, observe(state, metric)
            if state.lr != before:
                at.append(i)
                rates.append(state.lr)
                causes.append(state.cause)
        return Reaction(len(metrics), state, at, rates, causes)

    def _scanned(self, last: int) -> _Scan:
        """A scan that knows the rate at step ``last``."""
        scan = self._memory.scan
        if scan.seen < last + self.ahead:
            # Some more than asked for, so that asking step by step is not a scan each.
            wanted = min(self._most, max(last + self.ahead, 2 * scan.seen, _AHEAD))
            scan = self._memory.scan = self._further(scan, wanted)
        return scan

    def _further(self, scan: _Scan, stop: int) -> _Scan:
        state, seen, together, settled = scan.state, scan.seen, _BLOCK, False
        steps, rates, causes = [scan.steps], [scan.rates], [*scan.causes]
        metrics, first = np.empty(0), seen
        while seen < stop and not settled:
            if seen == first + len(metrics):
                metrics, first = self.observed(seen, min(stop, seen + _BLOCK)), seen
            part = metrics[seen - first : seen - first + together]
            found = self.react(state, part)
            steps.append(np.array(found.at, dtype=np.int64) + seen + 1 - self.ahead)
            rates.append(np.array(found.rates, dtype=np.float64))
            causes.extend(found.causes)
            state, settled = found.state, found.settled
            seen += found.seen
            # Where the rest had to be looked at anew, fewer are looked at together, until it goes well again.
            together = 4 * together if found.seen == len(part) else max(_FEWEST, 2 * found.seen)
        return _Scan(
            self._most if settled else seen,
            state,
            np.concatenate(steps),
            np.concatenate(rates),
            tuple(causes),
        )

    def _known_at(self, last: int) -> _Scan:
        if last > self.last_step:
            what = "the formula gives" if self.formula is not None else "there are"
            raise StepError(
                f"{self.type} reacts to a metric, and {what} {self._most}: "
                f"the last step with a rate is {self.last_step}, asked for step {last}"
            )
        return self._scanned(last)

    def rate(self, t: Steps) -> Rates:
        steps = t.astype(np.int64)
        scan = self._known_at(int(steps.max()) if steps.size else 0)
        # Where two changes fall on one step, the later holds.
        return scan.rates[np.searchsorted(scan.steps, steps, side="right") - 1]

    def fill(self, out: Rates, first: int) -> None:
        if len(out):
            scan = self._known_at(first + len(out) - 1)
            edges = np.clip(np.append(scan.steps, first + len(out)), first, first + len(out))
            out[:] = np.repeat(scan.rates, np.diff(edges))

    def knots(self, until: int) -> Knots:
        if self.formula is not None and until > BRUTE:
            return Knots.nothing_known(until)
        changed = self._changed(until)
        return changed if changed.count() <= LISTED else Knots.nothing_known(until)

    def _changed(self, until: int) -> Knots:
        """Every step below ``until`` at which the rate changes."""
        steps = self._scanned(max(0, min(until - 1, self.last_step))).steps
        return Knots(few=tuple(np.unique(steps[(steps > 0) & (steps < until)]).tolist()))

    def _total(self, n: int) -> float:
        if n == 0:
            return 0.0
        scan = self._known_at(n - 1)
        lengths = np.diff(np.minimum(np.append(scan.steps, n), n))
        return math.fsum((scan.rates * lengths).tolist())
