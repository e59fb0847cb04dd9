"""A run in the noisy quadratic model, the loss fed back to the schedules that react to one."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from lrplot.errors import LrplotError
from lrplot.optimizers import Quadratic
from lrplot.optimizers.model import PROGRESS_EVERY, Floats, Progress
from lrplot.optimizers.quadratic import MOST_STEPS
from lrplot.run import Run
from lrplot.schedules.base import Nested, Schedule
from lrplot.schedules.composite import walk
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.reacting import Reacting

_BLOCK: Final = 1024
"""Rates that are worked out ahead, void at the first change: so few cost less than twice the call for one."""


def simulated(run: Run, progress: Progress | None = None) -> Run:
    """The run with its expected loss, where it has a model; else the run itself.

    Schedules that react to a metric are given the model's loss in place of any metrics of their own:
    metric k is the loss after update k (for Optax' rule, before it). Where the model's momentum is not 0,
    a schedule that moves momentum moves the model's.

    Raises
    ------
    LrplotError
        When the run is longer than 10^7 steps, or has an optimizer of its own.

    Examples
    --------
    >>> from lrplot.schedules.constant import Constant
    >>> run = simulated(Run("constant", Constant(lr=0.5), 3, model=Quadratic(dimension=2, batch_size=4)))
    >>> run.simulation.losses.round(6).tolist()
    [0.75, 0.304688, 0.161621, 0.108002]
    """
    model = run.model
    if model is None:
        return run
    if run.optimization is not None:
        name = run.optimization.optimizer.type
        raise LrplotError(f"{run.label}: the model trains by plain SGD, not by {name}; leave 'optimizer' out")
    if run.steps > MOST_STEPS:
        raise LrplotError(
            f"{run.label}: at most {MOST_STEPS:,} steps are simulated, the run has {run.steps:,}"
        )
    if any(isinstance(each.schedule, Reacting) for each in walk(run.schedule, run.steps)):
        run = replace(run, schedule=_Loop(run, model, progress).closed())
    rates = run.schedule.table(run.steps)
    return replace(run, simulation=model.simulate(rates, _momenta(run, model), progress))


def _momenta(run: Run, model: Quadratic) -> Floats | None:
    momentum = run.schedule.momentum
    return None if momentum is None or not model.momentum else momentum.table(run.steps)


@dataclass(slots=True)
class _Part:
    """A schedule that reacts, where it stands, and what it has seen and done so far."""

    place: Nested
    schedule: Reacting
    state: Any
    metrics: list[float]
    points: dict[float, float]

    def observes(self, step: int) -> bool:
        """True where its own clock ends a step with the run's ``step`` (begins one, where it looks ahead)."""
        since = step - self.place.origin + (0 if self.schedule.ahead else 1)
        return step >= self.place.origin and since % self.place.each == 0

    def observe(self, loss: float) -> bool:
        """Take a loss; whether the rate changed."""
        self.metrics.append(loss)
        before, self.state = self.state.lr, self.schedule.observe(self.state, loss)
        if self.state.lr != before:
            self.points[float(len(self.metrics) - self.schedule.ahead)] = self.state.lr
        return bool(self.state.lr != before)

    def so_far(self) -> Schedule:
        """The rates it has had, as they would stay without another change."""
        return Piecewise(points=tuple(sorted(self.points.items())))

    def with_all(self, steps: int) -> Schedule:
        """The schedule itself, its metrics those of the model; what diverged is infinite to the end."""
        own = -(-(steps - self.place.origin) // self.place.each)
        missing = max(0, own - len(self.metrics))
        given = (*self.metrics, *([math.inf] * missing))
        return self.schedule.model_copy(update={"metrics": given, "formula": None})


class _Loop:
    """Runs model and schedule side by side, a step at a time."""

    def __init__(self, run: Run, model: Quadratic, progress: Progress | None) -> None:
        self._run = run
        self._model = model
        self._progress = progress
        self._parts = [
            _Part(each, each.schedule, state, [], {0.0: state.lr})
            for each in walk(run.schedule, run.steps)
            if isinstance(each.schedule, Reacting)
            for state in (each.schedule.start(),)
        ]
        late = next((part for part in self._parts if part.place.origin < 0), None)
        if late is not None:
            raise LrplotError(
                f"{run.label}: a {late.schedule.type} that is begun late has seen no loss of the model"
            )

    def closed(self) -> Schedule:
        """The run's schedule with the metrics that the model gives it."""
        model, steps = self._model, self._run.steps
        state, rates, first = model.begin(), np.empty(0), 0
        loss, momenta = model.loss(state), _momenta(self._run, model)
        for step in range(steps):
            dirty = self._told(step, loss, ahead=True)
            if dirty or step >= first + len(rates):
                rates, first = self._rates(step), step
            state = model.advance(
                state, float(rates[step - first]), None if momenta is None else momenta[step]
            )
            loss = model.loss(state)
            if model.has_diverged(loss):
                break
            if self._told(step, loss, ahead=False):
                rates = rates[:0]
            if self._progress is not None and (step + 1) % PROGRESS_EVERY == 0:
                self._progress(step + 1, 2 * steps)
        return _replaced(
            self._run.schedule, {id(part.schedule): part.with_all(steps) for part in self._parts}
        )

    def _told(self, step: int, loss: float, *, ahead: bool) -> bool:
        """Show the loss to the parts whose turn it is; whether a rate changed."""
        changed = False
        for part in self._parts:
            if bool(part.schedule.ahead) == ahead and part.observes(step):
                changed = part.observe(loss) or changed
        return changed

    def _rates(self, step: int) -> Floats:
        frozen = _replaced(self._run.schedule, {id(part.schedule): part.so_far() for part in self._parts})
        return frozen(np.arange(step, min(step + _BLOCK, self._run.steps)))


def _replaced(schedule: Schedule, others: Mapping[int, Schedule]) -> Schedule:
    """The schedule with some of those inside it, known by identity, exchanged for others."""
    if id(schedule) in others:
        return others[id(schedule)]
    inside = schedule.inside()
    return schedule.with_inside([_replaced(each.schedule, others) for each in inside]) if inside else schedule
