"""Schedulers of PyTorch built on a group that was trained before: the stored rates, and what is refused."""

import pytest
from frameworks.resumed_cases import CASES, KEPT, OF_ONE_CYCLE, script

from lrplot.errors import LrplotError
from lrplot.sources.reference import load


@pytest.mark.parametrize(("entries", "lr", "call", "rates"), CASES, ids=[f"{c[2]} {c[1]}" for c in CASES])
def test_a_scheduler_goes_on_from_what_it_finds_as_pytorch_does(
    entries: str, lr: float, call: str, rates: tuple[float, ...]
) -> None:
    (run,) = load(script(entries, lr, call, len(rates)))
    assert run.schedule.table(len(rates)).tolist() == pytest.approx(rates, rel=1e-9, abs=1e-15)


def test_where_the_rate_found_is_not_its_own_it_is_said() -> None:
    (run,) = load(script(KEPT, 0.243, "ExponentialLR(opt, 0.9, last_epoch=2)", 4))
    assert any("goes on from the rate it finds in the optimizer, 0.243" in note for note in run.notes)
    (run,) = load(script(KEPT, 0.2187, "ExponentialLR(opt, 0.9, last_epoch=2)", 4))
    assert not any("goes on from" in note for note in run.notes)


def test_an_initial_rate_that_the_text_puts_there_counts() -> None:
    text = script("'weight_decay': 0.0", 0.1, "ExponentialLR(opt, 0.9, last_epoch=2)", 3)
    kept = "for g in opt.param_groups:\n    g.setdefault('initial_lr', g['lr'])\n"
    (run,) = load(text.replace("s = ", kept + "s = "))
    assert run.schedule.table(3).tolist() == pytest.approx([0.1, 0.09, 0.081])


@pytest.mark.parametrize(
    ("entries", "call", "said"),
    [
        ("'lr': 0.3", "LambdaLR(opt, lambda e: 0.9, last_epoch=2)", "wants 'initial_lr' in all"),
        (KEPT, "OneCycleLR(opt, 1.0, 10, last_epoch=0)", "takes 'initial_lr' from"),
        (OF_ONE_CYCLE, "OneCycleLR(opt, 0.5, 10, div_factor=12.5, last_epoch=0)", "takes 'max_lr' from"),
        (
            KEPT,
            "SequentialLR(opt, [StepLR(opt, 2), StepLR(opt, 3)], [3], last_epoch=1)",
            "moves its milestones",
        ),
        (KEPT, "ChainedScheduler([StepLR(opt, 2, last_epoch=1), ExponentialLR(opt, 0.9)])", "inside another"),
    ],
)
def test_a_resume_that_the_group_does_not_allow_is_refused(entries: str, call: str, said: str) -> None:
    with pytest.raises(LrplotError, match=said):
        load(script(entries, 0.3, call, 4))


def test_each_group_must_hold_an_initial_rate() -> None:
    text = script(KEPT, 0.3, "LambdaLR(opt, lambda e: 0.9, last_epoch=2)", 4)
    with pytest.raises(LrplotError, match="in all of the optimizer's groups"):
        load(text.replace("0.3}]", "0.3}, {'params': [b]}]"))


def test_a_resumed_scheduler_that_is_told_its_epoch_is_refused() -> None:
    text = script(KEPT, 0.3, "StepLR(opt, 2, last_epoch=2)", 4)
    with pytest.raises(LrplotError, match="told an epoch in step"):
        load(text.replace("s.step()", "s.step(e + 3)"))
