"""Annotations on curves: their phases, and their peaks, minima, ends and drops beside their points."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lrplot.render import phases as of_phases
from lrplot.render.composition import lay_out
from lrplot.render.fonts import DrawingWarning
from lrplot.render.inset import draw_inset
from lrplot.render.lines import on_screen
from lrplot.render.points import Point, points_of
from lrplot.render.room import Box, Room, extent
from lrplot.render.scene import UNLAID

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lrplot.render.drawn import Drawn
    from lrplot.render.scale import Scale
    from lrplot.render.scene import Scene

_MOST_CURVES: Final = 6
"""Curves whose points are named: labels of more find no free place by their own points."""
_AXES: Final = 0.75
"""Share of the figure's height that all panels take: the title and the labels have the rest."""
_NEAR: Final = 7.0
"""Points between a point and a label that needs no line to it."""
_FAR: Final = (16.0, 26.0, 38.0, 52.0, 70.0, 92.0)
"""Points between a point and a label that has a line to it."""
_LONE: Final = 9.0
"""Points by which a label is nearer to its own point than to any other."""
_REACH: Final = 0.5
"""Share of the axes' height in which a label's place is looked for."""


def make_room(scene: "Scene", axes: "Axes", scale: "Scale") -> None:
    """Raise the axis by a line of text, where phases are named."""
    style = scene.style
    if not style.annotate or (style.ylim is not None and style.ylim[1] is not None):
        return
    height = scene.size[1] * _AXES * axes.get_position().height / UNLAID
    share = scene.letters.note * 2.0 / 72 / height
    low, high = scale.low, scale.high
    top = high * (high / low) ** share if scale.log else high + (high - low) * share
    axes.set_ylim(low, top)


def annotate(
    scene: "Scene", panels: "Mapping[str, Axes]", drawn: "Sequence[Drawn]", scales: "Mapping[str, Scale]"
) -> None:
    """Name the phases of the one curve, and the points of each; draw an inset where there is one.

    A label that finds no free place by its own point is left out, and its dot with it.
    """
    marks, axes = scene.style.annotate or (), panels["rate"]
    if len(drawn) > _MOST_CURVES and marks:
        message = f"--annotate: of {len(drawn)} curves no points are named, of {_MOST_CURVES} they would be"
        warnings.warn(DrawingWarning(message), stacklevel=2)
        marks = ()
    phases = of_phases.phases_of(drawn[0]) if len(drawn) == 1 and "phases" in marks else ()
    of_phases.shade(scene, axes, drawn[0], phases)
    if not marks and scene.style.inset in (None, "off"):
        return
    lay_out(scene.made)
    room, scale = Room(axes), scales["rate"]
    for text in axes.texts:
        room.take(extent(text).grown(room.point))
    of_phases.name(scene, axes, drawn[0], phases, room)
    for d in drawn:
        room.fill(on_screen(axes, d, d.rate, scale))
    upright = [_pixel(axes, drawn[0], phase.start) for phase in phases if phase.start > 0]
    for x in (*upright, *(axes.transData.transform((place, 1.0))[0] for place in scene.lines)):
        room.upright(x)
    named = [point for d in drawn for point in points_of(scene, d, marks)]
    _label(scene, axes, scale, named, room, upright)
    draw_inset(scene, axes, drawn, scale, room)
    scene.made.laid_out = True  # type: ignore[attr-defined]
    scene.made.stale = False  # any change from here on makes it stale again


def _pixel(axes: "Axes", drawn: "Drawn", step: int) -> float:
    return float(axes.transData.transform((float(drawn.across(step)), 1.0))[0])


def _label(
    scene: "Scene", axes: "Axes", scale: "Scale", named: Sequence[Point], room: Room, upright: Sequence[float]
) -> None:
    """Dot and label the points; several curves that pass through one point share its label."""
    dots: list[tuple[float, float]] = []
    shown: list[tuple[Point, tuple[float, float]]] = []
    for point in named:
        x, y = float(point.drawn.across(point.step)), float(scale.drawn(np.array([point.rate]))[0])
        pixel = axes.transData.transform((x, y))
        if any(np.hypot(*(pixel - other)) < 2 * room.point for other in dots):
            continue
        dots.append((float(pixel[0]), float(pixel[1])))
        shown.append((point, (x, y)))
    left_out: list[str] = []
    several = len({id(point.drawn) for point, _ in shown}) > 1
    for i, (point, at) in enumerate(shown):
        colour = scene.readable(point.drawn.look["color"]) if several else scene.palette.text
        others = [dot for j, dot in enumerate(dots) if j != i]
        neighbours = _Neighbours(dots[i], others, upright)
        tries = [(text, near) for near in (True, False) for text in (point.text, point.broken)]
        for text, near in tries:
            if _place(scene, axes, text, at, neighbours, room, colour, near=near):
                _dot(scene, axes, point, at)
                break
        else:
            left_out.append(f"{point.text} of {point.drawn.label}")
    if several and left_out:
        message = f"--annotate: no room beside the curves for {', '.join(left_out)}"
        warnings.warn(DrawingWarning(message), stacklevel=2)


