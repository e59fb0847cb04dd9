"""timm's ``timm.scheduler``, as release 1.0.31 computes them.

The curve begins with the constructor's own value; from then on it is what ``step(t)`` sets, or
``step_update(t)`` where ``t_in_epochs`` is false.
"""

import inspect
import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final, Literal

from lrplot.frameworks.timm_spellings import SPELLINGS
from lrplot.python import combine
from lrplot.python.binding import Choice
from lrplot.python.registry import Framework
from lrplot.python.values import Base, Made, Noted, Refusal
from lrplot.schedules.base import Schedule, Surroundings
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.inverse_sqrt import InverseSqrt
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.linear import Linear
from lrplot.schedules.multistep import MultiStep
from lrplot.schedules.noisy import Noisy
from lrplot.schedules.period import simplest_fraction
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.plateau import Plateau
from lrplot.schedules.polynomial import Polynomial
from lrplot.schedules.product import Product
from lrplot.schedules.step import Step
from lrplot.schedules.tanh import Tanh
from lrplot.schedules.warmup import Warmup
from lrplot.schedules.wsd import WSD

_MOST_CYCLES: Final = 4096
_FARTHEST: Final = 2**53

Noise = float | list[float] | None
Cycle = Callable[[float, float, float], Schedule]
"""One cycle, from its top, its length and the share of a step it is begun late by."""


def CosineLRScheduler(
    optimizer: Base,
    t_initial: float,
    lr_min: float = 0.0,
    cycle_mul: float = 1.0,
    cycle_decay: float = 1.0,
    cycle_limit: int = 1,
    warmup_t: float = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = False,
    t_in_epochs: bool = True,
    noise_range_t: Noise = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = 42,
    k_decay: float = 1.0,
    initialize: bool = True,
    *,
    around: Surroundings,
) -> Schedule:
    _check(t_initial, lr_min, initialize)
    cycles = _Cycles(optimizer.lr, lr_min, t_initial, cycle_mul, cycle_decay, cycle_limit)
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
    warm = _Warmup(warmup_t, warmup_lr_init, warmup_prefix)
    curve = _noisy(
        warm.before(curve, optimizer.lr, optimizer.lr), noise_range_t, noise_pct, noise_std, noise_seed
    )
    return _clocked(curve, t_in_epochs, around)


def TanhLRScheduler(
    optimizer: Base,
    t_initial: float,
    lb: float = -7.0,
    ub: float = 3.0,
    lr_min: float = 0.0,
    cycle_mul: float = 1.0,
    cycle_decay: float = 1.0,
    cycle_limit: int = 1,
    warmup_t: float = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = False,
    t_in_epochs: bool = True,
    noise_range_t: Noise = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = 42,
    initialize: bool = True,
    *,
    around: Surroundings,
) -> Schedule:
    _check(t_initial, lr_min, initialize)
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

    cycles = _Cycles(optimizer.lr, lr_min, t_initial, cycle_mul, cycle_decay, cycle_limit)
    curve = cycles.curve(tanh, around)
    warm = _Warmup(warmup_t, warmup_lr_init, warmup_prefix)
    target = optimizer.lr if warmup_prefix or not warmup_t else _at(curve, warmup_t)
    curve = warm.before(curve, optimizer.lr, target)
    curve = _noisy(curve, noise_range_t, noise_pct, noise_std, noise_seed)
    return _clocked(curve, t_in_epochs, around)


