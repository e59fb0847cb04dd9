"""What is recommended is a spec that is read, and says why."""

from itertools import product

import pytest

from lrplot.document.build import build
from lrplot.document.document import Document
from lrplot.document.tree import read
from lrplot.errors import UsageError
from lrplot.recommend import BUDGETS, LEAST_STEPS, OPTIMIZERS, SYMPTOMS, TASKS, Case, recommend
from lrplot.run import Run

CASES = [Case(*told) for told in product(TASKS, (None, *SYMPTOMS), (None, *OPTIMIZERS), BUDGETS)]


def run_of(case: Case, which: int = 0) -> Run:
    (run,) = build(Document(read(recommend(case)[which].yaml(), "spec.yaml"), "it")).runs
    return run


def test_every_case_makes_two_different_specs_that_are_read_and_say_why() -> None:
    seen: set[str] = set()
    for case in CASES:
        best, other = recommend(case)
        assert best.spec["schedule"] != other.spec["schedule"], case
        for told in (best, other):
            text = told.yaml()
            assert told.reasons, case
            assert all(reason.text and reason.source for reason in told.reasons)
            comments = [line for line in text.splitlines() if line.startswith("#")]
            assert comments
            assert max(map(len, comments)) <= 100
            spec = text.partition("title:")[2]
            if spec not in seen:
                seen.add(spec)
                (run,) = build(Document(read(text, "spec.yaml"), "it")).runs
                rates = run.schedule([0, run.steps // 2, run.steps - 1])
                assert 0 < rates.max() < 2, case
    assert len(seen) > 200


@pytest.mark.parametrize("steps", [LEAST_STEPS, 151, 333, 10**12])
def test_every_way_can_be_drawn_over_any_length(steps: int) -> None:
    from dataclasses import replace

    from lrplot.curve import summarise

    sampled = [replace(case, steps=steps) for case in CASES[:: len(OPTIMIZERS) + 1]]
    # Many cases end in the same spec, told for other reasons.
    texts = {recommend(case)[which].yaml().partition("title:")[2] for case in sampled for which in (0, 1)}
    assert len(texts) >= len(sampled)
    for text in texts:
        (run,) = build(Document(read("title:" + text, "spec.yaml"), "it")).runs
        assert run.steps == steps
        assert summarise(run.schedule, steps).peak.value > 0


def test_no_recommendation_is_a_mistake_to_lint() -> None:
    from lrplot.checks import rules

    seen: set[str] = set()
    for case in CASES[:: len(OPTIMIZERS) + 1]:
        for which in (0, 1):
            # Many cases end in the same spec, told for other reasons.
            spec = recommend(case)[which].yaml().partition("title:")[2]
            if spec in seen:
                continue
            seen.add(spec)
            # A note is no mistake: 2e-5 is small for weights kept in bfloat16, and what BERT is fine-tuned with.
            found = [
                each for each in rules.lint(run_of(case, which)) if each.rule.severity > rules.Severity.NOTE
            ]
            assert not found, (case, which, [each.sentence for each in found])


def test_sgd_scales_with_the_batch_and_adam_with_its_root() -> None:
    # Goyal et al. 2017, table 1: 0.1 at 256, 3.2 at 8,192; beyond it their rule ends.
    assert recommend(Case("vision", batch_size=8192))[0].spec["lr"] == 3.2
    assert recommend(Case("vision", batch_size=65_536))[0].spec["lr"] == 3.2
    assert recommend(Case("vision", batch_size=32))[0].spec["lr"] == 0.0125
    # 2e-5 at 32; four times the batch, twice the rate.
    assert recommend(Case("finetune", batch_size=128))[0].spec["lr"] == 4e-5


def test_a_larger_batch_brings_a_warm_up_where_there_was_none() -> None:
    assert "warmup" not in recommend(Case("gan"))[0].spec["schedule"]
    assert recommend(Case("gan", batch_size=256))[0].spec["schedule"]["warmup"]["steps"] == "5%"
    assert "warmup" not in recommend(Case("gan", batch_size=64))[0].spec["schedule"]


def test_another_optimizer_has_the_rate_the_documents_give_it() -> None:
    # Document 002: SGD 0.1, Adam and AdamW 0.001.
    assert recommend(Case("vision", optimizer="adamw"))[0].spec["lr"] == 0.001
    assert recommend(Case("finetune", optimizer="sgd"))[0].spec["lr"] == 0.002


def test_adagrad_gets_no_falling_schedule_on_top_of_its_own_fall() -> None:
    for task, budget in product(TASKS, BUDGETS):
        best = recommend(Case(task, optimizer="adagrad", budget=budget))[0]
        assert best.spec["schedule"]["type"] == "constant"
        assert any("Adagrad's own rate only ever falls" in reason.text for reason in best.reasons)


def test_the_documents_practical_advice_is_what_is_recommended() -> None:
    stalled = run_of(Case("vision", symptom="stalled"))
    assert stalled.schedule.schedule.type == "plateau"  # type: ignore[attr-defined]
    assert OPTIMIZERS[TASKS["baseline"].optimizer].title in {"Adam", "AdamW"}
    large = recommend(Case("large"))[0].spec["schedule"]
    assert (large["type"], "warmup" in large) == ("cosine", True)
    assert recommend(Case("research"))[0].spec["schedule"]["type"] == "lambda"


def test_a_symptom_changes_the_rate_in_use() -> None:
    def lr(symptom: str) -> float:
        return float(
            recommend(Case("finetune", symptom=symptom, lr=6e-5, batch_size=4096, optimizer="sgd"))[0].spec[
                "lr"
            ]
        )

    assert (lr("diverges"), lr("oscillates"), lr("slow"), lr("stalled")) == (2e-5, 3e-5, 1.8e-4, 6e-5)


def test_a_run_of_unknown_length_gets_nothing_that_must_end() -> None:
    endless = {"constant", "inverse_sqrt", "wsd", "epochwise", "cosine_restarts"}
    for case in CASES:
        if case.budget == "unknown":
            assert {told.spec["schedule"]["type"] for told in recommend(case)} <= endless, case


def test_a_warm_up_for_inverse_square_root_is_as_long_as_its_timescale() -> None:
    spec = recommend(Case("speech", symptom="diverges"))[0].spec["schedule"]
    assert spec["timescale"] == spec["warmup"]["steps"]


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"task": "visoin"}, "no task 'visoin'; did you mean 'vision'"),
        ({"symptom": "tired"}, "no symptom 'tired'; known are stalled, diverges"),
        ({"optimizer": "lion"}, "no optimizer 'lion'"),
        ({"budget": "maybe"}, "no budget 'maybe'"),
        ({"steps": 149}, "steps must be whole and between 150 and 2"),
        ({"batch_size": 0}, "batch size must be a whole number ≥ 1, got 0"),
        ({"lr": 0.0}, "lr must be a finite number > 0, got 0"),
        ({"lr": float("nan")}, "lr must be a finite number > 0, got nan"),
    ],
)
def test_a_case_that_cannot_be_is_refused(told: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Case(**told)  # type: ignore[arg-type]
