"""What the commands answer, asked in Python."""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import lrplot as command
from examples import make

import lrplot

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


def test_every_public_name_is_there_and_listed_once() -> None:
    names = lrplot.__all__
    assert len(names) == len(set(names))
    assert {"at", "compare", "explain", "figure", "lint", "Cosine"} <= set(names)
    assert all(getattr(lrplot, name) is not None for name in names)


def test_importing_lrplot_imports_no_heavy_library() -> None:
    code = "import sys, lrplot; sys.exit(bool({'matplotlib', 'yaml', 'typer', 'numpy', 'rich'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    code = (
        "import sys, lrplot; lrplot.at('cosine', 0);"
        "sys.exit(bool({'matplotlib', 'typer', 'rich'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
