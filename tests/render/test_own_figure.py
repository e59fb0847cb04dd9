"""A figure of one's own: what is asked for is what the artists have."""

from typing import Any

import numpy as np
import pytest
from examples import make

from lrplot.clock import Training
from lrplot.curve import Curve
from lrplot.errors import LrplotError
from lrplot.render.figure import figure
from lrplot.render.fonts import DrawingWarning
from lrplot.render.saving import Picture, save
from lrplot.run import Run
from lrplot.style import CurveStyle, Style

COSINE, STEP = make("cosine", lr=0.1, T_max=100.0), make("step", lr=0.05, step_size=30.0)


def runs(**more: Any) -> list[Run]:
    return [Run("Ours", COSINE, 100, **more), Run("Theirs", STEP, 100, **more)]


def drawn(those: list[Run] | None = None, **style: Any) -> Picture:
    return figure([Curve(run) for run in those or runs()], Style(dpi=40, **style))


def texts(made: Picture) -> list[str]:
    return [text.get_text() for text in made.axes[0].texts]


def test_a_curve_has_the_colour_width_dash_and_marker_that_are_said_of_it() -> None:
    look = {"color": "crimson", "width": 3, "dash": "dotted", "marker": "s"}
    ours, theirs, *_ = drawn(curves={"Ours": look, "*": {"width": 1}}).axes[0].get_lines()
    assert (ours.get_color(), ours.get_linewidth(), ours.get_marker()) == ("crimson", 3, "s")
    assert (theirs.get_color(), theirs.get_linewidth()) == ("#D55E00", 1)


def test_a_dash_is_points_of_line_and_gap_too() -> None:
    with_list, with_name = (
        drawn(curves={"Ours": {"dash": dash}}).axes[0].get_lines()[0] for dash in ([5, 1.5], "dashed")
    )
    assert with_list._dash_pattern == with_name._dash_pattern  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("label", "look", "said"),
    [
        ("Our", CurveStyle(color="red"), "no curve is called 'Our'; did you mean 'Ours'"),
        ("Ours", CurveStyle(color="redd"), r"figure\.curves\.Ours\.color: 'redd' is no colour; did you mean"),
    ],
)
def test_a_look_of_no_curve_and_a_colour_that_is_none_are_told(
    label: str, look: CurveStyle, said: str
) -> None:
    with pytest.raises(LrplotError, match=said):
        drawn(curves={label: look})


@pytest.mark.parametrize("place", ["right", "top", "bottom"])
def test_a_legend_stands_outside_where_it_is_asked(place: str) -> None:
    made = drawn(legend=place)
    (shown,) = made.legends
    save(made, "png")
    frame, box = made.axes[0].get_window_extent(), shown.get_window_extent()
    beside = {"right": box.x0 > frame.x1, "top": box.y0 > frame.y1, "bottom": box.y1 < frame.y0}
    assert beside[place]


def test_a_legend_inside_covers_no_curve_and_off_is_none() -> None:
    made = drawn(legend="inside")
    shown = made.axes[0].get_legend()
    assert shown is not None
    box = shown.get_window_extent()
    for line in made.axes[0].get_lines():
        points = made.axes[0].transData.transform(np.column_stack([line.get_xdata(), line.get_ydata()]))
        assert not any(box.contains(x, y) for x, y in points)
    bare = drawn(legend="off")
    assert not bare.legends
    assert not texts(bare)
    assert sorted(texts(drawn(legend="ends"))) == ["Ours", "Theirs"]


def test_limits_and_ticks_are_the_asked_ones() -> None:
    made = drawn(xlim=[10, 50], ylim=[None, 0.08], xticks=[10, 30, 50], yticks=[0, 0.04])
    axes = made.axes[0]
    assert axes.get_xlim() == (10, 50)
    assert axes.get_ylim()[1] == 0.08
    assert axes.get_xticks().tolist() == [10, 30, 50]
    assert axes.get_yticks().tolist() == [0, 0.04]


def test_a_short_stretch_of_a_long_run_is_drawn_step_by_step() -> None:
    run = Run("it", make("cosine_restarts", lr=0.1, T_0=10.0), 10**9)
    (line,) = drawn([run], xlim=[5000, 5040]).axes[0].get_lines()
    steps, rates = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    assert set(range(5000, 5041)) <= set(steps.tolist())
    jumps = np.flatnonzero(np.diff(steps) == 0)
    last = np.delete(np.arange(len(steps)), jumps)
    np.testing.assert_array_equal(rates[last], run.schedule(steps[last]))


def test_limits_that_show_nothing_are_told() -> None:
    with pytest.raises(LrplotError, match="xlim: no curve has a step between 500 and 600"):
        drawn(xlim=[500, 600])
    with pytest.raises(
        LrplotError, match=r"ylim: no rate lies between 1 and 2; they go from 2\.47e-5 to 0\.1"
    ):
        drawn(ylim=[1, 2])


