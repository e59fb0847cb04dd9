"""fvcore's ``fvcore.common.param_scheduler`` 0.1.5 and detectron2's ``solver/lr_scheduler.py``.

fvcore's schedulers say a value for each share ``where`` of training, in [0, 1); alone they are drawn as
that value over the run's length, inside detectron2's LRMultiplier as factors of the base rate over its
``max_iter``.
"""

import ast
import math
import weakref
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final, Literal

from lrplot.errors import StepError
from lrplot.frameworks.fvcore_spellings import SPELLINGS
from lrplot.python import combine
from lrplot.python.framework import Framework
from lrplot.python.parameters import Base, Noted, Refusal
from lrplot.python.values import Made, Unknown
from lrplot.schedules.base import Context, Rates, Schedule, Steps
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.exponential import Exponential
from lrplot.schedules.knots import Knots
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.linear import Linear
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.polynomial import Polynomial

_EPSILON: Final = 1e-6
"""The share fvcore adds to ``where`` before it compares."""
_MOST_VALUES: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Progress:
    """``where`` at each step: a run's length, the step it begins at, the intervals it is scaled to."""

    length: float
    begin: int = 0
    scales: tuple[tuple[float, float], ...] = ()

    def at(self, t: int) -> float:
        """Computed as fvcore does, for the sake of what it compares it with."""
        where = (self.begin + t) / self.length
        for start, share in self.scales:
            where = (where - start) / share
        return where

    @property
    def slope(self) -> float:
        """The growth of ``where`` in a step."""
        return 1 / self.length / math.prod(share for _, share in self.scales)

    @property
    def first(self) -> float:
        where = self.at(0)
        return 0.0 if abs(where) < 1e-9 * self.slope else where

    def reaches(self, test: Callable[[float], bool], guess: float) -> int | None:
        """The first step whose ``where`` passes a test that stays passed, near where it is guessed to be."""
        near = (guess - self.first) / self.slope
        if not near < 2**53:
            return None
        t = max(0, math.floor(near) - 2)
        while t > 0 and test(self.at(t - 1)):
            t -= 1
        while not test(self.at(t)):
            t += 1
        return t


class _Scheduler(ABC):
    """A function of ``where``."""

    @abstractmethod
    def at(self, where: float) -> float:
        """The value, or the framework's complaint."""

    @abstractmethod
    def along(self, progress: _Progress, scale: float) -> Schedule:
        """The curve, times ``scale``, from the progress' first step on."""

    @property
    def steps(self) -> int:
        """Into how many equal parts an index is made of ``where``; 0 where none is."""
        return 0

    @property
    def updates(self) -> float | None:
        """The number of updates training has, where its own arguments say it."""
        return None


@dataclass(frozen=True, slots=True)
class _Constant(_Scheduler):
    value: float

    def at(self, where: float) -> float:
        if where >= 1:
            raise Refusal(f"where in ParamScheduler must be in [0, 1]: got {where:g}")
        return self.value

    def along(self, progress: _Progress, scale: float) -> Schedule:  # noqa: ARG002
        return Constant(lr=self.value * scale)


@dataclass(frozen=True, slots=True)
class _Cosine(_Scheduler):
    start: float
    end: float

    def at(self, where: float) -> float:
        return self.end + 0.5 * (self.start - self.end) * (1 + math.cos(math.pi * where))

    def along(self, progress: _Progress, scale: float) -> Schedule:
        start, end = self.start * scale, self.end * scale
        elapsed = progress.first / progress.slope
        if elapsed >= 0 and abs(elapsed - round(elapsed)) < 1e-9 * max(1.0, elapsed):
            curve = Cosine(lr=start, eta_min=end, T_max=1 / progress.slope, after="rise")
            return combine.begun(curve, round(elapsed))
        where = f"({progress.first!r} + t * {progress.slope!r})"
        return Lambda(lr=1, factor=f"{end!r} + 0.5 * ({start - end!r}) * (1 + cos(pi * {where}))")


