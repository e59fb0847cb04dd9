"""Exceptions that a training catches; what PyTorch really does stands there as numbers."""

import pytest

from tests.loops.test_public_habits import drawn, one, refused

BEGIN = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
loader = [torch.randn(2, 4) for _ in range(3)]
"""
CYCLING = """
it = iter({over})
for step in range({steps}):
    try:
        x = next(it)
    except StopIteration:
        it = iter({over})
        x = next(it)
        {then}
    optimizer.step()
"""


@pytest.mark.parametrize("steps", [8, 4000])
@pytest.mark.parametrize(
    "over", ["range(3)", "loader", "DataLoader(range(12), batch_size=4)", "enumerate(loader)"]
)
def test_an_iterator_that_is_begun_again_counts_the_epochs(over: str, steps: int) -> None:
    reading = one(BEGIN + CYCLING.format(over=over, steps=steps, then="scheduler.step()"))
    rates = (
        reading.schedule.table(8) if reading.steps_per_epoch is None else reading.schedule([0, 0, 0, 1, 1])
    )
    assert rates[:5].tolist() == pytest.approx([0.1] * 3 + [0.05] * 2)
    assert not reading.never_stepped


@pytest.mark.parametrize(
    ("then", "behind", "rates"),
    [
        # What the handler counts, a condition and a rate by hand read.
        ("epoch += 1", "if epoch == 1:\n        optimizer.param_groups[0]['lr'] = 0.02", [0.1, 0.02, 0.02]),
        ("epoch += 1", "optimizer.param_groups[0]['lr'] = 0.1 / (1 + epoch)", [0.1, 0.05, 0.1 / 3]),
        ("optimizer.param_groups[0]['lr'] *= 0.5", "pass", [0.1, 0.05, 0.025]),
    ],
)
def test_what_a_handler_counts_is_followed(then: str, behind: str, rates: list[float]) -> None:
    loop = CYCLING.format(over="range(3)", steps=9, then=then).replace(
        "    optimizer.step()", f"    {behind}\n    optimizer.step()"
    )
    found = one(f"{BEGIN}epoch = 0\n{loop}").schedule
    assert found([2, 3, 6]).tolist() == pytest.approx(rates)


def test_a_loader_of_which_nothing_is_said_is_drawn_over_epochs() -> None:
    text = BEGIN + CYCLING.format(over="train_loader", steps=40, then="scheduler.step()")
    reading = one(text)
    assert (reading.by_epoch, reading.horizon) == (True, None)
    assert reading.schedule([0, 1]).tolist() == pytest.approx([0.1, 0.05])
    reading = one(text, {"len(train_loader)": "4"})
    assert reading.schedule([0, 1]).tolist() == pytest.approx([0.1, 0.05])
    assert reading.steps_per_epoch == 4


STEPS = "optimizer.step()\n        scheduler.step()"


@pytest.mark.parametrize(
    ("loop", "rates"),
    [
        # raise, assert, 1 / 0, a list's end: where the values are known, so is what comes.
        (
            "for i in range(8):\n    try:\n        if i % 2:\n            raise ValueError('no')\n"
            "    except ValueError:\n        scheduler.step()\n    optimizer.step()\n",
            [0.1, 0.05, 0.05, 0.025],
        ),
        (
            "def check(i):\n    if i % 2:\n        raise Bad()\nclass Bad(RuntimeError): pass\n"
            "for i in range(8):\n    optimizer.step()\n    try:\n        check(i)\n"
            "    except RuntimeError:\n        scheduler.step()\n",
            [0.1, 0.1, 0.05, 0.05],
        ),
        (
            "for i in range(8):\n    optimizer.step()\n    try:\n        assert i % 2 == 0\n"
            "        scheduler.step()\n    except AssertionError:\n        pass\n",
            [0.1, 0.05, 0.05, 0.025],
        ),
        (
            "for i in range(8):\n    optimizer.step()\n    try:\n        1 / (i % 2)\n"
            "        scheduler.step()\n    except ZeroDivisionError:\n        continue\n",
            [0.1, 0.1, 0.05, 0.05],
        ),
        (
            "for i in range(8):\n    optimizer.step()\n    with suppress(ZeroDivisionError):\n"
            "        1 / (i % 2)\n        scheduler.step()\n",
            [0.1, 0.1, 0.05, 0.05],
        ),
        (
            "for i in range(8):\n    try:\n        optimizer.param_groups[0]['lr'] = [0.3, 0.2][i]\n"
            "    except IndexError:\n        pass\n    optimizer.step()\n",
            [0.3, 0.2, 0.2, 0.2],
        ),
        (
            "for epoch in range(3):\n    it = iter(range(2))\n    try:\n        while True:\n"
            "            next(it)\n            optimizer.step()\n    except StopIteration:\n"
            "        scheduler.step()\n",
            [0.1, 0.1, 0.05, 0.05],
        ),
        (
            "try:\n    for i in range(9):\n        optimizer.step()\n        if i == 1:\n"
            "            raise KeyboardInterrupt\nexcept KeyboardInterrupt:\n    scheduler.step()\n"
            "for i in range(2):\n    optimizer.step()\n",
            [0.1, 0.1, 0.05, 0.05],
        ),
        (
            "for i in range(4):\n    optimizer.step()\n    try:\n        scheduler.step()\n"
            "    except NameError:\n        pass\n    if i == 1:\n        del scheduler\n",
            [0.1, 0.05, 0.025, 0.025],
        ),
    ],
)
def test_an_exception_that_surely_comes_is_followed(loop: str, rates: list[float]) -> None:
    found = one(BEGIN + loop)
    schedule, each = found.schedule, found.steps_per_epoch or 1
    assert [float(schedule(i // each)) for i in range(4)] == pytest.approx(rates)


@pytest.mark.parametrize(
    "loop",
    [
        "for i in range(8):\n    try:\n        loss = criterion(i)\n    except RuntimeError:\n"
        "        scheduler.step()\n    optimizer.step()\n",
        "for i in range(8):\n    try:\n        optimizer.step()\n    except Exception:\n"
        "        optimizer.param_groups[0]['lr'] *= 0.5\n",
        "for i in range(8):\n    try:\n        x = next(batches)\n    except StopIteration:\n"
        "        scheduler.step()\n    optimizer.step()\n",
        "bad = 0\nfor i in range(8):\n    try:\n        loss = criterion(i)\n    except RuntimeError:\n"
        "        bad += 1\n    if bad < 3:\n        scheduler.step()\n    optimizer.step()\n",
    ],
)
def test_what_hangs_on_an_exception_of_which_nothing_is_known_is_refused(loop: str) -> None:
    said = refused(BEGIN + loop)
    assert "except" in said
    assert "exception is caught here" in said


@pytest.mark.parametrize(
    ("loop", "notes"),
    [
        ("    try:\n        STEPS\n    except KeyboardInterrupt:\n        break\n", 0),
        ("    try:\n        STEPS\n    except RuntimeError as e:\n        print(e)\n        raise\n", 0),
        (
            "    try:\n        STEPS\n    except RuntimeError:\n        optimizer.zero_grad()\n"
            "        model.train()\n        continue\n",
            1,
        ),
        # Tried once more: the same happens.
        ("    try:\n        optimizer.step()\n    except RuntimeError:\n        optimizer.step()\n    scheduler.step()\n", 0),
        ("    try:\n        x = batch['x']\n        STEPS\n    except KeyError:\n        continue\n", 1),
        ("    try:\n        x = next(it)\n    except StopIteration:\n        it = iter(data)\n    optimizer.step()\n    scheduler.step()\n", 0),
        ("    optimizer.step()\n    scheduler.step()\n    try:\n        save(model)\n    except OSError:\n        failed += 1\n        print(failed)\n", 0),
    ],
)  # fmt: skip
def test_a_handler_that_leaves_the_rate_alone_is_harmless(loop: str, notes: int) -> None:
    text = f"{BEGIN}failed = 0\nfor i in range(300):\n{loop.replace('STEPS', STEPS)}"
    (reading,) = drawn(text)
    assert reading.schedule([0, 1, 2]).tolist() == pytest.approx([0.1, 0.05, 0.025])
    assert reading.horizon == 300
    assert sum("may skip an update" in note for note in reading.notes) == notes


@pytest.mark.parametrize(
    ("loop", "rates", "updates"),
    [
        # The end of an iterator ends the loop, the turn, the function; a default, a class of one's own.
        (
            "for epoch in range(3):\n    it = iter(range(2))\n    while True:\n        try:\n            next(it)\n"
            "        except StopIteration:\n            break\n        optimizer.step()\n    scheduler.step()\n",
            [0.1, 0.1, 0.05, 0.05, 0.025, 0.025],
            6,
        ),
        (
            "it = iter(range(2))\nfor i in range(6):\n    try:\n        next(it)\n    except StopIteration:\n"
            "        it = iter(range(2))\n        continue\n    optimizer.step()\n    scheduler.step()\n",
            [0.1, 0.05, 0.025, 0.0125],
            4,
        ),
        (
            "def epoch(it):\n    for _ in range(3):\n        try:\n            next(it)\n"
            "        except StopIteration:\n            return False\n        optimizer.step()\n    return True\n"
            "for i in range(2):\n    if not epoch(iter(range(2))):\n        scheduler.step()\n",
            [0.1, 0.1, 0.05, 0.05],
            4,
        ),
        (
            "it = iter(range(2))\nfor i in range(6):\n    if next(it, None) is None:\n        it = iter(range(2))\n"
            "        next(it)\n        scheduler.step()\n    optimizer.step()\n",
            [0.1, 0.1, 0.05, 0.05, 0.025, 0.025],
            6,
        ),
        (
            "class Cycle:\n    def __init__(self):\n        self.it, self.epoch = iter(range(2)), 0\n"
            "    def __next__(self):\n        try:\n            return next(self.it)\n"
            "        except StopIteration:\n            self.epoch += 1\n            self.it = iter(range(2))\n"
            "            return next(self.it)\ncycle, seen = Cycle(), 0\nfor i in range(6):\n    next(cycle)\n"
            "    if cycle.epoch != seen:\n        seen = cycle.epoch\n        scheduler.step()\n    optimizer.step()\n",
            [0.1, 0.1, 0.05, 0.05, 0.025, 0.025],
            6,
        ),
    ],
)
def test_where_an_iterator_runs_out_is_followed(loop: str, rates: list[float], updates: int) -> None:
    found = one(BEGIN + loop)
    each = found.steps_per_epoch or 1
    assert [float(found.schedule(i // each)) for i in range(len(rates))] == pytest.approx(rates)
    assert found.horizon is not None
    assert found.horizon * each == updates


@pytest.mark.parametrize("block", ["with nullcontext():", "try:"])
@pytest.mark.parametrize(("way_out", "updates"), [("continue", 8), ("break", 2)])
def test_a_way_out_of_a_block_skips_what_is_behind_the_block(block: str, way_out: str, updates: int) -> None:
    caught = "    except RuntimeError:\n        pass\n" if block == "try:" else ""
    loop = (
        f"for i in range(12):\n    {block}\n        if i % 3 == 2:\n            {way_out}\n        x = 1\n{caught}"
        "    optimizer.step()\n    scheduler.step()\n"
    )
    assert one(BEGIN + loop).horizon == updates
