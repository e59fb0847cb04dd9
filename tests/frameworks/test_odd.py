"""Rare arguments of the frameworks' calls."""

import pytest
from frameworks.odd_cases import BROKEN_WARMUPS, RATES, REFUSED
from frameworks.other_cases import draw

from lrplot.clock import Clock
from lrplot.errors import LrplotError
from lrplot.frameworks.texts import read
from lrplot.schedules.base import Context


@pytest.mark.parametrize(("framework", "call", "each", "rates"), RATES, ids=[row[1] for row in RATES])
def test_the_rates_are_the_frameworks(
    framework: str, call: str, each: int | None, rates: tuple[float, ...]
) -> None:
    assert framework
    assert draw(call, len(rates), 0.3, each).tolist() == pytest.approx(rates, rel=1e-7)


@pytest.mark.parametrize(("call", "said"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_the_framework_or_its_curve_does_not_allow_is_refused(call: str, said: str) -> None:
    with pytest.raises(LrplotError) as error:
        read(call, "call", Context(0.3, 60, Clock(60)))
    assert said in str(error.value)


def test_what_import_star_brings_is_its_frameworks() -> None:
    text = "from torch.optim.lr_scheduler import *\nCosineAnnealingLR(opt, 10)"
    (found,) = read(text, "call", Context(0.3, 60, Clock(60)))
    assert found.framework == "pytorch"
    assert not any("also a name of" in note for note in found.notes)


@pytest.mark.parametrize(
    ("imported", "framework"),
    [
        ("from mmengine.optim import StepLR\nfrom torch.optim.lr_scheduler import *\n", "pytorch"),
        ("from mmengine.optim import StepLR\nfrom torch.nn import *\n", "mmengine"),
        ("from torch.optim.lr_scheduler import *\nfrom mmengine.optim import StepLR\n", "mmengine"),
    ],
)
def test_of_two_imports_of_a_name_the_later_one_counts_where_its_module_has_it(
    imported: str, framework: str
) -> None:
    (found,) = read(imported + "StepLR(opt, 10)", "call", Context(0.3, 60, Clock(60)))
    assert found.framework == framework


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        (
            "torch.optim.lr_scheduler.LinearLR(o, total_iters=7.0)",
            "torch.optim.lr_scheduler.LinearLR(o, total_iters=7)",
        ),
        ("PolynomialLR(o, 1e1)", "PolynomialLR(o, 10)"),
        (
            "SequentialLR(o, [LinearLR(o), StepLR(o, 2.0)], [3.0])",
            "SequentialLR(o, [LinearLR(o), StepLR(o, 2)], [3])",
        ),
        ("linear_onecycle_schedule(1e3, 5)", "linear_onecycle_schedule(1000, 5)"),
        ("warmup_cosine_decay_schedule(0., 1., 2.0, 8.0)", "warmup_cosine_decay_schedule(0., 1., 2, 8)"),
        (
            "CosineDecay(.3, 4, warmup_target=1., warmup_steps=2.0)",
            "CosineDecay(.3, 4, warmup_target=1., warmup_steps=2)",
        ),
        (
            "create_scheduler_v2(o, num_epochs=10.0, warmup_epochs=2.0)",
            "create_scheduler_v2(o, num_epochs=10, warmup_epochs=2)",
        ),
        ("LinearCyclicalScheduler(o, 'lr', 1, .1, 4.0)", "LinearCyclicalScheduler(o, 'lr', 1, .1, 4)"),
        ("mmengine.optim.StepLR(o, 2.0)", "mmengine.optim.StepLR(o, 2)"),
        ("get_wsd_schedule(o, 3.0, 4.0, 12.0)", "get_wsd_schedule(o, 3, 4, 12)"),
    ],
)
def test_a_whole_number_may_be_written_as_a_float_where_the_framework_takes_it(
    written: str, whole: str
) -> None:
    (one,) = read(written, "call", Context(0.3, 60, Clock(60)))
    (other,) = read(whole, "call", Context(0.3, 60, Clock(60)))
    assert one.schedule == other.schedule


@pytest.mark.parametrize(
    "call",
    [
        "CosineAnnealingWarmRestarts(o, 7.0)",
        "torch.optim.lr_scheduler.OneCycleLR(o, 1, total_steps=61.0)",
        "SWALR(o, .1, 3.0)",
        "create_lr_scheduler_with_warmup(ExponentialLR(o, .9), 0.1, 4.0)",
        "torch.optim.lr_scheduler.LinearLR(o, total_iters=7.5)",
        "get_wsd_schedule(o, 2.5, 4, 12)",
    ],
)
def test_where_the_framework_wants_an_int_or_the_number_is_broken_it_is_refused(call: str) -> None:
    with pytest.raises(LrplotError, match="must be a whole number"):
        read(call, "call", Context(0.3, 60, Clock(60)))


def test_a_step_size_between_whole_numbers_acts_where_a_step_is_a_multiple_of_it() -> None:
    (found,) = read("StepLR(o, 100 / 3)", "call", Context(0.3, 60, Clock(60)))
    assert set(found.schedule.table(60).tolist()) == {0.3}
    assert any("33.333333333333336: every 4691249611844267 steps" in note for note in found.notes)


@pytest.mark.parametrize(("call", "rates"), BROKEN_WARMUPS, ids=[row[0] for row in BROKEN_WARMUPS])
def test_a_warmup_may_end_between_two_steps(call: str, rates: tuple[float, ...]) -> None:
    assert draw(call, len(rates), 0.3).tolist() == pytest.approx(rates, rel=1e-8)


def test_a_warmup_between_two_steps_before_hard_restarts_is_refused() -> None:
    with pytest.raises(LrplotError, match="num_warmup_steps must be a whole number"):
        draw("get_cosine_with_hard_restarts_schedule_with_warmup(optimizer, 2.5, 9)", 9, 0.3)


@pytest.mark.parametrize(
    ("call", "rates"),
    [
        ("StepLR(o, np.int64(2))", (0.3, 0.3, 0.03)),
        ("torch.optim.lr_scheduler.ExponentialLR(o, gamma=True)", (0.3, 0.3)),
        (
            "o = SGD([{'params': a}, {'params': b, 'lr': 0.1}], lr=0.3)\nSWALR(o, [0.05, 0.01], 2, 'linear')",
            (0.3, 0.175),
        ),
        ("SWALR(o, [0.05], 2, 'linear')", (0.3, 0.175, 0.05)),
    ],
)
def test_numbers_are_read_as_python_counts_them(call: str, rates: tuple[float, ...]) -> None:
    assert draw(call, len(rates), 0.3).tolist() == pytest.approx(rates)


def test_a_float32_is_the_number_that_it_holds() -> None:
    assert (
        draw("torch.optim.lr_scheduler.CosineAnnealingLR(o, 1, np.float32(0.1))", 2, 0.3)[1]
        == 0.10000000149011612
    )
