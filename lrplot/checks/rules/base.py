"""Rules, findings, and the run that a rule looks at."""

import inspect
import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import ClassVar, Final, final

from lrplot.checks.rules import wording
from lrplot.curve import Summary, summarise
from lrplot.run import Run
from lrplot.schedules.base import Nested, Schedule, whole
from lrplot.schedules.fields import kind_of, parameters
from lrplot.schedules.onecycle import OneCycle

SHARE: Final = 0.01
"""A difference of rates below this share of the peak is nobody's mistake."""


class Severity(IntEnum):
    """The severity of a finding; the names are SARIF's levels."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake that a rule found in one run.

    Parameters
    ----------
    rule
        The rule.
    sentence
        What is probably wrong.
    step
        The step at which it shows, None where it is no single one.
    evidence
        The numbers it was told by.
    parameter
        The parameter to look at, empty where it is none in particular.
    """

    rule: "Rule"
    sentence: str
    step: int | None
    evidence: tuple[tuple[str, float | int | str], ...]
    parameter: str = ""


class Rule(ABC):
    """One kind of mistake. Its docstring is its page in docs/lint.md.

    The first line says what is wrong; then come why, the way out, and where it has been seen. ``example``
    is a command line that shows it.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity] = Severity.WARNING
    example: ClassVar[str]

    @abstractmethod
    def check(self, subject: "Subject") -> Iterator[Finding]:
        """Everything of this kind in a run."""

    @final
    def found(
        self, sentence: str, step: int | None, parameter: str = "", **evidence: float | int | str
    ) -> Finding:
        """A finding of this rule."""
        return Finding(self, sentence, step, tuple(evidence.items()), parameter)

    @property
    def title(self) -> str:
        """The finding in a line."""
        return inspect.getdoc(self).partition("\n")[0]  # type: ignore[union-attr]

    @property
    def text(self) -> str:
        """Why it is, the way out, where it has been seen."""
        return inspect.getdoc(self).partition("\n\n")[2]  # type: ignore[union-attr]


class Subject:
    """A run as the rules see it: the schedule, all that is inside it, and its key figures.

    ``until`` is the run's length, or less where the schedule has no rate from there on.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.schedule = run.schedule
        self.everything = tuple(place for place, _ in wording.walk(Nested(run.schedule, stop=run.steps)))
        refused = (step for place in self.everything for step in _refuses_from(place))
        self.until = min([run.steps, *refused])

    @cached_property
    def places(self) -> tuple[Nested, ...]:
        """The schedule and all inside it that are asked for a rate."""
        return tuple(place for place, _ in self._walked if place.own)

    @cached_property
    def _walked(self) -> tuple[tuple[Nested, tuple[str, ...]], ...]:
        return tuple(wording.walk(Nested(self.schedule, stop=self.until)))

    @cached_property
    def _position(self) -> dict[int, int]:
        return {id(place): at for at, (place, _) in enumerate(self._walked)}

    def inside(self, place: Nested) -> tuple[Nested, ...]:
        """The schedules directly inside one of the :attr:`places`, those without a step among them."""
        at = self._position[id(place)]
        depth = len(self._walked[at][1]) + 1
        rest = itertools.islice(self._walked, at + 1, None)
        below = itertools.takewhile(lambda each: len(each[1]) >= depth, rest)
        return tuple(each for each, path in below if len(path) == depth)

    def called(self, place: Nested) -> str:
        """The name that the person has for a schedule of the run."""
        _, trail = self._walked[self._position[id(place)]]
        return wording.called(self.run, place, trail)

    def parameter(self, native: str, value: float) -> str:
        """The person's name for a parameter; empty where that cannot be told."""
        return wording.parameter(self.run, native, value)

    @cached_property
    def last(self) -> tuple[Nested, ...]:
        """The schedules with none inside that are asked at the last step."""
        return tuple(p for p in self.places if p.stop == self.until and not p.schedule.inside())

    @cached_property
    def summary(self) -> Summary:
        """The run's key figures."""
        return summarise(self.schedule, self.until)

    def length(self, place: Nested, native: str, length: float) -> tuple[str, float]:
        """The person's name for a length and how long it is: of the schedule alone, or with what leads to it.

        The name is empty where neither number stands in the call.
        """
        name = self.parameter(native, length)
        with_all = place.step(whole(length))
        total = "" if name else self.parameter(native, with_all)
        return (total, with_all) if total else (name, length)

    def behind(self, place: Nested) -> bool:
        """True where a schedule begins late and is as long as the whole run all the same."""
        total = total_of(place.schedule)
        run = -(-self.run.steps // place.each)
        return place.origin > 0 and total is not None and whole(total[1]) == run

    @property
    def peak(self) -> float:
        """The highest rate."""
        return self.summary.peak.value

    def matters(self, difference: float) -> bool:
        """True where a difference of rates is large enough to be told."""
        return abs(difference) > SHARE * self.peak


def _refuses_from(place: Nested) -> Iterator[int]:
    """The step from which a schedule refuses to go on, where the run asks it to."""
    cycle = place.schedule
    if isinstance(cycle, OneCycle) and cycle.after == "overshoot" and cycle.total_steps + 1 in place.own:
        yield place.step(cycle.total_steps + 1)


def total_of(schedule: Schedule) -> tuple[str, float] | None:
    """The parameter that says how long a schedule is meant to be, and that length; None where none does."""
    length = schedule.length
    kinds = ((name, kind_of(info)) for name, info in parameters(type(schedule)).items())
    name = next((name for name, kind in kinds if kind is not None and kind.inherits == "length"), None)
    return None if name is None or length is None else (name, length)
