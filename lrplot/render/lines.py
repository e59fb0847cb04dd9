"""A sampled curve as the artists that draw it."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.collections import LineCollection

from lrplot.curve import Sample
from lrplot.render.room import Pixels, along

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lrplot.render.drawn import Drawn
    from lrplot.render.scale import Scale

_SINGLE: Final = 256
"""Curves that are a line of their own, which takes a third of a millisecond; what is more is one artist."""
_SOLID: Final = ("-", "solid", (0, ()))
_OF_ONE: Final = frozenset({"color", "linestyle", "linewidth", "solid_joinstyle", "solid_capstyle"})
"""What is said of a line that is drawn together with others."""


def draw_curves(axes: "Axes", drawn: "Sequence[Drawn]", scale: "Scale") -> None:
    """The rates of several curves, in their order."""
    for d in drawn[:_SINGLE]:
        draw_curve(axes, d, d.rate, scale)
    for _, looks in groupby(drawn[_SINGLE:], _together):
        together = list(looks)
        if _together(together[0]) is None:
            for d in together:
                draw_curve(axes, d, d.rate, scale)
        else:
            _draw_together(axes, together, scale)


def _together(drawn: "Drawn") -> tuple[Any, ...] | None:
    """What lines that can be drawn at once have in common, None of one that cannot."""
    look, band = drawn.look, drawn.rate.band
    if look.keys() - _OF_ONE or look["linestyle"] not in _SOLID or len(band.starts):
        return None
    return look["solid_joinstyle"], look["solid_capstyle"]


def _draw_together(axes: "Axes", drawn: "Sequence[Drawn]", scale: "Scale") -> None:
    looks = [d.look for d in drawn]
    lines = [np.column_stack([d.across(d.rate.steps), scale.drawn(d.rate.rates)]) for d in drawn]
    made = LineCollection(
        lines,
        colors=[look["color"] for look in looks],
        linewidths=[look["linewidth"] for look in looks],
        joinstyle=looks[0]["solid_joinstyle"],
        capstyle=looks[0]["solid_capstyle"],
        zorder=2,
    )
    made.set_in_layout(False)
    axes.add_collection(made)


def draw_curve(
    axes: "Axes", drawn: "Drawn", sample: Sample, scale: "Scale", look: Mapping[str, Any] | None = None
) -> None:
    """A line; and, where pieces outnumber columns, a filled band in its place."""
    look = drawn.look if look is None else look
    rates, band = scale.drawn(sample.rates), sample.band
    x = drawn.across(sample.steps)
    if not len(band.starts):
        _plot(axes, x, rates, look)
        return
    _plot(axes, x, np.where(_hidden(sample), np.nan, rates), look)
    # Each column twice, at its start and its end, and a gap where the next does not follow.
    steps = np.column_stack([band.starts, band.stops]).ravel()
    low, high = (np.repeat(scale.drawn(ends), 2) for ends in (band.low, band.high))
    gaps = 2 * (np.flatnonzero(band.starts[1:] != band.stops[:-1]) + 1)
    low, high = (np.insert(ends, gaps, np.nan) for ends in (low, high))
    across = drawn.across(np.insert(steps, gaps, steps[gaps]))
    axes.fill_between(across, low, high, color=look["color"], linewidth=0.8)


def _plot(axes: "Axes", x: Any, y: Any, look: Mapping[str, Any]) -> None:
    (line,) = axes.plot(x, y, **look)
    # It ends where the axes do, so that a layout need not measure it: of many curves that took longest.
    line.set_in_layout(False)


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
