from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np

from lrplot.errors import Problem
from lrplot.schedules.base import Nested, Parts, Rates, Schedule, Steps
from lrplot.schedules.dense import BLOCK
from lrplot.schedules.folding import Tree
from lrplot.schedules.formula import Equation, filled
from lrplot.schedules.knots import LISTED, Knots, Window
from lrplot.schedules.parameters import BaseRate


class Product(Schedule):
    """Several schedules at the same time, each a factor of the base rate.

        lr(t) = lr · Π (factor_i(t) / lr)

    Knots: all the factors'; unknown where one rises while another falls, or where more than one moves
    and the knots are too many to list.
    Not to be confused with: Sequence, whose schedules follow one another.
    Source: PyTorch ChainedScheduler of factor schedules; MMEngine and Composer, where schedulers multiply.

    >>> from lrplot.schedules.step import Step
    >>> two = Step(lr=0.1, step_size=2, gamma=0.5), Step(lr=0.1, step_size=3, gamma=0.5)
    >>> Product(lr=0.1, factors=two)([0, 2, 3, 4]).round(6).tolist()
    [0.1, 0.05, 0.025, 0.0125]
    """

    equations: ClassVar = (Equation("lr(t)", "lr * prod(factor_i(t) / lr)"),)

    type: Literal["product"] = "product"
    lr: BaseRate
    """The base rate, > 0."""
    factors: Parts
    """The schedules, each inheriting the base rate."""

    def mistakes(self) -> Iterator[Problem]:
        if self.lr == 0:
            yield Problem("lr", "lr must be > 0 in a product, got 0")
        if sum(factor.momentum is not None for factor in self.factors) > 1:
            yield Problem("factors", "at most one factor of a product may move momentum")

    def rate(self, t: Steps) -> Rates:
        rates = np.full_like(t, self.lr)
        for factor in self.factors:
            rates *= factor.rate(t) / self.lr
        return rates

    def closed_form(self) -> Tree | None:
        found = [factor.closed_form() for factor in self.factors]
        known = {f"factor_{i}": inner for i, inner in enumerate(found)}
        if None in found:
            return None
        # Each is divided by itself: the product of them all may be too small or too large for a float.
        first, *others = known
        return filled(" * ".join([first, *(f"({each} / lr)" for each in others)]), {**known, "lr": self.lr})

    def fill(self, out: Rates, first: int) -> None:
        one, *others = self.factors
        one.fill(out, first)
        # A stretch at a time, which stays in the cache.
        for low in range(0, len(out), 4 * BLOCK):
            piece = out[low : low + 4 * BLOCK]
            rates = np.empty_like(piece)
            for factor in others:
                factor.fill(rates, first + low)
                rates /= self.lr
                piece *= rates

    def inside(self) -> tuple[Nested, ...]:
        return tuple(Nested(factor, name=f"factors[{i}]") for i, factor in enumerate(self.factors))

    def knots(self, until: int) -> Knots:
        if until <= 0:
            return Knots()
        joined = Knots().join(*(factor.knots(until) for factor in self.factors))
        return Knots().join(*(self._window(window) for window in joined.windows(until)))

    def _window(self, window: Window) -> Knots:
        """The product's knots there; listed, as its repeats need not lie under a monotone envelope."""
        starts = window.starts(LISTED)
        edge = (window.start,) if window.start else ()
        if not window.known:
            return Knots(few=edge, unknown=((window.start, window.stop),))
        if starts is None:
            moving = sum(_moves(factor, window) for factor in self.factors)
            unknown = ((window.start, window.stop),) if moving > 1 else ()
            return Knots(few=edge, every=() if unknown else window.every, unknown=unknown)
        stops = np.append(starts[1:], window.stop)
        ends = [(factor.rate(starts.astype(float)), factor.rate(stops - 1.0)) for factor in self.factors]
        rises = np.any([last > first for first, last in ends], axis=0)
        falls = np.any([last < first for first, last in ends], axis=0)
        wrong = np.flatnonzero(rises & falls & (stops - starts > 2))
        contrary = tuple((int(starts[i]), int(stops[i])) for i in wrong)
        return Knots(few=tuple(starts[starts > 0].tolist()), unknown=contrary)

    @property
    def length(self) -> float | None:
        lengths = [factor.length for factor in self.factors if factor.length is not None]
        return max(lengths) if lengths else None

    @property
    def momentum(self) -> "Schedule | None":
        return next((factor.momentum for factor in self.factors if factor.momentum is not None), None)


def _moves(factor: Schedule, window: Window) -> bool:
    ends = factor.rate(np.array([window.start, window.stop - 1], dtype=float))
    inner = factor.knots(window.stop).clip(window.start + 1, window.stop)
    return bool(ends[0] != ends[1]) or inner.count() > 0 or bool(inner.unknown)
