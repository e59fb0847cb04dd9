"""The expected loss below a schedule, computed while a parameter is moved."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from lrplot.curve import Sample
from lrplot.curve.closed_loop import simulated
from lrplot.curve.panels import NO_BAND, thinned
from lrplot.errors import LrplotError
from lrplot.optimizers import Quadratic
from lrplot.optimizers.model import Floats
from lrplot.run import Run

MOST_UPDATES: Final = 2000
"""More updates than these are not simulated while a parameter moves; the schedule is compressed."""
_FLAT: Final = 0.02
"""The share of its height that is half a line of a chart."""
_MODEL: Final = Quadratic(dimension=100, batch_size=8)
"""The model of a run that has none: a hundredth of the usual directions, for each move computes it anew."""


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """The expected loss on the noisy quadratic model, as a chart draws it."""

    run: Run
    losses: Floats

    @property
    def compressed(self) -> bool:
        """True where the schedule was gone through in fewer updates than it has."""
        return len(self.losses) - 1 < self.run.steps

    @property
    def flat(self) -> bool:
        """True where it changes by less than a chart shows."""
        known = self.losses[np.isfinite(self.losses)]
        return len(known) == 0 or bool(np.ptp(known) <= _FLAT * np.max(known))

    def sample(self, columns: int) -> Sample:
        """The points that draw it, on the steps of the run; none after it diverged."""
        found = thinned(np.arange(len(self.losses)), self.losses, columns)
        kept = np.isfinite(found.rates)
        steps = np.rint(found.steps[kept] * (self.run.steps / (len(self.losses) - 1))).astype(np.int64)
        return Sample(steps, found.rates[kept], exact=not self.compressed, band=NO_BAND)


def loss_of(run: Run) -> Loss | None:
    """The expected loss of SGD under a run's schedule, None where it cannot be computed.

    A run longer than ``MOST_UPDATES`` is gone through in so many equal strides.

    Examples
    --------
    >>> from lrplot.schedules.constant import Constant
    >>> long = loss_of(Run("constant", Constant(lr=0.5), 10**12))
    >>> len(long.losses), long.compressed
    (2001, True)
    """
    model = run.model or _MODEL
    try:
        if run.steps <= MOST_UPDATES:
            simulation = simulated(replace(run, model=model)).simulation
            return None if simulation is None else Loss(run, simulation.losses)
        steps = np.rint(np.linspace(0, run.steps - 1, MOST_UPDATES)).astype(np.int64)
        momentum = run.schedule.momentum if model.momentum else None
        momenta = None if momentum is None else momentum(steps)
        return Loss(run, model.simulate(run.schedule(steps), momenta).losses)
    except LrplotError:
        return None
