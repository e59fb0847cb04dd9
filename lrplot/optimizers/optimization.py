"""An optimizer and the gradients it is given: what a schedule needs to become updates."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

import numpy as np
from pydantic import Field

from lrplot.clock import Settings
from lrplot.errors import OptimizerError, Problem
from lrplot.expression import Expression
from lrplot.optimizers.base import Optimizer, Updates
from lrplot.optimizers.gradients import MOST_NUMBERS, noise
from lrplot.optimizers.model import Floats, Progress
from lrplot.schedules.base import Schedule

Shown = Literal["effective_lr", "change", "weights"]
"""What of the updates is shown: |Δθ|/|g|, Δθ, or θ before each update."""


class Noise(Settings):
    """Seeded gradients: normal noise around a mean, shrinking over the run, as :func:`noise` draws them.

    >>> Noise(seed=7).draw(2).round(3).tolist()
    [[0.001], [0.299]]
    """

    parameters: Annotated[int, Field(gt=0, le=MOST_NUMBERS)] = 1
    """How many parameters have a gradient."""
    seed: Annotated[int, Field(ge=0)] = 0
    """The same seed draws the same gradients."""
    scale: Annotated[float, Field(ge=0)] = 1.0
    """Standard deviation at the start."""
    mean: float = 0.0
    """What all gradients at the start share."""
    decay: Annotated[float, Field(gt=0)] = 1.0
    """What is left of them after the last step."""

    def draw(self, steps: int) -> Floats:
        """The gradients of so many steps, shape (steps, parameters)."""
        return noise(steps, self.parameters, self.seed, self.scale, self.mean, self.decay)


TYPICAL_GRADIENTS: Final = Noise(parameters=32, scale=0.15, mean=0.5, decay=0.1)
"""What an optimizer is shown with where nothing else is said: of one sign, noisy, shrinking to a tenth."""


@dataclass(frozen=True, slots=True, eq=False)
class Optimization:
    """An optimizer, and where its gradients come from.

    Parameters
    ----------
    optimizer
        The rule.
    gradients
        An array of shape (steps,) or (steps, parameters), seeded noise, or a formula in t.
    weights
        Where the weights start: one number, or one a parameter. It matters to weight decay alone.

    Examples
    --------
    >>> from lrplot.optimizers.adam import Adam
    >>> from lrplot.schedules.constant import Constant
    >>> it = Optimization(Adam(), "0.5")
    >>> it.series("effective_lr", Constant(lr=0.001), 2).round(6).tolist()
    [0.002, 0.002]
    """

    optimizer: Optimizer
    gradients: Floats | Noise | str
    weights: float | tuple[float, ...] = 0.0

    @property
    def length(self) -> int | None:
        """The number of steps that have a gradient, None where any number can have one."""
        return len(self.gradients) if isinstance(self.gradients, np.ndarray) else None

    def updates(self, schedule: Schedule, steps: int, progress: Progress | None = None) -> Updates:
        """The updates of the first ``steps`` steps.

        Raises
        ------
        OptimizerError
            When there are fewer gradients than steps, or more numbers than 10^7.
        """
        return self.optimizer.updates(schedule, self._drawn(steps), self.weights, progress=progress)

    def series(self, shown: Shown, schedule: Schedule, steps: int) -> Floats:
        """One number a step, or one a step and parameter."""
        values: Floats = getattr(self.updates(schedule, steps), shown)
        return values[:steps]

    def _drawn(self, steps: int) -> Floats:
        if isinstance(self.gradients, np.ndarray):
            if len(self.gradients) < steps:
                raise _error(f"gradients are given for {len(self.gradients)} steps, the run has {steps}")
            return self.gradients[:steps]
        if steps > MOST_NUMBERS:
            raise _error(f"gradients are at most 10^7 numbers; the run has {steps:,} steps")
        if isinstance(self.gradients, Noise):
            return self.gradients.draw(steps)
        drawn = Expression(self.gradients)(np.arange(steps, dtype=np.float64), 1)
        lost = np.flatnonzero(~np.isfinite(drawn))
        if len(lost):
            got = f"{drawn[lost[0]]:g} at step {lost[0]}"
            raise _error(f"gradients must be finite, got {got} from '{self.gradients}'")
        return drawn


def _error(message: str) -> OptimizerError:
    return OptimizerError("gradients", (Problem(None, message),))
