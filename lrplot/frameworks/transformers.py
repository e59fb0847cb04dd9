"""Transformers' ``get_*_schedule*`` functions, as release 5.23 computes them."""

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.frameworks.pytorch.optimizers import OPTIMIZERS
from lrplot.frameworks.pytorch.schedulers import ReduceLROnPlateau
from lrplot.frameworks.pytorch.tail import resuming, with_last_epoch
from lrplot.frameworks.transformers_spellings import SPELLINGS
from lrplot.python.binding import Choice, NotKnown, fit, handing_on
from lrplot.python.combine import (
    begun,
    joined,
    metrics_of,
    of_groups,
    straight,
    wave,
    whole,
)
from lrplot.python.registry import Framework, Resuming
from lrplot.python.signatures import with_tail
from lrplot.python.values import Base, Noted, Path, Refusal, Unknown, Unused
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.greedy import Greedy
from lrplot.schedules.inverse_sqrt import InverseSqrt
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.polynomial import Polynomial
from lrplot.schedules.warmup import Warmup
from lrplot.schedules.wsd import WSD


def _warmed(schedule: Schedule, steps: float) -> Schedule:
    """The schedule after a linear warm-up from 0."""
    ramp = whole("num_warmup_steps", steps)
    # A warm-up of less than no steps has the schedule begin part-way.
    return Warmup(schedule=schedule, steps=ramp) if ramp > 0 else begun(schedule, -ramp)


def _after_warmup(total: float, warmup: float) -> float:
    """Steps that remain, at least 1, as Transformers counts them."""
    return max(1.0, total - warmup)


@with_last_epoch
def get_constant_schedule(optimizer: Base) -> Schedule:
    return Constant(lr=optimizer.lr)


@with_last_epoch
def get_constant_schedule_with_warmup(optimizer: Base, num_warmup_steps: float) -> Schedule:
    return _warmed(Constant(lr=optimizer.lr), num_warmup_steps)


@with_last_epoch
def get_linear_schedule_with_warmup(
    optimizer: Base, num_warmup_steps: float, num_training_steps: float
) -> Schedule:
    if num_training_steps > num_warmup_steps:
        anneal = straight(optimizer.lr, 0, num_training_steps - num_warmup_steps)
        return _warmed(anneal, num_warmup_steps)
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
    return _warmed(wave(optimizer.lr, 0, rest, num_cycles), num_warmup_steps)


@with_last_epoch
def get_cosine_with_hard_restarts_schedule_with_warmup(
    optimizer: Base,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 1,
) -> Schedule:
    rest = math.ceil(_after_warmup(num_training_steps, num_warmup_steps))
    if num_cycles < 0:
        raise Refusal(f"num_cycles must be ≥ 0, got {num_cycles:g}", "num_cycles")
    lr = optimizer.lr
    inside = CosineRestarts(lr=lr, T_0=rest / num_cycles) if num_cycles else Constant(lr=lr)
    return _warmed(joined([inside, Constant(lr=0)], [rest]), num_warmup_steps)


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
    return _warmed(anneal, num_warmup_steps)


@with_last_epoch
def get_inverse_sqrt_schedule(
    optimizer: Base, num_warmup_steps: float, timescale: float | None = None
) -> Schedule:
    scale = timescale if timescale is not None else num_warmup_steps or 10_000
    return _warmed(InverseSqrt(lr=optimizer.lr, timescale=scale), num_warmup_steps)


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
    return _warmed(wave(optimizer.lr, least * optimizer.lr, rest, num_cycles), num_warmup_steps)


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
    steps = max(0, whole("num_warmup_steps", num_warmup_steps))
    rest = _after_warmup(num_training_steps, num_warmup_steps)
    # One step ahead of its siblings, in the warm-up and after it.
    anneal = begun(wave(lr, least * lr, rest, num_cycles), 1)
    if not steps:
        return anneal
    if warmup_lr_rate is None:
        ramp = begun(straight(0, lr, steps), 1)
    else:
        ramp = straight(warmup_lr_rate * lr, lr, max(1, steps - 1))
    return joined([ramp, anneal], [steps])


