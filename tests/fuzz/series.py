"""Metric and gradient files: whole ones read back number by number, and cut or hostile ones."""

import io
import json
import math
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from lrplot.records.series import read_series, read_vectors
from lrplot.sources.reference import load

from ..laws import LawBrokenError
from . import runs
from .case import Case
from .values import chance

SUFFIXES = ("csv", "tsv", "json", "jsonl", "ndjson", "npy", "txt")
CELLS = (
    "",
    "nan",
    "inf",
    "-inf",
    "1e999",
    "1_000",
    "0x1",
    "None",
    "\N{ARABIC-INDIC DIGIT FIVE}",
    '"1',
    '"a"',
    "1,5",
    "\0",
    "é",
)
DATA: tuple[Any, ...] = (
    *(None, True, "1", [], {}, [[1]], [None], {"loss": 1}, {"loss": [[1]]}, {"log_history": 3}, [10**400]),
    *({"loss": [1, None, "a"]}, [{"loss": True}], {"log_history": [{"loss": 1}, 3]}, [1, {"loss": 1}]),
)
TYPES = ("<f8", "<f4", "<i8", "<u2", "?", "<c16", "O", "<U3", "<f2", ">f8", "<M8[s]")


def case(rng: Random) -> Case:
    suffix = rng.choice(SUFFIXES)
    numbers = [_number(rng) for _ in range(rng.randint(1, 30))]
    whole = chance(rng, 0.4)
    content = _whole(rng, suffix, numbers) if whole else _odd(rng, suffix, numbers)
    column = (
        "#loss"
        if suffix in {"csv", "tsv"} and whole
        else rng.choice(["", "", "#loss", "#1", "#", "#nope", "#a#b"])
    )
    if whole and suffix not in {"csv", "tsv"}:
        column = ""

    def trial(folder: Path) -> None:
        (folder / f"it.{suffix}").write_bytes(content)
        if whole:
            found = read_series(f"it.{suffix}{column}", folder)
            if not np.array_equal(np.array(found), np.array(numbers), equal_nan=True):
                raise LawBrokenError(f"{numbers} are read back as {found}")
        _read(rng, folder, f"it.{suffix}{column}")

    return Case(f"it.{suffix}{column}\n{content[:2000]!r}", trial)


def _read(rng: Random, folder: Path, where: str) -> None:
    use = rng.choice(["series", "vectors", "metrics", "gradients"])
    if use == "series":
        if not all(isinstance(each, float) for each in read_series(where, folder)):
            raise LawBrokenError("not every number is a float")
    elif use == "vectors":
        if read_vectors(where, folder).ndim != 2:
            raise LawBrokenError("vectors have two dimensions")
    else:
        what = f"metrics: {json.dumps(where)}\nschedule: plateau\n"
        if use == "gradients":
            what = f"gradients: {json.dumps(where)}\noptimizer: adam\nschedule: constant\n"
        (folder / "it.yaml").write_text(f"lr: 0.1\nsteps: {rng.randint(1, 9)}\n{what}", encoding="utf-8")
        found = load(str(folder / "it.yaml"))
        runs.check_all(rng, found)
        for run in found:
            if run.optimization is not None:
                run.optimization.series("effective_lr", run.schedule, run.steps)


def _number(rng: Random) -> float:
    if chance(rng, 0.05):
        return rng.choice([math.nan, math.inf, -math.inf, 0.0, 1e-308, -1e300])
    return rng.gauss(0, 1) * 10 ** rng.randint(-3, 3)


def _whole(rng: Random, suffix: str, numbers: list[float]) -> bytes:
    if suffix in {"csv", "tsv"}:
        delimiter = "\t" if suffix == "tsv" else rng.choice(",;\t")
        lines = [f"epoch{delimiter}loss", *(f"{i}{delimiter}{number!r}" for i, number in enumerate(numbers))]
        return rng.choice(["\n", "\r\n"]).join(lines).encode(rng.choice(["utf-8", "utf-8-sig"]))
    if suffix == "json":
        shape = rng.choice(["list", "lists", "objects", "state"])
        objects = [{"loss": number, "name": "x"} for number in numbers]
        data: Any = {"list": numbers, "lists": {"loss": numbers}, "objects": objects}.get(shape)
        return json.dumps({"log_history": objects} if data is None else data).encode()
    if suffix in {"jsonl", "ndjson"}:
        return "\n".join(json.dumps({"loss": number}) for number in numbers).encode()
    if suffix == "npy":
        return _array(np.array(numbers))
    return "\n".join(["# of a run", *map(repr, numbers)]).encode()


def _odd(rng: Random, suffix: str, numbers: list[float]) -> bytes:
    """A file with wrong cells, or with a piece cut, doubled or changed."""
    if suffix == "npy" and chance(rng, 0.6):
        shape = rng.choice([(), (0,), (3,), (3, 2), (2, 2, 2), (0, 4)])
        content = _array(np.zeros(shape).astype(rng.choice(TYPES)))
    elif suffix == "json" and chance(rng, 0.4):
        content = json.dumps(rng.choice(DATA)).encode()
    elif suffix in {"csv", "tsv", "txt"} and chance(rng, 0.6):
        cells = [rng.choice([*CELLS, *map(str, numbers[:3])]) for _ in range(rng.randint(1, 12))]
        content = "".join(cell + rng.choice([",", "\n", ";", "\t", "\r"]) for cell in cells).encode()
    else:
        content = _whole(rng, suffix, numbers)
    for _ in range(rng.randint(0, 2)):
        at, to = sorted(rng.randrange(len(content) + 1) for _ in range(2))
        other = bytes(rng.randrange(256) for _ in range(rng.randint(0, 3)))
        content = rng.choice(
            [content[:to], content[:at] + other + content[at:], content[:at] + content[at + 1 :]]
        )
    return content


def _array(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()
