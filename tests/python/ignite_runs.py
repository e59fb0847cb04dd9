"""Runs of ignite's engine over four batches an epoch, with the rate of each update worked out by hand."""

from dataclasses import dataclass

BEGIN = """
import torch
from ignite.engine import Engine, Events, create_supervised_trainer
from ignite.handlers import PiecewiseLinear
from ignite.handlers.param_scheduler import LRScheduler
from torch.optim.lr_scheduler import ExponentialLR, StepLR

model = torch.nn.Linear(1, 1)
loader = [0] * 4
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def update(engine, batch):
    optimizer.step()


trainer = Engine(update)
"""
_HALVES = "scheduler = ExponentialLR(optimizer, 0.5)\n"
_RAMP = 'ramp = PiecewiseLinear(optimizer, "lr", [(0, 0.0), (4, 0.4)])\n'
_BY_HAND = "    for group in optimizer.param_groups:\n        group['lr'] = {}\n"


@dataclass(frozen=True)
class Case:
    name: str
    text: str
    rates: tuple[float, ...]

    @property
    def whole(self) -> str:
        return BEGIN + self.text


def _epochs(*rates: float) -> tuple[float, ...]:
    return tuple(rate for rate in rates for _ in range(4))


CASES = (
    Case(
        "a decorated function at the end of an epoch",
        f"{_HALVES}@trainer.on(Events.EPOCH_COMPLETED)\ndef down(engine):\n    scheduler.step()\n\n"
        "@trainer.on(Events.ITERATION_COMPLETED(every=2))\ndef log(engine):\n    print(engine.state.output)\n\n"
        "trainer.run(loader, max_epochs=3)\n",
        _epochs(0.1, 0.05, 0.025),
    ),
    Case(
        "a lambda that is not given the engine, after each batch",
        f"{_HALVES}trainer.add_event_handler(Events.ITERATION_COMPLETED, lambda: scheduler.step())\n"
        "trainer.run(loader, max_epochs=1)\n",
        (0.1, 0.05, 0.025, 0.0125),
    ),
    Case(
        "every third batch, whatever the epoch",
        f"{_HALVES}trainer.add_event_handler(Events.ITERATION_COMPLETED(every=3), lambda e: scheduler.step())\n"
        "trainer.run(loader, max_epochs=2)\n",
        (0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025),
    ),
    Case(
        "between two batches, and by a filter of one's own",
        f"{_HALVES}trainer.add_event_handler(Events.ITERATION_COMPLETED(after=1, before=4), lambda: scheduler.step())\n"
        "trainer.add_event_handler(Events.ITERATION_STARTED(event_filter=lambda e, i: i == 6), lambda: scheduler.step())\n"
        "trainer.run(loader, max_epochs=2)\n",
        (0.1, 0.1, 0.05, 0.025, 0.025, 0.0125, 0.0125, 0.0125),
    ),
    Case(
        "once, at the beginning of the second epoch",
        "@trainer.on(Events.EPOCH_STARTED(once=2))\ndef down():\n" + _BY_HAND.format("0.01") + "\n"
        "trainer.run(loader, max_epochs=3)\n",
        _epochs(0.1, 0.01, 0.01),
    ),
    Case(
        "a rate of the engine's own count of epochs",
        "@trainer.on(Events.EPOCH_STARTED | Events.COMPLETED)\ndef down(engine):\n"
        + _BY_HAND.format("1 / engine.state.epoch")
        + "\ntrainer.run(loader, max_epochs=3)\n",
        _epochs(1.0, 1 / 2, 1 / 3),
    ),
    Case(
        "ignite's own scheduler before each batch",
        f"{_RAMP}trainer.add_event_handler(Events.ITERATION_STARTED, ramp)\ntrainer.run(loader, max_epochs=2)\n",
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.4, 0.4, 0.4),
    ),
    Case(
        "ignite's own scheduler after each batch finds the optimizer's rate first",
        f"{_RAMP}trainer.add_event_handler(Events.ITERATION_COMPLETED, ramp)\ntrainer.run(loader, max_epochs=1)\n",
        (0.1, 0.0, 0.1, 0.2),
    ),
    Case(
        "ignite's own scheduler every second batch",
        f"{_RAMP}trainer.add_event_handler(Events.ITERATION_STARTED(every=2), ramp)\n"
        "trainer.run(loader, max_epochs=1)\n",
        (0.1, 0.0, 0.0, 0.1),
    ),
    Case(
        "PyTorch's scheduler in ignite's, before each epoch",
        "trainer.add_event_handler(Events.EPOCH_STARTED, LRScheduler(StepLR(optimizer, 2)))\n"
        "trainer.run(loader, max_epochs=4)\n",
        _epochs(0.1, 0.1, 0.01, 0.01),
    ),
    Case(
        "an evaluator that is run in each epoch steps it",
        f"{_HALVES}evaluator = Engine(lambda engine, batch: 0)\n"
        "evaluator.add_event_handler(Events.COMPLETED, lambda: scheduler.step())\n"
        "trainer.add_event_handler(Events.EPOCH_COMPLETED, lambda: evaluator.run(loader))\n"
        "trainer.run(loader, max_epochs=2)\n",
        _epochs(0.1, 0.05),
    ),
    Case(
        "an epoch's length that the run is told, and methods of an object",
        "class Task:\n    def __init__(self):\n        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.8)\n"
        "        self.scheduler = StepLR(self.optimizer, 1, 0.5)\n        self.engine = Engine(self.update)\n"
        "        self.engine.add_event_handler(Events.EPOCH_COMPLETED, self.down, 2)\n"
        "    def update(self, engine, batch):\n        self.optimizer.step()\n"
        "    def down(self, engine, times):\n        for _ in range(times):\n            self.scheduler.step()\n"
        "Task().engine.run(loader, max_epochs=2, epoch_length=3)\n",
        (0.8, 0.8, 0.8, 0.2, 0.2, 0.2),
    ),
    Case(
        "a supervised trainer that updates in every second batch",
        "data = [(torch.zeros(1, 1), torch.zeros(1, 1))] * 4\n"
        "trainer = create_supervised_trainer(\n    model, optimizer, lambda a, b: (a - b).sum(), gradient_accumulation_steps=2\n)\n"
        f"{_RAMP}trainer.add_event_handler(Events.ITERATION_STARTED, ramp)\ntrainer.run(data, max_epochs=1)\n",
        (0.1, 0.3),
    ),
)
