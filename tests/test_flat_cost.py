"""What a command costs does not grow with the steps, and with the parts only as they do: counted, not timed."""

import ast
from collections.abc import Callable

import numpy as np
import pytest

from lrplot.checks.comments import Text
from lrplot.checks.rules import lint
from lrplot.curve import difference, sample, summarise
from lrplot.describe.explanation import explain_run
from lrplot.describe.stretches import stretches
from lrplot.errors import StepError
from lrplot.exports import layout
from lrplot.exports.code import export
from lrplot.expression import Expression
from lrplot.run import Run
from lrplot.schedules.base import Schedule
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.linear import Linear
from lrplot.schedules.multiplicative import Multiplicative
from lrplot.schedules.sequence import Sequence
from lrplot.schedules.step import Step

from . import laws

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


EXPRESSIONS = (
    "min(1, t / 1000) * 0.5 * (1 + cos(pi * t / 200000))",
    "0.5 ** (t // 30000)",
    "1 if t < 300 else 0.1 if t < 150000 else 0.01",
    "1 / sqrt(max(step, 4000))",
    "where(t % 50000 < 20000, 1 - t % 50000 / 50000, 0.3)",
    "abs(sin(t / 10000)) ** 0.9 + epoch / 1e7",
    "exp(-t / 1e5) * (1.1 + 0.1 * cos(t / 1e4))",
    "max(0.01, 1 - t / 180000) ** 2 + (0.001 if not t < 7 and t != 19 else 0)",
)


@pytest.mark.parametrize("factor", EXPRESSIONS)
def test_a_lambda_is_drawn_from_the_pieces_of_its_expression(factor: str, asked: Asked) -> None:
    until = 200_000
    schedule = Lambda(lr=0.1, factor=factor)
    rates = schedule(np.arange(until))
    sizes = asked(Lambda)
    knots, summary, drawn = schedule.knots(until), summarise(schedule, until), sample(schedule, until)
    assert sum(sizes) < 60_000
    assert not knots.unknown
    assert summary.peak.exact
    assert (summary.peak.value, summary.minimum.value) == pytest.approx((rates.max(), rates.min()), rel=1e-13)
    assert summary.mean.value == pytest.approx(rates.mean(), rel=1e-12)
    assert summary.above_half.value == np.count_nonzero(rates > summary.peak.value / 2)
    assert drawn.exact
    laws.pieces_are_monotone(schedule, until)


def test_what_an_expression_has_too_many_pieces_for_is_unknown() -> None:
    assert Lambda(lr=0.1, factor="1 + t % 2").knots(10**12).unknown == ((0, 10**12),)
    # From where it is level on it is known.
    (unknown,) = Lambda(lr=0.1, factor="t % 2 if t < 5e11 else 0.5").knots(10**12).unknown
    assert unknown == (0, 500_000_000_000)
    # It rises with a swing on it, which no sum of a few of its steps would find.
    assert Lambda(lr=0.1, factor="t + 0.5 * sin(t)").knots(10**12).unknown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Cosine(lr=0.1, T_max=200_000.0), Linear(lr=0.1, T_max=200_000.0)),
        (Cosine(lr=0.1, T_max=70_000.0), Cosine(lr=0.1, T_max=70_000.0, after="rise")),
        (Step(lr=0.1, step_size=7.5), Step(lr=0.1, step_size=7.5, gamma=0.1000001)),
        (CosineRestarts(lr=0.1, T_0=50.0, decay=0.99), CosineRestarts(lr=0.1, T_0=50.0, decay=0.98)),
        (Linear(lr=0.1, T_max=9.0), Cosine(lr=0.1, T_max=9.0)),
    ],
    ids=lambda each: each.type,
)
def test_two_curves_are_compared_at_a_few_of_their_steps(one: Schedule, other: Schedule) -> None:
    until = 200_000
    apart = np.abs(one(np.arange(until)) - other(np.arange(until)))
    found = difference(one, other, until)
    assert found.exact
    assert found.greatest == pytest.approx(apart.max(), rel=1e-12)
    assert apart[found.at] == found.greatest
    assert found.first == np.argmax(apart > 1e-10)


def test_a_comparison_costs_the_same_however_long_it_is(asked: Asked) -> None:
    costs = []
    for until in (10**5, 10**6, 10**9, 10**15):
        sizes = asked(Cosine)
        difference(Cosine(lr=0.1, T_max=float(until)), Linear(lr=0.1, T_max=float(until)), until)
        costs.append(sum(sizes))
    assert max(costs) < 2 * min(costs) < 50_000


def test_many_repeats_are_summed_as_repeats(asked: Asked) -> None:
    restarts = CosineRestarts(lr=0.1, T_0=50.0, decay=0.9999)
    summed = restarts.table(10**6).sum()
    sizes = asked(CosineRestarts)
    assert restarts.total(10**6) == pytest.approx(summed, rel=1e-13)
    assert sum(sizes) < 100_000


FACTORS = (
    ("0.95", 0),
    ("0.5 if t % 10 == 0 else 1", 299),
    ("0.9 if (t + 2) % 7 < 3 else 1.01", 857),
    ("0.5 if (t // 5) % 4 == 0 else 0.999", 299),
    ("0.999 if epoch % 2 else 1", 1499),
    ("0.99 if t < 100 else 1", 1),
    ("0.1 if t == 30 or t == 60 else 1", 4),
    ("0.5 if t == 0 else 0.9999", 0),
)


@pytest.mark.parametrize(("factor", "knots"), FACTORS)
@pytest.mark.parametrize("from_zero", [False, True])
def test_a_product_of_factors_that_come_again_is_a_power(factor: str, knots: int, from_zero: bool) -> None:
    schedule = Multiplicative(lr=0.1, factor=factor, from_zero=from_zero)
    one_by_one, scanned = Expression(factor)(np.arange(3000.0)), [0.1]
    if from_zero:
        scanned = [0.1 * one_by_one[0]]
    for each in one_by_one[1:]:
        scanned.append(scanned[-1] * each)
    assert schedule(np.arange(3000)) == pytest.approx(scanned, rel=1e-12)
    assert schedule.knots(3000).count() == knots
    laws.pieces_are_monotone(schedule, 3000)
    laws.the_total_is_the_sum(schedule, 3000)
    laws.the_summary_is_that_of_every_step(schedule, 3000)
    assert summarise(schedule, 10**15).mean.exact


def test_the_first_step_multiplied_by_another_factor_begins_a_piece() -> None:
    falling = Multiplicative(lr=0.1, factor="1.0 if epoch < 10 else 0.1", from_zero=True)
    assert falling.knots(100).few == (10,)
    drawn = sample(falling, 100)
    assert drawn.rates[drawn.steps == 10].tolist() == pytest.approx([0.1, 0.01])


@pytest.mark.parametrize(
    "factor", ["1 - 1 / (t + 2)", "1 + sin(t) / 9", "0.9 if t % 5000 == 0 else 1 + t % 2 / 1e9"]
)
def test_a_product_of_other_factors_is_multiplied_step_by_step(factor: str) -> None:
    schedule = Multiplicative(lr=0.1, factor=factor)
    assert schedule.knots(100).unknown == ((0, 100),)
    with pytest.raises(StepError, match="multiplicative scans every step; at most 10000000 steps"):
        schedule(10**8)


def test_an_export_follows_some_turns_of_the_loop_it_wrote(asked: Asked) -> None:
    sizes = asked(Cosine)
    assert export(Run("cosine", Cosine(lr=0.1, T_max=1e6), 10**6), "pytorch").exact
    assert 0 < max(sizes) < 50_000
