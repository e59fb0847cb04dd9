"""Where things stand: names by their own curves, labels by their own points, nothing over anything."""

from typing import Any

import numpy as np
import pytest
from examples import make

from lrplot.curve import Curve
from lrplot.optimizers import Adam
from lrplot.optimizers.optimization import Noise, Optimization
from lrplot.render import lines
from lrplot.render.figure import figure
from lrplot.render.fonts import DrawingWarning
from lrplot.render.rates import drops, hides_a_drop
from lrplot.render.saving import Picture, save
from lrplot.run import Run
from lrplot.style import Style

COSINE = make("cosine", lr=0.1, T_max=100.0)
WARM = make("warmup", schedule=make("linear", lr=1e-4, T_max=990_000.0), steps=10_000)


def drawn(*runs: Run, **style: Any) -> Picture:
    return figure([Curve(run) for run in runs], Style(dpi=60, **style))


def boxes(made: Picture, number: int = 0) -> dict[str, Any]:
    renderer = made.canvas.get_renderer()  # type: ignore[attr-defined]
    return {text.get_text(): text.get_window_extent(renderer) for text in made.axes[number].texts}


def pixels(made: Picture, line: Any) -> np.ndarray:
    points = np.column_stack([line.get_xdata(), line.get_ydata()])
    return np.asarray(made.axes[0].transData.transform(points))


def test_names_of_curves_that_meet_at_the_end_stand_where_they_part() -> None:
    late = make("warmup", schedule=COSINE, steps=10, prefix=False)
    runs = Run("before", make("warmup", schedule=COSINE, steps=10), 100), Run("over", late, 100)
    made = drawn(*runs)
    assert not made.legends
    found = boxes(made)
    frame = made.axes[0].get_window_extent()
    lines = made.axes[0].get_lines()
    for line, run in zip(lines, runs, strict=False):
        box = found[run.label]
        assert frame.x0 < box.x0 < box.x1 < frame.x1
        assert frame.y0 < box.y0 < box.y1 < frame.y1
        away = {other.get_color(): _distance(box, pixels(made, other)) for other in lines[:2]}
        assert min(away, key=lambda colour: away[colour]) == line.get_color()
        assert not any(box.contains(x, y) for other in lines[:2] for x, y in pixels(made, other))


def _distance(box: Any, points: np.ndarray) -> float:
    x = np.maximum(np.maximum(box.x0 - points[:, 0], points[:, 0] - box.x1), 0)
    y = np.maximum(np.maximum(box.y0 - points[:, 1], points[:, 1] - box.y1), 0)
    return float(np.hypot(x, y).min())


def test_no_name_at_an_end_is_below_the_axis() -> None:
    ends = [
        Run(f"at {rate}", make("linear", lr=0.1, end_lr=rate, T_max=100.0), 100) for rate in (0.0, 0.05, 0.1)
    ]
    made = drawn(*ends)
    save(made, "png")
    foot = made.axes[0].get_window_extent().y0
    assert all(box.y0 >= foot - 1 for box in boxes(made).values())


def test_curves_that_nowhere_part_have_a_legend() -> None:
    made = drawn(*(Run(f"{i}", make("cosine", lr=0.1, T_max=100.0 + i / 50), 100) for i in range(5)))
    assert len(made.legends) == 1


def test_a_staircase_has_its_drops_named_and_nothing_twice() -> None:
    run = Run("it", make("multistep", lr=0.1, milestones=[60.0, 120.0], gamma=0.2), 200, 1)
    assert drops(run) == [(60, pytest.approx(0.02)), (120, pytest.approx(0.004))]
    made = drawn(run, annotate=True)
    assert list(boxes(made)) == ["0.1 at epoch 0", "0.02 at epoch 60", "0.004 at epoch 120"]


def test_a_label_is_nearer_to_its_own_point_than_to_any_other() -> None:
    run = Run("it", make("multistep", lr=0.1, milestones=[60.0, 80.0, 89.0], gamma=0.2), 100)
    made = drawn(run, annotate=True)
    dots = [pixels(made, line) for line in made.axes[0].get_lines() if line.get_marker() == "o"]
    for text, box in boxes(made).items():
        step = int(text.split()[-1])
        own = made.axes[0].transData.transform((step, run.schedule(step)))
        nearest = min(dots, key=lambda dot: _distance(box, dot))
        np.testing.assert_allclose(nearest[0], own)


