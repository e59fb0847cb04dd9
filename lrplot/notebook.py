"""Anything that has a curve, as a figure: what Python and notebooks ask for."""

from base64 import b64encode
from html import escape
from typing import Unpack

from lrplot.curve import Curve, with_its_loss
from lrplot.errors import LrplotError
from lrplot.render.figure import Picture, save
from lrplot.render.figure import figure as figure_of_curves
from lrplot.render.html.tables import figures_table
from lrplot.run import spread
from lrplot.sources.keywords import Keywords
from lrplot.sources.things import Things, runs_of
from lrplot.style import Style


def figure(drawn: Things, style: Style | None = None, **said: Unpack[Keywords]) -> Picture:
    """Draw schedules, runs, curves and what REFs name on one pair of axes.

    Parameters
    ----------
    drawn
        One, or several: a REF as a command line takes it (a name of the catalogue, a path, a pasted call),
        a schedule, a run, a curve, or what :func:`lrplot.load` answers; a dict gives them labels.
    style
        How it looks; the first run's style when left out.
    said
        Values over the REFs, as ``lr=0.1, examples=52002`` (:class:`lrplot.Keywords`); ``steps`` is the
        horizon of schedules too: when left out their length, or enough to see what they do.

    Returns
    -------
    matplotlib.figure.Figure
        It can be edited further, and shows itself in a notebook.

    Raises
    ------
    LrplotError
        When there is nothing to draw, or it cannot be drawn.

    Examples
    --------
    >>> import lrplot
    >>> schedules = [lrplot.Cosine(lr=0.1, T_max=100), lrplot.Linear(lr=0.1, T_max=100)]
    >>> made = lrplot.figure(schedules, steps=100)
    >>> [line.get_xdata()[-1].item() for line in made.axes[0].get_lines()]
    [99, 99]
    >>> made = lrplot.figure({"ours": "StepLR(optimizer, 30)", "theirs": "cosine"}, lr=0.1, steps=90)
    >>> made.axes[0].get_title(loc="left")
    'ours · theirs'
    """
    if not isinstance(style, Style | None):
        raise LrplotError(f"style must be an lrplot.Style, got {type(style).__name__}")
    shown = curves(drawn, **said)
    return figure_of_curves([Curve(with_its_loss(curve.run)) for curve in shown], style)


def curves(drawn: Things, **said: Unpack[Keywords]) -> list[Curve]:
    """The curves of anything that has one, parameter groups among them, with labels that tell them apart."""
    return [Curve(run) for run in spread(runs_of(drawn, together=True, relative=True, **said))]


def png(thing: Things) -> bytes | None:
    """The picture of a thing, None where it cannot be drawn."""
    try:
        return save(figure(thing), "png")
    except LrplotError:
        return None


def html(thing: Things, png: bytes | None) -> str:
    """The picture and the key figures of a thing, or why it cannot be drawn."""
    try:
        shown = curves(thing)
        width = shown[0].run.style.inches[0] if shown else 0
        image = "" if png is None else b64encode(png).decode()
        table = figures_table(shown)
    except LrplotError as error:
        return f"<p>{escape(str(error))}</p>"
    picture = f'<img src="data:image/png;base64,{image}" style="width: {96 * width:g}px; max-width: 100%">'
    return f"{picture}{table}"
