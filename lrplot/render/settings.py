"""What matplotlib is told before it draws: its defaults, our theme, and the style sheet over both."""

from collections.abc import Sequence
from typing import Any, Final

import matplotlib

from lrplot.render.theme import Letters, Palette

_SERIF: Final = ("serif", "times", "roman", "garamond", "georgia", "palatino", "stix", "cmr", "century")


def defaults() -> Any:
    """Every setting a figure depends on, so that nobody's matplotlibrc changes a picture."""
    others = ("backend", "interactive", "toolbar")
    return {name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith(others)}


def _mathematics(font: str, *, serif: bool) -> str:
    """The set of matplotlib's mathematical fonts that goes with a font; the generic serif is DejaVu's."""
    if not serif:
        return "dejavusans"
    return "dejavuserif" if font.lower() in ("serif", "dejavu serif") else "stix"


def settings(palette: Palette, letters: Letters, fonts: Sequence[str]) -> Any:
    """The settings of a theme with these fonts."""
    serif = any(word in fonts[0].lower() for word in _SERIF) and "sans" not in fonts[0].lower()
    return (
        defaults()
        | {
            "font.family": list(fonts),
            "font.size": letters.base,
            "mathtext.fontset": _mathematics(fonts[0], serif=serif),
            "text.color": palette.text,
            "axes.labelcolor": palette.text,
            "axes.edgecolor": palette.muted,
            "axes.facecolor": "none",
            "figure.facecolor": palette.background,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.titlesize": letters.title,
            "axes.titleweight": "bold",
            "axes.unicode_minus": False,
            "grid.color": palette.grid,
            "grid.linewidth": 0.8,
            "xtick.color": palette.muted,
            "ytick.color": palette.muted,
            "xtick.labelcolor": palette.text,
            "ytick.labelcolor": palette.text,
            "legend.frameon": False,
            "legend.handlelength": 2.6,
        }
        | dict(palette.settings)
    )
