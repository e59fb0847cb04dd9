from decimal import Decimal

import pytest

from lrplot.clock import Clock, Training
from lrplot.errors import DurationError


@pytest.mark.parametrize(
    ("written", "steps"),
    [
        ("30", "30"),
        ("30 steps", "30"),
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
