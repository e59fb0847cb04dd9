"""The style sheets and scripts that stand in every page, and the library that draws.

uPlot (https://github.com/leeoniya/uPlot), version 1.6.32, as its package on npm holds it; its licence, MIT,
is beside it and in every page.
"""

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import Final

_SHEETS: Final = ("uplot.min.css", "page.css")
_SCRIPTS: Final = (
    "uplot.min.js",
    "numbers.js",
    "elements.js",
    "series.js",
    "axes.js",
    "charts.js",
    "tip.js",
    "readout.js",
    "sliders.js",
    "section.js",
    "page.js",
)
_LICENCE: Final = "uplot.LICENSE"


@cache
def style_sheet() -> str:
    """All of the style."""
    return "\n".join(map(_text, _SHEETS))


@cache
def script() -> str:
    """All of the script, behind the licence of the library in it."""
    return f"/*! uPlot\n\n{_text(_LICENCE)}\n*/\n" + "\n".join(map(_text, _SCRIPTS))


def allowed(text: str) -> str:
    """The words by which a content security policy allows a text that stands in the page, and no other.

    >>> allowed("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8").strip()
