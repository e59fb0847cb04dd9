"""Figures are asked what they hold; pixels are compared only with themselves."""

import warnings
from typing import Any

import numpy as np
import pytest
from examples import EXAMPLES, make

from lrplot.curve import Curve
from lrplot.errors import LrplotError
from lrplot.render.figure import figure, save
from lrplot.render.fonts import MissingFontWarning
from lrplot.render.theme import DASHES, THEMES
from lrplot.run import Run
from lrplot.style import Style

_LOW = 40
"""Dots per inch where it does not matter how many: a picture is drawn sooner."""


def curve(schedule: Any, steps: int = 100, label: str = "it", **style: Any) -> Curve:
    return Curve(Run(label, schedule, steps, None, Style(**style)))


def test_the_line_is_the_sampled_curve() -> None:
    it = curve(make("step", lr=0.1, step_size=30.0))
    axes = figure([it]).axes[0]
    (line,) = axes.get_lines()
    sampled = it.sample(1200)
    np.testing.assert_array_equal(line.get_xdata(), sampled.steps)
    np.testing.assert_array_equal(line.get_ydata(), sampled.rates)
    assert axes.get_ylabel() == "learning rate"
    assert axes.get_xlabel() == "step (optimizer updates)"
    assert axes.get_title(loc="left") == "it"


def legend_of(made: Any) -> list[str]:
    (legend,) = made.legends
    return [text.get_text() for text in legend.get_texts()]


def test_several_curves_have_a_legend_and_differ_in_hue_and_dash() -> None:
    names = list(EXAMPLES)[:8]
    made = figure([curve(EXAMPLES[name], label=name, legend="bottom") for name in names])
    assert legend_of(made) == names
    looks = {(line.get_color(), str(line.get_linestyle())) for line in made.axes[0].get_lines()}
    assert len(looks) == 8


def test_hues_and_dashes_pair_up_afresh_for_72_curves() -> None:
    hues = THEMES["light"].curves
    assert len({(hues[i % len(hues)], DASHES[i % len(DASHES)]) for i in range(72)}) == 72


def test_a_hundred_curves_keep_a_readable_legend() -> None:
    made = figure(
        [
            curve(make("exponential", lr=0.1, gamma=0.9 + i / 2000), label=f"γ{i}", dpi=_LOW)
            for i in range(100)
        ]
    )
    assert legend_of(made)[-1] == "… 84 more"
    assert save(made, "png")


def test_what_turns_too_often_for_a_line_is_a_filled_band() -> None:
    parts = [make("cosine_restarts", lr=0.1, T_0=10.0), make("constant", lr=0.05)]
    mixed = make("sequence", parts=parts, lengths=[500_000])
    axes = figure([curve(mixed, 10**6)]).axes[0]
    (band,) = axes.collections
    corners = band.get_paths()[0].vertices
    assert corners[:, 0].max() == pytest.approx(500_000, rel=0.01)
    assert (corners[:, 1].min(), corners[:, 1].max()) == (make("cosine", lr=0.1, T_max=10.0)(9), 0.1)
    line = axes.get_lines()[0]
    shown = ~np.isnan(np.asarray(line.get_ydata()))
    assert np.asarray(line.get_xdata())[shown].min() > 490_000
    assert (
        not figure([curve(make("cyclic", base_lr=0.0, max_lr=1.0, step_size_up=10.0), 300)])
        .axes[0]
        .collections
    )


def test_momentum_is_a_panel_below_on_the_same_steps() -> None:
    made = figure([curve(make("onecycle", max_lr=0.1, total_steps=100))])
    rates, momentum = made.axes
    assert momentum.get_ylabel() == "momentum"
    assert rates.get_shared_x_axes().joined(rates, momentum)
    assert momentum.get_lines()[0].get_ydata()[0] == 0.95


def test_known_epochs_are_a_second_axis() -> None:
    made = figure([Curve(Run("it", make("cosine", lr=0.1, T_max=500.0), 500, 100))])
    (above,) = made.axes[0].child_axes
    assert above.get_xlabel() == "epoch"
    made = figure([Curve(Run("it", make("cosine", lr=0.1, T_max=500.0), 500, 1))])
    assert not made.axes[0].child_axes
    assert made.axes[0].get_xlabel() == "epoch"


