"""Anything that has a curve, as a figure: what Python and notebooks ask for."""

from base64 import b64encode
from collections.abc import Iterable
from html import escape

from lrplot.curve import Curve
from lrplot.errors import LrplotError
from lrplot.render.figure import Picture, save
from lrplot.render.figure import figure as figure_of_curves
from lrplot.render.html import figures_table
from lrplot.run import Run, Style
from lrplot.schedules.base import Schedule
from lrplot.sources.horizon import steps_to_show

Drawable = Schedule | Run | Curve
"""What can be drawn."""


def figure(
    drawn: Drawable | Iterable[Drawable], style: Style | None = None, *, steps: int | None = None
) -> Picture:
    """Draw schedules, runs and curves on one pair of axes.

    Parameters
    ----------
    drawn
        One, or several: what :func:`lrplot.load` answers is both.
    style
        How it looks; the first run's style when left out.
    steps
        Horizon of the schedules among them, which have none; their own length, or enough to see
        what they do, when left out.

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
    """
    return figure_of_curves(curves(drawn, steps), style)


def curves(drawn: Drawable | Iterable[Drawable], steps: int | None = None) -> list[Curve]:
    """The curves of anything that has one, schedules of one type told apart by a number."""
    things: list[object] = [drawn]
    if isinstance(drawn, Iterable) and not isinstance(drawn, Drawable):
        things = [*drawn]
    types = [thing.type for thing in things if isinstance(thing, Schedule)]
    seen: list[str] = []
    made: list[Curve] = []
    for thing in things:
        if isinstance(thing, Curve):
            made.append(thing)
        elif isinstance(thing, Run):
            made.append(Curve(thing))
        elif isinstance(thing, Schedule):
            seen.append(thing.type)
            label = f"{thing.type} {seen.count(thing.type)}" if types.count(thing.type) > 1 else thing.type
            made.append(Curve(Run(label, thing, steps_to_show(thing) if steps is None else steps)))
        else:
            raise LrplotError(f"a figure draws schedules, runs and curves, got {type(thing).__name__}")
    return made


def png(thing: Drawable | Iterable[Drawable]) -> bytes | None:
    """The picture of a thing, None where it cannot be drawn."""
    try:
        return save(figure(thing), "png")
    except LrplotError:
        return None


def html(thing: Drawable | Iterable[Drawable], png: bytes | None) -> str:
    """The picture and the key figures of a thing, or why it cannot be drawn."""
    try:
        shown = curves(thing)
        width = shown[0].run.style.size[0] if shown else 0
        image = "" if png is None else b64encode(png).decode()
        table = figures_table(shown)
    except LrplotError as error:
        return f"<p>{escape(str(error))}</p>"
    picture = f'<img src="data:image/png;base64,{image}" style="width: {96 * width:g}px; max-width: 100%">'
    return f"{picture}{table}"
