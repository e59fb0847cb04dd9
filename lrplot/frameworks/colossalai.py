"""ColossalAI's ``colossalai.nn.lr_scheduler``, release 0.5: PyTorch's names, other signatures."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from lrplot.frameworks.last_parameters import with_last_epoch
from lrplot.frameworks.pytorch import schedulers as pytorch
from lrplot.frameworks.pytorch.first_rate import asked
from lrplot.python.binding import Formula
from lrplot.python.combine import joined, straight
from lrplot.python.framework import Framework
from lrplot.python.parameters import Base, Refusal
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.multistep import MultiStep
from lrplot.schedules.polynomial import Polynomial


def _warmed(lr: float, steps: float, after: Schedule) -> Schedule:
    """Up in so many steps, the first of which is not 0, and then the other schedule from its start."""
    ramp = max(0, int(steps))
    if not ramp:
        return after
    return joined([straight(lr / ramp, lr, ramp - 1) if ramp > 1 else Constant(lr=lr), after], [ramp])


def _annealed(lr: float, steps: int, eta_min: float) -> Schedule:
    if steps <= 0:
        raise Refusal(f"{steps} steps are left to anneal in, and PyTorch divides by them", "total_steps")
    return Cosine(lr=lr, eta_min=eta_min, T_max=steps, after="rise")


def _delayed(lr: float, steps: int, eta_min: float) -> Schedule:
    """A cosine that another scheduler asks for its first rate."""
    return asked("CosineAnnealingLR", _annealed(lr, steps, eta_min))


@with_last_epoch
def CosineAnnealingLR(
    optimizer: Base,
    total_steps: int,
    eta_min: float = 0,
    **kwargs: Any,  # noqa: ARG001 (taken and not used)
) -> Schedule:
    return _annealed(optimizer.lr, total_steps, eta_min)


@with_last_epoch
def CosineAnnealingWarmupLR(
    optimizer: Base, total_steps: int, warmup_steps: int = 0, eta_min: float = 0.0
) -> Schedule:
    lr = optimizer.lr
    return _warmed(lr, warmup_steps, _delayed(lr, total_steps - warmup_steps, eta_min))


def _share(pct_start: float) -> float:
    if not 0 <= pct_start <= 1:
        raise Refusal(f"pct_start must >= 0.0 and <= 1.0, got {pct_start}", "pct_start")
    return pct_start


@with_last_epoch
def FlatAnnealingLR(
    optimizer: Base,
    total_steps: int,
    pct_start: float = 0.72,
    **kwargs: Any,  # noqa: ARG001 (taken and not used)
) -> Schedule:
    flat = int(total_steps * _share(pct_start))
    return joined([Constant(lr=optimizer.lr), _delayed(optimizer.lr, total_steps - flat, 0)], [flat])


@with_last_epoch
def FlatAnnealingWarmupLR(
    optimizer: Base,
    total_steps: int,
    warmup_steps: int = 0,
    pct_start: float = 0.72,
    eta_min: float = 0,
    **kwargs: Any,  # noqa: ARG001 (taken and not used)
) -> Schedule:
    lr = optimizer.lr
    flat = int((total_steps - warmup_steps) * _share(pct_start))
    if warmup_steps < 0 or flat < 0:
        raise Refusal(f"warmup_epochs must >= 0, got {warmup_steps}", "warmup_steps")
    annealed = _delayed(lr, total_steps - warmup_steps - flat, eta_min)
    return _warmed(lr, warmup_steps, joined([Constant(lr=lr), annealed], [flat]))


@with_last_epoch
def LinearWarmupLR(
    optimizer: Base,
    total_steps: int,
    warmup_steps: int = 0,
    **kwargs: Any,  # noqa: ARG001 (taken and not used)
) -> Schedule:
    """Straight down to 0 at ``total_steps``; what comes after it would be below 0."""
    lr, left = optimizer.lr, total_steps - warmup_steps
    if left <= 0:
        raise Refusal("warmup_steps leave no step of total_steps to fall in", "warmup_steps")
    warm = straight(lr / (warmup_steps + 1), lr, warmup_steps) if warmup_steps > 0 else Constant(lr=lr)
    below = Lambda(lr=lr, factor=f"-(t + 1) / {left}")
    return joined([warm, straight(lr, 0, left), below], [max(0, warmup_steps), left + 1])


@with_last_epoch
def MultiStepLR(
    optimizer: Base,
    total_steps: int,  # noqa: ARG001 (taken and not used)
    milestones: list[float] | None = None,
    gamma: float = 0.1,
    **kwargs: Any,  # noqa: ARG001 (taken and not used)
) -> Schedule:
    return _dropped(optimizer.lr, milestones, gamma)


def _dropped(lr: float, milestones: list[float] | None, gamma: float) -> Schedule:
    if milestones is None:
        raise Refusal("milestones are missing", "milestones")
    firing = tuple(at for at in milestones if at >= 0 and at.is_integer())
    return MultiStep(lr=lr, milestones=firing, gamma=gamma)


@with_last_epoch
def MultiStepWarmupLR(
    optimizer: Base,
    total_steps: int,  # noqa: ARG001 (taken and not used)
    warmup_steps: int = 0,
    milestones: list[float] | None = None,
    gamma: float = 0.1,
    **kwargs: Any,  # noqa: ARG001 (taken and not used)
) -> Schedule:
    """Milestones that fall into the warm-up are dropped."""
    if milestones == []:
        raise Refusal("milestones cannot be empty", "milestones")
    later = None if milestones is None else [at - warmup_steps for at in milestones if at >= warmup_steps]
    if warmup_steps <= 0 and 0 in (later or ()):
        raise Refusal("a milestone at step 0 drops twice in ColossalAI; leave it out", "milestones")
    return _warmed(optimizer.lr, warmup_steps, _dropped(optimizer.lr, later, gamma))


@with_last_epoch
def OneCycleLR(
    optimizer: Base,
    total_steps: int,
    pct_start: float = 0.3,
    anneal_strategy: Any = "cos",
    cycle_momentum: bool = True,
    base_momentum: float | list[float] = 0.85,
    max_momentum: float | list[float] = 0.95,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
    **kwargs: Any,  # noqa: ARG001 (taken and not used, three_phase among them)
) -> Schedule:
    """PyTorch's, with the optimizer's rate for its highest."""
    return pytorch.OneCycleLR(
        optimizer,
        optimizer.lr,
        total_steps,
        pct_start=pct_start,
        anneal_strategy=anneal_strategy,
        cycle_momentum=cycle_momentum,
        base_momentum=base_momentum,
        max_momentum=max_momentum,
        div_factor=div_factor,
        final_div_factor=final_div_factor,
    )


def _polynomial(lr: float, steps: int, end_lr: float, power: float) -> Schedule:
    if end_lr < 0:
        raise Refusal(f"end_lr must >= 0, got {end_lr}", "end_lr")
    if steps <= 0:
        raise Refusal(f"{steps} steps are left to fall in, and ColossalAI divides by them", "total_steps")
    if power < 0:
        raise Refusal(f"ColossalAI divides by zero at step {steps} for a power below 0", "power")
    if power == 0:
        return Constant(lr=lr)
    return Polynomial(lr=lr, end_lr=end_lr, power=power, T_max=steps)


@with_last_epoch
def PolynomialLR(
    optimizer: Base,
    total_steps: int,
    end_lr: float = 0.0001,
    power: float = 1.0,
    **kwargs: Any,  # noqa: ARG001 (taken and not used)
) -> Schedule:
    return _polynomial(optimizer.lr, total_steps, end_lr, power)


@with_last_epoch
def PolynomialWarmupLR(
    optimizer: Base,
    total_steps: int,
    warmup_steps: int = 0,
    end_lr: float = 0.0001,
    power: float = 1.0,
    **kwargs: Any,  # noqa: ARG001 (taken and not used)
) -> Schedule:
    lr = optimizer.lr
    return _warmed(lr, warmup_steps, _polynomial(lr, total_steps - warmup_steps, end_lr, power))


@with_last_epoch
def LambdaLR(
    optimizer: Base,
    total_steps: int,  # noqa: ARG001 (taken and not used)
    lr_lambda: Formula | list[Formula],
    *,
    around: Context,
) -> Schedule:
    return pytorch.LambdaLR(optimizer, lr_lambda, around=around)


@with_last_epoch
def MultiplicativeLR(
    optimizer: Base,
    total_steps: int,  # noqa: ARG001 (taken and not used)
    lr_lambda: Formula | list[Formula],
    *,
    around: Context,
) -> Schedule:
    return pytorch.MultiplicativeLR(optimizer, lr_lambda, around=around)


@with_last_epoch
def StepLR(
    optimizer: Base,
    total_steps: int,  # noqa: ARG001 (taken and not used)
    step_size: int = 1,
    gamma: float = 0.1,
) -> Schedule:
    return pytorch.StepLR(optimizer, step_size, gamma)


@with_last_epoch
def ExponentialLR(
    optimizer: Base,
    total_steps: int,  # noqa: ARG001 (taken and not used)
    gamma: float = 1.0,
) -> Schedule:
    return pytorch.ExponentialLR(optimizer, gamma)


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (
        CosineAnnealingLR,
        CosineAnnealingWarmupLR,
        FlatAnnealingLR,
        FlatAnnealingWarmupLR,
        LinearWarmupLR,
        MultiStepLR,
        MultiStepWarmupLR,
        OneCycleLR,
        PolynomialLR,
        PolynomialWarmupLR,
        LambdaLR,
        MultiplicativeLR,
        StepLR,
        ExponentialLR,
    )
}
"""The calls by ColossalAI's names."""


FRAMEWORK: Final = Framework(
    name="colossalai", title="ColossalAI", roots=("colossalai",), calls=CALLS, by_import=True
)
