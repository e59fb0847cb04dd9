"""PyTorch: its optimizers and schedulers, and what they do to one rate when several act on it."""

from typing import Final

from lrplot.frameworks.pytorch.optimizers import OPTIMIZERS
from lrplot.frameworks.pytorch.resumed import resumed
from lrplot.frameworks.pytorch.rules import COUNTING_BY_LAST_EPOCH, SETTING
from lrplot.frameworks.pytorch.schedulers import CALLS, stepping
from lrplot.frameworks.pytorch.sharing import TorchSharing
from lrplot.frameworks.pytorch.spellings import SPELLINGS
from lrplot.python.framework import Arrays, Framework, Resuming
from lrplot.python.loop_words import Loop

# Horovod's, Apex's, torchcontrib's and others' wrappers of an optimizer.
_OF_OTHER_PACKAGES: Final = frozenset(
    {"initialize", "distribute", "DistributedOptimizer", "FP16_Optimizer", "LARC", "SWA", "SAM", "Lookahead"}
)

FRAMEWORK: Final = Framework(
    name="pytorch",
    title="PyTorch",
    aliases=("torch",),
    roots=("torch",),
    hints=("lr_scheduler", "swa_utils"),
    calls=CALLS,
    optimizers=OPTIMIZERS,
    stepping=stepping,
    plateau="pytorch",
    arrays=Arrays(
        roots=frozenset({"torch"}),
        data=frozenset({"ones", "zeros", "full", "tensor", "as_tensor", "tile", "repeat", "flip", "append"}),
        single_precision=True,
    ),
    loop=Loop(
        updates=frozenset({"step"}),
        steps=frozenset({"step"}),
        # A script's own scheduler may call it the current step.
        times=("epoch", "current_step"),
        tells=frozenset({"get_last_lr"}),
        passed_on=frozenset({"to", "cuda", "to_device", "compile", "ModuleList", *_OF_OTHER_PACKAGES}),
        starts={
            "torch.multiprocessing.spawn": True,
            "torch_xla.distributed.xla_multiprocessing.spawn": True,
        },
    ),
    resumed=resumed,
    resuming=Resuming(
        numbers=True,
        by_function=frozenset({"LambdaLR"}),
        stale=True,
        notes={
            "loaded": "PyTorch: load_state_dict() overwrites the numbers a scheduler was made with (T_max,"
            " total_iters, total_steps …): new ones are without effect",
            "stale": "PyTorch: the state holds no function of a LambdaLR; the new one is used from the"
            " second update on, and the first has the rate saved with the optimizer",
            "outright": "PyTorch: where the optimizer's state is loaded after the scheduler is made, the"
            " first update still has the rate saved with it",
            "finds": "PyTorch: 'state lost' is drawn with the optimizer's state lost too; where that is"
            " loaded, the schedule begins again from the rate it finds, {found}, not from the base rate",
        },
    ),
    scheduler_bases=frozenset({"LRScheduler", "_LRScheduler"}),
    sharing=TorchSharing,
    without_closed_form=frozenset({"MultiplicativeLR"}),
    sets_outright=SETTING,
    counted_by_field={"last_epoch": COUNTING_BY_LAST_EPOCH},
    spellings=SPELLINGS,
)
