"""A curve in words: the steps, rates and ways it tells are the curve's."""

from itertools import pairwise

import numpy as np
import pytest
from examples import EXAMPLES, make

from lrplot.describe.sentences import sentences
from lrplot.describe.stretches import Stretch, cycles, stretches
from lrplot.document.overrides import Overrides
from lrplot.errors import StepError
from lrplot.run import Run
from lrplot.sources.reference import load


def told(reference: str, language: str = "en", **settings: str) -> list[str]:
    (run,) = load(reference, Overrides(settings=settings))
    by_epoch = run.steps_per_epoch == 1
    return list(sentences(stretches(run), cycles(run), language, by_epoch=by_epoch))  # type: ignore[arg-type]


def test_a_warm_up_is_told_with_where_it_goes() -> None:
    assert told("warmup_cosine") == [
        "steps 0–999: linear warm-up from 0 to 0.1",
        "steps 1000–9999: cosine fall from 0.1 to 3.046e-9",
    ]


def test_stairs_are_told_with_their_rates() -> None:
    assert told("multistep") == [
        "steps 0–59: 0.1",
        "steps 60–119: 0.01",
        "steps 120–159: 0.001",
        "steps 160–199: 1e-4",
    ]


def test_the_phases_of_a_one_cycle_are_named() -> None:
    assert told("onecycle") == [
        "steps 0–298: cosine warm-up from 0.004 to 0.1",
        "steps 299–999: cosine decay from 0.1 to 4e-7",
    ]


def test_a_reacting_rate_says_why_it_changed() -> None:
    assert told("plateau")[1].endswith("0.01 (patience 10 exceeded)")


def test_chinese_is_told_in_chinese() -> None:
    assert told("warmup_cosine", "zh")[0] == "第 0–999 步：线性预热，从 0 到 0.1"


def test_a_run_in_epochs_is_told_in_epochs() -> None:
    assert told("StepLR(optimizer, 30)", epochs="60", lr="0.1") == [
        "epochs 0–29: 0.1",
        "epochs 30–59: 0.01",
    ]


def test_a_trillion_steps_are_told_as_repeats() -> None:
    run = Run("cyclic", make("cyclic", base_lr=0.001, max_lr=0.1, step_size_up=500.0), 10**12)
    lines = list(sentences(stretches(run), cycles(run), "en"))
    assert lines[0] == "10^9 cycles of 1000 steps"
    assert lines[1] == "steps 0–499: linear rise from 0.001 to 0.1"
    assert "…" in lines
    assert lines[-1].startswith("steps 999999999500–999999999999: linear fall from 0.1")
    step = Run("step", make("step", lr=0.1, step_size=1000.0, gamma=0.999), 10**12)
    assert next(iter(sentences(stretches(step), cycles(step), "en"))) == "10^9 stairs of 1000 steps"


@pytest.mark.parametrize("name", EXAMPLES)
def test_stretches_follow_one_another_and_tell_the_curves_own_rates(name: str) -> None:
    run = Run(name, EXAMPLES[name], 100)
    try:
        rates = run.schedule.table(run.steps)
    except StepError:
        pytest.skip("it has no hundred rates")
    found = stretches(run)
    assert found[0].start == 0
    assert found[-1].stop == run.steps
    for before, after in pairwise(found):
        assert after.skipped or after.start == before.stop
    for each in found:
        assert each.first == rates[each.start]
        if each.shape == "constant":
            assert (rates[each.start : each.stop] == each.first).all()
        if each.shape == "linear":
            straight = np.linspace(each.first, rates[each.stop - 1], each.stop - each.start)
            np.testing.assert_allclose(rates[each.start : each.stop], straight, rtol=1e-5, atol=1e-7)
        if each.shape == "exponential":
            ratios = rates[each.start + 1 : each.stop] / rates[each.start : each.stop - 1]
            np.testing.assert_allclose(ratios, ratios[0], rtol=1e-5)


@pytest.mark.parametrize(("power", "shape"), [(1.0, "linear"), (3.0, "")])
def test_a_way_without_a_name_gets_none(power: float, shape: str) -> None:
    run = Run("polynomial", make("polynomial", lr=0.1, T_max=100.0, power=power), 100)
    assert [each.shape for each in stretches(run)] == [shape]


def test_a_jump_is_not_where_a_stretch_goes_to() -> None:
    falls = stretches(Run("restarts", make("cosine_restarts", lr=0.1, T_0=10.0, eta_min=0.001), 20))
    # lr(9) = 0.001 + 0.099 · ½ (1 + cos 0.9π), DOCUMENTS.md §1 row 13.
    assert falls[0] == Stretch(0, 10, 0.1, pytest.approx(0.0034227), "cosine_restarts", "cosine")  # type: ignore[arg-type]
