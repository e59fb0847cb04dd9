"""PyTorch: its optimizers and schedulers, and what they do to one rate when several act on it."""

from typing import Final

from lrplot.frameworks.pytorch.optimizers import OPTIMIZERS
from lrplot.frameworks.pytorch.rules import SETTING
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
    optimizers=OPTIMIZERS,
    stepping=stepping,
    resumes=True,
    scheduler_bases=frozenset({"LRScheduler", "_LRScheduler"}),
    sharing=TorchSharing,
    without_closed_form=frozenset({"MultiplicativeLR"}),
    sets_outright=SETTING,
)
