"""The phases of a curve: shaded, parted by dashed lines, and named above it; a narrow one under a bracket."""

from typing import TYPE_CHECKING, Any, Final

from lrplot.render.room import Box, Room, extent
from lrplot.render.words import phase_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from lrplot.render.drawn import Drawn
    from lrplot.render.scene import Scene
    from lrplot.schedules.phase import Phase

_MOST: Final = 8
"""Phases that are shaded: names of more do not fit beside one another."""
_NARROWEST: Final = 5.0
"""Points of the narrowest bracket."""


def phases_of(drawn: "Drawn") -> "tuple[Phase, ...]":
    """The phases that are shown: none where there is one, or too many to tell apart."""
    run = drawn.curve.run
    phases = run.schedule.phases(run.steps)
    return phases if 1 < len(phases) <= _MOST else ()


def shade(scene: "Scene", axes: "Axes", drawn: "Drawn", phases: "Sequence[Phase]") -> None:
    """Colour the room behind each phase, and draw a line where it begins."""
    for i, phase in enumerate(phases):
        start, stop = (float(drawn.across(step)) for step in (phase.start, phase.stop))
        colour = scene.palette.shades[i % 2]
        axes.axvspan(start, stop, facecolor=colour, edgecolor="none", zorder=0)
        if phase.start > 0:
            axes.axvline(start, color=scene.palette.muted, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)


def name(scene: "Scene", axes: "Axes", drawn: "Drawn", phases: "Sequence[Phase]", room: Room) -> None:
    """Write each phase's name in its middle; where it is too narrow, behind a bracket over it."""
    narrow = []
    for phase in phases:
        left, right = _ends(axes, drawn, phase)
        if right <= left:
            continue
        text = _write(scene, axes, phase, (left + right) / 2, "center")
        box = extent(text)
        if box.right - box.left > right - left - 4 * room.point:
            text.remove()
            narrow.append((phase, left, right))
        else:
            room.take(box.grown(room.point))
    lines = [_ends(axes, drawn, phase)[0] for phase in phases if phase.start > 0]
    for phase, left, right in narrow:
        _bracket(scene, axes, room, phase, (left, right), lines)


def _ends(axes: "Axes", drawn: "Drawn", phase: "Phase") -> tuple[float, float]:
    """The pixels at which a phase begins and ends, as far as it is in sight."""
    frame = axes.get_window_extent()
    places = (
        axes.transData.transform((float(drawn.across(step)), 1.0))[0] for step in (phase.start, phase.stop)
    )
    left, right = places
    return max(left, frame.x0), min(right, frame.x1)


def _write(scene: "Scene", axes: "Axes", phase: "Phase", x: float, side: str) -> Any:
    """A phase's name in the uppermost line of the axes."""
    share = axes.transAxes.inverted().transform((x, 0))[0]
    return axes.annotate(
        phase_word(scene.words, phase.name),
        xy=(share, 1),
        xycoords="axes fraction",
        xytext=(0, -4),
        textcoords="offset points",
        ha=side,
        va="top",
        color=scene.palette.muted,
        fontsize=scene.letters.note,
        fontstyle="italic",
        zorder=5,
    )


def _bracket(
    scene: "Scene",
    axes: "Axes",
    room: Room,
    phase: "Phase",
    ends: tuple[float, float],
    lines: "Sequence[float]",
) -> None:
    """A bracket over a narrow phase, and its name beside it; neither where that covers another."""
    point, middle = room.point, sum(ends) / 2
    half = max(ends[1] - ends[0], _NARROWEST * point) / 2
    left, right = max(middle - half, room.frame.left), min(middle + half, room.frame.right)
    for x, side in ((right + 4 * point, "left"), (left - 4 * point, "right")):
        text = _write(scene, axes, phase, x, side)
        box = extent(text)
        if room.free(box) and not any(box.left < line < box.right for line in lines):
            break
        text.remove()
    else:
        return
    room.take(box.grown(2 * point))
    height = (box.foot + box.head) / 2
    foot = height - 4 * point
    to_axes = axes.transAxes.inverted().transform
    corners = to_axes([(left, foot), (left, height), (right, height), (right, foot)])
    muted = scene.palette.muted
    axes.plot(*corners.T, color=muted, linewidth=0.9, transform=axes.transAxes, clip_on=False, zorder=5)
    room.take(Box(left, foot, right, height))
