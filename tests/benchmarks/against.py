"""Two commits of lrplot in turn: each comparison's own side, from the installed wheels of both."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SLOWER = 1.1
"""What takes this many times as long as before is named."""
_ROUNDS = 7
_RUN = Path(__file__).with_name("run.py")
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Compared:
    """A comparison's medians before and now; None where a commit cannot do it."""

    name: str
    before: float | None
    now: float | None

    @property
    def ratio(self) -> float | None:
        return None if self.before is None or self.now is None else self.now / self.before

    @property
    def slower(self) -> bool:
        return self.ratio is not None and self.ratio > SLOWER


def against(commit: str, names: Sequence[str]) -> Iterator[Compared]:
    """Each comparison as ``commit`` and as HEAD do it: B N N B B N …, a process each, medians."""
    with tempfile.TemporaryDirectory() as made:
        places = [_installed(each, Path(made, f"{i}")) for i, each in enumerate((commit, "HEAD"))]
        for name in names:
            runs: list[list[float]] = [[], []]
            for i in range(_ROUNDS):
                for which in (0, 1) if i % 2 == 0 else (1, 0):
                    taken = _once(name, places[which])
                    if taken is not None:
                        runs[which].append(taken)
            before, now = (statistics.median(each) if each else None for each in runs)
            yield Compared(name, before, now)


def _installed(commit: str, place: Path) -> Path:
    """The commit's wheel, unpacked; what it depends on is this environment's."""
    place.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=_ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", place], input=archive.stdout, check=True)
    site = place / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, place]
    subprocess.run(pip, check=True)
    return site


def _once(name: str, site: Path) -> float | None:
    """One run of a comparison's own side after one that warms up, in a process that has this wheel."""
    environment = {**os.environ, "PYTHONPATH": str(site)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, _RUN, "--once", name],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    return float(done.stdout) if done.returncode == 0 else None
