"""What a base rate from outside does not change is told."""

import pytest

from lrplot.document.overrides import Overrides
from lrplot.errors import UnusedSettingError
from lrplot.sources.reference import load, load_all

OWN = [
    ("OneCycleLR(o, max_lr=0.1, total_steps=100)", "OneCycleLR gives its own rate, 0.1 (--set max_lr=3)"),
    ("CyclicLR(o, base_lr=0.01, max_lr=0.1)", "CyclicLR gives its own rate, 0.1 (--set max_lr=3)"),
    ("keras.optimizers.schedules.CosineDecay(0.1, 100)", "CosineDecay gives its own rate, 0.1 (--set lr=3)"),
    ("optax.linear_schedule(0.1, 0.2, 100)", "linear_schedule gives its own rate, 0.1 (--set lr=3)"),
    ("piecewise", "piecewise gives its own rates"),
]


def lr(value: str) -> Overrides:
    return Overrides(settings={"lr": value})


@pytest.mark.parametrize(("reference", "said"), OWN, ids=[reference for reference, _ in OWN])
def test_a_base_rate_that_changes_nothing_is_refused_with_what_does(reference: str, said: str) -> None:
    with pytest.raises(UnusedSettingError) as told:
        load(reference, lr("3"))
    assert str(told.value) == f"--lr changes nothing: {said}"


@pytest.mark.parametrize("reference", [reference for reference, _ in OWN[:-1]])
def test_the_very_rate_is_no_mistake(reference: str) -> None:
    (given,), (plain,) = load(reference, lr("0.1")), load(reference)
    assert (given.schedule, given.notes) == (plain.schedule, plain.notes)


def test_of_several_schedules_those_are_named_that_stay() -> None:
    runs = load("configs/frameworks_warmup.yaml", lr("0.5"))
    told = [note for note in runs[0].notes if "base rate" in note]
    assert told == [
        "the base rate 0.5 does not change Keras: Keras gives its own rate, 0.1",
        "the base rate 0.5 does not change Optax: Optax gives its own rate, 0.1",
    ]
    with pytest.raises(UnusedSettingError, match="nothing: its 4 schedules give their own rates"):
        load("configs/fixed_rates.yaml", lr("0.5"))


def test_a_part_that_stays_is_told() -> None:
    text = "optax.join_schedules([optax.linear_schedule(0.01, 0.1, 5), optax.constant_schedule(0.3)], [5])"
    with pytest.raises(UnusedSettingError, match=r"join_schedules gives its own rates, 0\.01, 0\.3"):
        load(text, lr("0.5"))


def test_of_several_refs_those_are_named_that_stay() -> None:
    (cosine,), (cycle,) = load_all(["cosine", OWN[0][0]], lr("3"))
    assert float(cosine.schedule(0)) == 3
    assert "--lr changes nothing: OneCycleLR gives its own rate, 0.1 (--set max_lr=3)" in cycle.notes