@dataclass(frozen=True, slots=True)
class _Exponential(_Scheduler):
    start: float
    decay: float

    def at(self, where: float) -> float:
        if self.decay <= 0:
            raise Refusal(f"a decay of {self.decay:g} is no rate's; it must be > 0", "decay")
        return float(self.start * self.decay**where)

    def along(self, progress: _Progress, scale: float) -> Schedule:
        first = self.at(progress.first) * scale
        return Exponential(lr=first, gamma=self.decay, period=1 / progress.slope)


@dataclass(frozen=True, slots=True)
class _Linear(_Scheduler):
    start: float
    end: float

    def at(self, where: float) -> float:
        return self.end * where + self.start * (1 - where)

    def along(self, progress: _Progress, scale: float) -> Schedule:
        left = (1 - progress.first) / progress.slope
        if left < 1e-3:
            return Constant(lr=self.at(progress.first) * scale)
        return Linear(lr=self.at(progress.first) * scale, end_lr=self.end * scale, T_max=left)


@dataclass(frozen=True, slots=True)
class _Polynomial(_Scheduler):
    base: float
    power: float

    def at(self, where: float) -> float:
        return float(self.base * max(0.0, 1 - where) ** self.power)

    def along(self, progress: _Progress, scale: float) -> Schedule:
        if self.power == 0:
            return Constant(lr=self.base * scale)
        if self.power < 0:
            raise Refusal(f"a power of {self.power:g} grows without bound where training ends", "power")
        left = (1 - progress.first) / progress.slope
        if left < 1e-3:
            return Constant(lr=self.at(progress.first) * scale)
        return Polynomial(lr=self.at(progress.first) * scale, power=self.power, T_max=left)


@dataclass(frozen=True, slots=True)
class _Steps(_Scheduler):
    """Values held until the index ``int((where + 1e-6) · count)`` reaches the next limit."""

    values: tuple[float, ...]
    limits: tuple[int, ...]
    count: int
    closed: bool = False
    """True where an index beyond the last value is an error of the framework."""
    total: float | None = None
    """The updates of training."""

    @property
    def steps(self) -> int:
        return self.count if self.closed else 0

    @property
    def updates(self) -> float | None:
        return self.total

    def _index(self, where: float) -> int:
        return int((where + _EPSILON) * self.count)

    def _passes(self, limit: int) -> Callable[[float], bool]:
        return lambda where: self._index(where) >= limit

    def at(self, where: float) -> float:
        if where > 1:
            raise Refusal(f"where in ParamScheduler must be in [0, 1]: got {where:g}")
        if self.closed and self._index(where) >= self.count:
            raise Refusal("list index out of range")
        return self.values[bisect_right(self.limits, self._index(where))]

    def along(self, progress: _Progress, scale: float) -> Schedule:
        points: dict[int, float] = {0: self.values[bisect_right(self.limits, self._index(progress.at(0)))]}
        for limit, value in zip(self.limits, self.values[1:], strict=True):
            at = progress.reaches(self._passes(limit), limit / self.count - _EPSILON)
            if at:
                points[at] = value
        return Piecewise(points=tuple((at, value * scale) for at, value in sorted(points.items())))


