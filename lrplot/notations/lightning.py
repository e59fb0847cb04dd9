"""Lightning's ``configure_optimizers``: which schedulers the Trainer steps, and how often."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lrplot.notations.values import Made, Path, Unknown


@dataclass(frozen=True, slots=True)
class Configured:
    """A scheduler that Lightning's Trainer steps.

    Parameters
    ----------
    made
        The scheduler.
    by_epoch
        Whether it is stepped at the end of an epoch, as it is where nothing is said, or after each update.
    frequency
        Epochs, or updates, from one step to the next.
    open
        What of this is not known.
    """

    made: Made
    by_epoch: bool = True
    frequency: int = 1
    open: Unknown | Path | None = None


def configured(result: Any) -> Iterator[Configured]:
    """The schedulers in what ``configure_optimizers`` returns, however it is spelled.

    >>> list(configured({"optimizer": None, "lr_scheduler": None}))
    []
    """
    if isinstance(result, Mapping):
        yield from _scheduler(result.get("lr_scheduler"))
    elif isinstance(result, list | tuple):
        if len(result) == 2 and all(isinstance(each, list | tuple) for each in result):
            for each in result[1]:
                yield from _scheduler(each)
        else:
            for each in result:
                yield from configured(each) if isinstance(each, Mapping | list | tuple) else _scheduler(each)


def _scheduler(said: Any) -> Iterator[Configured]:
    if isinstance(said, Made):
        yield Configured(said)
    elif isinstance(said, Mapping) and isinstance(said.get("scheduler"), Made):
        interval, frequency = said.get("interval", "epoch"), said.get("frequency", 1)
        unknown = next((each for each in (interval, frequency) if isinstance(each, Unknown | Path)), None)
        count = frequency if isinstance(frequency, int) and frequency > 0 else 1
        yield Configured(said["scheduler"], interval != "step", count, unknown)
