"""The spelling of a schedule as Optax' users write it: its functions, or one of their own."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from lrplot.python.parameters import Refusal
from lrplot.python.spelling import Formula, OptimizerSpelling, Spellings, Template, number


def _multistep(s: Mapping[str, Any]) -> str | None:
    if s["warmup"]:
        return None
    scales: dict[float, float] = {}
    for at in sorted(s["milestones"]):
        scales[at] = scales.get(at, 1) * s["gamma"]
    return f"piecewise_constant_schedule({number(s['lr'])}, {_members(scales)})"


def _piecewise(s: Mapping[str, Any]) -> str | None:
    points = sorted(s["points"])
    way = s["between"]
    # Its scales start from the rate at step 0, and none leads away from a rate of 0.
    if s["warmup"] or way == "exponential" or points[0][0] or any(not rate for _, rate in points[:-1]):
        return None
    scales = _members({at: rate / before for (_, before), (at, rate) in pairwise(points)})
    name = "piecewise_constant_schedule(" if way == "hold" else f"piecewise_interpolate_schedule({way!r}, "
    return f"{name}{number(points[0][1])}, {scales})"


def _plateau(s: Mapping[str, Any]) -> str:
    if not s["falls"]:
        raise Refusal("Optax' reduce_on_plateau knows a metric that is to fall alone; negate it")
    least = s["min_lr"] / s["lr"] if s["lr"] else 0
    return (
        f"reduce_on_plateau(factor={number(s['factor'])}, patience={s['patience']}, "
        f"cooldown={s['cooldown']}, rtol={number(s['relative'])}, atol={number(s['absolute'])}, "
        f"min_scale={number(least)})"
    )


def _members(scales: Mapping[float, float]) -> str:
    return f"{{{', '.join(f'{number(at)}: {number(scale)}' for at, scale in scales.items())}}}"


_SCRIPT: Final = """\
{imports}

schedule = {call}
optimizer = {optimizer}
"""
_REACTING: Final = """\
{imports}

optimizer = optax.chain(
    {plain_optimizer},
    optax.contrib.{plain_call},
)
# updates, state = optimizer.update(gradients, state, parameters, value=loss)
"""
_FUNCTION: Final = """\
{imports}


{function}


optimizer = {optimizer}
"""
_PRODUCT: Final = """\
{imports}


def schedule(count):
    each = jnp.arange({first}, {steps})  # all the steps of the run
    return {base} * jnp.prod(jnp.where(each <= count, {expression}, 1.0))


optimizer = {optimizer}
"""

SPELLINGS: Final = {
    "optax": Spellings(
        calls={
            "constant": (
                "constant_schedule({lr})",
                Template("warmup_constant_schedule({start}, {lr}, {warmup})", "warmup"),
            ),
            "step": (
                "exponential_decay({lr}, transition_steps={step_size}, decay_rate={gamma}, staircase=True)"
            ),
            "multistep": _multistep,
            "piecewise": _piecewise,
            "exponential": (
                "exponential_decay({lr}, transition_steps={period}, decay_rate={gamma}, "
                "staircase={staircase})",
                Template(
                    "exponential_decay({lr}, transition_steps={period}, decay_rate={gamma}, "
                    "staircase={staircase}, end_value={min_lr})",
                    "gamma < 1",
                ),
            ),
            "linear": "linear_schedule({lr}, {end_lr}, transition_steps={T_max})",
            "polynomial": "polynomial_schedule({lr}, {end_lr}, power={power}, transition_steps={T_max})",
            "cosine": (
                "cosine_decay_schedule({lr}, decay_steps={T_max}, alpha={eta_min / lr}, exponent={exponent})",
                Template(
                    "warmup_cosine_decay_schedule({start}, {lr}, warmup_steps={warmup}, "
                    "decay_steps={warmup + T_max}, end_value={eta_min}, exponent={exponent})",
                    "warmup and T_max % 1 == 0",
                ),
            ),
            "onecycle": (
                "cosine_onecycle_schedule(transition_steps={total_steps}, peak_value={max_lr}, "
                "pct_start={pct_start}, div_factor={div_factor}, final_div_factor={final_div_factor})"
            ),
            "plateau": _plateau,
            "warmup": Template(
                "join_schedules([linear_schedule({start}, {peak}, {warmup}), {inner}], [{warmup}])", "warmup"
            ),
            "sequence": "join_schedules([{parts}], {boundaries})",
        },
        path="optax.",
        imports=("import jax.numpy as jnp", "import optax"),
        script=_SCRIPT,
        reacting=_REACTING,
        rate="schedule",
        optimizer=OptimizerSpelling(
            text="optax.{name}(learning_rate={rate}{more})",
            rule="pytorch",
            own={
                "sgd": {"sgd": "momentum nesterov"},
                "adam": {"adam": "b1=betas.0 b2=betas.1 eps"},
                "adamw": {"adamw": "b1=betas.0 b2=betas.1 eps weight_decay!"},
            },
        ),
        formulas=(
            Formula(script=_FUNCTION, dialect="jax", name="schedule", argument="count", rate="schedule"),
            Formula(script=_PRODUCT, dialect="jax", argument="each", rate="schedule", of="factor"),
        ),
        counts="steps",
    )
}