def test_percent_aligns_runs_of_unequal_length() -> None:
    long = Run("long", make("cosine", lr=0.1, T_max=400.0), 400)
    made = drawn([Run("short", COSINE, 100), long], xaxis="percent")
    ends = [line.get_xdata()[-1] for line in made.axes[0].get_lines()[:2]]
    assert ends == [99.0, 99.75]
    assert made.axes[0].get_xlabel() == "share of the run"


def test_samples_and_tokens_count_what_updates_see() -> None:
    training = Training(batch_size=8, accumulate=2, devices=2, sequence_length=1024)
    for unit, each in (("samples", 32), ("tokens", 32 * 1024)):
        made = drawn(runs(training=training), xaxis=unit)
        assert made.axes[0].get_lines()[0].get_xdata()[-1] == 99 * each
        assert made.axes[0].get_xlabel() == f"{unit} seen"


def test_an_epoch_of_examples_is_as_many_samples() -> None:
    uneven = Training(examples=1003, batch_size=100)
    assert uneven.steps_per_epoch == 11
    assert uneven.samples_per_step * 11 == pytest.approx(1003)
    dropped = Training(examples=1003, batch_size=100, drop_last=True)
    assert dropped.samples_per_step * 10 == 1000


def test_a_unit_that_nobody_says_is_asked_for() -> None:
    with pytest.raises(LrplotError, match=r"Ours, Theirs.*training\.batch_size=N"):
        drawn(xaxis="tokens")
    with pytest.raises(LrplotError, match="--steps-per-epoch N"):
        drawn(xaxis="epochs")


def test_panels_are_the_asked_ones() -> None:
    run = Run("it", make("onecycle", max_lr=0.1, total_steps=100), 100)
    assert [axes.get_ylabel() for axes in drawn([run], panels="none").axes] == ["learning rate"]
    labels = [axes.get_ylabel() for axes in drawn([run], panels=["log", "momentum"]).axes]
    assert labels == ["learning rate", "the same, log", "momentum"]


def test_the_grid_is_on_or_off() -> None:
    assert not any(line.get_visible() for line in drawn(grid=False).axes[0].get_xgridlines())
    assert all(line.get_visible() for line in drawn(grid=True).axes[0].get_xgridlines())


def test_fonts_and_their_size_are_the_asked_ones() -> None:
    axes = drawn(font="DejaVu Serif", font_size=14).axes[0]
    label = axes.yaxis.label
    assert label.get_fontfamily()[0] == "DejaVu Serif"
    assert label.get_fontsize() == 14
    with pytest.warns(DrawingWarning, match="'No Such Font' is not installed"):
        drawn(font="No Such Font")


def test_mathematics_is_set_and_other_dollars_stay() -> None:
    made = drawn([Run(r"$\eta_t$", COSINE, 100), Run("costs $5 and $6", STEP, 100)], legend="bottom")
    shown = [(text.get_text(), text.get_parse_math()) for text in made.legends[0].get_texts()]
    assert shown == [(r"$\eta_t$", True), ("costs $5 and $6", False)]
    mixed = drawn(title=r"$\eta$ for 5$").axes[0]
    assert mixed.get_title(loc="left") == r"$\eta$ for 5\$"


@pytest.mark.parametrize(("text", "what"), [(r"$\etaa$", "etaa"), ("$x_$", "not understood"), ("$余$", "余")])
def test_bad_mathematics_is_told_with_its_place(text: str, what: str) -> None:
    with pytest.raises(LrplotError, match=f"figure.ylabel: .*{what}"):
        drawn(ylabel=text)


def test_annotations_are_the_chosen_ones() -> None:
    run = Run("it", make("warmup", schedule=COSINE, steps=10), 100)
    said = texts(drawn([run], size=(8, 4.5), annotate=["end"]))
    assert [text.replace("\n", " ") for text in said] == ["0.00296 at 99"]
    assert texts(drawn([run], annotate=["phases"])) == ["warm-up", "cosine"]
    assert not texts(drawn([run], annotate=False))


def test_chinese_beside_a_formula_is_in_a_font_that_has_it() -> None:
    from matplotlib import rc_context
    from matplotlib.text import Text

    from lrplot.render.mathematics import put

    with rc_context({"font.family": ["DejaVu Sans", "Droid Sans Fallback"]}):
        chinese, english = Text(), Text()
        put(chinese, r"学习率 $\eta_t$ · 余弦")
        put(english, r"rate $\eta_t$")
        assert chinese.get_fontfamily() == ["Droid Sans Fallback", "DejaVu Sans"]
        assert chinese.get_text() == r"学习率 $\eta_t$ $\cdot$ 余弦"
        assert english.get_fontfamily()[0] == "DejaVu Sans"


@pytest.mark.parametrize(
    ("inset", "told"), [("warmup", "no curve has a warm-up"), ((1000.0, 2000.0), "goes on to 1000")]
)
def test_an_inset_that_cannot_be_is_told(inset: Any, told: str) -> None:
    with pytest.warns(DrawingWarning, match=told):
        drawn(inset=inset)


def test_a_style_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(LrplotError, match="xlim must rise"):
        drawn(xlim=(5.0, 2.0))
