"""The logged rows as evidence about a plan: nothing holds that does not fit every one of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.checks.log.plan import Plan

Steps = NDArray[np.int64]
Rates = NDArray[np.float64]
Prediction = Callable[[Steps], Rates]
"""The rate that a cause predicts for each update u."""

_SAMPLE: Final = 200
"""Rows that are tried first: a wrong cause is refused by a few of them."""


@dataclass(frozen=True)
class Evidence:
    """Rows of a log and the plan they are held against.

    Parameters
    ----------
    plan
        The plan.
    u
        The update each row is of, counted from 0, by one reading of the log's steps.
    y
        The logged rates.
    half
        Half a unit of what was written, a row.
    epochs
        Whether the log's steps are counted as epochs by the log itself.
    per_epoch
        Updates in an epoch of the run, where the log tells it.
    """

    plan: Plan
    u: Steps
    y: Rates
    half: Rates
    epochs: bool = False
    per_epoch: int | None = None

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.u)

    def rows(self, which: "slice | NDArray[np.bool_] | NDArray[np.int64]") -> "Evidence":
        """Some of the rows."""
        return replace(self, u=self.u[which], y=self.y[which], half=self.half[which])

    def against(self, plan: Plan) -> "Evidence":
        """The same rows held against another plan."""
        return replace(self, plan=plan)

    @property
    def epoch_lengths(self) -> list[int]:
        """Updates in an epoch, more than one: as the log tells it, and as the plan says."""
        told = (self.per_epoch, self.plan.steps_per_epoch)
        return list(dict.fromkeys(length for length in told if length is not None and length > 1))

    @cached_property
    def planned(self) -> Rates:
        """P(u) of each row."""
        return self.plan.rates(self.u)

    @cached_property
    def apart(self) -> NDArray[np.bool_]:
        """True for each row that is not as planned."""
        return ~self.within(self.planned)

    @cached_property
    def sample(self) -> "Evidence":
        """A few rows, spread over the log."""
        if len(self) <= _SAMPLE:
            return self
        return self.rows(np.unique(np.linspace(0, len(self) - 1, _SAMPLE).astype(np.int64)))

    @property
    def flat(self) -> bool:
        """True where all rows have one rate, within what was written."""
        return float(np.ptp(self.y)) <= float(self.half.min())

    @property
    def peak(self) -> float:
        """The largest logged rate."""
        return float(np.abs(self.y).max(initial=0.0))

    def within(self, rates: Rates) -> NDArray[np.bool_]:
        """True for each row whose rate is this one, within half a unit of what was written."""
        return np.abs(self.y - rates) <= self.half

    def may_fit(self, rates: Rates) -> NDArray[np.bool_]:
        """True for each line of rates that no row rules out; what has no rate rules nothing out."""
        fits: NDArray[np.bool_] = np.all(self.within(rates) | np.isnan(rates), axis=-1)
        return fits

    def told_by(self, predict: Prediction) -> int:
        """The rows at which a prediction says another rate than the plan."""
        return int((np.abs(predict(self.u) - self.planned) > self.half).sum())

    def gaps(self, rates: Rates) -> Rates:
        """The distance of each row from these rates, in halves of a unit as written; nan is far."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            gaps = np.abs(self.y - rates) / self.half
        return np.where(np.isnan(gaps), np.where(self.y == rates, 0.0, np.inf), gaps)

    def worst(self, rates: Rates) -> float:
        """The greatest of the :meth:`gaps`."""
        return float(self.gaps(rates).max(initial=0.0))

    def fits(self, predict: Prediction) -> bool:
        """True where every row has the predicted rate."""
        sample = self.sample
        return bool(sample.within(predict(sample.u)).all()) and (
            sample is self or bool(self.within(predict(self.u)).all())
        )
