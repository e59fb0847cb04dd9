"""The command line: exit codes, both streams, files whole or untouched; as a whole process where that is what is tested."""

import contextlib
import errno
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from inspect import getdoc
from pathlib import Path

import pytest
from command import lrplot
from forked import Forked, forked

from lrplot.__main__ import run
from lrplot.cli import COMMANDS
from lrplot.cli.summaries import summary

ROOT = Path(__file__).parents[2]


def process(*arguments: str, cwd: Path, **options: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "lrplot", *arguments]
    given = {"stdin": subprocess.DEVNULL} if "input" not in options else {}
    return subprocess.run(command, cwd=cwd, capture_output=True, check=False, **(given | options))  # type: ignore[call-overload, no-any-return]


def test_render_writes_a_picture_where_you_stand_and_says_so(tmp_path: Path) -> None:
    done = forked("render", str(ROOT / "configs/warmup_cosine.yaml"), cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"wrote warmup_cosine.png\n")
    assert (tmp_path / "warmup_cosine.png").read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.iterdir()] == ["warmup_cosine.png"]


def test_compare_writes_a_picture_and_prints_the_table(tmp_path: Path) -> None:
    done = lrplot("compare", "cosine", "onecycle", cwd=tmp_path)
    assert done.returncode == 0
    assert b"onecycle   1000   0.1  299" in done.stdout
    assert done.stderr == b"wrote cosine_vs_onecycle.png\n"


def test_a_spec_comes_from_standard_input_and_a_picture_goes_to_standard_output(tmp_path: Path) -> None:
    done = lrplot("render", "-", "-o", "-", cwd=tmp_path, input=b"lr: 0.1\nsteps: 9\nschedule: cosine\n")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"\x89PNG")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.svg", b"<?xml"),
        ("a.pdf", b"%PDF"),
        ("a.csv", b"step,lr\n"),
        ("a.json", b'{"format": 1'),
        ("a.npy", b"\x93NUMPY"),
    ],
)
def test_the_name_says_what_kind_of_file(tmp_path: Path, name: str, head: bytes) -> None:
    done = lrplot("render", "cosine", "-o", name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"")
    assert (tmp_path / name).read_bytes().startswith(head)


