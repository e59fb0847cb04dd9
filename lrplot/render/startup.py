"""Matplotlib imported for one picture."""

import contextlib
from collections.abc import Iterator

from lrplot.errors import LrplotError
from lrplot.places import brief


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
