from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from lrplot.clock import MOST_STEPS
from lrplot.errors import Problem
from lrplot.schedules.base import Nested, Part, Rates, Schedule, Steps
from lrplot.schedules.excerpt import WholeStep
from lrplot.schedules.fields import Kind
from lrplot.schedules.folding import Tree
from lrplot.schedules.formula import Equation
from lrplot.schedules.knots import Knots
from lrplot.schedules.lambda_ import checked
from lrplot.schedules.parameters import Factor
from lrplot.schedules.random_draws import limited_normals

# With less, a draw that is small enough takes thousands of tries.
_LEAST_SHARE = 1e-3


class Noisy(Schedule):
    """Shake a schedule by seeded noise.

        lr(t) = schedule(t) · (1 + z_t)   (start ≤ t < stop)
        lr(t) = schedule(t)               (elsewhere)

    z_t is std times a normal draw of a generator seeded with seed + t, drawn again until it is smaller than
    ``limit``. The same seed gives the same curve, in PyTorch too.
    Knots: the schedule's own; unknown where there is noise.
    Source: timm's noise_range_t, noise_pct, noise_std and noise_seed.

    >>> from lrplot.schedules.constant import Constant
    >>> Noisy(schedule=Constant(lr=0.1), start=2)([0, 1, 2, 3]).round(4).tolist()
    [0.1, 0.1, 0.1059, 0.1031]
    """

    equations: ClassVar = (
        Equation("lr(t)", "schedule(t) * (1 + z_t)", "start <= t < stop"),
        Equation("lr(t)", "schedule(t)", note="elsewhere"),
    )

    type: Literal["noisy"] = "noisy"
    schedule: Part
    """What is shaken."""
    std: Factor = 1
    """Standard deviation of the draws."""
    limit: Annotated[float, Field(gt=0), Kind("number")] = 0.67
    """The largest share by which the rate may change."""
    seed: Annotated[int, Field(ge=0, le=MOST_STEPS), Kind("number", whole=True)] = 42
    """Seed of the generator of step 0."""
    start: WholeStep = 0
    """First step with noise."""
    stop: WholeStep | None = None
    """First step without noise again; without end when left out."""

    def mistakes(self) -> Iterator[Problem]:
        if self.limit < _LEAST_SHARE * self.std:
            yield Problem(
                "limit", f"limit must be ≥ {_LEAST_SHARE:g} of std ({self.std:g}), got {self.limit:g}"
            )
        if self.stop is not None and self.stop < self.start:
            yield Problem("stop", f"stop must be ≥ start ({self.start}), got {self.stop}")

    def rate(self, t: Steps) -> Rates:
        rates = np.array(self.schedule.rate(t), dtype=np.float64)
        noisy = (t >= self.start) & (t < (np.inf if self.stop is None else self.stop))
        if noisy.any():
            draws = limited_normals(t[noisy].astype(np.int64) + self.seed, self.std, self.limit)
            rates[noisy] += rates[noisy] * draws
        if self.limit > 1 and (rates < 0).any():
            rates = checked(rates, t, self.type)
        return rates

    def inside(self) -> tuple[Nested, ...]:
        return (Nested(self.schedule, name="schedule"),)

    def closed_form(self) -> Tree | None:
        return None

    def knots(self, until: int) -> Knots:
        stop = until if self.stop is None else min(self.stop, until)
        noisy = ((self.start, stop),) if self.start < stop else ()
        return self.schedule.knots(until).join(Knots.at((self.start, stop), until), Knots(unknown=noisy))

    @property
    def length(self) -> float | None:
        return self.schedule.length

    @property
    def momentum(self) -> "Schedule | None":
        return self.schedule.momentum
