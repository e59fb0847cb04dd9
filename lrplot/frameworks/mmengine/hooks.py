"""mmcv 1's ``lr_config``: the policies of ``mmcv/runner/hooks/lr_updater.py``, as release 1.7 computes them.

A policy gives a regular rate by epoch or by step; the warm-up multiplies it, always step by step.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lrplot.python.combine import joined, straight
from lrplot.python.parameters import Base, Refusal
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.epochwise import Epochwise
from lrplot.schedules.exponential import Exponential
from lrplot.schedules.inverse_time import InverseTime
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.linear import Linear
from lrplot.schedules.onecycle import OneCycle
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.polynomial import Polynomial
from lrplot.schedules.product import Product
from lrplot.schedules.step import Step


@dataclass(frozen=True, slots=True)
class Policy:
    """The rates of a policy, and whether its clock counts epochs."""

    schedule: Schedule
    counts_epochs: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Run:
    """The runner as a policy sees it: the rate, and the length of training in the policy's own count."""

    optimizer: Base
    length: int | None
    by_epoch: bool

    @property
    def lr(self) -> float:
        return self.optimizer.lr

    @property
    def total(self) -> int:
        if self.length is None:
            unit, option = ("epochs", "--epochs") if self.by_epoch else ("steps", "--steps")
            raise Refusal(
                f"the policy needs the length of training in {unit}: runner=dict(type=…, max_{unit}=…), or "
                f"{option}"
            )
        return self.length


def _fixed(run: _Run) -> Schedule:
    return Constant(lr=run.lr)


def _step(run: _Run, step: Any, gamma: float = 0.1, min_lr: float | None = None) -> Schedule:
    low = min_lr or 0.0
    if isinstance(step, int) and not isinstance(step, bool):
        if step <= 0:
            raise Refusal(f"lr_config: step must be > 0, got {step}")
        if min_lr is None:
            return Step(lr=run.lr, step_size=step, gamma=gamma)
        return Lambda(lr=1, factor=f"max({low!r}, {run.lr!r} * {gamma!r} ** (t // {step}))")
    if not all(map(_is_count, step if isinstance(step, list) else [step])):
        raise Refusal("lr_config: step must be a whole number > 0, or a list of such")
    # The first of the list that lies ahead says how often it has dropped.
    passed = {
        at: next((i for i, later in enumerate(step) if at < later), len(step)) for at in sorted({0, *step})
    }
    points = {at: max(low, run.lr * gamma**drops) for at, drops in passed.items()}
    return Piecewise(points=tuple(points.items()))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value > 0


def _exp(run: _Run, gamma: float) -> Schedule:
    return Exponential(lr=run.lr, gamma=gamma)


def _poly(run: _Run, power: float = 1.0, min_lr: float = 0.0) -> Schedule:
    if power == 0:
        return Constant(lr=run.lr)
    return Polynomial(lr=run.lr, end_lr=min_lr, power=power, T_max=run.total)


def _inv(run: _Run, gamma: float, power: float = 1.0) -> Schedule:
    if power == 1:
        return InverseTime(lr=run.lr, rate=gamma)
    return Lambda(lr=run.lr, factor=f"(1 + {gamma!r} * t) ** (-{power!r})")


def _target(run: _Run, min_lr: float | None, min_lr_ratio: float | None) -> float:
    if (min_lr is None) == (min_lr_ratio is None):
        raise Refusal("lr_config takes exactly one of min_lr and min_lr_ratio")
    return min_lr if min_lr is not None else run.lr * (min_lr_ratio or 0.0)


def _cosine(run: _Run, min_lr: float | None = None, min_lr_ratio: float | None = None) -> Schedule:
    return Cosine(lr=run.lr, eta_min=_target(run, min_lr, min_lr_ratio), T_max=run.total, after="rise")


def _flat_cosine(
    run: _Run, start_percent: Any = 0.75, min_lr: float | None = None, min_lr_ratio: float | None = None
) -> Schedule:
    if not isinstance(start_percent, float) or not 0 <= start_percent <= 1:
        raise Refusal(f"lr_config: expected float between 0 and 1 start_percent, but got {start_percent}")
    start = round(run.total * start_percent)
    low = _target(run, min_lr, min_lr_ratio)
    if start == run.total:
        return Constant(lr=run.lr)
    falls = Cosine(lr=run.lr, eta_min=low, T_max=run.total - start, after="rise")
    return joined([Constant(lr=run.lr), falls], [start])


def _linear(run: _Run, min_lr: float | None = None, min_lr_ratio: float | None = None) -> Schedule:
    return Linear(lr=run.lr, end_lr=_target(run, min_lr, min_lr_ratio), T_max=run.total)