class _Neighbours:
    """A point's place in pixels, and what its label keeps away from."""

    def __init__(
        self, own: tuple[float, float], others: Sequence[tuple[float, float]], upright: Sequence[float]
    ) -> None:
        self.own = own
        self._others = others
        self._upright = upright

    def may_stand(self, box: Box, point: float) -> bool:
        """True for a box that is plainly its own point's: nearest to it, and on its side of dashed lines."""
        x, _ = self.own
        for line in self._upright:
            if (x < line - point and box.right > line) or (x > line + point and box.left < line):
                return False
        own = box.distance(*self.own)
        return all(box.distance(*other) > own + _LONE * point for other in self._others)


def _place(
    scene: "Scene",
    axes: "Axes",
    said: str,
    at: tuple[float, float],
    neighbours: _Neighbours,
    room: Room,
    colour: str,
    *,
    near: bool,
) -> bool:
    """Write a label at the first place by its point where it covers nothing; far off with a line to it."""
    text: Any = axes.annotate(
        said,
        xy=at,
        xytext=(0, 0),
        textcoords="offset points",
        ha="left",
        va="bottom",
        color=colour,
        fontsize=scene.letters.note,
        zorder=5,
    )
    size = extent(text)
    wide, high = size.right - size.left, size.head - size.foot
    x, y = neighbours.own
    for dx, dy in _near(room, wide, high) if near else _far(room, wide, high):
        box = Box(x + dx, y + dy, x + dx + wide, y + dy + high)
        if not room.free(box.grown(room.point)) or not neighbours.may_stand(box, room.point):
            continue
        if not near and not _reaches(room, (x, y), box):
            continue
        text.set_position((dx / room.point, dy / room.point))
        room.take(box.grown(room.point))
        if not near:
            _join(scene, axes, (x, y), box)
        return True
    text.remove()
    return False


def _near(room: Room, wide: float, high: float) -> Iterator[tuple[float, float]]:
    """Where a label's lower left corner may lie, from its point, to be plainly its own."""
    near = _NEAR * room.point
    right, left = near, -near - wide
    up, down = near * 0.8, -near * 0.8 - high
    yield from ((right, up), (left, up), (left, down), (right, down))
    yield from ((-wide / 2, near * 1.2), (-wide / 2, -near * 1.2 - high))
    yield from ((dx, -high / 2) for dx in (right, left, right + near / 2, left - near / 2))


def _far(room: Room, wide: float, high: float) -> Iterator[tuple[float, float]]:
    """The same further and further off."""
    near, most = _NEAR * room.point, (room.frame.head - room.frame.foot) * _REACH
    for far in (each * room.point for each in _FAR if each * room.point <= most):
        for dy in (far, -far - high):
            yield from ((dx, dy) for dx in (-near - wide, near, -wide / 2, -4 * near - wide, 4 * near))


def _reaches(room: Room, point: tuple[float, float], box: Box) -> bool:
    """True where a line from a point to its label crosses nothing else."""
    corner = _corner(point, box)
    share = np.linspace(0, 1, 40)[:, None]
    line = np.array(point) + share * (np.array(corner) - np.array(point))
    # The line begins on the curve.
    far = line[np.hypot(*(line - np.array(point)).T) > _NEAR * 0.8 * room.point]
    return all(room.covered(Box(a, b, a + 1, b + 1)) == 0 for a, b in far[:-1])


def _corner(point: tuple[float, float], box: Box) -> tuple[float, float]:
    """The place of a label's edge that is nearest to its point."""
    return float(np.clip(point[0], box.left, box.right)), float(np.clip(point[1], box.foot, box.head))


def _dot(scene: "Scene", axes: "Axes", point: Point, at: tuple[float, float]) -> None:
    size = 2.2 * scene.palette.line + 1
    axes.plot(*at, "o", color=point.drawn.look["color"], markersize=size, zorder=4, clip_on=False)


def _join(scene: "Scene", axes: "Axes", point: tuple[float, float], box: Box) -> None:
    """A thin line from a point to its label."""
    ends = axes.transData.inverted().transform([point, _corner(point, box)])
    axes.plot(
        *ends.T, color=scene.palette.muted, linewidth=0.7, zorder=3, clip_on=False, solid_capstyle="butt"
    )
