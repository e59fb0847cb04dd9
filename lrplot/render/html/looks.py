"""The colours and dashes of a page's curves."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from lrplot.curve import Curve
from lrplot.render.html.section import Section
from lrplot.render.theme import THEMES, dash_of, line_looks
from lrplot.style import CurveStyle, Style

_FOLLOWS: Final = ("light", "dark")
"""The themes of pages that are light or dark as their reader's system is."""
STAYS: Final = frozenset({"print"})
"""Themes that a page keeps, dark system or not."""
_POINT: Final = 1.0
"""Pixels that a point of a line's width has."""


def curve_looks(section: Section) -> Iterator[dict[str, Any]]:
    """Of each curve its colour in the light and in the dark, its width, and its dash in widths of its line.

    Raises
    ------
    LrplotError
        When a look is said of a curve that is not there, or a colour is none.
    """
    style = section.style
    families = [curve.run.family for curve in section.curves]
    themes = (style.theme, style.theme) if style.theme in STAYS else _FOLLOWS
    light, dark = (line_looks(THEMES[theme], families) for theme in themes)
    own = _said(section.curves, style)
    for (in_light, dash), (in_dark, _), said in zip(light, dark, own, strict=True):
        # A colour that somebody chose is the same in the light and in the dark.
        hue = {"light": in_light, "dark": in_dark} if said.color is None else _both(said.color)
        parts = dash if said.dash is None else dash_of(said.dash)
        width = THEMES[_FOLLOWS[0]].line if said.width is None else said.width
        yield {**hue, "dash": list(parts[1]), "width": width * _POINT}


def _said(curves: Sequence[Curve], style: Style) -> Sequence[CurveStyle]:
    """What the style says of each curve; what reads it is imported where it says something."""
    if not style.curves:
        return [CurveStyle()] * len(curves)
    from lrplot.render.looks import said_of

    return said_of([curve.run.label for curve in curves], style.curves)


def _both(colour: str) -> dict[str, str]:
    from lrplot.render.looks import hex_of

    return dict.fromkeys(("light", "dark"), hex_of(colour))
