"""The warm-ups of ``pytorch_warmup``, as release 0.2 computes them: factors that dampen another schedule.

A warm-up makes no rate of its own. Inside ``with warmup.dampening():`` the schedulers step on the undampened
rate, and what is left is multiplied by the factor of the step, 1 for the last step of a linear warm-up on.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.python.binding import NotKnown
from lrplot.python.combine import of_groups, straight
from lrplot.python.framework import Framework
from lrplot.python.loop_words import Loop
from lrplot.python.parameters import Path, Refusal
from lrplot.python.values import Optimizer, Unknown
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.lambda_ import Lambda

_BETA2: Final = 0.999
"""The second of the betas that PyTorch's Adam and its kin have by default."""
_BETAS_AT: Final = 2
"""Where PyTorch's Adam and its kin take ``betas``: after the parameters and the rate."""
_WITH_BETAS: Final = frozenset(
    {"Adam", "AdamW", "NAdam", "RAdam", "SparseAdam", "Adamax", "FusedAdam", "AdamW8bit"}
)


def _begun(last_step: int) -> None:
    if last_step != -1:
        raise Refusal(
            "last_step resumes a run from a checkpoint; leave it out to see the whole curve", "last_step"
        )


def _beta2(optimizer: Optimizer) -> float:
    """The second of the optimizer's betas."""
    values = optimizer.values
    given = optimizer.named.get("betas", values[_BETAS_AT] if len(values) > _BETAS_AT else None)
    if given is None and optimizer.name in _WITH_BETAS:
        return _BETA2
    if isinstance(given, Unknown | Path):
        raise NotKnown(given)
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise Refusal(
            f"an untuned warm-up lasts as long as the optimizer's betas say, and those of {optimizer.name} "
            "are not known; give betas=(…, …) to the optimizer"
        )
    beta = given[1]
    if isinstance(beta, Unknown | Path):
        raise NotKnown(beta)
    if not isinstance(beta, int | float) or not 0 <= beta < 1:
        raise Refusal(f"betas of {optimizer.name} must lie in [0, 1), got {beta!r}")
    return float(beta)


def _period(period: int | list[int]) -> int:
    steps = of_groups(period, "warmup_period")  # type: ignore[arg-type]
    if steps <= 0:
        raise Refusal(f"warmup_period must be a positive integer, but is {steps}.", "warmup_period")
    return int(steps)


def LinearWarmup(
    optimizer: Optimizer,  # noqa: ARG001 (its rate is multiplied)
    warmup_period: int | list[int],
    last_step: int = -1,
) -> Schedule:
    _begun(last_step)
    return _linear(_period(warmup_period))


def _linear(period: int) -> Schedule:
    return straight(1 / period, 1, period - 1) if period > 1 else Constant(lr=1)


def ExponentialWarmup(
    optimizer: Optimizer,  # noqa: ARG001 (its rate is multiplied)
    warmup_period: int | list[int],
    last_step: int = -1,
) -> Schedule:
    _begun(last_step)
    return _exponential(_period(warmup_period))


def _exponential(period: int) -> Schedule:
    return Lambda(lr=1, factor=f"1 - exp(-(t + 1) / {period})")


def UntunedLinearWarmup(optimizer: Optimizer, last_step: int = -1) -> Schedule:
    """Linear over 2 / (1 - β₂) steps, rounded down: 1999 for Adam's β₂ of 0.999."""
    _begun(last_step)
    return _linear(int(2 / (1 - _beta2(optimizer))))


def UntunedExponentialWarmup(optimizer: Optimizer, last_step: int = -1) -> Schedule:
    """Exponential with 1 / (1 - β₂) steps, rounded down."""
    _begun(last_step)
    return _exponential(int(1 / (1 - _beta2(optimizer))))


def RAdamWarmup(optimizer: Optimizer, last_step: int = -1) -> Schedule:
    """RAdam's rectification, from the first step at which it is defined."""
    _begun(last_step)
    beta = _beta2(optimizer)
    # Up to 0.6 what ρ grows to is at most 4, below which the rectification is not defined.
    if not beta > 0.6:
        raise Refusal(f"beta2 ({beta}) must be greater than 0.6")
    most = 2 / (1 - beta) - 1
    offset = 1
    while most - 2 * offset * beta**offset / (1 - beta**offset) <= 4:
        offset += 1
    at = f"(t + {offset})"
    rho = f"({most!r} - 2 * {at} * {beta!r} ** {at} / (1 - {beta!r} ** {at}))"
    scale = math.sqrt(most / ((most - 4) * (most - 2)))
    return Lambda(lr=scale, factor=f"sqrt(({rho} - 4) * ({rho} - 2) / {rho})")


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (
        LinearWarmup,
        ExponentialWarmup,
        UntunedLinearWarmup,
        UntunedExponentialWarmup,
        RAdamWarmup,
    )
}
"""The factors by the package's names: what the rate of each step is multiplied by."""


FRAMEWORK: Final = Framework(
    name="pytorch_warmup",
    title="pytorch_warmup",
    roots=("pytorch_warmup",),
    calls=CALLS,
    by_import=True,
    dampens=True,
    loop=Loop(dampens=frozenset({"dampening"})),
)
