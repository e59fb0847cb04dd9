from functools import cached_property
from typing import ClassVar, Literal

import numpy as np

from lrplot.schedules.base import Nested, Parts, Schedule, Steps
from lrplot.schedules.formula import Equation
from lrplot.schedules.parameters import BaseRate
from lrplot.schedules.phase import Phase
from lrplot.schedules.scan import Coefficients, Scan
from lrplot.schedules.scanned import Scanned


class Recurrence(Scanned):
    """Several updates of one current rate, one after another in every step.

        lr(t) = lr(t - 1)   (after each part has acted on it at t, in order)
        lr(0) = lr

    A ``multiplicative`` part multiplies the current rate by its factor and adds its ``plus``; every other
    part sets the rate to its own at t. A ``stepped`` part acts at its own steps alone.
    Knots: unknown, everywhere. By one scan, so at most 10^7 steps.
    Not to be confused with: Product, whose factors do not see the current rate.
    Source: PyTorch, where every scheduler of an optimizer acts on the rate it finds.

    >>> from lrplot.schedules.constant import Constant
    >>> from lrplot.schedules.multiplicative import Multiplicative
    >>> from lrplot.schedules.stepped import Stepped
    >>> halved = Multiplicative(lr=0.8, factor="0.5")
    >>> reset = Stepped(schedule=Constant(lr=0.8), first=3, every=3)
    >>> Recurrence(lr=0.8, parts=[halved, reset])([0, 1, 2, 3, 4]).round(6).tolist()
    [0.8, 0.4, 0.2, 0.8, 0.4]
    """

    equations: ClassVar = (
        Equation("lr(t)", "lr(t - 1)", note="after each part has acted on it at t, in order"),
        Equation("lr(0)", "lr"),
    )

    type: Literal["recurrence"] = "recurrence"
    lr: BaseRate
    """Rate at step 0."""
    parts: Parts
    """What acts on the rate, in order."""

    @cached_property
    def scan(self) -> Scan:
        return Scan(self.lr, self.update, self.type)

    def update(self, t: Steps) -> Coefficients:
        times, plus = np.ones_like(t), np.zeros_like(t)
        for part in self.parts:
            again, more = part.update(t)
            sets = again == 0
            plus = np.where(sets, more, again * plus + more)
            times = np.where(sets, 0.0, again * times)
        return times, plus

    def inside(self) -> tuple[Nested, ...]:
        return tuple(Nested(part, start=1, name=f"parts[{i}]") for i, part in enumerate(self.parts))

    @property
    def length(self) -> float | None:
        lengths = [part.length for part in self.parts if part.length is not None]
        return max(lengths) if len(lengths) == len(self.parts) else None

    @property
    def momentum(self) -> "Schedule | None":
        moved = [part.momentum for part in self.parts if part.momentum is not None]
        return moved[-1] if moved else None

    def phases(self, until: int) -> tuple[Phase, ...]:
        return next((phases for part in self.parts if (phases := part.phases(until))), ())
