"""What nobody means to give: files that are something else, devices, wild environments, signals."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from forked import Forked, forked

from lrplot.__main__ import _tame_width, run

Told = Callable[..., str]


@pytest.fixture
def told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    monkeypatch.chdir(tmp_path)

    def told(*arguments: str) -> str:
        assert run([*arguments]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert "internal error" not in err
        assert max(map(len, err.splitlines())) < 801
        return err.removeprefix("lrplot: ")

    return told


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.pkl", b"x")


OTHERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "log.csv": (
        lambda p: p.write_text("step,loss,accuracy\n" + "1,0.5,0.1\n" * 50_000),
        "a table with the columns step, loss, accuracy",
    ),
    "a.png": (lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100)), "a PNG picture"),
    "a.pt": (zipped, "a zip archive"),
    "a.pkl": (lambda p: p.write_bytes(pickle.dumps({"lr": 1})), "a pickle, which is never read"),
    "a.npy": (lambda p: np.save(p, np.arange(3)), "an array of NumPy"),
    "a.html": (lambda p: p.write_text("<!DOCTYPE html><p>lr: 1"), "a page of HTML"),
    "list": (lambda p: p.write_text(json.dumps([1, 2])), "a list in JSON"),
    "x.jsonl": (lambda p: p.write_text('{"a": 1}\n{"a": 2}\n'), "JSON lines"),
    "empty": (lambda p: p.write_text(""), "an empty file"),
    "binary.yaml": (lambda p: p.write_bytes(bytes(range(256))), "binary data"),
    "utf16.yaml": (lambda p: p.write_text("lr: 1", encoding="utf-16"), "text in UTF-16"),
    "long.txt": (lambda p: p.write_text("lorem ipsum " * 100_000), "a text that begins 'lorem ipsum"),
    "binary.py": (lambda p: p.write_bytes(bytes(100)), "binary data"),
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize(
    "command", [("at", "1"), ("lint",), ("export", "--to", "pytorch"), ("diff", "cosine")]
)
def test_a_file_that_is_no_spec_is_told_by_its_look_in_two_lines(
    told: Told, name: str, command: tuple[str, ...]
) -> None:
    write, look = OTHERS[name]
    write(Path(name))
    first, *rest = told(command[0], name, *command[1:]).splitlines()
    assert first.startswith(f"{name}: looks like {look}")
    assert len(rest) == 1
    assert "lrplot list" in rest[0]


@pytest.mark.parametrize("suffix", [".yaml", ".json"])
def test_keys_that_are_none_of_a_specs_are_two_lines_not_a_wall(told: Told, suffix: str) -> None:
    keys = {f"key_{i}": i for i in range(135)}
    Path("args" + suffix).write_text(json.dumps(keys, indent=1))
    said = told("render", "args" + suffix)
    assert said.startswith(
        f"args{suffix}: no spec, to judge by its keys key_0, key_1, key_2, key_3 and 131 more\n"
    )
    assert said.count("\n") == 2
    Path("args" + suffix).write_text(json.dumps({"lr": 1, "epochs": 3, **keys}))
    assert told("render", "args" + suffix).count("\n") == 2


def test_a_spec_with_a_slip_is_still_a_spec(told: Told) -> None:
    Path("a.yaml").write_text("shedule: cosine\n")
    assert "did you mean 'schedule'?" in told("render", "a.yaml")
    Path("a.yaml").write_text(
        "lr: 1\nsteps: 3\nschedule: cosine\n" + "".join(f"k{i}: 1\n" for i in range(99))
    )
    said = told("render", "a.yaml")
    assert "99 keys are none of a spec's: k0, k1, k2, k3 and 95 more" in said
    assert said.count("\n") == 3
    Path("a.yaml").write_text("lr: 1\nsteps: 3\nschedule: {type: step, milestones: [" + "x, " * 500 + "]}\n")
    assert told("render", "a.yaml").count("\n") <= 61


@pytest.mark.parametrize(
    "text",
    [
        "schedule: {0}",
        "schedule: {{type: {0}}}",
        "schedule: 'f({0})'",
        "lr: {0}",
        "{0}: 1",
        "update: {0}",
        "lr: 1{1}",
    ],
)
def test_an_error_quotes_a_line_at_most(told: Told, text: str) -> None:
    Path("a.yaml").write_text(
        "schedule: cosine\n" * ("schedule" not in text) + text.format("x" * 900, "0" * 5000)
    )
    assert len(told("at", "a.yaml", "1", "--steps", "9")) < 1500
    Path("b.yaml").write_text("steps: 3\nschedule: |\n" + "  many lines\n" * 9999)
    assert len(told("at", "b.yaml", "1")) < 900


WRONG = (
    "[epoch]",
    "{a: 1}",
    "[]",
    "{}",
    "~",
    ".k",
    "1.2.3m",
    "0" * 5000,
    "9" * 400,
    "-" + "9" * 5000,
    ".inf",
    "2020-01-01",
)
KEYS = (
    "update", "lr", "steps", "epochs", "steps_per_epoch", "training", "title", "metrics", "optimizer", "optimizers",
    "gradients", "weights", "simulate", "schedule", "schedules", "sweep", "figure",
)  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_no_key_of_a_spec_takes_a_value_of_another_kind_amiss(
    key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = {
        "lr": "0.1",
        "steps": "10",
        "schedule": "plateau",
        "metrics": "1 + t",
        "optimizer": "adam",
        "gradients": "1",
    }
    for wrong in WRONG:
        path = tmp_path / "a.yaml"
        path.write_text("".join(f"{k}: {v}\n" for k, v in {**spec, key: wrong}.items()))
        assert run(["at", str(path), "1"]) in {0, 2}
        assert "internal error" not in capsys.readouterr().err, wrong


@pytest.mark.parametrize(
    "option", ["--lr", "--steps", "--epochs", "--steps-per-epoch", "--update", "--metrics"]
)
def test_no_option_takes_odd_text_amiss(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (
        *WRONG,
        "",
        " ",
        ".",
        "..",
        "1e",
        "e5",
        "٣k",
        "²",
        "a\nb",
        "x" * 5000,
        "1_0k",
        "#",
        "a#b#c",
        "0x10",
    ):
        assert run(["at", "plateau", "1", option, wrong]) in {0, 2}
        assert "internal error" not in capsys.readouterr().err, wrong


@pytest.mark.parametrize("steps", ["0", "-5", "1e30", "9e999%", "~", "[1]"])
def test_no_length_inside_a_schedule_is_amiss(steps: str, told: Told) -> None:
    for schedule in (
        f"{{type: epochwise, schedule: cosine, steps_per_epoch: {steps}}}",
        f"{{type: excerpt, start: {steps}, schedule: 9}}",
        f"[{{type: linear, for: {steps}}}, cosin]",
    ):
        Path("a.yaml").write_text(f"lr: 1\nepochs: 9\nsteps_per_epoch: 3\nschedule: {schedule}\n")
        assert "a.yaml:4:" in told("at", "a.yaml", "1")


def npy(path: Path, old: bytes, new: bytes) -> None:
    np.save(path, np.arange(1000.0))
    data = path.read_bytes()
    path.write_bytes(data[:10] + data[10:].replace(old, new.ljust(len(old)), 1))


@pytest.mark.parametrize("cut", [0, 3, 6, 9, 10, 50, 60, 127, 128, 500])
def test_an_unfinished_array_is_told(told: Told, cut: int) -> None:
    np.save("a.npy", np.arange(1000.0))
    Path("a.npy").write_bytes(Path("a.npy").read_bytes()[:cut])
    assert "a.npy: not a .npy of numbers" in told("at", "plateau", "1", "--metrics", "a.npy")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"{'descr'", b"{{{{{{{{"), (b"(1000,)", b"(-100,)"), (b"(1000,)", b"(1e99,)"), (b"(1000,)", b"(10**9)"),
        (b"'<f8'", b"'<q8'"), (b"'<f8'", b"'|O'"), (b"False", b"Fal"), (b"'shape'", b"'shap'"), (b"(1000,)", b"(9**9**9"),
    ],
)  # fmt: skip
def test_an_array_with_a_hostile_header_is_told(told: Told, old: bytes, new: bytes) -> None:
    npy(Path("a.npy"), old, new)
    assert "a.npy: " in told("at", "plateau", "1", "--metrics", "a.npy")


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "a.txt"])
def test_a_whole_number_of_four_hundred_digits_is_infinite(name: str, tmp_path: Path) -> None:
    from lrplot.records.series import read_series

    digits = "9" * 400
    lines = {"a.json": f"[{digits}, -{digits}]", "a.jsonl": f'{{"a": {digits}}}\n{{"a": -{digits}}}\n'}
    (tmp_path / name).write_text(lines.get(name, f"{digits}\n-{digits}\n"))
    assert read_series(name, tmp_path) == (float("inf"), -float("inf"))


@pytest.mark.parametrize("reference", ["/dev/zero", "big.yaml", "big.py", "big.csv", "x/../big.txt"])
def test_what_never_ends_is_not_read_to_its_end(told: Told, reference: str) -> None:
    Path("x").mkdir()
    for name in ("big.yaml", "big.py", "big.csv", "big.txt"):
        with Path(name).open("wb") as stream:
            stream.truncate(5_000_000_000)
    began = time.monotonic()
    assert told("render", reference) == f"{reference}: larger than 10 MB, the most that is read\n"
    for name in ("big.csv", "big.json", "big.npy", "big.txt"):
        with Path(name).open("wb") as stream:
            stream.truncate(5_000_000_000)
        assert f"{name}: " in told("render", "plateau", "--metrics", name)
    assert "style sheet" in told("render", "cosine", "--stylesheet", "/dev/zero")
    assert "larger than 1 MB" in told("render", "cosine", "--stylesheet", "big.txt")
    assert time.monotonic() - began < 20


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
def test_a_pipe_is_read_and_one_nobody_writes_to_is_told(
    told: Told, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("lrplot.files._PATIENCE", 0.1)
    os.mkfifo("p.yaml")
    assert told("at", "p.yaml", "1") == "p.yaml: a pipe that nobody writes to\n"
    monkeypatch.setattr("lrplot.files._PATIENCE", 9.0)
    writer = subprocess.Popen(
        [sys.executable, "-c", "print('lr: 2\\nsteps: 9\\nschedule: constant', file=open('p.yaml', 'w'))"]
    )
    assert run(["at", "p.yaml", "1"]) == 0
    assert "1  2\n" in capsys.readouterr().out
    assert writer.wait() == 0
    assert "neither a file" in told("at", "plateau", "1", "--metrics", "p.yaml")


@pytest.mark.parametrize("width", ["999999999", "9" * 5000, "²"])
def test_no_width_is_too_wild(width: str, tmp_path: Path) -> None:
    done = forked("list", cwd=tmp_path, env={**os.environ, "COLUMNS": width, "LINES": width})
    assert (done.returncode, done.stderr) == (0, b"")
    assert max(len(line) for line in done.stdout.decode().splitlines()) <= 1000


@pytest.mark.parametrize(
    ("given", "taken"),
    [("80", "80"), ("1000", "1000"), ("1001", "1000"), ("9" * 5000, "1000"), ("007", "007")]
    + [(odd, None) for odd in ("", "0", "000", "-1", "wide", "²", "٣", "1e3", " 80")],
)
def test_a_width_is_a_number_or_none(given: str, taken: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", given)
    monkeypatch.setenv("LINES", "24")
    _tame_width()
    assert (os.environ.get("COLUMNS"), os.environ["LINES"]) == (taken, "24")


_SVG_AND_PDF = """
import contextlib, sys
from lrplot.__main__ import main
for name in ("odd.svg", "odd.pdf"):
    sys.argv = ["lrplot", "render", "cosine", "-o", name]
    with contextlib.suppress(SystemExit):
        main()
