"""Short Lightning trainings, and the rate of each epoch by hand."""

from dataclasses import dataclass
from typing import Final

_TEXT: Final = """\
import lightning as L
import torch
from torch.optim.lr_scheduler import ExponentialLR, StepLR
from torch.utils.data import DataLoader, TensorDataset

data = TensorDataset(torch.zeros(16, 2), torch.zeros(16, 1))
loader = DataLoader(data, batch_size=4)


class Module(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def training_step(self, batch, index):
        return ((self.layer(batch[0]) - batch[1]) ** 2).mean()

    def configure_optimizers(self):
        opt = torch.optim.SGD(self.parameters(), lr=0.1)
        {returned}
{more}

quiet = dict(logger=False, enable_checkpointing=False, enable_progress_bar=False, accelerator="cpu")
trainer = L.Trainer(max_epochs=3, {limits}enable_model_summary=False, **quiet)
trainer.fit({used}(), loader)
{behind}
"""
_HALVED: Final = "return [opt], [StepLR(opt, 1, 0.5)]"


@dataclass(frozen=True)
class Case:
    """A training of three epochs.

    ``rates`` are those of its epochs, ``batches`` how many updates each has, and ``refused`` says what is
    said where the text is not drawn.
    """

    name: str
    returned: str = _HALVED
    more: str = ""
    limits: str = ""
    used: str = "Module"
    behind: str = ""
    rates: tuple[float, ...] = (0.1, 0.05, 0.025)
    batches: int = 4
    refused: str = ""

    @property
    def text(self) -> str:
        return _TEXT.format(
            returned=self.returned, more=self.more, limits=self.limits, used=self.used, behind=self.behind
        )


CASES: Final = (
    Case("stepped once an epoch"),
    Case("of fewer batches", limits="limit_train_batches=3, ", batches=3),
    Case("of half the batches", limits="limit_train_batches=0.5, ", batches=2),
    Case(
        "its step written out",
        more="\n    def optimizer_step(self, epoch, index, optimizer, closure):\n        optimizer.step(closure)\n",
    ),
    Case(
        "the class that is made",
        more="\n\nclass Sub(Module):\n    def configure_optimizers(self):\n"
        "        opt = torch.optim.SGD(self.parameters(), lr=0.2)\n        return [opt], [StepLR(opt, 1, 0.1)]\n",
        used="Sub",
        rates=(0.2, 0.02, 0.002),
    ),
    Case(
        "two schedulers of one optimizer",
        returned="return [opt], [StepLR(opt, 1, 0.5), ExponentialLR(opt, 0.5)]",
        rates=(0.1, 0.025, 0.00625),
        refused="returns several schedulers of one optimizer",
    ),
    Case(
        "a scheduler that is not returned",
        returned="StepLR(opt, 1, 0.5)\n        return opt",
        rates=(0.1, 0.1, 0.1),
        refused="StepLR is made here, and configure_optimizers does not return it",
    ),
    Case(
        "a key that Lightning does not know",
        returned="return {'optimizer': opt, 'scheduler': StepLR(opt, 1, 0.5)}",
        rates=(0.1, 0.1, 0.1),
        refused="StepLR is made here, and configure_optimizers does not return it",
    ),
    Case(
        "stepped by hand too",
        returned="self.own = StepLR(opt, 1, 0.5)\n        return [opt], [self.own]",
        more="\n    def on_train_epoch_end(self):\n        self.own.step()\n",
        rates=(0.1, 0.025, 0.00625),
        refused="StepLR is stepped here, and by the trainer too",
    ),
    Case(
        "schedulers stepped by a method that does nothing",
        more="\n    def lr_scheduler_step(self, scheduler, metric):\n        pass\n",
        rates=(0.1, 0.1, 0.1),
        refused="this class steps its schedulers itself",
    ),
    Case(
        "a way out of two",
        returned="if self.hparams.get('level', True):\n            return opt\n        " + _HALVED,
        rates=(0.1, 0.1, 0.1),
        refused="and whether StepLR is returned depends on it; bind it with --let",
    ),
    Case(
        "trained on",
        behind="trainer.fit_loop.max_epochs = 4\ntrainer.fit(trainer.model, loader)",
        rates=(0.1, 0.05, 0.025, 0.1),
        refused="the text trains twice",
    ),
)
