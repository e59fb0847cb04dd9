"""``GradualWarmupScheduler`` of pytorch-gradual-warmup-lr, as release 0.3 of warmup_scheduler computes it."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.frameworks.pytorch.first_rate import asked
from lrplot.python.combine import begun, joined, straight
from lrplot.python.framework import Framework
from lrplot.python.parameters import Base, Noted, Refusal
from lrplot.python.values import Made
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant

_SETS_BASE: Final = frozenset({"OneCycleLR", "CyclicLR"})
"""PyTorch's schedulers that change the initial rate of their optimizer, from which the warm-up then rises."""
_WITHOUT_RATE: Final = frozenset({"SequentialLR", "ChainedScheduler", "SWALR", "ReduceLROnPlateau"})
"""PyTorch's schedulers that are not asked for a rate by ``get_lr()``, or do not start from the base rate."""


def GradualWarmupScheduler(
    optimizer: Base, multiplier: float, total_epoch: float, after_scheduler: Made | None = None
) -> Noted:
    """Rise to ``multiplier`` times the base rate (from 0 where that is 1), then follow another scheduler.

    The step after the ramp still has its top, as the other scheduler then counts its first step; it begins
    to count one step later, so that its step k is the run's ``total_epoch + 1 + k``. Told the epoch, as in
    ``step(epoch)``, it counts that epoch less ``total_epoch``, one more than when it is not told.
    """
    if multiplier < 1:
        raise Refusal("multiplier should be greater thant or equal to 1.", "multiplier")
    if total_epoch == 0 and multiplier == 1:
        raise Refusal("GradualWarmupScheduler divides by total_epoch, which is 0", "total_epoch")
    if total_epoch <= 0:
        raise Refusal(f"total_epoch must be > 0, got {total_epoch:g}", "total_epoch")
    if after_scheduler is not None and not float(total_epoch).is_integer():
        raise Refusal(
            f"total_epoch must be whole before another scheduler, got {total_epoch:g}", "total_epoch"
        )
    base = optimizer.lr if after_scheduler is None else _base(after_scheduler, optimizer)
    top = base * multiplier
    after = Constant(lr=top) if after_scheduler is None else _after(after_scheduler, multiplier, top)
    ramp = straight(0 if multiplier == 1 else base, top, total_epoch)
    first = math.floor(total_epoch) + 1
    notes: tuple[str, ...] = ()
    if after_scheduler is not None and multiplier != 1:
        notes = (
            f"as release 0.3 of warmup_scheduler; installed from GitHub, it gives step {first} the base rate",
        )

    if after_scheduler is None:
        return Noted(joined([ramp, after], [first]))
    follows = asked(after_scheduler.call, after)

    def told() -> Schedule:
        if after_scheduler.call == "MultiplicativeLR":
            raise Refusal("step(epoch) of a MultiplicativeLR multiplies once a call, which is not read")
        return joined([ramp, Constant(lr=float(follows(0))), begun(after, 2)], [first, 1])

    return Noted(joined([ramp, follows], [first]), notes, told)


def _base(after: Made, optimizer: Base) -> float:
    """The initial rate of the optimizer once the other scheduler is made."""
    if after.framework == "pytorch" and after.call in _SETS_BASE:
        return float(after.schedule(0))
    return optimizer.lr


def _after(after: Made, multiplier: float, top: float) -> Schedule:
    """The other scheduler, begun at the top of the ramp."""
    if after.framework not in {"pytorch", "transformers", "diffusers"} or after.call in _WITHOUT_RATE:
        raise Refusal(
            f"GradualWarmupScheduler is not read around {after.call}; write a spec with 'warmup' around it, "
            "or a list of phases",
            "after_scheduler",
        )
    if after.arguments.get("last_epoch", -1) != -1:
        raise Refusal(f"last_epoch of a {after.call} behind a warm-up is not read", "after_scheduler")
    if after.call == "OneCycleLR" and getattr(after.schedule, "total_steps", 2) < 2:
        raise Refusal("a OneCycleLR of one step behind a warm-up is not read", "after_scheduler")
    if after.call == "PolynomialLR" and after.arguments["total_iters"] == 0:
        raise Refusal("PyTorch divides by zero where a PolynomialLR with total_iters=0 is asked for its rate")
    if multiplier == 1 and (after.base is None or after.base == top or after.call in _SETS_BASE):
        return after.schedule
    if after.again is None or after.call in _SETS_BASE:
        raise Refusal(
            f"with multiplier {multiplier:g} {after.call} does not begin where the warm-up ends; this is not "
            "read",
            "after_scheduler",
        )
    return after.again(top)


CALLS: Final[Mapping[str, Callable[..., Any]]] = {"GradualWarmupScheduler": GradualWarmupScheduler}
"""The calls by the package's names."""


FRAMEWORK: Final = Framework(
    name="warmup_scheduler", title="warmup_scheduler", roots=("warmup_scheduler",), calls=CALLS
)