def PolyLRScheduler(
    optimizer: Base,
    t_initial: float,
    power: float = 0.5,
    lr_min: float = 0.0,
    cycle_mul: float = 1.0,
    cycle_decay: float = 1.0,
    cycle_limit: int = 1,
    warmup_t: float = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = False,
    t_in_epochs: bool = True,
    noise_range_t: Noise = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = 42,
    k_decay: float = 1.0,
    initialize: bool = True,
    *,
    around: Surroundings,
) -> Schedule:
    _check(t_initial, lr_min, initialize)
    cycles = _Cycles(optimizer.lr, lr_min, t_initial, cycle_mul, cycle_decay, cycle_limit)

    def poly(top: float, length: float, late: float) -> Schedule:
        if power > 0 and k_decay == 1 and not late:
            return Polynomial(lr=top, end_lr=lr_min, power=power, T_max=length)
        gone = f"(t + {late!r}) ** {k_decay!r} / {length!r} ** {k_decay!r}"
        return Lambda(lr=1, factor=f"{lr_min!r} + ({top - lr_min!r}) * max(0, 1 - {gone}) ** {power!r}")

    if k_decay <= 0:
        raise Refusal(f"a k_decay of {k_decay:g} makes no way from the base rate to lr_min", "k_decay")
    warm = _Warmup(warmup_t, warmup_lr_init, warmup_prefix)
    curve = cycles.curve(poly, around)
    curve = _noisy(
        warm.before(curve, optimizer.lr, optimizer.lr), noise_range_t, noise_pct, noise_std, noise_seed
    )
    return _clocked(curve, t_in_epochs, around)


def StepLRScheduler(
    optimizer: Base,
    decay_t: float,
    decay_rate: float = 1.0,
    warmup_t: float = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = True,
    t_in_epochs: bool = True,
    noise_range_t: Noise = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = 42,
    initialize: bool = True,
    *,
    around: Surroundings,
) -> Schedule:
    _check(1, 0, initialize)
    if decay_t <= 0:
        raise Refusal(f"decay_t must be > 0, got {decay_t:g}", "decay_t")
    curve: Schedule = Step(lr=optimizer.lr, step_size=_divisor(decay_t), gamma=decay_rate)
    if decay_rate == 1:
        curve = Constant(lr=optimizer.lr)
    warm = _Warmup(warmup_t, warmup_lr_init, warmup_prefix)
    curve = _noisy(
        warm.before(curve, optimizer.lr, optimizer.lr), noise_range_t, noise_pct, noise_std, noise_seed
    )
    return _clocked(curve, t_in_epochs, around)


def MultiStepLRScheduler(
    optimizer: Base,
    decay_t: list[float],
    decay_rate: float = 1.0,
    warmup_t: float = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = True,
    t_in_epochs: bool = True,
    noise_range_t: Noise = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = 42,
    initialize: bool = True,
    *,
    around: Surroundings,
) -> Schedule:
    """A milestone acts one step early, at ``m - 1``; milestones out of order are searched as timm does."""
    _check(1, 0, initialize)
    acts = [max(0, math.ceil(milestone) - 1) for milestone in decay_t]
    curve: Schedule
    if decay_t == sorted(decay_t):
        curve = MultiStep(lr=optimizer.lr, milestones=tuple(acts), gamma=decay_rate)
    else:
        found = {at: optimizer.lr * decay_rate ** bisect_right(decay_t, at + 1) for at in (0, *acts)}
        curve = Piecewise(points=tuple(sorted(found.items())))
    warm = _Warmup(warmup_t, warmup_lr_init, warmup_prefix)
    curve = _noisy(
        warm.before(curve, optimizer.lr, optimizer.lr), noise_range_t, noise_pct, noise_std, noise_seed
    )
    return _clocked(curve, t_in_epochs, around)


def WSDLRScheduler(
    optimizer: Base,
    t_initial: float,
    decay_t: float,
    lr_min: float = 0.0,
    stable_fn: str = "constant",
    stable_timescale: float | None = None,
    stable_power: float = 0.5,
    decay_fn: Choice = "1-sqrt",
    decay_power: float = 0.5,
    decay_ratio: float = 0.1,
    warmup_t: float = 0,
    warmup_lr_init: float = 0.0,
    t_in_epochs: bool = True,
    noise_range_t: Noise = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = 42,
    initialize: bool = True,
    *,
    around: Surroundings,
) -> Schedule:
    _check(1, 0, initialize)
    _check_lengths(t_initial, decay_t, lr_min)
    if not isinstance(decay_fn, str):
        raise Refusal("a function of your own as decay_fn is not read", "decay_fn")
    _check_shapes(
        stable_fn, decay_fn, {"decay_power": decay_power, "stable_power": stable_power}, decay_ratio
    )
    timescale = warmup_t if stable_timescale is None else stable_timescale
    if stable_fn != "constant" and timescale <= 0:
        raise Refusal(
            f"stable_fn={stable_fn} requires a positive stable_timescale, it defaults to warmup_t "
            f"({warmup_t:g}), set it explicitly when there is no warmup.",
            "stable_timescale",
        )
    stable_power = {"constant": 0.0, "rsqrt": 0.5}.get(stable_fn, stable_power)
    decay = _Decay(decay_fn, decay_power, decay_ratio)
    wsd = _StableThenDecay(optimizer.lr, lr_min, t_initial, decay_t, timescale, stable_power, decay)
    warm = _Warmup(warmup_t, warmup_lr_init, prefix=True)
    curve = _noisy(
        warm.before(wsd.curve(), optimizer.lr, optimizer.lr), noise_range_t, noise_pct, noise_std, noise_seed
    )
    return _clocked(curve, t_in_epochs, around)


