"""Loops whose length the text does not say: what stands in for it never decides a curve."""

import time

import pytest

from lrplot.clock import Clock
from lrplot.errors import NotationError
from lrplot.frameworks.texts import read
from lrplot.python.reading import Reading
from lrplot.schedules.base import Context

_HEAD = """import torch
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
"""


def one(text: str, each: int | None = None, **let: str) -> Reading:
    (reading,) = read(text, "train.py", Context(None, None, Clock(None, each)), assumed_lr=0.1, bindings=let)
    return reading


def refused(text: str, **let: str) -> str:
    with pytest.raises(NotationError) as caught:
        one(text, **let)
    return str(caught.value)


_FROM_A_CHECKPOINT = """
try:
    start = torch.load("best.pth")["epoch"]
except Exception:
    start = 0
"""


def test_a_staircase_longer_than_what_stands_in_is_not_taken_for_level() -> None:
    text = (
        _HEAD
        + _FROM_A_CHECKPOINT
        + """
for epoch in range(start, 50):
    for g in optimizer.param_groups:
        g["lr"] = 0.1 * 0.5 ** (epoch // 10)
    for batch in loader:
        optimizer.step()
"""
    )
    assert "--let start=…" in refused(text)
    reading = one(text, start="0")
    assert reading.by_epoch
    assert reading.schedule([0, 9, 10, 49]).tolist() == [0.1, 0.1, 0.05, 0.1 * 0.5**4]


def test_a_warmup_longer_than_what_stands_in_asks_for_the_batches() -> None:
    text = (
        _HEAD
        + """
from transformers import get_linear_schedule_with_warmup
scheduler = get_linear_schedule_with_warmup(optimizer, 100, len(loader) * 3)
for epoch in range(3):
    for batch in loader:
        optimizer.step()
        scheduler.step()
"""
    )
    assert "--let 'len(loader)=…'" in refused(text)
    reading = one(text, each=100)
    # By hand: up to 0.1 in 100 updates, down to 0 in the 200 behind them.
    assert reading.schedule([0, 50, 100, 200, 300]).tolist() == pytest.approx([0, 0.05, 0.1, 0.05, 0])


@pytest.mark.parametrize(
    "loop",
    [
        "for epoch in range(epochs):\n    optimizer.step()\n    if epoch < 20:\n        scheduler.step()\n",
        "for i, x in enumerate(loader):\n    optimizer.step()\n    if i < 300:\n        scheduler.step()\n",
        "for i, x in enumerate(loader):\n    optimizer.step()\n    if i % 2 == 0:\n        scheduler.step()\n",
        "for epoch in range(epochs):\n    for x in loader:\n        optimizer.step()\n"
        "    scheduler.step()\n    scheduler.step()\n",
    ],
)
def test_what_happens_behind_the_stand_in_is_asked_for(loop: str) -> None:
    text = f"{_HEAD}scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)\n{loop}"
    assert "--let" in refused(text)


_BY_TURN = """
it = 0
for epoch in range(3):
    for x in loader:
        {loop}
        it += 1
"""


@pytest.mark.parametrize(
    "scheduler", ["ExponentialLR(optimizer, 0.99)", "LambdaLR(optimizer, lambda t: 0.99**t)"]
)
@pytest.mark.parametrize(
    "loop",
    [
        "scheduler.step(min(it, 300))",
        "scheduler.step(max(it, 300) - 300)",
        "scheduler.step(int(it * 0.004))",
        "if 0.01 * it > 3: scheduler.step()",
        "if math.sqrt(it) > 17: scheduler.step()",
        "if it < 300: scheduler.step()",
        "if it * it <= 90000: scheduler.step()",
        "if math.floor(it * 0.004) != 1: scheduler.step()",
    ],
)
def test_what_a_turn_decides_behind_the_stand_in_is_asked_for(loop: str, scheduler: str) -> None:
    updates = _BY_TURN.format(loop=f"optimizer.step()\n        {loop}")
    text = f"import math\n{_HEAD}scheduler = torch.optim.lr_scheduler.{scheduler}\n{updates}"
    assert "--steps-per-epoch" in refused(text)
    assert one(text, each=400).schedule([1199]).tolist() != one(text, each=5).schedule([1199]).tolist()


