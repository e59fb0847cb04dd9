"""Lightning, which has no schedulers of its own: which ones its Trainer steps, and how often."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lrplot.python.loop_words import Loop
from lrplot.python.registry import Framework, TrainerHook, TrainerStepped
from lrplot.python.values import Made, Path, Unknown


def configured(result: Any) -> Iterator[TrainerStepped]:
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


def _scheduler(said: Any) -> Iterator[TrainerStepped]:
    if isinstance(said, Made):
        yield TrainerStepped(said)
    elif isinstance(said, Mapping) and isinstance(said.get("scheduler"), Made):
        interval, frequency = said.get("interval", "epoch"), said.get("frequency", 1)
        unknown = next((each for each in (interval, frequency) if isinstance(each, Unknown | Path)), None)
        count = frequency if isinstance(frequency, int) and frequency > 0 else 1
        yield TrainerStepped(said["scheduler"], interval != "step", count, unknown)


# Without roots: nothing that is imported from Lightning is a schedule or an optimizer of its own.
FRAMEWORK: Final = Framework(
    name="lightning",
    title="Lightning",
    hook=TrainerHook(name="configure_optimizers", stepped=configured),
    # Fabric's.
    loop=Loop(passed_on=frozenset({"setup", "setup_optimizers"})),
)
