"""The exact rates of a run at steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lrplot.curve.when import When
from lrplot.run import Run
from lrplot.schedules.base import Schedule


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates at ``steps``, and the momentum where the schedule moves one; None after the run's end.

    ``when`` has the steps at which conditions hold, by the conditions as they were asked.
    """

    steps: tuple[int, ...]
    lr: tuple[float | None, ...]
    momentum: tuple[float | None, ...] | None = None
    when: Mapping[str, When] = field(default_factory=dict)


def rates_at(run: Run, steps: Sequence[int]) -> Rates:
    """The rates of a run at steps.

    Raises
    ------
    StepError
        When the schedule has no rate at one of them.

    Examples
    --------
    >>> from lrplot.schedules.step import Step
    >>> rates_at(Run("step", Step(lr=0.5, step_size=30, gamma=0.5), 60), [0, 30, 60])
    Rates(steps=(0, 30, 60), lr=(0.5, 0.25, None), momentum=None, when={})
    """
    momentum = run.schedule.momentum
    moved = None if momentum is None else _values(momentum, steps, run.steps)
    return Rates(tuple(steps), _values(run.schedule, steps, run.steps), moved)


def _values(schedule: Schedule, steps: Sequence[int], until: int) -> tuple[float | None, ...]:
    return tuple(float(schedule(step)) if step < until else None for step in steps)
