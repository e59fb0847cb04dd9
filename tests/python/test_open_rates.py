"""A base rate that the text gives and that could not be evaluated is asked for, and never assumed."""

import pytest

from lrplot import parse
from lrplot.errors import LrplotError

_LOOP = "for epoch in range(4):\n    optimizer.step()\n    scheduler.step()\n"
_HALVES = "scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)\n"


@pytest.mark.parametrize(
    ("rate", "asked"),
    [
        ("config.optimizer.learning_rate", "config.optimizer.learning_rate"),
        ("cfg.optim.lr", "cfg.optim.lr"),
        ("opt.lr", "opt.lr"),
    ],
)
@pytest.mark.parametrize("loop", [_HALVES + _LOOP, "for i in range(4):\n    optimizer.step()\n"])
def test_settings_that_are_called_like_an_optimizer_are_asked_for(rate: str, asked: str, loop: str) -> None:
    text = f"import torch\ndef main(opt):\n    optimizer = torch.optim.Adam(p, lr={rate})\n"
    body = "".join(f"    {line}\n" for line in loop.splitlines())
    with pytest.raises(LrplotError, match=f"--let {asked}="):
        parse(f"{text}{body}main(load())\n", lr=None)
    run = parse(f"{text}{body}main(load())\n", let={asked: 0.3})
    assert run.schedule.table(1).tolist() == [0.3]


@pytest.mark.parametrize("loop", [_HALVES + _LOOP, "for i in range(4):\n    optimizer.step()\n"])
def test_a_rate_that_is_given_to_code_elsewhere_is_asked_for(loop: str) -> None:
    text = f"import torch\nimport utils\noptimizer = utils.get_optimizer('adam')(net.parameters(), lr=0.02)\n{loop}"
    with pytest.raises(LrplotError, match=r"(?s)give the rate: --lr.*lr=0\.02"):
        parse(text)
    assert parse(text, lr=0.02).schedule(0) == 0.02


def test_options_of_optparse_are_read() -> None:
    text = (
        "import torch\nfrom optparse import OptionParser\nparser = OptionParser()\n"
        'parser.add_option("-q", "--lr", dest="rate", default=1e-3)\n'
        'parser.add_option("--gamma", type="float", default="0.5")\n'
        'parser.add_option("--test", action="store_true")\nopts, args = parser.parse_args()\n'
        "optimizer = torch.optim.Adam(p, lr=float(opts.rate))\n"
        "scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, opts.gamma)\n"
        f"if not opts.test:\n    {_LOOP.replace(chr(10), chr(10) + '    ')}\n"
    )
    assert parse(text).schedule.table(3).tolist() == [1e-3, 5e-4, 2.5e-4]


@pytest.mark.parametrize(
    "call",
    [
        "model, optimizer, scheduler, start = load_checkpoint('x.pt', model, optimizer, scheduler)",
        "model, optimizer = amp.initialize(model, optimizer, opt_level='O1', num_losses=1)",
    ],
)
def test_what_a_call_gives_back_is_the_optimizer_it_was_given(call: str) -> None:
    text = (
        "import torch\nfrom apex import amp\nfrom utils import load_checkpoint\n"
        "optimizer = torch.optim.SGD([{'params': a, 'lr': 0.4}, {'params': b, 'lr': 0.2}])\n"
    )
    run = parse(f"{text}{_HALVES}{call}\n{_LOOP}")
    assert [group.schedule.table(2).tolist() for group in run.groups] == [[0.4, 0.2], [0.2, 0.1]]


def test_a_rate_that_is_fed_to_a_graph_is_refused() -> None:
    text = (
        "import tensorflow as tf\nrate = tf.placeholder(tf.float32)\n"
        "step = tf.train.MomentumOptimizer(rate, 0.9).minimize(loss)\ndef schedule(epoch):\n"
        "    return 0.1 if epoch < 3 else 0.01\nfor epoch in range(6):\n"
        "    session.run(step, feed_dict={rate: schedule(epoch)})\n"
    )
    with pytest.raises(LrplotError, match=r"(?s)feed_dict.*MomentumOptimizer"):
        parse(text)


def test_a_rate_that_is_fed_to_a_graph_made_elsewhere_is_refused() -> None:
    text = (
        "def schedule(epoch):\n    return 0.1 if epoch < 3 else 0.01\nfor epoch in range(6):\n"
        "    for batch in range(9):\n        sess.run(step, feed_dict={x: batch, learning_rate: schedule(epoch)})\n"
    )
    with pytest.raises(LrplotError, match="feed_dict"):
        parse(text)


_HOOKED = """
import torch
from torchnet.engine import Engine
def make(lr):
    return torch.optim.SGD(model.parameters(), lr)
optimizer = make(0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3)
def start(state):
    {does}
engine = Engine()
engine.hooks["start"] = start
engine.train(forward, loader, 9, optimizer)
"""


def test_another_optimizer_that_a_hook_puts_into_an_engine_is_refused() -> None:
    with pytest.raises(LrplotError, match="another optimizer takes over here"):
        parse(_HOOKED.format(does="state['optimizer'] = make(0.01)").replace("scheduler =", "unused = 1 #"))


def test_a_hook_that_steps_a_scheduler_hands_it_on() -> None:
    text = _HOOKED.format(does="scheduler.step()")
    with pytest.raises(LrplotError, match=r"(?s)--update step.*engine\.hooks"):
        parse(text)


def test_a_hook_that_logs_changes_nothing() -> None:
    loop = "for _ in range(4):\n    optimizer.step()\n    scheduler.step()\n"
    text = _HOOKED.format(does="print(state['epoch'], optimizer.param_groups[0]['lr'])")
    text = text.replace("engine.train(forward, loader, 9, optimizer)\n", loop)
    assert parse(text).schedule.table(4).tolist() == pytest.approx([0.1, 0.1, 0.1, 0.01])


def test_a_counter_that_is_called_step_is_no_scheduler() -> None:
    text = (
        "class Trainer:\n    def __init__(self):\n        self.step = 0\n"
        "        self.opt = torch.optim.Adam(p, 0.4)\n"
        "        self.sched = torch.optim.lr_scheduler.StepLR(self.opt, 2, 0.5)\n    def train(self):\n"
        "        for epoch in range(4):\n            self.opt.step()\n            self.step += 1\n"
        "            print(self.total / self.step - 1 if self.step > 0 else 0)\n            self.sched.step()\n"
        "Trainer().train()\n"
    )
    assert parse(text).schedule.table(4).tolist() == [0.4, 0.4, 0.2, 0.2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "from utils import *\nlr_scheduler.LambdaLR(optimizer, LambdaLR(200, 0, 100).step)",
            r"LambdaLR may be that of 'utils', by import \*",
        ),
        (
            "import rates\nget_rate = getattr(rates, name)\nlr_of = getattr(rates, name)\n"
            "for i in range(9):\n    for g in optimizer.param_groups:\n        g['lr'] = lr_of(i, optimizer)\n"
            "    optimizer.step()\n",
            r"lr_of is what 'getattr\(rates, name\)' gives",
        ),
        (
            "from transformer.Optim import ScheduledOptim\nmodel = load()\noptimizer = ScheduledOptim(adam)\n"
            "train(model)\n",
            "ScheduledOptim comes from 'transformer.Optim'",
        ),
    ],
)
def test_what_stands_in_another_file_is_named(text: str, said: str) -> None:
    with pytest.raises(LrplotError, match=said):
        parse(text)