def test_a_log_scale_draws_exact_zeros_at_a_bottom_labelled_0() -> None:
    made = figure([curve(make("linear", lr=0.1, T_max=50.0), yscale="log")])
    axes = made.axes[0]
    drawn = axes.get_lines()[0].get_ydata()
    assert (np.asarray(drawn) > 0).all()
    made.canvas.draw()  # type: ignore[attr-defined]
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert labels[0] == "0"
    bottom, _ = axes.get_ylim()
    assert bottom < np.min(drawn) < 1e-3


def test_a_log_scale_of_zeros_alone_is_refused() -> None:
    with pytest.raises(LrplotError, match="every rate is 0"):
        figure([curve(make("constant", lr=0.0), yscale="log")])


@pytest.mark.parametrize(
    ("name", "scale"), [(name, ("linear", "log")[i % 2]) for i, name in enumerate(EXAMPLES)]
)
def test_every_example_is_drawn(name: str, scale: str) -> None:
    made = figure([curve(EXAMPLES[name], 37, name, yscale=scale, size=(3.0, 2.0), dpi=40)])
    assert save(made, "png").startswith(b"\x89PNG")


@pytest.mark.parametrize("steps", [1, 2, 10**12, 2**53])
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_every_horizon_is_drawn(steps: int, scale: str) -> None:
    made = figure([curve(make("cosine_restarts", lr=0.1, T_0=1000.0), steps, yscale=scale, dpi=_LOW)])
    assert save(made, "png")


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_picture_has_the_same_bytes_every_time(kind: str) -> None:
    runs = [
        curve(make("onecycle", max_lr=0.1, total_steps=100), dpi=_LOW),
        curve(make("step", lr=0.1, step_size=7.0)),
    ]
    assert save(figure(runs), kind) == save(figure(runs), kind)


def test_a_users_settings_change_nothing() -> None:
    import matplotlib

    it = [curve(make("step", lr=0.1, step_size=30.0), dpi=_LOW)]
    plain = save(figure(it), "png")
    with matplotlib.rc_context({"lines.linewidth": 9, "axes.grid": False, "font.size": 3, "savefig.dpi": 10}):
        assert save(figure(it), "png") == plain


@pytest.mark.parametrize(
    "title", ["$x^2", "a_b^c", "[red]x[/]", r"\frac{1}{2} $\alpha$", "$$", "_hidden", "50% & #1"]
)
def test_a_title_is_shown_as_it_is(title: str) -> None:
    it = curve(make("constant", lr=0.1), label=title, title=title, dpi=_LOW)
    made = figure([it, it])
    assert made.axes[0].get_title(loc="left") == title
    assert [text.get_text() for text in made.axes[0].texts] == [title, title]
    assert save(made, "png")


def test_control_characters_are_replaced() -> None:
    made = figure([curve(make("constant", lr=0.1), title="a\x00b\x1b[31mc\nd", dpi=_LOW)])
    assert made.axes[0].get_title(loc="left") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31mc d"
    save(made, "png")


def test_a_character_no_font_has_warns_once_and_is_drawn_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lrplot.render.fonts.CJK", ())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made = figure([curve(make("constant", lr=0.1), title="余弦退火 x", dpi=_LOW)])
        data = save(made, "png")
    assert [type(warning.message) for warning in caught] == [MissingFontWarning]
    assert data.startswith(b"\x89PNG")


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_is_drawn(theme: str) -> None:
    data = save(figure([curve(make("step", lr=0.1, step_size=30.0), theme=theme, dpi=_LOW)]), "png")
    assert data.startswith(b"\x89PNG")


def test_the_size_in_pixels_is_inches_times_dpi() -> None:
    import io

    from PIL import Image

    data = save(figure([curve(make("constant", lr=0.1), size=(4.0, 3.0), dpi=100)]), "png")
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.size == (400, 300)


def test_names_stand_at_the_line_ends_where_they_fit() -> None:
    apart = [curve(make("constant", lr=rate), label=f"at {rate}") for rate in (0.1, 0.2, 0.3)]
    made = figure(apart)
    assert [text.get_text() for text in made.axes[0].texts] == ["at 0.1", "at 0.2", "at 0.3"]
    assert not made.legends
    together = [
        curve(make("cosine", lr=0.1, T_max=99.0, eta_min=i / 1e6), label=f"eta {i}") for i in range(5)
    ]
    assert legend_of(figure(together)) == [f"eta {i}" for i in range(5)]


