"""Annotations on a curve: its phases, its joins, its peak, minimum and end."""

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from lrplot.render.steps import spelled
from lrplot.render.words import phase_word
from lrplot.text.numbers import short, steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from lrplot.render.drawn import Drawn
    from lrplot.render.scale import Scale
    from lrplot.render.theme import Palette
    from lrplot.run import Run
    from lrplot.schedules.base import Phase

Pixels = NDArray[np.float64]
Box = tuple[float, float, float, float]

_MOST_PHASES: Final = 8
_MOST_CAUSES: Final = 40
_SIZE: Final = 9.5
_REACH: Final = 0.4
_WHERE: Final = (
    (7, 7, "left", "bottom"),
    (-7, 7, "right", "bottom"),
    (7, -7, "left", "top"),
    (-7, -7, "right", "top"),
    (0, 9, "center", "bottom"),
    (0, -9, "center", "top"),
    (10, 0, "left", "center"),
    (-10, 0, "right", "center"),
    (7, 22, "left", "bottom"),
    (-7, 22, "right", "bottom"),
    (14, -22, "left", "top"),
    (-14, -22, "right", "top"),
    (30, 14, "left", "center"),
    (-30, 14, "right", "center"),
    (30, -14, "left", "center"),
    (-30, -14, "right", "center"),
    (-7, 38, "right", "bottom"),
    (7, 38, "left", "bottom"),
    (-7, 56, "right", "bottom"),
    (7, -40, "left", "top"),
    (-7, 80, "right", "bottom"),
    (-7, 110, "right", "bottom"),
)


_BEFORE: Final = {"left": 0.0, "bottom": 0.0, "center": 0.5, "right": 1.0, "top": 1.0}
"""The share of a label that lies before the point by which it is aligned."""


def annotate(
    made: "Figure",
    axes: "Axes",
    drawn: "Drawn",
    scale: "Scale",
    palette: "Palette",
    words: Mapping[str, str],
) -> None:
    """Shade and name the phases, mark the joins, dot and label peak, minimum and final rate.

    A name or label that finds no free place is left out; the dot stays.
    """
    run = drawn.curve.run
    phases = run.schedule.phases(run.steps)
    shaded = phases if 1 < len(phases) <= _MOST_PHASES else ()
    _make_room_on_top(made, axes, scale)
    _shade(axes, shaded, palette)
    _lay_out(made)
    lines = [phase.start for phase in shaded if phase.start > 0]
    lines += [change.step for panel in drawn.panels for change in panel.marks[:_MOST_CAUSES]]
    curve = np.concatenate([_along(axes, drawn, scale), *_upright(axes, lines)])
    taken = _name_phases(made, axes, shaded, words, palette)
    _label_points(made, axes, drawn, scale, words, palette, curve, taken)


def _lay_out(made: "Figure") -> None:
    """Give the axes the place that they will have in the picture; labels are measured against it."""
    engine: Any = made.get_layout_engine()
    with warnings.catch_warnings():
        # A figure too small for its own labels is drawn all the same.
        warnings.simplefilter("ignore")
        engine.execute(made)


def _share_of_height(axes: "Axes") -> float:
    """The share of the height of all panels that the uppermost has."""
    grid: Any = axes.get_gridspec()
    ratios = [1.0] if grid is None else [float(ratio) for ratio in grid.get_height_ratios()]
    return ratios[0] / sum(ratios)


def _make_room_on_top(made: "Figure", axes: "Axes", scale: "Scale") -> None:
    """Raise the axis by a line of text, where the phases' names go."""
    # Of the figure's height the title, the labels and the other panels take the rest.
    height = made.get_figheight() * 0.6 * _share_of_height(axes)
    share = _SIZE * 2.0 / 72 / height
    if scale.log:
        axes.set_ylim(scale.low, scale.high * (scale.high / scale.low) ** share)
    else:
        axes.set_ylim(scale.low, scale.high + (scale.high - scale.low) * share)


def _shade(axes: "Axes", phases: "tuple[Phase, ...]", palette: "Palette") -> None:
    for i, phase in enumerate(phases):
        axes.axvspan(phase.start, phase.stop, facecolor=palette.shades[i % 2], edgecolor="none", zorder=0)
        if phase.start > 0:
            axes.axvline(phase.start, color=palette.muted, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)


