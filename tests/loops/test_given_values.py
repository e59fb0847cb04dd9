"""Values that ``--let`` gives, and what the text makes of them; the expected rates are hand arithmetic."""

import pytest

from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError, UnusedBindingError
from lrplot.sources.reference import load
from tests.loops.test_public_habits import one, refused

DIVIDED = """
optimizer = torch.optim.SGD(model.parameters(), lr={0})
for epoch in range(30):
    if epoch in (10, 20):
        {1}
    for group in optimizer.param_groups:
        group["lr"] = {0}
    optimizer.step()
"""


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("cfg.lr", "cfg.lr *= 0.1"),
        ("cfg['lr']", "cfg['lr'] = cfg['lr'] / 10"),
        ("cfg.train.lr", "setattr(cfg.train, 'lr', cfg.train.lr * 0.1)"),
        ("cfg.lr", "cfg.update({'lr': cfg.lr * 0.1})"),
        ("rate", "rate = rate * 0.1"),
    ],
)
def test_a_value_that_was_given_is_the_first_and_what_the_text_makes_of_it_the_next(
    place: str, change: str
) -> None:
    schedule = one(DIVIDED.format(place, change), {place: "0.1"}).schedule
    assert schedule([0, 9, 10, 19, 20, 29]).tolist() == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.001, 0.001])


@pytest.mark.parametrize("given", ["lr", "config.lr"])
def test_an_imported_name_is_the_texts_own_once_it_changes_it(given: str) -> None:
    text = "from config import lr\n" + DIVIDED.format("lr", "lr *= 0.1")
    assert one(text, {given: "0.1"}).schedule([9, 10, 20]).tolist() == pytest.approx([0.1, 0.01, 0.001])


@pytest.mark.parametrize(
    "state",
    [
        "{k: v for k, v in args._get_kwargs()}",
        "vars(args)",
        "{**vars(args)}",
    ],
)
def test_options_of_a_command_line_as_a_dictionary(state: str) -> None:
    text = (
        "import argparse\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('--lr', default=0.1, type=float)\nargs = parser.parse_args()\n"
        f"state = {state}\n" + DIVIDED.format("state['lr']", "state['lr'] *= 0.1")
    )
    assert one(text).schedule([9, 10, 20]).tolist() == pytest.approx([0.1, 0.01, 0.001])
    assert one(text, {"args.lr": "2"}).schedule([9, 10, 20]).tolist() == pytest.approx([2, 0.2, 0.02])


COUNTED = """
optimizer = torch.optim.AdamW(agent.parameters(), lr=0.5)
{0} = 0
for iteration in range(100):
    optimizer.param_groups[0]["lr"] = 1 - {0} / 1638400
    for step in {1}:
        {2}
    optimizer.step()
"""


@pytest.mark.parametrize(
    ("loop", "body"),
    [
        ("range(512)", "n += 32"),
        ("range(0, 1024, 2)", "with torch.no_grad():\n            n += 32"),
        ("range(512)", "n += 16\n        obs = env.step(obs)\n        n += 16"),
        ("range(512)", "for env in range(8):\n            n += 4"),
    ],
)
def test_a_counter_of_a_long_loop_is_so_many_times_what_it_adds(loop: str, body: str) -> None:
    schedule = one(COUNTED.format("n", loop, body)).schedule
    # 512 turns of 32 each are a hundredth of it.
    assert schedule([0, 1, 24, 99]).tolist() == pytest.approx([1, 0.99, 0.76, 0.01])


def test_a_counter_of_a_loop_of_open_length_asks_for_the_length() -> None:
    text = COUNTED.format("n", "rollouts", "n += 32")
    assert "'len(rollouts)' is not known here; bind it with --let 'len(rollouts)=…'" in refused(text)
    schedule = one(text, {"len(rollouts)": "512"}).schedule
    assert schedule([0, 1, 99]).tolist() == pytest.approx([1, 0.99, 0.01])


def test_a_counter_that_is_not_followed_is_asked_for_by_no_single_value() -> None:
    text = COUNTED.format("n", "range(512)", "n += 32").replace("for step in range(512)", "while env.runs()")
    for given in (None, {"n": "0"}):
        said = refused(text, given)
        assert "'n' is counted on here, in a loop that is not followed" in said
        assert "--let" not in said


