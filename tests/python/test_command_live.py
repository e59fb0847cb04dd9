"""What Transformers', click's and absl's own parsers make of a command line, run here, and what lrplot reads."""

import contextlib
import io
import shlex
from typing import Any

import pytest

from lrplot.errors import CommandError
from tests.python.test_command import evaluated

pytestmark = pytest.mark.live

HF = """
from dataclasses import dataclass, field
from typing import List, Literal, Optional
from transformers import HfArgumentParser
@dataclass
class Args:
    steps: int
    lr: float = field(default=0.1, metadata={"help": "the rate"})
    min_lr: Optional[float] = None
    fast: bool = False
    slow: bool = field(default=True)
    kind: Literal["step", "cosine"] = "step"
    betas: List[float] = field(default_factory=lambda: [0.9, 0.999])
    name: str = "run"
(args,) = HfArgumentParser(Args).parse_args_into_dataclasses()
"""
CLICK = """
import click
@click.command()
@click.option("--lr", "-l", default=0.1)
@click.option("--min-lr", type=float)
@click.option("--size", "-s", type=click.IntRange(1), required=True)
@click.option("--kind", type=click.Choice(["step", "cosine"]), default="step")
@click.option("--fast/--slow", default=False)
@click.option("--amp", is_flag=True)
@click.argument("steps", type=int)
def main(**given):
    seen.update(given)
main(standalone_mode=False)
"""
ABSL = """
from absl import flags
flags.DEFINE_float("lr", 0.1, "the rate")
flags.DEFINE_integer("steps", 9, "steps")
flags.DEFINE_bool("fast", False, "fast")
flags.DEFINE_enum("kind", "step", ["step", "cosine"], "kind")
"""

HF_LINES = [
    "--steps 3",
    "--steps 3 --lr 1e-3 --min_lr 1e-5",
    "--steps 3 --min-lr 1e-5 --fast",
    "--steps 3 --fast true --slow False",
    "--steps 3 --no_slow",
    "--steps 3 --no-slow",
    "--steps 3 --fast maybe",
    "--steps 3 --kind cosine",
    "--steps 3 --kind cos",
    "--steps 3 --betas 0.8 0.9 0.95",
    "--steps 3 --betas",
    "--step 3 --n x",
    "--lr 1",
    "--steps 3.5",
    "--steps 3 --lerning 1",
]
CLICK_LINES = [
    "9 -s 4",
    "9 -s4 -l 3",
    "--size=4 9 --fast --amp",
    "9 -s 4 --min-lr 1e-5 --kind cosine",
    "9 -s 4 --kind cos",
    "9 -s x",
    "9",
    "-s 4",
    "9 8 -s 4",
    "9 -s 4 --fas",
]
ABSL_LINES = [
    "--lr 3",
    "--lr=3 --steps=4",
    "-lr 3 --fast",
    "--nofast",
    "--fast=true",
    "--fast=maybe",
    "--kind cosine",
    "--kind cos",
    "--steps 1.5",
    "--stepz 1",
]


def plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if repr(value) == "None" else [*value] if isinstance(value, tuple) else value
        for name, value in values.items()
    }


def run_hf(line: str) -> dict[str, Any]:
    from unittest import mock

    scope: dict[str, Any] = {"__name__": "hf_args"}
    with mock.patch("sys.argv", ["train.py", *shlex.split(line)]), contextlib.redirect_stderr(io.StringIO()):
        exec(HF, scope)  # noqa: S102 (the test's own text)
    return vars(scope["args"])


def run_click(line: str) -> dict[str, Any]:
    from unittest import mock

    import click

    scope: dict[str, Any] = {"seen": {}}
    try:
        with mock.patch("sys.argv", ["train.py", *shlex.split(line)]):
            exec(CLICK, scope)  # noqa: S102 (the test's own text)
    except click.ClickException as error:
        raise SystemExit(2) from error
    return scope["seen"]


def run_absl(line: str) -> dict[str, Any]:
    from absl import flags
    from absl.flags import _defines  # noqa: F401 (the flags of a fresh set)

    values = flags.FlagValues()
    flags.DEFINE_float("lr", 0.1, "the rate", flag_values=values)
    flags.DEFINE_integer("steps", 9, "steps", flag_values=values)
    flags.DEFINE_bool("fast", False, "fast", flag_values=values)
    flags.DEFINE_enum("kind", "step", ["step", "cosine"], "kind", flag_values=values)
    try:
        values(["train.py", *shlex.split(line)])
    except flags.Error as error:
        raise SystemExit(2) from error
    return {name: values[name].value for name in ("lr", "steps", "fast", "kind")}


CASES = [
    *((HF, run_hf, line) for line in HF_LINES),
    *((CLICK, run_click, line) for line in CLICK_LINES),
    *((ABSL, run_absl, line) for line in ABSL_LINES),
]


@pytest.mark.parametrize(("text", "run", "line"), CASES)
def test_flags_are_what_the_parser_makes_of_them(text: str, run: Any, line: str) -> None:
    try:
        theirs = run(line)
    except (SystemExit, ValueError):
        with pytest.raises(CommandError):
            evaluated(text, line)
        return
    read = evaluated(text, line)
    ours = read.options or next(iter(read.parameters.values()))
    assert plain(ours) == plain(theirs)
