"""PyTorch's ``torch.optim.lr_scheduler`` and ``swa_utils.SWALR``, as release 2.13 computes them."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

import numpy as np

from lrplot.clock import MOST_STEPS
from lrplot.frameworks.last_parameters import with_last_epoch, with_verbose
from lrplot.frameworks.pytorch.plateau import ReduceLROnPlateau
from lrplot.frameworks.pytorch.recurrence import Training, made_in_order
from lrplot.frameworks.pytorch.rules import swa_curve
from lrplot.python import symbolic
from lrplot.python.binding import Formula
from lrplot.python.combine import of_groups
from lrplot.python.parameters import Base, Choice, Noted, Refusal, Unused, Whole
from lrplot.python.values import Made, Optimizer
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.cyclic import Cyclic
from lrplot.schedules.exponential import Exponential
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.linear import Linear
from lrplot.schedules.multistep import MultiStep
from lrplot.schedules.onecycle import OneCycle
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.polynomial import Polynomial
from lrplot.schedules.product import Product
from lrplot.schedules.step import Step


@with_last_epoch
def LambdaLR(
    optimizer: Base,
    lr_lambda: Formula | list[Formula],
    *,
    around: Context,
) -> Schedule:
    symbolic.check_python(_one(lr_lambda).value, around.length, "lr_lambda")
    return symbolic.schedule_of(_one(lr_lambda).value, optimizer.lr)


@with_last_epoch
def MultiplicativeLR(
    optimizer: Base,
    lr_lambda: Formula | list[Formula],
    *,
    around: Context,
) -> Schedule:
    symbolic.check_python(_one(lr_lambda).value, around.length, "lr_lambda", start=1)
    return symbolic.recursion_of(_one(lr_lambda).value, optimizer.lr, from_zero=False)


def _one(functions: Formula | list[Formula]) -> Formula:
    if isinstance(functions, Formula):
        return functions
    if len(functions) != 1:
        raise Refusal(f"{len(functions)} functions, one a parameter group; draw them one by one", "lr_lambda")
    return functions[0]


@with_last_epoch
def StepLR(optimizer: Base, step_size: float, gamma: float = 0.1) -> Schedule:
    if float(step_size).is_integer():
        return Step(lr=optimizer.lr, step_size=int(step_size), gamma=gamma)
    # Whole steps that a broken number divides are those that its numerator divides; float64's fmod is exact.
    fires = abs(step_size).as_integer_ratio()[0]
    if not 0 < fires <= MOST_STEPS:
        made: Schedule = Constant(lr=optimizer.lr)
    else:
        made = Step(lr=optimizer.lr, step_size=fires, gamma=gamma)
    note = f"StepLR acts where the step is a multiple of step_size, {step_size!r}: every {fires} steps"
    return Noted(made, (note,))  # type: ignore[return-value]


@with_last_epoch
def MultiStepLR(optimizer: Base, milestones: list[float], gamma: float = 0.1) -> Schedule:
    firing = tuple(at for at in milestones if at >= 0 and at.is_integer())
    made = MultiStep(lr=optimizer.lr, milestones=firing, gamma=gamma)
    if len(firing) == len(milestones):
        return made
    return Noted(made, ("a milestone that is negative or no whole step never fires in PyTorch",))  # type: ignore[return-value]


@with_last_epoch
def ConstantLR(optimizer: Base, factor: float = 1 / 3, total_iters: Whole = 5) -> Schedule:
    if not 0 <= factor <= 1:
        raise Refusal("Constant multiplicative factor expected to be between 0 and 1.", "factor")
    if factor == 0 and total_iters > 0:
        raise Refusal(f"PyTorch divides by zero at step {total_iters}, where factor 0 ends", "factor")
    _check_inverse(factor, "factor")
    low = optimizer.lr * factor
    if total_iters <= 0:
        return Constant(lr=low)
    return Piecewise(points=((0, low), (total_iters, optimizer.lr)))


def _check_inverse(factor: float, name: str) -> None:
    """Refuse a factor so small that PyTorch, which divides by it, comes to infinity times 0."""
    if factor and math.isinf(1 / factor):
        raise Refusal(f"PyTorch divides by {name}, and 1 / {factor:g} is no number of float64", name)


@with_last_epoch
def LinearLR(
    optimizer: Base,
    start_factor: float = 1 / 3,
    end_factor: float = 1.0,
    total_iters: Whole = 5,
) -> Schedule:
    if not 0 < start_factor <= 1:
        raise Refusal(
            "Starting multiplicative factor expected to be greater than 0 and less or equal to 1.",
            "start_factor",
        )
    if not 0 <= end_factor <= 1:
        raise Refusal("Ending multiplicative factor expected to be between 0 and 1.", "end_factor")
    if total_iters <= 0:
        return Constant(lr=optimizer.lr * start_factor)
    _check_inverse(start_factor, "start_factor")
    return Linear(lr=optimizer.lr * start_factor, end_lr=optimizer.lr * end_factor, T_max=total_iters)


@with_last_epoch
def ExponentialLR(optimizer: Base, gamma: float) -> Schedule:
    return Exponential(lr=optimizer.lr, gamma=gamma)


@with_last_epoch
def PolynomialLR(optimizer: Base, total_iters: Whole = 5, power: float = 1.0) -> Schedule:
    if total_iters <= 0 or power == 0:
        return Constant(lr=optimizer.lr)
    if power < 0:
        raise Refusal(f"PyTorch divides by zero at step {total_iters} for a power below 0", "power")
    return Polynomial(lr=optimizer.lr, T_max=total_iters, power=power)


@with_last_epoch
def CosineAnnealingLR(
    optimizer: Base,
    T_max: float,
    eta_min: float = 0.0,
    *,
    around: Context,
) -> Schedule:
    _check_fraction(T_max, around.length)
    return Cosine(lr=optimizer.lr, T_max=T_max, eta_min=eta_min, after="rise")


_LOOKED_AT: Final = 1 << 20
"""Steps at which the divisor is looked at: 8 MB of float64; a T_max between whole numbers is rare."""
# What PyTorch's recursion divides by then has lost five of its sixteen digits.
_SMALL: Final = 1e-11


def _check_fraction(T_max: float, length: float | None) -> None:
    """Refuse where PyTorch's recursion divides by a cosine that is almost 0, between two whole steps."""
    if T_max.is_integer() or T_max <= 0:
        return
    steps = np.arange(1.0, min(_LOOKED_AT, math.ceil(length or 0)))
    with np.errstate(over="ignore", invalid="ignore"):
        divisor = 1 + np.cos(np.pi * (steps - 1) / T_max)
        lost = ~(divisor >= _SMALL) & ((steps - 1 - T_max) % (2 * T_max) != 0)
    if lost.any():
        raise Refusal(
            f"with T_max {T_max:g} PyTorch divides by zero, or by rounding alone, at step "
            f"{steps[lost][0]:.0f}; give a whole T_max",
            "T_max",
        )


