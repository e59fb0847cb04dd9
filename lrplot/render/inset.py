"""A stretch of the curves drawn once more, larger, where the axes are free."""

import warnings
from typing import TYPE_CHECKING, Final

import numpy as np

from lrplot.curve.summary import warmup_steps
from lrplot.render.fonts import DrawingWarning
from lrplot.render.lines import draw_curve
from lrplot.render.room import Box, Room
from lrplot.render.scale import Scale, nice, rate_scale, step_ticks
from lrplot.render.step_labels import set_ticks
from lrplot.text.numbers import steps as step_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from lrplot.curve import Sample
    from lrplot.render.drawn import Drawn
    from lrplot.render.scene import Scene

_BEYOND: Final = 2.0
"""How many warm-ups long the stretch is that shows one."""
_SIZES: Final = ((0.42, 0.44), (0.36, 0.4), (0.3, 0.36), (0.26, 0.32))
"""Shares of the axes' width and height, the largest that has room first."""
_COLUMNS: Final = 600
"""Columns of the curve in an inset, which is at most 0.42 of a figure wide: about one a pixel."""
_LEAST: Final = 2.0
"""Letters that the shorter side of an inset is long at least: no curve is seen in less."""
_STRIDE: Final = 9
"""Points between two places that are tried."""


def draw_inset(scene: "Scene", axes: "Axes", drawn: "Sequence[Drawn]", scale: Scale, room: Room) -> None:
    """Draw the stretch that the style asks for, and warn where that cannot be."""
    if scene.style.inset in (None, "off"):
        return
    stretch = _stretch(scene, drawn)
    if stretch is None:
        warnings.warn(DrawingWarning(_lacking(scene.style.inset)), stacklevel=2)
        return
    letters = scene.letters.small * room.point
    for wide, high in _SIZES:
        box = _free(room, wide, high, letters)
        if box is not None and _is_seen(_inside(box, letters), letters):
            break
    else:
        warnings.warn(DrawingWarning("no room for the inset; give a larger --size"), stacklevel=2)
        return
    room.take(box)
    inner = _inside(box, letters)
    low, high_corner = axes.transAxes.inverted().transform([inner[:2], inner[2:]])
    made = axes.inset_axes((*low, *(high_corner - low)), zorder=4)
    _draw(scene, made, drawn, stretch, scale)
    if scene.style.inset == "warmup":
        made.set_title(scene.words["warm-up"], fontsize=scene.letters.small, fontstyle="italic", pad=2, y=1)
        made.title.set(color=scene.palette.muted, fontweight="normal")
    else:
        axes.axvspan(*stretch, facecolor=scene.palette.grid, edgecolor="none", alpha=0.5, zorder=0)


def _inside(box: Box, letters: float) -> Box:
    """What is left of a rectangle beside the ticks of an inset and under its title."""
    return Box(
        box.left + 3.4 * letters,
        box.foot + 1.9 * letters,
        box.right - 1.6 * letters,
        box.head - 1.6 * letters,
    )


def _is_seen(box: Box, letters: float) -> bool:
    return min(box.right - box.left, box.head - box.foot) > _LEAST * letters


def _stretch(scene: "Scene", drawn: "Sequence[Drawn]") -> tuple[float, float] | None:
    """From where to where on the step axis; None where no curve has that."""
    wanted = scene.style.inset
    if isinstance(wanted, tuple):
        last = max(float(d.across(d.curve.run.steps - 1)) for d in drawn)
        return wanted if wanted[0] < last else None
    runs = [d.curve.run for d in drawn]
    warmups = [warmup_steps(run.schedule, run.steps) for run in runs]
    ends = [float(d.across(steps)) for d, steps in zip(drawn, warmups, strict=True)]
    return (0.0, max(ends) * _BEYOND) if max(ends) > 0 else None


def _lacking(wanted: object) -> str:
    """Why there is no such stretch."""
    if isinstance(wanted, tuple):
        return f"no inset is drawn: no curve goes on to {wanted[0]:g}"
    return "no inset is drawn: no curve has a warm-up"


def _free(room: Room, wide: float, high: float, letters: float) -> Box | None:
    """A free rectangle with room for ticks, the higher and the further right the better."""
    frame = room.frame
    width, height = (frame.right - frame.left) * wide, (frame.head - frame.foot) * high

    def boxes() -> "Iterator[Box]":
        stride = _STRIDE * room.point
        for foot in np.arange(frame.head - height - letters, frame.foot + letters, -stride):
            for left in np.arange(frame.right - width - letters, frame.left + letters, -stride):
                yield Box(left, foot, left + width, foot + height)

    return room.first_free(boxes())


def _draw(
    scene: "Scene", made: "Axes", drawn: "Sequence[Drawn]", stretch: tuple[float, float], scale: Scale
) -> None:
    samples: list[Sample] = []
    for d in drawn:
        start, stop = scene.axis.in_sight(d.curve.run, stretch)
        samples.append(d.curve.part(start, stop, _COLUMNS))
    own = rate_scale(np.concatenate([sample.rates for sample in samples]), log=scale.log, ticks=3)
    for d, sample in zip(drawn, samples, strict=True):
        look = {**d.look, "linewidth": d.look["linewidth"] * 0.85}
        draw_curve(made, d, sample, own, look)
    if own.log:
        made.set_yscale("log")
    low, high = stretch
    made.set_xlim(low, high)
    made.set_ylim(own.low, own.high)
    places = (
        nice(low, high, 3) if low else [place for place, _ in step_ticks(int(high), 3)] or nice(low, high, 2)
    )
    set_ticks(made.xaxis, [(place, step_text(place)) for place in places])
    set_ticks(made.yaxis, own.ticks)
    made.tick_params(labelsize=scene.letters.small, length=2.5, pad=2)
    made.minorticks_off()
    made.grid(visible=False)
    made.set_facecolor(scene.palette.background if scene.palette.background != "none" else "none")
    for side in ("top", "right"):
        made.spines[side].set_visible(True)
    for spine in made.spines.values():
        spine.set(color=scene.palette.muted, linewidth=0.7)
