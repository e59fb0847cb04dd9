"""The look of each curve: the theme's, then the style sheet's, then what is said of the curve itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from lrplot.curve import Curve
from lrplot.render.curve_styles import styles_of
from lrplot.render.drawn import Drawn
from lrplot.render.kinds import wanted
from lrplot.render.sheet import Sheet
from lrplot.render.step_axis import StepAxis
from lrplot.render.theme import Palette, dash_of, line_looks
from lrplot.render.titles import cut, label_of
from lrplot.style import CurveStyle, Style
from lrplot.text.plain import printable

_DOTS: Final = {"linestyle": "none", "marker": "o", "markersize": 3.6, "markeredgewidth": 0}
"""Rows of a log: nothing is known between them."""
_FEW: Final = 32
"""Points of a line that each have a marker; a line of more has one every so often."""
_FINEST: Final = 200_000
"""Columns of a whole run of which a short part is shown in a panel."""
_APART: Final = 0.09
"""Share of the axes' diagonal between two markers."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Where the looks of a figure's curves come from."""

    palette: Palette
    sheet: Sheet
    style: Style
    axis: StepAxis

    def drawn(self, curves: Sequence[Curve], columns: int) -> list[Drawn]:
        """The curves as they are drawn: rivals differ in hue and dash, a sweep is shades of one hue.

        Raises
        ------
        LrplotError
            When a look is said of a curve that is not there, or a colour is none.
        """
        looks = line_looks(self.palette, [curve.run.family for curve in curves])
        own = styles_of([curve.run.label for curve in curves], self.style.curves)
        found = []
        for i, (curve, (hue, dash)) in enumerate(zip(curves, looks, strict=True)):
            look = self.sheet.line(i, hue, dash, self.palette.line)
            look |= _DOTS if curve.run.logged is not None else {}
            start, stop = self.axis.in_sight(curve.run, self.style.xlim)
            sample = curve.part(start, stop, columns)
            look |= _own(own[i], len(sample.steps), self.palette.line)
            finer = min(_FINEST, columns * curve.run.steps // (stop - start))
            label = cut(printable(label_of(curve.run)))
            panels = wanted(curve.panels(max(columns, finer)), self.style)
            found.append(Drawn(label, curve, sample, panels, look, self.axis))
        return found


def _own(look: CurveStyle, points: int, line: float) -> dict[str, Any]:
    """What is said of a curve, as keywords of ``Axes.plot``."""
    said: dict[str, Any] = {}
    if look.color is not None:
        said["color"] = look.color
    if look.width is not None:
        said["linewidth"] = look.width
    if look.dash is not None:
        said["linestyle"] = dash_of(look.dash)
    if look.marker is not None:
        said["marker"] = look.marker
        said["markersize"] = 2.5 * (look.width or line) + 1.5
        said["markevery"] = None if points <= _FEW else _APART
    return said
