"""Plans held against logs whose cause is known: real trainings, public stories, injected causes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lrplot
from lrplot.checks.log import Verdict, verify
from lrplot.records.log import BY_NUMBER, JUST_MADE, NEXT, Column, Convention, Log
from lrplot.records.precision import half_units
from lrplot.run import Run
from lrplot.schedules.constant import Constant
from lrplot.schedules.epochwise import Epochwise
from lrplot.schedules.step import Step
from lrplot.schedules.warmup import Warmup
from tests.checks.log.injection import PLANS, causes, judge, log, planned

STORIES = Path(__file__).parent / "stories"
TRANSFORMERS = (Convention(-1, "≥ 4.51"), Convention(0, "≤ 4.50"))

# The first answer to each story: its kind and its numbers.
ANSWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "hf449_accum_total": ("parameter", {"planned": 18, "logged": 6}),
    "hf449_next_rate": ("as planned", {}),
    "hf523_cosine": ("as planned", {}),
    "hf523_cosine_plan_total100": ("parameter", {"planned": 96, "logged": 46}),
    "hf523_cosine_plan_without_warmup": ("warm-up", {"planned": 0, "logged": 4}),
    "hf523_exact": ("as planned", {}),
    "hf523_resume_other_total": ("resumed", {"at": 11, "planned": 16, "logged": 10}),
    "mmengine_iter": ("warm-up", {"planned": 0, "logged": 5}),
    "pl_epoch_instead_of_step": ("clock", {"every": 10}),
    "pl_step": ("as planned", {}),
    "real_acc1398": ("clock", {"times": 4}),
    "real_belle134_dsplan": ("skipped", {"lost": 5}),
    "real_ltx67": ("clock", {"times": 4}),
    "real_mmdet7932": ("as planned", {}),
    "real_pl4375": ("epochs", {"steps_per_epoch": 313}),
    "real_qwenvl183": ("another", {"family": "constant"}),
    "real_soup734": ("as planned", {}),
    "real_torch65417": ("clock", {"every": 1000}),
    "real_ultra17494": ("none", {}),
    "timm_mean_of_groups": ("parameter", {"logged": 0.055}),
}


def plan_of(story: dict[str, Any]) -> Run:
    said = story["plan"]
    if said.get("kind") == "lam":
        return lrplot.parse("LambdaLR(optimizer, lambda t: 10 * t)", lr=1.0, steps=100)
    if said.get("kind") == "mmcv_warm":
        return Run("plan", Warmup(schedule=Constant(lr=0.01), steps=500, start_factor=0.01), 1000)
    if said["call"] == "constant":
        return Run("plan", Constant(lr=said["lr"]), said["steps"])
    run = lrplot.parse(said["call"], lr=said.get("lr"), steps=said["steps"])
    if "epochwise" in said:
        run = replace(run, schedule=Epochwise(schedule=run.schedule, steps_per_epoch=313), steps=939)
    return replace(run, steps_per_epoch=story.get("steps_per_epoch"))


def log_of(story: dict[str, Any], name: str) -> Log:
    steps = np.array([int(step) for step, _ in story["rows"]])
    texts = [text for _, text in story["rows"]]
    rates = np.array([float(text) for text in texts])
    half, written = half_units(texts, rates)
    usual = (JUST_MADE,) if "mmengine" in name else (BY_NUMBER, JUST_MADE, NEXT)
    conventions = TRANSFORMERS if name.startswith("hf") else usual
    return Log(Path(name), name, (Column("lr", steps, rates, half, written),), conventions=conventions)


def first_answer(verdict: Verdict) -> tuple[str, dict[str, Any]]:
    if verdict.as_planned:
        return "as planned", {}
    if not verdict.causes:
        return "none", {}
    return verdict.causes[0].kind, dict(verdict.causes[0].values)


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_the_first_answer_to_a_story_is_its_cause(name: str) -> None:
    story = json.loads((STORIES / f"{name}.json").read_text())
    (verdict,) = verify(plan_of(story), log_of(story, name))
    kind, numbers = first_answer(verdict)
    wanted, values = ANSWERS[name]
    assert kind == wanted
    assert {key: numbers.get(key) for key in values} == values
    if story["first"] is not None and name != "hf449_next_rate":
        assert verdict.first is not None
        assert verdict.first.step == story["first"]


@pytest.mark.parametrize("name", ["cosine", "step", "exponential"])
def test_injected_causes_are_named(name: str) -> None:
    """Every third cause of a plan, in the precision of a log that prints four digits."""
    for injected in list(causes(name))[::3]:
        (verdict,) = verify(planned(name), log(injected.rates, "4 digits"))
        assert judge(injected, verdict) in {"first", "equal", "unseen"}, injected.name


@pytest.mark.parametrize("name", list(PLANS))
def test_a_run_as_planned_is_said_to_be_so_in_every_precision(name: str) -> None:
    rates = planned(name).schedule.table(1000)
    for precision in ("float64", "4 digits", "2 digits", "every 10th"):
        (verdict,) = verify(planned(name), log(rates, precision))
        assert verdict.as_planned


def test_no_cause_is_told_that_misses_one_row() -> None:
    rates = 4 * planned("cosine").schedule.table(1000)
    rates[617] *= 1.001
    (verdict,) = verify(planned("cosine"), log(rates, "float64"))
    assert not verdict.as_planned
    assert not verdict.causes


def test_every_cause_told_fits_every_row() -> None:
    rates = np.where(np.arange(1000) < 300, 0.001, 0.0005)
    (verdict,) = verify(planned("multistep"), log(rates, "float64"))
    for cause in verdict.causes:
        assert verdict.evidence.within(cause.predict(verdict.evidence.u)).all()


def test_a_column_that_is_a_multiple_of_the_first_has_no_verdict_of_its_own() -> None:
    steps = np.arange(90)
    rates = Step(lr=0.1, step_size=30)(steps)
    half = 1e-9 * rates
    columns = (
        Column("pg0", steps, rates, half, "float64"),
        Column("pg1", steps, rates / 10, half, "float64"),
    )
    verdicts = verify(Run("plan", Step(lr=0.1, step_size=30), 90), Log(Path("log.csv"), "a table", columns))
    assert [each.column.name for each in verdicts] == ["pg0"]
    assert verdicts[0].as_planned


@pytest.mark.parametrize(
    "rates",
    [[0.1], [0.1, 0.1], [0.0, 0.0, 0.0], [1e300, 1e-300], [float("nan"), 0.1, 0.2], [-0.1, -0.2, -0.3]],
)
def test_few_and_odd_rows_are_answered(rates: list[float]) -> None:
    values = np.array(rates)
    half, written = half_units([repr(rate) for rate in rates], values)
    column = Column("lr", np.arange(len(rates)), values, half, written)
    (verdict,) = verify(planned("cosine"), Log(Path("log.csv"), "a table", (column,)))
    for cause in verdict.causes:
        assert verdict.evidence.within(cause.predict(verdict.evidence.u)).all()
