from decimal import Decimal

import pytest
from pydantic import ValidationError

from lrplot.clock import MOST_STEPS, Clock, Training, is_whole
from lrplot.errors import DurationError


@pytest.mark.parametrize(
    ("written", "steps"),
    [
        ("30", "30"),
        ("30 steps", "30"),
        ("30 step", "30"),
        ("30ba", "30"),
        ("5 epochs", "50"),
        ("5ep", "50"),
        ("1 epoch", "10"),
        ("0.25 epochs", "3"),  # 2.5, half up
        ("29%", "58"),
        ("0.1dur", "20"),
        ("12.25%", "25"),  # 24.5, half up
        (7, "7"),
        (7.5, "7.5"),
        ("1e2", "100"),
        (" .5 ep ", "5"),
        ("2.5E1 ba", "25"),
        ("1e30 epochs", "1e31"),  # far beyond any run, and no error here
    ],
)
def test_a_duration_becomes_steps(written: str | float, steps: str) -> None:
    assert Clock(horizon=200, steps_per_epoch=10).duration(written) == Decimal(steps)


def test_shares_are_decimal_and_not_binary() -> None:
    clock = Clock(horizon=100)
    assert [clock.duration(f"{share}%") for share in range(101)] == list(range(101))


@pytest.mark.parametrize(
    "written", ["5 parsecs", "-3", "", "5 5", "ten", "1e9999", "%", "5epoch s", "nan", "inf"]
)
def test_what_is_no_duration_is_refused(written: str) -> None:
    with pytest.raises(DurationError, match="is not a duration"):
        Clock(horizon=100, steps_per_epoch=10).duration(written)


def test_epochs_and_shares_of_something_unknown_are_refused() -> None:
    with pytest.raises(DurationError, match="none are known here"):
        Clock(horizon=100).duration("3 epochs")
    with pytest.raises(DurationError, match="of what"):
        Clock(steps_per_epoch=10).duration("3%")


def test_a_clock_by_epoch_counts_epochs() -> None:
    clock = Clock(horizon=1001, steps_per_epoch=10).by_epoch()
    assert clock.horizon == 101
    assert clock.duration("5 epochs") == clock.duration("5") == clock.duration("50 steps") == 5
    with pytest.raises(DurationError, match="not a whole number of epochs"):
        clock.duration("55 steps")


@pytest.mark.parametrize(
    ("numbers", "steps"),
    [
        ({"examples": 1_281_167, "batch_size": 256}, 5005),
        ({"examples": 1_281_167, "batch_size": 256, "drop_last": True}, 5004),
        ({"examples": 1000, "batch_size": 32, "devices": 4, "accumulate": 3}, 3),  # 8 batches in threes
        ({"examples": 10, "batch_size": 32, "drop_last": True}, 0),
    ],
)
def test_training_numbers_make_an_epochs_steps(numbers: dict[str, int], steps: int) -> None:
    assert Training(**numbers).steps_per_epoch == steps  # type: ignore[arg-type]


def test_a_clock_by_epoch_is_another_only_where_epochs_are_known() -> None:
    by_epoch = Clock(100, 10, "epochs")
    assert by_epoch.by_epoch() is by_epoch
    assert Clock(100).by_epoch() == Clock(100)
    assert Clock(100, 0).by_epoch() == Clock(100, 0)
    assert Clock(7, 1).by_epoch() == Clock(7, 1, "epochs")
    assert Clock(None, 10).by_epoch() == Clock(None, 10, "epochs")
    assert by_epoch.duration("10%") == 10
    assert Clock(steps_per_epoch=10, unit="epochs").duration("55") == 55


@pytest.mark.parametrize(
    ("steps", "least", "whole"),
    [
        (0, 0, True),
        (0, 1, False),
        (MOST_STEPS, 1, True),
        (MOST_STEPS + 1, 1, False),
        (True, 0, False),
        (3.0, 0, False),
        ("3", 0, False),
    ],
)
def test_a_number_of_steps_is_whole_and_in_bounds(steps: object, least: int, *, whole: bool) -> None:
    assert is_whole(steps, least) is whole


def test_one_example_makes_a_training() -> None:
    assert Training(examples=1, batch_size=1, accumulate=1, devices=1).steps_per_epoch == 1
    for name in ("examples", "batch_size", "accumulate", "devices"):
        with pytest.raises(ValidationError):
            Training(**{"examples": 5, "batch_size": 5, name: 0})