@pytest.mark.parametrize("share", ["int(it * 0.004)", "math.floor(0.004 * it)", "((it * 0.004) // 1)"])
def test_a_staircase_whose_first_stair_the_stand_in_does_not_reach_is_its_formula(share: str) -> None:
    rate = f"optimizer.param_groups[0]['lr'] = 0.1 * 0.5 ** {share}"
    for head in (
        "for it, x in enumerate(loader):",
        "for epoch in range(2):\n  for it, x in enumerate(loader):",
    ):
        text = f"import math\n{_HEAD}{head}\n      {rate}\n      optimizer.step()\n"
        if "epoch" in head:
            assert "--steps-per-epoch" in refused(text)
            continue
        # By hand: 250 · 0.004 = 1.
        assert one(text).schedule([249, 250, 999]).tolist() == pytest.approx([0.1, 0.05, 0.0125])


_LOOKED_UP = {
    "0.1 * 0.1 ** np.searchsorted(ms, it, side='right')": [0.1, 0.01, 0.001],
    "0.1 * 0.1 ** np.searchsorted(np.array(ms), it)": [0.1, 0.1, 0.001],
    "0.1 * 0.1 ** int(np.digitize(it, ms))": [0.1, 0.01, 0.001],
    "0.1 * 0.1 ** bisect.bisect_right(ms, it)": [0.1, 0.01, 0.001],
    "0.1 * 0.1 ** bisect.bisect_left(ms, it)": [0.1, 0.1, 0.001],
    "0.1 * 0.1 ** sum(it >= m for m in ms)": [0.1, 0.01, 0.001],
    "0.1 * 0.1 ** sum(1 for m in ms if it >= m)": [0.1, 0.01, 0.001],
    "0.1 * 0.1 ** len([m for m in ms if m <= it])": [0.1, 0.01, 0.001],
    "0.1 * 0.1 ** np.sum(it > np.asarray(ms))": [0.1, 0.1, 0.001],
    "0.1 * 0.1 ** (np.array(ms) <= it).sum()": [0.1, 0.01, 0.001],
    "0.01 if any(it == m for m in ms) else 0.1": [0.1, 0.01, 0.1],
    "0.01 if all(it > m for m in ms) else 0.1": [0.1, 0.1, 0.01],
    "{300: 0.02}.get(it, 0.1)": [0.1, 0.02, 0.1],
    "0.02 if it in ms else 0.1": [0.1, 0.02, 0.1],
    "0.02 if it in {300, 600} else 0.1": [0.1, 0.02, 0.1],
    "0.02 if it in range(300, 600) else 0.1": [0.1, 0.02, 0.1],
    "0.02 if it not in ms else 0.1": [0.02, 0.1, 0.02],
}
"""Rates by hand at 299, 300 and 900, for milestones 300 and 600."""


@pytest.mark.parametrize("rate", _LOOKED_UP)
def test_what_is_looked_up_by_the_turn_is_its_formula_however_long_it_trains(rate: str) -> None:
    head = f"import bisect\nimport numpy as np\n{_HEAD}ms = [300, 600]\n"
    write = f"    for g in optimizer.param_groups:\n        g['lr'] = {rate}\n"
    update = "    optimizer.step()\n"
    unsaid = one(f"{head}for it, x in enumerate(loader):\n{write}{update}")
    assert unsaid.schedule([299, 300, 900]).tolist() == pytest.approx(_LOOKED_UP[rate])
    said = one(f"{head}for it in range(1000):\n{write}{update}")
    assert said.schedule([299, 300, 900]).tolist() == pytest.approx(_LOOKED_UP[rate])
    few = one(
        f"{head.replace('300, 600', '3, 6')}for it in range(10):\n{write.replace('300', '3').replace('600', '6')}{update}"
    )
    assert few.schedule([2, 3, 9]).tolist() == pytest.approx(_LOOKED_UP[rate])


