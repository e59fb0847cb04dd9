"""A sampled curve as the artists that draw it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from lrplot.curve import Sample

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lrplot.render.scale import Scale


def draw_curve(axes: "Axes", sample: Sample, scale: "Scale", look: Mapping[str, Any]) -> None:
    """A line; and, where pieces outnumber columns, a filled band in its place."""
    rates, band = scale.drawn(sample.rates), sample.band
    if not len(band.starts):
        axes.plot(sample.steps, rates, **look)
        return
    at = np.searchsorted(band.starts, sample.steps, side="right") - 1
    hidden = (at >= 0) & (sample.steps < band.stops[at])
    axes.plot(sample.steps, np.where(hidden, np.nan, rates), **look)
    # Each column twice, at its start and its end, and a gap where the next does not follow.
    steps = np.column_stack([band.starts, band.stops]).ravel()
    low, high = (np.repeat(scale.drawn(ends), 2) for ends in (band.low, band.high))
    gaps = 2 * (np.flatnonzero(band.starts[1:] != band.stops[:-1]) + 1)
    low, high = (np.insert(ends, gaps, np.nan) for ends in (low, high))
    axes.fill_between(np.insert(steps, gaps, steps[gaps]), low, high, color=look["color"], linewidth=0.8)