def _cosine_restart(
    run: _Run,
    periods: list[int],
    restart_weights: list[float] | None = None,
    min_lr: float | None = None,
    min_lr_ratio: float | None = None,
) -> Schedule:
    weights = [1.0] if restart_weights is None else restart_weights
    if len(periods) != len(weights):
        raise Refusal("lr_config: periods and restart_weights should have the same length.")
    if not periods or min(periods) <= 0:
        raise Refusal(f"lr_config: periods must each be > 0, got {periods}")
    low = _target(run, min_lr, min_lr_ratio)
    cycles: list[Schedule] = [
        Cosine(lr=low + weight * (run.lr - low), eta_min=low, T_max=period)
        for period, weight in zip(periods, weights, strict=True)
    ]
    # After the last period mmcv refuses to go on.
    return joined([*cycles, Lambda(lr=1, factor="0 / 0")], periods)


def _cyclic(
    run: _Run,
    target_ratio: Any = (10, 1e-4),
    cyclic_times: int = 1,
    step_ratio_up: float = 0.4,
    anneal_strategy: str = "cos",
    gamma: float = 1,
) -> Schedule:
    if isinstance(target_ratio, float):
        target_ratio = (target_ratio, target_ratio / 1e5)
    if not isinstance(target_ratio, tuple) or not 1 <= len(target_ratio) <= 2:
        raise Refusal("lr_config: target_ratio should be either float or tuple of two")
    high, low = target_ratio if len(target_ratio) == 2 else (target_ratio[0], target_ratio[0] / 1e5)
    if not 0 <= step_ratio_up < 1:
        raise Refusal(f"lr_config: step_ratio_up must be in range [0,1), got {step_ratio_up}")
    if anneal_strategy not in {"cos", "linear"}:
        raise Refusal(f"lr_config: anneal_strategy must be one of 'cos' or 'linear', got {anneal_strategy}")
    steps = run.total // cyclic_times if cyclic_times > 0 else 0
    if steps == 0:
        raise Refusal(f"lr_config: {cyclic_times} cycles do not fit into {run.total} steps")
    up = int(step_ratio_up * steps)
    lr = run.lr
    parts: list[Schedule] = []
    spans: list[int] = []
    for cycle in range(-(-run.total // steps)):
        share = gamma**cycle
        top = lr * (1 - share + high * share)
        # Without a way up mmcv shrinks the end of the way down in place of its top.
        fall = (top, lr * low) if up else (lr * high, lr * (1 - share + low * share))
        parts += [_annealed(lr, top, up, anneal_strategy), _annealed(*fall, steps - up, anneal_strategy)]
        spans += [up, steps - up]
    return joined(parts, spans[:-1])


def _annealed(start: float, end: float, steps: int, strategy: str) -> Schedule:
    if steps <= 0:
        return Constant(lr=start)
    if strategy == "linear":
        return straight(start, end, steps)
    return Cosine(lr=start, eta_min=end, T_max=steps)


def _onecycle(
    run: _Run,
    max_lr: Any,
    total_steps: int | None = None,
    pct_start: float = 0.3,
    anneal_strategy: Any = "cos",
    div_factor: float = 25,
    final_div_factor: float = 1e4,
    three_phase: bool = False,
) -> Schedule:
    if not isinstance(max_lr, int | float):
        raise Refusal("lr_config: max_lr of several groups; draw them one by one")
    steps = run.total if total_steps is None else total_steps
    if run.length is not None and steps < run.length:
        raise Refusal(
            "lr_config: The total steps must be greater than or equal to max iterations "
            f"{run.length} of runner, but total steps is {steps}."
        )
    return OneCycle(
        max_lr=float(max_lr),
        total_steps=steps,
        pct_start=pct_start,
        anneal_strategy=anneal_strategy,
        div_factor=float(div_factor),
        final_div_factor=float(final_div_factor),
        three_phase=three_phase,
        cycle_momentum=False,
    )


_POLICIES: Final[Mapping[str, Callable[..., Schedule]]] = {
    "Fixed": _fixed,
    "Step": _step,
    "Exp": _exp,
    "Poly": _poly,
    "Inv": _inv,
    "CosineAnnealing": _cosine,
    "FlatCosineAnnealing": _flat_cosine,
    "LinearAnnealing": _linear,
    "CosineRestart": _cosine_restart,
    "Cyclic": _cyclic,
    "OneCycle": _onecycle,
}
_OF_STEPS: Final = frozenset({"Cyclic", "OneCycle"})
"""Policies that count steps alone."""
_WARMUP: Final = ("warmup", "warmup_iters", "warmup_ratio", "warmup_by_epoch")


def policy(
    config: Mapping[str, Any], optimizer: Base, loop_by_epoch: bool, length: int | None, each: int | None
) -> Policy:
    """The rates of an ``lr_config``.

    Parameters
    ----------
    config
        Its keys, as they stand.
    optimizer
        The base rate.
    loop_by_epoch
        Whether the runner counts epochs.
    length
        Epochs or steps of the runner, where known.
    each
        Steps of an epoch, where known.

    Raises
    ------
    Refusal
        When mmcv refuses the arguments, or the steps of an epoch are needed and not known.
    """
    name = config.get("policy")
    if not isinstance(name, str):
        raise Refusal("lr_config needs a policy")
    spelled = name.title() if name == name.lower() else name
    made = _POLICIES.get(spelled)
    if made is None:
        raise Refusal(f"lr_config: mmcv has no policy '{name}'; it has {', '.join(_POLICIES)}")
    by_epoch = bool(config.get("by_epoch", loop_by_epoch and spelled not in _OF_STEPS))
    if by_epoch and spelled in _OF_STEPS:
        raise Refusal('lr_config: currently only support "by_epoch" = False')
    if config.get("warmup") and config.get("warmup_by_epoch") and not loop_by_epoch:
        raise Refusal("lr_config: warmup_by_epoch counts epochs, and IterBasedRunner has none")
    if by_epoch and not loop_by_epoch:
        note = "lr_config counts epochs (by_epoch=True), and IterBasedRunner has none: it never acts"
        return Policy(Constant(lr=optimizer.lr), counts_epochs=False, notes=(note,))
    total = length
    if loop_by_epoch and not by_epoch:
        total = None if length is None or each is None else length * each
        if total is None:
            raise Refusal(
                "lr_config counts steps (by_epoch=False) and training counts epochs; say how many steps an "
                "epoch has: --steps-per-epoch N"
            )
    arguments = {key: value for key, value in config.items() if key not in {"policy", "by_epoch", *_WARMUP}}
    try:
        inspect.signature(made).bind(None, **arguments)
    except TypeError as error:
        known = ", ".join(list(inspect.signature(made).parameters)[1:])
        raise Refusal(f"lr_config of policy '{name}': {error}; it takes {known or 'nothing'}") from None
    try:
        regular = made(_Run(optimizer, total, by_epoch), **arguments)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError) as error:
        raise Refusal(f"lr_config of policy '{name}' cannot be computed: {error}") from None
    return _warmed(config, regular, by_epoch=by_epoch, each=each)


def _warmed(config: Mapping[str, Any], regular: Schedule, *, by_epoch: bool, each: int | None) -> Policy:
    """The regular rate times the warm-up."""
    kind = config.get("warmup")
    if kind is None:
        return Policy(regular, by_epoch)
    steps, ratio = config.get("warmup_iters", 0), config.get("warmup_ratio", 0.1)
    if kind not in {"constant", "linear", "exp"}:
        raise Refusal(f"lr_config: warmup is 'constant', 'linear' or 'exp', got {kind!r}")
    if not isinstance(steps, int | float) or steps <= 0:
        raise Refusal('lr_config: "warmup_iters" must be a positive integer')
    if not isinstance(ratio, int | float) or not 0 < ratio <= 1:
        raise Refusal('lr_config: "warmup_ratio" must be in range (0,1]')
    if each is None and (by_epoch or config.get("warmup_by_epoch")):
        raise Refusal(
            "lr_config: the warm-up goes step by step and the rest by epoch; say how many steps an epoch "
            "has, which is the images / (samples_per_gpu × GPUs), rounded up: --steps-per-epoch N"
        )
    if config.get("warmup_by_epoch"):
        steps *= each or 1
    if by_epoch:
        regular = Epochwise(schedule=regular, steps_per_epoch=each or 1)
    return Policy(Product(lr=1, factors=(_factor(kind, steps, float(ratio)), regular)), counts_epochs=False)


def _factor(kind: str, steps: float, ratio: float) -> Schedule:
    """The warm-up's factor, 1 from its end on."""
    if kind == "linear":
        return Linear(lr=ratio, end_lr=1, T_max=steps)
    end = math.ceil(steps)
    if kind == "constant":
        return Piecewise(points=((0, ratio), (end, 1.0)))
    rises = Exponential(lr=ratio, gamma=1 / ratio, period=steps)
    return joined([rises, Constant(lr=1)], [end])
