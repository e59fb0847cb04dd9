"""Schedules by the name of their type, with parameters by name."""

from typing import Any

from lrplot.schedules import schedule_class
from lrplot.schedules.base import Schedule


def made(kind: str, **parameters: Any) -> Schedule:
    """A schedule of the catalogue.

    Raises
    ------
    ScheduleError
        When the parameters cannot be.

    Examples
    --------
    >>> float(made("cosine", lr=0.1, T_max=4)(2))
    0.05
    """
    return schedule_class(kind)(**parameters)
