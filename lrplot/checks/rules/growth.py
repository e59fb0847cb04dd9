"""Parameters that send the rate the wrong way."""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

from lrplot.checks.rules.base import Finding, Rule, Subject
from lrplot.schedules.base import Schedule
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.cyclic import Cyclic
from lrplot.schedules.exponential import Exponential
from lrplot.schedules.multiplicative import Multiplicative
from lrplot.schedules.multistep import MultiStep
from lrplot.schedules.step import Step
from lrplot.schedules.tanh import Tanh
from lrplot.schedules.wsd import WSD
from lrplot.text.numbers import short

_TEST_STARTS: Final = 1e-5
"""A range test starts at 1e-7 to 1e-5 (Smith, arXiv:1506.01186; fastai's lr_find: 1e-7)."""
_TEST_RISES: Final = 1000.0
"""And ends four to eight powers of ten above."""


class GammaAboveOne(Rule):
    """A decay factor above 1 makes the rate grow.

    ``gamma=1.1`` raises the rate by a tenth at every drop, ``gamma=10`` is a tenth turned over. The
    training diverges where it should settle. A learning-rate range test, which rises from 1e-5 or less
    a thousandfold and more, grows on purpose and is not told.

    Way out: ``gamma`` below 1; to raise the rate at the start of a run, a warm-up.
    """

    code = "LR017"
    name = "gamma-above-one"
    example = '"StepLR(optimizer, step_size=30, gamma=10)" --lr 0.1 --steps 90'

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.last:
            schedule = place.schedule
            gamma = _FACTORS.get(type(schedule), _no_factor)(schedule)
            if gamma is None or gamma <= 1:
                continue
            first, last = float(schedule(place.own[0])), float(schedule(place.own[-1]))
            tested = 0 < first <= _TEST_STARTS and last >= _TEST_RISES * first
            if last > first and not tested:
                name = subject.parameter("gamma", gamma) or "the factor"
                yield self.found(
                    f"{name} {gamma:g} makes the rate of {subject.called(place)} grow, "
                    f"from {short(first)} to {short(last)}",
                    place.step(place.own[-1]),
                    subject.parameter("gamma", gamma),
                    factor=gamma,
                    first=first,
                    final=last,
                )


def _no_factor(_schedule: Any) -> float | None:
    return None


def _gamma(schedule: Any) -> float | None:
    return None if schedule.gamma is None else float(schedule.gamma)


def _plain_factor(schedule: Any) -> float | None:
    """The factor of a multiplicative schedule that is a number and no formula."""
    try:
        return float(schedule.factor)
    except ValueError:
        return None


# What multiplies the rate again and again.
_FACTORS: Final[Mapping[type[Schedule], Callable[[Any], float | None]]] = MappingProxyType(
    {
        Step: _gamma,
        MultiStep: _gamma,
        Exponential: _gamma,
        Multiplicative: _plain_factor,
        Cyclic: lambda cyclic: _gamma(cyclic) if cyclic.mode == "exp_range" else None,
    }
)


class MinimumAboveRate(Rule):
    """The minimum of a schedule is no lower than the rate it starts from.

    ``eta_min`` is a rate, not a share. With 0.001 for a base rate of 1e-4 the curve rises through the
    whole run and ends at its highest; where they are equal it never moves. A schedule that rises and is
    followed by another one is taken to be meant.

    Way out: an ``eta_min`` below the base rate, or a share of it where the call wants one (``alpha``).
    """

    code = "LR018"
    name = "minimum-above-rate"
    example = '"CosineAnnealingLR(optimizer, T_max=100, eta_min=0.001)" --lr 1e-4 --steps 100'

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.last:
            parameter = _MINIMA.get(type(place.schedule))
            if parameter is None:
                continue
            low, lr = float(getattr(place.schedule, parameter)), float(getattr(place.schedule, "lr"))  # noqa: B009
            final = float(place.schedule(place.own[-1]))
            # One that swings back down rises on purpose.
            if low >= lr > 0 and len(place.own) > 1 and final >= (low + lr) / 2:
                told = "is above" if low > lr else "is"
                yield self.found(
                    f"the minimum {short(low)} of {subject.called(place)} {told} the rate it starts from, "
                    f"{short(lr)}: it never falls",
                    place.step(place.own[-1]),
                    subject.parameter(parameter, low),
                    minimum=low,
                    start=lr,
                    final=final,
                )


# Polynomial and linear schedules rise on purpose, as warm-ups do.
_MINIMA: Final[Mapping[type[Schedule], str]] = MappingProxyType(
    {Cosine: "eta_min", CosineRestarts: "eta_min", Tanh: "eta_min", WSD: "min_lr", Exponential: "min_lr"}
)


class UnsortedMilestones(Rule):
    """Milestones are not in order.

    The drops come in the order of the steps, whatever the order of the list; one that stands out of order
    is often a slip of the finger (``[30, 600, 90]``), and PyTorch's closed form, which ``step(epoch)`` and
    a resumed run use, counts them wrongly.

    Way out: sort them.

    Seen in: Andrew-Brown1/Smooth_AP#13 (200, 300, 300, 120, …; older PyTorch refused it).
    """

    code = "LR019"
    name = "unsorted-milestones"
    example = '"MultiStepLR(optimizer, milestones=[30, 90, 60])" --lr 0.1 --steps 100'

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.places:
            if not isinstance(place.schedule, MultiStep):
                continue
            marks = place.schedule.milestones
            fall = next(((before, after) for before, after in pairwise(marks) if after < before), None)
            if fall is not None:
                before, after = fall
                yield self.found(
                    f"the milestones are not in order: {after:g} stands after {before:g}",
                    None,
                    "milestones",
                    milestones=", ".join(f"{mark:g}" for mark in marks[:_TOLD])
                    + (", ..." if len(marks) > _TOLD else ""),
                )


_TOLD: Final = 6
"""Milestones that are listed: the sentence names the two out of order, these show where they stand."""
