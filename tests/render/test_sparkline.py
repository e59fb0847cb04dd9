"""The curve in one line, and the page it stands on."""

import numpy as np
import pytest
from examples import EXAMPLES, make
from rich.console import Console

from lrplot.curve import levels, sample
from lrplot.errors import StepError
from lrplot.render.page import Facts, Grid, Heading, Paragraph, page
from lrplot.render.sparkline import sparkline


def text(what: object, width: int) -> list[str]:
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(what)
    return [line.rstrip() for line in captured.get().splitlines()]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_column_is_the_highest_rate_of_its_steps(name: str) -> None:
    schedule, until, columns = EXAMPLES[name], 96, 12
    try:
        rates = schedule.table(until)
    except StepError:
        pytest.skip("it has no 96 rates")
    highest = rates.reshape(columns, -1).max(axis=1)
    np.testing.assert_allclose(
        levels(sample(schedule, until, 200), columns), highest / rates.max(), atol=2e-6
    )


def test_no_rate_at_all_is_a_line_at_the_foot() -> None:
    assert sparkline(levels(sample(make("constant", lr=0.0), 100, 8), 8)) == "▁" * 8
    assert sparkline(levels(sample(make("constant", lr=0.0), 1, 8), 4), ascii_only=True) == "____"


def test_a_trillion_steps_have_a_sparkline() -> None:
    step = make("step", lr=0.1, step_size=5e11, gamma=0.5)
    assert sparkline(levels(sample(step, 10**12, 8), 8)) == "████▅▅▅▅"


def test_a_table_without_room_puts_its_columns_below_the_last() -> None:
    grid = Grid(["name", "range", "what"], [["gamma", "≥ 0", "What each drop multiplies the rate by."]])
    assert text(page([grid]), 80) == [
        "  name   range  what",
        "  gamma  ≥ 0    What each drop multiplies the rate by.",
    ]
    assert text(page([grid]), 34) == [
        "  gamma  What each drop multiplies",
        "         the rate by.",
        "         range ≥ 0",
    ]


def test_nothing_on_a_page_is_cut() -> None:
    words = " ".join(f"word{i}" for i in range(60))
    blocks = [Heading("Head"), Paragraph(words), Facts([("a name", words)]), Grid(["a", "b"], [["x", words]])]
    for width in (24, 80, 160):
        shown = " ".join(text(page(blocks), width)).split()
        assert [word for word in shown if word.startswith("word")] == words.split() * 3


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in "".join(text(page([Paragraph("a\x1b[31mb")]), 40))
