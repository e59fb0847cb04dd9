"""Calls of packages that CI does not install, against figures stored from the real schedulers.

The figures are those of paddlepaddle 3.3.1 (``paddle/optimizer/lr.py``), deepspeed 0.19.8
(``deepspeed/runtime/lr_schedules.py``), mosaicml 0.32.1 (``composer/optim/scheduler.py``), diffusers 0.42.1
(``diffusers/optimization.py``), colossalai 0.5.0 (``colossalai/nn/lr_scheduler``), katsura's
cosine_annealing_warmup and mmcv's 1.x branch (``mmcv/runner/hooks/lr_updater.py``). Each file was taken out
of its package and run on its own with torch 2.13, behind stand-ins for what it imports: Paddle's schedulers
stepped and called, DeepSpeed's stepped after each update of a torch Adam, Composer's asked at each batch
with a ``max_duration`` of the case's steps, mmcv's hooks called before each epoch and step.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lrplot.clock import Clock
from lrplot.errors import LrplotError
from lrplot.frameworks.texts import read, read_mapping
from lrplot.python.reading import Reading
from lrplot.schedules.base import Context

CASES = json.loads((Path(__file__).parent / "elsewhere.json").read_text())


def reading(call: str, lr: float | None = 0.2, steps: int | None = 60, each: int | None = None) -> Reading:
    (found,) = read(call, "call", Context(lr, steps, Clock(steps, each)))
    return found


@pytest.mark.parametrize("case", CASES, ids=[case["call"] for case in CASES])
def test_the_curve_is_the_frameworks(case: dict[str, Any]) -> None:
    found = reading(case["call"], case["lr"], case["steps"], case["steps_per_epoch"])
    expected = np.array(case["rates"])
    assert found.framework == case["framework"]
    assert np.abs(found.schedule.table(case["steps"]) - expected).max() <= 1e-9 * expected.max()


PADDLE = "paddle.optimizer.lr."


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (PADDLE + "NoamDecay(0, 10)", "d_model should be greater than 0"),
        (PADDLE + "NoamDecay(64, 0)", "it must be > 0, got 0"),
        (PADDLE + "PiecewiseDecay([], [0.1])", "The boundaries cannot be empty."),
        (PADDLE + "PiecewiseDecay([5], [0.1])", "one more element than boundaries"),
        (PADDLE + "NaturalExpDecay(0.1, 0)", "'gamma' must be a positive number"),
        (PADDLE + "ExponentialDecay(0.1, 1.0)", "in interval (0.0, 1.0)"),
        (PADDLE + "PolynomialDecay(0.1, 0)", "'decay_steps' must be a positive integer, got 0"),
        (PADDLE + "PolynomialDecay(0.1, 10, power=0)", "'power' must be greater than 0.0"),
        (PADDLE + "LinearWarmup(0.1, 5, 0.2, 0.1)", "end_lr 0.1 must be greater than start_lr 0.2"),
        (PADDLE + "LinearWarmup(StepLR(o, 3), 5, 0, 0.1)", "got another framework's StepLR"),
        (PADDLE + "MultiStepDecay(0.1, [20, 10])", "The elements of milestones must be incremented"),
        (PADDLE + "StepDecay(0.1, 3, gamma=1.0)", "gamma should be < 1.0."),
        (PADDLE + "StepDecay(-0.1, 3)", "Invalid learning rate: -0.1"),
        (PADDLE + "StepDecay(0.1, 3, last_epoch=5)", "last_epoch resumes a run"),
        (PADDLE + "CosineAnnealingWarmRestarts(0.1, 0)", "Expected positive integer T_0, but got 0"),
        (PADDLE + "OneCycleLR(0.1, 10, phase_pct=1)", "must be a float between 0 and 1"),
        (PADDLE + "OneCycleLR(0.1, 10, phase_pct=0.1)", "a phase of no length"),
        (PADDLE + "OneCycleLR(0.1, 10, phase_pct=0.5, three_phase=True)", "must be less than 0.5"),
        (PADDLE + "CyclicLR(0.1, 0.2, 4, mode='square')", "'mode' is invalid"),
        (PADDLE + "LinearLR(0.1, 10, start_factor=0)", "`start_factor` must be greater than 0"),
        (PADDLE + "ReduceOnPlateau(0.1)", "reacts to a metric"),
        ("WarmupLR(optimizer, warmup_num_steps=0)", "warmup_num_steps must be a positive integer, got 0"),
        ("WarmupLR(SGD(net.parameters(), lr=0.1), [0.1, 0.2])", "2 parameter groups"),
        ("WarmupLR(optimizer, -0.1)", "below 0"),
        ("WarmupLR(optimizer, last_batch_iteration=7)", "last_batch_iteration resumes a run"),
        ("WarmupDecayLR(optimizer, 'many')", "must be a number, got 'many'"),
        ("LRRangeTest(optimizer, lr_range_test_step_size=0)", "must be a positive integer, got 0"),
        ("OneCycle(optimizer, 0, 0.1, cycle_first_step_size=0)", "cycle_first_step_size must be positive"),
        ("OneCycle(optimizer, 0, 0.1, cycle_second_step_size=-1)", "must be non-negative"),
        ("OneCycle(optimizer, 0, 0.1, cycle_first_stair_count=20000)", "20000 stairs"),
        ("StepScheduler(30)", "is a time with its unit, got 30"),
        ("StepScheduler('30')", "Invalid time string: 30"),
        ("StepScheduler('1h30m')", "Wall clock time not an allowed time unit."),
        ("StepScheduler('0.5ep')", "value 0.5 is not an integer"),
        ("StepScheduler('512sp')", "counts samples"),
        ("StepScheduler('0ba')", "Composer divides by it"),
        ("StepScheduler('5ba', -0.1)", "makes rates below 0"),
        ("LinearScheduler(alpha_f=-1)", "alpha_f -1 makes rates below 0"),
        (
            "CosineAnnealingWithWarmupScheduler('5ba', '59ba')",
            "must be greater than or equal to max_duration 60ba",
        ),
        ("CosineAnnealingWarmRestartsScheduler('10ba', 0.5)", "decayed to 0 at step 18"),
        ("PolynomialScheduler(-1)", "divides by zero"),
    ],
)
def test_what_the_framework_refuses_is_refused(call: str, said: str) -> None:
    with pytest.raises(LrplotError) as error:
        reading(call)
    assert said in str(error.value)


def test_a_config_of_deepspeed_needs_no_optimizer() -> None:
    mapping = {"type": "WarmupLR", "params": {"warmup_max_lr": 0.4, "warmup_num_steps": 2}}
    found = read_mapping(mapping, "ds.json", Context(None, None, Clock()))
    assert found is not None
    assert found.schedule([0, 1, 2, 9]).tolist() == [0, 0, 0.4, 0.4]


def test_deepspeeds_warmup_goes_to_the_optimizers_rate_unless_told() -> None:
    call = "WarmupLR(torch.optim.Adam(p, lr=0.3), warmup_num_steps=4)"
    assert reading(call, lr=None).schedule(50) == 0.3
    assert reading(call, lr=0.5).schedule(50) == 0.5
    with pytest.raises(LrplotError, match="no base rate"):
        reading("WarmupLR(optimizer)", lr=None)


def test_a_share_of_a_run_of_no_known_length_is_refused() -> None:
    with pytest.raises(LrplotError, match="'1dur' of what"):
        reading("LinearScheduler()", steps=None)


def test_composers_schedulers_need_a_base_rate() -> None:
    with pytest.raises(LrplotError, match="no base rate"):
        reading("StepScheduler('5ba')", lr=None)


def test_composers_notes_tell_what_is_cut_off() -> None:
    assert any(
        "'10ep' Composer would make it 29" in n
        for n in reading("StepScheduler('0.29dur')", 0.2, 100, 10).notes
    )
    assert any("0 batches: no warm-up" in n for n in reading("LinearWithWarmupScheduler('0.01dur')").notes)
    assert any("an epoch is drawn as one step" in n for n in reading("StepScheduler('5ep')").notes)


def test_composers_times_on_a_clock_of_epochs() -> None:
    around = Context(0.2, 9, Clock(90, 10).by_epoch())
    (found,) = read("LinearScheduler(t_max='40ba')", "call", around)
    assert found.schedule([0, 2, 4, 8]).round(12).tolist() == [0.2, 0.1, 0, 0]
    with pytest.raises(LrplotError, match="no whole number of epochs"):
        read("LinearScheduler(t_max='45ba')", "call", around)