@with_last_epoch
def CosineAnnealingWarmRestarts(optimizer: Base, T_0: int, T_mult: int = 1, eta_min: float = 0.0) -> Schedule:
    if T_0 <= 0:
        raise Refusal(f"Expected positive integer T_0, but got {T_0}", "T_0")
    if T_mult < 1:
        raise Refusal(f"Expected integer T_mult >= 1, but got {T_mult}", "T_mult")
    return CosineRestarts(lr=optimizer.lr, T_0=T_0, T_mult=T_mult, eta_min=eta_min)


# Their defaults know neither a momentum nor betas.
_WITHOUT_MOMENTUM: Final = frozenset({"ASGD", "Adadelta", "Adafactor", "Adagrad", "LBFGS", "Rprop"})


def _check_momentum(optimizer: Any, cycle_momentum: bool) -> None:
    if cycle_momentum and isinstance(optimizer, Optimizer) and optimizer.name in _WITHOUT_MOMENTUM:
        raise Refusal(
            "optimizer must support momentum or beta1 with `cycle_momentum` option enabled, and "
            f"{optimizer.name} has none; give cycle_momentum=False",
            "optimizer",
        )


@with_last_epoch
def CyclicLR(
    optimizer: Unused,
    base_lr: float | list[float],
    max_lr: float | list[float],
    step_size_up: float = 2000,
    step_size_down: float | None = None,
    mode: Choice = "triangular",
    gamma: float = 1.0,
    scale_fn: Formula | None = None,
    scale_mode: str = "cycle",
    cycle_momentum: bool = True,
    base_momentum: float = 0.8,
    max_momentum: float = 0.9,
    *,
    around: Context,
) -> Schedule:
    _check_momentum(optimizer, cycle_momentum)
    if scale_fn is not None:
        low, high = of_groups(base_lr, "base_lr"), of_groups(max_lr, "max_lr")
        down = step_size_up if step_size_down is None else step_size_down
        turns = step_size_up + down if scale_mode == "cycle" else 1
        asked = None if around.length is None else around.length / turns + 1
        symbolic.check_python(scale_fn.value, asked, "scale_fn", start=int(scale_mode == "cycle"))
        made = _scaled_triangles(scale_fn.value, scale_mode, low, high, step_size_up, down)
        if not cycle_momentum:
            return made
        return Noted(made, ("the momentum that CyclicLR moves is not drawn with a scale_fn",))  # type: ignore[return-value]
    if mode not in {"triangular", "triangular2", "exp_range"}:
        raise Refusal("mode is invalid and scale_fn is None", "mode")
    return Cyclic(
        base_lr=of_groups(base_lr, "base_lr"),
        max_lr=of_groups(max_lr, "max_lr"),
        step_size_up=step_size_up,
        step_size_down=step_size_down,
        mode=mode,
        gamma=gamma,
        cycle_momentum=cycle_momentum,
        base_momentum=base_momentum,
        max_momentum=max_momentum,
    )


