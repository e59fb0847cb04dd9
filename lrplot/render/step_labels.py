"""The limits, ticks and words of a step axis."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from matplotlib.ticker import FixedFormatter, FixedLocator

from lrplot.curve import Curve
from lrplot.errors import LrplotError
from lrplot.render.mathematics import put
from lrplot.render.scale import nice, step_ticks
from lrplot.render.step_axis import WORDS_OF
from lrplot.render.theme import USUAL
from lrplot.style import Unit
from lrplot.text.numbers import steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lrplot.render.scene import Scene

_MOST_TICKS: Final = 8
"""Ticks of a step axis at most, one an inch in letters of the usual size."""
_ROOMY: Final = 6
"""Ticks from which on every tenth of a run has one."""
_ROOM: Final = 0.02
"""Share of the axis that is free before the first step and after the last."""


def label_steps(scene: "Scene", top: "Axes", bottom: "Axes", curves: Sequence[Curve]) -> None:
    """Give the axes their limits, ticks and words."""
    style, axis = scene.style, scene.axis
    last = max(axis.end(curve.run) for curve in curves)
    room = (last or 1) * _ROOM
    first, end = style.xlim or (None, None)
    low, high = -room if first is None else first, (last or 1) + room if end is None else end
    if low >= high:
        raise LrplotError(f"xlim: nothing lies between {low:g} and {high:g}; the axis ends at {last:g}")
    top.set_xlim(low, high)
    count = max(2, min(_MOST_TICKS, round(scene.size[0] * USUAL / scene.letters.base)))
    whole = max(float(axis.across(curve.run, curve.run.steps)) for curve in curves)
    set_ticks(bottom.xaxis, _ticks(scene, last, whole, count))
    put(bottom.xaxis.label, scene.style.xlabel or scene.words[WORDS_OF[axis.unit]])
    if axis.above is not None and axis.above > 1:
        _count_epochs(scene, top, last, count)


def _ticks(scene: "Scene", last: float, whole: float, count: int) -> list[tuple[float, str]]:
    """The ticks of runs whose last steps and whose ends stand at these places."""
    style, unit = scene.style, scene.axis.unit
    wanted = style.xticks
    if isinstance(wanted, tuple):
        return [(place, _tick(unit, place)) for place in wanted]
    if style.xlim is None and wanted is None:
        if unit == "percent":
            return [(each, f"{each}%") for each in range(0, 101, 10 if count >= _ROOMY else 25)]
        return step_ticks(math.ceil(whole), count)
    first, end = style.xlim or (None, None)
    low, high = first or 0.0, last if end is None else end
    places = nice(low, high, wanted or count)
    if unit == "steps":
        places = [place for place in places if place == int(place)] or [low]
    return [(place, _tick(unit, place)) for place in places]


def _tick(unit: Unit, place: float) -> str:
    return f"{place:g}%" if unit == "percent" else steps(place)


def _count_epochs(scene: "Scene", top: "Axes", last: float, count: int) -> None:
    """A second axis, of epochs."""
    each = scene.axis.above or 1
    to_epochs: Any = (lambda step: step / each, lambda epoch: epoch * each)
    above = top.secondary_xaxis("top", functions=to_epochs)
    first, end = scene.style.xlim or (0, last + 1)
    shown = (last + 1 if end is None else end) / each
    ticks = (
        step_ticks(round(shown), count)
        if not first
        else [(place, steps(place)) for place in nice(first / each, shown, count)]
    )
    set_ticks(above.xaxis, ticks)
    above.set_xlabel(scene.words["epoch"])
    above.spines["top"].set_visible(True)


def set_ticks(axis: Any, ticks: Sequence[tuple[float, str]]) -> None:
    """Give an axis its ticks and their texts."""
    axis.set_major_locator(FixedLocator([tick for tick, _ in ticks]))
    axis.set_major_formatter(FixedFormatter([text for _, text in ticks]))
