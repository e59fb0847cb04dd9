"""A figure for a paper: its inches, its letters as printed, nothing cut, and most of it axes."""

from typing import Any

import pytest
from examples import EXAMPLES, make

from lrplot.curve import Curve
from lrplot.document.build import build
from lrplot.document.document import Document
from lrplot.document.tree import read
from lrplot.render.figure import figure, save
from lrplot.run import Run
from lrplot.style import Style


def paper(*runs: Run, **style: Any) -> Any:
    made = figure([Curve(run) for run in runs], Style(theme="paper", dpi=100, **style))
    save(made, "png")  # lays it out
    return made


ONE = Run("cosine", make("cosine", lr=0.1, T_max=1000.0), 1000)
THREE = (
    ONE,
    Run("linear", make("linear", lr=0.1, T_max=1000.0), 1000),
    Run("step", make("step", lr=0.1, step_size=300.0), 1000),
)
ONECYCLE = Run("onecycle", EXAMPLES["onecycle"], 100, 10)


@pytest.mark.parametrize("runs", [(ONE,), THREE, (ONECYCLE,)], ids=["one", "three", "momentum"])
@pytest.mark.parametrize(("width", "inches"), [("column", 3.25), ("text", 6.75), (5, 5)])
def test_axes_are_most_of_it_and_nothing_is_cut(runs: tuple[Run, ...], width: Any, inches: float) -> None:
    made = paper(*runs, width=width)
    assert made.get_figwidth() == inches
    heights = sum(axes.get_position().height for axes in made.axes)
    assert heights >= 0.7
    tight = made.get_tightbbox(made.canvas.get_renderer())
    wide, high = made.get_size_inches()
    assert tight.x0 >= -0.001
    assert tight.y0 >= -0.001
    assert tight.x1 <= wide + 0.001
    assert tight.y1 <= high + 0.001


def test_letters_are_of_eight_points_and_there_is_no_title() -> None:
    axes = paper(*THREE).axes[0]
    sizes = {text.get_fontsize() for text in (axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels())}
    assert sizes == {8.0}
    assert {text.get_fontsize() for text in axes.texts} == {8.0}
    assert not axes.get_title(loc="left")
    assert paper(ONE, title="asked for").axes[0].get_title(loc="left") == "asked for"


def test_a_specs_own_title_is_for_the_caption() -> None:
    text = "title: Ours\nlr: 1\nsteps: 9\nschedule: cosine\nfigure: {theme: THEME}\n"
    titles = {
        theme: build(Document(read(text.replace("THEME", theme), "a.yaml"), "it")).runs[0].style.title
        for theme in ("light", "paper")
    }
    assert titles == {"light": "Ours", "paper": None}


def test_texts_are_texts() -> None:
    made = figure([Curve(run) for run in THREE], Style(theme="paper"))
    svg = save(made, "svg")
    assert b"<text" in svg
    assert b">learning rate<" in svg
    pdf = save(made, "pdf")
    assert b"/Type3" not in pdf
    assert b"/FontFile2" in pdf


def test_a_slide_has_large_letters() -> None:
    made = figure([Curve(run) for run in THREE], Style(theme="presentation", dpi=40))
    assert made.axes[0].yaxis.label.get_fontsize() >= 18
    assert tuple(made.get_size_inches()) == (10, 5.625)


def test_a_size_wins_over_a_width_of_the_theme() -> None:
    assert tuple(paper(ONE, size=(4, 3)).get_size_inches()) == (4, 3)
    assert Style(width=4).inches[0] == 4
