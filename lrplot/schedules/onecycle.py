import math
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from lrplot.errors import Problem, StepError
from lrplot.schedules.base import Rates, Schedule, Steps, whole
from lrplot.schedules.cyclic import Momentum
from lrplot.schedules.dense import blockwise, pieces
from lrplot.schedules.fields import Kind
from lrplot.schedules.formula import Equation
from lrplot.schedules.interpolation import SHAPES, between, ways
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import BaseRate, Positive, WholeRunCount
from lrplot.schedules.phase import Phase, clip_phases
from lrplot.schedules.ramps import ramp


class OneCycle(Schedule):
    """Rise to ``max_lr``, then anneal far below the start, once (the 1cycle policy).

        lr(t) = ramp(initial, max_lr, s / peak)          (t ≤ peak)
        lr(t) = ramp(max_lr, minimum, (s - peak) / (last - peak))   (three_phase: false)
        lr(t) = ramp(max_lr, initial, (s - peak) / (back - peak))   (three_phase: true, s ≤ back)
        lr(t) = ramp(initial, minimum, (s - back) / (last - back))   (three_phase: true)
        initial = max_lr / div_factor
        minimum = initial / final_div_factor
        peak = pct_start · total_steps - 1
        back = 2 pct_start · total_steps - 2
        last = total_steps - 1
        s = min(t, last)                                 (after: hold)
        s = t                                            (after: overshoot)
        ramp(a, b, z) = b + (a - b) · ½ (1 + cos(π z))   (anneal_strategy: cos)
        ramp(a, b, z) = b + (a - b) · (1 - z)            (anneal_strategy: linear)

    Phase ends are real numbers, as in PyTorch: where one falls between steps its rate is never quite
    reached. Momentum goes the other way, from max_momentum to base_momentum and back.
    Knots: the phase ends.
    Not to be confused with: the paper's form, which is linear and has three phases; Optax's, which ends a
    step later.
    Source: PyTorch OneCycleLR; Smith & Topin, Super-Convergence, 2018 (arXiv:1708.07120).

    >>> OneCycle(max_lr=0.1, total_steps=10)([0, 2, 9]).round(7).tolist()
    [0.004, 0.1, 4e-07]
    """

    equations: ClassVar = (
        Equation("lr(t)", "ramp(initial, max_lr, s / peak)", "t <= peak"),
        Equation("lr(t)", "ramp(max_lr, minimum, (s - peak) / (last - peak))", "not three_phase"),
        Equation("lr(t)", "ramp(max_lr, initial, (s - peak) / (back - peak))", "three_phase and s <= back"),
        Equation("lr(t)", "ramp(initial, minimum, (s - back) / (last - back))", "three_phase"),
        Equation("initial", "max_lr / div_factor"),
        Equation("minimum", "initial / final_div_factor"),
        Equation("peak", "pct_start * total_steps - 1"),
        Equation("back", "2 * pct_start * total_steps - 2"),
        Equation("last", "total_steps - 1"),
        Equation("s", "min(t, last)", "after == 'hold'"),
        Equation("s", "t", "after == 'overshoot'"),
        *ways("anneal_strategy", cos="cosine", linear="linear"),
    )

    type: Literal["onecycle"] = "onecycle"
    max_lr: BaseRate
    """Rate at the top."""
    total_steps: WholeRunCount
    """Steps in the cycle."""
    pct_start: Annotated[float, Field(ge=0, le=1), Kind("number")] = 0.3
    """Share of the cycle spent rising (a fraction: 0.3, not 30)."""
    anneal_strategy: Literal["cos", "linear"] = "cos"
    """The way from one rate to the next."""
    div_factor: Positive = 25
    """``max_lr`` over the initial rate."""
    final_div_factor: Positive = 1e4
    """The initial rate over the last one."""
    three_phase: bool = False
    """Whether to come back to the initial rate before the last anneal."""
    cycle_momentum: bool = True
    """Whether momentum moves too."""
    base_momentum: Momentum = 0.85
    """Momentum at the top."""
    max_momentum: Momentum = 0.95
    """Momentum at both ends."""
    after: Literal["hold", "overshoot"] = "hold"
    """``overshoot`` answers at step ``total_steps`` as PyTorch does, and refuses any later step."""

    def mistakes(self) -> Iterator[Problem]:
        starts = (0.0, *self.ends()[:-1])
        # The last phase may have no length: its rate is that of the one before, which ends where it does.
        for start, end in zip(starts[:-1], self.ends()[:-1], strict=True):
            if start == end:
                yield Problem(
                    "pct_start",
                    f"pct_start {self.pct_start:g} of {self.total_steps} steps makes a phase of no length "
                    f"(it starts and ends at step {end:g}; PyTorch divides by zero there)",
                )
                return

    def ends(self) -> tuple[float, ...]:
        """The steps, possibly fractional, at which the phases end."""
        peak, last = self.pct_start * self.total_steps, self.total_steps - 1
        return (peak - 1, 2 * peak - 2, last) if self.three_phase else (peak - 1, last)

    def rates_at_ends(self) -> tuple[float, ...]:
        """The first rate, and that at the end of each phase."""
        initial = self.max_lr / self.div_factor
        minimum = initial / self.final_div_factor
        back = (initial,) if self.three_phase else ()
        return (initial, self.max_lr, *back, minimum)

    def rate(self, t: Steps) -> Rates:
        return _through(self, self.rates_at_ends(), t)

    def fill(self, out: Rates, first: int) -> None:
        _fill_through(self, self.rates_at_ends(), out, first)

    def knots(self, until: int) -> Knots:
        over = (self.total_steps,) if self.after == "overshoot" else ()
        return Knots.at((*self.ends(), *over), until)

    @property
    def length(self) -> float:
        return self.total_steps

    @property
    def falls_below_zero(self) -> bool:
        # One step beyond its end PyTorch goes on as it went, through 0.
        return self.after == "overshoot"

    @property
    def momentum(self) -> "Schedule | None":
        return OneCycleMomentum(cycle=self) if self.cycle_momentum else None

    def phases(self, until: int) -> tuple[Phase, ...]:
        ends = (min(max(0, whole(end)), self.total_steps) for end in self.ends()[:-1])
        edges = [0, *ends, self.total_steps]
        names = ("warm-up", "decay", "annihilation") if self.three_phase else ("warm-up", "decay")
        spans = zip(names, edges, edges[1:], strict=False)
        return clip_phases([Phase(name, start, stop) for name, start, stop in spans], until)


