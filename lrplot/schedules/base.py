"""A schedule: a pure function of the step, plus its knots."""

import contextlib
import math
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Annotated, Any, ClassVar, Final, Self, final, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, InstanceOf

from lrplot.clock import MOST_STEPS, Clock, is_whole
from lrplot.display import Shown
from lrplot.errors import ScheduleError, StepError
from lrplot.expression import later
from lrplot.schedules.compiled import Around, compiled
from lrplot.schedules.dense import BLOCK, TOGETHER, blockwise
from lrplot.schedules.fields import Kind, kind_of
from lrplot.schedules.folding import Tree
from lrplot.schedules.formula import Equation, in_numbers
from lrplot.schedules.knots import Knots
from lrplot.schedules.model import Model
from lrplot.schedules.phase import Phase, clip_phases
from lrplot.schedules.summation import total

Steps = NDArray[np.float64]
Rates = NDArray[np.float64]


# Room below the largest float64, 1.8e308, for what figures and sums make of a rate.
_LARGEST: Final = 1e300
_LARGEST_BITS: Final = np.float64(_LARGEST).view(np.uint64)
_WHOLE: Final = (int, np.integer)


class Schedule(Model, Shown):
    """A learning rate as a pure function of the step, plus its knots.

    Calling it evaluates it: any array of steps ≥ 0, in any order, gives float64 rates of the same
    shape. It holds no state, so ``schedule(t)`` depends on ``t`` alone.

    Raises
    ------
    ScheduleError
        When the parameters cannot be; it lists every mistake.
    """

    refusal = ScheduleError
    quantity: ClassVar[str] = "rate"
    """What its values are, in a message."""
    equations: ClassVar[tuple[Equation, ...]] = ()
    """What it computes, by the names of its parameters."""

    @abstractmethod
    def rate(self, t: Steps) -> Rates:
        """Rates at ``t``: a float64 array of any shape with at least one axis, every step ≥ 0."""

    @abstractmethod
    def knots(self, until: int) -> Knots:
        """The steps at which the curve starts a new piece, ``0 < knot < until``."""

    def closed_form(self) -> Tree | None:
        """The rate at a whole step ``t`` with its own numbers; None where no finite formula gives it.

        >>> import ast
        >>> from lrplot.schedules.step import Step
        >>> ast.unparse(Step(lr=0.1, step_size=30, gamma=0.5).closed_form())
        '0.1 * 0.5 ** (t // 30)'
        """
        known = dict(self.named_values())
        for name, value in known.items():
            if isinstance(value, Schedule):
                inner = value.closed_form()
                if inner is None:
                    return None
                known[name] = inner
        return in_numbers(self.equations, known)

    def named_values(self) -> Mapping[str, Any]:
        """The values of the names in its equations, where the equations do not tell them."""
        return values(self)

    def fill(self, out: Rates, first: int) -> None:
        """Write the rates at steps ``first``, ``first + 1``, … into ``out``, a part of a longer table.

        The same as ``rate`` to 1e-14 relative, overridden where consecutive steps have a quicker way.
        """
        blockwise(out, first, self.rate)

    def update(self, t: Steps) -> tuple[Rates, Rates]:
        """The update of a current rate at ``t``: its factor, and what is then added.

        A schedule sets the rate to its own; one that acts on the rate it finds says how.
        """
        return np.zeros_like(t), np.asarray(self.rate(t))

    @property
    def length(self) -> float | None:
        """Steps the schedule speaks of by itself, None when it has no end of its own."""
        return None

    @property
    def momentum(self) -> "Schedule | None":
        """The momentum (Adam: β₁) that goes with the rate, itself a schedule, or None."""
        return None

    @property
    def falls_below_zero(self) -> bool:
        """True where a negative rate is its own or that of a schedule inside it, and not a mistake."""
        return any(place.schedule.falls_below_zero for place in self.inside())

    @property
    def reacts(self) -> bool:
        """True where its rate follows a metric."""
        return False

    def seeing_from(self, step: int) -> "Schedule":
        """The same schedule begun at a step of a training: what reacts sees the metrics from there on."""
        parts = [(place.schedule, place.schedule.seeing_from(step // place.each)) for place in self.inside()]
        if all(before is after for before, after in parts):
            return self
        return self.with_inside([after for _, after in parts])

    def phases(self, until: int) -> "tuple[Phase, ...]":
        """The named stretches of the curve below ``until``, in order; empty when it is of one kind."""
        return next((phases for place in self.inside() if (phases := place.phases(until))), ())

    @property
    def phase_name(self) -> str:
        """The name of a stretch of it, where it has no phases of its own."""
        return self.type

    def inside(self) -> "tuple[Nested, ...]":
        """The schedules inside this one, each where it stands and on its own clock."""
        return ()

    def with_inside(self, schedules: "Sequence[Schedule]") -> Self:
        """The same made of other schedules, given in the order of :meth:`inside`."""
        rest, changed = iter(schedules), dict[str, Any]()
        for name, several in _nested_in(type(self)):
            changed[name] = tuple(next(rest) for _ in getattr(self, name)) if several else next(rest)
        return self.model_copy(update=changed)

    @classmethod
    def contexts(
        cls,
        outer: "Context",
        given: Mapping[str, Any],
        parts: int,
    ) -> "Sequence[Context]":
        """The inheritance of each of ``parts`` nested schedules, the other parameters being ``given``."""
        lr = given.get("lr", outer.lr)
        return [replace(outer, lr=lr)] * parts

    def __eq__(self, other: object) -> bool:
        # By what was given: what a schedule keeps of its own working (arrays) is no part of what it is.
        return type(self) is type(other) and values(self) == values(other)

    def __hash__(self) -> int:
        return hash((type(self), *values(self).values()))

    @overload
    def __call__(self, steps: float) -> np.float64: ...
    @overload
    def __call__(self, steps: ArrayLike) -> Rates: ...
    @final
    def __call__(self, steps: ArrayLike) -> Rates | np.float64:
        """Rates at ``steps``.

        Raises
        ------
        StepError
            When a step is negative, nan or beyond 2^53, or the schedule has no rate there: none below
            0, none beyond 1e300.
        """
        if isinstance(steps, _WHOLE) and not isinstance(steps, bool) and 0 <= steps <= MOST_STEPS:
            return self._around.rate(self._checked, int(steps))
        t = np.asarray(steps)
        if t.dtype.kind not in "iuf":
            raise StepError(f"steps must be numbers, got {t.dtype}")
        if t.size > TOGETHER:
            with contextlib.suppress(StepError):
                return self._by_blocks(t)
            # A step without a rate: the first of all is told, not the first of a block.
        rates = self._checked(np.atleast_1d(_in_range(t))).reshape(t.shape)
        return rates if t.ndim else np.float64(rates)

    def _by_blocks(self, t: NDArray[Any]) -> Rates:
        """The rates a block of steps at a time, whose intermediate values stay in the cache."""
        steps, rates = t.ravel(), np.empty(t.size)
        for low in range(0, t.size, TOGETHER):
            rates[low : low + TOGETHER] = self._checked(_in_range(steps[low : low + TOGETHER]))
        return rates.reshape(t.shape)

    def _checked(self, t: Steps) -> Rates:
        """The rates at ``t``, each of which is one."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            rates = np.asarray(self.rate(t), dtype=np.float64)
        if not _can_be_drawn(rates):
            self._refuse(t, rates)
        return rates

    def _refuse(self, t: Steps, rates: Rates) -> None:
        """Raise what is wrong with the first rate that is none, if there is one."""
        drawn = np.abs(rates) <= _LARGEST
        if not drawn.all():
            first = t[~drawn].min()
            raise StepError(f"{self.type} has no finite rate at step {first:.0f}: it is beyond 1e300")
        below = rates < 0
        if below.any() and not self.falls_below_zero:
            first = t[below].min()
            raise StepError(
                f"{self.type} has no {self.quantity} at step {first:.0f}: {self._below(rates[t == first][0])}"
            )

    @cached_property
    def _around(self) -> Around:
        return Around()

    def compile(self, steps: int | None = None) -> Callable[[int], float]:
        """The rate as a function of one whole step, for a training loop: less than a microsecond a call.

            rate(t) = float(schedule(t)), to the last bit

        It evaluates 4096 steps at once when one of them is first asked for, and remembers those alone:
        128 KiB, however long the training. It is quick for steps in rising order, and right in any.

        Parameters
        ----------
        steps
            How many updates are trained: it answers from 0 to ``steps``, as PyTorch asks for the rate once
            more after the last of them. Without end when left out.

        Returns
        -------
        function
            Of an ``int``, to a ``float``. It raises :class:`StepError` for what is no whole step, beyond
            ``steps``, and wherever the schedule has no rate.

        Raises
        ------
        StepError
            When ``steps`` is no number of steps.

        Examples
        --------
        >>> from lrplot.schedules.linear import Linear
        >>> rate = Linear(lr=0.4, T_max=4).compile()
        >>> [rate(step) for step in (0, 1, 1_000_000)]
        [0.4, 0.30000000000000004, 0.0]

        In PyTorch, whose LambdaLR multiplies the optimizer's own rate:
        ``LambdaLR(optimizer, lambda step: rate(step) / base)``.
        """
        return compiled(self._checked, self.type, None if steps is None else _horizon(steps))

    def _below(self, value: float) -> str:
        """Why a value below 0 is none."""
        return f"it would be {value:.6g}, below 0"

    def total(self, n: int) -> float:
        """Sum of the rates at steps ``0 … n-1``: exact to 1e-12 where the knots know the curve.

        Raises
        ------
        StepError
            When ``n`` is no number of steps, or the sum is beyond float64.
        """
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            summed = self._total(_horizon(n))
        if not np.isfinite(summed):
            raise StepError(f"the rates of {self.type} at {n} steps add up to more than float64 holds")
        return summed

    def table(self, n: int) -> Rates:
        """Rates at every step ``0 … n-1``: as calling the schedule, to 1e-14 relative, but far quicker.

        Raises
        ------
        StepError
            When ``n`` is no number of steps, or the schedule has no rate at one of them.

        Examples
        --------
        >>> from lrplot.schedules.linear import Linear
        >>> Linear(lr=0.4, T_max=4).table(6).round(6).tolist()
        [0.4, 0.3, 0.2, 0.1, 0.0, 0.0]
        """
        # A short table takes no time: it has the very rates that the schedule gives when called.
        return self.stretch(0, n) if _horizon(n) > BLOCK else self(np.arange(_horizon(n)))

    def stretch(self, first: int, stop: int) -> Rates:
        """Rates at the steps ``first … stop-1``: a part of a long table, to 1e-14 relative.

        Raises
        ------
        StepError
            When these are no steps, or the schedule has no rate at one of them.

        Examples
        --------
        >>> from lrplot.schedules.linear import Linear
        >>> Linear(lr=0.4, T_max=4).stretch(2, 5).round(6).tolist()
        [0.2, 0.1, 0.0]
        """
        rates = np.empty(max(0, _horizon(stop) - _horizon(first)))
        with contextlib.suppress(FloatingPointError), np.errstate(all="raise", under="ignore"):
            self.fill(rates, first)
            if _can_be_drawn(rates):
                return rates
        # Something overflowed or is negative: the plain way finds whether, and where.
        return self(np.arange(first, stop))

    # What was computed once stays behind: a changed copy must not keep it, and it need not pickle.
    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        return {**state, "__dict__": {name: getattr(self, name) for name in type(self).model_fields}}

    def __copy__(self) -> Self:
        return super().__copy__()._forgetting()

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return super().__deepcopy__(memo)._forgetting()

    def _forgetting(self) -> Self:
        for name in self.__dict__.keys() - type(self).model_fields.keys():
            del self.__dict__[name]
        return self

    def _total(self, n: int) -> float:
        return total(self.rate, self.knots(n), n) if n else 0.0


Part = Annotated[InstanceOf[Schedule], Kind("schedule")]
"""A schedule inside a schedule."""
Parts = Annotated[tuple[InstanceOf[Schedule], ...], Field(min_length=1, strict=False), Kind("schedules")]
"""Schedules inside a schedule."""


@dataclass(frozen=True, slots=True)
class Nested:
    """A schedule inside another one.

    Its own step at step t of the outer one is floor((t - origin) / each), for start ≤ t < stop; outside
    that stretch it is not asked.

    Parameters
    ----------
    schedule
        The schedule.
    origin
        Step of the outer clock at which its own clock shows 0; negative where it began before.
    each
        Outer steps in one of its own.
    start, stop
        The outer steps at which it is asked; ``stop`` is None where it has no end.
    name
        The parameter that holds it: ``schedule``, ``parts[1]``; empty for the outermost.

    Examples
    --------
    >>> from lrplot.schedules.constant import Constant
    >>> second = Nested(Constant(lr=1), origin=20, each=5, start=20, stop=60)
    >>> second.own, second.step(3)
    (range(0, 8), 35)
    """

    schedule: "Schedule"
    origin: int = 0
    each: int = 1
    start: int = 0
    stop: int | None = None
    name: str = ""

    @property
    def own(self) -> range:
        """The own steps in the stretch, which must have an end."""
        stop = self.start if self.stop is None else max(self.start, self.stop)
        first = (self.start - self.origin) // self.each
        return range(first, max(first, -((self.origin - stop) // self.each)))

    def step(self, own: int) -> int:
        """The outer step at which its own clock first shows ``own``."""
        return self.origin + own * self.each

    def knots(self, until: int) -> Knots:
        """The schedule's knots on the outer clock; its own clock must run as fast."""
        stop = until if self.stop is None else min(until, self.stop)
        if stop <= self.start:
            return Knots()
        inner = self.schedule.knots(stop - self.origin).shift(self.origin)
        return inner if self.start == self.origin else inner.clip(max(1, self.start), stop)

    def phases(self, until: int) -> "tuple[Phase, ...]":
        """The schedule's named stretches on the outer clock."""
        stop = until if self.stop is None else min(until, self.stop)
        inner = self.schedule.phases(max(0, -((self.origin - stop) // self.each)))
        outward = (
            Phase(phase.name, max(self.start, self.step(phase.start)), self.step(phase.stop))
            for phase in inner
        )
        return clip_phases(tuple(outward), stop)

    def inside(self) -> "tuple[Nested, ...]":
        """The schedules directly inside it, on the outer clock."""
        return tuple(self._outward(inner) for inner in self.schedule.inside())

    def _outward(self, inner: "Nested") -> "Nested":
        start = max(self.start, self.step(inner.start))
        stops = [self.stop] if inner.stop is None else [self.stop, self.step(inner.stop)]
        return replace(
            inner,
            origin=self.step(inner.origin),
            each=self.each * inner.each,
            start=start,
            stop=min((stop for stop in stops if stop is not None), default=None),
        )


@dataclass(frozen=True, slots=True)
class Context:
    """The inheritance of a schedule where it stands: base rate, length in its own clock, and that clock.

    ``metrics`` is the training signal for what reacts to one: a number a step, or a formula in t.
    """

    lr: float | None
    length: float | None
    clock: Clock
    metrics: tuple[float, ...] | str = ()

    def later(self, steps: int) -> "Context":
        """The same for a schedule that begins ``steps`` steps later."""
        if isinstance(self.metrics, str):
            return replace(self, metrics=later(self.metrics, steps) if steps else self.metrics)
        return replace(self, metrics=self.metrics[steps:])

    @property
    def steps_per_epoch(self) -> int | None:
        """Steps in an epoch of this clock: one where it counts epochs itself."""
        return 1 if self.clock.unit == "epochs" else self.clock.steps_per_epoch


def values(schedule: Schedule) -> dict[str, Any]:
    """A schedule's parameters and what they are, by the name a spec gives them."""
    return {key: getattr(schedule, name) for key, name in _names_in(type(schedule))}


@cache
def _names_in(model: type[Schedule]) -> Sequence[tuple[str, str]]:
    """The name that a spec gives each parameter, and the field's own."""
    return [(info.alias or name, name) for name, info in model.model_fields.items() if name != "type"]


@cache
def _nested_in(model: type[Schedule]) -> Sequence[tuple[str, bool]]:
    """The fields that hold schedules, and whether it is several."""
    kinds = ((name, kind_of(info)) for name, info in model.model_fields.items())
    return [
        (name, kind.holds == "schedules")
        for name, kind in kinds
        if kind is not None and kind.holds in {"schedule", "schedules"}
    ]


def _can_be_drawn(rates: Rates) -> bool:
    """True where every rate is at least 0 and at most 1e300, found by one look at each.

    Floats from 0 on are in the order of their bits; those of negative ones, infinity and nan are higher. (So
    are those of -0: whoever looks closer finds a rate.)
    """
    if rates.size == 1:
        return 0 <= rates.item() <= _LARGEST
    return not rates.size or bool(rates.view(np.uint64).max() <= _LARGEST_BITS)


def _in_range(t: NDArray[Any]) -> Steps:
    """The steps as floats, each of which is one."""
    if t.size and not (t.min() >= 0 and t.max() <= MOST_STEPS):
        outside = ~((t >= 0) & (t <= MOST_STEPS))
        raise StepError(f"steps must lie between 0 and 2^53, got {t[outside].flat[0]:.17g}")
    return t.astype(np.float64)


def _horizon(n: int) -> int:
    if not is_whole(n, least=0):
        raise StepError(f"a number of steps is whole and lies between 0 and 2^53, got {n!r}")
    return int(n)


def whole(steps: float) -> int:
    """The first whole step at or after a boundary."""
    return math.ceil(steps)
