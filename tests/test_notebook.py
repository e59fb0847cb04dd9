"""Figures of anything that has a curve, and what a notebook shows of it."""

import base64
import copy
import math
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest
from examples import EXAMPLES, REACTING, make

import lrplot

PNG = b"\x89PNG"
COSINE = make("cosine", lr=0.1, T_max=50.0)


def drawn(figure: object) -> list[tuple[str, int, float]]:
    """Label, last step and last rate of each line."""
    lines = figure.axes[0].get_lines()  # type: ignore[attr-defined]
    return [(line.get_label(), int(line.get_xdata()[-1]), float(line.get_ydata()[-1])) for line in lines]


def test_schedules_are_drawn_over_the_steps_given_or_their_own_length() -> None:
    assert [line[1] for line in drawn(lrplot.figure(COSINE))] == [49]
    assert [line[1] for line in drawn(lrplot.figure([COSINE, make("constant", lr=0.1)], steps=30))] == [
        29,
        29,
    ]


def test_an_endless_schedule_is_drawn_as_long_as_it_takes_to_see_it() -> None:
    # Four drops and a stretch after them.
    ((_, last, rate),) = drawn(lrplot.figure(make("step", lr=0.1, step_size=30.0)))
    assert (last, rate) == (149, pytest.approx(1e-5))


def test_runs_curves_and_schedules_go_into_one_figure() -> None:
    (run,) = lrplot.load("linear")
    figure = lrplot.figure([run, lrplot.Curve(run), COSINE], steps=30)
    assert [last for _, last, _ in drawn(figure)] == [999, 999, 29]


def test_what_load_answers_is_drawn_as_it_is() -> None:
    runs = lrplot.load("exponential", None)
    assert isinstance(runs, lrplot.Runs)
    assert lrplot.figure(runs).axes[0].get_title(loc="left") == "exponential"


def test_schedules_of_one_type_are_told_apart_by_a_number() -> None:
    figure = lrplot.figure([COSINE, make("cosine", lr=0.2, T_max=50.0), make("linear", lr=0.1, T_max=50.0)])
    assert figure.axes[0].get_title(loc="left") == "cosine 1 · cosine 2 · linear"


def test_a_figure_can_be_edited_and_shows_what_it_is_then() -> None:
    from matplotlib.figure import Figure

    figure = lrplot.figure(COSINE)
    assert isinstance(figure, Figure)
    before = figure._repr_png_()
    figure.axes[0].axhline(0.03)
    assert before.startswith(PNG)
    assert figure._repr_png_() != before


@pytest.mark.parametrize("thing", [[], {}, 3, None, b"cosine", [COSINE, None], [["cosine"]], {"ours": []}])
def test_what_is_no_curve_is_refused(thing: object) -> None:
    with pytest.raises(lrplot.LrplotError, match=r"(nothing to look at; give|expected) a REF"):
        lrplot.figure(thing)  # type: ignore[arg-type]


@pytest.mark.parametrize("steps", [0, -1, 1.5, True])
def test_a_horizon_that_is_none_is_refused(steps: object) -> None:
    with pytest.raises(lrplot.LrplotError, match="steps must be whole"):
        lrplot.figure(COSINE, steps=steps)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "thing", [COSINE, lrplot.load("step"), lrplot.load("step")[0], lrplot.Curve(lrplot.load("step")[0])]
)
def test_a_notebook_shows_a_picture_and_the_key_figures(thing: object) -> None:
    bundle = thing._repr_mimebundle_(include=None, exclude=None)  # type: ignore[attr-defined]
    assert bundle["image/png"] == thing._repr_png_()  # type: ignore[attr-defined]
    assert bundle["text/html"] == thing._repr_html_()  # type: ignore[attr-defined]
    assert bundle["image/png"].startswith(PNG)
    shown = re.search(r'src="data:image/png;base64,([^"]+)"', bundle["text/html"])
    assert shown is not None
    assert base64.b64decode(shown[1]) == bundle["image/png"]
    assert "<td>0.1</td>" in bundle["text/html"]


