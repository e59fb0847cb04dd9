"""The log in a folder of a run."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from lrplot.errors import LrplotError
from lrplot.records.names import is_rate

_NAMES: Final = (
    "trainer_state.json, metrics.csv, scalars.json, results.csv, summary.csv, metrics.json, *tfevents*"
)
_DEEPEST: Final = 6
"""Folders inside each other: Hydra's outputs/DATE/TIME over Lightning's lightning_logs/version_0 are five."""
_MOST_FILES: Final = 50_000
"""Files that are looked at by name, so that a folder of a data set is left soon."""
_GLOBAL_STEP = re.compile(rb'"global_step": *(\d+)')
_HEAD: Final = 4096
"""Bytes in which a trainer_state.json says its global_step: it stands before the history of the log."""


def _is(*names: str) -> Callable[[Path], bool]:
    return lambda path: path.name in names


KINDS: Final[tuple[Callable[[Path], bool], ...]] = (
    _is("trainer_state.json"),
    _is("trainer_log.jsonl"),
    _is("metrics.csv"),
    lambda path: path.name == "scalars.json" and path.parent.name == "vis_data",
    _is("scalars.json"),
    _is("results.csv"),
    _is("summary.csv"),
    _is("metrics.json"),
    lambda path: path.name.endswith(".log.json"),
    lambda path: "tfevents" in path.name,
    lambda path: "metrics" in path.parts[-4:-1] and not path.suffix and is_rate(path.name),
    _is("history.json", "training.log", "log.csv", "history.csv"),
)
"""What a folder is searched for, in this order."""


def candidates(folder: Path) -> list[Path]:
    """The logs in a folder and those below it, the likeliest first; of one kind the newest.

    Of several trainer_state.json the one of the latest step comes first.
    """
    found: list[tuple[int, float, float, str, Path]] = []
    for path in _files(folder):
        kind = next((i for i, is_one in enumerate(KINDS) if is_one(path)), None)
        if kind is not None:
            found.append((kind, -_step(path), -_changed(path), str(path), path))
    return [path for *_, path in sorted(found)]


def nothing(folder: Path) -> LrplotError:
    """The error that a folder holds no log."""
    return LrplotError(f"{folder}: no log in this folder or below (looked for {_NAMES}); name the file")


def _files(folder: Path) -> Iterator[Path]:
    seen = 0
    for place, folders, files in os.walk(folder):
        here = Path(place)
        if len(here.relative_to(folder).parts) >= _DEEPEST:
            folders.clear()
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            seen += 1
            if seen > _MOST_FILES:
                return
            yield here / name


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _step(path: Path) -> int:
    if path.name != "trainer_state.json" or not path.is_file():
        return 0
    try:
        with path.open("rb") as file:
            found = _GLOBAL_STEP.search(file.read(_HEAD))
    except OSError:
        return 0
    return int(found[1][:18]) if found else 0
