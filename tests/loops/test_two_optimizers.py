"""Several optimizers in one text, as of a GAN: each curve stands over the updates of its own."""

import numpy as np
import pytest

import lrplot
from lrplot.document.overrides import Overrides
from lrplot.sources.reference import load

MADE = (
    "opt_G, opt_D = Adam(G.parameters(), lr=0.2), Adam(D.parameters(), lr=0.4)\n"
    "sched_G, sched_D = StepLR(opt_G, 2, 0.5), StepLR(opt_D, 2, 0.5)\n"
)
CRITIC = (
    "for epoch in range(5):\n    for i in range(6):\n        opt_D.step()\n        if i % 3 == 0:\n"
    "            opt_G.step()\n"
)
EACH_BATCH = "for epoch in range(5):\n    for x in loader:\n        opt_D.step()\n        opt_G.step()\n"


def rates(loop: str) -> dict[str, np.ndarray]:
    return {run.label: run.schedule(np.arange(run.steps)) for run in load(MADE + loop)}


def test_a_generator_stepped_less_often_has_fewer_updates_an_epoch() -> None:
    """Two updates an epoch beside six: torch 2.13 halves G's rate before its update 4, D's before its update 12."""
    found = rates(CRITIC + "    sched_G.step()\n    sched_D.step()\n")
    assert found["sched_G"][[3, 4, 8]].tolist() == [0.2, 0.1, 0.05]
    assert found["sched_D"][[11, 12, 24]].tolist() == [0.4, 0.2, 0.1]


def test_one_stepped_every_update_does_not_hurry_the_other() -> None:
    found = rates(CRITIC + "            sched_G.step()\n    sched_D.step()\n")
    assert found["sched_G"][[1, 2, 4]].tolist() == [0.2, 0.1, 0.05]
    assert found["sched_D"][[11, 12, 24]].tolist() == [0.4, 0.2, 0.1]


def test_how_long_an_epoch_is_is_asked_for_where_only_one_counts_epochs() -> None:
    loop = EACH_BATCH + "        sched_G.step()\n    sched_D.step()\n"
    with pytest.raises(lrplot.LrplotError, match=r"sched_D.*--steps-per-epoch"):
        rates(loop)


def test_where_all_count_epochs_they_are_drawn_over_epochs() -> None:
    loop = EACH_BATCH + "    sched_G.step()\n    sched_D.step()\n"
    assert {label: len(each) for label, each in rates(loop).items()} == {"sched_G": 5, "sched_D": 5}


def test_the_shorter_training_is_held_where_its_schedule_ends() -> None:
    """OneCycleLR has no step 6; beside a run of 9 steps it was refused as if it were asked for one."""
    script = (
        "def run(steps):\n    optimizer = SGD(params, lr=0.1)\n"
        "    scheduler = OneCycleLR(optimizer, 0.1, total_steps=steps + 1)\n"
        "    for i in range(steps):\n        optimizer.step()\n        scheduler.step()\n"
        "run(5)\nrun(9)\n"
    )
    shorter, longer = load(script)
    assert shorter.steps == longer.steps == 9
    assert shorter.schedule(8) == shorter.schedule(4) != longer.schedule(4)


def test_an_axis_of_epochs_is_told_and_gone_once_an_epochs_updates_are_given() -> None:
    loop = EACH_BATCH + "    sched_G.step()\n    sched_D.step()\n"
    told = [note for run in load(MADE + loop) for note in run.notes]
    assert any("drawn over epochs" in note and "--steps-per-epoch" in note for note in told)
    runs = load(MADE + loop, Overrides(settings={"steps_per_epoch": "3"}))
    assert not [note for run in runs for note in run.notes if "drawn over epochs" in note]
    assert {run.steps for run in runs} == {15}
