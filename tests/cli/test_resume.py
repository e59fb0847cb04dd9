"""Runs that go on from a checkpoint, against hand arithmetic; frameworks themselves are asked in test_resume_live."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from command import lrplot

LINEAR = "LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters={})"


def curves(*arguments: str) -> dict[str, list[float]]:
    """The rates of each curve, by its label."""
    done = lrplot("resume", *arguments, "-f", "json", cwd=Path.cwd())
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return {each["label"]: each["lr"] for each in found["curves"]}


def spec(tmp_path: Path, text: str = "lr: 0.8\nsteps: 8\nschedule: linear\n") -> str:
    (tmp_path / "plan.yaml").write_text(text)
    return str(tmp_path / "plan.yaml")


def test_without_its_state_the_schedule_begins_again_at_0(tmp_path: Path) -> None:
    found = curves(spec(tmp_path), "--at", "3")
    assert list(found) == ["as planned", "state lost"]
    assert found["as planned"] == pytest.approx([0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
    assert found["state lost"] == pytest.approx([0.8, 0.7, 0.6, 0.8, 0.7, 0.6, 0.5, 0.4])


def test_another_total_goes_on_where_its_clock_would_stand(tmp_path: Path) -> None:
    found = curves(spec(tmp_path), "--at", "4", "--steps", "16", "--state", "kept")
    assert list(found) == ["as planned", "changed, on the plan's clock"]
    expected = [0.8, 0.7, 0.6, 0.5, *(0.8 - 0.05 * t for t in range(4, 16))]
    assert found["changed, on the plan's clock"] == pytest.approx(expected)


def test_a_warm_up_is_not_done_again_where_the_clock_goes_on(tmp_path: Path) -> None:
    text = "lr: 0.8\nsteps: 10\nschedule: {type: linear, warmup: {steps: 2}}\n"
    found = curves(spec(tmp_path, text), "--at", "1", "--set", "lr=0.4")
    assert found["changed, on the plan's clock"][:4] == pytest.approx([0, 0.2, 0.4, 0.35])
    assert found["state lost"][:4] == pytest.approx([0, 0, 0.2, 0.4])


def test_parameter_groups_go_on_with_it(tmp_path: Path) -> None:
    text = "lr: 0.8\nsteps: 8\nschedule: linear\ngroups: {backbone: 0.5}\n"
    done = lrplot(
        "resume",
        spec(tmp_path, text),
        "--at",
        "4",
        "--set",
        "groups.backbone=0.25",
        "-f",
        "csv",
        cwd=tmp_path,
    )
    names, *rows = csv.reader(done.stdout.decode().splitlines())
    rates = dict(zip(names, zip(*rows, strict=True), strict=True))
    (label,) = (name for name in names if "changed" in name and "backbone" in name)
    expected = [0.4, 0.35, 0.3, 0.25, 0.1, 0.075, 0.05, 0.025]
    assert [float(rate) for rate in rates[label]] == pytest.approx(expected)


def test_a_run_that_was_over_can_go_on(tmp_path: Path) -> None:
    found = curves(spec(tmp_path), "--at", "8", "--steps", "12", "--state", "kept")
    assert found["changed, on the plan's clock"][8:] == pytest.approx(
        [0.8 * (12 - t) / 12 for t in range(8, 12)]
    )


def test_a_schedule_without_an_end_has_the_horizon_that_is_said() -> None:
    found = curves("StepLR(optimizer, 3, gamma=0.5)", "--lr", "0.8", "--at", "4", "--steps", "8")
    assert found["as planned"] == pytest.approx([0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2])
    assert found["state lost"] == pytest.approx([0.8, 0.8, 0.8, 0.4, 0.8, 0.8, 0.8, 0.4])


def test_pytorchs_state_brings_its_numbers_with_it() -> None:
    found = curves(LINEAR.format(8), "--lr", "0.8", "--at", "4", "--steps", "16", "--set", "T_max=16")
    assert list(found) == ["as planned", "state kept", "changed, on the plan's clock", "state lost"]
    assert found["state kept"] == pytest.approx([*(0.8 - 0.1 * t for t in range(8)), *[0.0] * 8])


def test_transformers_first_rate_is_the_saved_one() -> None:
    call = "get_linear_schedule_with_warmup(optimizer, 0, 8)"
    found = curves(call, "--lr", "0.8", "--at", "4", "--steps", "16", "--set", "T_max=16", "--state", "kept")
    assert list(found) == ["as planned", "changed, on the plan's clock"]
    expected = [0.8, 0.7, 0.6, 0.5, 0.4, *(0.8 - 0.05 * t for t in range(5, 16))]
    assert found["changed, on the plan's clock"] == pytest.approx(expected)


def test_a_plateau_that_begins_again_sees_the_metrics_from_there_on(tmp_path: Path) -> None:
    # Half the rate after a second metric in a row that is no better; each of 0.5 comes five times.
    plan = "schedule: {type: plateau, patience: 1, factor: 0.5, metrics: [3, 2, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5]}"
    found = curves(spec(tmp_path, f"lr: 0.8\nsteps: 10\n{plan}\n"), "--at", "4")
    assert found["as planned"] == pytest.approx([*[0.8] * 5, *[0.4] * 3, *[0.2] * 2])
    assert found["state lost"] == pytest.approx([0.8] * 8 + [0.4] * 2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([LINEAR.format(8), "--steps", "16"], "to stretch it: --set T_max=16"),
        ([LINEAR.format(8)], "the rate it finds, 0.04, not from the base rate"),
        (["OneCycleLR(optimizer, 0.1, 80)", "--steps", "160"], "cannot go on"),
        (["OneCycleLR(optimizer, 0.1, 80)"], "the first update still has the rate saved with it"),
        ([LINEAR.format(8), "--set", "T_max=9"], "overwrites the numbers"),
        (["get_linear_schedule_with_warmup(optimizer, 2, 8)", "--steps", "16"], "--set T_max=14"),
        (["get_linear_schedule_with_warmup(optimizer, 2, 8)"], "without scheduler.pt"),
        (["paddle.optimizer.lr.CosineAnnealingDecay(0.08, 80)", "--set", "T_max=9"], "that is not drawn"),
        (
            ["paddle.optimizer.lr.PolynomialDecay(0.08, 80)", "--set", "T_max=9"],
            "the first update still has that rate",
        ),
        (["optax.cosine_decay_schedule(0.08, 80)", "--set", "T_max=9"], "hold at once, on the plan's clock"),
        (
            ["LambdaLR(optimizer, lambda t: 0.9 ** t)", "--set", "factor=0.8 ** t"],
            "no function of a LambdaLR",
        ),
    ],
)
def test_what_a_framework_does_is_noted(arguments: list[str], said: str) -> None:
    lr = [] if "OneCycle" in arguments[0] else ["--lr", "0.08"]
    done = lrplot("resume", *arguments, *lr, "--at", "4", "-f", "table", cwd=Path.cwd())
    assert done.returncode == 0, done.stderr
    assert said in done.stderr.decode()


def test_what_differs_is_told_as_diff_tells_it(tmp_path: Path) -> None:
    done = lrplot("resume", spec(tmp_path), "--at", "4", "--steps", "16", "-f", "table", cwd=tmp_path)
    told = done.stdout.decode()
    assert "planned and resumed differ from step 4 on" in told
    assert "T_max  8 → 16" in told
    assert "sequence" not in told


def test_a_picture_is_drawn_and_the_difference_printed(tmp_path: Path) -> None:
    done = lrplot("resume", spec(tmp_path), "--at", "50%", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"wrote plan_resumed.png\n")
    assert (tmp_path / "plan_resumed.png").read_bytes().startswith(b"\x89PNG")
    assert b"planned and resumed have the same rates" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cosine", "--at", "0"], "--at must be one step from 1 to 999"),
        (["cosine", "--at", "2000"], "past the last"),
        (["cosine", "--at", "1,2"], "--at must be one step"),
        (["cosine", "--at", "900", "--steps", "500"], "resumed at a step from 1 to 499, got 900"),
        (["cosine", "--at", "1000", "--steps", "1000"], "past the last"),
        (["cosine", "--at", "5", "--state", "both"], "--state must be kept or lost"),
        (["cosine", "--at", "5", "--sweep", "lr=1,2"], "leave out --sweep"),
        (["-", "--at", "5"], "name a file"),
        (["cosine"], "--at"),
    ],
)
def test_what_cannot_be_resumed_is_refused(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = lrplot("resume", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr.decode()