"""


def test_the_environments_backend_and_date_do_not_matter(tmp_path: Path) -> None:
    odd = {**os.environ, "MPLBACKEND": "nope", "SOURCE_DATE_EPOCH": "abc"}
    command = [sys.executable, "-c", _SVG_AND_PDF]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=60, env=odd)
    assert (done.returncode, done.stderr) == (0, b"wrote odd.svg\nwrote odd.pdf\n")
    for kind in ("svg", "pdf"):
        assert run(["render", "cosine", "-o", str(tmp_path / f"plain.{kind}")]) == 0
        assert (tmp_path / f"odd.{kind}").read_bytes() == (tmp_path / f"plain.{kind}").read_bytes()


def test_a_matplotlibrc_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_bytes(b"\xff\xfe\x00")
    command = [sys.executable, "-m", "lrplot", "render", "cosine"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=60)
    assert done.returncode == 2
    assert b"internal error" not in done.stderr
    assert b"matplotlib does not start" in done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "font.size: nan",
        "xtick.major.size: 1e308",
        "axes.labelsize: -3",
        "lines.dash_capstyle: x",
        "axes.titlepad: inf",
    ],
)
def test_no_style_sheet_is_drawn_amiss(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.mplstyle").write_text(line + "\n")
    sheet, out = str(tmp_path / "a.mplstyle"), str(tmp_path / "a.png")
    code = run(["render", "cosine", "--stylesheet", sheet, "-o", out])
    assert (code, "a.mplstyle: " in capsys.readouterr().err) in {(0, False), (2, True)}


def test_a_style_sheet_that_cannot_be_drawn_is_to_blame(told: Told) -> None:
    Path("a.mplstyle").write_text("font.size: 1e6\n")
    said = told("render", "cosine", "--stylesheet", "a.mplstyle")
    assert "a.mplstyle: matplotlib cannot draw with this style sheet: " in said
    assert unfinished(Path()) == []


def test_a_title_of_a_hundred_thousand_characters_is_cut_to_what_is_seen() -> None:
    from lrplot.curve import Curve
    from lrplot.render.figure import figure
    from lrplot.sources.reference import load_text

    long = "x" * 100_000
    spec = f"title: {long}\nlr: 1\nsteps: 9\nschedule: cosine\nfigure: {{xlabel: {long}, ylabel: {long}}}\n"
    (run,) = load_text(spec, "a.yaml", "a")
    axes = figure([Curve(run)]).axes[0]
    for text in (axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()):
        assert text.endswith("…")
        assert len(text) < 400


def unfinished(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.suffix == ".tmp"]


def writing(folder: Path) -> Forked:
    """A process that is in the middle of writing a file."""
    process = Forked("render", "cosine", "--steps", "5e7", "-o", "big.csv", cwd=folder)
    until = time.monotonic() + 30
    while not unfinished(folder) and time.monotonic() < until:
        time.sleep(0.02)
    return process


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT"])
def test_a_signal_leaves_nothing_unfinished(tmp_path: Path, name: str) -> None:
    number = getattr(signal, name)
    process = writing(tmp_path)
    process.send_signal(number)
    assert process.communicate(timeout=20) == (b"", b"")
    assert process.returncode == 128 + number
    assert not list(tmp_path.iterdir())


def test_what_a_killed_process_left_is_swept_by_the_next_write_and_nothing_else(tmp_path: Path) -> None:
    process = writing(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    (left,) = unfinished(tmp_path)
    others = [
        ".big.csv.tmp",
        ".x.tmp",
        left.replace("big", "two").replace(f"-{process.pid}-", f"-{os.getpid()}-"),
    ]
    others.append(".o.00000000-1-00000000.tmp")  # of another machine
    old = tmp_path / ".o.00000000-2-00000000.tmp"
    for name in (*others, old.name):
        (tmp_path / name).write_text("x")
    os.utime(old, (0, 0))
    assert run(["render", "cosine", "-o", str(tmp_path / "c.csv")]) == 0
    assert sorted(unfinished(tmp_path)) == sorted(others)


@pytest.mark.parametrize(
    ("command", "name", "after"),
    [
        ("gallery", "SIGINT", 0.1), ("rank", "SIGINT", 0.1), ("gallery", "SIGHUP", 0.1), ("rank", "SIGKILL", 0.1),
        ("rank", "SIGKILL", 0.0),
    ],
)  # fmt: skip
def test_a_key_of_the_terminal_ends_everything_quietly(
    tmp_path: Path, command: str, name: str, after: float
) -> None:
    number = getattr(signal, name)
    (tmp_path / "configs").mkdir()
    for i in range(60):
        (tmp_path / f"configs/s{i}.yaml").write_text(f"lr: 0.1\nsteps: {100 + i}\nschedule: cosine\n")
    over = "lr=" + ",".join(str(i / 200) for i in range(1, 100))
    arguments = {"gallery": ["gallery"], "rank": ["rank", "cosine", "--over", over, "--steps", "50000"]}[
        command
    ]
    process = Forked(*arguments, cwd=tmp_path)
    until = time.monotonic() + 30
    while not (helpers := children(process.pid)) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.001)
    time.sleep(after)
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == (128 + number if number != signal.SIGKILL else -number)
    assert (out, [line for line in err.splitlines() if not line.startswith(b"wrote ")]) == (b"", [])
    until = time.monotonic() + 10
    while (left := [helper for helper in helpers if alive(helper)]) and time.monotonic() < until:
        time.sleep(0.05)
    assert not left


def children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(each) for each in text.split()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
