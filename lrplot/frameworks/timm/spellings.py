"""The spelling of a schedule as timm's users write it."""

from typing import Final

from lrplot.frameworks.pytorch.spellings import TORCH_BARE, TORCH_OPTIMIZER, TORCH_SCRIPT, loops
from lrplot.python.spelling import Candidate, Spellings, Template

_CLOCK: Final = "t_in_epochs={by_epoch}"
_RAMP: Final = f"warmup_t={{warmup}}, warmup_lr_init={{start}}, {_CLOCK}"


def _ways(call: str) -> tuple[Candidate, ...]:
    """Alone; with the warm-up over it, as timm's is; with the warm-up before it."""
    return (
        f"{call}, {_CLOCK})",
        Template(f"{call}, {_RAMP})", "warmup", covers=("under",)),
        Template(f"{call}, warmup_prefix=True, {_RAMP})", "warmup"),
    )


_COSINE: Final = "CosineLRScheduler(optimizer, t_initial={T_max}, lr_min={eta_min}"
_RESTARTS: Final = (
    "CosineLRScheduler(optimizer, t_initial={T_0}, lr_min={eta_min}, cycle_mul={T_mult}, "
    "cycle_decay={decay}, cycle_limit="
)
_TANH: Final = "TanhLRScheduler(optimizer, t_initial={T_max}, lb={lb}, ub={ub}, lr_min={eta_min}"
_POLY: Final = "PolyLRScheduler(optimizer, t_initial={T_max}, lr_min={end_lr}, power="
_STEP: Final = "StepLRScheduler(optimizer, decay_t={step_size}, decay_rate={gamma}"
_EXPONENTIAL: Final = _STEP.replace("{step_size}", "{period}")
_WSD: Final = "WSDLRScheduler(optimizer, t_initial={total_steps}, decay_t={decay_steps}, lr_min={min_lr}"

SPELLINGS: Final = {
    "timm": Spellings(
        calls={
            "constant": ("", Template(f"StepLRScheduler(optimizer, decay_t={{warmup}}, {_RAMP})", "warmup")),
            "step": (f"{_STEP}, {_CLOCK})", Template(f"{_STEP}, {_RAMP})", "warmup")),
            "exponential": (
                Template(f"{_EXPONENTIAL}, {_CLOCK})", "staircase or period == 1"),
                Template(f"{_EXPONENTIAL}, {_RAMP})", "warmup and (staircase or period == 1)"),
            ),
            "multistep": (
                f"MultiStepLRScheduler(optimizer, decay_t={{milestones}}, decay_rate={{gamma}}, {_CLOCK})",
                Template(
                    f"MultiStepLRScheduler(optimizer, decay_t={{milestones}}, decay_rate={{gamma}}, {_RAMP})",
                    "warmup",
                ),
                # A milestone acts one step early.
                "MultiStepLRScheduler(optimizer, decay_t={milestones + 1}, decay_rate={gamma}, "
                f"{_CLOCK})",
                Template(
                    "MultiStepLRScheduler(optimizer, decay_t={milestones + 1}, decay_rate={gamma}, "
                    f"{_RAMP})",
                    "warmup",
                ),
            ),
            "linear": _ways(f"{_POLY}1"),
            "polynomial": _ways(f"{_POLY}{{power}}"),
            "cosine": _ways(_COSINE),
            "cosine_restarts": (
                *_ways(f"{_RESTARTS}{{cycles}}"),
                # It knows no restarts without end: after the last cycle the rate is lr_min.
                Template(f"{_RESTARTS}1000000, {_RAMP})", "T_mult == 1", covers=("cycles",)),
                Template(f"{_RESTARTS}100, {_RAMP})", "T_mult > 1", covers=("cycles",)),
            ),
            "tanh": _ways(_TANH),
            "plateau": Template(
                "PlateauLRScheduler(optimizer, decay_rate={factor}, patience_t={patience}, "
                "threshold={threshold}, cooldown_t={cooldown}, lr_min={min_lr}, mode={mode!r})",
                "absolute == 0",
            ),
            "wsd": (
                f"{_WSD}, decay_fn={{decay!r}}, {_CLOCK})",
                Template(f"{_WSD}, decay_fn={{decay!r}}, {_RAMP})", "warmup"),
            ),
        },
        told="each epoch",
        modules={"": "timm.scheduler"},
        imports=("import torch",),
        script=TORCH_SCRIPT,
        bare=TORCH_BARE,
        loops=loops("scheduler.step_update(step + 1)", "scheduler.step(epoch + 1{also_metric})"),
        optimizer=TORCH_OPTIMIZER,
    )
}