@pytest.mark.parametrize("places", ["ms", "{300, 600}", "(300, 600)", "drops", "drops.keys()"])
def test_a_scheduler_stepped_at_members_of_a_list_in_a_loop_of_said_length(places: str) -> None:
    text = f"""{_HEAD}ms, drops = [300, 600], {{300: 0.01, 600: 0.001}}
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
for epoch in range(1000):
    if epoch in {places}:
        scheduler.step()
    optimizer.step()
"""
    assert one(text).schedule([299, 300, 600]).tolist() == pytest.approx([0.1, 0.05, 0.025])


def test_a_way_out_on_the_turn_ends_a_training_of_unsaid_epochs() -> None:
    text = (
        _HEAD
        + """
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
for epoch in range(EPOCHS):
    for x in loader:
        optimizer.step()
    scheduler.step()
    if epoch == 2:
        break
"""
    )
    assert one(text).horizon == 3


def test_a_staircase_of_updates_in_an_unsaid_epoch_asks_for_the_batches() -> None:
    text = (
        _HEAD
        + """
step = 0
for epoch in range(10):
    for x in loader:
        for g in optimizer.param_groups:
            g["lr"] = 0.1 * 0.5 ** (step // 1000)
        optimizer.step()
        step += 1
"""
    )
    assert "--steps-per-epoch" in refused(text)
    assert one(text, each=500).schedule([999, 1000, 4999]).tolist() == [0.1, 0.05, 0.1 * 0.5**4]


def test_a_call_elsewhere_that_says_it_sets_the_rate_is_refused() -> None:
    text = """
from project import make_optimizer, adjust_learning_rate, train
optimizer = make_optimizer(model)
for epoch in range(10):
    adjust_learning_rate(optimizer, epoch)
    train(model, optimizer)
"""
    assert "adjust_learning_rate" in refused(text)


def test_meters_made_in_every_turn_leave_the_turns_alike() -> None:
    text = (
        _HEAD
        + """
class Meter:
    def __init__(self):
        self.sum, self.count = 0, 0

    def update(self, value, n=1):
        self.sum += value * n
        self.count += n

def train(loader, optimizer):
    meter = Meter()
    for x in loader:
        optimizer.step()
        meter.update(1)

scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30000)
for epoch in range(100000):
    train(loader, optimizer)
    scheduler.step()
"""
    )
    reading = one(text)
    assert (reading.by_epoch, reading.horizon) == (True, 100000)
    assert reading.schedule([29999, 30000]).tolist() == pytest.approx([0.1, 0.01])


def test_a_loss_scaler_steps_the_optimizer_it_is_given() -> None:
    text = """
import torch
optimizer = model.configure_optimizers(0.1)
scaler = torch.cuda.amp.GradScaler(enabled=False)
it = 0
while True:
    for g in optimizer.param_groups:
        g["lr"] = 0.01 * (it + 1) / 100
    if it == 0 and False:
        break
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    it += 1
    if it > 99:
        break
"""
    reading = one(text)
    assert (reading.by_epoch, reading.horizon) == (False, 100)
    assert reading.schedule([0, 99]).tolist() == pytest.approx([1e-4, 0.01])


def test_an_open_rate_is_named() -> None:
    text = """
import torch
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
for epoch in range(10):
    optimizer.step()
"""
    assert "--let args.lr=…" in refused(text)


def test_what_keeps_a_rate_to_show_it_writes_none() -> None:
    text = (
        _HEAD
        + """
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
for epoch in range(90):
    optimizer.step()
    scheduler.step()

def report(logger, metrics):
    logger.update(lr=optimizer.param_groups[0]["lr"])
    metrics["learning_rate"] = optimizer.param_groups[0]["lr"]
"""
    )
    assert one(text).schedule([0, 30]).tolist() == pytest.approx([0.1, 0.01])


def test_an_imported_name_is_bound_as_the_message_spells_it() -> None:
    text = (
        _HEAD
        + """
from conf import settings
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, settings.MILESTONES)
for epoch in range(90):
    optimizer.step()
    scheduler.step()
"""
    )
    assert "--let conf.settings.MILESTONES=…" in refused(text)
    reading = one(text, **{"conf.settings.MILESTONES": "[10, 20]"})
    assert reading.schedule([0, 10, 20]).tolist() == pytest.approx([0.1, 0.01, 0.001])