def _check_lengths(t_initial: float, decay_t: float, lr_min: float) -> None:
    if t_initial <= 0:
        raise Refusal(f"Invalid t_initial ({t_initial:g}), must be > 0.", "t_initial")
    if not 0 < decay_t <= t_initial:
        raise Refusal(
            f"Invalid decay_t ({decay_t:g}), must be in (0, t_initial] w/ t_initial={t_initial:g}.", "decay_t"
        )
    if lr_min < 0:
        raise Refusal(f"Invalid lr_min ({lr_min:g}), must be >= 0.", "lr_min")


def _check_shapes(stable_fn: str, decay_fn: str, powers: Mapping[str, float], decay_ratio: float) -> None:
    if stable_fn not in {"constant", "rsqrt", "power"}:
        raise Refusal(
            f"Invalid stable_fn ({stable_fn}), must be one of ('constant', 'rsqrt', 'power').", "stable_fn"
        )
    if decay_fn not in _DECAYS:
        raise Refusal(f"Invalid decay_fn ({decay_fn}), must be one of {tuple(_DECAYS)}.", "decay_fn")
    if not 0 < decay_ratio < 1:
        raise Refusal(f"Invalid decay_ratio ({decay_ratio:g}), must be in (0, 1).", "decay_ratio")
    for name, power in powers.items():
        if power <= 0:
            raise Refusal(f"Invalid {name} ({power:g}), must be > 0.", name)


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
    initialize: bool = True,
    *,
    around: Surroundings,
) -> Schedule:
    """PyTorch's rule after a warm-up, whose own metrics it passes over."""
    if noise_range_t is not None:
        raise Refusal(
            "PlateauLRScheduler's noise acts on the rate that it finds and stays in it; leave it out to see "
            "the curve it is added to",
            "noise_range_t",
        )
    _check(1, 0, initialize)
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
    warm = _Warmup(warmup_t, warmup_lr_init, prefix=True)
    return combine.by_epoch(warm.before(curve, optimizer.lr, optimizer.lr), around)


