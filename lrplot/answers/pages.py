"""The page of anything that has a curve, as ``-o NAME.html`` writes it."""

from dataclasses import replace
from typing import Unpack

from lrplot.answers.copied import copied
from lrplot.curve import Curve, with_its_loss
from lrplot.render.html.page import page as page_of_sections
from lrplot.render.html.section import section_of
from lrplot.run import spread
from lrplot.sources.keywords import Keywords
from lrplot.sources.things import Things, runs_of
from lrplot.style import Style


def page(drawn: Things, style: Style | None = None, **said: Unpack[Keywords]) -> bytes:
    """Draw schedules, runs, curves and what REFs name as one self-contained HTML page.

    Parameters
    ----------
    drawn
        What :func:`lrplot.figure` takes.
    style
        How it looks; the first run's style when left out.
    said
        Values over the REFs, as ``lr=0.1, steps=1000`` (:class:`lrplot.Keywords`).

    Returns
    -------
    bytes
        The file: UTF-8, which fetches nothing.

    Raises
    ------
    LrplotError
        When there is nothing to draw, or it cannot be drawn.

    Examples
    --------
    >>> import lrplot
    >>> made = lrplot.page({"ours": "StepLR(optimizer, 30)", "theirs": "cosine"}, lr=0.1, steps=90)
    >>> made[:15], "<title>ours · theirs</title>" in made.decode()
    (b'<!DOCTYPE html>', True)
    """
    runs = [with_its_loss(run) for run in runs_of(drawn, together=True, relative=True, **said)]
    if style is not None:
        runs = [replace(run, style=style) for run in runs]
    return page_of_sections([section_of([Curve(run) for run in spread(runs)], copied(runs))])