def _along(axes: "Axes", drawn: "Drawn", scale: "Scale") -> Pixels:
    """Points on the drawn line, no further apart than a few pixels."""
    points = axes.transData.transform(np.column_stack([drawn.rate.steps, scale.drawn(drawn.rate.rates)]))
    if len(points) < 2:
        return np.asarray(points)
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.linspace(0, length[-1], min(40_000, max(2, int(length[-1] / 2))))
    return np.column_stack([np.interp(at, length, points[:, i]) for i in (0, 1)])


def _upright(axes: "Axes", steps: Sequence[int]) -> list[Pixels]:
    """Points on the lines at joins and changes, which no label may cross either."""
    frame = axes.get_window_extent()
    high = np.arange(frame.y0, frame.y1, 2.0)
    places = (axes.transData.transform((step, 1.0))[0] for step in steps)
    return [np.column_stack([np.full_like(high, x), high]) for x in places]


def _name_phases(
    made: "Figure",
    axes: "Axes",
    phases: "tuple[Phase, ...]",
    words: Mapping[str, str],
    palette: "Palette",
) -> list[Box]:
    taken: list[Box] = []
    last = axes.get_xlim()[1]
    for phase in phases:
        middle = (phase.start + min(phase.stop, last)) / 2
        text = axes.annotate(
            phase_word(words, phase.name),
            xy=(middle, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, -4),
            textcoords="offset points",
            ha="center",
            va="top",
            color=palette.muted,
            fontsize=_SIZE,
            fontstyle="italic",
        )
        box = _box(made, text)
        left, right = (axes.transData.transform((x, 1.0))[0] for x in (phase.start, min(phase.stop, last)))
        if box[2] - box[0] > right - left - 4:
            text.remove()
        else:
            taken.append(box)
    return taken


def _label_points(
    made: "Figure",
    axes: "Axes",
    drawn: "Drawn",
    scale: "Scale",
    words: Mapping[str, str],
    palette: "Palette",
    curve: Pixels,
    taken: list[Box],
) -> None:
    summary = drawn.curve.summary()
    found = {m.step: m.value for m in (summary.peak, summary.final, summary.minimum) if m.step is not None}
    constant = summary.peak.value == summary.minimum.value
    for step, value in list(found.items())[: 1 if constant else None]:
        y = float(scale.drawn(np.array([value]))[0])
        axes.plot([step], [y], "o", color=drawn.look["color"], markersize=5, zorder=4, clip_on=False)
        said = words["at"].format(rate=short(value, 3), step=_step(drawn.curve.run, step))
        _place(made, axes, said, (step, y), curve, taken, palette)


def _step(run: "Run", step: int) -> str:
    """A step as a label names it."""
    return steps(step) if step >= 1e6 and not run.relative else spelled(run, step)


def _place(
    made: "Figure",
    axes: "Axes",
    said: str,
    point: tuple[float, float],
    curve: Pixels,
    taken: list[Box],
    palette: "Palette",
) -> None:
    """Write a label at the first place beside its point where it covers nothing."""
    frame = axes.get_window_extent()
    reach = frame.height * 72 / made.dpi * _REACH
    text: Any = axes.annotate(
        said,
        xy=point,
        xytext=_WHERE[0][:2],
        textcoords="offset points",
        ha="left",
        va="bottom",
        color=palette.text,
        fontsize=_SIZE,
        zorder=5,
    )
    # Wherever it stands it is as large: only where it is taken is it put.
    left, foot, right, head = _box(made, text)
    x, y = axes.transData.transform(point)
    for dx, dy, ha, va in (where for where in _WHERE if abs(where[1]) <= max(reach, _SIZE)):
        at_x, at_y = x + dx * made.dpi / 72, y + dy * made.dpi / 72
        low = (at_x - 2 - _BEFORE[ha] * (right - left - 4), at_y - 1 - _BEFORE[va] * (head - foot - 2))
        box = (*low, low[0] + right - left, low[1] + head - foot)
        inside = frame.x0 <= box[0] and box[2] <= frame.x1 and frame.y0 <= box[1] and box[3] <= frame.y1
        if inside and not _covers(box, curve) and not any(_overlap(box, other) for other in taken):
            text.set(position=(dx, dy), ha=ha, va=va)
            taken.append(box)
            return
    text.remove()


def _box(made: "Figure", text: Any) -> Box:
    canvas: Any = made.canvas
    extent = text.get_window_extent(canvas.get_renderer())
    return (extent.x0 - 2, extent.y0 - 1, extent.x1 + 2, extent.y1 + 1)


def _covers(box: Box, curve: Pixels) -> bool:
    x, y = curve.T
    return bool(((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])).any())


def _overlap(first: Box, second: Box) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]
