"""The steps at which a run's rate meets a condition, as plain values."""

from dataclasses import dataclass

from lrplot.curve.crossing import LISTED_FIRST, Condition, Crossings, crossings
from lrplot.curve.summary import highest
from lrplot.run import Run


@dataclass(frozen=True, slots=True)
class Held:
    """Steps ``first … last``, at all of which a condition holds, and the rate at the first."""

    first: int
    last: int
    lr: float


@dataclass(frozen=True, slots=True)
class Turn:
    """A step on the other side of a level: the rate before it, and its own."""

    step: int
    before: float
    lr: float


@dataclass(frozen=True, slots=True)
class When:
    """The steps at which a condition holds.

    Parameters
    ----------
    condition
        The condition on the rate, a share of the peak worked out: ``= 0.1`` for ``peak``.
    exact
        Whether no step can have been missed; else a part of the curve is too long to be known.
    count
        How many stretches there are, or, of ``crosses``, how many crossings.
    steps
        At how many steps it holds.
    stretches
        The first of the stretches; none of ``crosses``.
    crossings
        The first of the crossings, of ``crosses``.
    """

    condition: str
    exact: bool
    count: int
    steps: int
    stretches: tuple[Held, ...] = ()
    crossings: tuple[Turn, ...] = ()


def met(run: Run, condition: Condition, most: int = LISTED_FIRST) -> tuple[Condition, Crossings]:
    """The condition on this run's rates, a share of its peak worked out, and where it holds."""
    if condition.of_peak:
        condition = condition.at_peak(highest(run.schedule, run.steps).value)
    return condition, crossings(run.schedule, run.steps, condition, most)


def when_met(run: Run, condition: Condition, found: Crossings, most: int = LISTED_FIRST) -> When:
    """The steps that :func:`met` found, as plain values with their rates.

    >>> from lrplot.schedules.step import Step
    >>> run = Run("step", Step(lr=0.5, step_size=30, gamma=0.5), 90)
    >>> when_met(run, *met(run, Condition.read("<50%"))).stretches
    (Held(first=60, last=89, lr=0.125),)
    >>> when_met(run, *met(run, Condition.read("crosses 0.3"))).crossings
    (Turn(step=30, before=0.5, lr=0.25),)
    """
    if condition.sign == "crosses":
        turns = tuple(_turn(run, step) for step in found.turns[:most])
        return When(str(condition), found.exact, found.turned, found.steps, crossings=turns)
    held = tuple(Held(s.start, s.stop - 1, float(run.schedule(s.start))) for s in found.first)
    return When(str(condition), found.exact, found.count, found.steps, stretches=held)


def _turn(run: Run, step: int) -> Turn:
    before, lr = run.schedule([step - 1, step]).tolist()
    return Turn(step, before, lr)
