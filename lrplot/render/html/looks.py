"""The colours and dashes of a page's curves."""

from collections.abc import Iterator
from typing import Any, Final

from lrplot.render.curve_styles import hexadecimal, styles_of
from lrplot.render.html.section import Section
from lrplot.render.theme import THEMES, dash_of, line_looks

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
    own = styles_of([curve.run.label for curve in section.curves], style.curves)
    for (in_light, dash), (in_dark, _), said in zip(light, dark, own, strict=True):
        parts = dash if said.dash is None else dash_of(said.dash)
        width = THEMES[_FOLLOWS[0]].line if said.width is None else said.width
        look = {"light": in_light, "dark": in_dark, "dash": list(parts[1]), "width": width * _POINT}
        if said.color is not None:
            look |= dict.fromkeys(("light", "dark"), hexadecimal(said.color))
        yield look
