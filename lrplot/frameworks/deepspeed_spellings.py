"""The spelling of a schedule by DeepSpeed's users: ``"scheduler"`` in the JSON of its configuration."""

from typing import Final

from lrplot.python.spelling import OptimizerSpelling, Spellings, Template

_RAMP: Final = "warmup_num_steps={warmup}, warmup_type='linear')"
_WARMUP: Final = f"WarmupLR(optimizer, warmup_min_lr={{start}}, warmup_max_lr={{lr}}, {_RAMP}"

SPELLINGS: Final = {
    "deepspeed": Spellings(
        calls={
            "constant": ("", Template(_WARMUP, "warmup")),
            "linear": (
                Template(
                    "WarmupDecayLR(optimizer, total_num_steps={warmup + T_max}, warmup_min_lr={start}, "
                    f"warmup_max_lr={{lr}}, {_RAMP}",
                    "warmup and start == end_lr",
                ),
                # Up from a low rate: a range test.
                Template(
                    "LRRangeTest(optimizer, lr_range_test_min_lr={lr}, lr_range_test_step_size={T_max}, "
                    "lr_range_test_step_rate={end_lr / lr - 1})",
                    "end_lr > lr",
                ),
            ),
            "cosine": Template(
                "WarmupCosineLR(optimizer, total_num_steps={warmup + T_max}, warmup_min_ratio={start / lr}, "
                f"cos_min_ratio={{eta_min / lr}}, {_RAMP}",
                "warmup",
            ),
            "cyclic": Template(
                "OneCycle(optimizer, cycle_min_lr={base_lr}, cycle_max_lr={max_lr}, "
                "cycle_first_step_size={step_size_up}, cycle_second_step_size={step_size_down})",
                covers=("gamma",),
            ),
        },
        script='{{"optimizer": {optimizer}, "scheduler": {call}}}',
        bare='{{"optimizer": {optimizer}}}',
        optimizer=OptimizerSpelling(text="{name}(lr={rate}{more})", rule="pytorch"),
        counts="steps",
        form="json",
    )
}
