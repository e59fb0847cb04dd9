"""Paddle's ``paddle.optimizer.lr``, as release 3.3.1 computes it."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, count, pairwise, takewhile
from typing import Any, Final, Literal

from lrplot.clock import MOST_STEPS
from lrplot.frameworks.paddle_spellings import SPELLINGS
from lrplot.python import symbolic
from lrplot.python.binding import Formula
from lrplot.python.combine import begun, joined, metrics_of, straight
from lrplot.python.framework import Framework, Resuming
from lrplot.python.loop_words import Loop
from lrplot.python.parameters import Noted, Refusal
from lrplot.python.signatures import Making, with_tail
from lrplot.python.values import Made
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.cyclic import Cyclic
from lrplot.schedules.excerpt import Excerpt
from lrplot.schedules.exponential import Exponential
from lrplot.schedules.inverse_sqrt import InverseSqrt
from lrplot.schedules.inverse_time import InverseTime
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.multistep import MultiStep
from lrplot.schedules.onecycle import OneCycle
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.plateau import Plateau
from lrplot.schedules.polynomial import Polynomial
from lrplot.schedules.step import Step
from lrplot.schedules.warmup import Warmup


def _talking(make: Making, verbose: bool = False) -> Any:  # noqa: ARG001 (prints)
    return make()


def _resuming(make: Making, last_epoch: int = -1, verbose: bool = False) -> Any:  # noqa: ARG001 (prints)
    """The scheduler from its first step on, and what Paddle asks of the rate it is told."""
    if last_epoch != -1:
        raise Refusal(
            "last_epoch resumes a run from a checkpoint's rates; leave it out to see the whole curve",
            "last_epoch",
        )
    rate = make.keywords.get("learning_rate", 0)
    if isinstance(rate, float) and rate < 0:
        raise Refusal(f"Invalid learning rate: {rate:g}", "learning_rate")
    return make()


_with_verbose = with_tail(_talking)
_resumable = with_tail(_resuming)


def _positive(name: str, value: int) -> None:
    if value <= 0:
        raise Refusal(f"'{name}' must be a positive integer, got {value}", name)


@_resumable
def NoamDecay(
    d_model: float,
    warmup_steps: float,
    learning_rate: float = 1.0,
) -> Schedule:
    if d_model <= 0:
        raise Refusal("d_model should be greater than 0", "d_model")
    if warmup_steps <= 0:
        raise Refusal(
            f"Paddle raises warmup_steps to the power -1.5; it must be > 0, got {warmup_steps:g}",
            "warmup_steps",
        )
    scale = learning_rate * d_model**-0.5
    turn = math.ceil(warmup_steps)
    fall = InverseSqrt(lr=scale / math.sqrt(turn), timescale=turn)
    if turn == warmup_steps:
        return Warmup(schedule=fall, steps=turn)
    rise = straight(0, scale / math.sqrt(warmup_steps), warmup_steps) if turn > 1 else Constant(lr=0)
    return joined([rise, fall], [turn])


@_resumable
def PiecewiseDecay(boundaries: list[float], values: list[float]) -> Schedule:
    if not boundaries:
        raise Refusal("The boundaries cannot be empty.", "boundaries")
    if len(values) <= len(boundaries):
        raise Refusal(
            f"The values have one more element than boundaries, but received len(values) [{len(values)}] < "
            f"len(boundaries) + 1 [{len(boundaries) + 1}].",
            "values",
        )
    # The first boundary that is not reached decides, so that one below an earlier one never does; of values
    # beyond the boundaries only the last is used.
    starts = [0.0, *accumulate((max(0.0, boundary) for boundary in boundaries), max)]
    points = dict(zip(starts, [*values[: len(boundaries)], values[-1]], strict=True))
    return Piecewise(points=tuple(points.items()))


@_resumable
def NaturalExpDecay(learning_rate: float, gamma: float) -> Schedule:
    if gamma <= 0:
        raise Refusal("'gamma' must be a positive number so that the learning rate will decay.", "gamma")
    return Exponential(lr=learning_rate, rate=gamma)


@_resumable
def InverseTimeDecay(learning_rate: float, gamma: float) -> Schedule:
    if gamma < 0:
        return Lambda(lr=learning_rate, factor=f"1 / (1 - {-gamma!r} * t)")
    return InverseTime(lr=learning_rate, rate=gamma)


@_resumable
def ExponentialDecay(learning_rate: float, gamma: float) -> Schedule:
    if not 0 < gamma < 1:
        raise Refusal("'gamma' must be in interval (0.0, 1.0) so that the learning rate will decay.", "gamma")
    return Exponential(lr=learning_rate, gamma=gamma)


@_resumable
def PolynomialDecay(
    learning_rate: float,
    decay_steps: int,
    end_lr: float = 0.0001,
    power: float = 1.0,
    cycle: bool = False,
) -> Schedule:
    _positive("decay_steps", decay_steps)
    if power <= 0:
        raise Refusal("'power' must be greater than 0.0 so that the learning rate will decay.", "power")
    return Polynomial(lr=learning_rate, end_lr=end_lr, power=power, T_max=decay_steps, cycle=cycle)


@_resumable
def LinearWarmup(
    learning_rate: float | Made,
    warmup_steps: int,
    start_lr: float,
    end_lr: float,
) -> Schedule:
    _positive("warmup_steps", warmup_steps)
    if end_lr <= start_lr:
        raise Refusal(f"end_lr {end_lr:g} must be greater than start_lr {start_lr:g}", "end_lr")
    if start_lr < 0:
        raise Refusal(f"Invalid learning rate: {start_lr:g}", "start_lr")
    after = _asked(learning_rate) if isinstance(learning_rate, Made) else Constant(lr=learning_rate)
    return joined([straight(start_lr, end_lr, warmup_steps), after], [warmup_steps])


def _asked(made: Made) -> Schedule:
    """A scheduler as ``step(epoch)`` moves it, which is how LinearWarmup does."""
    if made.framework != "paddle":
        hint = f"; write paddle.optimizer.lr.{made.call}" if made.call in CALLS else ""
        raise Refusal(
            f"LinearWarmup takes Paddle's schedulers, got another framework's {made.call}{hint}",
            "learning_rate",
        )
    schedule = made.schedule
    if isinstance(schedule, Plateau):
        raise Refusal(
            "LinearWarmup hands the number of the epoch to its scheduler, which ReduceOnPlateau takes for "
            "the metric; draw a spec with 'warmup' around a plateau of rule paddle",
            "learning_rate",
        )
    if not isinstance(schedule, CosineRestarts) or schedule.T_mult == 1:
        return schedule
    # Paddle then finds the cycle by a logarithm, which rounds down at some restarts: there it gives the old
    # cycle's end instead of the new one's top.
    parts: list[Schedule] = []
    spans: list[int] = []
    start = 0
    for restart in _missed(int(schedule.T_0), int(schedule.T_mult)):
        parts += [begun(schedule, start), Constant(lr=schedule.eta_min)]
        spans += [restart - start, 1]
        start = restart + 1
    return joined([*parts, begun(schedule, start)], spans)


def _missed(first: int, factor: int) -> Sequence[int]:
    """The restarts at which the logarithm falls below the cycle's number."""
    starts = ((i, first * (factor**i - 1) // (factor - 1)) for i in count(1))
    within = takewhile(lambda pair: pair[1] < MOST_STEPS, starts)
    return [start for i, start in within if int(math.log(start / first * (factor - 1) + 1, factor)) < i]


@_resumable
def MultiStepDecay(
    learning_rate: float,
    milestones: list[float],
    gamma: float = 0.1,
) -> Schedule:
    if any(later <= earlier for earlier, later in pairwise(milestones)):
        raise Refusal("The elements of milestones must be incremented", "milestones")
    _below_one(gamma)
    return MultiStep(lr=learning_rate, milestones=tuple(max(0.0, at) for at in milestones), gamma=gamma)


def _below_one(gamma: float) -> None:
    if gamma >= 1:
        raise Refusal("gamma should be < 1.0.", "gamma")
    if gamma < 0:
        raise Refusal(f"a gamma of {gamma:g} makes rates below 0", "gamma")


@_resumable
def StepDecay(
    learning_rate: float,
    step_size: int,
    gamma: float = 0.1,
) -> Schedule:
    _below_one(gamma)
    _positive("step_size", step_size)
    return Step(lr=learning_rate, step_size=step_size, gamma=gamma)


@_resumable
def LambdaDecay(learning_rate: float, lr_lambda: Formula) -> Schedule:
    return symbolic.schedule_of(lr_lambda.value, learning_rate)


@_resumable
def MultiplicativeDecay(learning_rate: float, lr_lambda: Formula) -> Schedule:
    return symbolic.recursion_of(lr_lambda.value, learning_rate, from_zero=False)


@_with_verbose
def ReduceOnPlateau(
    learning_rate: float,
    mode: str = "min",
    factor: float = 0.1,
    patience: int = 10,
    threshold: float = 1e-4,
    threshold_mode: str = "rel",
    cooldown: int = 0,
    min_lr: float = 0,
    epsilon: float = 1e-8,
    *,
    around: Context,
) -> Schedule:
    direction: Any = mode.lower()
    kind: Any = threshold_mode.lower()
    if direction not in {"min", "max"}:
        raise Refusal(f"mode: {direction} is unknown!", "mode")
    if factor >= 1:
        raise Refusal("new_lr = origin_lr * gamma and gamma should be < 1.0.", "factor")
    if kind not in {"rel", "abs"}:
        raise Refusal(f"threshold mode: {kind} is unknown!", "threshold_mode")
    return Plateau(
        lr=learning_rate,
        rule="paddle",
        mode=direction,
        factor=factor,
        patience=patience,
        threshold=threshold,
        threshold_mode=kind,
        cooldown=cooldown,
        min_lr=min_lr,
        eps=epsilon,
        **metrics_of("ReduceOnPlateau", around),
    )


@_resumable
def CosineAnnealingDecay(learning_rate: float, T_max: int, eta_min: float = 0) -> Schedule:
    _positive("T_max", T_max)
    return Cosine(lr=learning_rate, T_max=T_max, eta_min=eta_min, after="rise")


@_resumable
def CosineAnnealingWarmRestarts(
    learning_rate: float,
    T_0: int,
    T_mult: int = 1,
    eta_min: float = 0,
) -> Schedule:
    if T_0 <= 0:
        raise Refusal(f"Expected positive integer T_0, but got {T_0}", "T_0")
    if T_mult < 1:
        raise Refusal(f"Expected integer T_mult >= 1, but got {T_mult}", "T_mult")
    return CosineRestarts(lr=learning_rate, T_0=T_0, T_mult=T_mult, eta_min=eta_min)


@_resumable
def OneCycleLR(
    max_learning_rate: float,
    total_steps: int,
    divide_factor: float = 25.0,
    end_learning_rate: float = 0.0001,
    phase_pct: int | float = 0.3,
    anneal_strategy: str = "cos",
    three_phase: bool = False,
) -> Schedule | Noted:
    for name, rate in (("max_learning_rate", max_learning_rate), ("end_learning_rate", end_learning_rate)):
        if rate < 0:
            raise Refusal(f"'{name}' must be positive, got {rate:g}", name)
    _positive("total_steps", total_steps)
    if not isinstance(phase_pct, float) or not 0 <= phase_pct <= 1:
        raise Refusal(f"'phase_pct' must be a float between 0 and 1, but received {phase_pct}", "phase_pct")
    if divide_factor <= 0:
        raise Refusal(f"'divide_factor' must be > 0, got {divide_factor:g}", "divide_factor")
    if three_phase and phase_pct >= 0.5:
        raise Refusal("When three_phase is True, 'phase_pct' must be less than 0.5", "phase_pct")
    if anneal_strategy not in {"cos", "linear"}:
        raise Refusal(
            f"'anneal_strategy' must by one of 'cos' or 'linear', but received {anneal_strategy}",
            "anneal_strategy",
        )
    peak, last = phase_pct * total_steps - 1, total_steps - 1
    if peak in {0, last}:
        raise Refusal(
            f"phase_pct {phase_pct:g} of {total_steps} steps makes a phase of no length: Paddle divides by 0",
            "phase_pct",
        )
    initial = max_learning_rate / divide_factor
    if initial and end_learning_rate:
        return OneCycle(
            max_lr=max_learning_rate,
            total_steps=total_steps,
            pct_start=phase_pct,
            anneal_strategy="cos" if anneal_strategy == "cos" else "linear",
            div_factor=divide_factor,
            final_div_factor=initial / end_learning_rate,
            three_phase=three_phase,
            cycle_momentum=False,
            after="overshoot",
        )
    back = [(2 * peak, initial)] if three_phase else []
    turns = [(0.0, initial), (peak, max_learning_rate), *back, (float(last), end_learning_rate)]
    return _onecycle_through(turns, "cosine" if anneal_strategy == "cos" else "linear")


def _onecycle_through(turns: list[tuple[float, float]], between: Literal["cosine", "linear"]) -> Noted:
    """One cycle from or to a rate of 0, which no division of the peak gives."""
    # With a peak before step 0 the rising phase is left out; the phases begin at step -2 at the earliest.
    kept = turns if turns[1][0] > 0 else turns[1:]
    (begin, top), (end, low) = turns[-2:]
    share = (end + 1 - begin) / (end - begin)
    height = (1 + math.cos(math.pi * share)) / 2 if between == "cosine" else 1 - share
    beyond = max(0.0, low + (top - low) * height)
    through = [*kept, (end + 1, beyond)]
    made = Piecewise(points=tuple((at + 2, rate) for at, rate in through), between=between)
    last = int(end) + 1
    return Noted(
        Excerpt(schedule=made, start=2),
        (f"Paddle's OneCycleLR is over at step {last} and refuses any later one; drawn held",),
    )


_MODES: Final[Mapping[str, Literal["triangular", "triangular2", "exp_range"]]] = {
    "triangular": "triangular",
    "triangular2": "triangular2",
    "exp_range": "exp_range",
}


@_resumable
def CyclicLR(
    base_learning_rate: float,
    max_learning_rate: float,
    step_size_up: int,
    step_size_down: int | None = None,
    mode: str = "triangular",
    exp_gamma: int | float = 1.0,
    scale_fn: object = None,
    scale_mode: str = "cycle",
) -> Schedule:
    for name, rate in (("base_learning_rate", base_learning_rate), ("max_learning_rate", max_learning_rate)):
        if rate < 0:
            raise Refusal(f"'{name}' must be positive, got {rate:g}", name)
    _positive("step_size_up", step_size_up)
    down = step_size_up if step_size_down is None else step_size_down
    _positive("step_size_down", down)
    if not isinstance(exp_gamma, float):
        raise Refusal(f"'exp_gamma' must be a float, got {exp_gamma}", "exp_gamma")
    if scale_fn is not None:
        raise Refusal("scale_fn is not read; write the curve as a lambda of the spec", "scale_fn")
    if mode not in _MODES:
        raise Refusal("'mode' is invalid and 'scale_fn' is not specified", "mode")
    if scale_mode not in {"cycle", "iterations"}:
        raise Refusal("'scale_mode' must be one of 'cycle' or 'iterations'", "scale_mode")
    gamma = exp_gamma if mode == "exp_range" else 1.0
    if not 0 < gamma <= 1:
        up, whole = step_size_up, step_size_up + down
        height = f"(t % {whole} / {up} if t % {whole} <= {up} else ({whole} - t % {whole}) / {down})"
        amplitude = max_learning_rate - base_learning_rate
        return Lambda(lr=1, factor=f"{base_learning_rate!r} + {amplitude!r} * {height} * ({gamma!r}) ** t")
    return Cyclic(
        base_lr=base_learning_rate,
        max_lr=max_learning_rate,
        step_size_up=step_size_up,
        step_size_down=step_size_down,
        mode=_MODES[mode],
        gamma=gamma,
        cycle_momentum=False,
    )


@_resumable
def LinearLR(
    learning_rate: float,
    total_steps: float,
    start_factor: float = 1.0 / 3,
    end_factor: float = 1.0,
) -> Schedule:
    if not 0 < start_factor <= 1:
        raise Refusal(
            f"`start_factor` must be greater than 0 and less or equal to 1, but got {start_factor:g}",
            "start_factor",
        )
    if not 0 <= end_factor <= 1:
        raise Refusal(f"`end_factor` must be between 0 and 1, but got {end_factor:g}", "end_factor")
    if total_steps <= 0:
        raise Refusal(f"`total_steps` must be greater than 0, but got {total_steps:g}", "total_steps")
    start = learning_rate * start_factor
    if total_steps < 1:
        return Constant(lr=start)
    line = straight(start, learning_rate * end_factor, total_steps)
    # Paddle stops at the last whole step before the end.
    return line if total_steps.is_integer() else Excerpt(schedule=line, end=math.floor(total_steps))


CALLS: Final[Mapping[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (
        NoamDecay,
        PiecewiseDecay,
        NaturalExpDecay,
        InverseTimeDecay,
        PolynomialDecay,
        LinearWarmup,
        ExponentialDecay,
        MultiStepDecay,
        StepDecay,
        LambdaDecay,
        ReduceOnPlateau,
        CosineAnnealingDecay,
        MultiplicativeDecay,
        OneCycleLR,
        CyclicLR,
        LinearLR,
        CosineAnnealingWarmRestarts,
    )
}
"""The calls by Paddle's names."""


FRAMEWORK: Final = Framework(
    name="paddle",
    title="Paddle",
    roots=("paddle",),
    hints=("lr",),
    calls=CALLS,
    plateau="paddle",
    loop=Loop(
        updates=frozenset({"step", "minimize"}),
        steps=frozenset({"step"}),
        passed_on=frozenset({"distributed_optimizer"}),
    ),
    resuming=Resuming(
        numbers=False,
        stale=True,
        from_rate=frozenset({"CosineAnnealingDecay", "LinearLR", "MultiplicativeDecay"}),
        notes={
            "stale": "Paddle: the state of a scheduler is its epoch and its last rate: after a resume with"
            " other numbers the first update still has that rate, and the new ones hold from the second on",
            "from_rate": "Paddle: {call} makes each rate from the one before, and goes on from the saved rate"
            " by its new numbers; that is not drawn",
            "outright": "Paddle: a scheduler whose state is not set begins again at 0",
        },
    ),
    spellings=SPELLINGS,
)
