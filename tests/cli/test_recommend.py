"""``lrplot recommend``: a spec on standard output, ready to be drawn."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from command import lrplot

from lrplot.__main__ import run
from lrplot.sources.reference import load


def test_the_spec_goes_to_standard_output_and_can_be_drawn(tmp_path: Path) -> None:
    told = lrplot("recommend", "--task", "nlp", "--steps", "1e5", cwd=tmp_path)
    assert told.stderr == b"lrplot: note: another way: Language model: warm-up + linear (--alternative)\n"
    shown = lrplot("render", "-", "-f", "csv", "--at", "1000", cwd=tmp_path, input=told.stdout)
    assert shown.stdout == b"step,lr\n1000,0.0006\n"


def test_an_option_writes_the_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "spec.yaml"
    assert run(["recommend", "--task", "gan", "--alternative", "-o", str(spec)]) == 0
    shown = capfd.readouterr()
    assert (shown.out, f"wrote {spec}\n" in shown.err) == ("", True)
    (loaded,) = load(str(spec))
    assert loaded.schedule(0) == 2e-4
    assert "# Optimizer: Adam.\n" in spec.read_text()


def test_a_symptom_alone_is_enough(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["recommend", "--symptom", "stalled"]) == 0
    assert "type: plateau" in capfd.readouterr().out


def test_a_terminal_is_asked_and_answers_stay_out_of_the_data(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "lrplot", "recommend"]
    running = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, cwd=tmp_path)
    os.close(theirs)
    os.write(ours, b"vision\n\n\nknown\n90000\n512\n\n")
    out, _ = running.communicate(timeout=60)
    asked = os.read(ours, 65_536)
    os.close(ours)
    assert running.returncode == 0
    assert b"What do you train?" in asked
    assert b"\nlr: 0.2\nsteps: 90000\n" in out
    assert b"?" not in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "recommend wants --task (baseline, vision,"),
        (["--task", "nlq"], "no task 'nlq'; did you mean 'nlp'?"),
        (["--task", "nlp", "--steps", "many"], "--steps must be a number, got 'many'"),
        (["--task", "nlp", "--steps", "1.5"], "--steps must be a whole number, got '1.5'"),
        (["--task", "nlp", "--steps", ".inf"], "--steps must be a whole number, got '.inf'"),
        (["--task", "nlp", "--batch-size", "0"], "batch size must be a whole number ≥ 1"),
        (["--task", "nlp", "-o", "none/spec.yaml"], "there is no folder none"),
    ],
)
def test_bad_input_is_told_in_one_line_and_exits_2(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["recommend", *arguments]) == 2
    shown = capfd.readouterr()
    assert shown.out == ""
    assert message in shown.err
    assert len(shown.err.splitlines()) == 1


def test_the_help_names_what_there_is() -> None:
    from lrplot.cli.recommend import recommend as command
    from lrplot.recommend import OPTIMIZERS, SYMPTOMS, TASKS

    page = Path(command.__code__.co_filename).read_text(encoding="utf-8")
    for name in (*TASKS, *SYMPTOMS, *OPTIMIZERS):
        assert name in page
