"""``lrplot diff``: what a change of a config does."""

import json
from pathlib import Path

import pytest
from command import lrplot

from lrplot.__main__ import run

OLD = "lr: 0.1\nsteps: 100\nschedule: {type: linear, warmup: {steps: 10}}\n"
NEW = "lr: 0.1\nsteps: 120\nschedule: {type: linear, end_lr: 0.01, T_max: 90, warmup: {steps: 10}}\n"


@pytest.fixture
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.yaml").write_text(OLD)
    Path("new.yaml").write_text(NEW)


@pytest.mark.usefixtures("_here")
def test_a_changed_config_is_told_in_words_and_numbers_and_exits_1(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "old.yaml", "new.yaml"]) == 1
    # Down by 0.1/90 against 0.09/90 a step from step 10 on.
    assert capfd.readouterr().out.splitlines() == [
        "old.yaml and new.yaml differ from step 11 on",
        "",
        "                  at step  old.yaml    new.yaml  apart",
        "first difference       11  0.0988889   0.099     1.11111e-4",
        "greatest               99  0.00111111  0.011     0.00988889",
        "",
        "steps   100 → 120",
        "end_lr  0 → 0.01",
        "",
        "phase    old.yaml                  new.yaml",
        "warm-up  0~9       0 → 0.09        0~9       0 → 0.09",
        "linear   10~99     0.1 → 0.001111  10~119    0.1 → 0.01",
    ]


@pytest.mark.usefixtures("_here")
def test_json_says_the_same_with_every_digit(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "old.yaml", "new.yaml", "--json"]) == 1
    told = json.loads(capfd.readouterr().out)
    (pair,) = told["pairs"]
    assert (told["same"], pair["compared"], pair["a"]["steps"], pair["b"]["steps"]) == (False, 100, 100, 120)
    assert pair["lr"]["first"] == {"step": 11, "a": pytest.approx(0.1 - 0.1 / 90), "b": pytest.approx(0.099)}
    assert pair["parameters"] == [{"path": "end_lr", "a": 0.0, "b": 0.01}]
    assert [phase["b"]["name"] for phase in pair["phases"]] == ["warm-up", "linear"]


@pytest.mark.usefixtures("_here")
def test_the_same_curve_written_differently_is_no_difference(capfd: pytest.CaptureFixture[str]) -> None:
    call = "get_linear_schedule_with_warmup(optimizer, num_warmup_steps=10, num_training_steps=100)"
    assert run(["diff", "old.yaml", call, "--lr", "0.1", "--steps", "100"]) == 0
    assert " have the same rates" in capfd.readouterr().out


@pytest.mark.usefixtures("_here")
def test_a_tolerance_forgives() -> None:
    assert run(["diff", "old.yaml", "new.yaml", "--steps", "100"]) == 1
    assert run(["diff", "old.yaml", "new.yaml", "--steps", "100", "--tol", "0.1"]) == 0


@pytest.mark.usefixtures("_here")
def test_what_git_shows_comes_from_standard_input() -> None:
    done = lrplot("diff", "-", "old.yaml", cwd=Path.cwd(), input=OLD.encode())
    assert (done.returncode, done.stdout) == (0, b"standard input and old.yaml have the same rates\n")


def test_overlays_are_compared_label_by_label(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name, labels in (("a", "{x: cosine, y: step}"), ("b", "{x: cosine, z: linear}")):
        (tmp_path / f"{name}.yaml").write_text(f"lr: 0.1\nsteps: 50\nschedules: {labels}\n")
    a, b = (str(tmp_path / f"{name}.yaml") for name in "ab")
    assert run(["diff", a, b]) == 1
    shown = capfd.readouterr().out
    assert shown.splitlines()[0] == "x"
    assert "have the same rates" in shown
    assert "has y" in shown
    assert "has z" in shown


def test_another_optimizer_is_told_and_trains_at_the_same_rates(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, optimizer in (("a", "adam"), ("b", "{type: adam, betas: [0.9, 0.95]}")):
        text = f"lr: 0.1\nsteps: 50\nschedule: cosine\noptimizer: {optimizer}\ngradients: '0.5'\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    assert run(["diff", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]) == 0
    assert "optimizer  adam → adam, betas (0.9, 0.95)\n" in capfd.readouterr().out


def test_momentum_that_only_one_moves_is_a_difference(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "onecycle", "OneCycleLR(o, 0.1, 1000, cycle_momentum=False)"]) == 1
    lines = capfd.readouterr().out.splitlines()
    assert lines[0] == "onecycle and OneCycleLR differ, though not in the rate of the 1000 steps they share"
    assert lines[3].split() == ["momentum", "moves", "none"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cosine"], "'B'"),
        (["cosine", "cosin"], "did you mean 'cosine'?"),
        (["-", "-"], "standard input is read once"),
        (["cosine", "step", "--tol", "-1"], "--tol must be a number ≥ 0"),
        (["cosine", "step", "--tol", "little"], "--tol must be a number ≥ 0, a share of the peak as 1e-6"),
    ],
)
def test_bad_input_exits_2(arguments: list[str], message: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", *arguments]) == 2
    shown = capfd.readouterr()
    assert shown.out == ""
    assert message in shown.err


def test_a_narrow_terminal_cuts_off_no_number(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert run(["diff", "noam", "noam", "--set", "lr=0.05"]) == 0
    assert run(["diff", "noam", "cosine", "--steps", "20000"]) == 1
    shown = capfd.readouterr().out
    assert "…" not in shown
    assert "first difference        0  0     0.1     0.1\n" in shown
    assert "inverse_sqrt  4000~19999  0.1 → 0.04472  -\n" in shown


def test_one_ref_is_compared_with_itself_changed(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "step", "--set", "gamma=0.5", "--json"]) == 1
    (pair,) = json.loads(capfd.readouterr().out)["pairs"]
    assert pair["lr"]["first"] == {"step": 30, "a": pytest.approx(0.01), "b": 0.05}
    assert pair["parameters"] == [{"path": "gamma", "a": 0.1, "b": 0.5}]
    assert run(["diff", "step", "--set", "gamma=0.1"]) == 0
    assert run(["diff", "step", "--steps", "200"]) == 1
