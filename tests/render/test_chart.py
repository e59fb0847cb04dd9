"""The terminal chart: every dot is where the sampled curve says."""

import numpy as np
import pytest
from examples import EXAMPLES, make
from rich.console import Console

from lrplot.curve import Curve
from lrplot.render.chart import _BRAILLE, Chart
from lrplot.render.scale import rate_scale
from lrplot.run import Run
from lrplot.sources.logs import rows_as_run


def curve(name: str, until: int = 100) -> Curve:
    return Curve(Run(name, EXAMPLES[name], until))


def text(chart: Chart, width: int = 80) -> str:
    console = Console(width=width, force_terminal=False, color_system=None)
    with console.capture() as captured:
        console.print(chart)
    return captured.get()


def dots_of(chart: Chart, width: int) -> np.ndarray:
    """The dots that the printed braille shows."""
    plan = chart.plan(width)
    rows = text(chart, width).splitlines()[1 : 1 + plan.rows]
    codes = np.array([[*map(ord, row[plan.margin + 2 :].ljust(plan.columns))] for row in rows]) - 0x2800
    codes[(codes < 0) | (codes >= 256)] = 0
    cells = (codes[:, None, :, None] & _BRAILLE[None, :, None, :]) > 0
    return cells.reshape(plan.rows * 4, plan.columns * 2)


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_sampled_point_is_a_printed_dot(name: str, width: int) -> None:
    chart = Chart([curve(name)], width)
    plan, shown = chart.plan(width), dots_of(chart, width)
    (sample,) = plan.samples
    x = np.rint(sample.steps / plan.last * (plan.columns * 2 - 1)).astype(int)
    rates = plan.scale.low + (1 - np.arange(plan.rows * 4) / (plan.rows * 4 - 1)) * (
        plan.scale.high - plan.scale.low
    )
    y = np.abs(rates[:, None] - sample.rates[None, :]).argmin(axis=0)
    far = np.where(shown[:, x], np.abs(np.arange(len(shown))[:, None] - y[None, :]), np.inf)
    assert far.min(axis=0).max() <= 1
    assert (shown == plan.dots()[0]).all()


def test_a_jump_is_a_vertical_line_of_dots() -> None:
    chart = Chart([Curve(Run("step", make("step", lr=0.3, step_size=50.0, gamma=0.5), 100))], 80)
    shown = dots_of(chart, 80)
    column = int(shown.sum(axis=0).argmax())
    rows = np.flatnonzero(shown[:, column])
    assert (np.diff(rows) == 1).all()
    assert len(rows) > 20


@pytest.mark.parametrize("width", [24, 80, 200])
@pytest.mark.parametrize("log", [False, True])
def test_no_line_is_wider_than_the_terminal(width: int, log: bool) -> None:
    for name in list(EXAMPLES)[::4]:
        for ascii_only in (False, True):
            lines = text(Chart([curve(name)], log=log, ascii_only=ascii_only), width).splitlines()
            assert max(map(len, lines)) <= width
            assert len(lines) == 18


def test_the_rows_of_a_log_are_dots_and_nothing_stands_between_them() -> None:
    at = np.array([0, 30, 60, 99])
    log = Curve(rows_as_run("log", at, np.array([0.4, 0.2, 0.1, 0.0])))
    shown = dots_of(Chart([log], 80), 80)
    assert shown.sum() == len(at)
    assert text(Chart([curve("cosine"), log])).count("■") == len(at) + 1  # the last is the legend's


def test_several_curves_have_marks_that_tell_them_apart_without_colour() -> None:
    shown = text(Chart([curve("cosine"), curve("linear"), curve("onecycle")]))
    assert shown.startswith("● cosine   ■ linear   ▲ onecycle")
    assert all(shown.count(mark) > 2 for mark in "●■▲")


def test_ascii_is_ascii_and_phases_are_marked() -> None:
    shown = text(Chart([curve("warmup")], ascii_only=True))
    assert shown.isascii()
    assert ":" in shown
    both = text(Chart([curve("cosine"), curve("linear")], ascii_only=True))
    assert both.startswith("* cosine   + linear")


def test_a_chart_is_the_same_every_time_and_has_no_colour_when_piped() -> None:
    chart = Chart([curve("onecycle"), curve("step")])
    assert text(chart) == text(chart)
    assert "\x1b" not in text(chart)


def test_a_million_restarts_fill_the_band() -> None:
    chart = Chart([Curve(Run("x", make("cosine_restarts", lr=0.1, T_0=1000.0), 10**9))], 80)
    shown = dots_of(chart, 80)
    assert shown[:, 1:-1].sum() > 0.85 * shown[:, 1:-1].size


def test_markup_and_control_characters_in_a_label_are_only_text() -> None:
    shown = text(Chart([Curve(Run("[red]x[/]\x1b[31m", make("constant", lr=0.1), 50))]))
    assert shown.startswith("[red]x[/]\N{REPLACEMENT CHARACTER}[31m")


def test_a_log_chart_has_decades_and_a_zero() -> None:
    shown = text(Chart([Curve(Run("x", make("linear", lr=0.1, T_max=50.0), 100))], log=True))
    assert " 0.01 " in shown
    assert "\n    0 ┤" in shown


def test_only_the_axes_are_dim() -> None:
    console = Console(width=40, force_terminal=True, color_system="standard", no_color=False)
    with console.capture() as captured:
        console.print(Chart([curve("constant")], height=6))
    shown = captured.get().splitlines()
    lit = next(line for line in shown if any(0x2800 < ord(c) <= 0x28FF for c in line))
    assert "\x1b[94m" in lit
    assert "\x1b[2;94m" not in lit


def test_rates_that_no_label_could_tell_apart_are_drawn_as_one() -> None:
    scale = rate_scale(np.array([0.00199999, 0.002]), log=False, ticks=3)
    assert [label for _, label in scale.ticks] == ["0", "0.001", "0.002"]
