"""Colours, dashes and sizes, as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np

USUAL: Final = 10.5
"""Points of the axes' texts in a figure of the usual size, for which the other texts' sizes are given."""
_CONTRAST: Final = 3.2
"""Contrast between letters and what is behind them; WCAG 2 asks 3 of large ones."""

Dash = tuple[float, tuple[float, ...]]

DASHES: Final[tuple[Dash, ...]] = (
    (0, ()),
    (0, (5, 1.5)),
    (0, (1.2, 1.2)),
    (0, (6, 1.5, 1.2, 1.5)),
    (0, (9, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (2.5, 2.5)),
    (0, (9, 1.5, 1.2, 1.5, 1.2, 1.5)),
    (0, (1, 3)),
)
"""Nine dashes against eight hues: the pair repeats only after 72 curves."""

# Okabe & Ito's colour-blind-safe hues, the yellow darkened to be seen on white.
_HUES: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#5B4B9A", "#4D4D4D")
_BRIGHT: Final = ("#56B4E9", "#E69F00", "#2FC79A", "#E79AC4", "#9AD3F5", "#F0E442", "#B8A9F0", "#CFCFCF")
_GREYS: Final = ("#000000", "#555555", "#8A8A8A", "#2B2B2B", "#6F6F6F", "#A3A3A3")


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme."""

    curves: tuple[str, ...]
    text: str
    muted: str
    grid: str
    background: str
    family: tuple[str, str]
    """From the first to the last curve of a sweep: one hue."""
    shades: tuple[str, str]
    """Behind odd and even phases."""
    letters: float = USUAL
    """Points of the axes' texts."""
    line: float = 1.8
    """Points of a curve's line."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What else it sets, by matplotlib's names."""


_NAMED: Final = {"solid": DASHES[0], "dashed": DASHES[1], "dotted": DASHES[2], "dashdot": DASHES[3]}
"""The dashes that have names."""

_LIGHT: Final = Palette(
    _HUES, "#1A1A1A", "#5A5A5A", "#E3E3E3", "#FFFFFF", ("#8FC1E3", "#08306B"), ("#EEF4FA", "#FBF6EC")
)
_PAPER: Final = {
    "axes.linewidth": 0.6,
    "grid.linewidth": 0.4,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.minor.size": 1.5,
    "ytick.minor.size": 1.5,
    "xtick.major.pad": 2.0,
    "ytick.major.pad": 2.0,
    "axes.labelpad": 2.0,
    "figure.constrained_layout.h_pad": 0.015,
    "figure.constrained_layout.w_pad": 0.015,
    # A publisher wants texts that are texts: fonts of Type 42, and letters in SVG.
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
}
_SLIDE: Final = {
    "axes.linewidth": 1.4,
    "grid.linewidth": 1.1,
    "xtick.major.width": 1.4,
    "ytick.major.width": 1.4,
    "xtick.major.size": 6.0,
    "ytick.major.size": 6.0,
}
"""Points of a slide's lines, which are seen from afar."""

THEMES: Final[Mapping[str, Palette]] = MappingProxyType(
    {
        "light": _LIGHT,
        "paper": replace(_LIGHT, text="#000000", muted="#404040", letters=8.0, line=1.2, settings=_PAPER),
        "presentation": replace(_LIGHT, letters=19.0, line=3.2, settings=_SLIDE),
        "dark": Palette(
            _BRIGHT,
            "#ECECEC",
            "#A8A8A8",
            "#3A3F44",
            "#1E2226",
            ("#2E6DA4", "#D3E8FA"),
            ("#262D34", "#2E2A26"),
        ),
        "print": Palette(
            _GREYS, "#000000", "#404040", "#DADADA", "#FFFFFF", ("#A8A8A8", "#000000"), ("#F4F4F4", "#EAEAEA")
        ),
        "transparent": Palette(
            _HUES, "#1A1A1A", "#5A5A5A", "#D6D6D6", "none", ("#8FC1E3", "#08306B"), ("#5B8DB81A", "#C9A2271A")
        ),
    }
)


def shades(ends: tuple[str, str], count: int) -> tuple[str, ...]:
    """``count`` colours evenly spaced from one to the other.

    >>> shades(("#000000", "#FF0000"), 3)
    ('#000000', '#800000', '#ff0000')
    """
    first, last = ([int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in ends)
    along = [i / max(1, count - 1) for i in range(count)]
    return tuple(
        "#" + "".join(f"{round(a + (b - a) * z):02x}" for a, b in zip(first, last, strict=True))
        for z in along
    )


def dash_of(said: str | tuple[float, ...]) -> Dash:
    """The dash of a name, or of points of line and gap.

    >>> dash_of("dashed"), dash_of((4, 2))
    ((0, (5, 1.5)), (0, (4, 2)))
    """
    return _NAMED[said] if isinstance(said, str) else (0, said)


def line_looks(palette: Palette, families: Sequence[str]) -> list[tuple[str, Dash]]:
    """The hue and the dash of each curve: rivals differ in both, curves of one sweep are shades of one hue.

    >>> [dash for _, dash in line_looks(THEMES["light"], ["gamma", "gamma"])]
    [(0, ()), (0, ())]
    """
    count = len(families)
    one_family = count > 1 and bool(families[0]) and len(set(families)) == 1
    hues = shades(palette.family, count) if one_family else palette.curves
    dashes = DASHES[:1] if one_family else DASHES
    return [(hues[i % len(hues)], dashes[i % len(dashes)]) for i in range(count)]


@dataclass(frozen=True, slots=True)
class Letters:
    """The sizes of a figure's texts, in points.

    Parameters
    ----------
    base
        That of the axes' texts.

    Examples
    --------
    >>> Letters(10.5).title, Letters(8).note
    (12.5, 7.2)
    """

    base: float

    @property
    def title(self) -> float:
        """Of the title."""
        return round(self.base * 12.5 / USUAL, 1)

    @property
    def note(self) -> float:
        """Of what is written into the axes."""
        return round(self.base * 9.5 / USUAL, 1)

    @property
    def small(self) -> float:
        """Of what has little room."""
        return round(self.base * 8.5 / USUAL, 1)


def readable(colour: Any, text: str, background: str) -> str:
    """A curve's colour for letters: as much of the text's colour mixed in as makes it readable.

    >>> readable("#0072B2", "#1A1A1A", "#FFFFFF"), readable("#8FC1E3", "#1A1A1A", "#FFFFFF")
    ('#0072b2', '#6c8fa7')
    """
    from matplotlib.colors import to_hex, to_rgb

    behind = _luminance(to_rgb("#FFFFFF" if background == "none" else background))
    own, letters = np.array(to_rgb(colour)), np.array(to_rgb(text))
    for share in np.linspace(0, 1, 11):
        mixed = own * (1 - share) + letters * share
        one, other = sorted((behind, _luminance(mixed)))
        if (other + 0.05) / (one + 0.05) >= _CONTRAST:
            break
    return str(to_hex(mixed))


def _luminance(colour: Any) -> float:
    """Relative luminance as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))
