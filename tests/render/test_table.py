"""The tables as text, at a fixed width."""

from pathlib import Path

import pytest
from examples import make
from rich.console import Console

from lrplot.curve import Curve
from lrplot.document.overrides import Overrides
from lrplot.render import long_table
from lrplot.render.ascii import Ascii
from lrplot.render.table import comparison_table, curve_table
from lrplot.run import Run
from lrplot.sources.reference import load


def text(renderable: object, width: int = 80) -> str:
    console = Console(width=width, force_terminal=False, highlight=False, markup=False, emoji=False)
    with console.capture() as captured:
        console.print(renderable)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def test_a_stair_is_printed_as_document_003_prints_it() -> None:
    stair = Curve(Run("step", make("step", lr=0.1, step_size=10.0, gamma=0.5), 50, 1))
    printed = text(curve_table(stair)).splitlines()
    assert printed[1:7] == [
        "epoch  learning rate",
        "  0~9  0.1",
        "10~19  0.05",
        "20~29  0.025",
        "30~39  0.0125",
        "40~49  0.00625",
    ]


def test_a_smooth_piece_shows_its_quarters() -> None:
    (run,) = load("warmup_cosine")
    printed = text(curve_table(Curve(run)))
    for row in (" 250  0.025", "1000  0.1", "5500  0.05", "peak          0.1         at step 1000"):
        assert row in printed


def test_a_lambda_of_levels_is_a_stair_too() -> None:
    (run,) = load("lambda")
    printed = text(curve_table(Curve(run)))
    assert "10~49  0.01" in printed
    assert "50~99  0.001" in printed


def test_a_long_stair_leaves_out_its_middle() -> None:
    printed = text(curve_table(Curve(Run("x", make("step", lr=0.1, step_size=10.0, gamma=1 - 1e-9), 10**12))))
    assert "⋮" in printed
    assert "999999999990~999999999999" in printed
    assert len(printed.splitlines()) < 60


def test_what_is_estimated_is_marked() -> None:
    unknown = Curve(Run("x", make("lambda", lr=0.1, factor="exp(-t / 1e11 - 1e-12 * (t % 7))"), 10**12))
    assert "≈" in text(curve_table(unknown))
    assert "~" in text(Ascii(curve_table(unknown)))


def test_ascii_is_ascii() -> None:
    (run,) = load("onecycle")
    assert text(Ascii(curve_table(Curve(run)))).isascii()
    assert text(Ascii(comparison_table([Curve(run)]))).isascii()


def test_markup_in_a_label_is_only_text() -> None:
    curve = Curve(Run("[red]x[/]", make("constant", lr=0.1), 5))
    assert "[red]x[/]" in text(curve_table(curve))
    assert "[red]x[/]" in text(comparison_table([curve]))


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_comparison_loses_no_digit_at_any_width(width: int) -> None:
    curves = [Curve(Run(name, load(name)[0].schedule, 10**12)) for name in ("cosine", "onecycle")]
    squeezed = "".join(text(comparison_table(curves), width).split())
    assert "…" not in squeezed
    assert "1000000000000" in squeezed
    assert max(map(len, text(comparison_table(curves), width).splitlines())) <= width


def test_the_comparison_table_is_the_stored_one() -> None:
    curves = [Curve(load(name)[0]) for name in ("cosine", "onecycle", "warmup_linear")]
    stored = Path(__file__).with_name("comparison.txt").read_text(encoding="utf-8")
    assert text(comparison_table(curves)) + "\n" == stored


def test_a_gradient_of_zero_has_no_effective_rate() -> None:
    (run,) = load("adam", Overrides(settings={"gradients": "0 if t < 1 else 1", "steps": "2"}))
    printed = text(curve_table(Curve(run))).splitlines()
    assert printed[2].split() == ["0", "0.001", "–"]
    assert text(Ascii(curve_table(Curve(run)))).splitlines()[2].split() == ["0", "0.001", "-"]


def test_a_long_trace_tells_the_first_changes_and_how_many_more_there_are() -> None:
    flat = make("plateau", lr=0.1, metrics=[1.0] * 400, patience=5, factor=0.9, eps=0.0)
    run = Curve(Run("x", flat, 400))
    printed, whole = text(curve_table(run)), text(curve_table(run, every_row=True))
    assert printed.count("patience 5 exceeded") == 20
    # 400 metrics change the rate at step 7 and every sixth after it: 66 times.
    assert "46 more changes (--all-steps)" in printed
    assert whole.count("patience 5 exceeded") == 66
    assert "⋮" not in whole.partition("metric")[2]
    # What the rule does again and again without a change is told once.
    floor = make("plateau", lr=0.1, metrics=[1.0] * 400, patience=5, min_lr=0.1)
    assert text(curve_table(Curve(Run("x", floor, 400)))).count("patience 5") == 1


@pytest.mark.parametrize("width", [120, 60, 40, 14])
def test_a_long_table_is_laid_out_as_rich_lays_it_out(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    step = make("step", lr=0.1, step_size=10.0, gamma=0.5)
    labels = ["a", "余弦", "α·β, 0.25", "a label that is longer than the forty columns a name has"]
    made = comparison_table([Curve(Run(label, step, 50 * (1 + i))) for i, label in enumerate(labels[:3])])
    folded = comparison_table([Curve(Run(label, step, 50)) for label in labels])
    short = [text(shown, width) for table in (made, folded) for shown in (table, Ascii(table))]
    monkeypatch.setattr(long_table, "_LONG", 1)
    assert [text(shown, width) for table in (made, folded) for shown in (table, Ascii(table))] == short
