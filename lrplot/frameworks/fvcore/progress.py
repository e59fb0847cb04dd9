"""Values over the share of a training that is done, as fvcore computes them, and the schedules they are."""

import math
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from lrplot.python import combine
from lrplot.python.parameters import Refusal
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.exponential import Exponential
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.linear import Linear
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.polynomial import Polynomial

EPSILON: Final = 1e-6
"""The share fvcore adds to ``where`` before it compares."""
_OVER: Final = 1e-3
"""Steps that are left of training, of fewer of which a curve has no way to go."""
MOST_VALUES: Final = 10_000
"""Decays that are drawn, each a value of its own; more than a picture has columns are a curve."""


@dataclass(frozen=True, slots=True)
class Progress:
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
        """The share at step 0."""
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


class Scheduler(ABC):
    """A function of ``where``."""

    @abstractmethod
    def at(self, where: float) -> float:
        """The value, or the framework's complaint."""

    @abstractmethod
    def along(self, progress: Progress, scale: float) -> Schedule:
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
class ConstantValues(Scheduler):
    """One value."""

    value: float

    def at(self, where: float) -> float:
        if where >= 1:
            raise Refusal(f"where in ParamScheduler must be in [0, 1]: got {where:g}")
        return self.value

    def along(self, progress: Progress, scale: float) -> Schedule:  # noqa: ARG002
        return Constant(lr=self.value * scale)


@dataclass(frozen=True, slots=True)
class CosineValues(Scheduler):
    """Half a cosine from ``start`` to ``end``."""

    start: float
    end: float

    def at(self, where: float) -> float:
        return self.end + 0.5 * (self.start - self.end) * (1 + math.cos(math.pi * where))

    def along(self, progress: Progress, scale: float) -> Schedule:
        start, end = self.start * scale, self.end * scale
        elapsed = progress.first / progress.slope
        if elapsed >= 0 and abs(elapsed - round(elapsed)) < 1e-9 * max(1.0, elapsed):
            curve = Cosine(lr=start, eta_min=end, T_max=1 / progress.slope, after="rise")
            return combine.begun(curve, round(elapsed))
        where = f"({progress.first!r} + t * {progress.slope!r})"
        return Lambda(lr=1, factor=f"{end!r} + 0.5 * ({start - end!r}) * (1 + cos(pi * {where}))")


@dataclass(frozen=True, slots=True)
class ExponentialValues(Scheduler):
    """``start`` times ``decay`` to the power of ``where``."""

    start: float
    decay: float

    def at(self, where: float) -> float:
        if self.decay <= 0:
            raise Refusal(f"a decay of {self.decay:g} is no rate's; it must be > 0", "decay")
        return float(self.start * self.decay**where)

    def along(self, progress: Progress, scale: float) -> Schedule:
        first = self.at(progress.first) * scale
        return Exponential(lr=first, gamma=self.decay, period=1 / progress.slope)


@dataclass(frozen=True, slots=True)
class LinearValues(Scheduler):
    """A straight line from ``start`` to ``end``."""

    start: float
    end: float

    def at(self, where: float) -> float:
        return self.end * where + self.start * (1 - where)

    def along(self, progress: Progress, scale: float) -> Schedule:
        left = (1 - progress.first) / progress.slope
        if left < _OVER:
            return Constant(lr=self.at(progress.first) * scale)
        return Linear(lr=self.at(progress.first) * scale, end_lr=self.end * scale, T_max=left)


@dataclass(frozen=True, slots=True)
class PolynomialValues(Scheduler):
    """``base`` times a power of what is left."""

    base: float
    power: float

    def at(self, where: float) -> float:
        return float(self.base * max(0.0, 1 - where) ** self.power)

    def along(self, progress: Progress, scale: float) -> Schedule:
        if self.power == 0:
            return Constant(lr=self.base * scale)
        if self.power < 0:
            raise Refusal(f"a power of {self.power:g} grows without bound where training ends", "power")
        left = (1 - progress.first) / progress.slope
        if left < _OVER:
            return Constant(lr=self.at(progress.first) * scale)
        return Polynomial(lr=self.at(progress.first) * scale, power=self.power, T_max=left)


@dataclass(frozen=True, slots=True)
class StepValues(Scheduler):
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
        return int((where + EPSILON) * self.count)

    def _passes(self, limit: int) -> Callable[[float], bool]:
        return lambda where: self._index(where) >= limit

    def at(self, where: float) -> float:
        if where > 1:
            raise Refusal(f"where in ParamScheduler must be in [0, 1]: got {where:g}")
        if self.closed and self._index(where) >= self.count:
            raise Refusal("list index out of range")
        return self.values[bisect_right(self.limits, self._index(where))]

    def along(self, progress: Progress, scale: float) -> Schedule:
        points: dict[int, float] = {0: self.values[bisect_right(self.limits, self._index(progress.at(0)))]}
        for limit, value in zip(self.limits, self.values[1:], strict=True):
            at = progress.reaches(self._passes(limit), limit / self.count - EPSILON)
            if at:
                points[at] = value
        return Piecewise(points=tuple((at, value * scale) for at, value in sorted(points.items())))


@dataclass(frozen=True, slots=True)
class CompositeValues(Scheduler):
    """Several schedulers one after another, each for its share of training."""

    schedulers: tuple[Scheduler, ...]
    lengths: tuple[float, ...]
    rescaled: tuple[bool, ...]

    @property
    def updates(self) -> float | None:
        said = {scheduler.updates for scheduler in self.schedulers} - {None}
        return said.pop() if len(said) == 1 else None

    def _share(self, where: float) -> tuple[int, float]:
        """The scheduler that speaks, and where its own stretch begins."""
        i, total = 0, self.lengths[0]
        while where + EPSILON > total and i < len(self.lengths) - 1:
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

    def along(self, progress: Progress, scale: float) -> Schedule:
        begun: dict[int, tuple[Scheduler, Progress]] = {}
        total = 0.0
        for i, (scheduler, length) in enumerate(zip(self.schedulers, self.lengths, strict=True)):
            begin = progress.reaches(self._passes(i), total - EPSILON) if i else 0
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
