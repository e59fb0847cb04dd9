"""Facts that no configuration file holds: how many examples there are, how many devices train."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lrplot.errors import LrplotError

_WHY: Final[Mapping[str, str]] = {
    "examples": "rows of the training set after split, filter and packing",
    "devices": "processes that train",
    "batches_per_epoch": "batches one process sees in an epoch",
    "classes": "classes of the dataset",
    "steps": "updates of the whole run",
    "images": "images × repeats of all subsets, regularisation images too",
    "warmup_steps": "the warm-up that the program beside it gives",
    "lr": "the rate that the program beside it gives",
}
"""What each fact is, for the message that asks for it."""


class MissingFactsError(LrplotError):
    """A configuration does not say what its curve depends on; ``names`` lists all of it."""

    def __init__(self, form: str, title: str, names: tuple[str, ...]) -> None:
        options = " ".join(f"--{name.replace('_', '-')} N" for name in names)
        reasons = ", ".join(f"{name.replace('_', ' ')} ({_WHY[name]})" for name in names)
        super().__init__(f"{form}: {title} does not say: {reasons}; give {options}")
        self.names = names


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of one training, as far as they are given.

    Parameters
    ----------
    examples
        Rows of the training set after split, filter and packing.
    devices
        Processes that train; None where nobody says, which is taken for 1.
    batches_per_epoch
        Batches one process sees in an epoch.
    classes
        Classes of the dataset.
    steps
        Updates of the whole run, where a person says them.
    images
        Images times their repeats, regularisation images too, where an epoch is counted in images.
    buckets
        Groups of images of one shape, each of which ends in a batch of its own; 1 where nobody says.
    tokens
        Tokens of the training set, where sequences are packed.
    lr
        The rate that a program beside the file gives, where the file leaves it open.
    warmup_steps
        The warm-up that a program beside the file gives, where the file leaves it open.
    version
        The version of the trainer, as ``(4, 51)``; None for the newest that is known.
    """

    examples: int | None = None
    devices: int | None = None
    batches_per_epoch: int | None = None
    classes: int | None = None
    steps: int | None = None
    images: int | None = None
    buckets: int | None = None
    tokens: int | None = None
    lr: float | None = None
    warmup_steps: int | None = None
    version: tuple[int, ...] | None = None

    def before(self, *version: int) -> bool:
        """True where the trainer is older than a version; the newest is assumed where nobody says.

        >>> Facts(version=(4, 51)).before(4, 52), Facts().before(4, 52)
        (True, False)
        """
        return self.version is not None and self.version < version
