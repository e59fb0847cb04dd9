"""Habits of well-known training scripts, retyped short; the expected rates are hand arithmetic."""

import pytest

from lrplot.clock import Clock
from lrplot.errors import NotationError
from lrplot.frameworks.texts import read
from lrplot.python.reading import Reading
from lrplot.schedules.base import Context


def drawn(text: str, let: dict[str, str] | None = None, each: int | None = None) -> tuple[Reading, ...]:
    return read(text, "it", Context(None, None, Clock(each)), assumed_lr=0.1, bindings=let)


def one(text: str, let: dict[str, str] | None = None, each: int | None = None) -> Reading:
    (reading,) = drawn(text, let, each)
    return reading


def refused(text: str, let: dict[str, str] | None = None) -> str:
    with pytest.raises(NotationError) as caught:
        drawn(text, let)
    return str(caught.value)


TWICE = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
def train(batch):
    optimizer.step()
    scheduler.step()
    scheduler.step()
    return 1.0
"""


@pytest.mark.parametrize(
    "loop",
    [
        "losses = []\nfor epoch in range(10_000):\n    losses.append(train(epoch))",
        "for epoch in range(400):\n    print(f'loss {train(epoch)}')",
        "for epoch in range(400):\n    assert train(epoch) < 5",
        "losses = [train(epoch) for epoch in range(400)]",
        "losses = {epoch: train(epoch) for epoch in range(400)}",
        "for epoch in range(400):\n    x = train(epoch) if True else train(0)",
        "for epoch in range(40):\n    del seen[train(epoch)]",
        "losses = {epoch: train(epoch) for epoch in range(40)}",
    ],
)
def test_a_function_that_trains_is_followed_wherever_it_is_called(loop: str) -> None:
    # Two ticks an update: down by ten every five updates.
    schedule = one(TWICE + loop).schedule
    assert schedule([4, 5, 14, 15]).tolist() == pytest.approx([0.1, 0.01, 1e-3, 1e-4])


@pytest.mark.parametrize(
    "loop",
    [
        "losses = [train(batch) for batch in loader]",
        "total = sum(train(batch) for batch in loader)",
        "for epoch in range(40):\n    x = train(epoch) if verbose else train(epoch)",
    ],
)
def test_training_that_is_not_followed_is_never_left_out(loop: str) -> None:
    assert "is not followed, and it may change the rate" in refused(TWICE + loop)


def test_no_rate_is_assumed_where_the_optimizer_has_one_that_is_open() -> None:
    text = (
        "import utils\nrate = utils.make(config.base)\ntx = optax.sgd(learning_rate=rate)\n"
        "for step in range(1000):\n    params, opt_state = update(params, opt_state)\n"
    )
    assert "utils.make(config.base)" in refused(text)


def test_a_rate_that_stands_behind_the_callback_is_its_rate() -> None:
    text = "callback = keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.5)\n"
    one_stage = (
        "model.compile(keras.optimizers.Adam(1e-3))\nmodel.fit(x, y, epochs=3, callbacks=[callback])\n"
    )
    reading = one(text + one_stage)
    assert reading.schedule([0, 1]).tolist() == pytest.approx([5e-4, 2.5e-4])
    assert not any("no base rate" in note for note in reading.notes)
    assert "give it: --lr" in refused(text + one_stage + "model.compile(keras.optimizers.Adam(1e-4))\n")


# Ultralytics' way: the clock put back before the loop, a bar around the batches, accumulation by what has been.

LINEAR = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda x: 1 - x / 10)
"""


def test_a_clock_that_is_put_back_counts_on_from_there() -> None:
    loop = "for epoch in range(10):\n    optimizer.step()\n    scheduler.step()\n"
    text = LINEAR + "scheduler.last_epoch = -1\n" + loop
    # The first step() comes to 0 once more: everything one later.
    assert one(text).schedule([0, 1, 2, 9]).tolist() == pytest.approx([0.1, 0.1, 0.09, 0.02])


def test_a_clock_that_is_put_elsewhere_is_followed_in_the_middle_too() -> None:
    text = LINEAR + (
        "for epoch in range(10):\n    optimizer.step()\n"
        "    if epoch == 4:\n        scheduler.last_epoch = 0\n    scheduler.step()\n"
    )
    assert one(text).schedule([4, 5, 6]).tolist() == pytest.approx([0.06, 0.09, 0.08])


