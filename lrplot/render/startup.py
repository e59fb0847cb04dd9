"""Matplotlib imported for one picture."""

import contextlib
from collections.abc import Iterator


@contextlib.contextmanager
def without_docstrings() -> Iterator[None]:
    """While it lasts, Matplotlib writes no tables of properties into the docstrings of what is imported.

    They take a quarter of its import, and a command line shows none of them. Pictures are the same.
    """
    from matplotlib import artist

    written = getattr(artist, "kwdoc", None)
    if written is None:
        yield
        return
    artist.kwdoc = lambda artist: ""  # noqa: ARG005 (its own name)
    try:
        yield
    finally:
        artist.kwdoc = written
