"""One intent as several frameworks read it: their own calls with the same numbers, and their curves."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from lrplot.clock import Clock
from lrplot.errors import LrplotError, StepError, UsageError
from lrplot.exports.intent import base_rate
from lrplot.exports.scripts import ALL, FRAMEWORKS, Target, shown_call, with_paths
from lrplot.exports.templates import Speller
from lrplot.frameworks.registry import REGISTRY
from lrplot.frameworks.texts import read
from lrplot.run import Run
from lrplot.schedules.base import Context, Schedule


@dataclass(frozen=True, slots=True)
class Version:
    """One framework's curve of an intent, and the call that makes it."""

    run: Run
    call: str


def versions(
    run: Run, frameworks: Sequence[str], length: int | None = None
) -> tuple[tuple[Version, ...], tuple[str, ...]]:
    """The intent of ``run`` in each framework's words, and the titles of those that have none for it.

    Parameters
    ----------
    run
        The schedule, over as many steps as are looked at.
    frameworks
        The frameworks' names.
    length
        How long training is, where more steps than that are looked at.

    Raises
    ------
    UsageError
        When a framework is not known, or none of them has words for it.

    Examples
    --------
    >>> from lrplot.schedules.cosine import Cosine
    >>> (first, second), _ = versions(Run("cosine", Cosine(lr=1, T_max=50), 101), ["pytorch", "keras"])
    >>> first.call, first.run.schedule(100).round(6), second.run.schedule(100).round(6)
    ('CosineAnnealingLR(optimizer, T_max=50)', np.float64(1.0), np.float64(0.0))
    """
    names = [REGISTRY.aliases.get(name, name) for name in frameworks]
    wrong = next((name for name in names if name not in FRAMEWORKS), None)
    if wrong is not None:
        raise UsageError(f"--as: no framework '{wrong}'; known are {', '.join(FRAMEWORKS)}")
    found: list[Version] = []
    missing: list[str] = []
    for name in dict.fromkeys(names):
        version = next(_versions(run, ALL[name], length or run.steps), None)
        if version is None:
            missing.append(ALL[name].framework.title)
        else:
            found.append(version)
    if not found:
        raise UsageError(f"--as: none of {', '.join(missing)} has a class for {run.schedule.type}")
    return tuple(found), tuple(missing)


def _versions(run: Run, target: Target, length: int) -> Iterator[Version]:
    """The curves of the calls that the framework takes, the usual one first."""
    base, by_epoch = base_rate(run.schedule), run.steps_per_epoch == 1
    speller = Speller(target.framework, target.spellings, base, length, by_epoch)
    return versions_of(run, target, length, speller.calls(run.schedule))


def versions_of(run: Run, target: Target, length: int, spelled: Iterable[str]) -> Iterator[Version]:
    """The curves of those of the spelled calls that the framework takes."""
    base, by_epoch = base_rate(run.schedule), run.steps_per_epoch == 1
    around = Context(base, length, Clock(length, 1 if by_epoch else None))
    for call in spelled:
        if not call:
            continue
        try:
            (reading,) = read(with_paths(target, call), "call", around)
        except LrplotError:
            continue
        own = replace(
            run,
            label=target.framework.title,
            schedule=reading.schedule,
            steps=_lasting(reading.schedule, run.steps),
            notes=(*run.notes, *reading.notes),
        )
        yield Version(own, shown_call(call))


def _lasting(schedule: Schedule, steps: int) -> int:
    """The number of steps that the schedule has a rate for: PyTorch's one-cycle ends by an error."""
    length = schedule.length
    for last in (steps, *(() if length is None else (int(length) + 1, int(length)))):
        try:
            schedule(min(last, steps) - 1)
        except StepError:
            continue
        return int(min(last, steps))
    return steps
