from typing import ClassVar, Literal

import numpy as np

from lrplot.schedules.base import Rates, Schedule, Steps
from lrplot.schedules.dense import long_pieces, pieces, repeating
from lrplot.schedules.formula import Equation
from lrplot.schedules.interpolation import between, cosine, half_cosine
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import BaseRate, Positive, Rate, WholeRun
from lrplot.schedules.period import Period
from lrplot.schedules.ramps import ramp
from lrplot.schedules.smooth import smooth_pieces


class Cosine(Schedule):
    """Anneal to ``eta_min`` along half a cosine.

        lr(t) = eta_min + (lr - eta_min) · c ** exponent
        c = ½ (1 + cos(π min(t, T_max) / T_max))   (after: hold)
        c = ½ (1 + cos(π t / T_max))               (after: rise)

    T_max is half the period of the cosine. After it the rate is held (``after: hold``) or swings on
    between both ends as PyTorch's CosineAnnealingLR does (``after: rise``).
    Knots: ``T_max``; with ``rise`` its multiples, where the curve turns.
    Not to be confused with: CosineRestarts, which jumps back up.
    Source: Loshchilov & Hutter, SGDR, 2017 (arXiv:1608.03983), without restarts; Optax for ``exponent``.

    >>> Cosine(lr=0.1, T_max=4)([0, 2, 4, 5]).round(6).tolist()
    [0.1, 0.05, 0.0, 0.0]
    >>> Cosine(lr=0.1, T_max=4, after="rise")([4, 6, 8]).round(6).tolist()
    [0.0, 0.05, 0.1]
    """

    equations: ClassVar = (
        Equation("lr(t)", "eta_min + (lr - eta_min) * c ** exponent"),
        Equation("c", "0.5 * (1 + cos(pi * min(t, T_max) / T_max))", "after == 'hold'"),
        Equation("c", "0.5 * (1 + cos(pi * t / T_max))", "after == 'rise'"),
    )

    type: Literal["cosine"] = "cosine"
    lr: BaseRate
    """Rate at step 0."""
    eta_min: Rate = 0
    """Rate at ``T_max``; it may exceed ``lr``."""
    T_max: WholeRun
    """Steps from ``lr`` to ``eta_min``."""
    exponent: Positive = 1
    """What the falling half cosine is raised to."""
    after: Literal["hold", "rise"] = "hold"
    """What happens after ``T_max``."""

    def rate(self, t: Steps) -> Rates:
        if self.after == "hold":
            elapsed = np.minimum(t, self.T_max)
        else:
            swings, inside = Period(self.T_max).split(t)
            pairs = swings / 2
            elapsed = np.where(pairs == np.floor(pairs), inside, self.T_max - inside)
        return between(cosine(self.exponent), self.lr, self.eta_min, elapsed, self.T_max)

    def fill(self, out: Rates, first: int) -> None:
        if self.after == "hold":
            ramp(out, first, cosine(self.exponent), self.lr, self.eta_min, self.T_max)
        else:
            repeating(out, first, Period(2 * self.T_max).whole, self._fill_swings)

    def _fill_swings(self, out: Rates, first: int) -> None:
        knots = self.knots(first + len(out))
        starts = long_pieces(knots, first, len(out))
        if starts is None or self.exponent != 1:
            smooth_pieces(out, first, knots, self.rate)
        else:
            swings, inside = Period(self.T_max).split(np.array(starts, dtype=np.float64))
            for i, piece, _ in pieces(out, first, starts):
                ends = (self.lr, self.eta_min) if swings[i] % 2 == 0 else (self.eta_min, self.lr)
                ramp(piece, inside[i], half_cosine, *ends, self.T_max)

    def knots(self, until: int) -> Knots:
        if self.after == "hold":
            return Knots.at([self.T_max], until)
        # One shape takes two swings, down and up.
        swing = Period(2 * self.T_max)
        return swing.knots(until).join(swing.knots(until, offset=self.T_max))

    @property
    def length(self) -> float:
        return self.T_max
