"""A list or an array of numbers that a schedule's function asks at the step: the schedule it is."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from lrplot.python.as_schedule import table
from lrplot.python.lanes import Array, NotAlike, evaluated
from lrplot.python.symbolic import Inner, Symbol
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.sequence import Sequence as Phases

_STEPS: Final = (1 << 12, 1 << 16, 1 << 21)
"""Steps among which the end of a table is looked for; there are no more in one."""


def at_step(numbers: Sequence[Any] | Array, at: Symbol) -> Inner | None:
    """``numbers[at]`` of each step; None where they are asked for ever in another way than the last is.

    Behind its end, where Python raises, there is no rate: it is refused once it is asked there.
    """
    if not len(numbers) or at.power or not all(isinstance(each, int | float | np.number) for each in numbers):
        return None
    values = np.asarray(numbers, dtype=np.float64)
    for steps in _STEPS:
        if len(values) > steps:
            continue
        try:
            places = evaluated(at, steps, {})
        except NotAlike:
            return None
        if not np.all(places == np.floor(places)):
            return None
        outside = np.flatnonzero((places >= len(values)) | (places < -len(values)))
        if len(outside):
            return _ended(values[places[: outside[0]].astype(np.int64)])
        if (places[steps // 2 :] == places[-1]).all():
            return Inner(table(values[places.astype(np.int64)]))
    return None


def _ended(rates: Array) -> Inner | None:
    if not len(rates):
        return None
    return Inner(Phases(parts=(table(rates), Lambda(lr=1, factor="log(-1)")), lengths=(len(rates),)))
