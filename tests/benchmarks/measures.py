"""How a run is measured, and what a comparison is: lrplot's own side and its rivals."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from benchmarks.scripts import TYPER

Measure = Callable[[Path], float]
"""One run in a folder of its own: seconds, or MiB."""


@dataclass(frozen=True)
class Rival:
    """What lrplot is compared with; ``most`` bounds lrplot's median over its, None where nothing is promised."""

    measure: Measure
    most: float | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """lrplot's way and its rivals, run in turn."""

    ours: Measure
    rivals: Mapping[str, Rival]
    rounds: int = 7
    unit: str = "s"
    prepare: Callable[[Path], None] = field(default=lambda _folder: None)


def seconds(work: Callable[[], Any], _folder: Path) -> float:
    """Time of a function, what it made being thrown away."""
    start = time.perf_counter()
    made = work()
    taken = time.perf_counter() - start
    del made
    return taken


def later(make: Callable[[], Callable[[], Any]]) -> Measure:
    """Time of a function that takes some making (imports, compiling), which is not counted."""
    made = cache(make)
    return lambda folder: seconds(made(), folder)


def process(*arguments: str, cores: int | None = None) -> Measure:
    """Time of a whole Python process."""

    def measured(folder: Path) -> float:
        # A process starts as a person's would: nothing compiled twice, threads as they come.
        own = {"PYTHONDONTWRITEBYTECODE", "OPENBLAS_NUM_THREADS"}
        environment = {name: value for name, value in os.environ.items() if name not in own}
        limit = None if cores is None else partial(os.sched_setaffinity, 0, range(cores))
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            check=False,
            preexec_fn=limit,
        )
        taken = time.perf_counter() - start
        if done.returncode:
            raise RuntimeError(f"{arguments[:4]} failed: {done.stderr.decode()[-500:]}")
        return taken

    return measured


def lrplot(*arguments: str, cores: int | None = None) -> Measure:
    return process("-m", "lrplot", *arguments, cores=cores)


def typer(*arguments: str, imports: str = "pass") -> Measure:
    return process("-c", TYPER.format(imports=imports), *arguments)


def memory(*arguments: str) -> Measure:
    """Largest memory of a whole Python process, in MiB."""
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run([sys.executable, *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )

    def measured(folder: Path) -> float:
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=True, text=True)
        return int(done.stdout) / (1024 if sys.platform != "darwin" else 1024**2)

    return measured