def test_labels_are_text_in_html() -> None:
    run = lrplot.Run("<b>&", COSINE, 50)
    assert "<td>&lt;b&gt;&amp;</td>" in str(run._repr_html_())


def test_what_cannot_be_drawn_says_why_in_a_notebook() -> None:
    negative = make("lambda", lr=0.1, factor="3 - t")
    assert negative._repr_png_() is None
    assert negative._repr_mimebundle_() == {"text/html": "<p>lambda: the rate at step 4 would be -0.1</p>"}


def test_every_example_has_a_length_to_be_shown_over() -> None:
    from lrplot.sources.horizon import steps_to_show

    for name in EXAMPLES.keys() - REACTING:
        schedule = EXAMPLES[name]
        assert 1 <= steps_to_show(schedule) < 10**7, name


def test_runs_are_a_tuple_that_can_be_copied_and_pickled() -> None:
    runs = lrplot.load("cosine")
    assert runs == tuple(runs)
    for again in (copy.copy(runs), pickle.loads(pickle.dumps(runs))):  # noqa: S301 (our own)
        assert type(again) is lrplot.Runs
        assert again == runs


def test_schedules_import_nothing_that_draws_until_they_are_shown() -> None:
    code = (
        "import sys; from lrplot.schedules.cosine import Cosine; it = Cosine(lr=0.1, T_max=9);"
        "assert 'matplotlib' not in sys.modules and 'lrplot.notebook' not in sys.modules;"
        "sys.exit(0 if it._repr_png_()[:4] == b'\\x89PNG' else 1)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_figure_takes_what_a_command_line_takes() -> None:
    ((_, last, rate),) = drawn(lrplot.figure("StepLR(optimizer, 30)", lr=0.5, steps=90))
    assert (last, rate) == (89, pytest.approx(0.005))
    path = Path(__file__).parents[1] / "configs" / "sgdr.yaml"
    (run,) = lrplot.load(str(path))
    assert [last for _, last, _ in drawn(lrplot.figure(path))] == [run.steps - 1]


def test_a_dict_gives_labels_to_refs_and_objects() -> None:
    figure = lrplot.figure({"ours": COSINE, "theirs": "step", "third": lrplot.load("linear")})
    assert figure.axes[0].get_title(loc="left") == "ours · theirs · third"


def test_a_name_is_drawn_over_the_run_beside_it() -> None:
    run = lrplot.Run("ours", COSINE, 50)
    assert [last for _, last, _ in drawn(lrplot.figure([run, "step"]))] == [49, 49]


@pytest.mark.parametrize("label", ["", " ", 3, None])
def test_a_label_is_a_text(label: object) -> None:
    with pytest.raises(lrplot.LrplotError, match="a label must be a text"):
        lrplot.figure({label: COSINE})  # type: ignore[dict-item]


def test_what_changes_nothing_is_refused() -> None:
    with pytest.raises(lrplot.LrplotError, match="lr=… changes nothing"):
        lrplot.figure(COSINE, lr=0.1)
    with pytest.raises(lrplot.LrplotError, match="steps=… changes nothing"):
        lrplot.figure(lrplot.load("cosine"), steps=9)


@pytest.mark.parametrize("lr", [math.nan, math.inf, -0.1, True, "0.1", 1j])
def test_a_base_rate_that_is_none_is_refused(lr: object) -> None:
    with pytest.raises(lrplot.LrplotError, match="lr must be a number"):
        lrplot.figure("cosine", lr=lr)  # type: ignore[arg-type]


def test_a_style_that_is_none_is_refused() -> None:
    with pytest.raises(lrplot.LrplotError, match="style must be"):
        lrplot.figure(COSINE, style="dark")  # type: ignore[arg-type]
