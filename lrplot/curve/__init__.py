"""From a schedule to what people see of it: the points of its picture and its key figures.

All read the knots, so their cost does not grow with the number of steps.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from lrplot.curve.difference import Difference as Difference
from lrplot.curve.difference import difference as difference
from lrplot.curve.levels import levels as levels
from lrplot.curve.pieces import Piece as Piece
from lrplot.curve.pieces import pieces as pieces
from lrplot.curve.sampling import COLUMNS as COLUMNS
from lrplot.curve.sampling import Sample as Sample
from lrplot.curve.sampling import sample as sample
from lrplot.curve.sampling import sample_part as sample_part
from lrplot.curve.sampling import sample_rows as sample_rows
from lrplot.curve.summary import Measure as Measure
from lrplot.curve.summary import Summary as Summary
from lrplot.curve.summary import steps_above as steps_above
from lrplot.curve.summary import summarise as summarise
from lrplot.display import Shown
from lrplot.run import Run

if TYPE_CHECKING:
    from lrplot.curve.closed_loop import simulated as simulated
    from lrplot.curve.crossing import Condition as Condition
    from lrplot.curve.crossing import Crossings as Crossings
    from lrplot.curve.crossing import Stretch as Stretch
    from lrplot.curve.crossing import crossings as crossings
    from lrplot.curve.panels import Panel as Panel
    from lrplot.curve.panels import changes_of as changes_of
    from lrplot.curve.panels import middle_of as middle_of
    from lrplot.curve.panels import reacting_in as reacting_in
    from lrplot.curve.rates import Rates as Rates
    from lrplot.curve.rates import rates_at as rates_at
    from lrplot.curve.run_diff import Change as Change
    from lrplot.curve.run_diff import RunDifference as RunDifference
    from lrplot.curve.run_diff import run_difference as run_difference
    from lrplot.curve.when import When as When
    from lrplot.curve.when import met as met
    from lrplot.curve.when import when_met as when_met

# What few commands need, and what costs an import.
_HOMES: Final = {
    "Change": "run_diff",
    "RunDifference": "run_diff",
    "run_difference": "run_diff",
    "Rates": "rates",
    "rates_at": "rates",
    "simulated": "closed_loop",
    "Condition": "crossing",
    "Crossings": "crossing",
    "Stretch": "crossing",
    "crossings": "crossing",
    "Panel": "panels",
    "changes_of": "panels",
    "middle_of": "panels",
    "reacting_in": "panels",
    "When": "when",
    "met": "when",
    "when_met": "when",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'lrplot.curve' has no attribute {name!r}")
    return getattr(import_module(f"lrplot.curve.{home}"), name)


def with_its_loss(run: Run) -> Run:
    """The run, simulated where its spec asks for that and it is not yet."""
    if run.model is None or run.simulation is not None:
        return run
    from lrplot.curve.closed_loop import simulated

    return simulated(run)


@dataclass(frozen=True, slots=True)
class Curve(Shown):
    """The points and key figures of one run.

    >>> from lrplot.schedules.step import Step
    >>> curve = Curve(Run("step", Step(lr=0.1, step_size=10**11), 10**12))
    >>> f"{curve.summary().final.value:.6g}"
    '1e-10'
    """

    run: Run

    def sample(self, columns: int = COLUMNS) -> Sample:
        """The points that draw the learning rate, exact to the column."""
        if self.run.logged is not None:
            return sample_rows(self.run, columns)
        return sample(self.run.schedule, self.run.steps, columns)

    def part(self, start: int, stop: int, columns: int = COLUMNS) -> Sample:
        """The points that draw the steps ``start … stop-1``, as finely as if they were the whole run."""
        if self.run.logged is not None:
            return sample_rows(self.run, columns)
        return sample_part(self.run.schedule, start, stop, columns)

    def panels(self, columns: int = COLUMNS) -> "tuple[Panel, ...]":
        """The panels below the rate: momentum, the metric it reacts to, an optimizer's updates, the loss."""
        from lrplot.curve.panels import panels

        return tuple(panels(self.run, columns))

    def summary(self) -> Summary:
        """First, peak, minimum, final, mean, warm-up length and the steps above half the peak."""
        return summarise(self.run.schedule, self.run.steps)
