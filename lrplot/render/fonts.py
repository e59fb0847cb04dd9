"""The installed fonts that a text needs."""

import contextlib
import logging
import warnings
from collections.abc import Iterable
from functools import cache
from typing import Final

_BASE: Final = "DejaVu Sans"
CJK: Final = (
    "Noto Sans CJK SC",
    "Noto Sans CJK TC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "PingFang SC",
    "Heiti SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "SimSun",
    "Arial Unicode MS",
)
"""Families that draw Chinese, the most wanted first."""


# A Chinese font rarely has a bold face; that the regular one stands in is nothing to tell.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


class DrawingWarning(UserWarning):
    """What a person should be told of a picture that is drawn all the same."""


class MissingFontWarning(DrawingWarning):
    """No installed font has some characters of a figure: ``characters``."""

    def __init__(self, message: str, characters: str = "") -> None:
        super().__init__(message)
        self.characters = characters


def families(texts: Iterable[str], first: str | None = None) -> list[str]:
    """Font families that together draw the texts, most wanted first.

    Warns when the ``first`` is not installed, and once of characters that no installed font of the list has.
    """
    texts = list(texts)
    chosen, lacking = _choose(texts)
    if first is not None:
        if _installed(first):
            chosen = [first, *chosen]
        else:
            warnings.warn(
                MissingFontWarning(f"the font '{first}' is not installed; {chosen[0]} is drawn"), stacklevel=2
            )
    if lacking:
        shown = "".join(dict.fromkeys(c for text in texts for c in text if c in lacking))[:12]
        message = (
            f"no installed font draws '{shown}': our own words are English, your own characters boxes; "
            "install one, as the packages fonts-wqy-microhei or fonts-noto-cjk"
        )
        warnings.warn(MissingFontWarning(message, "".join(sorted(lacking))), stacklevel=2)
    return chosen


def missing(texts: Iterable[str]) -> set[str]:
    """Characters that no installed font of the list has."""
    return _choose(texts)[1]


def _installed(family: str) -> bool:
    from matplotlib.font_manager import fontManager

    def known() -> bool:
        generic = family.lower() in ("serif", "sans-serif", "cursive", "fantasy", "monospace")
        return generic or family.lower() in {font.name.lower() for font in fontManager.ttflist}

    return known() or (_learn_new_fonts() and known())


def _choose(texts: Iterable[str]) -> tuple[list[str], set[str]]:
    needed = {c for text in texts for c in text if not c.isspace()} - _characters(_BASE)
    if not needed:
        return [_BASE], set()
    chosen, lacking = _cover(needed)
    if lacking and _learn_new_fonts():
        chosen, lacking = _cover(needed)
    return [_BASE, *chosen], lacking


def _cover(needed: set[str]) -> tuple[list[str], set[str]]:
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    chosen: list[str] = []
    for name in (name for name in CJK if name in installed):
        if found := needed & _characters(name):
            chosen.append(name)
            needed = needed - found
    return chosen, needed


@cache
def _learn_new_fonts() -> bool:
    """Tell matplotlib of fonts installed since it last looked; its own list is kept for good."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    known = {font.fname for font in fontManager.ttflist}
    new = [path for path in findSystemFonts() if path not in known]
    for path in new:
        with contextlib.suppress(Exception):
            fontManager.addfont(path)
    return bool(new)


@cache
def _characters(family: str) -> set[str]:
    from matplotlib.font_manager import FontProperties, findfont
    from matplotlib.ft2font import FT2Font

    try:
        return {chr(code) for code in FT2Font(findfont(FontProperties(family=family))).get_charmap()}
    except (OSError, RuntimeError):  # listed once, gone or broken since
        return set()