@dataclass(frozen=True, slots=True)
class _Composite(_Scheduler):
    schedulers: tuple[_Scheduler, ...]
    lengths: tuple[float, ...]
    rescaled: tuple[bool, ...]

    @property
    def updates(self) -> float | None:
        said = {scheduler.updates for scheduler in self.schedulers} - {None}
        return said.pop() if len(said) == 1 else None

    def _share(self, where: float) -> tuple[int, float]:
        """The scheduler that speaks, and where its own stretch begins."""
        i, total = 0, self.lengths[0]
        while where + _EPSILON > total and i < len(self.lengths) - 1:
            i += 1
            total += self.lengths[i]
        return i, total - self.lengths[i]

    def _passes(self, i: int) -> Callable[[float], bool]:
        return lambda where: self._share(where)[0] >= i

    def at(self, where: float) -> float:
        i, start = self._share(where)
        if self.rescaled[i] and not self.lengths[i]:
            raise Refusal("fvcore divides by a length of 0")
        return self.schedulers[i].at((where - start) / self.lengths[i] if self.rescaled[i] else where)

    def along(self, progress: _Progress, scale: float) -> Schedule:
        begun: dict[int, tuple[_Scheduler, _Progress]] = {}
        total = 0.0
        for i, (scheduler, length) in enumerate(zip(self.schedulers, self.lengths, strict=True)):
            begin = progress.reaches(self._passes(i), total - _EPSILON) if i else 0
            if begin is None or (i and progress.begin + begin >= progress.length):
                break
            total += length
            if self.rescaled[i] and not length:
                if i + 1 == len(self.lengths):
                    raise Refusal("fvcore divides by the last length, which is 0")
                continue
            scales = ((total - length, length),) if self.rescaled[i] else ()
            inner = replace(progress, begin=progress.begin + begin, scales=(*progress.scales, *scales))
            begun[begin] = scheduler, inner
        found = [scheduler.along(inner, scale) for scheduler, inner in begun.values()]
        return combine.joined(found, [after - before for before, after in pairwise(begun)])


class _Unbound(Schedule):
    """A scheduler of which the length is not known yet."""

    type: Literal["param_scheduler"] = "param_scheduler"
    name: str

    def rate(self, t: Steps) -> Rates:  # noqa: ARG002
        raise StepError(f"{self.name} is a function of the share of training done; give the length (--steps)")

    def knots(self, until: int) -> Knots:
        return Knots.nothing_known(until)


_SOURCES: Final[dict[int, _Scheduler]] = {}
"""The call that a schedule made here stands for, while it lives: another may ask it over another length."""


def _drawn(name: str, scheduler: _Scheduler, around: Context) -> Noted:
    """The scheduler over the run's length, else over the updates that its own arguments speak of."""
    length = scheduler.updates if around.length is None else around.length
    along = None if length is None else scheduler.along(_Progress(length), 1).model_copy()
    schedule = along or _Unbound(name=name)
    _SOURCES[id(schedule)] = scheduler
    weakref.finalize(schedule, _SOURCES.pop, id(schedule), None)
    needs = f"{name} is a function of the share of training that is done; say how long it is: --steps"
    return Noted(
        schedule,
        _notes(scheduler, length),
        horizon=None if scheduler.updates is None else math.ceil(scheduler.updates),
        needs=needs if length is None else None,
    )


def _notes(scheduler: _Scheduler, length: float | None) -> tuple[str, ...]:
    if not scheduler.steps or length is None or length <= 1 / _EPSILON:
        return ()
    return ("fvcore adds 1e-6 to where and so raises an IndexError in the last steps of more than 10^6",)


def _source(made: Made, outer: str, parameter: str) -> _Scheduler:
    found = _SOURCES.get(id(made.schedule))
    if found is None:
        raise Refusal(f"{outer} takes fvcore's schedulers, got {made.call}", parameter)
    return found


def ConstantParamScheduler(value: float, *, around: Context) -> Noted:
    return _drawn("ConstantParamScheduler", _Constant(value), around)


def CosineParamScheduler(start_value: float, end_value: float, *, around: Context) -> Noted:
    return _drawn("CosineParamScheduler", _Cosine(start_value, end_value), around)


def ExponentialParamScheduler(start_value: float, decay: float, *, around: Context) -> Noted:
    return _drawn("ExponentialParamScheduler", _Exponential(start_value, decay), around)


def LinearParamScheduler(start_value: float, end_value: float, *, around: Context) -> Noted:
    return _drawn("LinearParamScheduler", _Linear(start_value, end_value), around)


