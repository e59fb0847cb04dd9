"""`lrplot lint`: what is printed, what is ignored, and the exit code."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lrplot.__main__ import run
from lrplot.checks.rules import RULES

RISES = "CosineAnnealingLR(o, T_max=50)"
SPEC = """\
lr: 0.1
steps: 100
schedules:
  swings: {type: cosine, T_max: 50, after: rise}
  falls:
    type: linear
    warmup: {steps: 5}
    T_max: 40
"""
SCRIPT = """\
import torch

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
warm = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=50)
for epoch in range(100):
    warm.step()
"""

Shown = tuple[int, list[str], str]
Lint = Callable[..., Shown]


@pytest.fixture
def lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Lint:
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Shown:
        code = run(["lint", *arguments])
        shown = capsys.readouterr()
        return code, shown.out.splitlines(), shown.err

    return call


def write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")


def test_a_finding_has_its_place_its_code_its_step_and_its_evidence(lint: Lint) -> None:
    write("a.yaml", SPEC)
    assert lint("a.yaml") == (
        1,
        [
            "a.yaml:4: LR001 warning: swings: the rate rises again after its minimum, back to 0.0999013",
            "    step 51: T_max=50, run=100, minimum=0, risen_to=0.0999013",
            "a.yaml:8: LR008 warning: falls: the schedule is over, and the run goes on at 0 for 58% of its length",
            "    step 45: run=100, rate=0, rest=55",
        ],
        "2 findings in 2 schedules\n1 note hidden; --severity note\n",
    )


def test_a_clean_schedule_prints_nothing(lint: Lint) -> None:
    assert lint("cosine", "constant") == (0, [], "no findings in 2 schedules\n")


def test_hidden_notes_are_counted(lint: Lint) -> None:
    hidden = "no findings in 2 schedules\n1 note hidden; --severity note\n"
    assert lint("cosine", "warmup_cosine") == (0, [], hidden)
    two = lint("get_cosine_schedule_with_warmup(o, 100, 1000)", "--lr", "6e-6")
    assert two == (0, [], "no findings in 1 schedule\n2 notes hidden; --severity note\n")
    code, lines, said = lint("warmup_cosine", "--severity", "note")
    assert (code, lines[0]) == (0, "warmup_cosine: LR004 note: the first step trains at rate 0")
    assert said == "1 finding in 1 schedule\n"
    code, lines, said = lint(
        RISES, "--lr", "0.1", "--steps", "99", "--severity", "error", "--fail-on", "error"
    )
    assert (code, lines) == (0, [])
    assert said.endswith("no findings in 1 schedule\n1 warning hidden; --severity warning\n")
    code, lines, _ = lint("warmup_cosine", "--ignore", "LR004")
    assert (code, lines) == (0, [])


def test_a_script_is_told_at_the_line_of_its_scheduler(lint: Lint) -> None:
    write("train.py", SCRIPT)
    code, lines, _ = lint("train.py")
    assert code == 1
    assert lines[0].startswith("train.py:4: LR001 warning: the rate rises again")


def test_a_call_has_no_line_and_one_line_only(lint: Lint) -> None:
    _, lines, _ = lint("CosineAnnealingLR(\n    o,\n    T_max=50)", "--steps", "100")
    assert lines[0].startswith("CosineAnnealingLR( o, T_max=50): LR001")


@pytest.mark.parametrize(
    ("fail_on", "code"), [("note", 1), ("warning", 1), ("error", 0)], ids=["note", "warning", "error"]
)
def test_the_exit_code_says_whether_something_is_as_bad_as_that(lint: Lint, fail_on: str, code: int) -> None:
    found, lines, _ = lint(RISES, "--steps", "100", "--fail-on", fail_on)
    assert found == code
    assert len(lines) == 2


def test_notes_are_shown_when_they_are_asked_for(lint: Lint) -> None:
    assert lint("warmup_cosine")[:2] == (0, [])
    code, lines, _ = lint("warmup_cosine", "--fail-on", "note")
    assert (code, lines[0]) == (1, "warmup_cosine: LR004 note: the first step trains at rate 0")
    code, selected, _ = lint("warmup_cosine", "--select", "LR004")
    assert (code, selected) == (0, lines)


def test_rules_are_selected_and_ignored_by_code_or_name(lint: Lint) -> None:
    write("a.yaml", SPEC)
    _, lines, _ = lint("a.yaml", "--select", "runs-on")
    assert [line.split()[1] for line in lines[::2]] == ["LR008"]
    _, lines, _ = lint("a.yaml", "--ignore", "runs-on", "--ignore", "lr002")
    assert [line.split()[1] for line in lines[::2]] == ["LR001"]
    assert lint("a.yaml", "--ignore", "LR001, LR008")[:2] == (0, [])


def test_a_remark_is_for_its_schedule_or_for_the_whole_file(lint: Lint) -> None:
    rising = SPEC.replace("linear", "cosine").replace("T_max: 40", "T_max: 40\n    after: rise")
    write("both.yaml", rising)
    assert [line.split()[3] for line in lint("both.yaml")[1][::2]] == ["swings:", "falls:"]
    write(
        "one.yaml",
        rising.replace("after: rise}", "after: rise}  # lrplot: ignore[LR001] as SGDR's authors do"),
    )
    assert [line.split()[3] for line in lint("one.yaml")[1][::2]] == ["falls:"]
    write(
        "other.yaml", rising.replace("T_max: 40", "T_max: 40  # lrplot: ignore[rises-after-minimum, LR008]")
    )
    assert [line.split()[3] for line in lint("other.yaml")[1][::2]] == ["swings:"]
    above = rising.replace("  swings", "  # lrplot: ignore[LR001]\n  swings")
    write("above.yaml", above)
    assert [line.split()[3] for line in lint("above.yaml")[1][::2]] == ["falls:"]
    write("between.yaml", rising.replace("  falls", "  # meant\n  # lrplot: ignore[LR001]\n  falls"))
    assert [line.split()[3] for line in lint("between.yaml")[1][::2]] == ["swings:"]
    write("all.yaml", rising.replace("lr: 0.1", "lr: 0.1  # lrplot:ignore[LR001]"))
    assert lint("all.yaml")[:2] == (0, [])
    write("after.yaml", rising + "title: both  # lrplot: ignore[LR001]\n")
    assert lint("after.yaml")[:2] == (0, [])


def test_a_remark_in_a_sweep_or_a_script_is_for_all_of_it(lint: Lint) -> None:
    sweep = "lr: 0.1\nsteps: 99\nschedule: {type: cosine, after: rise}  # lrplot: ignore[LR001]\nsweep: {T_max: [9, 10]}\n"
    write("sweep.yaml", sweep)
    assert lint("sweep.yaml") == (0, [], "no findings in 2 schedules\n")
    write("train.py", SCRIPT + "# lrplot: ignore[LR001]\n")
    assert lint("train.py")[0] == 0


def test_standard_input_is_read_with_its_remarks(lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    def given(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    given(SPEC)
    code, lines, _ = lint("-")
    assert (code, lines[0].split(":")[0]) == (1, "-")
    given(SPEC + "# lrplot: ignore[LR001, LR008]\n")
    # The last schedule's lines go on to the end.
    assert [line.split()[1] for line in lint("-")[1][::2]] == ["LR001"]
    given("# lrplot: ignore[LR001, LR008]\n" + SPEC)
    assert lint("-")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cosin"], "did you mean 'cosine'?"),
        (["cosine", "--select", "LR01"], "--select: no rule 'LR01'; did you mean LR0"),
        (
            ["cosine", "--ignore", "cut-shorts"],
            "--ignore: no rule 'cut-shorts'; did you mean LR007 (cut-short)?",
        ),
        (["cosine", "--ignore", ""], f"--ignore: no rule ''; known are {RULES[0].code} to {RULES[-1].code}"),
        (["cosine", "--fail-on", "warn"], "--fail-on must be one of error, warning, note, got 'warn'"),
        (["cosine", "--severity", "notes"], "--severity must be one of error, warning, note, got 'notes'"),
        (["cosine", "--format", "xml"], "no format 'xml'; known are text, json, sarif"),
        (["wrong.yaml"], "wrong.yaml:3:12: no schedule 'cosin'"),
        (["unknown.yaml"], "unknown.yaml:1: lrplot: ignore: no rule 'LR999'; "),
        (["bare.yaml"], "bare.yaml:1: lrplot: ignore: names no rule; write ignore[LR001]"),
        (["lambda", "--set", "factor=3-t"], "lambda: lambda: the rate at step 4 would be"),
        (["ReduceLROnPlateau(o)"], "give it with --metrics"),
    ],
)
def test_bad_input_is_told_and_exits_2(lint: Lint, arguments: list[str], said: str) -> None:
    clean = "lr: 0.1\nsteps: 9\nschedule: cosine\n"
    write("wrong.yaml", clean.replace("cosine", " cosin"))
    write("unknown.yaml", "# lrplot: ignore[LR999]\n" + clean)
    write("bare.yaml", "# lrplot: ignore\n" + clean)
    code, lines, err = lint(*arguments)
    assert (code, lines) == (2, [])
    assert said in err


def test_json_holds_all_that_the_text_says(lint: Lint) -> None:
    write("a.yaml", SPEC)
    code, lines, err = lint("a.yaml", "--json", "--select", "LR001")
    assert (code, err) == (1, "1 finding in 2 schedules\n")
    data = json.loads("\n".join(lines))
    assert data["format"] == 1
    (found,) = data["findings"]
    assert found.pop("evidence") == pytest.approx(
        {"T_max": 50, "run": 100, "minimum": 0, "risen_to": 0.0999013364}
    )
    assert found == {
        "code": "LR001",
        "name": "rises-after-minimum",
        "severity": "warning",
        "message": "the rate rises again after its minimum, back to 0.0999013",
        "step": 51,
        "reference": "a.yaml",
        "schedule": "swings",
        "line": 4,
        "parameter": "T_max",
    }


def test_json_of_nothing_is_an_empty_list(lint: Lint) -> None:
    code, lines, _ = lint("cosine", "--json")
    assert (code, json.loads("\n".join(lines))) == (0, {"format": 1, "findings": []})


def test_sarif_is_what_code_review_reads(lint: Lint) -> None:
    Path("my specs").mkdir()
    write("my specs/a.yaml", SPEC)
    code, lines, _ = lint("my specs/a.yaml", RISES, "--steps", "100", "--format", "sarif")
    assert code == 1
    log = json.loads("\n".join(lines))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (made,) = log["runs"]
    rules = made["tool"]["driver"]["rules"]
    assert made["tool"]["driver"]["name"] == "lrplot"
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert "Way out: " in rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in {"note", "warning", "error"}
    assert len(made["results"]) == 3
    for result in made["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"note", "warning", "error"}
        assert result["message"]["text"]
    first, second, call = (result["locations"][0] for result in made["results"])
    # A URI reference: a blank is %20; lines count from 1.
    assert first["physicalLocation"]["artifactLocation"]["uri"] == "my%20specs/a.yaml"
    assert first["physicalLocation"]["region"]["startLine"] == 4
    assert second["physicalLocation"]["region"]["startLine"] == 8
    assert "physicalLocation" not in call


def test_a_horizon_on_the_command_line_is_what_is_checked(lint: Lint) -> None:
    write("a.yaml", "lr: 0.1\nepochs: 90\nschedule: {type: cosine, T_max: 90}\n")
    assert lint("a.yaml")[0] == 0
    assert "LR009" in lint("a.yaml", "--steps-per-epoch", "391")[1][-2]
    assert lint("a.yaml", "--steps-per-epoch", "391", "--update", "epoch")[0] == 0
    assert "LR007" in lint("a.yaml", "--epochs", "45")[1][0]


def test_a_file_called_as_a_schedule_is_not_read_for_it(lint: Lint) -> None:
    write("linear", "# lrplot: ignore[LR999]\n")
    assert lint("linear", "--set", "T_max=250")[1][0].startswith("linear: LR008 warning:")


TRAP = """\
output_dir: out  # a comment
learning_rate: 2.0e-5
lr_scheduler_type: constant
warmup_steps: 100
max_steps: 1000
per_device_train_batch_size: 8
"""


def test_what_a_trainer_passes_over_is_a_finding_at_its_key_and_no_note_beside_it(lint: Lint) -> None:
    write("sft.yaml", TRAP)
    code, (line, _), err = lint("sft.yaml")
    assert code == 1
    assert line.startswith("sft.yaml:3: LR024 warning: lr_scheduler_type 'constant' has no warm-up")
    assert "no warm-up" not in err
    (found,) = json.loads("\n".join(lint("sft.yaml", "-f", "json")[1]))["findings"]
    assert (found["code"], found["line"], found["parameter"]) == ("LR024", 3, "lr_scheduler_type")
    (result,) = json.loads("\n".join(lint("sft.yaml", "-f", "sarif")[1]))["runs"][0]["results"]
    assert result["ruleId"] == "LR024"


def test_a_trap_that_is_meant_so_is_silenced_in_the_file(lint: Lint) -> None:
    write("sft.yaml", TRAP.replace("# a comment", "# lrplot: ignore[trainer-trap]"))
    assert lint("sft.yaml")[0] == 0


def test_a_parameter_group_does_not_tell_a_trap_again(lint: Lint) -> None:
    write("sft.yaml", TRAP + "mm_projector_lr: 1.0e-5\n")
    assert [line for line in lint("sft.yaml")[1] if "LR024" in line][1:] == []
