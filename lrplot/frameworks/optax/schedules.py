"""Optax' schedules, as release 0.2.8 computes them (in float32 unless x64 is enabled)."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from lrplot.clock import MOST_STEPS
from lrplot.python.binding import Signed
from lrplot.python.combine import joined, metrics_of, straight, whole
from lrplot.python.parameters import Base, Noted, Refusal, Whole
from lrplot.python.signatures import fit
from lrplot.schedules.base import Context, Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.epochwise import Epochwise
from lrplot.schedules.exponential import Exponential
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.plateau import Plateau
from lrplot.schedules.polynomial import Polynomial

BELOW: Final = (
    "its values are below 0, as scale_by_schedule wants them; drawn is the rate, which is minus the value"
)
"""The note about a schedule whose values are minus its rates."""


def constant_schedule(value: float) -> Schedule:
    return Constant(lr=value)


def polynomial_schedule(
    init_value: float, end_value: float, power: float, transition_steps: float, transition_begin: Whole = 0
) -> Schedule:
    if transition_steps <= 0 or power == 0:
        return Constant(lr=init_value)
    fall = Polynomial(lr=init_value, end_lr=end_value, power=power, T_max=transition_steps)
    return joined([Constant(lr=init_value), fall], [max(0, transition_begin)])


def linear_schedule(
    init_value: float, end_value: float, transition_steps: float, transition_begin: Whole = 0
) -> Schedule:
    if transition_steps <= 0:
        return Constant(lr=init_value)
    return joined(
        [Constant(lr=init_value), straight(init_value, end_value, transition_steps)],
        [max(0, transition_begin)],
    )


def exponential_decay(
    init_value: float,
    transition_steps: float,
    decay_rate: float,
    transition_begin: Whole = 0,
    staircase: bool = False,
    end_value: float | None = None,
) -> Schedule:
    if transition_steps <= 0 or decay_rate == 0:
        return Constant(lr=init_value)
    begin = max(0, transition_begin)
    if end_value is None or decay_rate < 1:
        floor = end_value or 0
        decay = Exponential(
            lr=init_value, gamma=decay_rate, period=transition_steps, staircase=staircase, min_lr=floor
        )
        return joined([Constant(lr=max(init_value, floor)), decay], [begin])
    if init_value >= end_value or decay_rate == 1:
        return Constant(lr=min(init_value, end_value))
    growth = Exponential(lr=init_value, gamma=decay_rate, period=transition_steps, staircase=staircase)
    if init_value == 0:
        return Constant(lr=0)
    return joined(
        [Constant(lr=init_value), growth, Constant(lr=end_value)],
        [begin, reached(growth, end_value, transition_steps, decay_rate)],
    )


def reached(growth: Exponential, end: float, period: float, rate: float) -> int:
    """The first whole step at which a growing curve is not below ``end``, or a falling one not above it."""
    near = period * (math.log(end) - math.log(growth.lr)) / math.log(rate)
    low, high = -1, min(MOST_STEPS, math.ceil(near + 2 * period + 2))
    sign = 1 if rate > 1 else -1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if sign * (float(growth(middle)) - end) < 0 else (low, middle)
    return high


def cosine_decay_schedule(
    init_value: float, decay_steps: float, alpha: float = 0.0, exponent: float = 1.0
) -> Schedule:
    if not decay_steps > 0:
        raise Refusal(
            f"The cosine_decay_schedule requires positive decay_steps, got decay_steps={decay_steps:g}.",
            "decay_steps",
        )
    if exponent == 0:
        return Constant(lr=init_value)
    return Cosine(lr=init_value, eta_min=alpha * init_value, T_max=decay_steps, exponent=exponent)


def piecewise_constant_schedule(
    init_value: float, boundaries_and_scales: dict[float, float] | None = None
) -> Schedule:
    return _piecewise("hold", init_value, boundaries_and_scales or {}, "piecewise_constant_schedule")


def piecewise_interpolate_schedule(
    interpolate_type: str, init_value: float, boundaries_and_scales: dict[float, float] | None = None
) -> Schedule:
    if interpolate_type not in {"linear", "cosine"}:
        raise Refusal("`interpolate_type` must be either 'cosine' or 'linear'", "interpolate_type")
    way: Any = interpolate_type
    return _piecewise(way, init_value, boundaries_and_scales or {}, "piecewise_interpolate_schedule")


def _piecewise(
    way: Literal["hold", "linear", "cosine"], value: float, scales: Mapping[float, float], name: str
) -> Schedule:
    if any(scale < 0 for scale in scales.values()):
        raise Refusal(f"`{name}` expects non-negative scale factors", "boundaries_and_scales")
    points = {0.0: value}
    for at, scale in sorted(scales.items()):
        value *= scale
        points[max(0.0, at)] = value
    return Piecewise(points=tuple(points.items()), between=way)


def linear_onecycle_schedule(
    transition_steps: Whole,
    peak_value: float,
    pct_start: float = 0.3,
    pct_final: float = 0.85,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Schedule:
    _onecycle_length(transition_steps)
    _not_zero(div_factor, final_div_factor)
    _not_before("pct_start", pct_start)
    _not_before("pct_final", pct_final)
    scales = {
        float(int(pct_start * transition_steps)): div_factor,
        float(int(pct_final * transition_steps)): 1 / div_factor,
        float(transition_steps): 1 / final_div_factor,
    }
    return _piecewise("linear", peak_value / div_factor, scales, "linear_onecycle_schedule")


def cosine_onecycle_schedule(
    transition_steps: Whole,
    peak_value: float,
    pct_start: float = 0.3,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Schedule:
    _onecycle_length(transition_steps)
    _not_zero(div_factor, final_div_factor)
    _not_before("pct_start", pct_start)
    scales = {
        float(int(pct_start * transition_steps)): div_factor,
        float(transition_steps): 1 / (div_factor * final_div_factor),
    }
    return _piecewise("cosine", peak_value / div_factor, scales, "cosine_onecycle_schedule")


def _not_zero(div_factor: float, final_div_factor: float) -> None:
    for name, value in (("div_factor", div_factor), ("final_div_factor", final_div_factor)):
        if value == 0:
            raise Refusal(f"{name} 0 makes Optax divide by zero", name)


def _not_before(name: str, value: float) -> None:
    """Refuse a part of a schedule that would end before the first step, inside what follows it."""
    if value < 0:
        raise Refusal(f"{name} must be ≥ 0 to be drawn, got {value:g}", name)


def _onecycle_length(steps: int) -> None:
    if steps <= 0:
        raise Refusal(
            "A linear onecycle schedule was set with a non-positive `transition_steps`", "transition_steps"
        )


def warmup_constant_schedule(init_value: float, peak_value: float, warmup_steps: float) -> Schedule:
    return linear_schedule(init_value, peak_value, warmup_steps)


def warmup_cosine_decay_schedule(
    init_value: float,
    peak_value: float,
    warmup_steps: Whole,
    decay_steps: Whole,
    end_value: float = 0.0,
    exponent: float = 1.0,
) -> Schedule:
    _not_before("warmup_steps", warmup_steps)
    alpha = 0.0 if peak_value == 0 else end_value / peak_value
    anneal = cosine_decay_schedule(peak_value, decay_steps - warmup_steps, alpha, exponent)
    return joined([linear_schedule(init_value, peak_value, warmup_steps), anneal], [warmup_steps])


def warmup_exponential_decay_schedule(
    init_value: float,
    peak_value: float,
    warmup_steps: Whole,
    transition_steps: float,
    decay_rate: float,
    transition_begin: Whole = 0,
    staircase: bool = False,
    end_value: float | None = None,
) -> Schedule:
    _not_before("warmup_steps", warmup_steps)
    decay = exponential_decay(
        peak_value, transition_steps, decay_rate, transition_begin, staircase, end_value
    )
    return joined([linear_schedule(init_value, peak_value, warmup_steps), decay], [warmup_steps])


def sgdr_schedule(cosine_kwargs: list[dict[str, float]]) -> Schedule:
    if not cosine_kwargs:
        raise Refusal("sgdr_schedule needs at least one cycle", "cosine_kwargs")
    cycles: list[Schedule] = []
    spans: list[int] = []
    for arguments in cosine_kwargs:
        try:
            given: dict[str, Any] = {
                key: whole(key, value) if key.endswith("_steps") else value
                for key, value in arguments.items()
            }
            fit("cosine_kwargs", warmup_cosine_decay_schedule, [], given)
            cycles.append(warmup_cosine_decay_schedule(**given))
        except TypeError as error:
            raise Refusal(f"cosine_kwargs: {error}", "cosine_kwargs") from None
        spans.append(given["decay_steps"])
    return joined(cycles, spans[:-1])


def join_schedules(schedules: list[Signed], boundaries: list[Whole]) -> Schedule:
    if len(boundaries) != len(schedules) - 1:
        raise Refusal(
            f"{len(schedules)} schedules take {len(schedules) - 1} boundaries, got {len(boundaries)}",
            "boundaries",
        )
    if list(boundaries) != sorted(boundaries) or any(at < 0 for at in boundaries):
        raise Refusal(f"boundaries must not fall, got {boundaries}", "boundaries")
    whole = joined([each.schedule for each in schedules], _spans(boundaries))
    if not any(each.negated for each in schedules):
        return whole
    # Nothing but zeros has no sign.
    if any(not each.negated and each.schedule != Constant(lr=0) for each in schedules):
        raise Refusal(
            "one of the schedules is below 0 and another above it; a rate that changes its sign is not drawn",
            "schedules",
        )
    return Noted(whole, (BELOW,), negated=True)  # type: ignore[return-value]


def _spans(boundaries: Sequence[int]) -> list[int]:
    return [after - before for before, after in zip([0, *boundaries], boundaries, strict=False)]


def reduce_on_plateau(
    factor: float = 0.1,
    patience: int = 10,
    rtol: float = 1e-4,
    atol: float = 0.0,
    cooldown: int = 0,
    accumulation_size: int = 1,
    min_scale: float = 0.0,
    *,
    around: Context,
    base: Base,
) -> Schedule:
    """The rate that the optimizer's is scaled to; Optax' metrics are those of the updates."""
    if not 0 < factor < 1:
        raise Refusal(f"Factor must be in the range (0, 1), got factor = {factor:g}.", "factor")
    if rtol < 0 or atol < 0:
        raise Refusal(
            f"Both rtol and atol must be non-negative, got rtol = {rtol:g} and atol = {atol:g}.",
            "rtol" if rtol < 0 else "atol",
        )
    if rtol == 0 and atol == 0:
        raise Refusal("At least one of rtol or atol must be positive, got 0 for both.", "rtol")
    if rtol > 1:
        raise Refusal(f"rtol must be less than or equal to 1.0, got rtol = {rtol:g}.", "rtol")
    if accumulation_size < 1:
        raise Refusal(
            f"with accumulation_size {accumulation_size} Optax never acts; it must be ≥ 1",
            "accumulation_size",
        )
    metrics = metrics_of("reduce_on_plateau", around)
    if accumulation_size > 1:
        metrics = _averaged(metrics, accumulation_size)
    plateau = Plateau(
        lr=base.lr,
        rule="optax",
        factor=factor,
        patience=patience,
        threshold=rtol,
        atol=atol,
        cooldown=cooldown,
        min_lr=min_scale * base.lr,
        **metrics,
    )
    if accumulation_size == 1:
        return plateau
    # The last update of a block is the first to see the block's mean.
    blocks = Epochwise(schedule=plateau, steps_per_epoch=accumulation_size)
    return joined([Constant(lr=base.lr), blocks], [accumulation_size - 1])


def _averaged(metrics: Mapping[str, Any], size: int) -> dict[str, Any]:
    """The means of whole blocks, summed up as Optax does."""
    if "formula" in metrics:
        raise Refusal(
            f"accumulation_size takes the mean of {size} metrics; give them as a list or a file, not as a "
            "formula",
            "accumulation_size",
        )
    series: Sequence[float] = metrics["metrics"]
    if len(series) < size:
        raise Refusal(
            f"accumulation_size takes the mean of {size} metrics, and there are {len(series)}; give more",
            "accumulation_size",
        )
    means: list[float] = []
    for first in range(0, len(series) - size + 1, size):
        mean = 0.0
        for count, metric in enumerate(series[first : first + size]):
            mean = (count * mean + metric) / (count + 1)
        means.append(mean)
    return {"metrics": means}
