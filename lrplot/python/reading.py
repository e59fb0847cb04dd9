"""Readings: the schedules that a text makes, and what was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lrplot.errors import NotationError
from lrplot.optimizers.base import Optimizer as Model
from lrplot.python.base_rate import BaseRateUse
from lrplot.python.evaluator import Evaluator
from lrplot.python.followed import Followed
from lrplot.python.registry import Registry
from lrplot.python.source import Source
from lrplot.python.unsaid_lengths import Lengths
from lrplot.run import Group
from lrplot.schedules.base import Context, Schedule

OVER_EPOCHS: Final = "drawn over epochs: how many updates one has is not in the text (--steps-per-epoch)"
"""The note at a curve whose axis is not the optimizer's updates."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A schedule that a text makes.

    Parameters
    ----------
    label
        The variable it is assigned to, else the name of the call.
    call
        The name of the call.
    framework
        Whose it is; empty for a function of the step.
    schedule
        The schedule, as that framework computes it.
    horizon
        How long the text trains, on the schedule's own clock, None where it does not say.
    by_epoch
        Whether that clock counts epochs: the scheduler is updated once an epoch.
    steps_per_epoch
        The optimizer's steps in an epoch, where the text says.
    notes
        What the reader of the curve should know.
    optimizer
        The one optimizer of the text, None where there is none, or several, or one whose updates are not
        computed.
    alone
        Whether the text is an optimizer and no scheduler.
    wrapped
        Whether a schedule that is itself updated once an epoch is on the updates' clock already.
    never_stepped
        Whether there is a scheduler that nothing steps.
    source
        The text, None for a mapping.
    bound
        The names whose binding was used.
    base_rate
        What became of a base rate from outside.
    groups
        The parameter groups of its optimizer, where they have different rates; the schedule is that of the
        first.
    """

    label: str
    call: str
    framework: str
    schedule: Schedule
    horizon: int | None = None
    by_epoch: bool = False
    steps_per_epoch: int | None = None
    notes: tuple[str, ...] = ()
    optimizer: Model | None = None
    alone: bool = False
    wrapped: bool = True
    never_stepped: bool = False
    source: Source | None = field(default=None, repr=False, compare=False)
    bound: frozenset[str] = frozenset()
    base_rate: BaseRateUse = field(default=BaseRateUse(), repr=False, compare=False)
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """The text that is read, and what is said beside it."""

    source: Source
    around: Context
    registry: Registry
    assumed_lr: float | None
    given: Mapping[str, str]
    update: str | None
    told_later: bool = False
    """True where ``assumed_lr`` is the rate of an optimizer that stands behind the schedule."""
    counting: bool | None = False
    """True where the members that ``next`` takes of iterators are counted, which decides what is caught; None
    where that was tried and came to nothing."""
    looking: bool = False
    """True where it is only read to find more open names."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One reading of the text, with what stood in for lengths that it does not say."""

    readings: list[Reading]
    followed: list[Followed | None]
    evaluator: Evaluator
    lengths: Lengths
    passed_over: list[NotationError]