def test_a_folder_takes_a_file_a_reference(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    done = lrplot("render", "cosine", "step", "-o", "out", "-f", "svg", cwd=tmp_path)
    assert done.returncode == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["cosine.svg", "step.svg"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["render", "cosin"], "did you mean 'cosine'?"),
        (["render", "no/such.yaml"], f"no/such.yaml: cannot be read: {os.strerror(errno.ENOENT)}"),
        (["render", "cosine", "--set", "eta_mim=3"], "did you mean 'eta_min'?"),
        (["render", "cosine", "--set", "eta_min"], "--set wants PATH=VALUE"),
        (["render", "cosine", "--lr", "abc"], "lr must be a number, got 'abc'"),
        (["render", "cosine", "--steps", "0"], "steps must lie between 1 and 2^53, got 0"),
        (["render", "cosine", "--steps", "1", "--epochs", "2"], "--steps or --epochs, not both"),
        (["render", "cosine", "-f", "gif"], "no format 'gif'"),
        (["render", "cosine", "-o", "x.gif"], "unknown kind of file"),
        (["render", "cosine", "-o", "x.png", "-f", "svg"], "disagree"),
        (["render", "cosine", "step", "-o", "x.png"], "give a folder"),
        (["render", "cosine", "-o", "none/x.png"], "there is no folder none"),
        (["render", "cosine", "-f", "table", "--at", "1000"], "past the last, 999"),
        (["render", "cosine", "-f", "table", "--at", "x"], "--at: 'x' is not a duration"),
        (["render", "cosine", "--at", "3"], "add -f table"),
        (["render", "cosine", "-f", "csv", "--every", "0.5"], "--every must be a whole number"),
        (["render", "cosine", "-f", "csv", "--steps", "1e12"], "--every K for fewer"),
        (["render", "cosine", "-f", "json", "--steps", "1e8"], "JSON of 100000000 steps is refused"),
        (["render", "cosine", "--size", "8"], "--size must be WIDTHxHEIGHT"),
        (["render", "cosine", "--theme", "blue"], "must be one of light, dark"),
        (
            ["render", "StpLR(optimizer, 30)"],
            "no framework lrplot reads has a schedule 'StpLR'; did you mean 'StepLR'?",
        ),
        (
            ["render", "StepLR(optimizer, step=30)"],
            "StepLR has no argument 'step'; did you mean 'step_size'?",
        ),
        (
            ["render", "StepLR(optimizer)"],
            "call:1:1: StepLR needs 'step_size'; it is StepLR(optimizer, step_size, gamma=0.1",
        ),
        (["render", "StepLR(optimizer, n)"], "'n' is not known here; bind it with --let n=…"),
        (["render", "StepLR(optimizer, n)", "--let", "n"], "--let wants NAME=VALUE"),
        (["render", "StepLR(optimizer, n)", "--let", "n=1+"], "--let n=1+: not NAME=VALUE in Python's words"),
        (["render", "__import__('os')"], "no framework lrplot reads has a schedule '__import__'"),
        (["render", "a.b.c()"], "no framework lrplot reads has a schedule 'a.b.c'"),
        (["render", "(" * 10_000], "more than 60 brackets inside each other"),
        (["render", "StepLR(" + "9" * 600_000 + ")"], "characters; at most 500000 are read"),
        (["render", "OneCycleLR(o, 0.1, 100)", "--lr", "1"], "--lr changes nothing"),
        (["render", "no.py"], f"no.py: cannot be read: {os.strerror(errno.ENOENT)}"),
        (
            ["export", "step", "--to", "mxnet"],
            "no target 'mxnet'; known are pytorch, keras, transformers, trainer, optax, timm",
        ),
        (["export", "step", "--to", "megatro"], "did you mean 'megatron'?"),
        (["compare", "cosine", "--as", "pytorch,mxnet"], "--as: no framework 'mxnet'"),
        (["compare", "cosine", "step", "--as", "pytorch"], "name one REF"),
        (["render", "."], ".: is a folder"),
        (["render", "step", "exponential", "-o", "none/"], "there is no folder none"),
        (["render", "cosine", "cosine"], "would both write cosine.png"),
        (["render", "step", "--set", "gamma=1", "--sweep", "gamma=1,2"], "'gamma' is given twice"),
        (["render", "step", "-f", "table", "--at", ""], "'' is not a duration"),
        (["render", "lambda", "--set", "factor=3-t"], "lambda: lambda: the rate at step 4 would be"),
        (["render", "constant", "--lr", "1e-320", "--yscale", "log"], "too small for a log scale"),
        (["render", "step", "--set", "steps=5"], "here: --steps"),
        (["compare", "cosine"], "one schedule is no comparison"),
        (["render", "cosine", "--bogus"], "--bogus"),
        (["bogus"], "'bogus'"),
    ],
)
def test_bad_input_is_told_on_standard_error_and_exits_2(
    tmp_path: Path,
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    code = run(arguments)
    shown = capfd.readouterr()
    assert code == 2
    assert shown.out == ""
    assert said in shown.err
    assert "Traceback" not in shown.err
    assert not list(tmp_path.iterdir())


def test_what_was_on_disk_stays_when_drawing_fails(tmp_path: Path) -> None:
    old = tmp_path / "a.png"
    old.write_bytes(b"precious")
    done = lrplot("render", "constant", "--set", "lr=0", "--yscale", "log", "-o", "a.png", cwd=tmp_path)
    assert done.returncode == 2
    assert old.read_bytes() == b"precious"
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_nothing_is_written_when_one_of_several_references_is_wrong(tmp_path: Path) -> None:
    assert lrplot("render", "cosine", "nonsense", cwd=tmp_path).returncode == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
@pytest.mark.parametrize("kind", ["png", "csv", "json", "npy", "svg"])
def test_a_full_disk_is_a_message(tmp_path: Path, kind: str) -> None:
    done = lrplot("render", "cosine", "-f", kind, "-o", "/dev/full", cwd=tmp_path)
    assert done.returncode == 2
    no_space = os.strerror(errno.ENOSPC)
    assert f"/dev/full: cannot be written: {no_space}" in done.stderr.decode()
    said = io.StringIO()
    full = io.TextIOWrapper(io.FileIO("/dev/full", "w"))
    with contextlib.redirect_stdout(full), contextlib.redirect_stderr(said):
        code = run(["render", "cosine", "-f", kind, "-o", "-"])
    assert (code, no_space in said.getvalue()) == (2, True)
    with contextlib.suppress(OSError):  # what it still holds
        full.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
@pytest.mark.parametrize("kind", ["csv", "npy"])
def test_a_process_whose_output_is_a_full_disk_ends_with_that_message_alone(
    tmp_path: Path, kind: str
) -> None:
    with Path("/dev/full").open("wb") as full:
        running = Forked("render", "cosine", "-f", kind, "-o", "-", cwd=tmp_path, stdout=full.fileno())
        (said,) = running.communicate()
    assert running.returncode == 2
    assert os.strerror(errno.ENOSPC) in said.decode()
    assert b"Traceback" not in said


@pytest.mark.parametrize("kind", ["csv", "table", "json"])
def test_a_closed_pipe_is_no_error(tmp_path: Path, kind: str) -> None:
    steps = "1e6" if kind != "table" else "1e3"
    head = subprocess.Popen(["head", "-n", "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert head.stdin is not None
    running = Forked("render", "step", "--steps", steps, "-f", kind, cwd=tmp_path, stdout=head.stdin.fileno())
    shown, _ = head.communicate()
    (said,) = running.communicate()
    assert (running.returncode, said, shown.count(b"\n")) == (0, b"", 1)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_ended_run_leaves_nothing_behind(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    running = Forked("render", "cosine", "--steps=1e9", "--all-steps", "-o", "a.csv", cwd=tmp_path)
    deadline = time.monotonic() + 30
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(sent)
    _, said = running.communicate(timeout=30)
    assert running.returncode == code
    assert b"Traceback" not in said
    assert not list(tmp_path.iterdir())


def test_a_stream_that_is_not_utf_8_gets_ascii(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    spec = "lr: 0.1\nsteps: 9\nschedules: {余弦: cosine, b: step}\n".encode()
    done = process("compare", "-", "-f", "table", cwd=tmp_path, input=spec, env=environment)
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert b"> 1/2 peak" in done.stdout


def test_colour_is_only_for_terminals(tmp_path: Path) -> None:
    done = lrplot("render", "step", "-f", "table", cwd=tmp_path)
    assert b"\x1b" not in done.stdout


def test_data_reads_back_from_standard_output(tmp_path: Path) -> None:
    from lrplot.schedules.step import Step

    done = lrplot("render", "step", "-f", "csv", "--every", "30", cwd=tmp_path)
    head, *rows = done.stdout.decode().splitlines()
    steps, rates = zip(*(row.split(",") for row in rows), strict=True)
    assert head == "step,lr"
    assert steps == ("0", "30", "60", "90")
    assert [float(rate) for rate in rates] == Step(lr=0.1, step_size=30)([0, 30, 60, 90]).tolist()
    assert done.stderr == b""


def test_steps_are_chosen_by_every_spelling(tmp_path: Path) -> None:
    done = lrplot(
        "render", "step", "--steps-per-epoch", "2", "-f", "csv", "--at", "0,10%,15ep,last", cwd=tmp_path
    )
    assert [line.split(b",")[0] for line in done.stdout.splitlines()] == [b"step", b"0", b"10", b"30", b"99"]


def test_the_version_and_the_help_are_shown(tmp_path: Path) -> None:
    assert lrplot("--version", cwd=tmp_path).stdout.startswith(b"lrplot 0.")
    for arguments in (["--help"], ["render", "-h"], ["compare", "--help"], ["schema", "--help"]):
        shown = lrplot(*arguments, cwd=tmp_path)
        assert shown.returncode == 0
        assert b"Example" in shown.stdout


@pytest.mark.parametrize(("module", "code"), [("matplotlib.text", 0), ("lrplot.run", 1)])
def test_a_warning_of_another_librarys_insides_stops_and_tells_nobody(module: str, code: int) -> None:
    warning = f"warnings.warn_explicit('old', DeprecationWarning, 'a.py', 1, module={module!r})"
    line = f"import warnings, lrplot.__main__ as it; it.run = lambda _: {warning} or 0; it.main()"
    done = subprocess.run([sys.executable, "-W", "error", "-c", line], capture_output=True, check=False)
    assert (done.returncode, bool(done.stderr)) == (code, bool(code))


def test_names_and_files_are_completed() -> None:
    from lrplot.cli.groups import complete_reference

    assert "cosine_restarts" in complete_reference("cos")
    assert str(ROOT / "configs" / "sgdr.yaml") in complete_reference(str(ROOT / "configs") + "/s")


def test_a_link_is_followed_and_kept(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    assert lrplot("render", "step", "-o", "link.csv", cwd=tmp_path).returncode == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("step,lr")


# In one process what the commands before have imported hides nothing: no list is shorter than the one above it.
NEEDED = {
    "plain": {
        "--help": "",
        "schema": "",
        "recommend --task nlp": "numpy yaml",
        "at step 5 --json": "numpy yaml",
        "lint step": "numpy yaml",
        "export step --to keras": "numpy yaml",
        "render step -f csv": "numpy yaml",
        "simulate step --dimension 9 -f csv": "numpy yaml",
        "rank step --over lr=0.1,0.2 --dimension 9": "numpy yaml",
    },
    "pictures": {
        "--help": "",
        "at cosine 5 --json": "numpy yaml",
        "at warmup_cosine.yaml 5 --json": "numpy yaml",
        "render warmup_cosine.yaml -o picture.png": "numpy yaml matplotlib",
    },
    "in tables": {
        "list": "rich",
        "at step 5": "numpy yaml rich",
        "diff step cosine": "numpy yaml rich",
        "explain step": "numpy yaml rich",
        "render step -f table": "numpy yaml rich",
    },
}
_HEAVY = ("numpy", "yaml", "rich", "matplotlib", "torch", "keras", "transformers", "jax", "textual")
_ROOMS = {
    "": "answers checks describe exports frameworks identification optimizers python records trainers",
    "sources.": "commands logs markdown scripts trainers",
    "text.": "markdown",
    "curve.": "crossing run_diff when",
    "render.": "html page",
    "schedules.": "cosine_restarts cyclic onecycle piecewise plateau",
}
"""Rooms and files of ours that neither a name nor a spec has a use for: they are of other REFs and commands."""
_EACH = """
import json, sys
from lrplot.__main__ import prepare, run
prepare()
loaded = {}
for command in sys.argv[1:]:
    code = run(command.split())
    if code >= 2:
        sys.exit(f"{command}: exit {code}")
    loaded[command] = list(sys.modules)
print(json.dumps(loaded), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, list[str]]]:
    """What each command of a chain has imported when it ends, the chain in a process of its own."""

    @cache
    def loaded(chain: str) -> dict[str, list[str]]:
        command = [sys.executable, "-c", _EACH, *NEEDED[chain]]
        folder = tmp_path_factory.mktemp("loaded")
        shutil.copy(ROOT / "configs" / "warmup_cosine.yaml", folder)
        done = subprocess.run(command, capture_output=True, check=True, cwd=folder)
        return dict(json.loads(done.stderr.decode().splitlines()[-1]))

    return loaded


@pytest.mark.parametrize(
    ("chain", "command"), [(chain, command) for chain, commands in NEEDED.items() for command in commands]
)
def test_no_command_imports_more_than_it_needs(
    loaded: Callable[[str], dict[str, list[str]]], chain: str, command: str
) -> None:
    modules = set(loaded(chain)[command])
    assert " ".join(name for name in _HEAVY if name in modules) == NEEDED[chain][command]


def test_a_name_and_a_spec_import_no_room_of_another_kind_of_ref(
    loaded: Callable[[str], dict[str, list[str]]],
) -> None:
    elsewhere = {f"lrplot.{room}{name}" for room, names in _ROOMS.items() for name in names.split()}
    assert [name for name in elsewhere if find_spec(name) is None] == []
    for command, modules in loaded("pictures").items():
        assert sorted(elsewhere & set(modules)) == [], command


def test_a_picture_imports_no_axes_that_it_cannot_have(loaded: Callable[[str], dict[str, list[str]]]) -> None:
    pictures = [modules for modules in loaded("pictures").values() if "matplotlib.axes" in modules]
    assert pictures
    assert not any(name.startswith("mpl_toolkits.mplot3d.") for modules in pictures for name in modules)


def test_the_page_of_all_commands_runs_none_of_them(
    loaded: Callable[[str], dict[str, list[str]]],
) -> None:
    rooms = {name.split(".")[1] for name in loaded("pictures")["--help"] if name.startswith("lrplot.")}
    assert rooms == {"__main__", "cli", "display", "errors", "text"}
    assert not {"lrplot.cli.render", "lrplot.cli.groups"} & set(loaded("pictures")["--help"])


def test_the_page_of_all_commands_has_the_first_paragraph_of_each() -> None:
    for home in COMMANDS.values():
        whole = getdoc(getattr(import_module(f"lrplot.cli.{home}"), home)) or ""
        assert summary(f"lrplot.cli.{home}", home) == " ".join(whole.split("\n\n")[0].split()) != ""


def test_a_chart_is_drawn_on_standard_output(tmp_path: Path) -> None:
    done = lrplot("render", "warmup_cosine", "-f", "chart", "--width", "60", "--height", "12", cwd=tmp_path)
    lines = done.stdout.decode().splitlines()
    assert (done.returncode, len(lines), lines[0]) == (0, 12, "warmup_cosine")
    assert max(map(len, lines)) <= 60
    dumb = lrplot("render", "step", "-f", "chart", cwd=tmp_path, env={**os.environ, "TERM": "dumb"})
    assert dumb.stdout.isascii()


def test_a_picture_is_shown_inline_where_the_terminal_can(tmp_path: Path) -> None:
    plain = {
        name: value for name, value in os.environ.items() if name not in {"KITTY_WINDOW_ID", "TERM_PROGRAM"}
    }
    kitty = lrplot("render", "step", "--inline", cwd=tmp_path, env={**plain, "TERM": "xterm-kitty"})
    assert kitty.stdout.startswith(b"\x1b_Ga=T,f=100,m=1;")
    assert kitty.stdout.endswith(b"\x1b\\\n")
    assert b"m=0;" in kitty.stdout
    iterm = lrplot("render", "step", "--inline", cwd=tmp_path, env={**plain, "TERM_PROGRAM": "iTerm.app"})
    assert iterm.stdout.startswith(b"\x1b]1337;File=inline=1;size=")
    other = lrplot("render", "step", "--inline", cwd=tmp_path, env={**plain, "TERM": "xterm"})
    assert (other.returncode, other.stdout) == (2, b"")
    assert b"--inline needs a terminal" in other.stderr
    assert not list(tmp_path.iterdir())


def test_a_spec_is_never_overwritten_by_its_own_picture(tmp_path: Path) -> None:
    spec = tmp_path / "c.yaml"
    spec.write_text("lr: 0.1\nsteps: 9\nschedule: cosine\n")
    done = lrplot("render", "c.yaml", "-o", "c.yaml", "-f", "png", cwd=tmp_path)
    assert done.returncode == 2
    assert spec.read_text().startswith("lr")


def test_closed_and_full_streams_are_no_traceback(tmp_path: Path) -> None:
    def run(line: str) -> tuple[int, bytes]:
        command = f"{sys.executable} -m lrplot {line}"
        done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, cwd=tmp_path)
        return done.returncode, done.stderr

    assert run("render step -f table >&-") == (0, b"")
    code, said = run("render - <&-")
    assert code == 2
    assert b"standard input is closed" in said
    with Path("/dev/full").open("wb") as full:
        running = Forked("render", "nope", cwd=tmp_path, stderr=full.fileno())
        running.communicate()
    assert running.returncode == 2


def test_control_characters_never_reach_the_terminal(tmp_path: Path) -> None:
    done = lrplot(
        "render", "-", cwd=tmp_path, input=b'lr: 0.1\nsteps: 9\nschedule: {type: cosine, "a\\e[31m": 1}'
    )
    assert done.returncode == 2
    assert b"\x1b" not in done.stderr


@pytest.mark.parametrize("columns", ["0", "1", "20", "40"])
def test_a_narrow_terminal_breaks_no_number(tmp_path: Path, columns: str) -> None:
    done = lrplot(
        "compare", "cosine", "onecycle", "-f", "table", cwd=tmp_path, env={**os.environ, "COLUMNS": columns}
    )
    assert b"2.467e-7" in done.stdout
    assert b"0.05055" in done.stdout


def test_a_narrow_terminal_breaks_no_name_of_a_simulation(tmp_path: Path) -> None:
    arguments = ("simulate", "cosine", "--dimension", "9", "--steps", "9", "-f", "table")
    done = lrplot(*arguments, cwd=tmp_path, env={**os.environ, "COLUMNS": "40"})
    assert [line.split()[0] for line in done.stdout.splitlines()] == [b"schedule", b"cosine"]


def test_a_specs_own_output_says_what_kind_of_picture(tmp_path: Path) -> None:
    spec = b"lr: 0.1\nsteps: 9\nschedule: cosine\nfigure: {output: mine.svg}\n"
    assert lrplot("render", "-", cwd=tmp_path, input=spec).stderr == b"wrote mine.svg\n"
    assert (tmp_path / "mine.svg").read_bytes().startswith(b"<?xml")
    assert lrplot("render", "-", "-f", "pdf", cwd=tmp_path, input=spec).stderr == b"wrote mine.pdf\n"


def test_simulate_draws_and_says_which_model_it_was(tmp_path: Path) -> None:
    done = lrplot("simulate", "constant", "cosine", "--steps", "50", "--dimension", "20", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].startswith(b"schedule  final loss")
    assert b"20 directions, batch size 1, momentum 0; stable below the rate 2" in done.stderr
    assert (tmp_path / "constant_vs_cosine_simulated.png").read_bytes().startswith(b"\x89PNG")


def test_simulated_losses_are_a_column(tmp_path: Path) -> None:
    given = ("--dimension", "1", "--batch-size", "10", "--lr", "0.5", "--steps", "2")
    done = lrplot("simulate", "constant", *given, "-f", "csv", cwd=tmp_path)
    # ½, then ½(0.25 + 0.25/10)
    assert done.stdout == b"step,lr,loss\n0,0.5,0.5\n1,0.5,0.1375\n"


def test_what_diverges_is_told_not_drawn_as_infinite(tmp_path: Path) -> None:
    given = ("--dimension", "9", "--lr", "2.5", "--steps", "90")
    done = lrplot("simulate", "constant", *given, "-f", "table", cwd=tmp_path)
    assert (done.returncode, b"diverged at 17" in done.stdout, b"steps 0~89" in done.stdout) == (
        0,
        True,
        True,
    )
    spec = lrplot("simulate", "constant", *given, "-f", "json", cwd=tmp_path)
    assert b"Infinity" not in spec.stdout
    assert b"NaN" not in spec.stdout


def test_rank_prints_a_spec_that_render_reads(tmp_path: Path) -> None:
    given = ("--over", "lr=0.1,1,3", "--steps", "200", "--dimension", "50")
    done = lrplot("rank", "cosine", "linear", *given, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"ranked 6 schedules\n")
    places = [line.split()[2] for line in done.stdout.decode().splitlines()[2:8]]
    assert places[-2:] == ["diverged", "diverged"]
    assert places[:4] == sorted(places[:4], key=float)
    drawn = lrplot("render", "-", "-o", "best.png", cwd=tmp_path, input=done.stdout)
    assert (drawn.returncode, drawn.stderr) == (0, b"wrote best.png\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("simulate", "cosine", "-f", "chart"),
            b"no format 'chart'; known are png, svg, pdf, html, table, csv, json",
        ),
        (("simulate", "cosine", "--dimension", "0"), b"--dimension: dimension must be"),
        (("simulate", "cosine", "--momentum", "1"), b"--momentum: momentum must be"),
        (("simulate", "cosine", "--batch-size", "x"), b"batch_size must be a number, got 'x'"),
        (("simulate", "cosine", "--steps", "1e12"), b"at most 10,000,000 steps are simulated"),
        (("rank", "constant", "--lr", "9"), b"every one of them diverges"),
        (("rank", "step", "onecycle"), b"the horizons differ"),
        (("rank", "cosine", "--over", "gama=1"), b"cosine has no parameter 'gama'"),
        (("render", "adam", "--gradients", "no.csv"), b"no such file"),
        (("render", "adam", "--steps", "1e12"), b"gradients are at most 10^7 numbers"),
        (("render", "cosine", "--gradients", "1"), b"gradients are for an 'optimizer', and there is none"),
    ],
)
def test_what_cannot_be_simulated_is_told(tmp_path: Path, arguments: tuple[str, ...], said: bytes) -> None:
    done = lrplot(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr
    assert b"Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        ("rank", "spec.yaml", "--dimension", "9", "-o", "spec.yaml"),
        ("export", "spec.yaml", "--to", "yaml", "-o", "./spec.yaml"),
        ("export", "train.py", "--to", "pytorch", "-o", "train.py"),
    ],
)
def test_code_and_specs_never_overwrite_what_they_are_made_of(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    files = {"spec.yaml": "lr: 0.1\nsteps: 9\nschedule: cosine\n", "train.py": "StepLR(SGD(w, 0.1), 30)\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    done = lrplot(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert b"it would be overwritten" in done.stderr
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == files


def test_rank_looks_where_its_spec_goes_before_it_works(tmp_path: Path) -> None:
    done = lrplot("rank", "cosine", "-o", "nowhere/best.yaml", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, b"lrplot: there is no folder nowhere; make it first\n")


@pytest.mark.parametrize("command", ["simulate", "rank"])
def test_an_optimizer_is_not_simulated_as_if_it_were_sgd(tmp_path: Path, command: str) -> None:
    done = lrplot(command, "adam", "--steps", "9", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"adam: the model trains by plain SGD, not by adam" in done.stderr
