"""Runs that go on from a checkpoint, put together from the schedules on both sides of it."""

from collections.abc import Callable
from dataclasses import replace

from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.schedules.base import Schedule
from lrplot.schedules.excerpt import Excerpt
from lrplot.schedules.sequence import Sequence


def begun_again(plan: Run, after: Run, at: int) -> Run:
    """The plan until a step, then a schedule from its own step 0: its clock was lost.

    What reacts to a metric has forgotten those before, and sees the ones after.

    Parameters
    ----------
    plan
        The run before the checkpoint.
    after
        The run that goes on; its horizon is the whole run's.
    at
        Updates made at the checkpoint, at least 1.

    Raises
    ------
    LrplotError
        When there is no update after it.

    Examples
    --------
    >>> from lrplot.schedules.linear import Linear
    >>> plan = Run("plan", Linear(lr=0.8, T_max=8), 8)
    >>> begun_again(plan, plan, 3).schedule.table(6).round(6).tolist()
    [0.8, 0.7, 0.6, 0.8, 0.7, 0.6]
    """
    _checked(after, at)
    return _joined(plan, after, at, lambda schedule: schedule.seeing_from(at))


def gone_on(plan: Run, after: Run, at: int, *, stale: bool = False) -> Run:
    """The plan until a step, then another schedule at the step where its clock would stand.

    Parameters
    ----------
    plan, after, at
        As :func:`begun_again` has them.
    stale
        Whether the first update after the checkpoint still has the planned rate.

    Raises
    ------
    LrplotError
        When there is no update after it.

    Examples
    --------
    >>> from lrplot.schedules.linear import Linear
    >>> plan, longer = (Run("plan", Linear(lr=0.8, T_max=steps), steps) for steps in (8, 16))
    >>> gone_on(plan, longer, 4, stale=True).schedule.table(7).round(6).tolist()
    [0.8, 0.7, 0.6, 0.5, 0.4, 0.55, 0.5]
    """
    _checked(after, at)
    at += stale
    return _joined(plan, after, at, lambda schedule: Excerpt(schedule=schedule, start=at))


def _joined(plan: Run, after: Run, at: int, rest: Callable[[Schedule], Schedule]) -> Run:
    """The plan until a step and then the rest of another run, each group of both with its own."""
    before = {group.label: group.schedule for group in plan.groups}

    def both(one: Schedule, other: Schedule) -> Schedule:
        return Sequence(parts=(one, rest(other)), lengths=(at,))

    groups = tuple(
        replace(group, schedule=both(before[group.label], group.schedule))
        for group in after.groups
        if group.label in before
    )
    return replace(after, schedule=both(plan.schedule, after.schedule), groups=groups)


def _checked(after: Run, at: int) -> None:
    if not 1 <= at < after.steps:
        raise LrplotError(
            f"a run of {after.steps} steps is resumed at a step from 1 to {after.steps - 1}, got {at}"
        )
