"""Names of curves beside the curves: at their ends where those part, else where the gap is widest."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from lrplot.render.labels import apart, at_the_end
from lrplot.render.mathematics import ems, put
from lrplot.render.room import Box, Pixels, Room, extent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lrplot.render.drawn import Drawn
    from lrplot.render.scene import Scene

Values = NDArray[np.float64]

MOST_NAMED: Final = 12
"""Most curves whose names stand beside them; more are named in a legend."""
_MOST_AS_ONE: Final = 3
"""Most curves on one another whose names stand under one another at their end."""
_LINE: Final = 1.25
"""Height of a line of text, in sizes of its letters."""
_BESIDE: Final = 0.9
"""Share of a name's width over or under which its curve is."""
_NEAR: Final = 3.0
"""Points between a curve and its name."""
_CLEAR: Final = 2.2
"""How many times as far from a name as its own curve every other has to be."""
_ENOUGH: Final = 45.0
"""Points of gap beyond which more is no better."""
_STRIDE: Final = 5
"""Points between two places that are tried."""
_TIGHT: Final = 0.8
"""Share of their own height by which names at the ends may be moved apart."""
_EDGE: Final = 5
"""Points that names keep from the left and right edge."""
_WIDEST: Final = 0.3
"""Share of the figure's width that names at the ends may take."""


@dataclass(slots=True)
class Bundle:
    """Curves that are drawn as one line, all the way.

    Parameters
    ----------
    members
        The curves.
    points
        The line, in pixels.
    low, high
        The lowest and the highest pixel of the line in each column of a point's width, nan where it is not.
    end
        Where it ends, in pixels.
    """

    members: "list[Drawn]"
    points: Pixels
    low: Values
    high: Values
    end: tuple[float, float]


def bundles(room: Room, lines: "Sequence[tuple[Drawn, Pixels]]") -> list[Bundle]:
    """The lines of axes, those that lie on one another together."""
    found: list[Bundle] = []
    for drawn, points in lines:
        low, high = _envelope(room, points)
        same = next((each for each in found if _lie_on(each, low, high, room)), None)
        if same is None:
            end = (float(points[-1, 0]), float(points[-1, 1])) if len(points) else (0.0, 0.0)
            found.append(Bundle([drawn], points, low, high, end))
        else:
            same.members.append(drawn)
    return found


def _envelope(room: Room, points: Pixels) -> tuple[Values, Values]:
    wide = int((room.frame.right - room.frame.left) / room.point) + 1
    low, high = np.full(wide, np.inf), np.full(wide, -np.inf)
    column = ((points[:, 0] - room.frame.left) / room.point).astype(np.int64)
    inside = (column >= 0) & (column < wide)
    np.minimum.at(low, column[inside], points[inside, 1])
    np.maximum.at(high, column[inside], points[inside, 1])
    return low, high


def _lie_on(bundle: Bundle, low: Values, high: Values, room: Room) -> bool:
    """True where a line stays within a point of a bundle's, to the side too: steep lines are near so."""
    there, known = np.isfinite(low), np.isfinite(bundle.low)
    if (there != known).sum() > 2:
        return False
    around = [np.roll(each, by) for by in (-1, 0, 1) for each in (bundle.low, bundle.high)]
    lowest, highest = np.minimum.reduce(around[::2]), np.maximum.reduce(around[1::2])
    both, far = there & known, 1.2 * room.point
    return bool((low[both] >= lowest[both] - far).all() and (high[both] <= highest[both] + far).all())


def name_curves(scene: "Scene", axes: "Axes", look: Callable[[], tuple[Room, list[Bundle]]]) -> bool:
    """Write each curve's name beside it; do nothing and answer false where some would not be plain.

    ``look`` lays the figure out, and tells its free room and its lines.
    """
    room, found = look()
    if len([one for bundle in found for one in bundle.members]) > MOST_NAMED:
        return False
    ends = _ends(scene, room, found)
    if ends is not None and ends.all():
        _write_ends(axes, scene, room, found)
        return True
    placed, rest = _place_inside(scene, axes, room, found)
    if not rest:
        return True
    _forget(placed)
    # Those without a name may end where named ones do: they are the ones that are left.
    parted = _ends(scene, room, rest)
    if ends is None or parted is None or not parted.all():
        return False
    last = [bundle.members for bundle in rest]
    before = list(axes.texts)
    _write_ends(axes, scene, room, rest)
    room, found = look()
    others = [bundle for bundle in found if bundle.members not in last]
    _, rest = _place_inside(scene, axes, room, others, found)
    if rest:
        _forget(text for text in axes.texts if text not in before)
    return not rest


def name_at_ends(scene: "Scene", axes: "Axes", room: Room, found: "Sequence[Bundle]") -> None:
    """Write all names at the right edge, as near to the ends of their curves as they have room."""
    _write_ends(axes, scene, room, found)


def _forget(texts: Iterable[Any]) -> None:
    for text in list(texts):
        text.remove()


