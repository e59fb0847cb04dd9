"""From a schedule to what people see of it: the points of its picture and its key figures.

All read the knots, so their cost does not grow with the number of steps.
"""

from dataclasses import dataclass

from lrplot.curve.changes import Change as Change
from lrplot.curve.changes import RunDifference as RunDifference
from lrplot.curve.changes import run_difference as run_difference
from lrplot.curve.closed_loop import simulated as simulated
from lrplot.curve.crossings import Condition as Condition
from lrplot.curve.crossings import Crossings as Crossings
from lrplot.curve.crossings import Stretch as Stretch
from lrplot.curve.crossings import crossings as crossings
from lrplot.curve.difference import Difference as Difference
from lrplot.curve.difference import difference as difference
from lrplot.curve.panels import NO_BAND as NO_BAND
from lrplot.curve.panels import Panel as Panel
from lrplot.curve.panels import changes_of as changes_of
from lrplot.curve.panels import middle_of as middle_of
from lrplot.curve.panels import panels
from lrplot.curve.panels import reacting_in as reacting_in
from lrplot.curve.panels import thinned as thinned
from lrplot.curve.pieces import Piece as Piece
from lrplot.curve.pieces import pieces as pieces
from lrplot.curve.sampling import COLUMNS as COLUMNS
from lrplot.curve.sampling import Sample as Sample
from lrplot.curve.sampling import sample as sample
from lrplot.curve.summary import Measure as Measure
from lrplot.curve.summary import Summary as Summary
from lrplot.curve.summary import steps_above as steps_above
from lrplot.curve.summary import summarise as summarise
from lrplot.run import Run
from lrplot.shown import Shown


@dataclass(frozen=True, slots=True)
class Curve(Shown):
    """What a run looks like.

    >>> from lrplot.schedules.step import Step
    >>> curve = Curve(Run("step", Step(lr=0.1, step_size=10**11), 10**12))
    >>> f"{curve.summary().final.value:.6g}"
    '1e-10'
    """

    run: Run

    def sample(self, columns: int = COLUMNS) -> Sample:
        """The points that draw the learning rate, exact to the column."""
        return sample(self.run.schedule, self.run.steps, columns)

    def panels(self, columns: int = COLUMNS) -> tuple[Panel, ...]:
        """What goes below the rate: momentum, the metric it reacts to, an optimizer's updates, the loss."""
        return tuple(panels(self.run, columns))

    def summary(self) -> Summary:
        """First, peak, minimum, final, mean, warm-up length and the steps above half the peak."""
        return summarise(self.run.schedule, self.run.steps)