def PolynomialDecayParamScheduler(base_value: float, power: float, *, around: Context) -> Noted:
    return _drawn("PolynomialDecayParamScheduler", _Polynomial(base_value, power), around)


def MultiStepParamScheduler(
    values: list[float],
    num_updates: int | None = None,
    milestones: list[int] | None = None,
    *,
    around: Context,
) -> Noted:
    if not values:
        raise Refusal("values must hold at least one value", "values")
    if num_updates is None and milestones is None:
        raise Refusal("num_updates and milestones cannot both be None")
    if milestones is None:
        width = math.ceil((num_updates or 0) / len(values))
        limits = [width * (i + 1) for i in range(len(values) - 1)]
    else:
        wanted = len(values) - (num_updates is not None)
        if len(milestones) != wanted:
            raise Refusal(f"MultiStep scheduler requires a list of {wanted} miletones", "milestones")
        limits = list(milestones)
    if num_updates is None:
        num_updates = limits.pop()
    if num_updates < len(values):
        raise Refusal("Total num_updates must be greater than length of param schedule", "num_updates")
    for before, limit in zip([0, *limits], limits, strict=False):
        if limit >= num_updates:
            raise Refusal(
                "Milestone must be smaller than total number of updates: "
                f"num_updates={num_updates}, milestone={limit}",
                "milestones",
            )
        if before >= limit:
            raise Refusal(f"milestones must rise, got {before} before {limit}", "milestones")
    steps = _Steps(tuple(values), tuple(limits), num_updates, total=num_updates)
    return _drawn("MultiStepParamScheduler", steps, around)


def StepParamScheduler(num_updates: float, values: list[float], *, around: Context) -> Noted:
    if num_updates <= 0:
        raise Refusal("Number of updates must be larger than 0", "num_updates")
    if not values:
        raise Refusal("Step scheduler requires a list of at least one param value", "values")
    return _drawn("StepParamScheduler", _even(values, num_updates), around)


def StepWithFixedGammaParamScheduler(
    base_value: float, num_decays: int, gamma: float, num_updates: int, *, around: Context
) -> Noted:
    if base_value <= 0 or gamma <= 0:
        raise Refusal(
            "base_value and gamma must be positive numbers", "gamma" if gamma <= 0 else "base_value"
        )
    if num_decays <= 0 or num_updates <= 0:
        raise Refusal("num_decays and num_updates must be positive integers", "num_decays")
    if num_decays > _MOST_VALUES:
        raise Refusal(f"more than {_MOST_VALUES} decays", "num_decays")
    values = [base_value]
    for _ in range(num_decays):
        values.append(values[-1] * gamma)
    return _drawn("StepWithFixedGammaParamScheduler", _even(values, num_updates), around)


def _even(values: Sequence[float], updates: float) -> _Steps:
    return _Steps(tuple(values), tuple(range(1, len(values))), len(values), closed=True, total=updates)


def CompositeParamScheduler(
    schedulers: list[Made], lengths: list[float], interval_scaling: list[str], *, around: Context
) -> Noted:
    if len(schedulers) != len(lengths):
        raise Refusal("Schedulers and lengths must be same length", "lengths")
    if not schedulers:
        raise Refusal("There must be at least one scheduler in the composite scheduler", "schedulers")
    if abs(sum(lengths) - 1) >= 1e-3:
        raise Refusal("The sum of all values in lengths must be 1", "lengths")
    for scaling in interval_scaling:
        if scaling not in {"rescaled", "fixed"}:
            raise Refusal(f"Unsupported interval_scaling: {scaling}", "interval_scaling")
    if len(interval_scaling) < len(schedulers):
        raise Refusal(
            f"interval_scaling says {len(interval_scaling)} of {len(schedulers)} schedulers",
            "interval_scaling",
        )
    inner = [_source(made, "CompositeParamScheduler", "schedulers") for made in schedulers]
    composite = _composite(inner, lengths, [scaling == "rescaled" for scaling in interval_scaling])
    return _drawn("CompositeParamScheduler", composite, around)


