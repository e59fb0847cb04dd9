"""Panels below the rate: what they hold, what marks them, and the trace as a table."""

import io

import numpy as np
from examples import make
from rich.console import Console

from lrplot.curve import Curve, changes_of, simulated
from lrplot.curve.panels import thinned
from lrplot.optimizers import Adam, Quadratic
from lrplot.optimizers.optimization import Noise, Optimization
from lrplot.render.figure import figure, save
from lrplot.render.table import curve_table
from lrplot.run import Run
from lrplot.style import Style

FLAT = make("plateau", lr=0.1, patience=5, metrics=[1.0] * 30)


def printed(run: Run, width: int = 100) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(curve_table(Curve(run)))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_the_metric_stands_below_and_its_drops_say_why() -> None:
    made = figure([Curve(Run("it", FLAT, 30))])
    rate, metric = made.axes
    assert metric.get_ylabel() == "metric"
    lines = {tuple(line.get_xdata()) for line in metric.get_lines()}
    assert {(7, 7), (13, 13), (19, 19)} <= lines
    texts = [text.get_text() for text in metric.texts]
    assert texts[0] == "×0.1\npatience 5 exceeded"
    assert {7, 13} <= {line.get_xdata()[0] for line in rate.get_lines()}


def test_schedules_that_share_a_metric_share_its_line() -> None:
    other = make("plateau", lr=0.1, patience=3, metrics=[1.0] * 30)
    made = figure([Curve(Run("a", FLAT, 30)), Curve(Run("b", other, 30))])
    metric = made.axes[1]
    assert sum(len(line.get_xdata()) > 2 for line in metric.get_lines()) == 1


def test_changes_stand_on_the_runs_own_steps() -> None:
    late = make("sequence", parts=(make("constant", lr=0.1), FLAT), lengths=(10,))
    slow = make("epochwise", schedule=FLAT, steps_per_epoch=4)
    assert [change.step for change in changes_of(Run("it", late, 40))][:3] == [17, 23, 29]
    assert [change.step for change in changes_of(Run("it", slow, 100))][:3] == [28, 52, 76]
    rates = slow.table(100)
    assert (np.flatnonzero(np.diff(rates)) + 1).tolist()[:3] == [28, 52, 76]


def test_the_metric_of_an_epoch_stands_at_its_last_step() -> None:
    slow = make("epochwise", schedule=FLAT, steps_per_epoch=4)
    (panel,) = Curve(Run("it", slow, 40)).panels()
    assert panel.middle.steps.tolist() == list(range(3, 40, 4))


def test_several_parameters_are_their_median_and_a_band() -> None:
    it = Optimization(Adam(), Noise(parameters=9, mean=1, scale=0.1))
    (panel,) = Curve(Run("it", make("constant", lr=0.1), 20, optimization=it)).panels()
    values = it.series("effective_lr", make("constant", lr=0.1), 20)
    np.testing.assert_allclose(panel.middle.rates, np.median(values, axis=1))
    assert panel.low is not None
    assert panel.high is not None
    assert (panel.low < panel.middle.rates).all()
    assert (panel.high > panel.middle.rates).all()


def test_what_has_no_gradient_is_a_gap_and_breaks_nothing() -> None:
    it = Optimization(Adam(), np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]))
    run = Run("it", make("constant", lr=0.1), 3, optimization=it)
    (panel,) = Curve(run).panels()
    assert np.isnan(panel.middle.rates).tolist() == [True, False, False]
    assert save(figure([Curve(run)]), "png")


def test_a_loss_that_leaves_the_picture_is_crossed_out_at_its_edge() -> None:
    run = simulated(Run("it", make("constant", lr=2.5), 60, model=Quadratic(dimension=9)))
    axes = figure([Curve(run)]).axes[1]
    (cross,) = [line for line in axes.get_lines() if line.get_marker() == "X"]
    assert cross.get_ydata()[0] == axes.get_ylim()[1]
    assert axes.get_ylim()[1] < 100


def test_a_thinned_series_keeps_its_extremes() -> None:
    values = np.sin(np.arange(100_000.0))
    values[54_321] = 7.0
    shown = thinned(np.arange(100_000), values, 100)
    assert len(shown.steps) <= 400
    assert shown.rates.max() == 7.0
    assert (shown.steps[0], shown.steps[-1]) == (0, 99_999)


def test_a_trace_names_metric_best_bad_count_rate_and_cause() -> None:
    lines = printed(Run("it", FLAT, 9, steps_per_epoch=1))
    start = next(i for i, line in enumerate(lines) if line.startswith("epoch  metric"))
    assert lines[start + 1].split() == ["0", "1", "1", "0", "0.1"]
    assert lines[start + 7].split() == ["6", "1", "1", "0", "0.1", "patience", "5", "exceeded"]
    assert lines[start + 8].split() == ["7", "1", "1", "1", "0.01"]


def test_a_long_trace_shows_what_happened_and_what_was_around_it() -> None:
    still = make("plateau", lr=0.1, patience=400, metrics=[1.0] * 1000)
    lines = printed(Run("it", still, 1000))
    start = next(i for i, line in enumerate(lines) if line.startswith("step  metric"))
    shown = [line.split()[0] for line in lines[start + 1 : lines.index("", start)]]
    assert shown == [
        "0",
        "1",
        "⋮",
        "399",
        "400",
        "401",
        "402",
        "403",
        "⋮",
        "800",
        "801",
        "802",
        "803",
        "804",
        "⋮",
        "999",
    ]


def test_a_trace_shows_metrics_that_are_no_numbers() -> None:
    lost = make("plateau", lr=0.1, metrics=[1.0, float("nan"), float("inf"), 0.5])
    lines = printed(Run("it", lost, 4))
    start = next(i for i, line in enumerate(lines) if line.startswith("step  metric"))
    assert [line.split()[1] for line in lines[start + 1 : start + 5]] == ["1", "nan", "inf", "0.5"]


def test_an_optimizers_table_shows_its_first_steps() -> None:
    it = Optimization(Adam(), "0.5")
    lines = printed(Run("it", make("constant", lr=0.001), 30, optimization=it))
    assert lines[1].split() == ["step", "learning", "rate", "effective", "rate"]
    assert [line.split()[0] for line in lines[2:9]] == ["0", "1", "2", "5", "10", "20", "29"]
    assert lines[2].split()[1:] == ["0.001", "0.002"]


def test_the_panel_shows_what_the_style_says() -> None:
    it = Optimization(Adam(), "0.5", 1.0)
    run = Run("it", make("constant", lr=0.1), 3, style=Style(updates="weights"), optimization=it)
    (panel,) = Curve(run).panels()
    assert panel.kind == "weights"
    np.testing.assert_allclose(panel.middle.rates, [1.0, 0.9, 0.8], rtol=1e-6)