def test_a_sweep_is_one_hue_in_order_and_rivals_are_not() -> None:
    gammas = (0.5, 0.7, 0.9)
    runs = [Run(f"{g}", make("exponential", lr=0.1, gamma=g), 20, family="gamma") for g in gammas]
    lines = figure([Curve(run) for run in runs]).axes[0].get_lines()
    blue = [int(str(line.get_color())[1:3], 16) for line in lines]
    assert blue == sorted(blue, reverse=True)
    assert len({str(line.get_linestyle()) for line in lines}) == 1


def boxes(made: Any) -> list[Any]:
    renderer = made.canvas.get_renderer()
    return [text.get_window_extent(renderer) for text in made.axes[0].texts]


SIZES = [((400, 250), 100), ((800, 450), 100), ((1200, 675), 150), ((4000, 2000), 150), ((600, 900), 150)]


@pytest.mark.parametrize(("pixels", "dpi"), SIZES)
@pytest.mark.parametrize(
    "name", [*list(EXAMPLES)[::4], "warmup", "onecycle", "wsd, root", "restarts, doubling"]
)
def test_annotations_overlap_nothing_at_any_size(name: str, pixels: tuple[int, int], dpi: int) -> None:
    size = (pixels[0] / dpi, pixels[1] / dpi)
    made = figure([curve(EXAMPLES[name], 100, name, size=size, dpi=dpi, annotate=True)])
    found = boxes(made)
    frame = made.axes[0].get_window_extent()
    for i, box in enumerate(found):
        assert frame.x0 - 2 <= box.x0
        assert box.x1 <= frame.x1 + 2
        assert not any(box.overlaps(other) for other in found[i + 1 :])
    (line, *_) = made.axes[0].get_lines()
    on_line = made.axes[0].transData.transform(np.column_stack([line.get_xdata(), line.get_ydata()]))
    for box in found:
        assert not ((box.min < on_line) & (on_line < box.max)).all(axis=1).any()


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_labels_are_saved_where_they_were_fitted(kind: str) -> None:
    it = curve(EXAMPLES["onecycle"], 100, annotate=True, dpi=_LOW)
    fitted, made = figure([it]), figure([it])
    saved = save(made, kind)
    assert save(made, kind) == saved
    assert [box.bounds for box in boxes(made)] == [box.bounds for box in boxes(fitted)]


def test_a_picture_that_was_changed_is_laid_out_again() -> None:
    made = figure([curve(EXAMPLES["onecycle"], 100, annotate=True)])
    left = made.axes[0].get_window_extent().x0
    made.axes[0].set_ylabel("three\nlines of\nwords")
    save(made, "png")
    assert made.axes[0].get_window_extent().x0 > left + 10


def test_annotations_name_phases_and_say_peak_and_end() -> None:
    it = curve(EXAMPLES["warmup"], 100, annotate=True)
    texts = [text.get_text() for text in figure([it]).axes[0].texts]
    assert set(texts[:2]) == {"warm-up", "cosine"}
    assert "0.3 at 13" in texts


def test_a_style_sheet_lies_over_the_theme(tmp_path: Any) -> None:
    sheet = tmp_path / "mine.mplstyle"
    sheet.write_text("axes.edgecolor: 123456\n")
    made = figure([curve(make("constant", lr=0.1), stylesheet=str(sheet))])
    assert made.axes[0].spines["left"].get_edgecolor() == pytest.approx(
        (0x12 / 255, 0x34 / 255, 0x56 / 255, 1)
    )
    sheet.write_text("axes.edgecolor: [nonsense")
    with pytest.raises(LrplotError, match="style sheet"):
        figure([curve(make("constant", lr=0.1), stylesheet=str(tmp_path / "none.mplstyle"))])


def test_chinese_words_need_a_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    it = curve(EXAMPLES["warmup"], 100, lang="zh", annotate=True)
    monkeypatch.setattr("lrplot.render.figure.missing", lambda _: set())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = figure([it])
    assert made.axes[0].get_ylabel() == "学习率"
    assert made.axes[0].texts[0].get_text() == "预热"
    monkeypatch.undo()
    monkeypatch.setattr("lrplot.render.fonts.CJK", ())
    with pytest.warns(MissingFontWarning, match="fonts-wqy-microhei"):
        made = figure([it])
    assert made.axes[0].get_ylabel() == "learning rate"
