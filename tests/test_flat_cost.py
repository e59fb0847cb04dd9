"""What a command costs does not grow with the steps, and with the parts no faster than they: steps asked for, counted."""

import ast
from collections.abc import Callable

import numpy as np
import pytest

from lrplot.checks.comments import Text
from lrplot.checks.rules import lint
from lrplot.describe.explanation import explain_run
from lrplot.describe.stretches import stretches
from lrplot.exports import layout
from lrplot.exports.code import export
from lrplot.run import Run
from lrplot.schedules.base import Schedule
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.linear import Linear
from lrplot.schedules.sequence import Sequence

Asked = Callable[[type[Schedule]], list[int]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """For a class of schedules, the numbers of steps its ``rate`` was asked for, a call each."""

    def counted(of: type[Schedule]) -> list[int]:
        sizes: list[int] = []
        rate = of.rate

        def counting(self: Schedule, t: np.ndarray) -> np.ndarray:
            sizes.append(t.size)
            return rate(self, t)

        monkeypatch.setattr(of, "rate", counting)
        return sizes

    return counted


def many_parts(count: int) -> Run:
    kinds = Cosine(lr=0.1, T_max=10.0), Linear(lr=0.1, T_max=10.0)
    parts = tuple(kinds[i % 2] for i in range(count))
    return Run("many", Sequence(parts=parts, lengths=(10,) * (count - 1)), 10 * count)


def test_lint_asks_a_sequence_for_all_its_joins_at_once(asked: Asked) -> None:
    calls = []
    for count in (20, 200):
        sizes = asked(Sequence)
        assert len(lint(many_parts(count))) > count / 2
        calls.append(len(sizes))
    assert calls[1] <= calls[0] + 2


def test_a_findings_line_is_found_in_one_walk_of_the_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    run = many_parts(50)
    spec = "schedule:\n" + "".join("- {type: linear, T_max: 10}\n" for _ in range(50))
    text, walks = Text(spec, "it.yaml", is_file=True), []
    walk = Text._keys_of
    monkeypatch.setattr(Text, "_keys_of", lambda self, node: walks.append(1) or walk(self, node))
    assert {text.line(run, finding) for finding in lint(run)}
    assert len(text._first_keys) == 1 < len(walks)


def test_an_export_of_many_parts_parses_no_text_oftener_than_there_are_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ast, "get_source_segment", None)  # each of its calls walks the whole text
    made = export(many_parts(60), "pytorch")
    assert made.exact
    assert made.code.count("CosineAnnealingLR(") == 30


def test_a_long_expression_is_laid_out_with_few_scans_of_its_brackets() -> None:
    scanned = layout._brackets
    scanned.cache_clear()
    layout.laid_out("x = " + " + ".join(f"f(a{i}, b{i})" for i in range(200)) + "\n")
    assert scanned.cache_info().misses < 2000
    assert layout._split("f(a, (b, c)), d, [e, f]", (", ",)) == (
        ["f(a, (b, c))", "d", "[e, f]"],
        [", ", ", "],
    )


def test_explain_tells_like_parts_once_and_of_many_stretches_the_ends() -> None:
    run = many_parts(100)
    assert [part.name for part in explain_run(run).parts] == ["sequence", "cosine", "linear"]
    told = stretches(run)
    assert len(told) == 40
    assert [(each.start, each.skipped) for each in told[19:21]] == [(190, False), (800, True)]
