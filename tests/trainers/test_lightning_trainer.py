"""What Lightning's ``Trainer`` takes decides the length of a training, from a CLI's YAML or from Hydra."""

import pytest

from lrplot.errors import LrplotError
from lrplot.trainers.facts import Facts
from lrplot.trainers.registry import read_training

HYDRA = """\
trainer:
  _target_: lightning.pytorch.trainer.Trainer
  max_epochs: 4
  {more}
model:
  optimizer: {{_target_: torch.optim.Adam, lr: 0.001}}
  scheduler: {{_target_: torch.optim.lr_scheduler.StepLR, step_size: 2}}
"""
CLI = """\
trainer:
  max_epochs: 4
  {more}
optimizer: {{class_path: torch.optim.Adam, init_args: {{lr: 0.001}}}}
lr_scheduler: {{class_path: torch.optim.lr_scheduler.StepLR, init_args: {{step_size: 2}}}}
"""


@pytest.mark.parametrize("text", [HYDRA, CLI], ids=["hydra", "cli"])
@pytest.mark.parametrize(
    ("more", "updates"),
    [
        ("devices: 1", 40),
        ("limit_train_batches: 0.5", 20),
        ("limit_train_batches: 3", 12),
        ("limit_train_batches: 1.0", 40),
        ("overfit_batches: 2", 8),
    ],
)
def test_limits_of_batches_are_counted(text: str, more: str, updates: int) -> None:
    found = read_training(text.format(more=more), "run.yaml", Facts(batches_per_epoch=10))
    assert found is not None
    assert found[2].updates == updates


@pytest.mark.parametrize("text", [HYDRA, CLI], ids=["hydra", "cli"])
@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("max_step: 10", "did you mean '?max_steps"),
        ("fast_dev_run: true", "decides how long it trains"),
        ("limit_train_batches: 0.01", "leaves no batch"),
    ],
)
def test_what_the_trainer_refuses_or_hides_is_refused(text: str, more: str, told: str) -> None:
    with pytest.raises(LrplotError, match=told):
        read_training(text.format(more=more), "run.yaml", Facts(batches_per_epoch=10))
