"""A figure as the bytes of a file: the same on every run and on every machine."""

import contextlib
import io
import os
import warnings
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from lrplot.errors import LrplotError
from lrplot.render.settings import defaults
from lrplot.render.sheet import Sheet
from lrplot.text.caret import brief

_METADATA: Final[Mapping[str, Mapping[str, None]]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


class Picture(Figure):
    """A matplotlib figure that shows itself in a notebook, pyplot or not."""

    stylesheet: str | None = None
    """The style sheet it was made with."""
    sheet: Sheet = Sheet()
    """What that says."""
    saved: Mapping[str, Any] = MappingProxyType({})
    """Settings of the theme and the style sheet that are read when it is saved."""
    laid_out = False
    """True where its axes already have their places, to which labels were fitted."""

    def _repr_png_(self) -> bytes:
        return save(self, "png")


def save(made: Figure, kind: str) -> bytes:
    """The bytes of a figure as ``png``, ``svg`` or ``pdf``: the same on every run.

    Raises
    ------
    LrplotError
        When a style sheet asks for what cannot be drawn.
    """
    stream = io.BytesIO()
    own = dict(made.saved) if isinstance(made, Picture) else {}
    fixed = defaults() | {"svg.fonttype": "path", "pdf.fonttype": 42} | own | {"svg.hashsalt": "lrplot"}
    sheet = made.stylesheet if isinstance(made, Picture) else None
    settings = matplotlib.rc_context(fixed)
    with settings, blaming(sheet), _undated(), _quiet(), _as_laid_out(made):
        made.savefig(stream, format=kind, metadata=_METADATA[kind])
    return stream.getvalue()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """While it lasts, matplotlib says nothing of what a person has been told, or cannot mend."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        # A figure too small for its own labels is drawn all the same.
        warnings.filterwarnings("ignore", message="constrained_layout not applied")
        yield


@contextlib.contextmanager
def _as_laid_out(made: Figure) -> Iterator[None]:
    """Lay a figure out, and while it lasts, nobody does so again.

    While a figure has a layout engine, matplotlib draws it twice to save it. A picture that nobody has
    changed since its labels were fitted has its layout already; another would move the axes under them.
    """
    engine = made.get_layout_engine()
    if engine is None:
        yield
        return
    fitted = isinstance(made, Picture) and made.laid_out and not made.stale
    if not fitted:
        engine.execute(made)
    made.set_layout_engine(None)
    try:
        yield
    finally:
        made.set_layout_engine(engine)
        made.stale = not fitted  # what saving changed it has put back


@contextlib.contextmanager
def blaming(stylesheet: str | None) -> Iterator[None]:
    """While it lasts, what matplotlib cannot draw is the style sheet's fault, where there is one."""
    try:
        with np.errstate(all="ignore") if stylesheet is not None else contextlib.nullcontext():
            yield
    except LrplotError:
        raise
    except Exception as error:
        if stylesheet is None:
            raise
        message = f"matplotlib cannot draw with this style sheet: {' '.join(str(error).split())}"
        raise LrplotError(f"{stylesheet}: {brief(message, 200)}") from None


@contextlib.contextmanager
def _undated() -> Iterator[None]:
    """While it lasts, no date in the environment is read; our pictures have none."""
    date = os.environ.pop("SOURCE_DATE_EPOCH", None)
    try:
        yield
    finally:
        if date is not None:
            os.environ["SOURCE_DATE_EPOCH"] = date
