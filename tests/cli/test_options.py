"""The options that commands share: one group, one meaning, in every command that has it."""

import inspect
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated

import pytest
import typer
from command import lrplot

from lrplot.cli import COMMANDS
from lrplot.cli.flat import flat
from lrplot.cli.groups import Group, OutputOptions, RunOptions
from lrplot.render.formats import FORMATS

ROOT = Path(__file__).parents[2]
FORMATTED = [
    name for name, module in COMMANDS.items() if hasattr(import_module(f"lrplot.cli.{module}"), "FORMATS")
]


@dataclass(frozen=True, slots=True)
class Two(Group):
    panel = "Two"

    first: Annotated[str | None, typer.Option("--first")] = None
    second: Annotated[bool, typer.Option("--second")] = False


def test_a_group_is_shown_as_its_fields_and_handed_over_whole() -> None:
    seen = []

    def command(name: Annotated[str, typer.Argument()], two: Two) -> None:
        seen.append((name, two))

    shown = flat(command)
    assert [*inspect.signature(shown).parameters] == ["name", "first", "second", "quiet"]
    shown(name="x", first="y", second=True, quiet=False)
    assert seen == [("x", Two("y", second=True))]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_heading_stands_over_each_group_and_quiet_is_everywhere(tmp_path: Path, command: str) -> None:
    page = lrplot(command, "--help", cwd=tmp_path).stdout.decode()
    function = getattr(import_module(f"lrplot.cli.{COMMANDS[command]}"), COMMANDS[command])
    taken = inspect.signature(function, eval_str=True).parameters.values()
    groups = [each.annotation for each in taken if hasattr(each.annotation, "panel")]
    headings = {group.panel for group in groups} | ({"Training"} if RunOptions in groups else set())
    assert headings == {line[:-1] for line in page.splitlines() if line[:1].isalpha() and line[-1] == ":"} - {
        "Arguments",
        "Options",
    }
    assert "-q, --quiet" in page


@pytest.mark.parametrize("command", FORMATTED)
def test_the_help_and_the_error_name_the_formats_there_are(tmp_path: Path, command: str) -> None:
    module = import_module(f"lrplot.cli.{COMMANDS[command]}")
    names = [each.name for each in module.FORMATS]
    page = " ".join(lrplot(command, "--help", cwd=tmp_path).stdout.decode().split())
    assert f"{', '.join(names[:-1])} or {names[-1]}." in page
    function = getattr(module, COMMANDS[command])
    assert OutputOptions in [
        each.annotation for each in inspect.signature(function, eval_str=True).parameters.values()
    ]
    wanted = {
        "list": [],
        "at": ["cosine", "0"],
        "diff": ["cosine", "step"],
        "compare": ["cosine", "step"],
        "verify": ["cosine", "log.csv"],
        "resume": ["cosine", "--at", "5"],
    }
    done = lrplot(command, *wanted.get(command, ["cosine"]), "-f", "gif", cwd=tmp_path)
    assert done.returncode == 2
    assert f"no format 'gif'; known are {', '.join(names)}" in done.stderr.decode()


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.name)
def test_every_format_goes_to_a_file_by_its_name_and_by_its_ending(tmp_path: Path, each: object) -> None:
    name, ending = each.name, each.endings[0]  # type: ignore[attr-defined]
    assert lrplot("render", "cosine", "-f", name, "-o", f"named{ending}", cwd=tmp_path).returncode == 0
    assert (tmp_path / f"named{ending}").stat().st_size > 0
    if next(row for row in FORMATS if ending in row.endings).name == name:
        assert lrplot("render", "cosine", "-o", f"ended{ending}", cwd=tmp_path).returncode == 0
        assert (tmp_path / f"ended{ending}").read_bytes() == (tmp_path / f"named{ending}").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "file", "start"),
    [
        (("render", "step", "-f", "table"), "a.txt", "step\n"),
        (("compare", "step", "cosine", "-f", "table"), "a.txt", "schedule  steps"),
        (
            ("simulate", "step", "--steps", "9", "--dimension", "9", "-f", "table"),
            "a.txt",
            "schedule  final loss",
        ),
        (("at", "step", "0"), "a.txt", "step  learning rate"),
        (("at", "step", "0"), "a.csv", "step,lr\n0,0.1\n"),
        (("diff", "step", "cosine"), "a.txt", "step and cosine differ"),
        (("diff", "step", "cosine"), "a.json", '{"format": 1'),
        (("explain", "step"), "a.txt", "step"),
        (("explain", "step"), "a.tex", "\\eta"),
        (("list",), "a.txt", "Scheduled"),
        (("lint", "CosineAnnealingLR(o, 50)", "--lr", "1", "--steps", "99"), "a.sarif", '{\n  "$schema"'),
        (
            ("lint", "CosineAnnealingLR(o, 50)", "--lr", "1", "--steps", "99"),
            "a.txt",
            "CosineAnnealingLR(o, 50): LR",
        ),
        (("schema",), "a.json", "{\n"),
    ],
)
def test_whatever_is_printed_goes_to_a_file_too(
    tmp_path: Path, arguments: tuple[str, ...], file: str, start: str
) -> None:
    done = lrplot(*arguments, "-o", file, cwd=tmp_path)
    assert (done.returncode in {0, 1}, done.stdout) == (True, b"")
    assert f"wrote {file}\n" in done.stderr.decode()
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert text.startswith(start)
    assert "\x1b" not in text


