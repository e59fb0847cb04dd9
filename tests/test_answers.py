"""What the commands answer, asked in Python."""

import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import lrplot as command
from examples import make

import lrplot
from lrplot.schedules import CATALOGUE

STEP = make("step", lr=0.5, step_size=10.0, gamma=0.5)


def printed(*arguments: str) -> dict[str, Any]:
    """What a command answers as JSON."""
    answer: dict[str, Any] = json.loads(command(*arguments, "-f", "json", cwd=Path.cwd()).stdout)
    return answer


def test_at_gives_exact_rates_by_label() -> None:
    found = lrplot.at(
        {"ours": STEP, "theirs": "StepLR(optimizer, 10, gamma=0.1)"}, [9, 10, "last"], lr=0.5, steps=30
    )
    assert found["ours"].steps == (9, 10, 29)
    assert found["ours"].lr == (0.5, 0.25, 0.125)
    assert found["theirs"].lr == pytest.approx((0.5, 0.05, 0.005))


def test_steps_are_numbers_or_durations_one_or_several() -> None:
    run = lrplot.Run("r", STEP, 40, steps_per_epoch=10)
    assert lrplot.at(run, "50%")["r"].lr == (0.125,)
    assert lrplot.at(run, 0)["r"].lr == (0.5,)
    assert lrplot.at(run, ["1 epochs", np.int64(30)])["r"].steps == (10, 30)


def test_after_its_end_a_shorter_run_has_no_rate() -> None:
    found = lrplot.at([lrplot.Run("short", STEP, 10), lrplot.Run("long", STEP, 20)], 15)
    assert (found["short"].lr, found["long"].lr) == ((None,), (0.25,))


def test_momentum_is_told_where_it_moves() -> None:
    found = lrplot.at(["onecycle", "cosine"], [299])
    assert found["onecycle"].momentum == pytest.approx((0.85,))
    assert found["cosine"].momentum is None


@pytest.mark.parametrize(
    "place", [30, -1, math.nan, 1.5, "1.5", "", "nan", None, True, [], [None], "30", "tomorrow", 10**30, b"1"]
)
def test_a_step_that_does_not_exist_is_refused(place: object) -> None:
    with pytest.raises(lrplot.LrplotError):
        lrplot.at(lrplot.Run("r", STEP, 30), place)  # type: ignore[arg-type]


def test_compare_gives_key_figures_by_label() -> None:
    # 10 steps of 0.5, 10 of 0.25: the mean is 0.375, and none but the first ten are above half the peak.
    found = lrplot.compare({"ours": STEP, "flat": make("constant", lr=0.1)}, steps=20)
    assert (found["ours"].peak.value, found["ours"].final.value, found["ours"].mean.value) == (
        0.5,
        0.25,
        0.375,
    )
    assert found["ours"].above_half.value == 10
    assert found["flat"].steps == 20


def test_compare_takes_several_or_one_list() -> None:
    assert lrplot.compare("cosine", "step") == lrplot.compare(["cosine", "step"])
    assert list(lrplot.compare(STEP, STEP, steps=20)) == ["step 1", "step 2"]


@pytest.mark.parametrize(
    "things", [(), ("cosine",), ([],), ({},), (3,), ("no_such_name", "cosine"), (STEP, 3)]
)
def test_what_is_no_comparison_is_refused(things: tuple[object, ...]) -> None:
    with pytest.raises(lrplot.LrplotError):
        lrplot.compare(*things)  # type: ignore[arg-type]


def test_lint_finds_what_the_command_finds() -> None:
    call = "CosineAnnealingLR(optimizer, T_max=50)"
    said = printed("lint", call, "--lr", "0.1", "--steps", "100")
    assert lrplot.lint(call, lr=0.1, steps=100) == said["findings"]
    assert [each["step"] for each in said["findings"]] == [51]


def test_lint_looks_at_objects_under_their_labels() -> None:
    found = lrplot.lint({"ours": make("cosine", lr=0.1, T_max=50.0, after="rise")}, steps=101)
    assert [(each["code"], each["schedule"], each["line"]) for each in found] == [("LR001", "ours", None)]
    assert lrplot.lint(STEP, select="LR001", steps=20) == []


def test_rules_are_selected_and_ignored() -> None:
    schedule = make("cosine", lr=0.1, T_max=50.0, after="rise")
    assert lrplot.lint(schedule, ignore="LR001", steps=101) == []
    assert [each["code"] for each in lrplot.lint(schedule, select=["LR001"], steps=101)] == ["LR001"]


@pytest.mark.parametrize(
    "said", [{"select": "LR999"}, {"ignore": 3}, {"select": [None]}, {"severity": "loud"}]
)
def test_a_rule_or_severity_that_does_not_exist_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(lrplot.LrplotError, match=next(iter(said))):
        lrplot.lint(STEP, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["step", "adam", "StepLR(optimizer, 30)"])
