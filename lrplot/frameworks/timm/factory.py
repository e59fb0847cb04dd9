"""timm's factory of schedulers, which takes an epoch's updates and shares of the training for lengths."""

import inspect
import math
from typing import Any

from lrplot.frameworks.timm.noise import Noise
from lrplot.frameworks.timm.schedulers import (
    CosineLRScheduler,
    MultiStepLRScheduler,
    PlateauLRScheduler,
    PolyLRScheduler,
    StepLRScheduler,
    TanhLRScheduler,
)
from lrplot.frameworks.timm.wsd import WSDLRScheduler
from lrplot.python.parameters import Base, Choice, Noted, Refusal, Whole
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant


def _scheduler(
    optimizer: Base,
    sched: str = "cosine",
    num_epochs: Whole = 300,
    decay_epochs: float | None = None,
    decay_milestones: list[float] = [90, 180, 270],  # noqa: B006 (never changed)
    cooldown_epochs: Whole = 0,  # noqa: ARG001 (only makes training longer)
    patience_epochs: int = 10,
    decay_rate: float = 0.1,
    min_lr: float = 0.0,
    warmup_lr: float = 1e-5,
    warmup_epochs: Whole = 0,
    warmup_prefix: bool = False,
    noise: Noise = None,
    noise_pct: float = 0.67,
    noise_std: float = 1.0,
    noise_seed: int | None = 42,
    cycle_mul: float = 1.0,
    cycle_decay: float = 0.1,
    cycle_limit: Whole = 1,
    k_decay: float = 1.0,
    decay_fn: str | None = None,
    stable_timescale: float | None = None,
    plateau_mode: Choice = "max",
    step_on_epochs: bool = True,
    updates_per_epoch: Whole = 0,
    *,
    around: Context,
) -> Schedule:
    if not step_on_epochs and updates_per_epoch <= 0:
        raise Refusal("updates_per_epoch must be set to number of dataloader batches", "updates_per_epoch")
    if sched == "none":
        return Constant(lr=optimizer.lr)
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
    num_epochs: Whole,
    warmup_epochs: Whole,
    warmup_prefix: bool,
    cooldown_epochs: Whole,
    cycle_mul: float,
    cycle_limit: Whole,
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
