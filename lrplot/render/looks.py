"""The look of each curve: the theme's, then the style sheet's, then what is said of the curve itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from lrplot.curve import Curve
from lrplot.errors import LrplotError
from lrplot.render.drawn import Drawn
from lrplot.render.sheet import Sheet
from lrplot.render.step_axis import StepAxis
from lrplot.render.theme import NAMED_DASHES, Palette, line_looks
from lrplot.render.titles import cut, label_of
from lrplot.style import CurveStyle, Style
from lrplot.text.nearest import did_you_mean
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
        own = _said_of([curve.run.label for curve in curves], self.style.curves)
        found = []
        for i, (curve, (hue, dash)) in enumerate(zip(curves, looks, strict=True)):
            look = self.sheet.line(i, hue, dash, self.palette.line)
            look |= _DOTS if curve.run.logged is not None else {}
            start, stop = self.axis.in_sight(curve.run, self.style.xlim)
            sample = curve.part(start, stop, columns)
            look |= _own(own[i], len(sample.steps), self.palette.line)
            finer = min(_FINEST, columns * curve.run.steps // (stop - start))
            label, panels = cut(printable(label_of(curve.run))), self._panels(curve, max(columns, finer))
            found.append(Drawn(label, curve, sample, panels, look, self.axis))
        return found

    def _panels(self, curve: Curve, columns: int) -> Any:
        wanted = self.style.panels
        kinds = {"effective_lr": "updates", "change": "updates", "weights": "updates"}
        panels = curve.panels(columns)
        return tuple(each for each in panels if wanted is None or kinds.get(each.kind, each.kind) in wanted)


def _said_of(labels: Sequence[str], looks: Mapping[str, CurveStyle]) -> list[CurveStyle]:
    """What is said of each curve: by patterns in order, then by its own label."""
    for pattern, look in looks.items():
        if not any(label == pattern or fnmatchcase(label, pattern) for label in labels):
            hint = did_you_mean(pattern, labels, f"; the curves are {', '.join(map(printable, labels[:8]))}")
            raise LrplotError(f"figure.curves: no curve is called '{printable(pattern)}'{hint}")
        _check_colour(pattern, look)
    found = []
    for label in labels:
        said: dict[str, Any] = {}
        for pattern, look in looks.items():
            if pattern != label and fnmatchcase(label, pattern):
                said |= look.model_dump(exclude_none=True)
        if label in looks:
            said |= looks[label].model_dump(exclude_none=True)
        found.append(CurveStyle(**said))
    return found


def _check_colour(label: str, look: CurveStyle) -> None:
    from matplotlib import colors

    if look.color is not None and not colors.is_color_like(look.color):
        known = [name for name in colors.get_named_colors_mapping() if ":" not in name and len(name) > 1]
        hint = did_you_mean(look.color, known, "; write a name, as crimson, or #RRGGBB")
        raise LrplotError(f"figure.curves.{printable(label)}.color: '{look.color}' is no colour{hint}")


def _own(look: CurveStyle, points: int, line: float) -> dict[str, Any]:
    """What is said of a curve, as keywords of ``Axes.plot``."""
    said: dict[str, Any] = {}
    if look.color is not None:
        said["color"] = look.color
    if look.width is not None:
        said["linewidth"] = look.width
    if look.dash is not None:
        said["linestyle"] = NAMED_DASHES[look.dash] if isinstance(look.dash, str) else (0, look.dash)
    if look.marker is not None:
        said["marker"] = look.marker
        said["markersize"] = 2.5 * (look.width or line) + 1.5
        said["markevery"] = None if points <= _FEW else _APART
    return said