def _scheduler(
    optimizer: Base,
    sched: str = "cosine",
    num_epochs: int = 300,
    decay_epochs: float | None = None,
    decay_milestones: list[float] = [90, 180, 270],  # noqa: B006 (never changed)
    cooldown_epochs: int = 0,  # noqa: ARG001 (only makes training longer)
    patience_epochs: int = 10,
    decay_rate: float = 0.1,
    min_lr: float = 0.0,
    warmup_lr: float = 1e-5,
    warmup_epochs: int = 0,
    warmup_prefix: bool = False,
    noise: Noise = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = 42,
    cycle_mul: float = 1.0,
    cycle_decay: float = 0.1,
    cycle_limit: int = 1,
    k_decay: float = 1.0,
    decay_fn: str | None = None,
    stable_timescale: float | None = None,
    plateau_mode: Choice = "max",
    step_on_epochs: bool = True,
    updates_per_epoch: int = 0,
    *,
    around: Surroundings,
) -> Schedule:
    if sched == "none":
        return Constant(lr=optimizer.lr)
    if not step_on_epochs and updates_per_epoch <= 0:
        raise Refusal("updates_per_epoch must be set to number of dataloader batches", "updates_per_epoch")
    each = 1 if step_on_epochs else updates_per_epoch
    flat = sched in {"wsd", "rsqrt"}
    decay = decay_epochs if decay_epochs is not None else 0.2 if flat else 90
    whole = num_epochs * each
    shares = noise if isinstance(noise, list) else [] if noise is None else [noise]
    spans = [share * whole for share in shares]
    shaken: dict[str, Any] = {
        "noise_range_t": spans if len(spans) > 1 else spans[0] if spans else None,
        "noise_pct": noise_pct,
        "noise_std": noise_std,
        "noise_seed": noise_seed,
    }
    warm: dict[str, Any] = {"warmup_lr_init": warmup_lr, "warmup_t": warmup_epochs * each}
    common: dict[str, Any] = {
        "optimizer": optimizer,
        "t_in_epochs": step_on_epochs,
        "around": around,
        **shaken,
    }
    prefix: dict[str, Any] = {**common, **warm, "warmup_prefix": warmup_prefix}
    cycled: dict[str, Any] = {
        **prefix,
        "t_initial": num_epochs * each,
        "lr_min": min_lr,
        "cycle_mul": cycle_mul,
        "cycle_decay": cycle_decay,
        "cycle_limit": cycle_limit,
    }
    if sched == "cosine":
        return CosineLRScheduler(**cycled, k_decay=k_decay)
    if sched == "tanh":
        return TanhLRScheduler(**cycled)
    if sched == "poly":
        # The factory's decay_rate is the power here.
        return PolyLRScheduler(**cycled, k_decay=k_decay, power=decay_rate)
    if sched == "step":
        return StepLRScheduler(**prefix, decay_t=decay * each, decay_rate=decay_rate)
    if sched == "constant":
        return StepLRScheduler(**prefix, decay_t=1)
    if sched == "multistep":
        milestones = [milestone * each for milestone in decay_milestones]
        return MultiStepLRScheduler(**prefix, decay_t=milestones, decay_rate=decay_rate)
    if sched == "plateau":
        if not step_on_epochs:
            raise Refusal("Plateau LR only supports step per epoch.", "step_on_epochs")
        return PlateauLRScheduler(
            optimizer,
            **warm,
            decay_rate=decay_rate,
            patience_t=patience_epochs,
            lr_min=min_lr,
            mode=plateau_mode,
            noise_range_t=shaken["noise_range_t"],
            around=around,
        )
    if not flat:
        raise Refusal(f"Unknown scheduler '{sched}'.", "sched")
    length = (num_epochs if warmup_prefix else num_epochs - warmup_epochs) * each
    falling = round(decay * length if 0 < decay < 1 else decay * each)
    if not 0 < falling <= length:
        raise Refusal(
            f"{sched} schedule requires 0 < decay_epochs <= "
            f"epochs{'' if warmup_prefix else ' - warmup_epochs'}, got decay {falling} and stable + decay "
            f"length {length}.",
            "decay_epochs",
        )
    return WSDLRScheduler(
        **common,
        **warm,
        t_initial=length,
        decay_t=falling,
        lr_min=min_lr,
        stable_fn="rsqrt" if sched == "rsqrt" else "constant",
        stable_timescale=None if stable_timescale is None else stable_timescale * each,
        decay_fn=decay_fn or ("linear" if sched == "rsqrt" else "1-sqrt"),
    )


def create_scheduler_v2(*given: Any, **named: Any) -> Noted:
    """The factory, which gives the pair ``(scheduler, num_epochs)``."""
    bound = inspect.signature(_scheduler).bind(*given, **named)
    bound.apply_defaults()
    schedule = _scheduler(*given, **named)
    epochs = _trained(**bound.arguments)
    each = 1 if bound.arguments["step_on_epochs"] else bound.arguments["updates_per_epoch"]
    return Noted(schedule, horizon=epochs * each, beside=epochs)


create_scheduler_v2.__signature__ = inspect.signature(_scheduler)  # type: ignore[attr-defined]


