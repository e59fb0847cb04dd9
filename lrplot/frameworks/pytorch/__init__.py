"""PyTorch: its schedulers, and what they do to one rate when several act on it."""

from typing import Final

from lrplot.frameworks.pytorch.recurrence import COUNTING_BY_LAST_EPOCH, SETTING
from lrplot.frameworks.pytorch.schedulers import CALLS, stepping
from lrplot.frameworks.pytorch.sharing import TorchSharing
from lrplot.python.registry import Framework

FRAMEWORK: Final = Framework(
    name="pytorch",
    title="PyTorch",
    aliases=("torch",),
    roots=("torch",),
    hints=("lr_scheduler", "swa_utils"),
    calls=CALLS,
    stepping=stepping,
    resumes=True,
    scheduler_bases=frozenset({"LRScheduler", "_LRScheduler"}),
    sharing=TorchSharing,
    without_closed_form=frozenset({"MultiplicativeLR"}),
    sets_outright=SETTING,
    counted_by_field={"last_epoch": COUNTING_BY_LAST_EPOCH},
)