def test_a_scheduler_stepped_before_the_loop_and_handed_on_in_it_is_refused() -> None:
    text = (
        _HEAD
        + """
from project import after_update
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5)
for _ in range(4):
    scheduler.step()
for it in range(20):
    optimizer.step()
    after_update(scheduler)
"""
    )
    assert "handed on here" in refused(text)


def test_a_scheduler_handed_to_an_imported_class_without_a_loop_asks_how_often_it_steps() -> None:
    text = (
        _HEAD
        + """
from simclr import SimCLR
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=100)
SimCLR(model=model, optimizer=optimizer, scheduler=scheduler).train(train_loader)
"""
    )
    assert "--update step or --update epoch" in refused(text)


def test_what_is_written_behind_an_update_holds_from_the_next_one() -> None:
    text = (
        _HEAD
        + """
optimizer.step()
for group in optimizer.param_groups:
    group["lr"] = 0.05
for i in range(9):
    optimizer.step()
"""
    )
    assert one(text).schedule([0, 1, 2]).tolist() == [0.1, 0.05, 0.05]


def test_a_run_of_any_length_is_its_schedule() -> None:
    text = (
        _HEAD
        + """
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10**12)
for i in range(10**12):
    optimizer.step()
    scheduler.step()
"""
    )
    found = one(text)
    assert found.horizon == 10**12
    assert found.schedule([0, 5 * 10**11, 10**12]).tolist() == pytest.approx([0.1, 0.05, 0])


def test_a_loop_of_a_test_that_nothing_changes_is_asked_for_its_turns() -> None:
    text = (
        _HEAD
        + """
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5)
epoch = 5
while epoch > 3:
    optimizer.step()
    scheduler.step()
"""
    )
    assert one(text).horizon is None


_ACCELERATED = """
from accelerate import Accelerator
accelerator = Accelerator(gradient_accumulation_steps=1)
loader = torch.utils.data.DataLoader(data, batch_size=4)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5)
model, optimizer, loader, scheduler = accelerator.prepare(model, optimizer, loader, scheduler)
done = 0
for epoch in range(3):
    for batch in loader:
        with accelerator.accumulate(model):
            optimizer.step()
            scheduler.step()
        if accelerator.sync_gradients:
            done += 1
        if done >= 60:
            break
"""


def test_a_way_out_that_may_not_be_taken_does_not_end_every_epoch_at_its_first_batch() -> None:
    found = one(_HEAD + _ACCELERATED, **{"accelerator.num_processes": "1", "len(loader)": "20"})
    assert (found.horizon, found.steps_per_epoch) == (60, 20)
    assert found.schedule([4, 5, 59]).tolist() == pytest.approx([0.1, 0.01, 1e-12], rel=1e-9)


def test_a_script_that_only_raises_where_options_are_left_out_is_read_as_one_that_has_them() -> None:
    text = """import argparse, torch
def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=None)
    parser.add_argument("--lr", type=float, default=0.2)
    args = parser.parse_args()
    if args.data is None:
        raise ValueError("give --data")
    return args
args = options()
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5)
for i in range(10):
    optimizer.step()
    scheduler.step()
"""
    assert one(text).schedule([0, 5]).tolist() == pytest.approx([0.2, 0.02])


_OVER_FABRIC = """
def schedules(optimizer, warmup, total):
    rise = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: step / warmup)
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=total - warmup)
    return torch.optim.lr_scheduler.SequentialLR(optimizer, [rise, fall], milestones=[warmup])


def fit(fabric, train):
    if fabric.quantized:
        optimizer = instantiate_bnb_optimizer(optimizer, model.parameters())
    total = min(train.epochs * (len(train_dataloader) // 4), train.max_steps or float("inf"))
    scheduler = schedules(optimizer, 100, total)
    done = 0
    turn = 0
    while done < (train.max_steps or float("inf")):
        turn += 1
        batch = next(batches)
        if batches.epoch >= train.epochs:
            break
        if turn % 4 == 0:
            optimizer.step()
            scheduler.step()
            done += 1


optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
fit(fabric, TrainArgs())
"""