def test_explain_says_what_the_command_says(name: str) -> None:
    assert lrplot.explain(name) == printed("explain", name)["explained"]


def test_an_object_is_explained_with_its_numbers() -> None:
    (page,) = lrplot.explain(lrplot.Run("mine", STEP, 30))
    assert (page["name"], page["kind"], len(page["phases"])) == ("mine", "step", 3)


@pytest.mark.parametrize("name", ["no_such_name", "", 3, None, [], "no/such.yaml"])
def test_what_cannot_be_explained_is_refused(name: object) -> None:
    with pytest.raises(lrplot.LrplotError):
        lrplot.explain(name)  # type: ignore[arg-type]


def test_the_steps_that_meet_a_condition_are_those_the_command_finds() -> None:
    asked = ["peak", "<50%", "crosses 0.1"]
    said = printed("at", "step", "--lr", "0.5", *(word for each in asked for word in ("--when", each)))
    found = lrplot.at("step", when=asked, lr=0.5)["step"]
    # The typical step schedule drops tenfold every 30 of 100 steps: 0.5, 0.05 …
    assert (found.steps, found.lr) == ((), ())
    peak, low, crossed = (found.when[each] for each in asked)
    assert [(each.first, each.last, each.lr) for each in peak.stretches] == [(0, 29, 0.5)]
    assert [(each.first, each.last) for each in low.stretches] == [(30, 99)]
    assert [(each.step, each.before, each.lr) for each in crossed.crossings] == [(30, 0.5, 0.05)]
    assert [each["count"] for each in said["when"]] == [peak.count, low.count, crossed.count] == [1, 1, 1]


@pytest.mark.parametrize(
    "said", [{"when": "mountain"}, {"when": 3}, {"when": [None]}, {"when": "peak", "first": 0}, {"when": []}]
)
def test_a_condition_that_is_none_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(lrplot.LrplotError):
        lrplot.at(STEP, steps=20, **said)


SFT = (
    '{"per_device_train_batch_size": 4, "num_train_epochs": 3, "learning_rate": 1e-4, "warmup_steps": 10,'
    ' "lr_scheduler_type": "linear", "output_dir": "out"}'
)


@pytest.fixture
def sft(tmp_path: Path) -> str:
    """Arguments of Transformers' trainer: 100 examples on 5 devices are 5 batches of 20, 15 updates in all."""
    (tmp_path / "args.json").write_text(SFT, encoding="utf-8")
    return str(tmp_path / "args.json")


FACTS: dict[str, Any] = {"examples": 100, "devices": 5, "trainer": "transformers@5.0"}


def test_facts_about_a_training_are_keywords(sft: str) -> None:
    # Ten of 15 updates rise to 1e-4, five fall: half the peak comes at the fifth, and 3e-5 … at the last.
    assert lrplot.at(sft, [5, 10, "last"], **FACTS)["args"].lr == pytest.approx((5e-5, 1e-4, 2e-5))
    assert lrplot.compare(sft, "cosine", **FACTS)["args"].steps == 15
    assert lrplot.figure(sft, **FACTS).axes[0].get_lines()[0].get_xdata()[-1] == 14  # type: ignore[arg-type, index]
    assert {each["schedule"] for each in lrplot.lint(sft, severity="note", **FACTS)} == {"args"}
    assert len(lrplot.explain(sft, **FACTS)[0]["phases"]) == 2
    batches = lrplot.at(sft, "last", batches_per_epoch=10, trainer="transformers@5.0")["args"]
    assert batches.steps == (29,)


def test_a_fact_that_is_missing_is_asked_for_but_where_shares_are_enough(sft: str) -> None:
    with pytest.raises(lrplot.LrplotError, match="examples"):
        lrplot.at(sft, 5)
    relative = sft.replace("args", "shares")
    Path(relative).write_text(SFT.replace('"warmup_steps": 10', '"warmup_ratio": 0.5'), encoding="utf-8")
    assert lrplot.at(relative, "50%")["shares"].lr == pytest.approx((1e-4,))


def test_a_plan_with_facts_is_held_against_its_log(sft: str, tmp_path: Path) -> None:
    rates = lrplot.at(sft, range(15), **FACTS)["args"].lr
    rows = "".join(f"{step},{rate!r}\n" for step, rate in enumerate(rates))
    (tmp_path / "log.csv").write_text("step,lr\n" + rows, encoding="utf-8")
    assert lrplot.verify(sft, tmp_path / "log.csv", **FACTS)["as_planned"]