class OneCycleMomentum(Schedule):
    """The momentum of a :class:`OneCycle`: low where the rate is high.

    >>> OneCycleMomentum(cycle=OneCycle(max_lr=0.1, total_steps=10))([0, 2, 9]).round(6).tolist()
    [0.95, 0.85, 0.95]
    """

    type: Literal["onecycle_momentum"] = "onecycle_momentum"
    quantity: ClassVar[str] = "momentum"
    cycle: OneCycle

    def rate(self, t: Steps) -> Rates:
        return _through(self.cycle, self._at_ends(), t)

    def fill(self, out: Rates, first: int) -> None:
        _fill_through(self.cycle, self._at_ends(), out, first)

    def _at_ends(self) -> tuple[float, ...]:
        high, low = self.cycle.max_momentum, self.cycle.base_momentum
        back = (high,) if self.cycle.three_phase else ()
        return (high, low, *back, high)

    def knots(self, until: int) -> Knots:
        return self.cycle.knots(until)


def _through(cycle: OneCycle, values: tuple[float, ...], t: Steps) -> Rates:
    """Go through ``values``, one at each end of the phases of ``cycle``."""
    last, over = cycle.total_steps - 1, cycle.after == "overshoot"
    if over and t.size and t.max() > cycle.total_steps:
        raise StepError(
            f"onecycle has no rate at step {t[t > cycle.total_steps].min():.0f}: "
            f"its {cycle.total_steps} steps are over, "
            "and PyTorch refuses to go more than one beyond; use 'after: hold'"
        )
    starts = (0.0, *cycle.ends()[:-1])
    if over and starts[-1] == last and t.size and t.max() > last:
        raise StepError(
            f"onecycle has no rate at step {t[t > last].min():.0f}: "
            "its last phase has no length, and PyTorch divides by zero there; use 'after: hold'"
        )
    bounded = t if over else np.minimum(t, last)
    ends = cycle.ends()
    # The first phase whose end is not passed; a late second peak can end after the whole cycle.
    passed = np.searchsorted(np.maximum.accumulate(ends), bounded, side="left")
    phase = np.minimum(passed, len(ends) - 1)
    rates = np.empty_like(t)
    for i in range(len(ends)):
        here = phase == i
        if not here.any():
            continue
        elapsed, length = bounded[here] - starts[i], ends[i] - starts[i]
        shape = SHAPES[cycle.anneal_strategy]
        rates[here] = between(shape, values[i], values[i + 1], elapsed, length, past_end=over)
    return rates


def _fill_through(cycle: OneCycle, values: tuple[float, ...], out: Rates, first: int) -> None:
    """Write what :func:`_through` gives at ``first``, ``first + 1``, …."""
    ends = cycle.ends()
    begins = (0.0, *ends[:-1])
    # A phase's first step is the one after the step its predecessors end at or before.
    passed = (math.floor(end) + 1 for end in np.maximum.accumulate(ends[:-1]).tolist())
    starts = (0, *(min(step, cycle.total_steps) for step in passed), cycle.total_steps)
    for i, piece, step in pieces(out, first, starts):
        if i < len(ends):
            shape = SHAPES[cycle.anneal_strategy]
            ramp(piece, step - begins[i], shape, values[i], values[i + 1], ends[i] - begins[i])
        elif cycle.after == "overshoot":
            blockwise(piece, step, lambda t: _through(cycle, values, t))
        else:
            piece.fill(_through(cycle, values, np.array([cycle.total_steps - 1.0]))[0])
