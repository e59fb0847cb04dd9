"""Plans held against logs whose cause is known: real trainings, public stories, injected causes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lrplot
from lrplot.checks.log import Verdict, missing_groups, parameters, verify
from lrplot.checks.log.words import unexplained
from lrplot.records.log import BY_NUMBER, JUST_MADE, NEXT, Column, Convention, Log
from lrplot.records.precision import half_units
from lrplot.run import Group, Run
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
    """Every sixth cause of a plan, in the precision of a log that prints four digits; the script has all."""
    for injected in list(causes(name))[::6]:
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


def held(plan: Run, steps: Any, rates: Any, *, unit: str = "updates", half: float = 1e-9) -> Verdict:
    """The verdict about rows of a table."""
    steps, rates = np.asarray(steps), np.asarray(rates, dtype=float)
    column = Column("lr", steps, rates, half * np.maximum(np.abs(rates), 1e-9), "float64")
    (verdict,) = verify(plan, Log(Path("log.csv"), "a table", (column,), unit=unit))  # type: ignore[arg-type]
    return verdict


def first_of(verdict: Verdict) -> str:
    return verdict.causes[0].says if verdict.causes else "none"


def transformers(name: str, warmup: int, total: int, lr: float = 1e-3) -> Run:
    call = f"get_{name}_schedule_with_warmup(optimizer, {warmup}, {total})"
    return lrplot.parse(call, lr=lr, steps=total)


@pytest.mark.parametrize("version", ["hf", "hf449"])
@pytest.mark.parametrize(
    ("total", "says"),
    [(20, "before it num_training_steps is 14, not 20"), (14, "from there num_training_steps is 20, not 14")],
)
def test_a_resume_without_state_and_with_another_total_is_both(version: str, total: int, says: str) -> None:
    from lrplot.records.reading import read_log

    logs = Path(__file__).parents[2] / "records" / "logs" / version
    (verdict,) = verify(
        transformers("linear", 4, total),
        read_log(str(logs / "resume10_noscheduler_trainer_state.json"), Path()),
    )
    assert first_of(verdict).startswith("the schedule began again at 0 at update 10")
    assert says in first_of(verdict)


def test_a_schedule_that_had_not_begun() -> None:
    plan, steps = transformers("cosine", 0, 1000, 3e-4), np.arange(30)
    constant = held(plan, steps, np.where(steps < 6, 0, 3e-4))
    assert first_of(constant) == "the rate is 0 in the rows before update 6; from there it stays at 3e-4"
    later = held(plan, steps, np.where(steps < 6, 0, plan.schedule(np.maximum(steps - 6, 0))))
    assert first_of(later).endswith("before update 6; from there the plan from its beginning")
    same = held(plan, steps, np.where(steps < 6, 0, plan.schedule(steps)))
    assert first_of(same).endswith("before update 6; from there as planned")


def test_a_schedule_that_was_not_stepped_any_more() -> None:
    plan, steps = transformers("cosine", 10, 200), np.arange(200)
    verdict = held(plan, steps, plan.schedule(np.minimum(steps, 60)))
    assert first_of(verdict).startswith("after update 60 the schedule was not stepped")


def test_a_ramp_underneath_the_plan() -> None:
    """Ultralytics' rates of an epoch's last batch, issue 17494: a line to 1 % over 500 epochs."""
    plan = lrplot.parse("LinearLR(optimizer, start_factor=1.0, end_factor=0.01, total_iters=500)", lr=0.01)
    rates = [0.003332, 0.006652, 0.009959, 0.009941, 0.009921, 0.009901, 0.009881, 0.009861, 0.009842]
    column = Column("lr", np.arange(1, 10), np.array(rates), np.full(9, 5.1e-7), "6 decimals")
    (verdict,) = verify(plan, Log(Path("results.csv"), "a table", (column,)))
    assert first_of(verdict).startswith("a warm-up runs underneath: the first 3 rows")


def test_another_schedule_with_skipped_updates() -> None:
    """BELLE issue 134: DeepSpeed's log-shaped warm-up to 1e-5 in 19 steps, five times not stepped."""
    clock = np.array([0, 0, 0, 0, 1, 1, 2, 3, 4, 4, 5, 6])
    verdict = held(
        transformers("cosine", 6, 182, 1e-5), np.arange(1, 13), 1e-5 * np.log1p(clock) / np.log(19)
    )
    assert "constant (lr 1e-5, warmup.steps 18, warmup.shape log)" in first_of(verdict)
    assert first_of(verdict).endswith("5 updates did not step it")


def test_epochs_of_a_plan_that_knows_none() -> None:
    plan, epochs = lrplot.parse("CosineAnnealingLR(optimizer, 9000)", lr=0.1, steps=9000), np.arange(90)
    verdict = held(plan, epochs, plan.schedule(100 * epochs), unit="epochs")
    assert first_of(verdict) == "the log's step counts epochs, of 100 updates each"


