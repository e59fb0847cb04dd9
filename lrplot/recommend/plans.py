"""The parts of a recommendation, read from ``texts/recommend.json``."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from lrplot.texts import table


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is recommended, and who says so."""

    text: str
    source: str

    def __str__(self) -> str:
        return f"{self.text} ({self.source})"


@dataclass(frozen=True, slots=True)
class Plan:
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
    """A task, and what is usual there: ``known`` where the run's length is, ``unknown`` where not.

    ``lr`` is the base rate for ``optimizer`` at a batch of ``batch``; ``steps`` an example of a run.
    """

    title: str
    optimizer: str
    lr: float
    batch: int
    why: tuple[Reason, ...]
    known: tuple[Plan, Plan]
    unknown: tuple[Plan, Plan]
    steps: int = 100_000


@dataclass(frozen=True, slots=True)
class Optimizer:
    """An optimizer, its usual base rate, and how that grows with the batch (to which power)."""

    title: str
    lr: float
    power: float
    scaling: Reason
    falls_alone: Reason | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """The changes for a symptom: of the base rate, the least warm-up, and the plans (None: the task's)."""

    why: tuple[Reason, ...]
    lr: float = 1.0
    warmup: float = 0.0
    known: tuple[Plan | None, Plan | None] = (None, None)
    unknown: tuple[Plan | None, Plan | None] = (None, None)


def _plan(entry: Any) -> Plan:
    """A plan as the file spells it: by name, whole, or like another but for some of its keys."""
    if isinstance(entry, str):
        return PLANS[entry]
    given = {**entry, "why": _reasons(entry["why"])} if "why" in entry else dict(entry)
    like = given.pop("like", None)
    return Plan(**given) if like is None else replace(PLANS[like], **given)


def _plans(entries: Any) -> Any:
    return tuple(None if each is None else _plan(each) for each in entries)


def _reasons(entries: Any) -> tuple[Reason, ...]:
    return tuple(Reason(**each) for each in entries)


def _task(entry: Mapping[str, Any]) -> Task:
    known, unknown = _plans(entry["known"]), _plans(entry["unknown"])
    return Task(**{**entry, "why": _reasons(entry["why"]), "known": known, "unknown": unknown})


def _optimizer(entry: Mapping[str, Any]) -> Optimizer:
    alone = entry.get("falls_alone")
    falls_alone = None if alone is None else Reason(**alone)
    return Optimizer(**{**entry, "scaling": Reason(**entry["scaling"]), "falls_alone": falls_alone})


def _remedy(entry: Mapping[str, Any]) -> Remedy:
    plans = {name: _plans(entry[name]) for name in ("known", "unknown") if name in entry}
    return Remedy(**{**entry, "why": _reasons(entry["why"]), **plans})


_FILE: Final = table("recommend")
PLANS: Final[dict[str, Plan]] = {}
"""The plans by name; one may be like another above it."""
for _name, _entry in _FILE["plans"].items():
    PLANS[_name] = _plan(_entry)
TASKS: Final[Mapping[str, Task]] = MappingProxyType({k: _task(each) for k, each in _FILE["tasks"].items()})
"""What may be trained."""
OPTIMIZERS: Final[Mapping[str, Optimizer]] = MappingProxyType(
    {name: _optimizer(entry) for name, entry in _FILE["optimizers"].items()}
)
"""What may train it."""
SYMPTOMS: Final[Mapping[str, Remedy]] = MappingProxyType(
    {name: _remedy(entry) for name, entry in _FILE["symptoms"].items()}
)
"""What may be wrong, and what helps."""
STEADY: Final = PLANS["steady"]
BUDGETS: Final = ("known", "unknown")
"""Whether the number of steps is known beforehand."""