def _trained(
    sched: str,
    num_epochs: int,
    warmup_epochs: int,
    warmup_prefix: bool,
    cooldown_epochs: int,
    cycle_mul: float,
    cycle_limit: int,
    **_others: Any,
) -> int:
    """The epochs of training: the cycles and the cooldown of a schedule that has a length."""
    if sched in {"wsd", "rsqrt"}:
        return num_epochs + warmup_prefix * warmup_epochs + cooldown_epochs
    if sched not in {"cosine", "tanh", "poly"}:
        return num_epochs + (warmup_epochs if warmup_prefix else 0)
    cycles = max(1, cycle_limit)
    total = (
        num_epochs * cycles
        if cycle_mul == 1
        else math.floor(-num_epochs * (cycle_mul**cycles - 1) / (1 - cycle_mul))
    )
    return total + warmup_prefix * warmup_epochs + cooldown_epochs


def _check(t_initial: float, lr_min: float, initialize: bool) -> None:
    if t_initial <= 0:
        raise Refusal(f"timm asserts t_initial > 0, got {t_initial:g}", "t_initial")
    if lr_min < 0:
        raise Refusal(f"timm asserts lr_min >= 0, got {lr_min:g}", "lr_min")
    if not initialize:
        raise Refusal(
            "initialize=False resumes from an optimizer's initial_lr; leave it out to see the whole curve",
            "initialize",
        )


def _noisy(curve: Schedule, noise: Noise, limit: float, std: float, seed: int | None) -> Schedule:
    """The curve with timm's noise; the constructor's own value, at step 0, never has any."""
    if noise is None:
        return curve
    if isinstance(noise, list) and len(noise) < 2:
        raise Refusal(f"noise_range_t needs a start and a stop, got {noise}", "noise_range_t")
    if limit <= 0:
        raise Refusal(f"timm draws for ever for noise smaller than {limit:g}", "noise_pct")
    start, stop = (noise[0], math.ceil(noise[1])) if isinstance(noise, list) else (noise, None)
    first = max(1, math.ceil(start))
    if stop is not None and stop <= first:
        return curve
    # PyTorch's generator is seeded with 32 bits of seed + t.
    whose = (42 if seed is None else seed) % 2**32
    return Noisy(schedule=curve, std=std, limit=limit, seed=whose, start=first, stop=stop)


def _clocked(schedule: Schedule, t_in_epochs: bool, around: Surroundings) -> Schedule:
    return combine.by_epoch(schedule, around) if t_in_epochs else schedule


def _divisor(length: float) -> float:
    """A length whose multiples lie where Python's ``t // length`` sees them, not a hair before.

    A native schedule takes 1.1 for 11/10; the float is a little more, and 11 // 1.1 is 9.
    """
    return math.nextafter(length, math.inf) if Fraction(length) > simplest_fraction(length) else length


@dataclass(frozen=True, slots=True)
class _Warmup:
    """timm's linear warm-up."""

    steps: float
    start: float
    prefix: bool

    def before(self, curve: Schedule, base: float, target: float) -> Schedule:
        """The warm-up and what it leads to; without one, step 0 has the base rate whatever the curve says."""
        if self.steps < 0:
            raise Refusal(f"warmup_t must be >= 0, got {self.steps:g}", "warmup_t")
        if not self.steps:
            return (
                curve
                if float(curve(0)) == base
                else combine.joined([Constant(lr=base), combine.begun(curve, 1)], [1])
            )
        whole = math.ceil(self.steps)
        if self.prefix and whole != self.steps:
            raise Refusal(
                f"a warm-up of {self.steps:g} steps would start the schedule between two steps", "warmup_t"
            )
        if whole == self.steps and float(curve(0)) == target:
            return Warmup(schedule=curve, steps=whole, start_lr=self.start, prefix=self.prefix)
        ramp = Linear(lr=self.start, end_lr=target, T_max=self.steps)
        return combine.joined([ramp, curve if self.prefix else combine.begun(curve, whole)], [whole])


def _at(curve: Schedule, t: float) -> float:
    return float(curve(t))


def _cosine(top: float, low: float, length: float, late: float, k: float) -> Schedule:
    if k == 1 and not late:
        return Cosine(lr=top, eta_min=low, T_max=length)
    if k <= 0:
        raise Refusal(f"a k_decay of {k:g} makes no way from the base rate to lr_min", "k_decay")
    gone = f"(t + {late!r}) ** {k!r} / {length!r} ** {k!r}"
    return Lambda(lr=1, factor=f"{low!r} + 0.5 * ({top - low!r}) * (1 + cos(pi * min(1, {gone})))")


