"""Steps, epochs and the durations people write: ``30``, ``30 steps``, ``5 epochs``, ``10%``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from operator import index
from typing import Annotated, Final, Literal, SupportsIndex

from pydantic import BaseModel, ConfigDict, Field

from lrplot.errors import DurationError, Problem

MOST_STEPS: Final = 2**53
"""The longest horizon: beyond it float64 cannot tell two steps apart."""

DURATION: Final = r"^\s*([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?\s*(steps?|ba|epochs?|ep|%|dur)?\s*$"
"""What a duration looks like; Composer's ``30ba``, ``5ep`` and ``0.1dur`` included."""

Unit = Literal["steps", "epochs", "share"]

_UNITS: Final[dict[str, tuple[Unit, Decimal]]] = {
    "step": ("steps", Decimal(1)),
    "steps": ("steps", Decimal(1)),
    "ba": ("steps", Decimal(1)),
    "epoch": ("epochs", Decimal(1)),
    "epochs": ("epochs", Decimal(1)),
    "ep": ("epochs", Decimal(1)),
    "%": ("share", Decimal("0.01")),
    "dur": ("share", Decimal(1)),
}

Positive = Annotated[int, Field(gt=0, le=MOST_STEPS)]


class Settings(BaseModel):
    """A group of a spec's keys that is no schedule."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)

    def mistakes(self) -> Iterator[Problem]:
        """The problems of settings that are each right on their own."""
        yield from ()


class Training(Settings):
    """The numbers that make an epoch's optimizer updates.

        batches = examples / (batch_size · devices), rounded up (down with ``drop_last``)
        steps_per_epoch = batches / accumulate, rounded up

    >>> Training(examples=1_281_167, batch_size=256).steps_per_epoch
    5005
    >>> Training(batch_size=8, accumulate=4, sequence_length=2048).tokens_per_step
    65536.0
    """

    examples: Positive | None = None
    """Examples in the training set; left out, the spec says otherwise how long an epoch is, or knows none."""
    batch_size: Positive
    """Examples in one batch on one device."""
    accumulate: Positive = 1
    """Batches whose gradients are added up for one update."""
    devices: Positive = 1
    """Devices that train in parallel, each on its own batch."""
    drop_last: bool = False
    """Whether the last, smaller batch of an epoch is dropped."""
    sequence_length: Positive | None = None
    """Tokens in one example, for an axis of tokens."""

    @property
    def steps_per_epoch(self) -> int | None:
        """Optimizer updates in one epoch; 0 when ``drop_last`` leaves no batch, None without ``examples``."""
        if self.examples is None:
            return None
        together = self.batch_size * self.devices
        batches = self.examples // together if self.drop_last else -(-self.examples // together)
        return -(-batches // self.accumulate)

    @property
    def samples_per_step(self) -> float:
        """Examples an update sees: the mean over an epoch, whose last batch may be smaller."""
        whole = float(self.batch_size * self.devices * self.accumulate)
        if self.examples is None or not self.steps_per_epoch:
            return whole
        seen = self.examples
        if self.drop_last:
            seen -= self.examples % (self.batch_size * self.devices)
        return seen / self.steps_per_epoch

    @property
    def tokens_per_step(self) -> float | None:
        """Tokens an update sees, None without ``sequence_length``."""
        return None if self.sequence_length is None else self.samples_per_step * self.sequence_length


@dataclass(frozen=True, slots=True)
class Clock:
    """The unit that bare numbers count, the length of the run, and that of an epoch.

    Parameters
    ----------
    horizon
        Length of the run in this clock's own unit, where known.
    steps_per_epoch
        Steps in an epoch, where the spec knows epochs.
    unit
        What a bare number counts.

    Examples
    --------
    >>> Clock(horizon=100).duration("29%")
    Decimal('29')
    >>> Clock(horizon=450_450, steps_per_epoch=5005).duration("0.5 epochs")
    Decimal('2503')
    """

    horizon: int | None = None
    steps_per_epoch: int | None = None
    unit: Literal["steps", "epochs"] = "steps"

    def duration(self, written: str | float) -> Decimal:
        """Length in this clock's unit; epochs and shares are rounded half up to whole ones.

        Raises
        ------
        DurationError
            When the text is no duration, or counts epochs or shares of something unknown.
        """
        amount, unit = _read(str(written))
        if unit is None or unit == self.unit:
            return amount
        if unit == "share":
            if self.horizon is None:
                raise DurationError(f"{written} of what? no steps or epochs are given")
            return _whole(amount * self.horizon)
        if self.steps_per_epoch is None:
            raise DurationError(
                f"'{written}' counts epochs, and none are known here; "
                "give 'steps_per_epoch' (--steps-per-epoch N), 'epochs' or 'training'"
            )
        if unit == "epochs":
            return _whole(amount * self.steps_per_epoch)
        if amount % self.steps_per_epoch:
            raise DurationError(
                f"'{written}' is not a whole number of epochs (of {self.steps_per_epoch} steps each), "
                "and this schedule is updated once an epoch"
            )
        return amount / self.steps_per_epoch

    def by_epoch(self) -> "Clock":
        """The clock of a schedule that is updated once an epoch."""
        if self.unit == "epochs" or self.steps_per_epoch is None or self.steps_per_epoch < 1:
            return self
        horizon = None if self.horizon is None else -(-self.horizon // self.steps_per_epoch)
        return Clock(horizon, self.steps_per_epoch, "epochs")


def _read(text: str) -> tuple[Decimal, Unit | None]:
    match = re.fullmatch(DURATION, text)
    if match is None:
        raise DurationError(f"{text!r} is not a duration; write 30, '30 steps', '5 epochs' or '10%'")
    digits, exponent, name = match.groups()
    amount = Decimal(digits + (exponent or ""))
    if name is None:
        return amount, None
    unit, factor = _UNITS[name]
    return amount * factor, unit


def _whole(amount: Decimal) -> Decimal:
    # Decimal reckons in 28 digits, and refuses to round a number that has more of them before its point.
    return amount.quantize(Decimal(1), rounding=ROUND_HALF_UP) if amount < 10**27 else amount


def is_whole(steps: object, least: int) -> bool:
    """True for a whole number of steps between ``least`` and 2^53.

    >>> is_whole(5, least=1), is_whole(5.0, least=1), is_whole(True, least=1)
    (True, False, False)
    """
    # An int first: to look for a method by a protocol takes many times as long.
    if isinstance(steps, bool) or not isinstance(steps, int | SupportsIndex):
        return False
    try:
        return least <= index(steps) <= MOST_STEPS
    except TypeError:  # an array has the method, and refuses
        return False
