"""The planned rate at any update, before the first and after the last too."""

from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.clock import MOST_STEPS
from lrplot.errors import StepError
from lrplot.run import Run
from lrplot.schedules.base import Schedule

_LONGEST_TABLE: Final = 4_000_000
"""Updates whose rates are looked up backwards: 32 MB. A longer plan is looked up in its first part."""


class Plan:
    """The planned rates of a run: P(t) for update t, where t < 0 has the first rate.

    Parameters
    ----------
    schedule
        The planned schedule.
    steps
        The planned number of updates.
    steps_per_epoch
        Updates in an epoch, None where the plan knows no epochs.

    Examples
    --------
    >>> from lrplot.schedules.linear import Linear
    >>> Plan(Linear(lr=1, T_max=4), 4).rates(np.array([-3, 1, 9])).tolist()
    [1.0, 0.75, 0.0]
    """

    def __init__(self, schedule: Schedule, steps: int, steps_per_epoch: int | None = None) -> None:
        self.schedule = schedule
        self.steps = steps
        self.steps_per_epoch = steps_per_epoch

    @classmethod
    def of(cls, run: Run) -> "Plan":
        """The plan of a run."""
        return cls(run.schedule, run.steps, run.steps_per_epoch)

    def with_schedule(self, schedule: Schedule) -> "Plan":
        """The same run with another schedule."""
        return Plan(schedule, self.steps, self.steps_per_epoch)

    @property
    def held(self) -> "Plan":
        """The same plan, its last rate held after its end."""
        return _Held(self.schedule, self.steps, self.steps_per_epoch)

    @property
    def ended(self) -> "Plan":
        """The same plan, the rate of its end held after it."""
        return _Held(self.schedule, self.steps + 1, self.steps_per_epoch)

    def rates(self, t: NDArray[np.int64]) -> NDArray[np.float64]:
        """P(t): nan where the schedule has no rate."""
        rates = self.everywhere(t)
        return self._one_by_one(np.clip(t, 0, MOST_STEPS)) if rates is None else rates

    def everywhere(self, t: NDArray[np.int64]) -> NDArray[np.float64] | None:
        """P(t); None where the schedule has no rate at one of them."""
        try:
            return np.asarray(self.schedule(np.clip(t, 0, MOST_STEPS)), dtype=np.float64)
        except StepError:
            return None

    def _one_by_one(self, t: NDArray[np.int64]) -> NDArray[np.float64]:
        """The rates of a schedule that has none somewhere: its planned steps, then nothing."""
        known = t < self.steps
        rates = np.full(t.shape, np.nan)
        try:
            rates[known] = self.schedule(t[known])
        except StepError:
            return rates
        return rates

    @cached_property
    def table(self) -> NDArray[np.float64]:
        """P(0 … n-1) over the planned updates and as many again, at most four million of them."""
        n = min(2 * self.steps, _LONGEST_TABLE)
        try:
            return self.schedule.table(n)
        except StepError:
            return self.rates(np.arange(n))

    def updates_at(self, rate: float, half: float) -> NDArray[np.int64]:
        """All t of the table with ``|P(t) - rate| ≤ half``."""
        return np.flatnonzero(np.abs(self.table - rate) <= half)


class _Held(Plan):
    """A plan that nobody steps beyond its end."""

    def rates(self, t: NDArray[np.int64]) -> NDArray[np.float64]:
        """P(t), and the last planned rate after the end."""
        return super().rates(np.minimum(t, self.steps - 1))
