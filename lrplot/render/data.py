"""Curves to data files, streamed block by block so that memory does not grow with the steps."""

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.schedules.base import Schedule

_BLOCK: Final = 8_192
_LEVEL: Final = 16
MOST_ROWS: Final = 100_000_000
"""More rows than this are written only when asked for."""
MOST_JSON: Final = 10_000_000

Steps = range | tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """A name, and what a step's value is: a schedule's, or a number a step."""

    name: str
    values: Schedule | NDArray[np.float64]
    until: int


def _columns(runs: Sequence[Run]) -> list[_Column]:
    """A column a schedule, its momentum behind it."""
    made: list[_Column] = []
    for run in runs:
        label = f"{run.label} lr" if run.label in {"step", "epoch"} else run.label
        name, also = ("lr", "momentum") if len(runs) == 1 else (label, f"{label} momentum")
        made.append(_Column(name, run.schedule, run.steps))
        if run.schedule.momentum is not None:
            made.append(_Column(also, run.schedule.momentum, run.steps))
        made += _others(run, "" if len(runs) == 1 else f"{label} ")
    return made


def _others(run: Run, before: str) -> list[_Column]:
    """The updates that the optimizer makes, a column a parameter, and the loss before each."""
    return [*_effective(run, f"{before}effective_lr"), *_loss(run, f"{before}loss")]


def _loss(run: Run, name: str) -> list[_Column]:
    return [] if run.simulation is None else [_Column(name, run.simulation.losses, run.steps)]


def _effective(run: Run, name: str) -> list[_Column]:
    if run.optimization is None:
        return []
    values = run.optimization.series("effective_lr", run.schedule, run.steps)
    columns = values.reshape(len(values), -1).T
    names = [name] if len(columns) == 1 else [f"{name} {i}" for i in range(len(columns))]
    return [_Column(name, column, run.steps) for name, column in zip(names, columns, strict=True)]


def _blocks(steps: Steps) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(steps), _BLOCK):
        block = steps[start : start + _BLOCK]
        if isinstance(block, range):
            yield np.arange(block.start, block.stop, block.step, dtype=np.int64)
        else:
            yield np.array(block, dtype=np.int64)


def _values(column: _Column, block: NDArray[np.int64]) -> NDArray[np.float64]:
    """The column's values, fewer than the block's steps where its horizon ends."""
    inside, given = block[block < column.until], column.values
    return given(inside) if isinstance(given, Schedule) else given[inside]


def _changes(values: NDArray[Any]) -> list[int] | None:
    """The steps at which a column takes another value; None where that is too often to be worth knowing."""
    found = np.flatnonzero(values[1:] != values[:-1]) + 1
    return found.tolist() if len(found) * _LEVEL <= len(values) else None


def write_csv(runs: Sequence[Run], steps: Steps) -> Iterator[bytes]:
    """``step``, ``epoch`` (from 0, where known), then ``lr`` or a column a label; empty after a run's end."""
    columns = _columns(runs)
    lengths = {run.steps_per_epoch for run in runs}
    per_epoch = lengths.pop() if len(lengths) == 1 else None
    relative = all(run.relative for run in runs)
    first = ["percent"] if relative else ["step", *(["epoch"] if per_epoch else [])]
    yield _line([*first, *(column.name for column in columns)])
    for block in _blocks(steps):
        ends = {int(np.searchsorted(block, column.until)) for column in columns}
        for low, high in pairwise(sorted({0, len(block)} | ends)):
            part = block[low:high]
            head = (
                [_percents(runs, part)] if relative else [part, *([part // per_epoch] if per_epoch else [])]
            )
            yield _rows([*head, *(_values(column, part) for column in columns)])


def _percents(runs: Sequence[Run], steps: NDArray[np.int64]) -> NDArray[np.float64]:
    """Steps as shares of the longest run, in percent."""
    return np.round(100 * steps / max(run.steps for run in runs), 6)


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def _rows(columns: Sequence[NDArray[Any]]) -> bytes:
    """Lines of cells, from columns that are whole or empty.

    All lines are one format, which holds what stays as text; what moves is filled in. Python writes a
    float with the fewest digits that read back to it.
    """
    count = len(columns[0])
    changes = [_changes(column) for column in columns]
    edges = sorted({0, count}.union(*(found for found in changes if found is not None)))
    moving = [column for column, found in zip(columns, changes, strict=True) if found is None]
    lines = []
    for low, high in pairwise(edges):
        held = (repr(column[low].item()) if len(column) else "" for column in columns)
        cells = ("%r" if found is None else text for text, found in zip(held, changes, strict=True))
        lines.append((",".join(cells) + "\n") * (high - low))
    filled: list[Any] = [None] * (count * len(moving))
    for i, column in enumerate(moving):
        filled[i :: len(moving)] = column.tolist()
    return ("".join(lines) % tuple(filled)).encode()


def write_json(runs: Sequence[Run], steps: Steps) -> Iterator[bytes]:
    """``{"format": 1, "steps": […], "curves": [{"label", "lr", …}]}``; others where they are."""
    if len(steps) > MOST_JSON:
        raise LrplotError(
            f"JSON of {len(steps)} steps is refused (at most {MOST_JSON}); use CSV, npy or --every"
        )
    relative = all(run.relative for run in runs)
    yield b'{"format": 1, "percent": ' if relative else b'{"format": 1, "steps": '
    blocks = _blocks(steps)
    yield from _array(_numbers(_percents(runs, each)) if relative else _numbers(each) for each in blocks)
    yield b', "curves": ['
    for i, run in enumerate(runs):
        yield (b", " if i else b"") + b'{"label": ' + json.dumps(run.label, ensure_ascii=False).encode()
        if run.derivation:
            yield b', "derivation": ' + json.dumps(run.derivation, ensure_ascii=False).encode()
        for name, schedule in (("lr", run.schedule), ("momentum", run.schedule.momentum)):
            if schedule is not None:
                yield f', "{name}": '.encode()
                column = _Column(name, schedule, run.steps)
                yield from _array(_numbers(_values(column, block)) for block in _blocks(steps))
        for column in _others(run, ""):
            yield f', "{column.name}": '.encode()
            yield from _array(_numbers(_values(column, block)) for block in _blocks(steps))
        yield b"}"
    yield b"]}\n"


def _numbers(values: NDArray[Any]) -> str:
    """Numbers with commas between them; null for nan, which JSON does not have."""
    if np.isnan(values).any():
        return json.dumps([None if math.isnan(value) else value for value in values.tolist()])[1:-1]
    changes = _changes(values)
    if changes is None or not len(values):
        return json.dumps(values.tolist())[1:-1]
    edges = pairwise([0, *changes, len(values)])
    return "".join(f"{json.dumps(values[low].item())}, " * (high - low) for low, high in edges)[:-2]


def _array(blocks: Iterable[str]) -> Iterator[bytes]:
    yield b"["
    first = True
    for block in blocks:
        if block:
            yield (b"" if first else b", ") + block.encode()
            first = False
    yield b"]"


def write_npy(runs: Sequence[Run], steps: Steps) -> Iterator[bytes]:
    """The rates as float64: one axis for one schedule, else a row a schedule, nan after a run's end."""
    shape = (len(steps),) if len(runs) == 1 else (len(runs), len(steps))
    header = io.BytesIO()
    npy.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": shape})
    yield header.getvalue()
    for run in runs:
        for block in _blocks(steps):
            rates = np.full(len(block), np.nan, dtype="<f8")
            inside = block < run.steps
            rates[inside] = run.schedule(block[inside])
            yield rates.tobytes()
