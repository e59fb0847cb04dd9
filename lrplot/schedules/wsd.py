from collections.abc import Iterator
from typing import ClassVar, Final, Literal

import numpy as np

from lrplot.errors import Problem
from lrplot.schedules.base import Rates, Schedule, Steps, whole
from lrplot.schedules.dense import pieces
from lrplot.schedules.formula import Equation
from lrplot.schedules.interpolation import SHAPES, between, ways
from lrplot.schedules.knots import Knots
from lrplot.schedules.parameters import BaseRate, Length, Rate, WholeRun
from lrplot.schedules.phase import Phase, clip_phases
from lrplot.schedules.ramps import ramp

_SHAPE: Final = {"linear": "linear", "cosine": "cosine", "1-sqrt": "1-sqrt", "exponential": "halving"}


class WSD(Schedule):
    """Stay stable, then fall over the last ``decay_steps``: the SD of warm-up–stable–decay.

        lr(t) = lr                                         (t < total_steps - decay_steps)
        lr(t) = ramp(lr, min_lr, z)
        z = min(1, (t - (total_steps - decay_steps)) / decay_steps)
        ramp(a, b, z) = b + (a - b) · (1 - z)              (decay: linear)
        ramp(a, b, z) = b + (a - b) · ½ (1 + cos(π z))     (decay: cosine)
        ramp(a, b, z) = b + (a - b) · (1 - √z)             (decay: 1-sqrt)
        ramp(a, b, z) = b + (a - b) · (2 ** (1 - z) - 1)   (decay: exponential)

    ``min_lr`` is reached at ``total_steps`` and held.
    Knots: the start and the end of the decay.
    Source: Hu et al., MiniCPM, 2024 (arXiv:2404.06395); Hägele et al., 2024 (arXiv:2405.18392) for 1-sqrt;
    Megatron-LM for the exponential form.

    >>> WSD(lr=0.1, total_steps=10, decay_steps=4)([0, 6, 8, 10]).tolist()
    [0.1, 0.1, 0.05, 0.0]
    """

    equations: ClassVar = (
        Equation("lr(t)", "lr", "t < total_steps - decay_steps"),
        Equation("lr(t)", "ramp(lr, min_lr, z)"),
        Equation("z", "min(1, (t - (total_steps - decay_steps)) / decay_steps)"),
        *ways("decay", **_SHAPE),
    )

    type: Literal["wsd"] = "wsd"
    lr: BaseRate
    """The stable rate."""
    total_steps: WholeRun
    """Steps, the decay included."""
    decay_steps: Length
    """Steps of the decay."""
    decay: Literal["linear", "cosine", "1-sqrt", "exponential"] = "linear"
    """The shape of the decay."""
    min_lr: Rate = 0
    """Rate at the end."""

    def mistakes(self) -> Iterator[Problem]:
        if self.decay_steps > self.total_steps:
            yield Problem(
                "decay_steps",
                f"decay_steps must be ≤ total_steps ({self.total_steps:g}), got {self.decay_steps:g}",
            )

    def rate(self, t: Steps) -> Rates:
        elapsed = np.clip(t - (self.total_steps - self.decay_steps), 0, self.decay_steps)
        return between(SHAPES[_SHAPE[self.decay]], self.lr, self.min_lr, elapsed, self.decay_steps)

    def fill(self, out: Rates, first: int) -> None:
        stable = self.total_steps - self.decay_steps
        for falls, piece, step in pieces(out, first, (0, whole(stable))):
            if falls:
                shape = SHAPES[_SHAPE[self.decay]]
                ramp(piece, step - stable, shape, self.lr, self.min_lr, self.decay_steps)
            else:
                piece.fill(self.lr)

    def knots(self, until: int) -> Knots:
        return Knots.at([self.total_steps - self.decay_steps, self.total_steps], until)

    @property
    def length(self) -> float:
        return self.total_steps

    def phases(self, until: int) -> tuple[Phase, ...]:
        turn, end = whole(self.total_steps - self.decay_steps), whole(self.total_steps)
        return clip_phases((Phase("stable", 0, turn), Phase("decay", turn, end)), until)