def test_no_label_stands_beyond_the_dashed_line_of_a_phase() -> None:
    made = drawn(Run("it", WARM, 10**6), annotate=True)
    line = made.axes[0].transData.transform((10_000, 0))[0]
    for text, box in boxes(made).items():
        if " at " in text and int(text.split()[-1]) > 10_000:
            assert box.x0 > line
        assert not box.x0 < line - 1 < box.x1 - 2


def test_a_narrow_warmup_is_named_beside_a_bracket() -> None:
    made = drawn(Run("it", WARM, 10**6), annotate=True)
    assert {"warm-up", "linear"} <= set(boxes(made))


def test_on_an_epoch_axis_annotations_say_epochs_in_every_language() -> None:
    run = Run("it", COSINE, 100, 1)
    assert "0.1 at epoch 0" in boxes(drawn(run, annotate=True))
    slow = Run("it", make("cosine", lr=0.1, T_max=1000.0), 1000, 10)
    assert "0.1 at epoch 0" in boxes(drawn(slow, annotate=True, xaxis="epochs"))
    from lrplot.render.words import WORDS

    for lang in ("zh", "zh-Hant"):
        assert WORDS[lang]["at epoch"] != WORDS[lang]["at steps"]


def test_several_curves_have_peak_and_end_named_each_in_its_colour_or_it_is_told() -> None:
    two = Run("a", COSINE, 100), Run("b", make("onecycle", max_lr=0.08, total_steps=100), 100)
    made = drawn(*two, annotate=["peak", "end"], size=(10, 6))
    assert any(text.startswith("0.08") for text in boxes(made))
    colours = {text.get_color() for text in made.axes[0].texts}
    assert len(colours) == 2
    many = [Run(f"{i}", make("cosine", lr=0.1, T_max=100.0 + i), 100) for i in range(9)]
    with pytest.warns(DrawingWarning, match="of 9 curves no points are named"):
        drawn(*many, annotate=True)


def test_constants_leave_the_room_to_the_panel_that_moves() -> None:
    adam = Optimization(Adam(), Noise(seed=0), None)
    runs = [
        Run(name, make("constant", lr=lr), 50, optimization=adam) for name, lr in (("a", 0.1), ("b", 0.2))
    ]
    heights = [axes.get_position().height for axes in drawn(*runs).axes]
    assert heights[0] < 0.25 * sum(heights)


def test_a_drop_that_cannot_be_seen_is_shown_on_a_log_panel() -> None:
    unseen = Run("it", make("step", lr=0.1, step_size=30.0), 100)
    seen = Run("it", make("step", lr=0.1, step_size=30.0, gamma=0.5), 100)
    assert (hides_a_drop(unseen), hides_a_drop(seen)) == (True, False)
    assert [axes.get_yscale() for axes in drawn(unseen, annotate=True).axes] == ["linear", "log"]
    assert len(drawn(seen, annotate=True).axes) == 1
    assert len(drawn(unseen).axes) == 1


def test_an_inset_shows_the_warmup_exactly_where_no_curve_is() -> None:
    made = drawn(Run("it", WARM, 10**6), inset="warmup")
    (inner,) = made.axes[0].child_axes
    (line,) = inner.get_lines()
    assert inner.get_xlim() == (0, 20_000)
    np.testing.assert_array_equal(line.get_ydata(), WARM(np.asarray(line.get_xdata())))
    save(made, "png")
    box = inner.get_window_extent()
    curve = pixels(made, made.axes[0].get_lines()[0])
    assert not any(box.contains(x, y) for x, y in curve)


def test_very_many_curves_drawn_as_one_artist_are_the_same_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"3": {"color": "red", "dash": "dashed"}, "5": {"width": 3}}
    curves = [make("cosine", lr=0.1 + i / 50, T_max=100.0) for i in range(7)]
    runs = [Run(f"{i}", curve, 120, family="lr") for i, curve in enumerate(curves)]
    singly = drawn(*runs, curves=own, legend="off")
    monkeypatch.setattr(lines, "_SINGLE", 2)
    together = drawn(*runs, curves=own, legend="off")
    assert [len(each.axes[0].get_lines()) for each in (singly, together)] == [7, 3]
    assert save(singly, "png") == save(together, "png")