@pytest.mark.parametrize("command", FORMATTED)
def test_json_is_short_for_its_format(tmp_path: Path, command: str) -> None:
    (tmp_path / "log.csv").write_text("step,lr\n" + "".join(f"{step},0.1\n" for step in range(9)))
    wanted = {
        "list": [],
        "at": ["cosine", "0"],
        "diff": ["cosine", "cosine"],
        "compare": ["cosine", "step"],
        "verify": ["constant", "log.csv"],
        "resume": ["cosine", "--at", "5"],
        "identify": ["log.csv"],
    }
    given = [command, *wanted.get(command, ["cosine"])]
    given += ["--steps", "9", "--dimension", "9"] if command == "simulate" else []
    short = lrplot(*given, "--json", cwd=tmp_path)
    assert short.stdout == lrplot(*given, "-f", "json", cwd=tmp_path).stdout
    json.loads(short.stdout)
    both = lrplot(*given, "--json", "-f", "table", cwd=tmp_path)
    assert both.returncode == 2
    assert not both.stdout


def test_quiet_hides_notes_and_reports_and_no_error(tmp_path: Path) -> None:
    call = "StepLR(optimizer, 30)"
    assert b"note:" in lrplot("render", call, "-o", "a.svg", cwd=tmp_path).stderr
    assert lrplot("render", call, "-o", "a.svg", "-q", cwd=tmp_path).stderr == b""
    assert lrplot("rank", "cosine", "--steps", "9", "--dimension", "9", "-q", cwd=tmp_path).stderr == b""
    assert b"did you mean" in lrplot("render", "cosin", "-q", cwd=tmp_path).stderr
    # The next command is as loud as ever.
    assert b"note:" in lrplot("render", call, "-o", "a.svg", cwd=tmp_path).stderr


@pytest.mark.parametrize("reference", ["cosine", "CosineAnnealingLR(optimizer, 1000)", "spec.yaml"])
def test_a_path_into_the_schedule_need_not_say_schedule(tmp_path: Path, reference: str) -> None:
    (tmp_path / "spec.yaml").write_text("lr: 0.1\nsteps: 1000\nschedule: {type: cosine}\n")
    done = lrplot(
        "at", reference, "50", "--lr", "0.1", "--set", "warmup.steps=100", "-f", "csv", "-q", cwd=tmp_path
    )
    assert done.stdout.decode() == "step,lr\n50,0.05\n"


def test_a_path_that_nearly_begins_with_a_key_is_a_mistake(tmp_path: Path) -> None:
    done = lrplot("render", "cosine", "--set", "figur.dpi=100", cwd=tmp_path)
    assert "did you mean 'figure.dpi'?" in done.stderr.decode()
    other = lrplot("render", "cosine", "--set", "warmp.steps=100", cwd=tmp_path)
    assert "did you mean 'warmup'?" in other.stderr.decode()


def test_what_a_stream_cannot_encode_is_spelled(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lrplot"]
    given = {"cwd": tmp_path, "env": {**os.environ, "PYTHONIOENCODING": "ascii"}, "capture_output": True}
    page = subprocess.run([*command, "simulate", "--help"], check=False, **given)  # type: ignore[call-overload]
    assert b"--sweep PATH=A,B,... " in page.stdout
    assert b"--momentum mu " in page.stdout
    wrong = subprocess.run([*command, "diff", "step", "cosine", "--tol", "x"], check=False, **given)  # type: ignore[call-overload]
    assert b"--tol must be a number >= 0" in wrong.stderr


def test_columns_stay_columns_in_ascii(tmp_path: Path) -> None:
    spec = "lr: 0.1\nsteps: 40\nschedules: {γ: {type: step, step_size: 20}, λ: cosine}\n".encode()
    done = lrplot(
        "compare", "-", "-f", "table", cwd=tmp_path, input=spec, env={"TERM": "dumb", "COLUMNS": "90"}
    )
    head, *rows = done.stdout.decode().splitlines()
    assert head.isascii()
    assert [row.split()[0] for row in rows] == ["gamma", "lambda"]
    assert {row.index("40") for row in rows} == {head.index("steps") + 3}