def test_a_log_is_identified_as_the_command_does(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("step,lr\n" + "".join(f"{t},{0.5 ** (t // 8)}\n" for t in range(32)))
    found = lrplot.identify(tmp_path / "log.csv", column="lr")
    assert found == printed("identify", str(tmp_path / "log.csv"))
    assert found["spec"]["schedule"] == {"type": "step", "step_size": 8, "gamma": 0.5}


def test_differences_are_those_the_command_finds(sft: str) -> None:
    assert lrplot.diff("cosine", "step", steps=90) == printed("diff", "cosine", "step", "--steps", "90")
    said = printed("diff", sft, "--set", "learning_rate=1e-5", "--examples", "100", "--devices", "5")
    found = lrplot.diff(sft, changes={"learning_rate": 1e-5}, examples=100, devices=5)
    assert found == said
    assert [each["path"] for each in found["pairs"][0]["parameters"]] == ["lr"]


def test_two_objects_differ_or_are_the_same() -> None:
    assert lrplot.diff(STEP, make("step", lr=0.5, step_size=10.0, gamma=0.5))["same"]
    (pair,) = lrplot.diff(STEP, make("step", lr=0.5, step_size=10.0, gamma=0.4), steps=20)["pairs"]
    assert pair["lr"]["first"] == {"step": 10, "a": 0.25, "b": 0.2}


@pytest.mark.parametrize(
    ("sides", "said"),
    [
        (("cosine",), {}),
        (("cosine",), {"let": {"n": 3}}),
        ((STEP,), {"changes": {"gamma": 0.5}}),
        ((["cosine", "step"], "step"), {}),
        ((lrplot.load("cosine") + lrplot.load("step"), "step"), {}),
        (("cosine", "step"), {"tol": -1}),
        (("cosine", "step"), {"tol": "1e-6"}),
    ],
)
def test_what_is_no_difference_is_refused(sides: tuple[Any, ...], said: dict[str, Any]) -> None:
    with pytest.raises(lrplot.LrplotError):
        lrplot.diff(*sides, **said)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"exmples": 3}, "did you mean 'examples'"),
        ({"examples": 3}, "not the configuration of a trainer"),
        ({"examples": 3.5}, "examples must be whole"),
        ({"devices": True}, "devices must be whole"),
        ({"steps": 5, "epochs": 5}, "steps or epochs"),
        ({"epochs": -1}, "epochs must be a number"),
        ({"changes": ["gamma=0.5"]}, "changes must be values by their names"),
        ({"changes": {"gamma": object()}}, "a number, a text"),
        ({"changes": {"gmma": 0.5}}, "gamma"),
        ({"let": {3: 4}}, "let must be values"),
        ({"trainer": 4}, "trainer must be a name"),
    ],
)
def test_a_keyword_that_is_wrong_is_refused(said: dict[str, Any], told: str) -> None:
    with pytest.raises(lrplot.LrplotError, match=told):
        lrplot.at("step", 0, **said)


def test_values_of_keywords_are_those_of_options() -> None:
    found = lrplot.at(
        "StepLR(optimizer, n)", 30, let={"n": np.int64(30)}, lr=np.float64(0.5), epochs=4, steps_per_epoch=10
    )
    assert found["StepLR"].lr == (0.05,)
    changed = lrplot.at(
        "cosine", "last", changes={"warmup.steps": "10%", "eta_min": np.float64(0.01)}, steps=100
    )
    assert changed["cosine"].lr[0] == pytest.approx(0.01, abs=1e-4)


def test_the_page_of_python_lists_every_public_name() -> None:
    page = (Path(__file__).parents[1] / "docs" / "python.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", page.split("## Every name")[1]))
    schedules = {entry.class_name for entry in CATALOGUE.values()}
    assert set(lrplot.__all__) - schedules == named


def test_every_public_name_is_there_and_listed_once() -> None:
    names = lrplot.__all__
    assert len(names) == len(set(names))
    assert {"at", "compare", "explain", "figure", "lint", "Cosine"} <= set(names)
    assert all(getattr(lrplot, name) is not None for name in names)


def test_importing_lrplot_imports_no_heavy_library() -> None:
    code = (
        "import sys, lrplot; heavy = {'matplotlib', 'yaml', 'typer', 'numpy', 'rich'} & sys.modules.keys();"
        # What --help needs.
        "import lrplot.cli.groups; sys.exit(bool(heavy or {'numpy', 'pydantic'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    code = (
        "import sys, lrplot; lrplot.at('cosine', 0);"
        "sys.exit(bool({'matplotlib', 'typer', 'rich'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("log", [[0.1, 0.05], None, 3])
def test_a_log_is_a_path(log: Any) -> None:
    with pytest.raises(lrplot.LrplotError, match=f"wants the path of a log.*{type(log).__name__}"):
        lrplot.identify(log)


def test_arrays_that_are_no_number_of_steps_are_refused() -> None:
    with pytest.raises(lrplot.LrplotError, match="steps must be whole"):
        lrplot.at("cosine", 3, steps=np.array([3]))  # type: ignore[arg-type]
    assert lrplot.at("cosine", np.array(3), steps=90)["cosine"].steps == (3,)  # type: ignore[arg-type]


def test_a_long_table_begins_with_the_base_rate_itself() -> None:
    assert lrplot.Cosine(lr=0.1, T_max=10**6).table(10**6)[0] == 0.1
