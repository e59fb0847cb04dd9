"""Composer's spellings of a schedule: a scheduler handed to the Trainer, its times with their unit."""

from typing import Final

from lrplot.frameworks.pytorch.spellings import TORCH_OPTIMIZER
from lrplot.python.spelling import Spellings, Template

_WARM: Final = "('{warmup}{ba_or_ep}', "
_T_MAX: Final = "t_max='{T_max}{ba_or_ep}'"
_T_MAX_AFTER: Final = "t_max='{warmup + T_max}{ba_or_ep}'"
_TO_THE_END: Final = "t_max='{steps}{ba_or_ep}'"

_SCRIPT: Final = """\
{imports}

model = ...  # yours, a ComposerModel
optimizer = {optimizer}
scheduler = {call}
trainer = Trainer(
    model=model,
    train_dataloader=...,
    optimizers=optimizer,
    schedulers=scheduler,
{loop})
trainer.fit()
"""

SPELLINGS: Final = {
    "composer": Spellings(
        calls={
            "constant": (
                "ConstantScheduler()",
                Template(f"ConstantWithWarmupScheduler{_WARM}{_TO_THE_END})", "warmup"),
            ),
            "step": "StepScheduler('{step_size}{ba_or_ep}', gamma={gamma})",
            "exponential": (
                Template("StepScheduler('{period}{ba_or_ep}', gamma={gamma})", "staircase"),
                "ExponentialScheduler(gamma={gamma}, decay_period='{period}{ba_or_ep}')",
            ),
            "linear": (
                f"LinearScheduler(alpha_i={{lr / base}}, alpha_f={{end_lr / base}}, {_T_MAX})",
                Template(
                    f"LinearWithWarmupScheduler{_WARM}alpha_f={{end_lr / base}}, {_T_MAX_AFTER})",
                    "warmup and peak == base",
                    covers=("lr",),
                ),
            ),
            "polynomial": (
                f"PolynomialScheduler(power={{power}}, {_T_MAX}, alpha_f={{end_lr / base}})",
                Template(
                    f"PolynomialWithWarmupScheduler{_WARM}power={{power}}, {_T_MAX_AFTER}, "
                    "alpha_f={end_lr / base})",
                    "warmup",
                ),
            ),
            "cosine": (
                f"CosineAnnealingScheduler({_T_MAX}, alpha_f={{eta_min / base}})",
                Template(
                    f"CosineAnnealingWithWarmupScheduler{_WARM}{_T_MAX_AFTER}, alpha_f={{eta_min / base}})",
                    "warmup",
                ),
            ),
            "cosine_restarts": (
                "CosineAnnealingWarmRestartsScheduler('{T_0}{ba_or_ep}', t_mult={T_mult}, "
                "alpha_f={eta_min / base})"
            ),
            "multistep": (
                Template("MultiStepScheduler({times}, gamma={gamma})", covers=("milestones",)),
                Template(
                    f"MultiStepWithWarmupScheduler{_WARM}{{times}}, gamma={{gamma}})",
                    "warmup",
                    covers=("milestones",),
                ),
            ),
        },
        modules={"": "composer.optim"},
        imports=("import torch", "from composer import Trainer"),
        script=_SCRIPT,
        loops={
            "steps": '    max_duration="{steps}ba",\n',
            "epochs": '    max_duration="{epochs}ep",\n    step_schedulers_every_batch=False,\n',
            "batches": '    max_duration="{epochs}ep",\n    step_schedulers_every_batch=False,\n',
        },
        optimizer=TORCH_OPTIMIZER,
    )
}
