"""What DeepSpeed's JSON, Detectron2's lazy configs and tagged YAML say of the rate."""

from pathlib import Path
from typing import Any

import pytest

from lrplot import parse
from lrplot.curve import summarise
from lrplot.document.overrides import Overrides
from lrplot.document.tree import read
from lrplot.errors import LrplotError, SpecError
from lrplot.schedules.constant import Constant
from lrplot.schedules.linear import Linear
from lrplot.schedules.sequence import Sequence as Phases
from lrplot.sources.reference import load

WARMUP = (
    '{"optimizer": {"type": "AdamW", "params": {"lr": 5e-7}}, "scheduler": %s, "bf16": {"enabled": true}}'
)


def deepspeed(folder: Path, text: str, **settings: str) -> Any:
    path = folder / "ds.json"
    path.write_text(text)
    return load(str(path), Overrides(settings=settings))[0]


# The real DeepSpeed 0.19.8 (deepspeed#7303): two updates at 0, then the optimizer's rate.
def test_the_optimizers_rate_is_the_base(tmp_path: Path) -> None:
    run = deepspeed(tmp_path, WARMUP % '{"type": "WarmupLR", "params": {"warmup_num_steps": 1}}', steps="20")
    assert run.schedule([0, 1, 2, 3, 19]).tolist() == [0, 0, 5e-7, 5e-7, 5e-7]
    assert summarise(run.schedule, 20).warmup.value == 2


def test_auto_is_filled_as_the_trainer_does(tmp_path: Path) -> None:
    params = '"total_num_steps": "auto", "warmup_min_lr": "auto", "warmup_max_lr": "auto"'
    params += ', "warmup_num_steps": 5, "warmup_type": "linear"'
    text = WARMUP % f'{{"type": "WarmupDecayLR", "params": {{{params}}}}}'
    run = deepspeed(tmp_path, text, steps="25")
    # One update late, up to the optimizer's rate in 5 steps, and down to 0 in the other 20.
    assert run.schedule([0, 1, 6, 16]).tolist() == pytest.approx([0, 0, 5e-7, 2.5e-7])


@pytest.mark.parametrize(
    ("text", "settings", "said"),
    [
        (
            WARMUP
            % '{"type": "WarmupDecayLR", "params": {"total_num_steps": "auto", "warmup_num_steps": "auto"}}',
            {},
            "give --steps N --set schedule.params.warmup_num_steps=N",
        ),
        (
            WARMUP % '{"type": "WarmupLR", "params": {"warmup_num_steps": "auto"}}',
            {"steps": "9"},
            "'auto' is for Transformers' Trainer, which fills warmup_num_steps with its warmup_steps",
        ),
        (
            WARMUP.replace("5e-7", '"auto"') % '{"type": "WarmupLR", "params": {"warmup_num_steps": 3}}',
            {"steps": "9"},
            "lr must be a number, got 'auto'; Transformers' Trainer fills it",
        ),
        (
            WARMUP % '{"type": "WarmupLR", "params": {"warmup_num_steps": "x"}}',
            {},
            "must be a number, got 'x'",
        ),
    ],
)
def test_an_auto_that_nothing_fills_is_asked_for(
    tmp_path: Path, text: str, settings: dict[str, str], said: str
) -> None:
    with pytest.raises(LrplotError) as error:
        deepspeed(tmp_path, text, **settings)
    assert said in str(error.value)


# By fvcore's formula: milestones 163889 and 177546 of 184375 updates, the first 250 of them warm-up.
def test_a_lazy_config_is_read_over_its_own_updates() -> None:
    run = parse(
        "from fvcore.common.param_scheduler import MultiStepParamScheduler\n"
        "from detectron2.config import LazyCall as L\n"
        "from detectron2.solver import WarmupParamScheduler\n"
        "lr_multiplier = L(WarmupParamScheduler)(scheduler=L(MultiStepParamScheduler)(values=[1.0, 0.1, 0.01], "
        "milestones=[163889, 177546], num_updates=184375), warmup_length=250 / 184375, warmup_factor=0.001)\n"
    )
    assert run.steps == 184_375
    found = run.schedule([0, 125, 250, 163_888, 163_889, 177_546])
    assert found.tolist() == pytest.approx([0.001, 0.5005, 1, 1, 0.1, 0.01])


def test_a_multipliers_max_iter_is_the_horizon() -> None:
    run = parse("LRMultiplier(SGD(p, lr=0.1), multiplier=CosineParamScheduler(1.0, 0.0), max_iter=50)")
    assert run.steps == 50
    assert run.schedule(25) == pytest.approx(0.05)


def test_a_share_of_training_asks_for_the_length() -> None:
    with pytest.raises(
        LrplotError, match="is a function of the share of training that is done; say how long"
    ):
        parse("CosineParamScheduler(1.0, 0.1)")
    assert parse("CosineParamScheduler(1.0, 0.0)", steps=40).schedule(20) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!float 1e-4", 1e-4),
        ("!!float 3", 3.0),
        ('!!float "1e-4"', 1e-4),
        ("!!int 30", 30),
        ("!!bool true", True),
        ("!!str 30", "30"),
    ],
)
def test_a_tag_says_what_a_scalar_is(text: str, value: Any) -> None:
    node = read(f"a: {text}", "it").entries["a"]
    assert node.value == value
    assert type(node.value) is type(value)


@pytest.mark.parametrize("text", ["!!int 1e3", "!!float x", "!!bool 1", "!!python/object:os.system {}"])
def test_a_tag_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match=r"is not what its tag says it is|is not read"):
        read(f"a: {text}", "it")


@pytest.mark.parametrize(("held", "steps"), [(0.01, 13), (0.1, 0)])
def test_a_low_rate_held_before_the_rise_is_warm_up(held: float, steps: int) -> None:
    rise = Linear(lr=0.01, end_lr=0.1, T_max=8)
    assert summarise(Phases(parts=(Constant(lr=held), rise), lengths=(5,)), 50).warmup.value == steps
