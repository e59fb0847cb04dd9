"""A schedule as arithmetic in the step, for frameworks that have no class for it.

The text is an expression of :mod:`lrplot.expression`, so that it can be read back; printing it for
Python, Keras or JAX is the work of :mod:`lrplot.exports.dialects`.
"""

import ast

from lrplot.python.parameters import Refusal
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant


def formula(schedule: Schedule) -> str:
    """The rate at step ``t``.

    Raises
    ------
    Refusal
        When the schedule is no function of the step that can be written down.

    Examples
    --------
    >>> from lrplot.schedules.step import Step
    >>> formula(Step(lr=0.1, step_size=30.0, gamma=0.5))
    '0.1 * 0.5 ** (t // 30)'
    """
    try:
        found = schedule.closed_form()
        if found is not None:
            return ast.unparse(found)
    except RecursionError:
        raise Refusal(f"{schedule.type} has too many pieces for one formula") from None
    raise Refusal(f"{_without(schedule).type} is no function of the step that can be written down")


def _without(schedule: Schedule) -> Schedule:
    """The schedule, it or one inside it, for whose sake there is no formula."""
    inside = [place.schedule for place in schedule.inside()]
    if not inside or schedule.with_inside([Constant(lr=1)] * len(inside)).closed_form() is None:
        return schedule
    return next((_without(each) for each in inside if each.closed_form() is None), schedule)


def number(value: float) -> str:
    """A number as code shows it: whole ones without a point."""
    if float(value).is_integer() and abs(value) < 2**53:
        return str(int(value))
    return repr(float(value))
