"""timm's cycles: a shape repeated, longer or shorter and lower each time."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from lrplot.python import combine
from lrplot.python.parameters import Refusal
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant

_MOST_CYCLES: Final = 4096
"""Cycles laid out one by one, each a part of its own; a cycle_mul from 1.01 on reaches step 2^53 in fewer."""
_FARTHEST: Final = 2**53
"""The last step there is: beyond it float64 skips whole numbers."""

Cycle = Callable[[float, float, float], Schedule]
"""One cycle, from its top, its length and the share of a step it is begun late by."""


@dataclass(frozen=True, slots=True)
class Cycles:
    """Cycles one after another, then ``lr_min``.

    Where ``cycle_mul`` is not 1, timm finds the cycle by a logarithm in float64, whose rounding now and then
    leaves a restart's first step in the cycle before. That is drawn as it is.
    """

    lr: float
    low: float
    first: float
    factor: float
    decay: float
    limit: int
    power: float = 1.0
    """What timm raises the steps of a cycle to, ``k_decay``."""

    def curve(self, cycle: Cycle, around: Context) -> Schedule:
        """The cycles of a shape and what follows them."""
        found: list[Schedule] = []
        starts: list[int] = []
        for index in range(self.limit):
            start = self._start(index)
            if start is None:
                self._refuse_end(around)
                return self._together(found, starts)
            if start >= _FARTHEST:
                return self._together(found, starts)
            if index >= _MOST_CYCLES:
                raise Refusal(f"more than {_MOST_CYCLES} cycles that are no plain cosine", "cycle_limit")
            begin, length = self._begins(index)
            late = start - begin
            if late < 0 and not float(self.power).is_integer():
                self._refuse_from(start, "raises a number below 0 to a broken k_decay", around)
            if abs(late) < 1e-9 * max(1, begin):
                late = 0.0
            after = self._start(index + 1)
            if after is not None and after > begin + length:
                # The step at its very end is still in it, and no step of lr_min or of the next cycle.
                length = math.nextafter(length, math.inf)
            found.append(cycle(self.lr * self.decay**index, length, late))
            starts.append(start)
        end = self._start(self.limit)
        if end is None:
            self._refuse_end(around)
        elif end < _FARTHEST:
            found.append(Constant(lr=self.low))
            starts.append(end)
            if self.factor < 1:
                self._refuse_end(around)
        return self._together(found, starts)

    def _together(self, found: Sequence[Schedule], starts: Sequence[int]) -> Schedule:
        """The cycles, those left out that no whole step falls into."""
        return combine.joined(found, [after - before for before, after in pairwise(starts)])

    def _begins(self, index: int) -> tuple[float, float]:
        """The beginning of a cycle and its length, in real steps."""
        if self.factor == 1:
            return index * self.first, self.first
        power = self.factor**index
        return (1 - power) / (1 - self.factor) * self.first, power * self.first

    def _start(self, index: int) -> int | None:
        """The first whole step that timm counts into a cycle; None when it stops before."""
        try:
            begin = self._begins(index)[0]
        except OverflowError:
            return _FARTHEST
        if begin >= _FARTHEST:
            return _FARTHEST
        near = max(0, math.ceil(begin) - 1)
        for step in range(near, near + 3):
            found = self._index(step)
            if found is None:
                return None
            if found >= index:
                return step
        return near + 3

    def _index(self, step: int) -> int | None:
        if self.factor == 1:
            return int(step // self.first)
        left = 1 - step / self.first * (1 - self.factor)
        return math.floor(math.log(left, self.factor)) if left > 0 < self.factor else None

    def _refuse_end(self, around: Context) -> None:
        """With ever shorter cycles timm takes the logarithm of 0 where they would be over."""
        if self.factor <= 0:
            raise Refusal(f"cycle_mul must be > 0, got {self.factor:g}", "cycle_mul")
        last = math.ceil(self.first / (1 - self.factor))
        while self._index(last) is not None:
            last += 1
        while last > 0 and self._index(last - 1) is None:
            last -= 1
        self._refuse_from(last, "stops with a math domain error", around)

    def _refuse_from(self, step: int, why: str, around: Context) -> None:
        """Refuse a curve that goes to this step of the cycles, at which timm fails."""
        each = around.steps_per_epoch or 1
        if around.length is None or around.length > step * each:
            raise Refusal(
                f"with cycle_mul {self.factor:g} timm {why} at step {step}; draw at most {step} steps",
                "cycle_mul",
            )
