"""timm's schedulers of the rate.

The curve begins with the constructor's own value; from then on it is what ``step(t)`` sets, or
``step_update(t)`` where ``t_in_epochs`` is false.
"""

import math
from bisect import bisect_right
from fractions import Fraction

from lrplot.frameworks.timm.cycles import Cycles
from lrplot.frameworks.timm.noise import Noise, initialized, shaken
from lrplot.frameworks.timm.warmup import WarmUp, warmed
from lrplot.python import combine
from lrplot.python.parameters import Base, Choice, Refusal, Whole
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.multistep import MultiStep
from lrplot.schedules.period import simplest_fraction
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.plateau import Plateau
from lrplot.schedules.polynomial import Polynomial
from lrplot.schedules.step import Step
from lrplot.schedules.tanh import Tanh


@shaken(then=("k_decay",))
@warmed(prefix=False, then=("k_decay",))
def CosineLRScheduler(
    optimizer: Base,
    t_initial: float,
    lr_min: float = 0.0,
    cycle_mul: float = 1.0,
    cycle_decay: float = 1.0,
    cycle_limit: Whole = 1,
    k_decay: float = 1.0,
    *,
    around: Context,
) -> Schedule:
    _check(t_initial, lr_min)
    cycles = Cycles(optimizer.lr, lr_min, t_initial, cycle_mul, cycle_decay, cycle_limit, k_decay)
    if k_decay == 1 and cycle_mul == 1 and cycle_limit >= 1:
        curve: Schedule = CosineRestarts(
            lr=optimizer.lr,
            T_0=_divisor(t_initial),
            eta_min=lr_min,
            decay=cycle_decay,
            cycles=cycle_limit,
        )
        if cycle_limit == 1:
            curve = Cosine(lr=optimizer.lr, T_max=t_initial, eta_min=lr_min)
    else:
        curve = cycles.curve(lambda top, length, late: _cosine(top, lr_min, length, late, k_decay), around)
    return curve


@shaken()
@warmed(prefix=False, to="curve", asserted=True)
def TanhLRScheduler(
    optimizer: Base,
    t_initial: float,
    lb: float = -7.0,
    ub: float = 3.0,
    lr_min: float = 0.0,
    cycle_mul: float = 1.0,
    cycle_decay: float = 1.0,
    cycle_limit: Whole = 1,
    *,
    around: Context,
) -> Schedule:
    _check(t_initial, lr_min)
    if lb >= ub:
        raise Refusal(f"timm asserts lb < ub, got {lb:g} and {ub:g}", "lb")
    if cycle_limit < 0:
        raise Refusal(f"timm asserts cycle_limit >= 0, got {cycle_limit}", "cycle_limit")

    def tanh(top: float, length: float, late: float) -> Schedule:
        if not late:
            return Tanh(lr=top, lb=lb, ub=ub, T_max=length, eta_min=lr_min)
        # ½ (1 - tanh x) is 1 / (1 + e^2x).
        x = f"({lb!r} + {ub - lb!r} * (t + {late!r}) / {length!r})"
        return Lambda(lr=1, factor=f"{lr_min!r} + ({top - lr_min!r}) / (1 + exp(2 * {x}))")

    cycles = Cycles(optimizer.lr, lr_min, t_initial, cycle_mul, cycle_decay, cycle_limit)
    return cycles.curve(tanh, around)


@shaken(then=("k_decay",))
@warmed(prefix=False, then=("k_decay",))
def PolyLRScheduler(
    optimizer: Base,
    t_initial: float,
    power: float = 0.5,
    lr_min: float = 0.0,
    cycle_mul: float = 1.0,
    cycle_decay: float = 1.0,
    cycle_limit: Whole = 1,
    k_decay: float = 1.0,
    *,
    around: Context,
) -> Schedule:
    _check(t_initial, lr_min)
    cycles = Cycles(optimizer.lr, lr_min, t_initial, cycle_mul, cycle_decay, cycle_limit, k_decay)

    def poly(top: float, length: float, late: float) -> Schedule:
        if power > 0 and k_decay == 1 and not late:
            return Polynomial(lr=top, end_lr=lr_min, power=power, T_max=length)
        gone = f"(t + {late!r}) ** {k_decay!r} / {length!r} ** {k_decay!r}"
        return Lambda(lr=1, factor=f"{lr_min!r} + ({top - lr_min!r}) * max(0, 1 - {gone}) ** {power!r}")

    if k_decay <= 0:
        raise Refusal(f"a k_decay of {k_decay:g} makes no way from the base rate to lr_min", "k_decay")
    return cycles.curve(poly, around)


