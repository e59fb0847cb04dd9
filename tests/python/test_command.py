"""What a script's own parser makes of a command line; the oracle is the parser itself, run here."""

import argparse
import ast
import contextlib
import io
import shlex
from dataclasses import replace
from typing import Any

import pytest

from lrplot.clock import Clock
from lrplot.errors import CommandError, NotationError, OpenNameError
from lrplot.frameworks.registry import REGISTRY
from lrplot.frameworks.texts import read_source
from lrplot.python.attempt import prepared
from lrplot.python.evaluator import Evaluator
from lrplot.python.reading import Request
from lrplot.python.source import parse
from lrplot.python.unsaid_lengths import Lengths
from lrplot.schedules.base import Context

PARSER = """
parser = argparse.ArgumentParser()
group = parser.add_argument_group("rates")
group.add_argument("--lr", "-l", type=float, default=0.1)
group.add_argument("--min-lr", default="1e-5", type=float)
parser.add_argument("--epochs", type=int, required=True)
parser.add_argument("--milestones", type=int, nargs="+", default=[30, 60])
parser.add_argument("--betas", type=float, nargs=2, default=(0.9, 0.999))
parser.add_argument("--resume", nargs="?", const="last", default=None)
parser.add_argument("--sched", choices=["step", "cosine"], default="step", dest="kind")
parser.add_argument("--nesterov", action="store_true")
parser.add_argument("--no-warmup", action="store_false", dest="warmup")
parser.add_argument("--amp", action=argparse.BooleanOptionalAction, default=True)
parser.add_argument("--tag", action="append")
parser.add_argument("--name", type=str)
parser.add_argument("--half", type=lambda word: float(word) / 2, default=1.0)
parser.set_defaults(name="run")
"""

LINES = [
    "--epochs 3",
    "--epochs=3 --lr 1e-3",
    "-l 0.5 --epochs 3",
    "-l0.5 --epochs 3",
    "-l=0.5 --epochs 3",
    "--epochs 3 --lr -1",
    "--ep 3",
    "--m 3 --epochs 3",
    "--mil 1 2 3 --epochs 3",
    "--milestones --epochs 3",
    "--epochs 3 --betas 0.8 0.9",
    "--epochs 3 --betas 0.8",
    "--epochs 3 --resume",
    "--epochs 3 --resume a.pt",
    "--epochs 3 --sched cosine",
    "--epochs 3 --sched cos",
    "--epochs 3 --nesterov --no-warmup",
    "--epochs 3 --nesterov=1",
    "--epochs 3 --no-amp",
    "--epochs 3 --tag a --tag b",
    "--epochs 3 --lr abc",
    "--epochs 3.5",
    "--epochs 3 --epochs 4",
    "--epochs",
    "--lr 0.1",
    "--lerning 0.1 --epochs 3",
    "--epochs 3 stray",
    "--epochs 3 --half 3",
    "--epochs 3 --name x --name=y",
    "",
]


def ours(text: str, line: str) -> dict[str, Any]:
    """The values of options that lrplot reads, without running the text."""
    options = evaluated(text, line).options
    return {name: None if repr(value) == "None" else value for name, value in options.items()}


def evaluated(text: str, line: str) -> Evaluator:
    source = replace(parse(text, "train.py"), arguments=tuple(shlex.split(line)))
    asked = Request(source, Context(None, None, Clock()), REGISTRY, 0.1, {}, None)
    evaluator, script = prepared(asked, Lengths(None), 0)
    with contextlib.suppress(OpenNameError):
        script.run()
    return evaluator


