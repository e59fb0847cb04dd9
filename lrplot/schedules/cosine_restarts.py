import math
from collections.abc import Iterator, Mapping
from decimal import Context, Decimal
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Final, Literal

import numpy as np
from pydantic import Field

from lrplot.clock import MOST_STEPS
from lrplot.errors import Problem
from lrplot.schedules.base import Rates, Schedule, Steps, whole
from lrplot.schedules.dense import BLOCK, long_pieces, pieces, repeating
from lrplot.schedules.fields import Kind
from lrplot.schedules.formula import Equation
from lrplot.schedules.interpolation import between, half_cosine
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import BaseRate, Factor, Rate, Repeats, WholeRun
from lrplot.schedules.period import Period
from lrplot.schedules.ramps import SHORT_FALL, Falls, falls, ramp
from lrplot.schedules.repeats import scaled_repeats

_SLOWEST: Final = 1.001
"""The least growth: a cycle of one step has 30,000 more of it up to step 2^53, all of which are laid out."""
_EXACT: Final = Context(prec=60)
"""Digits of cycles' starts and lengths: 2^53 has 16, and products of a factor's 17 digits stay below the
rest."""


class CosineRestarts(Schedule):
    """Anneal along half a cosine, jump back up, and again (SGDR).

        lr(t) = eta_min                                  (t ≥ end)
        lr(t) = eta_min + h · ½ (1 + cos(π x / (T_0 · T_mult ** i)))
        h = lr · decay ** i - eta_min                    (shrinks: top)
        h = (lr - eta_min) · decay ** i                  (shrinks: swing)
        i = floor(t / T_0)                               (T_mult = 1)
        x = t mod T_0                                    (T_mult = 1)
        i = floor(log(1 + t · (T_mult - 1) / T_0, T_mult))   (T_mult > 1)
        x = t - T_0 · (T_mult ** i - 1) / (T_mult - 1)   (T_mult > 1)

    Step t lies x steps into cycle i; ``end`` is where the last of ``cycles`` ends. At a restart the new
    cycle's top already holds, so ``eta_min`` is approached but, on whole steps, never reached until then.
    Knots: the restarts, where the value jumps, and the end of the last cycle.
    Not to be confused with: Cosine with ``after: rise``, which climbs back instead of jumping.
    Source: Loshchilov & Hutter, SGDR, 2017 (arXiv:1608.03983); PyTorch CosineAnnealingWarmRestarts; timm
    for ``decay`` and ``cycles``; Keras CosineDecayRestarts for ``shrinks: swing``.

    >>> CosineRestarts(lr=0.1, T_0=2, T_mult=2)([0, 1, 2, 4, 6]).round(6).tolist()
    [0.1, 0.05, 0.1, 0.05, 0.1]
    """

    equations: ClassVar = (
        Equation("lr(t)", "eta_min", "t >= end"),
        Equation("lr(t)", "eta_min + h * (0.5 * (1 + cos(pi * x / (T_0 * T_mult ** i))))"),
        Equation("h", "lr * decay ** i - eta_min", "shrinks == 'top'"),
        Equation("h", "(lr - eta_min) * decay ** i", "shrinks == 'swing'"),
        Equation("i", "t // T_0", "T_mult == 1"),
        Equation("x", "t % T_0", "T_mult == 1"),
        Equation("i", "floor(log(1 + t * (T_mult - 1) / T_0, T_mult))", "T_mult > 1"),
        Equation("x", "t - T_0 * (T_mult ** i - 1) / (T_mult - 1)", "T_mult > 1"),
    )

    type: Literal["cosine_restarts"] = "cosine_restarts"
    lr: BaseRate
    """Rate at the top of the first cycle."""
    T_0: WholeRun
    """Steps in the first cycle."""
    T_mult: Annotated[float, Field(ge=1), Kind("number")] = 1
    """What each cycle's length is multiplied by; 1, or at least 1.001."""
    eta_min: Rate = 0
    """What a cycle falls to."""
    decay: Factor = 1
    """What each cycle's top is multiplied by."""
    shrinks: Literal["top", "swing"] = "top"
    """Whether ``decay`` is of the top itself or of what it lies above ``eta_min``."""
    cycles: Repeats | None = None
    """How many cycles there are; without end when left out."""

    def mistakes(self) -> Iterator[Problem]:
        if 1 < self.T_mult < _SLOWEST:
            yield Problem("T_mult", f"T_mult must be 1, or at least {_SLOWEST:g}, got {self.T_mult!r}")

    def rate(self, t: Steps) -> Rates:
        top, elapsed, length = self._cycle(t)
        return between(half_cosine, top, self.eta_min, np.minimum(elapsed, length), length)

    def named_values(self) -> Mapping[str, Any]:
        return {**super().named_values(), "end": self.length}

    def cycle_at(self, step: int) -> tuple[float, float]:
        """The start and the length of the cycle a step lies in.

        >>> CosineRestarts(lr=0.1, T_0=10, T_mult=2).cycle_at(35)
        (30.0, 40.0)
        """
        _, elapsed, length = self._cycle(np.array([step], dtype=np.float64))
        return float(step - elapsed[0]), float(np.max(length))

    def _cycle(self, t: Steps) -> tuple[Rates | float, Steps, Steps | float]:
        """The top of the cycle each step lies in, the steps elapsed in it, and its length."""
        if self.T_mult == 1:
            index, elapsed = Period(self.T_0).split(t)
            length: Rates | float = self.T_0
        else:
            starts, lengths = _cycles(self.T_0, self.T_mult)
            at = np.searchsorted(starts, t, side="right") - 1
            index, elapsed, length = at.astype(float), t - starts[at], lengths[at]
        top = self.lr if self.decay == 1 else self._top(index)
        if self.cycles is not None:
            top = np.where(index < self.cycles, top, self.eta_min)
        return top, elapsed, length

    def _top(self, index: Rates) -> Rates:
        """The tops of cycles."""
        shrunk = self.decay**index
        if self.shrinks == "swing":
            return np.asarray(self.eta_min + (self.lr - self.eta_min) * shrunk)
        return np.asarray(self.lr * shrunk)

    def fill(self, out: Rates, first: int) -> None:
        end = first + len(out) if self.length is None else whole(self.length)
        for over, piece, step in pieces(out, first, (0, end)):
            if over:
                piece.fill(self.eta_min)
            else:
                self._fill_repeats(piece, step)

    def _fill_repeats(self, out: Rates, first: int) -> None:
        period = Period(self.T_0)
        if self.T_mult == self.decay == 1:
            repeating(out, first, period.whole, self._fill)
        elif self.T_mult == 1 and period.whole <= BLOCK and self.eta_min <= self.lr:
            self._fill_shrinking(out, first, period)
        else:
            self._fill(out, first)

    def _fill_shrinking(self, out: Rates, first: int, period: Period) -> None:
        """Each repeat is the first one times a power of ``decay``, over a floor that stays."""
        cycles = float(period.exact.denominator)

        def swing(x: Steps) -> Rates:
            cycle, elapsed = period.split(x)
            top = self.lr if self.shrinks == "top" else self.lr - self.eta_min
            return top * self.decay**cycle * half_cosine.of_start(elapsed, self.T_0)

        def floor(x: Steps) -> Rates:
            if self.shrinks == "swing":
                return np.full_like(x, self.eta_min)
            return self.eta_min * half_cosine.of_end(period.split(x)[1], self.T_0)

        scaled_repeats(
            out,
            first,
            period.whole,
            swing,
            lambda k: self.decay ** (cycles * k),
            plus=floor if self.eta_min else None,
        )

    def _fill(self, out: Rates, first: int) -> None:
        knots = self.knots(first + len(out))
        starts = long_pieces(knots, first, len(out))
        if starts is None:
            self._fill_short(out, first, knots)
            return
        cycles = np.broadcast_arrays(*self._cycle(np.array(starts, dtype=np.float64)))
        of_cycles = np.stack(cycles, axis=1).tolist()
        for i, piece, _ in pieces(out, first, starts):
            top, elapsed, length = of_cycles[i]
            ramp(piece, elapsed, half_cosine, top, self.eta_min, length)

    def _fill_short(self, out: Rates, first: int, knots: Knots) -> None:
        listed = knots.clip(first + 1, first + len(out)).list()
        begins = None if listed is None else np.concatenate([[float(first)], listed])
        if begins is None or len(begins) * SHORT_FALL > len(out):
            super().fill(out, first)
            return
        top, elapsed, length = np.broadcast_arrays(*self._cycle(begins))
        if top.min() < self.eta_min:
            super().fill(out, first)
        else:
            falls(out, first, Falls(begins, elapsed, length, top), self.eta_min, self.rate)

    def knots(self, until: int) -> Knots:
        last = until if self.length is None else min(until, math.ceil(self.length) + 1)
        if self.T_mult == 1:
            return Period(self.T_0).knots(last)
        return Knots.at(_cycles(self.T_0, self.T_mult)[0].tolist(), last)

    def _total(self, n: int) -> float:
        if self.T_mult == 1 or n <= self.T_0:
            # In the first of long cycles, what follows would subtract numbers that are nearly the same.
            return super()._total(n)
        # Lagrange: Σ cos θ(x + j) over j < m is sin(mθ/2) / sin(θ/2) · cos θ(x + (m-1)/2). Growing cycles may
        # be thousands, each of its own length, and this sums them all at once.
        starts, lengths = _cycles(self.T_0, self.T_mult)
        # What begins later is not summed: its top may be beyond float64.
        count = int(np.searchsorted(starts, n))
        count = count if self.cycles is None else min(count, self.cycles)
        ends = np.append(starts[1:], float(MOST_STEPS))
        first, last = (np.minimum(np.ceil(edge[:count]), n) for edge in (starts, ends))
        steps, elapsed, theta = (
            last - first,
            np.ceil(starts[:count]) - starts[:count],
            np.pi / lengths[:count],
        )
        waves = np.sin(steps * theta / 2) / np.sin(theta / 2) * np.cos(theta * (elapsed + (steps - 1) / 2))
        tops = self._top(np.arange(float(count)))
        inside = steps * self.eta_min + (tops - self.eta_min) * (steps + np.where(steps > 0, waves, 0)) / 2
        after = max(0.0, n - float(last[-1])) * self.eta_min
        return math.fsum(inside) + after

    @property
    def length(self) -> float | None:
        if self.cycles is None:
            return None
        if self.T_mult == 1:
            return float(Period(self.T_0).exact * self.cycles)
        with np.errstate(over="ignore"):
            return float(self.T_0 * (np.float64(self.T_mult) ** self.cycles - 1) / (self.T_mult - 1))


@lru_cache(maxsize=64)
def _cycles(first: float, factor: float) -> tuple[Rates, Rates]:
    """Starts and lengths of all cycles below 2^53, from exact decimals."""
    exact = Period(first).exact
    length = _EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    start, starts, lengths = Decimal(0), [], []
    while start < MOST_STEPS:
        starts.append(float(start))
        lengths.append(float(length))
        start = _EXACT.add(start, length)
        length = _EXACT.multiply(length, Decimal(repr(factor)))
    return np.array(starts), np.array(lengths)
