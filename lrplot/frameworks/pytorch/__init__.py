"""PyTorch: its schedulers, and what they do to one rate when several act on it."""

from typing import Final

from lrplot.frameworks.pytorch.recurrence import SETTING
from lrplot.frameworks.pytorch.schedulers import CALLS, stepping
from lrplot.frameworks.pytorch.sharing import TorchSharing
from lrplot.frameworks.pytorch.spellings import SPELLINGS
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
    spellings=SPELLINGS,
)
