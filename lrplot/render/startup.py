"""Matplotlib imported for one picture, and what a program tells of drawing it."""

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lrplot.errors import LrplotError
from lrplot.text.caret import brief

if TYPE_CHECKING:
    from lrplot.curve import Curve


@dataclass(frozen=True, slots=True)
class Drawing:
    """The bytes of a picture, what should be told of it, and characters that it shows as boxes."""

    data: bytes
    warnings: tuple[str, ...] = ()
    boxes: str = ""


def draw(curves: "Sequence[Curve]", kind: str) -> Drawing:
    """Draw curves as ``png``, ``svg`` or ``pdf``; fonts that lack are told in what is answered.

    Raises
    ------
    LrplotError
        When they cannot be drawn.
    """
    with without_docstrings():
        from lrplot.render.figure import figure, save
    from lrplot.render.fonts import DrawingWarning, MissingFontWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        data = save(figure(curves), kind)
    told = [each.message for each in caught if isinstance(each.message, DrawingWarning)]
    lacking = [each.characters for each in told if isinstance(each, MissingFontWarning)]
    boxes = "".join(sorted({character for characters in lacking for character in characters}))
    return Drawing(data, tuple(dict.fromkeys(map(str, told))), boxes)


@contextlib.contextmanager
def without_docstrings() -> Iterator[None]:
    """While it lasts, Matplotlib writes no tables of properties into the docstrings of what is imported.

    They take a quarter of its import, and a command line shows none of them. Pictures are the same.
    """
    try:
        from matplotlib import artist
    except (OSError, ValueError) as error:
        reason = brief(" ".join(str(error).split()), 200)
        raise LrplotError(f"matplotlib does not start: {reason}; look at your matplotlibrc") from None

    written = getattr(artist, "kwdoc", None)
    if written is None:
        yield
        return
    artist.kwdoc = lambda artist: ""  # noqa: ARG005 (its own name)
    try:
        yield
    finally:
        artist.kwdoc = written
