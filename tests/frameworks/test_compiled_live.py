"""A compiled schedule as the function of PyTorch's LambdaLR. Run with: pytest -m live"""

import io
from typing import Any

import pytest
from examples import EXAMPLES, REACTING, make

from lrplot.schedules.base import Schedule

pytestmark = pytest.mark.live

STEPS = 300
PLANNED = {name: schedule for name, schedule in EXAMPLES.items() if name not in REACTING}


def training(function: Any, base: float) -> tuple[Any, Any]:
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, function)


def trained(optimizer: Any, scheduler: Any, steps: int) -> list[float]:
    """The rates of so many updates."""
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize("schedule", PLANNED.values(), ids=PLANNED.keys())
def test_lambda_lr_trains_at_the_rates_of_the_schedule(schedule: Schedule) -> None:
    rate = schedule.compile(STEPS)
    expected = schedule(range(STEPS)).tolist()
    assert trained(*training(rate, 1.0), STEPS) == expected
    assert trained(*training(lambda step: rate(step) / 0.25, 0.25), STEPS) == expected


def test_a_checkpoint_holds_numbers_alone_and_resumes() -> None:
    import torch

    schedule = make("cosine", lr=0.1, T_max=300.0)
    optimizer, scheduler = training(schedule.compile(STEPS), 1.0)
    trained(optimizer, scheduler, 120)
    written = io.BytesIO()
    torch.save({"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}, written)
    written.seek(0)
    saved = torch.load(written, weights_only=True)
    optimizer, scheduler = training(schedule.compile(STEPS), 1.0)
    optimizer.load_state_dict(saved["optimizer"])
    scheduler.load_state_dict(saved["scheduler"])
    assert trained(optimizer, scheduler, 180) == schedule(range(120, 300)).tolist()
