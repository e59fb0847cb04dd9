"""The rates themselves: on their axes, and once more on a log axis where the last drops would not be seen."""

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.ticker import FixedFormatter, FixedLocator, NullFormatter
from numpy.typing import NDArray

from lrplot.curve import pieces
from lrplot.errors import LrplotError
from lrplot.render.lines import draw_curves
from lrplot.render.mathematics import put
from lrplot.render.scale import Scale, limited, rate_scale, with_ticks, without_crowded_zero
from lrplot.render.scene import UNLAID
from lrplot.render.theme import USUAL
from lrplot.run import Run
from lrplot.style import Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from lrplot.render.drawn import Drawn
    from lrplot.render.scene import Scene

_MOST_TICKS: Final = 6
"""Ticks of a rate axis at most."""
_TICKS_AN_INCH: Final = 1.4
"""Ticks that an inch of it has room for, in letters of the usual size."""
_UNSEEN: Final = 0.04
"""Share of the highest rate below which a drop is hard to see on a linear axis."""


MOST_DROPS: Final = 8
"""Most drops of a staircase that are named."""


def draw_rates(scene: "Scene", axes: "Axes", drawn: "Sequence[Drawn]") -> Scale:
    """Draw every curve on the first pair of axes, and give those their scale."""
    style = scene.style
    rates = _in_sight(drawn, style)
    count = _ticks(scene, axes, style.yticks if isinstance(style.yticks, int) else None)
    scale = rate_scale(rates, log=style.yscale == "log", ticks=count)
    if style.ylim is not None:
        scale = limited(scale, rates, style.ylim, count)
    if isinstance(style.yticks, tuple):
        scale = with_ticks(scale, style.yticks)
    draw_curves(axes, drawn, scale)
    set_scale(axes, scale)
    put(axes.yaxis.label, style.ylabel or scene.words["learning rate"])
    return scale


def draw_log(scene: "Scene", axes: "Axes", _kind: str, drawn: "Sequence[Drawn]") -> Scale:
    """Draw every curve once more, on a log axis."""
    scale = rate_scale(_in_sight(drawn, scene.style), log=True, ticks=_ticks(scene, axes, None))
    scale = without_crowded_zero(scale, scene.letters.base * 1.3 / scene.height_of(axes))
    draw_curves(axes, drawn, scale)
    set_scale(axes, scale)
    put(axes.yaxis.label, scene.words["log"])
    return scale


def _ticks(scene: "Scene", axes: "Axes", wanted: int | None) -> int:
    """About as many ticks as have room on an axis of this height."""
    share = axes.get_position().height / UNLAID
    inches = scene.size[1] * USUAL / scene.letters.base * share
    return wanted or max(2, min(_MOST_TICKS, round(inches * _TICKS_AN_INCH)))


def set_scale(axes: "Axes", scale: Scale) -> None:
    """Give a rate axis its limits and ticks."""
    if scale.log:
        axes.set_yscale("log")
    axes.set_ylim(scale.low, scale.high)
    axes.yaxis.set_major_locator(FixedLocator([tick for tick, _ in scale.ticks]))
    axes.yaxis.set_major_formatter(FixedFormatter([text for _, text in scale.ticks]))
    axes.yaxis.set_minor_locator(FixedLocator(scale.minor))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _in_sight(drawn: "Sequence[Drawn]", style: Style) -> NDArray[np.float64]:
    """The rates that the axis is made for."""
    if style.xlim is None:
        return np.concatenate([d.rate.rates for d in drawn])
    low = -np.inf if style.xlim[0] is None else style.xlim[0]
    high = np.inf if style.xlim[1] is None else style.xlim[1]
    places = [d.across(d.rate.steps) for d in drawn]
    seen = [d.rate.rates[(x >= low) & (x <= high)] for d, x in zip(drawn, places, strict=True)]
    found = np.concatenate(seen)
    if not len(found):
        raise LrplotError(f"xlim: no curve has a step between {low:g} and {high:g}")
    return found


def drops(run: Run) -> list[tuple[int, float]]:
    """The steps at which a rate falls to another that is held, with the new rate; of staircases alone.

    >>> from lrplot.schedules.step import Step
    >>> drops(Run("step", Step(lr=1.0, step_size=30), 90))
    [(30, 0.1), (60, 0.01)]
    """
    if run.logged is not None:
        return []
    found = pieces(run.schedule, run.steps)
    falls = [
        (piece.start, float(piece.first))
        for before, piece in pairwise(found)
        if piece.constant and before.constant and piece.first < before.last and not piece.skipped
    ]
    held = sum(piece.stop - piece.start for piece in found if piece.constant)
    return falls if 2 * held >= run.steps else []


def hides_a_drop(run: Run) -> bool:
    """True where the last drop of a staircase is hard to see beside its highest rate."""
    falls = drops(run)
    if not 0 < len(falls) <= MOST_DROPS or falls[-1][1] <= 0:
        return False
    before = float(run.schedule(falls[-1][0] - 1))
    highest = max(before, *(float(run.schedule(step - 1)) for step, _ in falls))
    return before - falls[-1][1] < _UNSEEN * highest
