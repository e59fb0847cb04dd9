"""The spelling of a schedule as Paddle's users write it: a rate that the optimizer is given."""

from collections.abc import Mapping
from typing import Any, Final

from lrplot.frameworks.pytorch.spellings import PLATEAU, TORCH_LOOPS
from lrplot.python.spelling import Formula, OptimizerSpelling, Spellings, Template, number


def _piecewise(s: Mapping[str, Any]) -> str | None:
    if s["warmup"] or s["between"] != "hold":
        return None
    points = sorted(s["points"])
    starts = ", ".join(number(at) for at, _ in points[1:])
    return f"PiecewiseDecay(boundaries=[{starts}], values=[{', '.join(number(rate) for _, rate in points)}])"


_POWER: Final = "PolynomialDecay({lr}, decay_steps={T_max}, end_lr={end_lr}"
_SCRIPT: Final = """\
{imports}

{head}model = paddle.nn.Linear(1, 1)  # yours
scheduler = {call}
optimizer = {optimizer}

{loop}"""
_BARE: Final = """\
{imports}

model = paddle.nn.Linear(1, 1)  # yours
optimizer = {optimizer}  # the rate stays
"""
_FORMULA: Final = """\
{imports}

base_lr = {base}


{function}


model = paddle.nn.Linear(1, 1)  # yours
scheduler = paddle.optimizer.lr.LambdaDecay(base_lr, lambda step: lr_at(step) / base_lr)
optimizer = {optimizer}

{loop}"""

SPELLINGS: Final = {
    "paddle": Spellings(
        calls={
            "constant": (
                "",
                Template(
                    "LinearWarmup({lr}, warmup_steps={warmup}, start_lr={start}, end_lr={lr})", "warmup"
                ),
            ),
            "step": "StepDecay({lr}, step_size={step_size}, gamma={gamma})",
            "multistep": "MultiStepDecay({lr}, milestones={milestones}, gamma={gamma})",
            "piecewise": _piecewise,
            "exponential": (
                Template("StepDecay({lr}, step_size={period}, gamma={gamma})", "staircase"),
                "ExponentialDecay({lr}, gamma={gamma})",
                "ExponentialDecay({lr}, gamma={gamma ** (1 / period)})",
                Template("NaturalExpDecay({lr}, gamma={rate / period})", covers=("gamma",)),
            ),
            "inverse_time": "InverseTimeDecay({lr}, gamma={rate / period})",
            "linear": f"{_POWER})",
            "polynomial": f"{_POWER}, power={{power}}, cycle={{cycle}})",
            "cosine": "CosineAnnealingDecay({lr}, T_max={T_max}, eta_min={eta_min})",
            "cosine_restarts": (
                "CosineAnnealingWarmRestarts({lr}, T_0={T_0}, T_mult={T_mult}, eta_min={eta_min})"
            ),
            "cyclic": (
                "CyclicLR({base_lr}, {max_lr}, step_size_up={step_size_up}, step_size_down={step_size_down}, "
                "mode={mode!r}, exp_gamma={gamma:f})"
            ),
            "onecycle": (
                "OneCycleLR({max_lr}, total_steps={total_steps}, divide_factor={div_factor}, "
                "end_learning_rate={max_lr / div_factor / final_div_factor}, phase_pct={pct_start:f}, "
                "anneal_strategy={anneal_strategy!r}, three_phase={three_phase})"
            ),
            "plateau": f"ReduceOnPlateau({{lr}}, {PLATEAU.replace('eps=', 'epsilon=')}",
            "lambda": "LambdaDecay({lr}, lr_lambda=lambda step: {factor})",
            "multiplicative": Template(
                "MultiplicativeDecay({base}, lr_lambda=lambda step: {factor})", covers=("lr", "from_zero")
            ),
            "warmup": Template(
                "LinearWarmup({inner}, warmup_steps={warmup}, start_lr={start}, end_lr={peak})", "warmup"
            ),
        },
        path="paddle.optimizer.lr.",
        imports=("import paddle",),
        script=_SCRIPT,
        bare=_BARE,
        loops=TORCH_LOOPS,
        optimizer=OptimizerSpelling(
            text="paddle.optimizer.{name}(learning_rate={rate}, parameters=model.parameters(){more})",
            rule="pytorch",
            own={
                "sgd": {
                    "SGD": "weight_decay",
                    "Momentum": "momentum! use_nesterov=nesterov weight_decay",
                },
                "adam": {"Adam": "beta1=betas.0 beta2=betas.1 epsilon=eps weight_decay"},
                "adamw": {"AdamW": "beta1=betas.0 beta2=betas.1 epsilon=eps weight_decay"},
            },
        ),
        rate="scheduler",
        formulas=(Formula(script=_FORMULA, rate="scheduler"),),
    )
}
