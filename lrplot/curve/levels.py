"""A curve in a few numbers: the highest rate of each column."""

from typing import Final

import numpy as np

from lrplot.curve.sampling import Sample

_DIGITS: Final = 6
"""Decimals of a share, so that it is short as data; a column has at most 8 levels."""


def levels(drawn: Sample, columns: int) -> list[float]:
    """The highest rate of each of so many columns, as a share of the curve's peak.

    >>> from lrplot.curve.sampling import sample
    >>> from lrplot.schedules.step import Step
    >>> levels(sample(Step(lr=0.3, step_size=50.0), 100, 4), 4)
    [1.0, 1.0, 0.1, 0.1]
    """
    # At a jump a step stands twice; the second is its own rate.
    own = np.append(np.diff(drawn.steps) > 0, True)
    steps, rates = drawn.steps[own] - drawn.steps[0], drawn.rates[own]
    column = steps * columns // (int(steps[-1]) + 1)
    highest = np.full(columns, -np.inf)
    np.maximum.at(highest, column, rates)
    known = np.flatnonzero(np.isfinite(highest))
    # A column between two points lies on the way from one to the other.
    filled = np.interp(np.arange(columns), known, highest[known])
    shares: list[float] = (filled / (float(filled.max()) or 1.0)).round(_DIGITS).tolist()
    return shares
