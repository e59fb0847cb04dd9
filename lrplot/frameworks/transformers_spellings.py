"""Transformers' spellings of a schedule: a function of a scheduler, or the arguments of the Trainer."""

from typing import Final

from lrplot.frameworks.pytorch.spellings import PLATEAU, TORCH_LOOPS, TORCH_OPTIMIZER, TORCH_SCRIPT
from lrplot.python.spelling import Spellings, Template

_LENGTH: Final = "num_warmup_steps={warmup}, num_training_steps={warmup + T_max}"

_FUNCTIONS: Final = Spellings(
    calls={
        "constant": (
            "get_constant_schedule(optimizer)",
            Template("get_constant_schedule_with_warmup(optimizer, num_warmup_steps={warmup})", "warmup"),
        ),
        "linear": (
            f"get_linear_schedule_with_warmup(optimizer, {_LENGTH})",
            f"get_polynomial_decay_schedule_with_warmup(optimizer, {_LENGTH}, lr_end={{end_lr}})",
        ),
        "cosine": (
            f"get_cosine_schedule_with_warmup(optimizer, {_LENGTH})",
            f"get_cosine_with_min_lr_schedule_with_warmup(optimizer, {_LENGTH}, min_lr={{eta_min}})",
        ),
        "cosine_restarts": (
            "get_cosine_with_hard_restarts_schedule_with_warmup(optimizer, num_warmup_steps={warmup}, "
            "num_training_steps={warmup + T_0 * cycles}, num_cycles={cycles})"
        ),
        "polynomial": (
            f"get_polynomial_decay_schedule_with_warmup(optimizer, {_LENGTH}, lr_end={{end_lr}}, "
            "power={power})"
        ),
        "inverse_sqrt": (
            Template(
                "get_inverse_sqrt_schedule(optimizer, num_warmup_steps={warmup})", "timescale == warmup"
            ),
            "get_inverse_sqrt_schedule(optimizer, num_warmup_steps={warmup}, timescale={timescale})",
        ),
        "plateau": f"get_reduce_on_plateau_schedule(optimizer, {PLATEAU}",
        "greedy": (
            "GreedyLR(optimizer, mode={mode!r}, factor={factor}, patience={patience}, "
            "threshold={threshold}, threshold_mode={threshold_mode!r}, cooldown={cooldown}, "
            "warmup={rise_cooldown}, min_lr={min_lr}, max_lr={max_lr}, eps={eps}, smooth={smooth}, "
            "window_size={window_size}, reset_start={reset_start})"
        ),
        "wsd": (
            "get_wsd_schedule(optimizer, num_warmup_steps={warmup}, num_decay_steps={decay_steps}, "
            "num_stable_steps={total_steps - decay_steps}, decay_type={decay!r}, min_lr_ratio={min_lr / lr})"
        ),
    },
    # Those that the package's top does not hand on.
    modules={
        "": "transformers",
        "get_cosine_with_min_lr_schedule_with_warmup": "transformers.optimization",
    },
    imports=("import torch",),
    script=TORCH_SCRIPT,
    loops=TORCH_LOOPS,
    optimizer=TORCH_OPTIMIZER,
    falls_back_on="pytorch",
)


def _arguments(kind: str, more: str = "", covers: tuple[str, ...] = ()) -> Template:
    """The Trainer's arguments for a type of its schedulers, over the whole run."""
    text = (
        f"TrainingArguments(output_dir='out', learning_rate={{base}}, lr_scheduler_type='{kind}', {more}"
        "warmup_steps={warmup}, max_steps={steps})"
    )
    return Template(text, covers=covers, keeps=("lr_scheduler_type",))


_TRAINER: Final = Spellings(
    calls={
        "constant": (_arguments("constant"), _arguments("constant_with_warmup")),
        "linear": (
            _arguments("linear", covers=("T_max",)),
            _arguments("polynomial", "lr_scheduler_kwargs={{'lr_end': {end_lr}}}, ", ("T_max",)),
        ),
        "cosine": (
            _arguments("cosine", covers=("T_max",)),
            _arguments("cosine_with_min_lr", "lr_scheduler_kwargs={{'min_lr': {eta_min}}}, ", ("T_max",)),
        ),
        "cosine_restarts": _arguments(
            "cosine_with_restarts", "lr_scheduler_kwargs={{'num_cycles': {cycles}}}, ", ("T_0",)
        ),
        "polynomial": _arguments(
            "polynomial", "lr_scheduler_kwargs={{'lr_end': {end_lr}, 'power': {power}}}, ", ("T_max",)
        ),
        "inverse_sqrt": _arguments("inverse_sqrt", "lr_scheduler_kwargs={{'timescale': {timescale}}}, "),
        "wsd": _arguments(
            "warmup_stable_decay",
            "lr_scheduler_kwargs={{'num_decay_steps': {decay_steps}, 'decay_type': {decay!r}, "
            "'min_lr_ratio': {min_lr / lr}}}, ",
            ("total_steps",),
        ),
    },
    modules={"": "transformers"},
    script="{imports}\n\narguments = {call}\n# trainer = Trainer(model, arguments, ...)\n",
    counts="steps",
)

SPELLINGS: Final = {"transformers": _FUNCTIONS, "trainer": _TRAINER}
