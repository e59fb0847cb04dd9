"""PyTorch's schedulers where another asks for their first rate, which ``get_lr()`` counts as a step."""

import math

from lrplot.python.combine import begun, joined
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.multiplicative import Multiplicative
from lrplot.schedules.polynomial import Polynomial


def asked(call: str, schedule: Schedule) -> Schedule:
    """The rates of a PyTorch scheduler from the first that is asked for, made of a rate that is its base.

    ``get_lr()`` multiplies the rate it finds by the share from step -1 to step 0, which those below have
    from torch 2.8 on; the following rates go on from there.

    >>> from lrplot.schedules.exponential import Exponential
    >>> asked("ExponentialLR", Exponential(lr=0.1, gamma=0.5))([0, 1]).tolist()
    [0.05, 0.025]
    """
    if call == "ExponentialLR":
        return begun(schedule, 1)
    if isinstance(schedule, Multiplicative):
        return schedule.model_copy(update={"from_zero": True})
    if call == "PolynomialLR" and isinstance(schedule, Polynomial):
        share = (schedule.T_max / (schedule.T_max + 1)) ** schedule.power
        return schedule.model_copy(update={"lr": schedule.lr * share})
    if call == "CosineAnnealingLR" and isinstance(schedule, Cosine):
        return _cosine(schedule)
    return schedule


def _cosine(cosine: Cosine) -> Schedule:
    """A cosine from a little higher, which falls to ``eta_min`` as well, and from there rises to the base."""
    half, low = cosine.T_max, cosine.eta_min
    if half == 1:
        return joined([Constant(lr=2 * cosine.lr - low), begun(cosine, 1)], [1])
    higher = low + (cosine.lr - low) * 2 / (1 + math.cos(math.pi / half))
    falls = cosine.model_copy(update={"lr": higher})
    if not float(half).is_integer():
        return falls
    return joined([falls, begun(cosine, int(half))], [int(half)])
