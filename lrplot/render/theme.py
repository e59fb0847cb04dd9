"""Colours and dashes, as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

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


THEMES: Final[Mapping[str, Palette]] = MappingProxyType(
    {
        "light": Palette(
            _HUES, "#1A1A1A", "#5A5A5A", "#E3E3E3", "#FFFFFF", ("#8FC1E3", "#08306B"), ("#EEF4FA", "#FBF6EC")
        ),
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
