import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from lrplot.errors import Problem
from lrplot.schedules.base import Rates, Schedule, Steps
from lrplot.schedules.dense import BLOCK, long_pieces, pieces, repeating
from lrplot.schedules.fields import Kind
from lrplot.schedules.formula import Equation
from lrplot.schedules.interpolation import linear
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import BaseRate, Length, Rate
from lrplot.schedules.period import Period
from lrplot.schedules.ramps import ramp
from lrplot.schedules.repeats import scaled_repeats
from lrplot.schedules.smooth import smooth_pieces

Momentum = Annotated[float, Field(ge=0), Kind("number")]
"""A momentum, ≥ 0; one above 1 makes every step larger than the last, and frameworks take it."""


class Cyclic(Schedule):
    """Go up and down between two rates (CLR).

        lr(t) = base_lr + (max_lr - base_lr) · h · s
        h = min(x / step_size_up, (period - x) / step_size_down)
        period = step_size_up + step_size_down
        x = t mod period
        s = 1                        (mode: triangular)
        s = ½ ** floor(t / period)   (mode: triangular2)
        s = gamma ** t               (mode: exp_range)

    Momentum mirrors the rate: base_momentum where the rate is highest.
    Knots: the feet and the tops of the triangles.
    Source: Smith, Cyclical Learning Rates, 2017 (arXiv:1506.01186); PyTorch CyclicLR.

    >>> halving = Cyclic(base_lr=0.1, max_lr=0.5, step_size_up=4, mode="triangular2")
    >>> halving([0, 2, 4, 8, 12]).round(6).tolist()
    [0.1, 0.3, 0.5, 0.1, 0.3]
    """

    equations: ClassVar = (
        Equation("lr(t)", "base_lr + (max_lr - base_lr) * h * s"),
        Equation("h", "min(x / step_size_up, (period - x) / step_size_down)"),
        Equation("period", "step_size_up + step_size_down"),
        Equation("x", "t % period"),
        Equation("s", "1", "mode == 'triangular'"),
        Equation("s", "0.5 ** (t // period)", "mode == 'triangular2'"),
        Equation("s", "gamma ** t", "mode == 'exp_range'"),
    )

    type: Literal["cyclic"] = "cyclic"
    base_lr: Rate
    """Rate at the feet."""
    max_lr: BaseRate
    """Rate at the first top."""
    step_size_up: Length = 2000
    """Steps from foot to top."""
    step_size_down: Length | None = None
    """Steps from top to foot; as many as up when left out."""
    mode: Literal["triangular", "triangular2", "exp_range"] = "triangular"
    """How the triangles shrink."""
    gamma: Annotated[float, Field(gt=0), Kind("number")] = 1
    """What a step multiplies the triangles by in ``exp_range``; above 1 they grow."""
    cycle_momentum: bool = True
    """Whether momentum moves too."""
    base_momentum: Momentum = 0.8
    """Momentum at the first top."""
    max_momentum: Momentum = 0.9
    """Momentum at the feet."""

    def mistakes(self) -> Iterator[Problem]:
        if self.mode == "exp_range" and self.gamma > 1 and self.max_lr < self.base_lr:
            yield Problem("gamma", f"gamma {self.gamma:g} grows beyond all bounds, and downwards, below 0")

    @property
    def _down(self) -> float:
        return self.step_size_up if self.step_size_down is None else self.step_size_down

    def rate(self, t: Steps) -> Rates:
        cycle, elapsed = Period(self.step_size_up + self._down).split(t)
        rising = elapsed / self.step_size_up
        falling = (self.step_size_up + self._down - elapsed) / self._down
        height = np.where(elapsed <= self.step_size_up, rising, falling)
        height *= self._shrunk(cycle, t)
        return self.base_lr + (self.max_lr - self.base_lr) * height

    def named_values(self) -> Mapping[str, Any]:
        return {**super().named_values(), "step_size_down": self._down}

    def _shrunk(self, cycle: Rates, t: Steps) -> Rates:
        """The share that the triangles have shrunk to."""
        if self.mode == "triangular2":
            return 0.5**cycle
        return self.gamma**t if self.mode == "exp_range" else np.ones_like(t)

    def fill(self, out: Rates, first: int) -> None:
        period = Period(self.step_size_up + self._down)
        if self.mode == "triangular":
            repeating(out, first, period.whole, self._fill_sides)
        elif period.whole <= BLOCK and self.base_lr <= self.max_lr:
            self._fill_shrinking(out, first, period)
        else:
            self._fill_sides(out, first)

    def _fill_shrinking(self, out: Rates, first: int, period: Period) -> None:
        """Each repeat is the first one times a power, over the feet."""
        cycles = float(period.exact.denominator)
        triangles = self.model_copy(update={"base_lr": 0.0, "max_lr": self.max_lr - self.base_lr})

        def factor(k: Rates) -> Rates:
            return self._shrunk(cycles * k, float(period.whole) * k)

        def feet(x: Steps) -> Rates:
            return np.full_like(x, self.base_lr)

        scaled_repeats(out, first, period.whole, triangles.rate, factor, plus=feet if self.base_lr else None)

    def _fill_sides(self, out: Rates, first: int) -> None:
        knots = self.knots(first + len(out))
        starts = long_pieces(knots, first, len(out))
        if starts is None or self.mode == "exp_range":
            smooth_pieces(out, first, knots, self.rate)
            return
        t = np.array(starts, dtype=np.float64)
        cycle, elapsed = Period(self.step_size_up + self._down).split(t)
        tops = self.base_lr + (self.max_lr - self.base_lr) * self._shrunk(cycle, t)
        for i, piece, _ in pieces(out, first, starts):
            fallen = elapsed[i] - self.step_size_up
            if fallen < 0:
                ramp(piece, elapsed[i], linear, self.base_lr, tops[i], self.step_size_up)
            else:
                ramp(piece, fallen, linear, tops[i], self.base_lr, self._down)

    def knots(self, until: int) -> Knots:
        period = Period(self.step_size_up + self._down)
        turns = [period.knots(until, offset) for offset in (self.step_size_up, *self._early_turn())]
        return period.knots(until).join(*turns)

    def _early_turn(self) -> tuple[float, ...]:
        """The step of a cycle at which gamma ** t outweighs one side, where it does."""
        if self.mode != "exp_range" or self.gamma == 1:
            return ()
        turn = -1 / math.log(self.gamma)
        if self.gamma < 1:
            return (turn,) if turn < self.step_size_up else ()
        late = self.step_size_up + self._down + turn
        return (late,) if late > self.step_size_up else ()

    @property
    def momentum(self) -> "CyclicMomentum | None":
        if not self.cycle_momentum:
            return None
        swapped = {"base_lr": self.max_momentum, "max_lr": self.base_momentum, "cycle_momentum": False}
        return CyclicMomentum.model_construct(**(dict(self) | swapped))


class CyclicMomentum(Cyclic):
    """The momentum of a :class:`Cyclic`: low where the rate is high.

    Where triangles grow (``exp_range`` with gamma above 1) it would fall below 0 in the end, and has none.

    >>> Cyclic(base_lr=0.1, max_lr=0.2, step_size_up=2.0).momentum([0, 2, 3]).round(6).tolist()
    [0.9, 0.8, 0.85]
    """

    quantity: ClassVar[str] = "momentum"

    def _below(self, value: float) -> str:
        return f"{super()._below(value)}; give cycle_momentum: false, or fewer steps"