@shaken()
@warmed(prefix=True)
def StepLRScheduler(
    optimizer: Base,
    decay_t: float,
    decay_rate: float = 1.0,
) -> Schedule:
    if decay_t <= 0:
        raise Refusal(f"decay_t must be > 0, got {decay_t:g}", "decay_t")
    curve: Schedule = Step(lr=optimizer.lr, step_size=_divisor(decay_t), gamma=decay_rate)
    if decay_rate == 1:
        curve = Constant(lr=optimizer.lr)
    return curve


@shaken()
@warmed(prefix=True)
def MultiStepLRScheduler(
    optimizer: Base,
    decay_t: list[float],
    decay_rate: float = 1.0,
) -> Schedule:
    """A milestone acts one step early, at ``m - 1``; milestones out of order are searched as timm does."""
    acts = [max(0, math.ceil(milestone) - 1) for milestone in decay_t]
    curve: Schedule
    if decay_t == sorted(decay_t):
        curve = MultiStep(lr=optimizer.lr, milestones=tuple(acts), gamma=decay_rate)
    else:
        found = {at: optimizer.lr * decay_rate ** bisect_right(decay_t, at + 1) for at in (0, *acts)}
        curve = Piecewise(points=tuple(sorted(found.items())))
    return curve


@initialized
def PlateauLRScheduler(
    optimizer: Base,
    decay_rate: float = 0.1,
    patience_t: int = 10,
    threshold: float = 1e-4,
    cooldown_t: int = 0,
    warmup_t: int = 0,
    warmup_lr_init: float = 0.0,
    lr_min: float | list[float] = 0.0,
    mode: Choice = "max",
    noise_range_t: Noise = None,
    noise_type: str = "normal",  # noqa: ARG001 (only of the noise)
    noise_pct: float = 0.67,  # noqa: ARG001
    noise_std: float = 1.0,  # noqa: ARG001
    noise_seed: int | None = None,  # noqa: ARG001
    *,
    around: Context,
) -> Schedule:
    """PyTorch's rule after a warm-up, whose own metrics it passes over."""
    if noise_range_t is not None:
        raise Refusal(
            "PlateauLRScheduler's noise acts on the rate that it finds and stays in it; leave it out to see "
            "the curve it is added to",
            "noise_range_t",
        )
    if decay_rate >= 1:
        raise Refusal("Factor should be < 1.0.", "decay_rate")
    if mode not in {"max", "min"}:
        raise Refusal(f"mode {mode} is unknown!", "mode")
    curve = Plateau(
        lr=optimizer.lr,
        rule="timm",
        mode=mode,
        factor=decay_rate,
        patience=patience_t,
        threshold=threshold,
        cooldown=cooldown_t,
        min_lr=combine.of_groups(lr_min, "lr_min"),
        **combine.metrics_of("PlateauLRScheduler", around, max(0, warmup_t)),
    )
    warm = WarmUp(warmup_t, warmup_lr_init, prefix=True)
    return combine.by_epoch(warm.before(curve, optimizer.lr, optimizer.lr), around)


def _divisor(length: float) -> float:
    """A length whose multiples lie where Python's ``t // length`` sees them, not a hair before.

    A native schedule takes 1.1 for 11/10; the float is a little more, and 11 // 1.1 is 9.
    """
    return math.nextafter(length, math.inf) if Fraction(length) > simplest_fraction(length) else length


def _cosine(top: float, low: float, length: float, late: float, k: float) -> Schedule:
    if k == 1 and not late:
        return Cosine(lr=top, eta_min=low, T_max=length)
    if k <= 0:
        raise Refusal(f"a k_decay of {k:g} makes no way from the base rate to lr_min", "k_decay")
    gone = f"(t + {late!r}) ** {k!r} / {length!r} ** {k!r}"
    return Lambda(lr=1, factor=f"{low!r} + 0.5 * ({top - low!r}) * (1 + cos(pi * min(1, {gone})))")


def _check(t_initial: float, lr_min: float) -> None:
    if t_initial <= 0:
        raise Refusal(f"timm asserts t_initial > 0, got {t_initial:g}", "t_initial")
    if lr_min < 0:
        raise Refusal(f"timm asserts lr_min >= 0, got {lr_min:g}", "lr_min")
