"""A part of a page: curves on one pair of axes, and what stands below them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lrplot.curve import Curve
from lrplot.render.titles import title_of
from lrplot.style import Style


@dataclass(frozen=True, slots=True)
class Copied:
    """A text to copy.

    Parameters
    ----------
    kind
        Whether it is a spec or a framework's call.
    name
        What it is in: ``PyTorch``.
    text
        The text itself.
    says
        How its curve differs from the one drawn, where it does.
    curve
        Position of the curve it gives; None where it gives all.
    """

    kind: Literal["spec", "call"]
    name: str
    text: str
    says: str = ""
    curve: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A table below the curves."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Section:
    """Curves and what a page tells of them.

    Parameters
    ----------
    title
        Its heading.
    curves
        At least one.
    style
        The look of its picture: the words of the axes, the scale of the rate's.
    texts
        What can be copied.
    tables
        What stands below the key figures.
    says
        Lines under its heading.
    parting
        The update at which a log parts from its plan.
    notes
        What was assumed.
    """

    title: str
    curves: Sequence[Curve]
    style: Style
    texts: Sequence[Copied] = ()
    tables: Sequence[Listed] = ()
    says: Sequence[str] = ()
    parting: int | None = None
    notes: Sequence[str] = ()


def section_of(
    curves: Sequence[Curve],
    texts: Sequence[Copied] = (),
    tables: Sequence[Listed] = (),
    says: Sequence[str] = (),
    parting: int | None = None,
) -> Section:
    """The section of curves: the title and the look of their picture, and the notes of their runs."""
    style = curves[0].run.style
    title = title_of(curves) if style.title is None else style.title
    notes = tuple(dict.fromkeys(note for curve in curves for note in curve.run.notes))
    return Section(title, curves, style, texts, tables, says, parting, notes)