@with_last_epoch
def get_wsd_schedule(
    optimizer: Base,
    num_warmup_steps: int,
    num_decay_steps: int,
    num_training_steps: int | None = None,
    num_stable_steps: int | None = None,
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
    spans = [num_warmup_steps, max(0, stable), max(0, num_decay_steps + min(0, stable))]
    return joined([ramp, Constant(lr=lr), decay, Constant(lr=low)], spans)


def _wsd_ramp(lr: float, share: float, steps: int, kind: str) -> Schedule:
    if steps <= 0:
        return Constant(lr=lr)
    if kind == "1-sqrt":
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


def GreedyLR(
    optimizer: Base,
    mode: Choice = "min",
    factor: float = 0.95,
    patience: int = 10,
    threshold: float = 1e-6,
    threshold_mode: Choice = "abs",
    cooldown: int = 0,
    warmup: int = 0,
    min_lr: float | list[float] = 1e-3,
    max_lr: float | list[float] = 1.0,
    eps: float = 1e-8,
    verbose: bool = False,  # noqa: ARG001 (prints)
    smooth: bool = False,
    window_size: int = 50,
    reset_start: int = 500,
    *,
    around: Context,
) -> Schedule:
    if factor >= 1:
        raise Refusal("Factor should be < 1.0.", "factor")
    if mode not in {"min", "max"}:
        raise Refusal(f"mode {mode} is unknown!", "mode")
    if threshold_mode not in {"rel", "abs"}:
        raise Refusal(f"threshold mode {threshold_mode} is unknown!", "threshold_mode")
    return Greedy(
        lr=optimizer.lr,
        mode=mode,
        factor=factor,
        patience=patience,
        threshold=threshold,
        threshold_mode=threshold_mode,
        cooldown=cooldown,
        rise_cooldown=warmup,
        min_lr=of_groups(min_lr, "min_lr"),
        max_lr=of_groups(max_lr, "max_lr"),
        eps=eps,
        smooth=smooth,
        window_size=window_size,
        reset_start=reset_start,
        **metrics_of("GreedyLR", around),
    )


@handing_on(ReduceLROnPlateau)
def get_reduce_on_plateau_schedule(optimizer: Base, *, around: Context, **kwargs: Any) -> Schedule:
    return ReduceLROnPlateau(optimizer, around=around, **kwargs)


@handing_on(GreedyLR)
def get_greedy_schedule(optimizer: Base, *, around: Context, **kwargs: Any) -> Schedule:
    return GreedyLR(optimizer, around=around, **kwargs)


_BY_NAME: Final[Mapping[str, Callable[..., Schedule]]] = {
    "linear": get_linear_schedule_with_warmup,
    "cosine": get_cosine_schedule_with_warmup,
    "cosine_with_restarts": get_cosine_with_hard_restarts_schedule_with_warmup,
    "polynomial": get_polynomial_decay_schedule_with_warmup,
    "constant": get_constant_schedule,
    "constant_with_warmup": get_constant_schedule_with_warmup,
    "inverse_sqrt": get_inverse_sqrt_schedule,
    "reduce_lr_on_plateau": get_reduce_on_plateau_schedule,
    "cosine_with_min_lr": get_cosine_with_min_lr_schedule_with_warmup,
    "cosine_warmup_with_min_lr": get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
    "warmup_stable_decay": get_wsd_schedule,
    "greedy": get_greedy_schedule,
}
_WITHOUT_TOTAL: Final = {"constant_with_warmup", "inverse_sqrt"}
_REACTING: Final = {"reduce_lr_on_plateau", "greedy"}


def scheduler_type(name: Any) -> str:
    """The name of a schedule, spelled as text or as a member of ``SchedulerType``."""
    if isinstance(name, Path) and name.name.split(".")[-2:-1] == ["SchedulerType"]:
        return name.name.rpartition(".")[2].lower()
    if isinstance(name, Unknown | Path):
        raise NotKnown(name)
    if not isinstance(name, str):
        raise Refusal("the type of the schedule must be text, such as 'cosine'", "name")
    return name


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
    function = _BY_NAME.get(spelled)
    if function is None:
        raise Refusal(f"no scheduler type {spelled!r}; known are {', '.join(_BY_NAME)}", "name")
    more = scheduler_specific_kwargs or {}
    if spelled == "constant":
        return function(optimizer)
    if spelled in _REACTING:
        made = _checked(function, optimizer, around=around, **more)
        if not num_warmup_steps:
            return made
        return Noted(
            made, (f"Transformers has no warm-up before {spelled}: num_warmup_steps is passed over",)
        )  # type: ignore[return-value]
    if num_warmup_steps is None:
        raise Refusal(f"{spelled} requires `num_warmup_steps`, please provide that argument.")
    if spelled in _WITHOUT_TOTAL:
        return function(optimizer, num_warmup_steps, **(more if spelled == "inverse_sqrt" else {}))
    if spelled == "warmup_stable_decay":
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


_ALL: Final[tuple[Callable[..., Any], ...]] = (
    *_BY_NAME.values(),
    GreedyLR,
    get_scheduler,
    get_adafactor_schedule,
)


def TrainingArguments(
    output_dir: Any = None,  # noqa: ARG001 (as the Trainer's first argument)
    *,
    learning_rate: float = 5e-5,
    lr_scheduler_type: str | Path = "linear",
    lr_scheduler_kwargs: dict[str, Any] | None = None,
    warmup_steps: float = 0,
    warmup_ratio: float = 0,
    max_steps: int = -1,
    num_train_epochs: float = 3.0,
    given: Base,
    around: Context,
    **others: Any,  # noqa: ARG001 (what does not touch the rate)
) -> Noted:
    """The schedule that ``Trainer`` makes of its arguments: a scheduler stepped after each update.

    The warm-up is ``warmup_steps``, as a share of the whole where it is below 1 (5.x), else
    ``ceil(total · warmup_ratio)``.
    """
    total = max_steps if max_steps > 0 else _updates(around, num_train_epochs)
    share = warmup_steps if 0 < warmup_steps < 1 else 0 if warmup_steps else warmup_ratio
    warmup = math.ceil(total * share) if share else int(warmup_steps)
    optimizer = Base(lambda: learning_rate if around.lr is None else given.lr)
    schedule = get_scheduler(lr_scheduler_type, optimizer, warmup, total, lr_scheduler_kwargs, around=around)
    return Noted(schedule, horizon=total)


def _updates(around: Context, epochs: float) -> int:
    """The updates of a run that is counted in epochs."""
    if around.steps_per_epoch:
        return math.ceil(epochs * around.steps_per_epoch)
    if around.length:
        return int(around.length)
    raise Refusal(
        f"TrainingArguments trains {epochs:g} epochs and does not say how many updates one has; give "
        "--steps-per-epoch N: examples / (per_device_train_batch_size × devices × accumulation)",
        "num_train_epochs",
    )


def _as_training_arguments(name: str) -> Callable[..., Any]:
    """The same arguments under the name of another trainer's configuration that takes them all."""

    def named(**given: Any) -> Noted:
        return TrainingArguments(**given)

    named.__name__, named.__signature__ = name, inspect.signature(TrainingArguments)  # type: ignore[attr-defined]
    return named


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    **{function.__name__: function for function in _ALL},
    "TrainingArguments": TrainingArguments,
    "Seq2SeqTrainingArguments": _as_training_arguments("Seq2SeqTrainingArguments"),
}
"""The calls by Transformers' names."""


FRAMEWORK: Final = Framework(
    name="transformers",
    title="Transformers",
    aliases=("hf", "huggingface"),
    roots=("transformers",),
    calls=CALLS,
    optimizers=OPTIMIZERS,
    plateau="pytorch",
    resumes=True,
    resuming=Resuming(
        numbers=False,
        stale=True,
        notes={
            "stale": "Transformers: after a resume with other numbers the first update still has the rate"
            " saved with the optimizer; from the second on the new ones hold",
            "outright": "Transformers: without scheduler.pt the Trainer loads no optimizer.pt either, and"
            " the schedule begins again at 0",
        },
    ),
    spellings=SPELLINGS,
)
