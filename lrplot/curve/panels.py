"""Panels below a rate, on the same steps: momentum, the metric it reacts to, updates, the loss."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from lrplot.curve.sampling import KEPT, Band, Sample, Whole, sample
from lrplot.run import Run
from lrplot.schedules.base import Nested, Rates
from lrplot.schedules.composite import walk
from lrplot.schedules.reacting import Change, Reacting

Kind = Literal["momentum", "metric", "effective_lr", "change", "weights", "loss"]

_NONE: Final = np.empty(0, dtype=np.int64)
NO_BAND: Final = Band(_NONE, _NONE, np.empty(0), np.empty(0))
_MOST_MARKS: Final = 4096
"""Changes that are handed on: pictures mark fewer, and millions of metrics may change a rate as often."""
_INNER: Final = (10, 90)
"""Percentiles between which a spread over parameters lies."""


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A series on the steps of a run.

    Parameters
    ----------
    kind
        What it shows.
    middle
        Its points; over several parameters their median.
    low, high
        The tenth and the ninetieth percentile over several parameters at the same points, else None.
    marks
        Changes of the rate that it caused.
    """

    kind: Kind
    middle: Sample
    low: Rates | None = None
    high: Rates | None = None
    marks: tuple[Change, ...] = ()


def panels(run: Run, columns: int) -> Iterator[Panel]:
    """All that goes below the rate of a run."""
    momentum = run.schedule.momentum
    if momentum is not None and (run.model is None or run.model.momentum):
        yield Panel("momentum", sample(momentum, run.steps, columns))
    if run.simulation is None:
        yield from _metrics(run, columns)
    if run.optimization is not None:
        yield _updates(run, columns)
    if run.simulation is not None:
        losses = run.simulation.losses
        yield Panel("loss", thinned(np.arange(len(losses)), losses, columns), marks=tuple(changes_of(run)))


def reacting_in(run: Run) -> Iterator[tuple[Nested, Reacting]]:
    """The schedules of a run that react to a metric, where they are asked."""
    for place in walk(run.schedule, run.steps):
        if isinstance(place.schedule, Reacting) and place.own:
            yield place, place.schedule


def changes_of(run: Run) -> Iterator[Change]:
    """The changes of the rate that metrics cause, on the run's own steps."""
    for place, schedule in reacting_in(run):
        for change in schedule.changes(place.own.stop):
            if change.step > place.own.start:
                yield replace(change, step=place.step(change.step))


def _metrics(run: Run, columns: int) -> Iterator[Panel]:
    """The first metric that anything in the schedule reacts to, each at the step it is observed after."""
    for place, schedule in reacting_in(run):
        own = range(place.own.start, min(place.own.stop, schedule.last_step + 1))
        seen = np.array(schedule.observed(own.start, own.stop))
        steps = place.step(own.start) + place.each * (np.arange(len(seen)) + 1) - 1
        inside = steps < run.steps
        if inside.any():
            marks = tuple(changes_of(run))[:_MOST_MARKS]
            yield Panel("metric", thinned(steps[inside], seen[inside], columns), marks=marks)
            return


def _updates(run: Run, columns: int) -> Panel:
    """The updates that the optimizer makes of the rate."""
    if run.optimization is None:
        raise TypeError(f"{run.label} has no optimizer")
    kind = run.style.updates
    values = run.optimization.series(kind, run.schedule, run.steps)
    steps = np.arange(len(values))
    if values.size == len(values):
        return Panel(kind, thinned(steps, values.reshape(-1), columns))
    low, middle, high = _percentiles(values, (_INNER[0], 50, _INNER[1]))
    kept = _kept(middle, columns)
    return Panel(kind, Sample(steps[kept], middle[kept], exact=True, band=NO_BAND), low[kept], high[kept])


def middle_of(values: Rates) -> Rates:
    """One number a step: over several parameters their median, nan left out."""
    return values.reshape(-1) if values.size == len(values) else _percentiles(values, (50,))[0]


def _percentiles(rows: Rates, shares: Sequence[float]) -> NDArray[np.float64]:
    """Percentiles over the parameters of every row, nan left out; nan where all are."""
    found = np.full((len(shares), len(rows)), np.nan)
    some = np.isfinite(rows).any(axis=1)
    clean = np.where(np.isfinite(rows), rows, np.nan)
    if some.any():
        found[:, some] = np.nanpercentile(clean[some], shares, axis=1)
    return found


def thinned(steps: Whole, values: Rates, columns: int) -> Sample:
    """The points that draw a series: all of them, or of each column the first, lowest, highest and last."""
    kept = _kept(values, columns)
    shown = np.where(np.isfinite(values[kept]), values[kept], np.nan)
    return Sample(steps[kept], shown, exact=True, band=NO_BAND)


def _kept(values: Rates, columns: int) -> Whole:
    count = len(values)
    if count <= KEPT * columns:
        return np.arange(count)
    column = np.arange(count) * columns // count
    first = np.flatnonzero(np.r_[True, np.diff(column) > 0])
    last = np.r_[first[1:], count] - 1
    by_value = np.lexsort((values, column))
    return np.unique(np.concatenate([first, last, by_value[first], by_value[last]]))