@dataclass(frozen=True, slots=True)
class _Cycles:
    """Cycles one after another, then ``lr_min``.

    Where ``cycle_mul`` is not 1, timm finds the cycle by a logarithm in float64, whose rounding now and then
    leaves a restart's first step in the cycle before. That is drawn as it is.
    """

    lr: float
    low: float
    first: float
    factor: float
    decay: float
    limit: int

    def curve(self, cycle: Cycle, around: Surroundings) -> Schedule:
        found: list[Schedule] = []
        starts: list[int] = []
        for index in range(self.limit):
            start = self._start(index)
            if start is None:
                self._refuse_end(around)
                return self._together(found, starts)
            if start >= _FARTHEST:
                return self._together(found, starts)
            if index >= _MOST_CYCLES:
                raise Refusal(f"more than {_MOST_CYCLES} cycles that are no plain cosine", "cycle_limit")
            begin, length = self._begins(index)
            late = start - begin
            if abs(late) < 1e-9 * max(1, begin):
                late = 0.0
            after = self._start(index + 1)
            if after is not None and after > begin + length:
                # The step at its very end is still in it, and no step of lr_min or of the next cycle.
                length = math.nextafter(length, math.inf)
            found.append(cycle(self.lr * self.decay**index, length, late))
            starts.append(start)
        end = self._start(self.limit)
        if end is None:
            self._refuse_end(around)
        elif end < _FARTHEST:
            found.append(Constant(lr=self.low))
            starts.append(end)
            if self.factor < 1:
                self._refuse_end(around)
        return self._together(found, starts)

    def _together(self, found: Sequence[Schedule], starts: Sequence[int]) -> Schedule:
        """The cycles, those left out that no whole step falls into."""
        return combine.joined(found, [after - before for before, after in pairwise(starts)])

    def _begins(self, index: int) -> tuple[float, float]:
        """Where a cycle begins and how long it lasts, in real steps."""
        if self.factor == 1:
            return index * self.first, self.first
        power = self.factor**index
        return (1 - power) / (1 - self.factor) * self.first, power * self.first

    def _start(self, index: int) -> int | None:
        """The first whole step that timm counts into a cycle; None when it stops before."""
        try:
            begin = self._begins(index)[0]
        except OverflowError:
            return _FARTHEST
        if begin >= _FARTHEST:
            return _FARTHEST
        near = max(0, math.ceil(begin) - 1)
        for step in range(near, near + 3):
            found = self._index(step)
            if found is None:
                return None
            if found >= index:
                return step
        return near + 3

    def _index(self, step: int) -> int | None:
        if self.factor == 1:
            return int(step // self.first)
        left = 1 - step / self.first * (1 - self.factor)
        return math.floor(math.log(left, self.factor)) if left > 0 < self.factor else None

    def _refuse_end(self, around: Surroundings) -> None:
        """With ever shorter cycles timm takes the logarithm of 0 where they would be over."""
        if self.factor <= 0:
            raise Refusal(f"cycle_mul must be > 0, got {self.factor:g}", "cycle_mul")
        last = math.ceil(self.first / (1 - self.factor))
        while self._index(last) is not None:
            last += 1
        while last > 0 and self._index(last - 1) is None:
            last -= 1
        each = around.steps_per_epoch or 1
        if around.length is None or around.length > last * each:
            raise Refusal(
                f"with cycle_mul {self.factor:g} timm stops with a math domain error at step {last}; "
                f"draw at most {last} steps",
                "cycle_mul",
            )


_DECAYS: Final = ("linear", "1-sqrt", "cosine", "power", "exp")
_Native = Literal["linear", "cosine", "1-sqrt", "exponential"]
_NATIVE: Final[Mapping[str, _Native]] = {"linear": "linear", "1-sqrt": "1-sqrt", "cosine": "cosine"}
_POWERS: Final[Mapping[float, _Native]] = {0.5: "1-sqrt", 1.0: "linear"}


@dataclass(frozen=True, slots=True)
class _Decay:
    """The way down, as a native shape where there is one, and as an expression in its progress ``z``."""

    name: str
    power: float
    ratio: float

    @property
    def native(self) -> _Native | None:
        if self.name == "exp":
            return "exponential" if self.ratio == 0.5 else None
        if self.name == "power":
            return _POWERS.get(self.power)
        return _NATIVE[self.name]

    def text(self, z: str) -> str:
        return {
            "linear": f"(1 - {z})",
            "1-sqrt": f"(1 - sqrt({z}))",
            "cosine": f"(0.5 * (1 + cos(pi * {z})))",
            "power": f"(1 - {z} ** {self.power!r})",
            "exp": f"(({self.ratio!r} ** {z} - {self.ratio!r}) / {1 - self.ratio!r})",
        }[self.name]


@dataclass(frozen=True, slots=True)
class _StableThenDecay:
    """The stable phase and the decay, on a clock that starts after the warm-up."""

    lr: float
    low: float
    total: float
    falling: float
    timescale: float
    power: float
    decay: _Decay

    def curve(self) -> Schedule:
        turn = self.total - self.falling
        native = self.decay.native
        top = max(self.lr, self.low)
        if native is not None and (not self.power or self.lr <= self.low):
            return self._native(native).model_copy(update={"lr": top, "min_lr": self.low})
        if native is not None and self.power == 0.5 and not self.low:
            falls = self._native(native)
            return Product(lr=self.lr, factors=(InverseSqrt(lr=self.lr, timescale=self.timescale), falls))
        first, end = math.ceil(turn), math.ceil(self.total)
        z = f"(min(1, max(0, t + {first - turn!r}) / {self.falling!r}))"
        above = f"({self._stable('t', first)} - {self.low!r})"
        down = Lambda(lr=1, factor=f"{self.low!r} + {above} * {self.decay.text(z)}")
        fallen = combine.joined([down, Constant(lr=self.low)], [end - first])
        return combine.joined([self._plateau(), fallen], [first])

    def _native(self, shape: _Native) -> WSD:
        return WSD(lr=self.lr, total_steps=self.total, decay_steps=self.falling, decay=shape)

    def _plateau(self) -> Schedule:
        if not self.power or self.lr <= self.low:
            return Constant(lr=max(self.lr, self.low))
        if self.power != 0.5:
            return Lambda(lr=1, factor=self._stable("t", 0))
        curve = InverseSqrt(lr=self.lr, timescale=self.timescale)
        if not self.low:
            return curve
        crossing = math.ceil(self.timescale * ((self.lr / self.low) ** 2 - 1))
        return combine.joined([curve, Constant(lr=self.low)], [crossing]) if crossing < _FARTHEST else curve

    def _stable(self, t: str, start: int) -> str:
        if not self.power:
            return repr(max(self.lr, self.low))
        falling = f"{self.lr!r} * (1 + ({t} + {start}) / {self.timescale!r}) ** -{self.power!r}"
        return f"max({self.low!r}, {falling})"


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (
        CosineLRScheduler,
        TanhLRScheduler,
        PolyLRScheduler,
        StepLRScheduler,
        MultiStepLRScheduler,
        WSDLRScheduler,
        PlateauLRScheduler,
        create_scheduler_v2,
    )
}
"""The calls by timm's names."""


def _stepping(scheduler: Made, method: str, time: Any) -> Literal["clock", "time"] | None:
    """``step(t)`` sets a scheduler that counts epochs, ``step_update(n)`` one that counts updates."""
    given = scheduler.arguments
    by_epoch = given.get("t_in_epochs", given.get("step_on_epochs", True)) is not False
    if by_epoch != (method == "step"):
        return None
    if time is None:
        raise Refusal(
            f"timm's {scheduler.call}.{method} wants to be told the {'epoch' if by_epoch else 'update'}"
        )
    return "clock" if scheduler.schedule.reacts else "time"


FRAMEWORK: Final = Framework(
    name="timm",
    title="timm",
    roots=("timm",),
    calls=CALLS,
    stepping=_stepping,
    spellings=SPELLINGS,
)
