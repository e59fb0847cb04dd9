"""Drawn specs, calls, scripts, expressions, files and command lines: everything holds, or is refused in our words.

    python -m tests.fuzz --count 200 --seed 1 [--only calls] [--jobs 2]

draws so many cases of each kind and tries the laws on what they make. Each fault is told with the seed that shows
it again; ``--show calls/17`` prints that case whole and tries it alone. Ends with 1 where there is a fault.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterable
from typing import Final

from . import calls, commands, expressions, logs, scripts, series, specs
from .case import Kind, Outcome, drawn, tried

KINDS: Final = {
    name: Kind(name, draw)
    for name, draw in (
        ("specs", specs.case),
        ("calls", calls.case),
        ("scripts", scripts.case),
        ("expressions", expressions.case),
        ("series", series.case),
        ("logs", logs.case),
        ("commands", commands.case),
    )
}
OUTCOMES: Final = ("held", "refused", "broken", "raised", "hang")
MEMORY: Final = 6 << 30
"""Bytes of address space: what wants more is a fault, and not the end of the machine."""
LIKE: Final = 3
"""Of like faults so many are told."""


def _tried(job: tuple[str, int, int]) -> Outcome:
    name, seed, index = job
    return tried(KINDS[name], seed, index)


def outcomes(names: list[str], count: int, seed: int, jobs: int, first: int = 0) -> Iterable[Outcome]:
    """The outcome of every case, in order."""
    work = [(name, seed, index) for name in names for index in range(first, first + count)]
    if jobs == 1:
        yield from map(_tried, work)
        return
    with multiprocessing.get_context("fork").Pool(jobs, _bounded) as pool:
        yield from pool.imap(_tried, work, chunksize=16)


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.environ["MPLBACKEND"] = "agg"


def _tell(outcome: Outcome, seed: int) -> None:
    case = drawn(KINDS[outcome.kind], seed, outcome.index)
    print(f"\n== {outcome.kind}/{outcome.index} (--seed {seed}): {outcome.name}: {outcome.where}")
    print(case.shown[:3000])
    print(outcome.told, flush=True)


def _show(at: str, seed: int) -> int:
    name, _, index = at.partition("/")
    kind = KINDS[name]
    print(drawn(kind, seed, int(index)).shown)
    outcome = tried(kind, seed, int(index))
    print(f"\n{outcome.name}: {outcome.told}")
    return int(outcome.is_fault)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=200, help="cases of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--only", choices=list(KINDS), nargs="+", help="kinds")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--show", metavar="KIND/INDEX", help="print one case, and what becomes of it")
    options = parser.parse_args()
    _bounded()
    if options.show:
        return _show(options.show, options.seed)
    start = time.monotonic()
    counts, like = Counter[tuple[str, str]](), Counter[str]()
    for outcome in outcomes(
        options.only or list(KINDS), options.count, options.seed, options.jobs, options.first
    ):
        counts[outcome.kind, outcome.name] += 1
        if outcome.is_fault:
            like[outcome.where] += 1
            if like[outcome.where] <= LIKE:
                _tell(outcome, options.seed)
    print(f"\n{'':12s}" + "".join(f"{name:>9s}" for name in OUTCOMES))
    for kind in options.only or KINDS:
        print(f"{kind:12s}" + "".join(f"{counts[kind, name]:9d}" for name in OUTCOMES))
    for where, number in like.most_common():
        print(f"{number:6d}  {where}")
    print(f"{counts.total()} cases, seed {options.seed}, {time.monotonic() - start:.0f} s")
    return int(bool(like))


if __name__ == "__main__":
    sys.exit(main())