@pytest.mark.parametrize("line", LINES)
def test_flags_are_what_argparse_makes_of_them(line: str) -> None:
    scope: dict[str, Any] = {"argparse": argparse}
    exec(compile(ast.parse(PARSER), "train.py", "exec"), scope)  # noqa: S102 (the test's own text)
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            theirs = vars(scope["parser"].parse_args(shlex.split(line)))
    except SystemExit:
        with pytest.raises(CommandError):
            ours("import argparse\n" + PARSER, line)
        return
    read = ours("import argparse\n" + PARSER, line)
    assert {name: _plain(value) for name, value in read.items()} == {
        name: _plain(value) for name, value in theirs.items()
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


LOOP = """
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, size, gamma=gamma)
    for step in range(steps):
        optimizer.step()
        scheduler.step()
"""
CLICK = f"""
import click, torch
@click.command()
@click.option("--lr", default=0.1)
@click.option("--size", "-s", type=int, required=True)
@click.option("--gamma", type=click.FloatRange(0, 1), default=0.5)
@click.option("--fast/--slow", default=False)
@click.argument("steps", type=int)
def main(lr, size, gamma, fast, steps):{LOOP}
main()
"""
FIRE = f"""
import torch
from fire import Fire
def main(lr=0.1, size: int = 2, gamma=0.5, steps=9):{LOOP}
if __name__ == "__main__":
    Fire(main)
"""
TYPER = f"""
import torch, typer
app = typer.Typer()
@app.command()
def main(steps: int, lr: float = 0.1, size: int = typer.Option(2, "--size", "-s"), gamma: float = 0.5):{LOOP}
app()
"""
TYRO = f"""
import torch, tyro
from dataclasses import dataclass, field
@dataclass
class Args:
    steps: int
    lr: float = 0.1
    step_size: int = field(default=2, metadata={{"help": "steps between two drops"}})
    gamma: float | None = 0.5
def train(lr, size, gamma, steps):{LOOP}
args = tyro.cli(Args)
train(args.lr, args.step_size, args.gamma, args.steps)
"""
HF = TYRO.replace("import torch, tyro", "import torch\nfrom transformers import HfArgumentParser").replace(
    "args = tyro.cli(Args)", "(args,) = HfArgumentParser(Args).parse_args_into_dataclasses()"
)
SIMPLE = TYRO.replace(
    "import torch, tyro", "import torch\nfrom simple_parsing import ArgumentParser"
).replace(
    "args = tyro.cli(Args)",
    "parser = ArgumentParser()\nparser.add_arguments(Args, dest='it')\nargs = parser.parse_args().it",
)
NESTED = f"""
import torch, tyro
from dataclasses import dataclass, field
@dataclass
class Optim:
    lr: float = 0.1
    step_size: int = 2
@dataclass
class Args:
    steps: int
    lr: float = 7.0
    optim: Optim = field(default_factory=Optim)
def train(lr, size, gamma, steps):{LOOP}
args = tyro.cli(Args)
train(args.optim.lr, args.optim.step_size, 0.5, args.steps)
"""
ABSL = f"""
import torch
from absl import app, flags
FLAGS = flags.FLAGS
flags.DEFINE_float("lr", 0.1, "the rate")
_SIZE = flags.DEFINE_integer("size", 2, "steps between two drops")
flags.DEFINE_integer("steps", 9, "steps")
flags.DEFINE_float("gamma", 0.5, "factor")
def train(lr, size, gamma, steps):{LOOP}
def main(_):
    train(FLAGS.lr, _SIZE.value, FLAGS.gamma, FLAGS.steps)
app.run(main)
"""
ARGV = f"""
import sys, torch
def train(lr, size, gamma, steps):{LOOP}
train(float(sys.argv[1]), int(sys.argv[2]), 0.5, 9)
"""

SCRIPTS = {
    "click": (CLICK, "9 --lr 0.3 -s 4"),
    "fire": (FIRE, "--lr=0.3 --size 4"),
    "typer": (TYPER, "9 --lr 0.3 -s 4"),
    "tyro": (TYRO, "--steps 9 --lr 0.3 --step-size 4"),
    "tyro, nested": (NESTED, "--steps 9 --lr 5 --optim.lr 0.3 --optim.step-size 4"),
    "draccus, nested": (
        NESTED.replace("tyro.cli", "draccus.parse").replace("tyro", "draccus"),
        "--steps 9 --optim.lr=0.3 --optim.step_size 4",
    ),
    "HfArgumentParser": (HF, "--steps 9 --lr 0.3 --step_size 4"),
    "simple_parsing": (SIMPLE, "--steps 9 --lr 0.3 --step_size 4"),
    "absl": (ABSL, "--lr 0.3 --size=4"),
    "sys.argv": (ARGV, "0.3 4"),
}


def rates(text: str, line: str | None) -> list[float]:
    source = parse(text, "train.py")
    if line is not None:
        source = replace(source, arguments=tuple(shlex.split(line)))
    (reading,) = read_source(source, Context(None, None, Clock()), assumed_lr=None)
    return [round(float(reading.schedule(t)), 12) for t in range(9)]


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_parsers_flags_reach_the_optimizer_and_the_scheduler(name: str) -> None:
    text, line = SCRIPTS[name]
    assert rates(text, line) == [0.3] * 4 + [0.15] * 4 + [0.075]


@pytest.mark.parametrize("name", ["fire", "absl"])
def test_without_flags_the_defaults_hold(name: str) -> None:
    text, _ = SCRIPTS[name]
    assert rates(text, None) == [0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.0125, 0.0125, 0.00625]


def test_what_has_no_default_is_open_without_flags() -> None:
    with pytest.raises(OpenNameError, match="--let size=…"):
        rates(CLICK, None)


@pytest.mark.parametrize("name", ["click", "typer", "tyro", "HfArgumentParser"])
def test_what_has_no_default_is_missing_among_the_flags(name: str) -> None:
    text, _ = SCRIPTS[name]
    with pytest.raises(CommandError, match=r"train\.py: it needs"):
        rates(text, "--lr 0.3")


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name != "sys.argv" and "nested" not in name])
def test_a_flag_that_is_none_is_told_with_the_near_one(name: str) -> None:
    text, line = SCRIPTS[name]
    with pytest.raises(CommandError, match=r"no option --gamm.; did you mean '--gamma'"):
        rates(text, f"{line} --gammq 0.3")


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("9 -s 4", {"lr": 0.1, "size": 4, "gamma": 0.5, "fast": False, "steps": 9}),
        ("--size=4 --fast 9", {"lr": 0.1, "size": 4, "gamma": 0.5, "fast": True, "steps": 9}),
        ("9 -s 4 --gamma 0.2 --slow", {"lr": 0.1, "size": 4, "gamma": 0.2, "fast": False, "steps": 9}),
    ],
)
def test_clicks_switches_and_arguments_are_read(line: str, read: dict[str, Any]) -> None:
    (found,) = evaluated(CLICK, line).parameters.values()
    assert found == read


