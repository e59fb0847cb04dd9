"""The single changes of a plan, each tried at a row of values: their rates are worked out once."""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

import numpy as np

from lrplot.checks.log.evidence import Prediction, Rates, Steps
from lrplot.checks.log.moves import Move, entries, kept_end, linked, moves
from lrplot.checks.log.plan import Plan
from lrplot.errors import LrplotError
from lrplot.run import Run

_BESIDE: Final = np.arange(-2, 3)
"""Updates whose rates are worked out with those of a row: by other readings of its step it is of these."""


class Trial:
    """A move of a plan, and the rates that its values give.

    Parameters
    ----------
    move
        The move.
    plan
        The plan that it changes.

    Examples
    --------
    >>> from lrplot.schedules.linear import Linear
    >>> run = Run("linear", Linear(lr=1, T_max=4), 4)
    >>> length = Trial(next(moves(run)), Plan.of(run))
    >>> length.rates([2, 4, -1], np.array([0, 1])).tolist()
    [[1.0, 0.5], [1.0, 0.75], [nan, nan]]
    """

    def __init__(self, move: Move, plan: Plan) -> None:
        self.move = move
        self._plan = plan
        self._tables = dict[tuple[float, ...], _Table]()

    def predict(self, value: float) -> Prediction:
        """The rates of the plan with another value.

        Raises
        ------
        LrplotError
            When it cannot have this value.
        """
        return self._changed(value).rates

    def rates(self, values: Sequence[float], u: Steps) -> Rates:
        """A line of rates for each value; nan where the plan cannot have it, or has no rate.

        Several readings of a log, and its parts, ask for the same values at nearly the same updates.
        """
        table = self._tables.get(key := tuple(values))
        if table is None:
            table = self._tables[key] = _Table([self._possible(value) for value in values])
        return table.rates(u)

    def _changed(self, value: float) -> Plan:
        return self._plan.with_schedule(self.move.make(value))

    def _possible(self, value: float) -> Plan | None:
        try:
            return self._changed(value)
        except LrplotError:
            return None


class _Table:
    """The rates of several plans at the updates that were asked for so far, and at those beside them."""

    def __init__(self, plans: Sequence[Plan | None]) -> None:
        self._plans = plans
        self._u = np.array([], dtype=np.int64)
        self._rates = np.empty((len(plans), 0))
        self._partial = dict[int, Plan]()

    def rates(self, u: Steps) -> Rates:
        if np.setdiff1d(u, self._u).size:
            self._widen(np.setdiff1d(u[:, None] + _BESIDE, self._u))
        known: Rates = self._rates[:, np.searchsorted(self._u, u)]
        for i, plan in self._partial.items():
            known[i] = _rates(plan, u)
        return known

    def _widen(self, new: Steps) -> None:
        more = np.array([self._all_rates(i, new) for i in range(len(self._plans))])
        u = np.append(self._u, new)
        order = np.argsort(u)
        self._u, self._rates = u[order], np.hstack([self._rates, more])[:, order]

    def _all_rates(self, i: int, u: Steps) -> Rates:
        plan = self._plans[i]
        if plan is None or i in self._partial:
            return np.full(u.shape, np.nan)
        try:
            found = plan.everywhere(u)
        except LrplotError:
            found = None
        if found is None:
            # What it has depends on what is asked for: it is asked each time.
            self._partial[i] = plan
            return np.full(u.shape, np.nan)
        return found


def _rates(plan: Plan, u: Steps) -> Rates:
    try:
        return plan.rates(u)
    except LrplotError:
        return np.full(u.shape, np.nan)


class Trials:
    """The trials of all single changes of a run's plan.

    Parameters
    ----------
    run
        The run.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._plan = Plan.of(run)

    def _of(self, *changes: Move) -> tuple[Trial, ...]:
        return tuple(Trial(move, self._plan) for move in changes)

    @cached_property
    def single(self) -> tuple[Trial, ...]:
        """Each number on its own."""
        return self._of(*moves(self.run))

    @cached_property
    def linked(self) -> tuple[Trial, ...]:
        """Several lengths by one number."""
        return self._of(*linked(self.run))

    @cached_property
    def entries(self) -> tuple[Trial, ...]:
        """Each entry of a list."""
        return self._of(*entries(self.run))

    @cached_property
    def warmup(self) -> tuple[Trial, ...]:
        """The length of a warm-up, the plan's end kept; none where the plan has no such warm-up."""
        return self._of(*kept_end(self.run))
