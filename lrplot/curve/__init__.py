"""From a schedule to what people see of it: the points of its picture and its key figures.

All read the knots, so their cost does not grow with the number of steps.
"""

from dataclasses import dataclass

from lrplot.curve.difference import Difference as Difference
from lrplot.curve.difference import difference as difference
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


@dataclass(frozen=True, slots=True)
class Curve:
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

    def momentum(self, columns: int = COLUMNS) -> Sample | None:
        """The points that draw the momentum, None where the schedule moves none."""
        momentum = self.run.schedule.momentum
        return None if momentum is None else sample(momentum, self.run.steps, columns)

    def summary(self) -> Summary:
        """First, peak, minimum, final, mean, warm-up length and the steps above half the peak."""
        return summarise(self.run.schedule, self.run.steps)