def _composite(
    schedulers: Sequence[_Scheduler], lengths: Sequence[float], rescaled: Sequence[bool]
) -> _Composite:
    if min(lengths) < 0:
        raise Refusal(f"lengths must be >= 0, got {min(lengths):g}", "lengths")
    shares = tuple(lengths) if sum(lengths) == 1 else (*lengths[:-1], 1 - sum(lengths[:-1]))
    return _Composite(tuple(schedulers), shares, tuple(rescaled[: len(schedulers)]))


def WarmupParamScheduler(
    scheduler: Made,
    warmup_factor: float,
    warmup_length: float,
    warmup_method: str = "linear",
    rescale_interval: bool = False,
    *,
    around: Context,
) -> Noted:
    """detectron2's: ``warmup_length`` is a share of training; the schedule runs underneath, or rescaled."""
    inner = _source(scheduler, "WarmupParamScheduler", "scheduler")
    if not 0 <= warmup_length <= 1:
        raise Refusal(
            f"warmup_length is a share of training in [0, 1], got {warmup_length:g}", "warmup_length"
        )
    start, end = warmup_factor * inner.at(0.0), inner.at(0.0 if rescale_interval else warmup_length)
    if warmup_method not in {"linear", "constant"}:
        raise Refusal(f"Unknown warmup method: {warmup_method}", "warmup_method")
    ramp = _Linear(start, end) if warmup_method == "linear" else _Constant(start)
    composite = _composite([ramp, inner], [warmup_length, 1 - warmup_length], [True, rescale_interval])
    return _drawn("WarmupParamScheduler", composite, around)


def LRMultiplier(
    optimizer: Base, multiplier: Made, max_iter: int, last_iter: int = -1, *, around: Context
) -> Noted:
    """detectron2's: the base rate times the multiplier, over ``max_iter`` steps."""
    scheduler = _source(multiplier, "LRMultiplier", "multiplier")
    if last_iter != -1:
        raise Refusal(
            "last_iter resumes a run from a checkpoint's rates; leave it out to see the whole curve",
            "last_iter",
        )
    if max_iter <= 0:
        raise Refusal(f"max_iter must be > 0, got {max_iter}", "max_iter")
    if around.length is not None and around.length > max_iter:
        raise Refusal(
            f"fvcore's schedulers speak of the run's max_iter alone; draw at most {max_iter} steps",
            "max_iter",
        )
    made = scheduler.along(_Progress(max_iter), optimizer.lr)
    return Noted(made, _notes(scheduler, max_iter), horizon=max_iter)


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (
        ConstantParamScheduler,
        CosineParamScheduler,
        ExponentialParamScheduler,
        LinearParamScheduler,
        PolynomialDecayParamScheduler,
        MultiStepParamScheduler,
        StepParamScheduler,
        StepWithFixedGammaParamScheduler,
        CompositeParamScheduler,
        WarmupParamScheduler,
        LRMultiplier,
    )
}
"""The calls by fvcore's and detectron2's names."""


def _lazily(_reader: Any, values: Sequence[Any], _named: Mapping[str, Any], node: ast.AST) -> Any:
    """``LazyCall(X)(…)`` makes what ``X(…)`` would."""
    return values[0] if len(values) == 1 else Unknown("LazyCall(…)", node)


COMBINATORS: Final[Mapping[str, Callable[..., Any]]] = {"LazyCall": _lazily}
"""Detectron2's functions that give on what they are given."""


FRAMEWORK: Final = Framework(
    name="fvcore",
    title="fvcore",
    roots=("fvcore", "detectron2"),
    calls=CALLS,
    combinators=COMBINATORS,
    spellings=SPELLINGS,
)
