"""The number of steps show a schedule, where nobody says how many there are."""

from typing import Final

import numpy as np

from lrplot.errors import StepError
from lrplot.schedules.base import Schedule

_REPEATS: Final = 4
"""Repeats of an endless schedule that are drawn: enough to see that it goes on."""
_GROWN: Final = 16
"""Times the fourth knot at which the last one lies, from which on they are of cycles that grow, not of a
list."""
_LOOKED_AT: Final = 1 << 20
"""Steps within which an endless schedule's knots are looked for."""
_PROBED: Final = 64
"""Steps of a schedule's length at which its rate is compared with the rate behind its end."""
_JUMP: Final = 0.05
"""Share of the peak by which a rate that begins only at the end differs from the last one before."""
_SAMPLED: Final = 512
"""Steps at which a curve is looked at for its half: a peak between two of them is missed."""
_DOUBLINGS: Final = 14
"""From 100 steps to 819,200, beyond which a fall is too slow to wait for."""
_LEAST: Final = 100
"""Steps that are tried first, and shown where a curve never falls."""


def steps_to_show(schedule: Schedule) -> int:
    """Steps that show a schedule: its own length, a quarter more where it jumps there, or enough to see it.

    >>> from lrplot.schedules.cosine import Cosine
    >>> steps_to_show(Cosine(lr=0.1, T_max=50))
    50
    """
    if schedule.length is None:
        return _enough(schedule)
    end = max(1, -int(-schedule.length // 1))
    return -(-end * 5 // 4) if _jumps(schedule, end) else end


def _jumps(schedule: Schedule, end: int) -> bool:
    """True where a schedule's last rate begins only where its length ends."""
    try:
        rates = schedule(np.append(np.linspace(0, end - 1, _PROBED).astype(np.int64), end))
    except StepError:
        return False
    return bool(abs(rates[-1] - rates[-2]) > _JUMP * rates.max())


def _enough(schedule: Schedule) -> int:
    """Steps that show what an endless schedule does: four repeats, or well past its last knot."""
    knots = schedule.knots(_LOOKED_AT)
    few = knots.few
    growing = len(few) > _REPEATS and few[-1] > _GROWN * few[_REPEATS - 1]
    marks = [*few[_REPEATS - 1 : _REPEATS]] if growing else [*few[-1:]]
    marks += [r[min(_REPEATS - 1, len(r) - 1)] for r in knots.every if r]
    if not marks or knots.unknown:
        return _until_half(schedule)
    last = max(marks)
    moving = float(schedule(last)) != float(schedule(4 * last)) and not knots.every
    return last * 4 if moving else -(-last * 5 // 4)


def _until_half(schedule: Schedule) -> int:
    """Steps until the curve has fallen to half its peak, by doubling; 100 where it never does."""
    for steps in (_LEAST << k for k in range(_DOUBLINGS)):
        try:
            rates = schedule(np.unique(np.linspace(0, steps - 1, _SAMPLED).astype(np.int64)))
        except StepError:
            break
        if rates[-1] <= rates.max() / 2:
            return steps
    return _LEAST