def _scaled_triangles(value: Any, mode: str, low: float, high: float, up: float, down: float) -> Schedule:
    """Triangles times a function of the cycle, counted from 1, or of the step."""
    whole = up + down
    inside = f"(t % {whole!r})"
    height = f"({inside} / {up!r} if {inside} <= {up!r} else ({whole!r} - {inside}) / {down!r})"
    scale = symbolic.asked_at(value, f"t // {whole!r} + 1" if mode == "cycle" else "t")
    return Lambda(lr=1, factor=f"{low!r} + {high - low!r} * {height} * ({scale})")


@with_last_epoch
def OneCycleLR(
    optimizer: Unused,
    max_lr: float | list[float],
    total_steps: int | None = None,
    epochs: int | None = None,
    steps_per_epoch: int | None = None,
    pct_start: Any = 0.3,
    anneal_strategy: Choice = "cos",
    cycle_momentum: bool = True,
    base_momentum: float | list[float] = 0.85,
    max_momentum: float | list[float] = 0.95,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
    three_phase: bool = False,
) -> Schedule:
    _check_momentum(optimizer, cycle_momentum)
    steps = _onecycle_steps(total_steps, epochs, steps_per_epoch)
    if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
        raise Refusal(f"Expected float between 0 and 1 pct_start, but got {pct_start}", "pct_start")
    if anneal_strategy not in {"cos", "linear"}:
        raise Refusal(
            f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}",
            "anneal_strategy",
        )
    return OneCycle(
        max_lr=of_groups(max_lr, "max_lr"),
        total_steps=steps,
        pct_start=pct_start,
        anneal_strategy=anneal_strategy,
        cycle_momentum=cycle_momentum,
        base_momentum=of_groups(base_momentum, "base_momentum"),
        max_momentum=of_groups(max_momentum, "max_momentum"),
        div_factor=div_factor,
        final_div_factor=final_div_factor,
        three_phase=three_phase,
        after="overshoot",
    )


def _onecycle_steps(total: int | None, epochs: int | None, each: int | None) -> int:
    if total is not None:
        if total <= 0:
            raise Refusal(f"Expected positive integer total_steps, but got {total}", "total_steps")
        return total
    if epochs is None or each is None:
        raise Refusal("You must define either total_steps OR (epochs AND steps_per_epoch)")
    for name, value in (("epochs", epochs), ("steps_per_epoch", each)):
        if value <= 0:
            raise Refusal(f"Expected positive integer {name}, but got {value}", name)
    return epochs * each


@with_last_epoch
def SWALR(
    optimizer: Base,
    swa_lr: float | list[float],
    anneal_epochs: int = 10,
    anneal_strategy: str = "cos",
) -> Schedule:
    if anneal_strategy not in {"cos", "linear"}:
        raise Refusal(
            f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}",
            "anneal_strategy",
        )
    if anneal_epochs < 0:
        raise Refusal(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}", "anneal_epochs")
    swa_lr = of_groups(swa_lr, "swa_lr")
    asked = {"anneal_epochs": anneal_epochs, "anneal_strategy": anneal_strategy}
    return swa_curve(optimizer.lr if anneal_epochs else swa_lr, swa_lr, asked)


