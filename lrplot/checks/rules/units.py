"""Numbers that count one thing and were meant to count another."""

from collections.abc import Iterator
from typing import Any, Final

from lrplot.checks.rules.base import Finding, Rule, Subject
from lrplot.schedules.base import Nested, Schedule, values, whole
from lrplot.schedules.fields import kind_of, parameters
from lrplot.schedules.reacting import Reacting

_FALLS_AFTER: Final = ("T_max", "total_steps", "T_0", "step_size", "milestones", "points")
"""Parameters that say when a rate comes down."""
_FAR_TOO_LONG: Final = 10
"""Times the epochs of a run from which on a length counts steps: people do plan a few times more epochs."""


class MixedUnits(Rule):
    """A length looks as if it counted steps where the schedule counts epochs, or the other way round.

    ``scheduler.step()`` once an epoch makes every number of the scheduler an epoch; once a batch, a step.
    Told when a length on an epoch clock is ten times the epochs of the run, or the very number of its
    steps or of the steps in an epoch; and when one on a step clock is the very number of its epochs, or
    is over within the first epoch and no larger than the number of epochs. A short warm-up is never told.

    Way out: update the schedule in the unit its numbers are in (``update: epoch``, Lightning's
    ``interval``), or write the unit (``90 epochs``).

    Seen in: ace-step/ACE-Step#198 (a warm-up of 4000 epochs), Lightning-AI/pytorch-lightning#5631,
    sthalles/SimCLR#8 (``T_max=len(train_loader)``, stepped once an epoch), Lornatang/SRGAN-PyTorch#1.
    """

    code = "LR009"
    name = "mixed-units"
    example = '"CosineAnnealingLR(optimizer, T_max=90)" --lr 0.1 --epochs 90 --steps-per-epoch 391'

    def check(self, subject: Subject) -> Iterator[Finding]:
        each = subject.run.steps_per_epoch
        if each is None or each == 1:
            return
        for place in subject.places:
            if isinstance(place.schedule, Reacting):
                continue
            found = _counts_steps if place.each == each else _counts_epochs if place.each == 1 else None
            for name, length in found(subject, place, each) if found else ():
                meant, counts = ("steps", "epochs") if place.each == each else ("epochs", "steps")
                parameter, told = subject.length(place, name, length)
                yield self.found(
                    f"{parameter or 'the length'} {told:g} of {subject.called(place)} counts {counts} here "
                    f"and looks like {meant}",
                    place.step(0) if place.own.start == 0 else place.start,
                    parameter,
                    epochs=-(-subject.run.steps // each),
                    steps=subject.run.steps,
                    steps_per_epoch=each,
                )


def _counts_steps(subject: Subject, place: Nested, each: int) -> Iterator[tuple[str, float]]:
    """Lengths on an epoch clock that look like steps."""
    epochs = -(-subject.run.steps // each)
    for name, lengths in _lengths(place.schedule):
        longest = max(lengths, default=0)
        if longest > epochs and (longest >= _FAR_TOO_LONG * epochs or longest in {each, subject.run.steps}):
            yield name, longest


def _counts_epochs(subject: Subject, place: Nested, each: int) -> Iterator[tuple[str, float]]:
    """Lengths on a step clock that look like epochs."""
    epochs = subject.run.steps / each
    if len(place.own) < 2 * each:
        return
    for name, lengths in _lengths(place.schedule):
        longest = max(lengths, default=0)
        if name not in _FALLS_AFTER or not 2 <= longest <= epochs or longest % each == 0:
            continue
        rises = float(place.schedule(longest)) > float(place.schedule(0))
        # A total that counts what leads to it, as Transformers' num_training_steps.
        with_all = place.step(whole(longest))
        if not rises and (epochs in {longest, with_all} or longest <= each):
            yield name, longest


def _lengths(schedule: Schedule) -> Iterator[tuple[str, list[float]]]:
    """The parameters of a schedule that are lengths, as numbers."""
    given: dict[str, Any] = values(schedule)
    for name, info in parameters(type(schedule)).items():
        kind, value = kind_of(info), given[name]
        if kind is None or value is None or kind.inherits == "steps_per_epoch":
            continue
        if kind.holds == "length":
            yield name, [float(value)]
        elif kind.holds == "lengths":
            yield name, [float(each) for each in value]
        elif kind.holds == "points":
            yield name, [float(step) for step, _ in value]
