"""A script's own subclasses of PyTorch's LRScheduler; the numbers are PyTorch 2.13's, run."""

import pytest

from lrplot.clock import Clock
from lrplot.errors import NotationError
from lrplot.frameworks.texts import read
from lrplot.python.reading import Reading
from lrplot.schedules.base import Context

BEGIN = "import torch\nfrom torch import optim\nfrom torch.optim import lr_scheduler\n"
ONE = "opt = optim.SGD(model.parameters(), lr=0.1)\n"
TWO = "opt = optim.SGD([{'params': a}, {'params': b, 'lr': 0.3}], lr=0.1)\n"
LOOP = "s = S(opt)\nfor e in range(4):\n    opt.step()\n    s.step()\n"


def reading(body: str, made: str = ONE, loop: str = LOOP) -> Reading:
    text = f"{BEGIN}class S(lr_scheduler.LRScheduler):\n{body}{made}{loop}"
    (found,) = read(text, "train.py", Context(None, None, Clock(None, None)))
    return found


def rates(body: str, loop: str = LOOP) -> list[float]:
    return reading(body, loop=loop).schedule(range(4)).tolist()


def test_get_lr_is_asked_while_it_is_built() -> None:
    """Without a test of last_epoch the first update has the rate that get_lr makes of the optimizer's."""
    body = "    def get_lr(self):\n        return [g['lr'] * 0.5 for g in self.optimizer.param_groups]\n"
    assert rates(body) == pytest.approx([0.05, 0.025, 0.0125, 0.00625])
    guarded = body.replace("        return", "        if self.last_epoch == 0:\n"
        "            return [g['lr'] for g in self.optimizer.param_groups]\n        return")  # fmt: skip
    assert rates(guarded) == pytest.approx([0.1, 0.05, 0.025, 0.0125])


@pytest.mark.parametrize("first", ["self.last_epoch == 0", "not self.last_epoch", "self.last_epoch < 1"])
def test_the_first_step_may_set_what_the_others_multiply(first: str) -> None:
    body = (
        f"    def get_lr(self):\n        if {first}:\n            return self.base_lrs\n"
        "        return [g['lr'] * 0.5 for g in self.optimizer.param_groups]\n"
    )
    assert rates(body) == pytest.approx([0.1, 0.05, 0.025, 0.0125])


def test_what_is_set_behind_the_constructor_holds_from_the_first_step_on() -> None:
    body = (
        "    def __init__(self, opt):\n        super().__init__(opt)\n{}"
        "    def get_lr(self):\n        return [b * min(1, (self.last_epoch + 1) / 4) for b in self.base_lrs]\n"
    )
    assert rates(body.format("        self.base_lrs = [0.4]\n")) == pytest.approx([0.025, 0.2, 0.3, 0.4])
    written = "        for g in self.optimizer.param_groups: g['lr'] = 0.07\n"
    assert rates(body.format(written)) == pytest.approx([0.07, 0.05, 0.075, 0.1])


@pytest.mark.parametrize(
    ("returned", "second"),
    [
        ("[b / (1 + self.last_epoch) for b in self.base_lrs]", [0.3, 0.15, 0.1, 0.075]),
        ("[max(m, b * 0.5 ** self.last_epoch) for b, m in zip(self.base_lrs, (0.01, 0.1))]", [0.3, 0.15, 0.1, 0.1]),
        ("[g['initial_lr'] / (1 + self.last_epoch) for g in self.optimizer.param_groups]", [0.3, 0.15, 0.1, 0.075]),
        ("[self.base_lrs[0] * 0.5 ** self.last_epoch, 0.25]", [0.25] * 4),
    ],
)  # fmt: skip
def test_each_group_has_its_own_rate(returned: str, second: list[float]) -> None:
    found = reading(f"    def get_lr(self):\n        return {returned}\n", TWO)
    assert found.groups[1].schedule(range(4)).tolist() == pytest.approx(second)


def test_a_step_of_its_own_is_followed_to_pytorchs() -> None:
    body = (
        "    def get_lr(self):\n        return [b * 0.5 ** self.last_epoch for b in self.base_lrs]\n"
        "    def step(self, epoch=None):\n        {}\n"
    )
    assert rates(body.format("super().step(epoch)")) == pytest.approx([0.1, 0.05, 0.025, 0.0125])
    # It is called once while it is built.
    twice = "for _ in range(2): super().step(epoch)"
    assert rates(body.format(twice)) == pytest.approx([0.05, 0.0125, 0.003125, 0.00078125])
    held = "if self.last_epoch < 2: super().step()"
    assert rates(body.format(held)) == pytest.approx([0.1, 0.05, 0.025, 0.025])


def test_a_closed_form_of_its_own_is_what_an_epoch_told_sets() -> None:
    body = (
        "    def get_lr(self):\n        if self.last_epoch == 0:\n"
        "            return [g['lr'] for g in self.optimizer.param_groups]\n"
        "        return [g['lr'] * 0.9 for g in self.optimizer.param_groups]\n"
        "    def _get_closed_form_lr(self):\n        return [b * 0.5 ** self.last_epoch for b in self.base_lrs]\n"
    )
    loop = "s = S(opt)\nfor e in range(4):\n    opt.step()\n    if e == 1: s.step(e)\n    else: s.step()\n"
    assert rates(body, loop) == pytest.approx([0.1, 0.09, 0.05, 0.045])
    unguarded = body.replace("        if self.last_epoch == 0:\n"
        "            return [g['lr'] for g in self.optimizer.param_groups]\n", "")  # fmt: skip
    with pytest.raises(NotationError, match="another rate than its closed form"):
        rates(unguarded, loop)


def test_one_that_stands_inside_another_is_told_by_what_it_is() -> None:
    body = "    def get_lr(self):\n        return [b / (1 + self.last_epoch) for b in self.base_lrs]\n"
    inside = "s = lr_scheduler.SequentialLR(opt, [S(opt), lr_scheduler.ExponentialLR(opt, 0.8)], [2])\n"
    with pytest.raises(NotationError, match="S is a scheduler of this text's own"):
        rates(body, inside + LOOP.partition("\n")[2])