@pytest.mark.parametrize("call", ["StepLR(optimizer, 3)", "ExponentialLR(optimizer, 0.9)"])
def test_a_scheduler_that_goes_on_from_its_rate_is_not_put_back(call: str) -> None:
    text = f"scheduler = torch.optim.lr_scheduler.{call}\nscheduler.last_epoch = 2\nscheduler.step()\n"
    assert "written over" in refused("optimizer = torch.optim.SGD(p, lr=0.1)\n" + text)


def test_accumulation_by_the_last_update_is_followed() -> None:
    text = LINEAR + (
        "last, accumulate = -1, 4\nfor epoch in range(10):\n    pbar = enumerate(loader)\n"
        "    if rank in (-1, 0):\n        pbar = TQDM(pbar, total=len(loader))\n"
        "    for i, batch in pbar:\n        ni = i + 50 * epoch\n"
        "        accumulate = max(1, np.interp(ni, [0, 100], [1, 4]).round())\n"
        "        if ni - last >= accumulate:\n            optimizer.step()\n            last = ni\n"
        "    scheduler.step()\n"
    )
    updates, last, rates = 0, -1, []
    for ni in range(500):
        if ni - last >= max(1, round(1 + 3 * min(ni, 100) / 100)):
            rates.append(0.1 * (1 - ni // 50 / 10))
            updates, last = updates + 1, ni
    reading = one(text, {"len(loader)": "50"})
    assert reading.horizon == updates
    assert reading.schedule(list(range(updates))).tolist() == pytest.approx(rates)


def test_an_option_without_a_default_is_none_where_it_is_asked_whether_it_was_given() -> None:
    text = (
        "parser.add_argument('--evolve', type=int)\nparser.add_argument('--resume', default=False)\n"
        "args = parser.parse_args()\n"
        "if args.resume and not check_resume(args):\n    args = argparse.Namespace(**stored)\n"
        "if not args.evolve:\n"
        + LINEAR.replace("\n", "\n    ")
        + "\n    for epoch in range(10):\n        optimizer.step()\n        scheduler.step()\n"
        "else:\n    scheduler.step()\n"
    )
    assert one(text).schedule([0, 5]).tolist() == pytest.approx([0.1, 0.05])


@pytest.mark.parametrize(
    "beside",
    ["parser.set_defaults(evolve=3)", "parser.add_mutually_exclusive_group(required=True)"],
)
def test_an_option_that_is_given_elsewhere_is_not_taken_for_none(beside: str) -> None:
    text = (
        "parser.add_argument('--evolve', type=int)\nargs = parser.parse_args()\n"
        f"{beside}\n{LINEAR}for epoch in range(10):\n    optimizer.step()\n    if not args.evolve:\n"
        "        scheduler.step()\n"
    )
    assert "args.evolve" in refused(text)


# LitGPT's way: a rate by a function of its own, and a loop over endless batches that a count leaves.

PRETRAIN = """
def get_lr(rate, it, warmup, total, low):
    if it < warmup:
        return rate * it / warmup
    if it > total:
        return low
    share = (it - warmup) / (total - warmup)
    assert 0 <= share <= 1
    return low + (rate - low) * (1 - share)

optimizer = make_optimizer(model)
state = {"it": 0}
total = tokens // length
for batch in CycleIterator(loader):
    if state["it"] >= total:
        break
    lr = get_lr(optimizer.defaults["lr"], state["it"], train.warmup(loader, 1), total, train.low)
    for group in optimizer.param_groups:
        group["lr"] = lr
    state["it"] += 1
    waiting = state["it"] % 4 != 0
    if not waiting:
        optimizer.step()
"""


def test_the_open_arguments_of_a_function_are_asked_for_not_the_function() -> None:
    said = refused(PRETRAIN)
    for name in ("train.warmup(loader, 1)", "optimizer.defaults['lr']", "tokens", "length"):
        assert name in said
    assert "get_lr(" not in said.splitlines()[0]


def test_a_loop_over_endless_batches_ends_where_a_count_leaves_it() -> None:
    let = {"train.warmup(loader, 1)": "100", "tokens": "4000", "length": "4", "train.low": "0.01"}
    reading = one(PRETRAIN.replace("make_optimizer(model)", "torch.optim.SGD(p, lr=0.1)"), let)
    # 1000 batches, an update at every fourth: update 0 has the rate of batch 3.
    assert reading.horizon == 250
    by_hand = [0.1 * 3 / 100, 0.1 * 99 / 100, 0.01 + 0.09 * (1 - 3 / 900), 0.01 + 0.09 * (1 - 899 / 900)]
    assert reading.schedule([0, 24, 25, 249]).tolist() == pytest.approx(by_hand)


def test_a_loop_inside_an_epoch_is_not_taken_to_reach_its_cap() -> None:
    text = LINEAR + (
        "for epoch in range(5):\n    for i, batch in enumerate(loader):\n        if i >= 3:\n            break\n"
        "        optimizer.step()\n        scheduler.step()\n"
    )
    assert "how many batches an epoch has" in refused(text)


def test_a_level_rate_is_drawn_over_the_epochs_that_are_said() -> None:
    text = "optimizer = torch.optim.SGD(p, lr=0.1)\n" + (
        "for epoch in range(30):\n    for batch in loader:\n        optimizer.step()\n"
    )
    reading = one(text)
    assert (reading.horizon, reading.by_epoch) == (30, True)


# Classes and files that are one of several: what is elsewhere is pasted, what nothing calls is not made up.

ELSEWHERE = (
    "import {module}\noptimizer = torch.optim.SGD(p, lr=0.1)\nfor epoch in range(10):\n"
    "    {module}.update_linear_schedule(optimizer, epoch, 10)\n    optimizer.step()\n"
)
PASTED = """
def update_linear_schedule(optimizer, epoch, total):
    for group in optimizer.param_groups:
        group["lr"] = 0.1 - 0.1 * epoch / total
"""


def test_what_sets_the_rate_in_another_file_is_asked_for_and_taken_where_it_is_pasted() -> None:
    text = ELSEWHERE.format(module="utils")
    assert "update_linear_schedule comes from 'utils' here" in refused(text)
    pasted = one(text.replace("import utils\n", PASTED))
    assert pasted.schedule([0, 5, 9]).tolist() == pytest.approx([0.1, 0.05, 0.01])
    # With the import still there, utils' own is meant.
    assert "comes from 'utils' here" in refused("import utils\n" + PASTED + text.partition("\n")[2])


def test_a_maker_of_schedules_in_another_file_is_asked_for() -> None:
    text = (
        "from vit import utils\nrate = utils.create_learning_rate_schedule(total, config.base)\n"
        "tx = optax.sgd(learning_rate=rate)\n"
    )
    assert "create_learning_rate_schedule comes from 'vit.utils' here" in refused(text)


SOLVER = """
class Solver:
    def __init__(self):
        self.optimizer = torch.optim.SGD(p, lr=0.1)
    def train(self):
        for i in range(100):
            self.optimizer.step()
            if i >= 50:
                for group in self.optimizer.param_groups:
                    group["lr"] = 0.1 * (1 - i / 100)
    def train_multi(self):
        for i in range(100):
            self.optimizer.step()
"""


def test_of_two_trainings_that_nothing_calls_none_is_made_up() -> None:
    assert "'train' and 'train_multi' both train here" in refused(SOLVER)
    called = one(SOLVER + "Solver().train()\n")
    assert called.schedule([50, 51, 76]).tolist() == pytest.approx([0.1, 0.05, 0.025])


WRAPPED = """
class ScheduledOptim:
    def __init__(self, optimizer, width):
        self._optimizer, self.done, self.start = optimizer, 0, width ** -0.5
    def step_and_update_lr(self):
        self.done += 1
        for group in self._optimizer.param_groups:
            group["lr"] = self.start * min(self.done ** -0.5, self.done * 100 ** -1.5)
        self._optimizer.step()

class Trainer:
    def __init__(self, net, loader):
        self.loader = loader
        self.optim = ScheduledOptim(Adam(net.parameters()), net.width)
    def train(self, epoch):
        for batch in self.loader:
            self.optim.step_and_update_lr()
"""


def test_a_class_that_another_makes_is_read_where_it_is_made() -> None:
    assert "'net.width', 'len(self.loader)' are not known" in refused(WRAPPED)
    reading = one(WRAPPED, {"net.width": "4", "len(self.loader)": "300"})
    assert reading.horizon == 300
    assert reading.schedule([0, 99, 299]).tolist() == pytest.approx([0.5 / 1000, 0.05, 0.5 * 300**-0.5])


def test_the_state_of_an_optimizer_is_no_optimizer_without_a_rate() -> None:
    text = (
        "def rate(step):\n    return 0.3 * min(1.0, step / 10)\ntx = optax.sgd(learning_rate=rate)\n"
        "for step in range(20):\n    params, opt_state_repl = update_fn(params, opt_state_repl)\n"
    )
    assert one(text).schedule([0, 5, 10]).tolist() == pytest.approx([0.0, 0.15, 0.3])
