"""Habits of well-known training scripts, retyped short; the expected rates are hand arithmetic."""

import pytest

from lrplot.clock import Clock
from lrplot.errors import NotationError
from lrplot.notations.reading import Reading, read
from lrplot.schedules.base import Surroundings


def drawn(text: str, let: dict[str, str] | None = None, each: int | None = None) -> tuple[Reading, ...]:
    return read(text, "it", Surroundings(None, None, Clock(each)), assumed_lr=0.1, bindings=let)


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
        "for epoch in range(400):\n    x = train(epoch) if True else train(0)",
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
        "losses = {epoch: train(epoch) for epoch in range(40)}",
        "for epoch in range(40):\n    x = train(epoch) if verbose else train(epoch)",
        "for epoch in range(40):\n    del seen[train(epoch)]",
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
