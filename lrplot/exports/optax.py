"""Optax' call for a schedule, or a function of the count with its formula."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Final

from lrplot.exports.dialects import JAX, function, printed
from lrplot.exports.formula import formula, number
from lrplot.exports.intent import Intent, intent_of
from lrplot.schedules.base import Schedule


def spell(schedule: Schedule) -> str | None:
    """The call people write for it, None where Optax has none."""
    intent = intent_of(schedule)
    if intent.warmup:
        return _warmed(intent)
    write = _CALLS.get(intent.schedule.type)
    return None if write is None else write(intent.schedule)


def _warmed(intent: Intent) -> str | None:
    s, peak = intent.schedule, float(intent.schedule(0))
    if s.type == "constant":
        return f"warmup_constant_schedule({number(intent.start)}, {number(peak)}, {intent.warmup})"
    if s.type == "cosine" and float(s.T_max).is_integer():
        least = f", end_value={number(s.eta_min)}" if s.eta_min else ""
        power = f", exponent={number(s.exponent)}" if s.exponent != 1 else ""
        return (
            f"warmup_cosine_decay_schedule({number(intent.start)}, {number(s.lr)}, "
            f"warmup_steps={intent.warmup}, decay_steps={intent.warmup + int(s.T_max)}{least}{power})"
        )
    after = spell(s)
    ramp = f"linear_schedule({number(intent.start)}, {number(peak)}, {intent.warmup})"
    return after and f"join_schedules([{ramp}, {after}], [{intent.warmup}])"


def _constant(s: Any) -> str:
    return f"constant_schedule({number(s.lr)})"


def _step(s: Any) -> str:
    return (
        f"exponential_decay({number(s.lr)}, transition_steps={number(s.step_size)}, "
        f"decay_rate={number(s.gamma)}, staircase=True)"
    )


def _multistep(s: Any) -> str:
    scales: dict[float, float] = {}
    for at in sorted(s.milestones):
        scales[at] = scales.get(at, 1) * s.gamma
    members = ", ".join(f"{number(at)}: {number(scale)}" for at, scale in scales.items())
    return f"piecewise_constant_schedule({number(s.lr)}, {{{members}}})"


def _piecewise(s: Any) -> str | None:
    points = sorted(s.points)
    if s.between == "exponential" or points[0][0] or any(not rate for _, rate in points[:-1]):
        return None
    scales = ", ".join(
        f"{number(at)}: {number(float(f'{rate / before:.15g}'))}"
        for (_, before), (at, rate) in pairwise(points)
    )
    if s.between == "hold":
        return f"piecewise_constant_schedule({number(points[0][1])}, {{{scales}}})"
    return f"piecewise_interpolate_schedule({s.between!r}, {number(points[0][1])}, {{{scales}}})"


def _exponential(s: Any) -> str | None:
    if s.gamma is None or (s.min_lr and s.gamma >= 1) or not s.gamma:
        return None
    stairs = ", staircase=True" if s.staircase else ""
    least = f", end_value={number(s.min_lr)}" if s.min_lr else ""
    return (
        f"exponential_decay({number(s.lr)}, transition_steps={number(s.period)}, decay_rate={number(s.gamma)}"
        f"{stairs}{least})"
    )


def _linear(s: Any) -> str:
    return f"linear_schedule({number(s.lr)}, {number(s.end_lr)}, transition_steps={number(s.T_max)})"


def _polynomial(s: Any) -> str | None:
    if s.cycle:
        return None
    ends = f"{number(s.lr)}, {number(s.end_lr)}, power={number(s.power)}"
    return f"polynomial_schedule({ends}, transition_steps={number(s.T_max)})"


def _cosine(s: Any) -> str | None:
    if not s.lr:
        return None
    alpha = f", alpha={number(s.eta_min / s.lr)}" if s.eta_min else ""
    power = f", exponent={number(s.exponent)}" if s.exponent != 1 else ""
    return f"cosine_decay_schedule({number(s.lr)}, decay_steps={number(s.T_max)}{alpha}{power})"


def _onecycle(s: Any) -> str | None:
    given = (
        f"transition_steps={s.total_steps}, peak_value={number(s.max_lr)}, pct_start={number(s.pct_start)}"
    )
    more = "".join(
        f", {name}={number(getattr(s, name))}"
        for name in ("div_factor", "final_div_factor")
        if getattr(s, name) != type(s).model_fields[name].default
    )
    if s.three_phase or s.anneal_strategy != "cos":
        return None
    return f"cosine_onecycle_schedule({given}{more})"


def _sequence(s: Any) -> str | None:
    parts = [spell(part) for part in s.parts]
    if None in parts:
        return None
    marks = [sum(s.lengths[: i + 1]) for i in range(len(s.lengths))]
    return f"join_schedules([{', '.join(map(str, parts))}], {marks})"


_CALLS: Final[Mapping[str, Callable[[Any], str | None]]] = {
    "constant": _constant,
    "step": _step,
    "multistep": _multistep,
    "piecewise": _piecewise,
    "exponential": _exponential,
    "linear": _linear,
    "polynomial": _polynomial,
    "cosine": _cosine,
    "onecycle": _onecycle,
    "sequence": _sequence,
}


def with_call(call: str) -> str:
    """A script with Optax' own schedules; the optimizer counts its updates."""
    import re

    spelled = re.sub(r"\b([a-z]\w+_schedules?|exponential_decay)\(", r"optax.\1(", call)
    return f"import optax\n\nschedule = {spelled}\noptimizer = optax.sgd(learning_rate=schedule)\n"


def with_product(schedule: Any, steps: int) -> str:
    """A script with a product over the steps so far, for which Optax has no class."""
    from lrplot.schedules.lambda_ import Lambda

    factor = formula(Lambda(lr=1, factor=schedule.factor, steps_per_epoch=schedule.steps_per_epoch))
    text = printed(factor, JAX, "each")
    math = "import math\n\n" if "math." in text else ""
    first = 0 if schedule.from_zero else 1
    return (
        f"{math}import jax.numpy as jnp\nimport optax\n\n\n"
        "def schedule(count):\n"
        f"    each = jnp.arange({first}, {steps})  # all the steps of the run\n"
        f"    return {number(schedule.lr)} * jnp.prod(jnp.where(each <= count, {text}, 1))\n\n\n"
        "optimizer = optax.sgd(learning_rate=schedule)\n"
    )


def with_formula(expression: str) -> str:
    """A script with a function of the count."""
    text = function(expression, JAX, "schedule", "count")
    math = "import math\n\n" if "math." in text else ""
    jnp = "import jax.numpy as jnp\n" if "jnp." in text else ""
    return f"{math}{jnp}import optax\n\n\n{text}\n\n\noptimizer = optax.sgd(learning_rate=schedule)\n"
