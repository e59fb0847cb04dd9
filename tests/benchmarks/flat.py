"""Commands whose cost grows with the number of steps: every command, every name of the catalogue and forty calls.

    python tests/benchmarks/flat.py [--only TEXT] [--all]

Each runs in this process at 10^3, 10^6, 10^9, 10^12 and 10^15 steps; what takes over 1.1 times and 10 ms
more processor time than 10^3 steps is named, with exit 1. ``--all`` names every one.
"""

import argparse
import itertools
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

STEPS = ("1e3", "1e6", "1e9", "1e12", "1e15")
COMMANDS = {
    "table": ("render", "{ref}", "-f", "table"),
    "chart": ("render", "{ref}", "-f", "chart"),
    "picture": ("render", "{ref}", "-o", "flat.png"),
    "data": ("render", "{ref}", "-o", "flat.csv", "--at", "0,50%"),
    "compare": ("compare", "{ref}", "cosine", "-f", "table"),
    "at": ("at", "{ref}", "7", "--when", "<0.01"),
    "lint": ("lint", "{ref}"),
    "explain": ("explain", "{ref}"),
    "export": ("export", "{ref}", "--to", "pytorch"),
    "diff": ("diff", "{ref}", "cosine"),
}
_ROUNDS = (2, 3, 5)
"""Rounds after which what is not dear is believed."""
_TIMES = 1.1
_MORE = 0.010
_EVERY = 3
"""Of the calls that the tests know, every third."""


def references() -> list[tuple[str, ...]]:
    """The names of the catalogue, and calls as people write them."""
    from lrplot.schedules import CATALOGUE

    cases = json.loads((TESTS / "frameworks/calls.json").read_text())[::_EVERY]
    return [(name,) for name in CATALOGUE] + [(case["call"], "--lr", str(case["lr"])) for case in cases]


def cost(arguments: Sequence[str], steps: str) -> tuple[float, int]:
    """Processor time of a command, and its exit code."""
    from command import lrplot

    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        code = lrplot(*arguments, "--steps", steps, cwd=Path(folder)).returncode
        return time.process_time() - start, code


def costs(arguments: Sequence[str]) -> tuple[list[float], list[int]]:
    """The least time at each number of steps, and the exit codes; in turn, and oftener where it seems to grow."""
    least, codes = [math.inf] * len(STEPS), [0] * len(STEPS)
    for rounds in _ROUNDS:
        for _, (i, steps) in itertools.product(range(rounds), enumerate(STEPS)):
            taken, codes[i] = cost(arguments, steps)
            least[i] = min(least[i], taken)
        if not grows(least, codes):
            break
    return least, codes


def grows(seconds: Sequence[float], codes: Sequence[int]) -> bool:
    """True where some number of steps costs more than the first; what is refused there does not count."""
    return any(
        each > _TIMES * seconds[0] and each - seconds[0] > _MORE and code == codes[0]
        for each, code in zip(seconds, codes, strict=True)
    )


def rows(only: str) -> Iterator[tuple[str, list[float], list[int]]]:
    """What is measured: its name, the seconds and the exit codes at each number of steps."""
    for (command, words), (reference, *said) in itertools.product(COMMANDS.items(), references()):
        name = f"{command} {reference}"
        if only in name:
            yield name, *costs([*(reference if word == "{ref}" else word for word in words), *said])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="what has this in its command or REF")
    parser.add_argument("--all", action="store_true", help="name what is flat, too")
    given = parser.parse_args()
    print(f"{'ms of processor time at':60}", *(f"{steps:>7}" for steps in STEPS))
    grown = False
    for name, seconds, codes in rows(given.only):
        dear = grows(seconds, codes)
        grown |= dear
        if dear or given.all:
            times = (f"{each * 1e3:7.0f}" for each in seconds)
            refused = "" if len(set(codes)) == 1 else f"  exit codes {codes}"
            print(f"{name[:60]:60}", *times, refused, flush=True)
    return int(grown)


if __name__ == "__main__":
    sys.exit(main())
