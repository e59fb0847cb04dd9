"""The spelling of a schedule as MMEngine's users write it: the ``param_scheduler`` of a config."""

from collections.abc import Mapping
from typing import Any, Final

from lrplot.python.spelling import OptimizerSpelling, Spellings, Template, number

_CLOCK: Final = "begin={begin}, by_epoch={by_epoch}"
_ENDING: Final = f"end={{begin + T_max}}, {_CLOCK}"
_REACHING: Final = f"end={{begin + T_max + 1}}, {_CLOCK}"
"""A window's last step is where the end is reached, one step earlier than in other frameworks."""
_MOST_CYCLES: Final = 1000
"""Cycles of a config that is written, each a number of two lists: a longer one is no text for people."""

_COSINE: Final = "CosineAnnealingLR(optimizer, T_max={T_max}, "
_LINE: Final = "LinearLR(optimizer, start_factor={lr / base}, end_factor={end_lr / base}, "
_POLY: Final = "PolyLR(optimizer, power={power}, eta_min={end_lr}, "
_RAMP: Final = "LinearLR(optimizer, start_factor={start / base}, end={warmup}, by_epoch={by_epoch})"
_RAMP_TO_THE_END: Final = _RAMP.replace("{warmup}", "{warmup + 1}")
# LinearLR divides by a start_factor of 0; people take 1e-6, and less than 1e-9 nobody can tell from 0.
_RAMP_FROM_NEARLY_0: Final = "LinearLR(optimizer, start_factor=1e-6, end={warmup + 1}, by_epoch={by_epoch})"
_RAMPS: Final = (
    (_RAMP, "warmup and peak == base"),
    (_RAMP_TO_THE_END, "warmup and peak == base"),
    (_RAMP_FROM_NEARLY_0, "warmup and peak == base and start == 0"),
    (_RAMP_FROM_NEARLY_0.replace("1e-6", "1e-10"), "warmup and peak == base and start == 0"),
)


def _restarts(s: Mapping[str, Any]) -> str | None:
    """All the cycles of the run, one by one."""
    if s["warmup"] or s["lr"] != s["base"]:
        return None
    periods = [s["T_0"]]
    while (sum(periods) < s["steps"]) if s["cycles"] is None else (len(periods) < s["cycles"]):
        periods.append(periods[-1] * s["T_mult"])
        if len(periods) > _MOST_CYCLES:
            return None
    weights = ", ".join(number(s["decay"] ** i) for i in range(len(periods)))
    return (
        f"CosineRestartLR(optimizer, periods=[{', '.join(map(number, periods))}], "
        f"restart_weights=[{weights}], eta_min={number(s['eta_min'])}, begin={s['begin']}, "
        f"by_epoch={s['by_epoch']})"
    )


SPELLINGS: Final = {
    "mmengine": Spellings(
        calls={
            "constant": ("", *(Template(ramp, given) for ramp, given in _RAMPS)),
            "step": f"StepLR(optimizer, step_size={{step_size}}, gamma={{gamma}}, {_CLOCK})",
            "multistep": f"MultiStepLR(optimizer, milestones={{milestones}}, gamma={{gamma}}, {_CLOCK})",
            "exponential": (
                Template(f"StepLR(optimizer, step_size={{period}}, gamma={{gamma}}, {_CLOCK})", "staircase"),
                f"ExponentialLR(optimizer, gamma={{gamma}}, {_CLOCK})",
                f"ExponentialLR(optimizer, gamma={{gamma ** (1 / period)}}, {_CLOCK})",
            ),
            "linear": (f"{_LINE}{_ENDING})", f"{_LINE}{_REACHING})"),
            "polynomial": (f"{_POLY}{_ENDING})", f"{_POLY}{_REACHING})"),
            "cosine": (
                f"{_COSINE}{_CLOCK})",
                f"{_COSINE}eta_min={{eta_min}}, {_CLOCK})",
                # Without an end it rises again.
                f"{_COSINE}{_REACHING})",
                f"{_COSINE}eta_min={{eta_min}}, {_REACHING})",
            ),
            "cosine_restarts": _restarts,
            "onecycle": (
                "OneCycleLR(optimizer, eta_max={max_lr}, total_steps={total_steps}, pct_start={pct_start:f}, "
                "anneal_strategy={anneal_strategy!r}, div_factor={div_factor}, "
                f"final_div_factor={{final_div_factor}}, three_phase={{three_phase}}, {_CLOCK})"
            ),
            "plateau": tuple(
                Template(
                    f"ReduceOnPlateauLR(optimizer, monitor='val_loss', {rule}factor={{factor}}, "
                    "patience={patience}, threshold={threshold}, threshold_rule={threshold_mode!r}, "
                    "cooldown={cooldown}, min_value={min_lr}, eps={eps})",
                    given,
                )
                for rule, given in (("", "falls"), ("rule='greater', ", "not falls"))
            ),
            "warmup": tuple(Template(f"[{ramp}, {{inner}}]", given) for ramp, given in _RAMPS),
            "sequence": "[{parts}]",
            "product": "[{factors}]",
        },
        told="each epoch",
        script="""\
optim_wrapper = dict(optimizer={optimizer})
param_scheduler = {call}
{loop}""",
        bare="""\
optim_wrapper = dict(optimizer={optimizer})
param_scheduler = []
{loop}""",
        loops={
            "steps": "train_cfg = dict(type='IterBasedTrainLoop', max_iters={steps})\n",
            "epochs": "train_cfg = dict(type='EpochBasedTrainLoop', max_epochs={epochs})\n",
            "batches": "train_cfg = dict(type='EpochBasedTrainLoop', max_epochs={epochs})\n",
        },
        optimizer=OptimizerSpelling(text="{name}(lr={rate}{more})", rule="pytorch"),
        form="dict",
    )
}
