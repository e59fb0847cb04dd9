"""PyTorch's schedulers built on a group with an ``initial_lr``, with ``last_epoch`` and without (2.13).

Most go on from the rate they find there, whatever rate their own curve has at that epoch.
"""

import math
from collections.abc import Callable, Mapping
from typing import Final

from lrplot.frameworks.pytorch.leaf import Group, Leaf, Turns
from lrplot.frameworks.pytorch.rules import RULES
from lrplot.frameworks.pytorch.schedulers import MULTIPLYING
from lrplot.python.combine import begun, joined
from lrplot.python.framework import Found
from lrplot.python.parameters import Noted, Refusal
from lrplot.python.symbolic import multiplied
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.onecycle import OneCycle
from lrplot.schedules.recurrence import Recurrence


def resumed(found: Found) -> Schedule | Noted:
    """The rates of a scheduler from the moment on at which it is built.

    Raises
    ------
    Refusal
        Where the group does not hold what PyTorch looks for, or what it does is not read.
    """
    return _OWN.get(found.made.call, _from_what_it_finds)(found)


def _from_what_it_finds(found: Found) -> Schedule | Noted:
    made, after = found.made, found.after
    if found.rate is None:
        return after
    leaf = Leaf(Group(found.rate, dict(_initial(found))), made, RULES[made.call], found.last)
    first, planned = leaf.group.lr, float(after(0))
    if math.isclose(first, planned, rel_tol=1e-9):
        return after
    note = (
        f"PyTorch: {made.call} goes on from the rate it finds in the optimizer, {found.rate:g}: step 0 has"
        f" {first:g}, where its own curve has {planned:g}"
    )
    if planned and made.call in MULTIPLYING:
        return Noted(multiplied(after, first / planned), (note,))
    return Noted(Recurrence(lr=first, parts=tuple(leaf.parts(Turns(1, 1, None)))), (note,))


def _initial(found: Found) -> Mapping[str, float]:
    initial = found.made.arguments.get("initial_lr")
    return {} if initial is None else {"initial_lr": initial}


def _whatever_it_finds(found: Found) -> Schedule:
    return found.after


def _restarts(found: Found) -> Schedule:
    """From the restart that PyTorch takes the epoch for: it takes one cycle off, be there more behind it."""
    cycle = found.made.schedule
    if not isinstance(cycle, CosineRestarts) or found.last + 1 < cycle.T_0:
        return found.after
    second = cycle.T_0 * int(cycle.T_mult)
    return begun(cycle.model_copy(update={"T_0": second}), (found.last + 1) % int(cycle.T_0))


def _cyclic(found: Found) -> Schedule | Noted:
    """Its first rate is between the group's ``initial_lr``, for its own lower bound, and the upper one."""
    initial = found.made.arguments.get("initial_lr")
    low, high = (_of_one(found.made.arguments[name]) for name in ("base_lr", "max_lr"))
    own = float(found.after(0))
    if initial is None or initial == low:
        return found.after
    if high == low:
        raise Refusal("CyclicLR between equal rates, on a group with another 'initial_lr', is not read")
    first = initial + (high - initial) * (own - low) / (high - low)
    note = f"PyTorch: the first rate of CyclicLR is made of its group's 'initial_lr', {initial:g}"
    return Noted(joined([Constant(lr=first), begun(found.made.schedule, found.last + 2)], [1]), (note,))


def _of_one(rates: float | list[float]) -> float:
    return rates[0] if isinstance(rates, list) else rates


def _one_cycle(found: Found) -> Schedule:
    """It makes its rates of what the constructor of the first run wrote into the group."""
    cycle = found.made.schedule
    if found.last < 0 or found.entries is None or not isinstance(cycle, OneCycle):
        return found.after
    initial, top, *_, low = cycle.rates_at_ends()
    wanted = {"initial_lr": initial, "max_lr": top, "min_lr": low}
    if cycle.cycle_momentum:
        wanted |= {"base_momentum": cycle.base_momentum, "max_momentum": cycle.max_momentum}
    for name, value in wanted.items():
        held = found.entries.get(name)
        if not isinstance(held, int | float) or not math.isclose(held, value, rel_tol=1e-9):
            raise Refusal(
                f"OneCycleLR with last_epoch={found.last} takes '{name}' from the optimizer's groups,"
                f" as a checkpoint holds it ({value:g} of these arguments); "
                + ("it is not there" if held is None else f"there it is {held}")
            )
    return found.after


def _swa(found: Found) -> Schedule | Noted:
    """It counts its own calls, whatever ``last_epoch`` is."""
    own = found.made.schedule
    if isinstance(own, Constant):
        return own
    if found.rate is None:
        raise Refusal(
            "SWALR counts its calls from 0 again, whatever last_epoch is, from the rate it finds, which is"
            " not in this text; give the optimizer with it"
        )
    if found.rate == found.made.arguments.get("initial_lr") and found.last < 0:
        return own
    note = f"PyTorch: SWALR counts its own calls from 0, from the rate it finds, {found.rate:g}"
    return Noted(own.model_copy(update={"lr": found.rate}), (note,))


def _sequence(found: Found) -> Schedule:
    if found.last >= 0:
        raise Refusal(
            "last_epoch of a SequentialLR moves its milestones alone, and the schedulers in it begin anew;"
            " leave it out"
        )
    return found.after


_OWN: Final[Mapping[str, Callable[[Found], Schedule | Noted]]] = {
    "LambdaLR": _whatever_it_finds,
    "ReduceLROnPlateau": _whatever_it_finds,
    "ChainedScheduler": _whatever_it_finds,
    "SequentialLR": _sequence,
    "CosineAnnealingWarmRestarts": _restarts,
    "CyclicLR": _cyclic,
    "OneCycleLR": _one_cycle,
    "SWALR": _swa,
}
"""What stands here by its name; each other one goes on from the rate it finds."""