@pytest.mark.parametrize("more", ["n += step", "n += 32\n        if done(step):\n            n = 0"])
def test_what_is_no_plain_counter_is_not_taken_for_one(more: str) -> None:
    assert "'n'" in refused(COUNTED.format("n", "range(512)", more))


def test_a_name_that_the_text_says_itself_is_none_to_give() -> None:
    text = COUNTED.format("n", "range(16)", "n += 32")
    with pytest.raises(UnusedBindingError, match="no such name left open: it says itself what that is"):
        load(text, Overrides(bindings={"n": "0"}))


UNCALLED = """
def fold(model, loader, epochs, lr, factor, every):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(1, epochs + 1):
        train(model, optimizer, loader)
        if epoch % every == 0:
            for group in optimizer.param_groups:
                group["lr"] = factor * group["lr"]


def train(model, optimizer, loader):
    for data in loader:
        model(data).backward()
        optimizer.step()
"""


def test_a_training_that_nothing_calls_and_that_writes_the_rate_is_asked_for_what_it_is_given() -> None:
    assert "bind it with --let factor=…" in refused(UNCALLED) or "'lr'" in refused(UNCALLED)
    let = {"lr": "0.1", "epochs": "30", "factor": "0.5", "every": "10"}
    # The rate falls behind the tenth epoch: the eleventh is the first with the half.
    assert one(UNCALLED, let).schedule([0, 9, 10, 19, 20, 29]).tolist() == pytest.approx(
        [0.1, 0.1, 0.05, 0.05, 0.025, 0.025]
    )


FITTED = """
import lightning as L
class Net(L.LightningModule):
    def __init__(self, {0}):
        super().__init__()
        {1}
    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), {2})
        return [optimizer], [torch.optim.lr_scheduler.MultiStepLR(optimizer, [100, 150])]
def train(**kwargs):
    L.Trainer(max_epochs=180).fit(Net(**kwargs), loader)
train({3})
train({4})
"""


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("self.lr = lr", "lr=self.lr"),
        ("self.save_hyperparameters()", "lr=self.hparams.lr"),
        ("self.save_hyperparameters()", "**self.hparams.options"),
    ],
)
def test_a_module_that_is_fitted_with_several_rates_is_not_drawn_with_the_first(kept: str, read: str) -> None:
    text = FITTED.format("lr", kept, read, "lr=1e-3", "lr=0.1")
    assert "'Net' is fitted with several settings that configure_optimizers reads" in refused(text)


def test_a_module_that_is_fitted_twice_with_one_rate_is_drawn() -> None:
    text = FITTED.format(
        "lr, seed", "self.lr, self.seed = lr, seed", "self.lr", "lr=1, seed=1", "lr=1, seed=2"
    )
    assert one(text).schedule([0, 100, 150]).tolist() == pytest.approx([1, 0.1, 0.01])


def test_options_that_are_not_known_may_say_the_rate() -> None:
    text = "opt = torch.optim.SGD(net.parameters(), **options)\nfor _ in range(9):\n    opt.step()\n"
    assert "options['lr']" in refused(text)
    assert one(text, {"options['lr']": "0.3"}).schedule(0) == pytest.approx(0.3)


def test_a_package_that_may_be_missing_hands_the_optimizer_on_either_way() -> None:
    text = (
        "try:\n    from apex import amp\nexcept ImportError:\n    amp = None\n"
        "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)\n"
        "if amp is not None:\n    model, optimizer = amp.initialize(model, optimizer, opt_level='O1')\n"
        "for epoch in range(10):\n    optimizer.step()\n"
    )
    assert one(text).schedule([0, 9]).tolist() == [1e-3, 1e-3]


@pytest.mark.parametrize(("said", "last"), [("false", 0.1), ("True", 0.1 * 0.5**5), ("TRUE", 0.1 * 0.5**5)])
def test_a_truth_is_one_however_it_is_written(said: str, last: float) -> None:
    """`--let use=false` was taken for a text, which is true."""
    text = (
        "import torch\nopt = torch.optim.SGD(p, lr=0.1)\ns = torch.optim.lr_scheduler.ExponentialLR(opt, 0.5)\n"
        "for e in range(6):\n    opt.step()\n    if use:\n        s.step()\n"
    )
    assert one(text, {"use": said}).schedule([5])[0] == pytest.approx(last)
    with pytest.raises(LrplotError, match="True or False"):
        one(text, {"use": "no"})
