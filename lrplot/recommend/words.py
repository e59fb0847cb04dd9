"""What advice is made of: reasons, ways, tasks, optimizers, remedies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is recommended, and who says so."""

    text: str
    source: str

    def __str__(self) -> str:
        return f"{self.text} ({self.source})"


@dataclass(frozen=True, slots=True)
class Way:
    """A schedule that may suit.

    Parameters
    ----------
    title
        What it is called.
    schedule
        What a spec says of it; ``{steps}`` in a text stands for the run's length.
    why
        Reasons for it.
    warmup
        Share of the run that warms up; None where the schedule has its own rise.
    of_lr
        Parameters that are a share of the base rate.
    as_long
        A parameter that is as long as the warm-up, empty where there is none.
    ramp
        What else the warm-up says.
    lr
        Its own base rate, where it differs from the task's.
    reacts
        Whether it reacts to a metric, which is measured a hundred times in a run.
    """

    title: str
    schedule: Mapping[str, Any]
    why: tuple[Reason, ...]
    warmup: float | None = 0.0
    of_lr: Mapping[str, float] = field(default_factory=dict)
    as_long: str = ""
    ramp: Mapping[str, Any] = field(default_factory=dict)
    lr: float | None = None
    reacts: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """What is trained, and what is usual there: ``known`` where the run's length is, ``unknown`` where not.

    ``lr`` is the base rate for ``optimizer`` at a batch of ``batch``; ``steps`` an example of a run.
    """

    title: str
    optimizer: str
    lr: float
    batch: int
    why: tuple[Reason, ...]
    known: tuple[Way, Way]
    unknown: tuple[Way, Way]
    steps: int = 100_000


@dataclass(frozen=True, slots=True)
class Optimizer:
    """An optimizer, the documents' base rate for it, and how that grows with the batch (to which power)."""

    title: str
    lr: float
    power: float
    scaling: Reason
    falls_alone: Reason | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to change for a symptom: the base rate, the least warm-up, and other ways (None: the task's)."""

    why: tuple[Reason, ...]
    lr: float = 1.0
    warmup: float = 0.0
    known: tuple[Way | None, Way | None] = (None, None)
    unknown: tuple[Way | None, Way | None] = (None, None)
