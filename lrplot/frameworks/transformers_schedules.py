"""Transformers' ``get_*_schedule*`` functions, as release 5.23 computes them.

They need no interpreter: a configuration of the Trainer calls them as they are.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.frameworks.last_parameters import resuming, with_last_epoch
from lrplot.python.combine import begun, joined, straight, wave, whole
from lrplot.python.parameters import Base, Noted, Path, Refusal, Unused, Whole
from lrplot.python.signatures import fit, with_tail
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.inverse_sqrt import InverseSqrt
from lrplot.schedules.linear import Linear
from lrplot.schedules.polynomial import Polynomial
from lrplot.schedules.warmup import Warmup
from lrplot.schedules.wsd import WSD


def _warmed(schedule: Schedule, steps: float, lr: float) -> Schedule:
    """The schedule after a linear warm-up from 0 to ``lr``, which may end between two steps."""
    last = math.ceil(steps)
    late = None if steps < 0 else _begun_between(schedule, last - steps)
    if late is not None:
        return joined([straight(0, lr, steps), late], [last])
    ramp = whole("num_warmup_steps", steps)
    # A warm-up of less than no steps has the schedule begin part-way.
    if ramp <= 0:
        return begun(schedule, -ramp)
    if isinstance(schedule, Linear) and schedule.lr != lr:
        return joined([straight(0, lr, steps), schedule], [ramp])
    return Warmup(schedule=schedule, steps=ramp)


def _begun_between(schedule: Schedule, late: float) -> Schedule | None:
    """The schedule from a moment before its first whole step on; None where that is 0, or not drawn."""
    if late == 0:
        return None
    if isinstance(schedule, Constant):
        return schedule
    if isinstance(schedule, Linear | Polynomial):
        left = schedule.T_max - late
        power = schedule.power if isinstance(schedule, Polynomial) else 1.0
        if left <= 0:
            return Constant(lr=schedule.end_lr)
        first = schedule.end_lr + (schedule.lr - schedule.end_lr) * (left / schedule.T_max) ** power
        return schedule.model_copy(update={"lr": first, "T_max": left})
    if isinstance(schedule, InverseSqrt):
        scale = schedule.timescale + late
        first = schedule.lr * math.sqrt(schedule.timescale / scale)
        return InverseSqrt(lr=first, timescale=scale)
    if isinstance(schedule, Cosine):
        from lrplot.schedules.lambda_ import Lambda

        low, swing = schedule.eta_min, (schedule.lr - schedule.eta_min) / 2
        wave = f"cos(pi * (t + {late!r}) / {schedule.T_max!r})"
        return Lambda(lr=1, factor=f"max(0, {low!r} + {swing!r} * (1 + {wave}))")
    return None


def _after_warmup(total: float, warmup: float) -> float:
    """Steps that remain, at least 1, as Transformers counts them."""
    return max(1.0, total - warmup)


@with_last_epoch
def get_constant_schedule(optimizer: Base) -> Schedule:
    return Constant(lr=optimizer.lr)


@with_last_epoch
def get_constant_schedule_with_warmup(optimizer: Base, num_warmup_steps: float) -> Schedule:
    return _warmed(Constant(lr=optimizer.lr), num_warmup_steps, optimizer.lr)


@with_last_epoch
def get_linear_schedule_with_warmup(
    optimizer: Base, num_warmup_steps: float, num_training_steps: float
) -> Schedule:
    rest = num_training_steps - num_warmup_steps
    if rest > 0:
        # Of less than one step as much is left as of the rate: Transformers divides by at least 1.
        anneal = straight(optimizer.lr * min(1.0, rest), 0, rest)
        return _warmed(anneal, num_warmup_steps, optimizer.lr)
    return _cut_short(optimizer.lr, num_warmup_steps, Constant(lr=0))


def _cut_short(lr: float, warmup: float, after: Schedule) -> Schedule:
    """A warm-up that is the whole run, and what follows."""
    steps = max(0, whole("num_warmup_steps", warmup))
    return joined([straight(0, lr, steps), after], [steps]) if steps else after


@with_last_epoch
def get_cosine_schedule_with_warmup(
    optimizer: Base,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 0.5,
) -> Schedule:
    rest = _after_warmup(num_training_steps, num_warmup_steps)
    return _warmed(wave(optimizer.lr, 0, rest, num_cycles), num_warmup_steps, optimizer.lr)


@with_last_epoch
def get_cosine_with_hard_restarts_schedule_with_warmup(
    optimizer: Base,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 1,
) -> Schedule:
    rest = _after_warmup(num_training_steps, num_warmup_steps)
    if num_cycles < 0:
        raise Refusal(f"num_cycles must be ≥ 0, got {num_cycles:g}", "num_cycles")
    lr = optimizer.lr
    inside = CosineRestarts(lr=lr, T_0=rest / num_cycles) if num_cycles else Constant(lr=lr)
    # A rest of 37.5 steps is over at the 38th.
    return _warmed(joined([inside, Constant(lr=0)], [math.ceil(rest)]), num_warmup_steps, lr)


@with_last_epoch
def get_polynomial_decay_schedule_with_warmup(
    optimizer: Base,
    num_warmup_steps: float,
    num_training_steps: float,
    lr_end: float = 1e-7,
    power: float = 1.0,
) -> Schedule:
    if not optimizer.lr > lr_end:
        raise Refusal(f"lr_end ({lr_end:g}) must be smaller than initial lr ({optimizer.lr:g})", "lr_end")
    if num_training_steps == num_warmup_steps:
        raise Refusal(
            f"Transformers divides by zero at step {num_training_steps:g}, where the warm-up ends and "
            "nothing is left",
            "num_training_steps",
        )
    if num_training_steps < num_warmup_steps:
        return _cut_short(optimizer.lr, num_warmup_steps, Constant(lr=lr_end))
    rest = num_training_steps - num_warmup_steps
    anneal = Polynomial(lr=optimizer.lr, end_lr=lr_end, power=power, T_max=rest)
    return _warmed(anneal, num_warmup_steps, optimizer.lr)


@with_last_epoch
def get_inverse_sqrt_schedule(
    optimizer: Base, num_warmup_steps: float, timescale: float | None = None
) -> Schedule:
    scale = timescale if timescale is not None else num_warmup_steps or 10_000
    return _warmed(InverseSqrt(lr=optimizer.lr, timescale=scale), num_warmup_steps, optimizer.lr)


def _least_share(lr: float, min_lr: float | None, min_lr_rate: float | None) -> float:
    if min_lr is not None and min_lr_rate is not None:
        raise Refusal("Only one of min_lr or min_lr_rate should be set", "min_lr")
    if min_lr is None and min_lr_rate is None:
        raise Refusal("One of min_lr or min_lr_rate should be set through the `lr_scheduler_kwargs`")
    if min_lr is not None:
        if lr == 0:
            raise Refusal("min_lr is taken as a share of the base rate, which is 0", "min_lr")
        return min_lr / lr
    return min_lr_rate or 0.0


@with_tail(resuming, then=("min_lr", "min_lr_rate"))
def get_cosine_with_min_lr_schedule_with_warmup(
    optimizer: Base,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 0.5,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
) -> Schedule:
    least = _least_share(optimizer.lr, min_lr, min_lr_rate)
    rest = _after_warmup(num_training_steps, num_warmup_steps)
    anneal = wave(optimizer.lr, least * optimizer.lr, rest, num_cycles)
    return _warmed(anneal, num_warmup_steps, optimizer.lr)


@with_tail(resuming, then=("min_lr", "min_lr_rate", "warmup_lr_rate"))
def get_cosine_with_min_lr_schedule_with_warmup_lr_rate(
    optimizer: Base,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 0.5,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
    warmup_lr_rate: float | None = None,
) -> Schedule:
    lr = optimizer.lr
    least = _least_share(lr, min_lr, min_lr_rate)
    steps = whole("num_warmup_steps", num_warmup_steps)
    rest = _after_warmup(num_training_steps, num_warmup_steps)
    # One step ahead of its siblings, in the warm-up and after it.
    anneal = begun(wave(lr, least * lr, rest, num_cycles), 1 + max(0, -steps))
    if steps <= 0:
        return anneal
    if warmup_lr_rate is None:
        ramp = begun(straight(0, lr, steps), 1)
    else:
        ramp = straight(warmup_lr_rate * lr, lr, max(1, steps - 1))
    return joined([ramp, anneal], [steps])


@with_last_epoch
def get_wsd_schedule(
    optimizer: Base,
    num_warmup_steps: Whole,
    num_decay_steps: Whole,
    num_training_steps: Whole | None = None,
    num_stable_steps: Whole | None = None,
    warmup_type: str = "linear",
    decay_type: str = "cosine",
    min_lr_ratio: float = 0,
    num_cycles: float = 0.5,
) -> Schedule:
    if num_training_steps is None and num_stable_steps is None:
        raise Refusal("Either num_training_steps or num_stable_steps must be specified.")
    for name, kind in (("warmup_type", warmup_type), ("decay_type", decay_type)):
        if kind not in {"linear", "cosine", "1-sqrt"}:
            shown = name.replace("_", " ")
            raise Refusal(f"Unknown {shown}: {kind}, expected 'linear', 'cosine' or '1-sqrt'", name)
    stable = num_stable_steps
    if stable is None:
        stable = (num_training_steps or 0) - num_warmup_steps - num_decay_steps
    lr, low = optimizer.lr, min_lr_ratio * optimizer.lr
    ramp = _wsd_ramp(lr, min_lr_ratio, num_warmup_steps, warmup_type)
    decay = _wsd_decay(lr, low, num_decay_steps, decay_type, num_cycles)
    # A run too short for its phases starts the decay part-way.
    decay = begun(decay, max(0, -stable))
    spans = [max(0, num_warmup_steps), max(0, stable), max(0, num_decay_steps + min(0, stable))]
    return begun(joined([ramp, Constant(lr=lr), decay, Constant(lr=low)], spans), max(0, -num_warmup_steps))


def _wsd_ramp(lr: float, share: float, steps: int, kind: str) -> Schedule:
    if steps <= 0:
        return Constant(lr=lr)
    if kind == "1-sqrt":
        from lrplot.schedules.lambda_ import Lambda

        return Lambda(lr=lr, factor=f"(1 - sqrt(max(0, 1 - t / {steps}))) * {1 - share!r} + {share!r}")
    shape: Any = kind
    return Warmup(schedule=Constant(lr=lr), steps=steps, start_factor=share, shape=shape)


def _wsd_decay(lr: float, low: float, steps: int, kind: str, cycles: float) -> Schedule:
    if steps <= 0:
        return Constant(lr=low)
    if kind == "cosine":
        return wave(lr, low, steps, cycles)
    shape: Any = kind
    return WSD(lr=lr, total_steps=steps, decay_steps=steps, decay=shape, min_lr=low)


def get_adafactor_schedule(optimizer: Unused, initial_lr: float = 0.0) -> Schedule:  # noqa: ARG001
    raise Refusal("Adafactor computes its rate from the parameters; there is no schedule to draw")


BY_NAME: Final[Mapping[str, Callable[..., Schedule]]] = {
    "linear": get_linear_schedule_with_warmup,
    "cosine": get_cosine_schedule_with_warmup,
    "cosine_with_restarts": get_cosine_with_hard_restarts_schedule_with_warmup,
    "polynomial": get_polynomial_decay_schedule_with_warmup,
    "constant": get_constant_schedule,
    "constant_with_warmup": get_constant_schedule_with_warmup,
    "inverse_sqrt": get_inverse_sqrt_schedule,
    "cosine_with_min_lr": get_cosine_with_min_lr_schedule_with_warmup,
    "cosine_warmup_with_min_lr": get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
    "warmup_stable_decay": get_wsd_schedule,
}
_WITHOUT_TOTAL: Final = {"constant_with_warmup", "inverse_sqrt"}
_REACTING: Final = ("reduce_lr_on_plateau", "greedy")
"""Types whose functions take long to import, and that few trainings use."""


def scheduler_type(name: Any) -> str:
    """The name of a schedule, spelled as text or as a member of ``SchedulerType``."""
    if isinstance(name, str):
        return name
    from lrplot.python.binding import NotKnown
    from lrplot.python.values import Unknown

    if isinstance(name, Path) and name.name.split(".")[-2:-1] == ["SchedulerType"]:
        return name.name.rpartition(".")[2].lower()
    if isinstance(name, Unknown | Path):
        raise NotKnown(name)
    raise Refusal("the type of the schedule must be text, such as 'cosine'", "name")


def get_scheduler(
    name: str | Path,
    optimizer: Base,
    num_warmup_steps: float | None = None,
    num_training_steps: float | None = None,
    scheduler_specific_kwargs: dict[str, Any] | None = None,
    *,
    around: Context,
) -> Schedule:
    spelled = scheduler_type(name)
    more = scheduler_specific_kwargs or {}
    if spelled in _REACTING:
        from lrplot.frameworks.transformers_reacting import REACTING

        made = _checked(REACTING[spelled], optimizer, around=around, **more)
        if not num_warmup_steps:
            return made
        return Noted(
            made, (f"Transformers has no warm-up before {spelled}: num_warmup_steps is passed over",)
        )  # type: ignore[return-value]
    function = BY_NAME.get(spelled)
    if function is None:
        known = ", ".join((*BY_NAME, *_REACTING))
        raise Refusal(f"no scheduler type {spelled!r}; known are {known}", "name")
    if spelled == "constant":
        return function(optimizer)
    if num_warmup_steps is None:
        raise Refusal(f"{spelled} requires `num_warmup_steps`, please provide that argument.")
    if spelled in _WITHOUT_TOTAL:
        return _checked(function, optimizer, num_warmup_steps, **(more if spelled == "inverse_sqrt" else {}))
    if spelled == "warmup_stable_decay":
        if "num_training_steps" in more:
            raise Refusal(
                "scheduler_specific_kwargs: get_wsd_schedule gets 'num_training_steps' twice",
                "scheduler_specific_kwargs",
            )
        given = {"num_training_steps": num_training_steps, **more}
        counts = {
            k: whole(k, v) if isinstance(v, float) and k.endswith("_steps") else v for k, v in given.items()
        }
        return _checked(function, optimizer, whole("num_warmup_steps", num_warmup_steps), **counts)
    if num_training_steps is None:
        raise Refusal(f"{spelled} requires `num_training_steps`, please provide that argument.")
    return _checked(function, optimizer, num_warmup_steps, num_training_steps, **more)


def _checked(function: Callable[..., Schedule], *given: Any, **named: Any) -> Schedule:
    """Call it, and say a wrong keyword as a refusal."""
    fit("scheduler_specific_kwargs", function, given, {k: v for k, v in named.items() if k != "around"})
    try:
        return function(*given, **named)
    except TypeError as error:
        raise Refusal(f"scheduler_specific_kwargs: {error}", "scheduler_specific_kwargs") from None


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    **{function.__name__: function for function in BY_NAME.values()},
    "get_scheduler": get_scheduler,
    "get_adafactor_schedule": get_adafactor_schedule,
}
"""The functions by Transformers' names."""