def _place_inside(
    scene: "Scene", axes: "Axes", room: Room, found: Sequence[Bundle], all_: Sequence[Bundle] = ()
) -> tuple[list[Any], list[Bundle]]:
    """Names inside the axes as far as they have room, the most crowded first, and the bundles without."""
    placed, rest = [], []
    for bundle in sorted(found, key=lambda each: _loneliness(each, found)):
        text = None if len(bundle.members) > 1 else _inside(scene, axes, room, bundle, all_ or found)
        if text is None:
            rest.append(bundle)
        else:
            placed.append(text)
    return placed, rest


def _loneliness(bundle: Bundle, found: Sequence[Bundle]) -> float:
    """The widest gap between a bundle and its nearest neighbour: the most crowded choose first."""
    gaps = [_gap(bundle, other) for other in found if other is not bundle]
    return float(np.nanmax(np.minimum.reduce(gaps))) if gaps else np.inf


def _gap(bundle: Bundle, other: Bundle) -> Values:
    above, below = other.low - bundle.high, bundle.low - other.high
    return np.nan_to_num(np.maximum(above, below), nan=np.inf, posinf=1e9, neginf=1e9)


def _at_right(room: Room, bundle: Bundle) -> bool:
    return bundle.end[0] > room.frame.left + (room.frame.right - room.frame.left) * 0.93


def _ends(scene: "Scene", room: Room, found: Sequence[Bundle]) -> NDArray[np.bool_] | None:
    """Of each bundle whether it ends apart from the others, None where no name has room at the right."""
    longest = max(_width(scene, room, one) for bundle in found for one in bundle.members)
    if max(len(bundle.members) for bundle in found) > _MOST_AS_ONE:
        return None
    if longest > scene.size[0] * scene.made.get_dpi() * _WIDEST:
        return None
    line = scene.letters.base * _LINE * room.point
    tall = np.array([line * len(bundle.members) for bundle in found])
    at = np.array([bundle.end[1] for bundle in found])
    far = np.abs(at[:, None] - at[None, :]) - (tall[:, None] + tall[None, :]) / 2 * _TIGHT
    np.fill_diagonal(far, np.inf)
    parted: NDArray[np.bool_] = far.min(axis=1) >= 0
    return np.logical_and(parted, [_at_right(room, bundle) for bundle in found])


def _width(scene: "Scene", room: Room, one: "Drawn") -> float:
    return ems(one.label) * scene.letters.base * room.point


def _write_ends(axes: "Axes", scene: "Scene", room: Room, found: Sequence[Bundle]) -> None:
    """Names at the right edge, those of one line under one another, none below the axis."""
    high = room.frame.head - room.frame.foot
    line = scene.letters.base * _LINE * room.point / high
    members = [(one, bundle) for bundle in found for one in bundle.members]
    places = np.array([(bundle.end[1] - room.frame.foot) / high for _, bundle in members])
    for (one, _), place in zip(members, apart(places, line, (line / 2, 1.0)), strict=True):
        at_the_end(scene, axes, one.label, float(place), one)


def _inside(scene: "Scene", axes: "Axes", room: Room, bundle: Bundle, found: Sequence[Bundle]) -> Any:
    """A name beside its line where the gap to every other line is widest, None where all is narrow."""
    (one,) = bundle.members
    text = axes.text(
        0,
        0,
        "",
        transform=axes.transAxes,
        ha="left",
        va="bottom",
        color=scene.readable(one.look["color"]),
        fontsize=scene.letters.base,
        zorder=6,
    )
    text.set_in_layout(False)
    put(text, one.label)
    size = extent(text)
    best = _best(room, bundle, found, size.right - size.left, size.head - size.foot)
    if best is None:
        text.remove()
        return None
    box, _ = best
    # In shares of the axes, so that it stays beside its line if the figure is laid out again.
    text.set_position(tuple(axes.transAxes.inverted().transform((box.left, box.foot))))
    room.take(box.grown(2 * room.point))
    return text


def _best(
    room: Room, bundle: Bundle, found: Sequence[Bundle], wide: float, high: float
) -> tuple[Box, float] | None:
    point, near = room.point, _NEAR * room.point
    columns = int(np.ceil(wide / point))
    others = [other for other in found if other is not bundle]
    best: tuple[Box, float] | None = None
    there = np.isfinite(bundle.low)
    for first in range(_EDGE, len(bundle.low) - columns - _EDGE, _STRIDE):
        span = slice(first, first + columns)
        if there[span].mean() < _BESIDE:
            continue
        top, bottom = bundle.high[span][there[span]].max(), bundle.low[span][there[span]].min()
        left = room.frame.left + first * point
        for foot in (top + near, bottom - near - high):
            box = Box(left, foot, left + wide, foot + high)
            if not room.free(box.grown(0.5 * point)):
                continue
            gap = min((_clearance(other, span, box) for other in others), default=1e9)
            if gap < near * _CLEAR:
                continue
            score = min(gap, _ENOUGH * point) - 0.6 * (top - bottom)
            if best is None or score > best[1] + 1e-6:
                best = box, score
    return best


def _clearance(other: Bundle, span: slice, box: Box) -> float:
    """How far another line stays from a box, over the box and a little to both sides."""
    wider = slice(max(0, span.start - 8), span.stop + 8)
    low, high = other.low[wider], other.high[wider]
    there = np.isfinite(low)
    if not there.any():
        return 1e9
    return float(np.maximum(low[there] - box.head, box.foot - high[there]).min())
