"""Colours and dashes, as data."""

from collections.abc import Mapping
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
)
"""Seven dashes against eight hues: the pair repeats only after 56 curves."""

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


THEMES: Final[Mapping[str, Palette]] = MappingProxyType(
    {
        "light": Palette(_HUES, "#1A1A1A", "#5A5A5A", "#E3E3E3", "#FFFFFF"),
        "dark": Palette(_BRIGHT, "#ECECEC", "#A8A8A8", "#3A3F44", "#1E2226"),
        "print": Palette(_GREYS, "#000000", "#404040", "#DADADA", "#FFFFFF"),
        "transparent": Palette(_HUES, "#1A1A1A", "#5A5A5A", "#D6D6D6", "none"),
    }
)
