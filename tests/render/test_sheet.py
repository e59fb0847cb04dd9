"""A style sheet is obeyed: every setting of it that an artist of a figure shows."""

import re
from pathlib import Path

import pytest
from examples import make

from lrplot.curve import Curve
from lrplot.render.figure import Picture, figure, save
from lrplot.run import Run
from lrplot.style import Style


def drawn(tmp_path: Path, sheet: str, count: int = 2, **style: object) -> Picture:
    path = tmp_path / "own.mplstyle"
    path.write_text(sheet)
    given = Style(stylesheet=str(path), **style)  # type: ignore[arg-type]
    runs = [
        Run(f"curve {i}", make("step", lr=0.1 * (i + 1), step_size=30.0), 90, style=given)
        for i in range(count)
    ]
    return figure([Curve(run) for run in runs])


def test_lines_have_its_width_and_the_colours_of_its_cycle(tmp_path: Path) -> None:
    sheet = "lines.linewidth: 3\naxes.prop_cycle: cycler('color', ['ff0000', '00ff00'])\n"
    lines = drawn(tmp_path, sheet).axes[0].get_lines()
    assert [line.get_linewidth() for line in lines[:2]] == [3, 3]
    assert [line.get_color() for line in lines[:2]] == ["#ff0000", "#00ff00"]


def test_dashes_and_markers_of_the_cycle_win(tmp_path: Path) -> None:
    sheet = "axes.prop_cycle: cycler('linestyle', ['-', ':']) * cycler('marker', ['s'])\n"
    lines = drawn(tmp_path, sheet).axes[0].get_lines()
    assert [line.get_linestyle() for line in lines[:2]] == ["-", ":"]
    assert {line.get_marker() for line in lines[:2]} == {"s"}


def test_a_sweep_has_its_colours_too(tmp_path: Path) -> None:
    path = tmp_path / "own.mplstyle"
    path.write_text("axes.prop_cycle: cycler('color', ['ff0000'])\n")
    style = Style(stylesheet=str(path))
    runs = [
        Run(f"{i}", make("step", lr=0.1 * (i + 1), step_size=30.0), 90, style=style, family="lr")
        for i in range(2)
    ]
    lines = figure([Curve(run) for run in runs]).axes[0].get_lines()
    assert {line.get_color() for line in lines[:2]} == {"#ff0000"}


def test_the_title_is_where_and_as_large_as_it_says(tmp_path: Path) -> None:
    axes = drawn(tmp_path, "axes.titlelocation: center\naxes.titlesize: 20\n").axes[0]
    assert axes.get_title(loc="center")
    assert not axes.get_title(loc="left")
    assert axes.title.get_fontsize() == 20


def test_size_and_resolution_are_its_own_unless_somebody_gives_others(tmp_path: Path) -> None:
    sheet = "figure.figsize: 5, 3\nfigure.dpi: 100\n"
    assert tuple(drawn(tmp_path, sheet).get_size_inches()) == (5, 3)
    assert drawn(tmp_path, sheet).dpi == 100
    assert tuple(drawn(tmp_path, sheet, size=(6.0, 4.0)).get_size_inches()) == (6, 4)


def test_grid_spines_ticks_and_fonts_are_its_own(tmp_path: Path) -> None:
    sheet = "axes.grid: False\naxes.spines.top: True\nxtick.labelsize: 6\naxes.labelsize: 15\naxes.facecolor: ffff00\n"
    axes = drawn(tmp_path, sheet).axes[0]
    assert not any(line.get_visible() for line in axes.get_xgridlines())
    assert axes.spines["top"].get_visible()
    assert {label.get_fontsize() for label in axes.get_xticklabels()} == {6}
    assert axes.yaxis.label.get_fontsize() == 15
    assert axes.get_facecolor() == (1, 1, 0, 1)


def test_what_is_said_of_saving_is_obeyed(tmp_path: Path) -> None:
    text = save(drawn(tmp_path, "svg.fonttype: none\nsavefig.facecolor: ff0000\n"), "svg").decode()
    assert re.search(r"<text[^>]*>(<tspan[^>]*>)?curve 0", text)
    assert "#ff0000" in text


def test_the_curve_stays_exact(tmp_path: Path) -> None:
    sheet = "path.simplify: True\npath.simplify_threshold: 1\nlines.linewidth: 0.5\n"
    line = drawn(tmp_path, sheet, count=1).axes[0].get_lines()[0]
    # A drop of StepLR is drawn at its step, at both of its rates.
    assert [float(y) for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True) if x == 30] == [
        pytest.approx(0.1),
        pytest.approx(0.01),
    ]
