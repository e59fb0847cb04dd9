"""Labels of curves: their names where a style or the room says, in words beside them or in a legend."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from lrplot.render.mathematics import put
from lrplot.render.room import Box, Room, extent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from lrplot.render.drawn import Drawn
    from lrplot.render.scene import Scene

_MOST_LEGEND: Final = 24
"""Names of a legend; the last one tells how many more there are."""
_LEAST_LEGEND: Final = 3
"""Names of the shortest legend, in a figure however low."""
_HEIGHT: Final = 0.85
"""Share of the figure's height that a legend may take: the title and the step axis have the rest."""
_LINE: Final = 1.5
"""Height of a legend's line, in sizes of its letters."""
_ROOM: Final = 0.98
"""Share of the figure's width that a legend below may take, so that it does not touch the edges."""
_ROWS: Final = 2
"""Rows of a legend below the figure: of more names it stands on the right, one a line."""
_FEW: Final = 5
"""Names that stay below in any number of rows."""
_PUSHES: Final = 200
"""Rounds in which names push each other apart; where there is no room for all they would never end."""
_OUTSIDE: Final = {
    "right": "outside right upper",
    "top": "outside upper center",
    "bottom": "outside lower center",
}
_CORNERS: Final = (
    ("upper right", 1.0, 1.0),
    ("upper left", 0.0, 1.0),
    ("lower left", 0.0, 0.0),
    ("lower right", 1.0, 0.0),
    ("center right", 1.0, 0.5),
    ("center left", 0.0, 0.5),
    ("upper center", 0.5, 1.0),
    ("lower center", 0.5, 0.0),
    ("center", 0.5, 0.5),
)
"""Corners of the axes, and the shares of their free width and height at which a legend stands there."""


def at_the_end(
    scene: "Scene", axes: "Axes", said: str, place: float, drawn: "Drawn", size: float | None = None
) -> None:
    """Write beside the right edge, at a share of its height, in the curve's colour."""
    text = axes.annotate(
        "",
        xy=(1, place),
        xycoords="axes fraction",
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        ha="left",
        color=scene.readable(drawn.look["color"]),
        fontsize=size,
        annotation_clip=False,
    )
    put(text, said)


def apart(
    places: NDArray[np.float64], gap: float, within: tuple[float, float] = (-np.inf, np.inf)
) -> NDArray[np.float64]:
    """The places moved as little as needed to lie ``gap`` apart and within bounds, in the same order.

    >>> apart(np.array([0.0, 0.0, 1.0]), 0.1, (0.0, 1.0)).round(3).tolist()
    [0.0, 0.1, 1.0]
    """
    order = np.argsort(places, kind="stable")
    low, high = within
    moved = np.clip(places[order], low, high)
    for _ in range(_PUSHES):
        short = gap - np.diff(moved)
        if (short <= 1e-9).all():
            break
        push = np.clip(short, 0, None) / 2
        moved[:-1] -= push
        moved[1:] += push
        # What is pushed out of the bounds comes back, and pushes the others.
        moved = np.clip(moved, low, high)
    answer = np.empty_like(moved)
    answer[order] = moved
    return answer


def legend(scene: "Scene", drawn: "Sequence[Drawn]", place: str | None = None) -> None:
    """A legend outside the data: where it is asked, or below while two rows hold it, else on the right."""
    handles, names = _entries(scene, drawn)
    if place != "right":
        outside, wide = _OUTSIDE[place or "bottom"], scene.size[0] * scene.made.get_dpi() * _ROOM
        for columns in range(len(names), 0, -1):
            shown = _legend(scene.made, handles, names, loc=outside, ncols=columns)
            box = extent(shown)
            rows = -(-len(names) // columns)
            if columns == 1 or box.right - box.left <= wide:
                break
            shown.remove()
        if place or rows <= _ROWS or len(names) <= _FEW:
            return
        shown.remove()
    _legend(scene.made, handles, names, loc=_OUTSIDE["right"])


def _legend(where: Any, handles: "Sequence[Any]", names: "Sequence[str]", **more: Any) -> Any:
    shown = where.legend(handles, [f" {name}" for name in names], **more)
    for text, name in zip(shown.get_texts(), names, strict=True):
        put(text, name)
    return shown


def legend_inside(
    scene: "Scene", axes: "Axes", drawn: "Sequence[Drawn]", room: Room, *, surely: bool
) -> bool:
    """A legend inside the axes, where it covers no curve; if ``surely``, at the least bad place else."""
    handles, names = _entries(scene, drawn)
    shown = _legend(axes, handles, names, loc="upper right", borderaxespad=0.4)
    shown.set_in_layout(False)
    size, frame = extent(shown), room.frame
    wide, high = size.right - size.left, size.head - size.foot
    edge = 0.4 * scene.letters.base * room.point
    places = []
    for loc, x, y in _CORNERS:
        left = frame.left + edge + x * (frame.right - frame.left - wide - 2 * edge)
        foot = frame.foot + edge + y * (frame.head - frame.foot - high - 2 * edge)
        places.append((loc, Box(left, foot, left + wide, foot + high)))
    free = next(((loc, box) for loc, box in places if room.free(box)), None)
    if free is None and not surely:
        shown.remove()
        return False
    loc, box = free or min(places, key=lambda each: room.covered(each[1]))
    shown.set_loc(loc)
    if free is None:
        shown.set_frame_on(True)
        shown.get_frame().set(facecolor=scene.palette.background, edgecolor="none", alpha=0.85)
    room.take(box)
    return True


def _entries(scene: "Scene", drawn: "Sequence[Drawn]") -> tuple[list[Any], list[str]]:
    """The lines of a legend and their names; of very many the last ones are counted."""
    handles: list[Any] = list(scene.made.axes[0].get_lines())[: len(drawn)]
    names = [d.label for d in drawn]
    rows = int(scene.size[1] * _HEIGHT / (scene.letters.base * _LINE / 72))
    most = min(_MOST_LEGEND, max(_LEAST_LEGEND, rows))
    if len(names) > most:
        return handles[:most], [*names[: most - 1], f"… {len(drawn) - most + 1} more"]
    return handles, names