def test_a_loop_to_infinity_ends_where_its_schedule_does_not_say() -> None:
    let = {"train.epochs": "5", "train.max_steps": "None", "fabric.quantized": "False"}
    assert "len(train_dataloader)" in refused(_HEAD + _OVER_FABRIC, **let)
    found = one(_HEAD + _OVER_FABRIC, **let, **{"len(train_dataloader)": "200"})
    # By hand: 5 epochs of 50 updates, 100 of them the rise; 0.05 · (1 + cos(π · 149/150)).
    assert found.horizon is None
    assert found.schedule([0, 10, 100, 249]).tolist() == pytest.approx([0, 0.01, 0.1, 1.0965826e-5], rel=1e-6)


def test_a_continue_that_data_decides_before_a_step_is_asked_for() -> None:
    loop = """
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
for epoch in range(8):
    optimizer.step()
    if score() < 0.5:
        continue
    scheduler.step()
"""
    assert "depends on it" in refused(_HEAD + loop)
    early = loop.replace("    optimizer.step()\n", "").replace(
        "    if score", "    scheduler.step()\n    if score"
    )
    assert "optimizer's step" in refused(
        _HEAD + early.rpartition("    scheduler")[0] + "    optimizer.step()\n"
    )
    # A batch that is skipped makes no update either.
    batch = loop.replace("    optimizer.step()\n", "").replace("    sch", "    optimizer.step()\n    sch")
    assert one(_HEAD + batch).schedule([1, 2]).tolist() == pytest.approx([0.1, 0.01])


def test_a_mistyped_class_is_told_by_the_name_it_should_have() -> None:
    text = (
        _HEAD
        + "scheduler = CosineAnealingLR(optimizer, T_max=25)\nfor i in range(9):\n    scheduler.step()\n"
    )
    assert "did you mean 'CosineAnnealingLR'?" in refused(text)


@pytest.mark.parametrize(("head", "turn", "told"), [
    ("while n < 9:", "n += 0", "is never left: a turn changes nothing that it asks"),
    ("while epoch > 3:", "for epoch in range(5): optimizer.step()", "is never left"),
    ("while True:", "n += 1\n    if n == 0.5: break", "is not left after"),
])  # fmt: skip
def test_a_loop_that_its_text_never_leaves_is_refused_soon(head: str, turn: str, told: str) -> None:
    text = (
        _HEAD
        + f"""
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5)
n, epoch, seen = 0, 5, [0]
{head}
    optimizer.step()
    scheduler.step()
    {turn}
"""
    )
    before = time.process_time()
    message = refused(text)
    assert told in message
    assert "write how often it turns" in message
    assert time.process_time() - before < 8


def test_a_loop_that_an_open_condition_alone_leaves_asks_for_it() -> None:
    text = (
        _HEAD
        + """
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5)
n = 0
while True:
    optimizer.step()
    scheduler.step()
    for batch in range(3):
        if other:
            break
    n += 1
    if n >= 72:
        if True:
            if unknown:
                break
"""
    )
    assert "'unknown' is not known here, and whether the loop in line" in refused(text)


@pytest.mark.parametrize("grown", ["seen.append(1)", "box.n += 1", "count['n'] += 1", "more()"])
def test_a_loop_is_left_whatever_its_turns_are_counted_in(grown: str) -> None:
    text = (
        _HEAD
        + f"""
class Box: pass
box, seen, count = Box(), [], {{"n": 0}}
box.n = 0
def more():
    box.n += 1
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5)
while len(seen) + box.n + count["n"] < 9:
    optimizer.step()
    scheduler.step()
    {grown}
"""
    )
    assert one(text).horizon == 9


def test_an_own_scheduler_on_a_rate_that_is_open_asks_for_it() -> None:
    text = """
import torch
from torch.optim.lr_scheduler import LRScheduler

class Own(LRScheduler):
    def __init__(self, optimizer, total):
        self.total = total
        super().__init__(optimizer)

    def get_lr(self):
        return [base * (1 - self.last_epoch / self.total) for base in self.base_lrs]

optimizer = torch.optim.SGD(model.parameters(), lr=args.lr0)
scheduler = Own(optimizer, 4)
for epoch in range(4):
    optimizer.step()
    scheduler.step()
"""
    assert "--let args.lr0=…" in refused(text)
    assert one(text, **{"args.lr0": "0.2"}).schedule([0, 1]).tolist() == pytest.approx([0.2, 0.15])