@with_last_epoch
def SequentialLR(
    optimizer: Unused,  # noqa: ARG001 (each scheduler has it)
    schedulers: list[Made],
    milestones: list[Whole],
    *,
    around: Context,
) -> Schedule:
    if not schedulers:
        raise Refusal("SequentialLR expects at least one scheduler, but got no scheduler.", "schedulers")
    if len(milestones) != len(schedulers) - 1:
        raise Refusal(
            "Sequential Schedulers expects number of schedulers provided to be one more than the number of "
            f"milestone points, but got number of schedulers {len(schedulers)} and the number of milestones "
            f"to be equal to {len(milestones)}",
            "milestones",
        )
    for part in schedulers:
        _refuse_inside("SequentialLR", part)
    if any(b < a for a, b in zip([0, *milestones], milestones, strict=False)):
        raise Refusal(f"milestones must not fall, got {milestones}", "milestones")
    return _training(schedulers, around).sequential(schedulers, milestones)


def _training(schedulers: Sequence[Made], around: Context) -> Training:
    training = Training(around.length)
    for made in made_in_order(schedulers):
        training.construct(made)
    return training


def _refuse_inside(outer: str, part: Made) -> None:
    if part.framework != "pytorch":
        raise Refusal(f"{outer} takes PyTorch's schedulers, got {part.call}", "schedulers")
    if part.call == "ReduceLROnPlateau":
        raise Refusal(
            f"{outer} does not support `ReduceLROnPlateau` scheduler as it requires additional kwargs to be "
            "specified when calling `step`; step the two by hand, and draw a spec with 'warmup' around the "
            "plateau, or a list of phases",
            "schedulers",
        )


def ChainedScheduler(
    schedulers: list[Made],
    optimizer: Unused | None = None,  # noqa: ARG001 (each scheduler has it)
    *,
    around: Context,
) -> Schedule:
    if not schedulers:
        raise Refusal("ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.")
    for part in schedulers:
        _refuse_inside("ChainedScheduler", part)
    if len(schedulers) == 1 and schedulers[0].call != "CyclicLR":
        return schedulers[0].schedule
    if len(set(schedulers)) == len(schedulers) and all(_is_factor(part, around) for part in schedulers):
        base = next(part.base for part in schedulers if part.base is not None)
        return Product(lr=base, factors=tuple(part.schedule for part in schedulers))
    return _training(schedulers, around).chained(schedulers)


MULTIPLYING: Final = frozenset(
    {"MultiplicativeLR", "StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR", "PolynomialLR"}
)


def _is_factor(part: Made, around: Context) -> bool:
    """True where it multiplies the current rate by what its own curve says, as a factor of a product does."""
    cosine = part.schedule
    if part.arguments.get("last_epoch", -1) != -1 or "found" in part.arguments:
        return False
    if isinstance(cosine, Cosine) and part.call == "CosineAnnealingLR":
        return cosine.eta_min == 0 and around.length is not None and around.length <= cosine.T_max + 1
    return part.call in MULTIPLYING


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    # Releases before 2.7 took verbose as their last argument, and scripts still give it.
    function.__name__: with_verbose(function)
    for function in (
        LambdaLR,
        MultiplicativeLR,
        StepLR,
        MultiStepLR,
        ConstantLR,
        LinearLR,
        ExponentialLR,
        PolynomialLR,
        CosineAnnealingLR,
        CosineAnnealingWarmRestarts,
        CyclicLR,
        OneCycleLR,
        SWALR,
        SequentialLR,
        ChainedScheduler,
        ReduceLROnPlateau,
    )
}
"""The calls by PyTorch's names."""


def stepping(scheduler: Made, method: str, time: Any) -> Literal["clock", "time"] | None:
    """``step()`` advances the clock; told an epoch it sets it, which some classes cannot be told."""
    if method != "step":
        return None
    if scheduler.schedule.reacts:
        return "clock"  # what it is told is a metric
    if time is None:
        return "clock"
    if scheduler.arguments.get("last_epoch", -1) != -1:
        raise Refusal(f"{scheduler.call} with last_epoch is told an epoch in step(epoch), which is not read")
    counts = scheduler.arguments.get("counts", ())
    if "_step_count" in counts:
        if "last_epoch" not in counts:
            return "clock"
        raise Refusal(
            f"{scheduler.call} counts its calls and its epochs, and step(epoch) tells it one of both"
        )
    if scheduler.call in {"SequentialLR", "ChainedScheduler"}:
        raise Refusal(f"{scheduler.call}.step() takes no argument")
    if scheduler.call == "SWALR":
        raise Refusal(f"{scheduler.call} has no closed form: step(epoch) goes on from the rate it finds")
    return "time"
