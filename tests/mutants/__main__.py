"""Mutation testing: small changes of the mathematics, and whether the plain tests notice them.

    python -m tests.mutants --count 300 --seed 1
    python -m tests.mutants --only lrplot/schedules/wsd.py

Every comparison, operator, small number, ``and``, ``not``, ``min``, ``floor``, returned value and called statement
of the files below can be changed (``changes.py``; docstrings, messages and annotations are left alone). A seeded
sample of these changes is tried, one at a time, in a process that compiles the changed module: first all tests
run once unchanged, to know which of them run which lines, then only those that run the changed function, the
quickest first, until one fails. What no test notices is printed.
"""

import argparse
import os
import pickle
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

from .changes import changes
from .trial import noticed, watched

CHANGED = ("lrplot/schedules", "lrplot/clock.py", "lrplot/curve/summary.py")
TESTS = [
    "lrplot/schedules",
    "lrplot/clock.py",
    "lrplot/curve",
    "tests/schedules",
    "tests/document/test_bad.py",
    "tests/document/test_build.py",
    "tests/document/test_metrics.py",
    "tests/document/test_schema.py",
    "tests/frameworks/test_calls.py",
    "tests/frameworks/test_reacting.py",
    "tests/frameworks/test_torch.py",
    "tests/python/test_reacting_calls.py",
    "tests/test_changes.py",
    "tests/test_clock.py",
    "tests/test_closed_loop.py",
    "tests/test_configs.py",
    "tests/test_crossings.py",
    "tests/test_curve.py",
    "tests/test_regressions.py",
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=300, help="changes, all there are when fewer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", help="only changes whose line starts so: FILE, FILE:LINE:")
    parser.add_argument("--map", type=Path, help="keep which tests run which lines here, and read it again")
    options = parser.parse_args()
    os.nice(10)
    start = time.monotonic()
    roots = [Path(root) for root in CHANGED]
    files = sorted(file for root in roots for file in ([root] if root.suffix else root.glob("*.py")))
    all_changes = [found for file in files for found in changes(file)]
    if options.only:
        all_changes = [found for found in all_changes if str(found[1]).startswith(tuple(options.only))]
    chosen = Random(options.seed).sample(all_changes, min(options.count, len(all_changes)))  # noqa: S311
    if options.map and options.map.exists():
        tests = pickle.loads(options.map.read_bytes())  # noqa: S301 (our own)
    else:
        tests = watched(TESTS, files)
        if options.map:
            options.map.write_bytes(pickle.dumps(tests))
    tests.warm()
    print(
        f"{len(chosen)} of {len(all_changes)} changes; {time.monotonic() - start:.0f} s for the tests unchanged"
    )
    how: Counter[str] = Counter()
    for i, (tree, change) in enumerate(chosen, 1):
        answer = noticed(tree, change, tests)
        how[answer] += 1
        if i % 25 == 0:
            print(f"{i} tried, {i - how['']} noticed", file=sys.stderr)
        if not answer:
            print(change, "" if tests.of(tree, change) else "  (no test runs it)", flush=True)
    killed = len(chosen) - how[""]
    print(
        f"{killed} of {len(chosen)} noticed, {killed / max(1, len(chosen)):.1%} "
        f"({how['time']} by the time limit, {how['died']} by the end of the process); "
        f"{time.monotonic() - start:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