@pytest.mark.parametrize("line", ["9", "9 -s x", "-s 4", "9 8 -s 4", "9 -s 4 --fas"])
def test_click_refuses_and_so_does_lrplot(line: str) -> None:
    with pytest.raises(CommandError):
        rates(CLICK, line)


def test_a_script_without_options_of_its_own_takes_no_flags() -> None:
    with pytest.raises(NotationError, match="declares no options, so that '--lr'"):
        rates("StepLR(SGD(p, lr=0.1), 3)", "--lr 0.3")


def test_a_type_that_only_running_the_script_could_tell_is_asked_for() -> None:
    text = """
import argparse
from elsewhere import read_rate
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=read_rate, default=0.1)
args = parser.parse_args()
StepLR(SGD(p, lr=args.lr), 3)
"""
    with pytest.raises(OpenNameError, match=r"args\.lr"):
        rates(text, "--lr 3")


def test_a_dataclass_finishes_its_fields() -> None:
    text = """
from dataclasses import dataclass, field
@dataclass
class Args:
    lr: float = field(default=0.1)
    devices: int = 3
    def __post_init__(self):
        self.lr = self.lr * self.devices
args = Args()
StepLR(SGD(p, lr=args.lr), 3)
"""
    assert rates(text, None)[0] == 0.3


PARSED = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--config")
{more}
args = parser.parse_args({words})
StepLR(SGD(p, lr=args.lr), 3)
"""


@pytest.mark.parametrize(
    ("words", "lr"), [("[]", 0.1), ("['--lr', '0.3']", 0.3), ("args='--lr 0.3'.split()", 0.3), ("argv", 0.1)]
)
def test_a_list_of_words_in_the_text_is_what_is_parsed(words: str, lr: float) -> None:
    text = PARSED.format(more="", words=words)
    assert rates(text, None)[0] == lr
    if words != "argv":
        with pytest.raises(NotationError, match="a list of its own, so that '--lr'"):
            rates(text, "--lr 2")


def test_what_a_file_of_the_command_line_may_give_is_open() -> None:
    text = PARSED.format(more="parser.set_defaults(**load(known.config))", words="")
    assert rates(text, "")[0] == 0.1
    assert rates(text, "--lr 0.3 --config a.yaml")[0] == 0.3
    with pytest.raises(OpenNameError, match=r"args\.lr"):
        rates(text, "--config a.yaml")


def test_defaults_that_are_set_later_hold() -> None:
    text = PARSED.format(more="parser.set_defaults(lr=0.5)", words="")
    assert rates(text, None)[0] == 0.5
    assert rates(text, "")[0] == 0.5
    assert rates(text, "--lr 0.3")[0] == 0.3


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        # What stands in the factory would win over the flag, or the flag over it: that is not told.
        ("default_factory=Optim)", "default_factory=lambda: Optim(lr=0.2))"),
        ("    lr: float = 7.0", "    other: Optim = field(default_factory=Optim)"),
    ],
)
def test_flags_of_a_dataclass_within_that_would_mean_two_values_are_refused(
    written: str, instead: str
) -> None:
    with pytest.raises(CommandError, match=r"no option --optim\.lr"):
        rates(NESTED.replace(written, instead), "--steps 9 --optim.lr 0.3")
