"""The spelling of a schedule as PyTorch's users write it, and the training loop around it."""

from collections.abc import Mapping
from typing import Final

from lrplot.python.spelling import Formula, GroupsSpelling, OptimizerSpelling, Spellings, Template

_LOOPS: Final[Mapping[str, str]] = {
    "steps": """\
for step in range({steps}):
    # forward and backward
    optimizer.step()
    {advance}  # once a step
""",
    "epochs": """\
for epoch in range({epochs}):
    # an epoch of forward, backward and optimizer.step()
    optimizer.step()
    {advance}  # once an epoch
""",
    "batches": """\
for epoch in range({epochs}):
    for batch in range({steps_per_epoch}):
        # forward and backward
        optimizer.step()
    {advance}  # once an epoch
""",
}


def loops(each_step: str, each_epoch: str) -> dict[str, str]:
    """A training loop by the clock of its scheduler, and what steps it once a step or once an epoch."""
    lines = {"steps": each_step, "epochs": each_epoch, "batches": each_epoch}
    return {clock: loop.replace("{advance}", lines[clock]) for clock, loop in _LOOPS.items()}


TORCH_LOOPS: Final = loops("scheduler.step({metric})", "scheduler.step({metric})")
TORCH_SCRIPT: Final = """\
{imports}

{head}model = torch.nn.Linear(1, 1)  # yours
optimizer = {optimizer}
scheduler = {call}

{loop}"""
TORCH_BARE: Final = """\
{imports}

model = torch.nn.Linear(1, 1)  # yours
optimizer = {optimizer}  # the rate stays
"""
_GROUPS: Final = """\
{imports}


{functions}


model = torch.nn.Linear(1, 1)  # yours
optimizer = {optimizer}
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, [{factors}])

{loop}"""
TORCH_OPTIMIZER: Final = OptimizerSpelling(
    text="torch.optim.{name}(model.parameters(), lr={rate}{more})",
    rule="pytorch",
    groups=GroupsSpelling(
        model="model = torch.nn.Linear(1, 1)",
        models="model = {{{parts}}}",
        part="{label!r}: torch.nn.Linear(1, 1)",
        parameters="model.parameters()",
        group="{{'params': model[{label!r}].parameters(), 'lr': {rate}, 'name': {label!r}}}",
        script=_GROUPS,
        factor="lambda step: {name}(step) / {rate}",
    ),
)
PLATEAU: Final = (
    "mode={mode!r}, factor={factor}, patience={patience}, threshold={threshold}, "
    "threshold_mode={threshold_mode!r}, cooldown={cooldown}, min_lr={min_lr}, eps={eps})"
)
_FORMULA: Final = """\
{imports}

base_lr = {base}


{function}


model = torch.nn.Linear(1, 1)  # yours
optimizer = {optimizer}
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: lr_at(step) / base_lr)

{loop}"""
_RAMP: Final = "LinearLR(optimizer, start_factor={start / base}, total_iters={warmup})"
_RAMP_FROM_NEARLY_0: Final = "LinearLR(optimizer, start_factor=1e-6, total_iters={warmup})"
"""LinearLR refuses to start at 0."""

SPELLINGS: Final = {
    "pytorch": Spellings(
        calls={
            "constant": (
                "",
                Template(_RAMP, "warmup"),
                Template(_RAMP_FROM_NEARLY_0, "warmup and start == 0"),
            ),
            "step": "StepLR(optimizer, step_size={step_size}, gamma={gamma})",
            "multistep": "MultiStepLR(optimizer, milestones={milestones}, gamma={gamma})",
            "exponential": (
                Template("StepLR(optimizer, step_size={period}, gamma={gamma})", "staircase"),
                "ExponentialLR(optimizer, gamma={gamma})",
                "ExponentialLR(optimizer, gamma={gamma ** (1 / period)})",
            ),
            "linear": (
                "LinearLR(optimizer, start_factor={lr / base}, end_factor={end_lr / base}, "
                "total_iters={T_max})"
            ),
            "polynomial": "PolynomialLR(optimizer, total_iters={T_max}, power={power})",
            "cosine": "CosineAnnealingLR(optimizer, T_max={T_max}, eta_min={eta_min})",
            "cosine_restarts": (
                "CosineAnnealingWarmRestarts(optimizer, T_0={T_0}, T_mult={T_mult}, eta_min={eta_min})"
            ),
            "cyclic": (
                "CyclicLR(optimizer, base_lr={base_lr}, max_lr={max_lr}, step_size_up={step_size_up}, "
                "step_size_down={step_size_down}, mode={mode!r}, gamma={gamma}, "
                "cycle_momentum={cycle_momentum}, base_momentum={base_momentum}, max_momentum={max_momentum})"
            ),
            "onecycle": (
                "OneCycleLR(optimizer, max_lr={max_lr}, total_steps={total_steps}, pct_start={pct_start}, "
                "anneal_strategy={anneal_strategy!r}, cycle_momentum={cycle_momentum}, "
                "base_momentum={base_momentum}, max_momentum={max_momentum}, div_factor={div_factor}, "
                "final_div_factor={final_div_factor}, three_phase={three_phase})"
            ),
            "plateau": f"ReduceLROnPlateau(optimizer, {PLATEAU}",
            "lambda": "LambdaLR(optimizer, lr_lambda=lambda step: {factor})",
            # A product that begins at step 0 begins at another rate, which is the optimizer's.
            "multiplicative": Template(
                "MultiplicativeLR(optimizer, lr_lambda=lambda step: {factor})", covers=("lr", "from_zero")
            ),
            "warmup": tuple(
                Template(
                    f"SequentialLR(optimizer, [{ramp}, {{inner}}], milestones=[{{warmup}}])",
                    f"warmup and peak == base and {condition}",
                )
                for ramp, condition in ((_RAMP, "start <= base"), (_RAMP_FROM_NEARLY_0, "start == 0"))
            ),
            "sequence": "SequentialLR(optimizer, [{parts}], milestones={boundaries})",
            "product": "ChainedScheduler([{factors}])",
        },
        path="torch.optim.lr_scheduler.",
        imports=("import torch",),
        script=TORCH_SCRIPT,
        bare=TORCH_BARE,
        loops=TORCH_LOOPS,
        optimizer=TORCH_OPTIMIZER,
        formulas=(Formula(script=_FORMULA, rate="base_lr"),),
        moves_momentum=frozenset({"CyclicLR", "OneCycleLR"}),
    )
}
