"""The free room in a pair of axes, on a grid of points: where a label or an inset covers nothing."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Pixels = NDArray[np.float64]
_MOST_POINTS: Final = 40_000
"""Points of a line: one that swings to and fro in every column is longer than any label can heed."""


class Box(NamedTuple):
    """A rectangle, in pixels from the lower left corner."""

    left: float
    foot: float
    right: float
    head: float

    def grown(self, by: float) -> "Box":
        """The box with a margin."""
        return Box(self.left - by, self.foot - by, self.right + by, self.head + by)

    def overlaps(self, other: "Box") -> bool:
        """True where they share some room."""
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.head <= other.foot or other.head <= self.foot)

    def distance(self, x: float, y: float) -> float:
        """The distance of a point from it, 0 inside."""
        return math.hypot(max(self.left - x, 0, x - self.right), max(self.foot - y, 0, y - self.head))


def extent(artist: Any) -> Box:
    """The room an artist takes."""
    found = artist.get_window_extent(artist.figure.canvas.get_renderer())
    return Box(found.x0, found.y0, found.x1, found.y1)


def along(axes: "Axes", x: Any, y: Any) -> Pixels:
    """The points of a drawn line, no further apart than a point of type; where it has a gap, none."""
    points = axes.transData.transform(np.column_stack([x, y]))
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) < 2:
        return np.asarray(points)
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    apart = axes.figure.get_dpi() / 72
    at = np.linspace(0, length[-1], min(_MOST_POINTS, max(2, int(length[-1] / apart))))
    return np.column_stack([np.interp(at, length, points[:, i]) for i in (0, 1)])


class Room:
    """The free room of axes whose place in the figure is fixed."""

    def __init__(self, axes: "Axes") -> None:
        box = axes.get_window_extent()
        self.frame = Box(box.x0, box.y0, box.x1, box.y1)
        self.point = axes.figure.get_dpi() / 72
        """Pixels of a point of type."""
        wide, high = (max(1, int(np.ceil(side / self.point))) for side in (box.width, box.height))
        self._cells = np.zeros((wide, high), dtype=bool)

    def fill(self, points: Pixels) -> None:
        """Mark the cells of a line's points."""
        if len(points):
            at = ((points - self.frame[:2]) / self.point).astype(np.int64)
            inside = ((at >= 0) & (at < self._cells.shape)).all(axis=1)
            self._cells[tuple(at[inside].T)] = True

    def upright(self, x: float) -> None:
        """Mark a line from the foot to the top."""
        high = np.arange(self.frame.foot, self.frame.head, self.point)
        self.fill(np.column_stack([np.full_like(high, x), high]))

    def take(self, box: Box) -> None:
        """Mark a rectangle."""
        left, foot, right, head = self._indices(box)
        self._cells[left:right, foot:head] = True

    def free(self, box: Box) -> bool:
        """True where a rectangle lies inside the axes and covers nothing."""
        return self._holds(box) and self.covered(box) == 0

    def covered(self, box: Box) -> int:
        """The number of marked cells in a rectangle."""
        left, foot, right, head = self._indices(box)
        return int(np.count_nonzero(self._cells[left:right, foot:head]))

    def first_free(self, boxes: Iterable[Box]) -> Box | None:
        """The first of some rectangles that is free; they may be large, and many."""
        sums = np.zeros(np.add(self._cells.shape, 1), dtype=np.int32)
        sums[1:, 1:] = self._cells.cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32)

        def is_free(box: Box) -> bool:
            left, foot, right, head = self._indices(box)
            covered = sums[right, head] - sums[left, head] - sums[right, foot] + sums[left, foot]
            return self._holds(box) and not covered

        return next(filter(is_free, boxes), None)

    def _holds(self, box: Box) -> bool:
        left, foot, right, head = self.frame.grown(0.5)
        return left <= box.left and box.right <= right and foot <= box.foot and box.head <= head

    def _indices(self, box: Box) -> tuple[int, int, int, int]:
        """The cells from which and before which a rectangle's lie."""
        wide, high = self._cells.shape
        left, foot, right, head = (
            (side - start) / self.point
            for side, start in zip(box, (self.frame.left, self.frame.foot) * 2, strict=True)
        )
        return (
            math.floor(min(max(left, 0), wide)),
            math.floor(min(max(foot, 0), high)),
            math.ceil(min(max(right, 0), wide)),
            math.ceil(min(max(head, 0), high)),
        )