def test_a_log_that_has_epochs_tells_which_clock() -> None:
    plan, steps = lrplot.parse("StepLR(optimizer, 1, gamma=0.9)", lr=0.1, steps=60), np.arange(5, 40, 10)
    rates = plan.schedule(steps // 11)
    column = Column("lr", steps, rates, 1e-9 * rates, "float64")
    for told, says in ((None, "once in 10 updates"), (11.0, "once in 11 updates")):
        (verdict,) = verify(plan, Log(Path("log"), "a log", (column,), steps_per_epoch=told))
        assert says in first_of(verdict)
    assert (
        verdict.causes[0].advice == "11 updates are an epoch: scheduler.step() stands in the loop of epochs"
    )


@pytest.mark.parametrize(
    ("planned", "used", "clock", "says"),
    [
        (
            "CosineAnnealingWarmRestarts(o, T_0=50)",
            "CosineAnnealingWarmRestarts(o, T_0=100)",
            1,
            "T_0 is 100, not 50",
        ),
        (
            "CosineAnnealingLR(o, 50)",
            "CosineAnnealingLR(o, 50)",
            37,
            "the schedule was stepped once in 37 updates",
        ),
    ],
)
def test_a_plan_that_comes_round_again(planned: str, used: str, clock: int, says: str) -> None:
    plan, run = (lrplot.parse(call, lr=0.1, steps=1850) for call in (planned, used))
    assert first_of(held(plan, np.arange(1850), run.schedule(np.arange(1850) // clock))) == says


def test_a_rate_that_falls_to_nearly_0_in_four_digits() -> None:
    plan, run = (lrplot.parse(f"CosineAnnealingLR(o, {total})", lr=1e-5, steps=600) for total in (1000, 600))
    steps = np.arange(9, 599, 10)
    texts = [f"{rate:.3e}" for rate in run.schedule(steps)]
    half, written = half_units(texts, np.array([float(text) for text in texts]))
    column = Column("lr", steps, np.array([float(text) for text in texts]), half, written)
    (verdict,) = verify(plan, Log(Path("log"), "a log", (column,)))
    assert first_of(verdict) == "T_max is 600, not 1000"


def test_another_schedule_is_told_by_the_reading_that_makes_it_simplest() -> None:
    plan, epochs = lrplot.parse("ExponentialLR(o, 0.9)", lr=0.01, steps=100), np.arange(1, 101)
    says = first_of(held(plan, epochs, 0.01 - 0.00009 * (epochs - 1), unit="epochs"))
    assert says.endswith("linear (lr 0.01, end_lr 0.001, T_max 100)")


def test_a_total_that_a_rate_of_nearly_0_hides() -> None:
    run, steps = transformers("linear", 100, 1000, 5e-5), np.arange(0, 1000, 10)
    verdict = held(transformers("linear", 100, 4000, 5e-5), steps, run.schedule(steps))
    assert first_of(verdict) == "num_training_steps is 1000, not 4000"


def test_a_schedule_held_at_its_end_by_several_processes() -> None:
    plan, steps = transformers("cosine", 100, 1000), np.arange(0, 1000, 10)
    verdict = held(plan, steps, plan.schedule(np.minimum(8 * steps, 1000)))
    assert first_of(verdict) == "the schedule was stepped 8 times an update"


def test_equal_causes_are_told_and_the_odd_number_last() -> None:
    steps = np.array([5, 10, 15, 19])
    scaled = held(transformers("linear", 0, 20), steps, transformers("linear", 4, 20).schedule(steps))
    says = [cause.says for cause in scaled.causes]
    assert says[0] == "every rate is 5/4 times the planned one"
    assert any(each.startswith("the run warms up over 4 updates") for each in says)
    ramp = lrplot.parse("WarmupLR(optimizer, warmup_max_lr=1e-5, warmup_num_steps=1000)", steps=2000)
    inside = 1e-5 * np.log(np.arange(1, 21)) / np.log(260)
    verdict = held(ramp, np.arange(20), inside)
    assert first_of(verdict) == "warmup_num_steps is 260, not 1000"


def test_stray_rows_are_named_and_no_cause_is_sought(monkeypatch: pytest.MonkeyPatch) -> None:
    plan, steps = transformers("cosine", 100, 1000), np.arange(0, 1000, 5)
    rates = plan.schedule(steps)
    rates[[70, 71]] = 0.5, 0.0
    monkeypatch.setattr(parameters, "solve", None)
    verdict = held(plan, steps, rates)
    assert [(each.step, each.logged) for each in verdict.strays] == [(350, 0.5), (355, 0.0)]
    assert next(unexplained(verdict)).startswith("all rows but 2 are as planned: step 350 is 0.5, not ")


def test_a_drop_that_came_later_is_no_stray_row() -> None:
    plan = lrplot.parse("MultiStepLR(optimizer, [300, 600], gamma=0.1)", lr=0.1, steps=1000)
    run = lrplot.parse("MultiStepLR(optimizer, [300, 605], gamma=0.1)", lr=0.1, steps=1000)
    steps = np.arange(0, 1000, 10)
    assert first_of(held(plan, steps, run.schedule(steps))) == (
        "milestones[1] is 610, not 600 (or any of 601~610: the same numbers)"
    )


SEQUENTIAL = (
    "SequentialLR(optimizer, [LinearLR(optimizer, 0.1, total_iters=20), {}], milestones=[{}])"  # a warm-up
)


@pytest.mark.parametrize(
    ("planned", "used", "says"),
    [
        (
            "PiecewiseConstantDecay([30, 60], [0.1, 0.01, 0.001])",
            "PiecewiseConstantDecay([30, 90], [0.1, 0.01, 0.001])",
            "boundaries[1] is 90, not 60",
        ),
        (
            "PiecewiseConstantDecay([30, 60], [0.1, 0.01, 0.001])",
            "PiecewiseConstantDecay([30, 60], [0.1, 0.05, 0.001])",
            "values[1] is 0.05, not 0.01",
        ),
        (
            SEQUENTIAL.format("CosineAnnealingLR(optimizer, 180)", 20),
            SEQUENTIAL.format("CosineAnnealingLR(optimizer, 180)", 40),
            "milestones[0] is 40, not 20",
        ),
        (
            SEQUENTIAL.format("MultiStepLR(optimizer, [50, 90])", 20),
            SEQUENTIAL.format("MultiStepLR(optimizer, [50, 120])", 20),
            "milestones[1] is 120, not 90",
        ),
    ],
)
def test_one_entry_of_a_list_is_another(planned: str, used: str, says: str) -> None:
    plan, run = (lrplot.parse(call, lr=0.1, steps=200) for call in (planned, used))
    assert first_of(held(plan, np.arange(200), run.schedule.table(200))) == says


def test_a_drop_that_never_came_may_be_later() -> None:
    plan = lrplot.parse("MultiStepLR(optimizer, [30, 80], gamma=0.1)", lr=0.1, steps=100)
    verdict = held(plan, np.arange(100), plan.schedule(np.minimum(np.arange(100), 79)))
    assert [cause.says for cause in verdict.causes] == [
        "after update 79 the schedule was not stepped: the rate stays at 0.01",
        "milestones[1] is missing or later than 99, not 80",
    ]


def test_stairs_do_not_begin_again() -> None:
    plan = lrplot.parse("MultiStepLR(optimizer, [30, 80], gamma=0.1)", lr=0.1, steps=100)
    run = lrplot.parse("MultiStepLR(optimizer, [30, 60], gamma=0.1)", lr=0.1, steps=100)
    says = first_of(held(plan, np.arange(100), run.schedule.table(100), half=1e-4))
    assert says == "milestones[1] is 60, not 80"


def test_a_base_rate_is_not_called_by_another_arguments_name() -> None:
    """A rate of 0.1 beside ``gamma=0.1`` was told as "gamma is 0.055"."""
    call = "MultiStepLR(optimizer, milestones=[30, 60], gamma=0.1)"
    plan, trained = (lrplot.parse(call, lr=lr, steps=90) for lr in (0.1, 0.055))
    rates = trained.schedule.table(90)
    column = Column("lr", np.arange(90), rates, 1e-9 * rates, "float64")
    (verdict,) = verify(plan, Log(Path("log.csv"), "a table", (column,)))
    said = [cause.says for cause in verdict.causes]
    assert said == ["every rate is 0.55 times the planned one", "lr is 0.055, not 0.1"]


def test_a_column_is_held_against_the_plans_own_groups() -> None:
    steps = np.arange(90)
    head, body = Step(lr=0.1, step_size=30), Step(lr=0.01, step_size=20)
    plan = Run("plan", head, 90, groups=(Group("body", body),))
    rates = [head(steps), body(steps)]
    columns = [Column(f"pg{i}", steps, each, 1e-9 * each, "float64") for i, each in enumerate(rates)]
    verdicts = verify(plan, Log(Path("log.csv"), "a table", tuple(columns)))
    assert [(each.column.name, each.as_planned, each.group) for each in verdicts] == [
        ("pg0", True, ""),
        ("pg1", True, "body"),
    ]
    assert missing_groups(plan, verdicts) == ()
    # Both groups at the main rate: each column is planned, but that of the body is nowhere.
    same = tuple(Column(f"pg{i}", steps, rates[0], 1e-9 * rates[0], "float64") for i in range(2))
    assert missing_groups(plan, verify(plan, Log(Path("log.csv"), "a table", same))) == ("body",)
    # Without the groups the second is no such plan.
    assert not verify(Run("plan", head, 90), Log(Path("log.csv"), "a table", tuple(columns)))[1].as_planned
