"""A sampled curve as the artists that draw it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from lrplot.curve import Sample
from lrplot.render.room import Pixels, along

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lrplot.render.drawn import Drawn
    from lrplot.render.scale import Scale


def draw_curve(
    axes: "Axes", drawn: "Drawn", sample: Sample, scale: "Scale", look: Mapping[str, Any] | None = None
) -> None:
    """A line; and, where pieces outnumber columns, a filled band in its place."""
    look = drawn.look if look is None else look
    rates, band = scale.drawn(sample.rates), sample.band
    x = drawn.across(sample.steps)
    if not len(band.starts):
        axes.plot(x, rates, **look)
        return
    axes.plot(x, np.where(_hidden(sample), np.nan, rates), **look)
    # Each column twice, at its start and its end, and a gap where the next does not follow.
    steps = np.column_stack([band.starts, band.stops]).ravel()
    low, high = (np.repeat(scale.drawn(ends), 2) for ends in (band.low, band.high))
    gaps = 2 * (np.flatnonzero(band.starts[1:] != band.stops[:-1]) + 1)
    low, high = (np.insert(ends, gaps, np.nan) for ends in (low, high))
    across = drawn.across(np.insert(steps, gaps, steps[gaps]))
    axes.fill_between(across, low, high, color=look["color"], linewidth=0.8)


def _hidden(sample: Sample) -> Any:
    """Which points a band stands for."""
    at = np.searchsorted(sample.band.starts, sample.steps, side="right") - 1
    return (at >= 0) & (sample.steps < sample.band.stops[at])


def on_screen(axes: "Axes", drawn: "Drawn", sample: Sample, scale: "Scale") -> Pixels:
    """The points of a drawn curve in pixels, its bands as upright lines."""
    line = along(axes, drawn.across(sample.steps), scale.drawn(sample.rates))
    band = sample.band
    if not len(band.starts):
        return line
    low, high = (
        axes.transData.transform(np.column_stack([drawn.across(band.starts), scale.drawn(ends)]))
        for ends in (band.low, band.high)
    )
    share = np.linspace(0, 1, 200)[:, None, None]
    return np.concatenate([line, (low + share * (high - low)).reshape(-1, 2)])
