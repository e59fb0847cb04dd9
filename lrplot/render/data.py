"""Curves to data files, streamed block by block so that memory does not grow with the steps."""

import csv
import io
import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from pydantic_core import to_json

from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.schedules.base import Schedule
from lrplot.schedules.dense import BLOCK

# Rows written together: a million and a half bytes of text.
_ROWS: Final = 32_768
# Rows for each change of a level column, from which on stretches are worth their own text.
_LEVEL: Final = 16
MOST_ROWS: Final = 100_000_000
"""More rows than this are written only when asked for."""
MOST_JSON: Final = 10_000_000
"""More steps than these are not written as JSON, which is read as a whole: a curve of them takes 260 MB."""

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


def _blocks(steps: Steps, size: int = _ROWS) -> Iterator[Steps]:
    return (steps[start : start + size] for start in range(0, len(steps), size))


def _numbers(steps: Steps) -> NDArray[np.int64]:
    """The steps as an array."""
    if isinstance(steps, range):
        return np.arange(steps.start, steps.stop, steps.step, dtype=np.int64)
    return np.array(steps, dtype=np.int64)


def _values(column: _Column, block: Steps, *, many: bool) -> NDArray[np.float64]:
    """The column's values, fewer than the block's steps where its horizon ends; of ``many``, to 1e-14."""
    given = column.values
    if many and isinstance(given, Schedule) and isinstance(block, range) and block.step == 1:
        return given.stretch(block.start, max(block.start, min(block.stop, column.until)))
    steps = _numbers(block)
    inside = steps[steps < column.until]
    return given(inside) if isinstance(given, Schedule) else given[inside]


def write_csv(runs: Sequence[Run], steps: Steps) -> Iterator[bytes]:
    """``step``, ``epoch`` (from 0, where known), then ``lr`` or a column a label; empty after a run's end."""
    columns = _columns(runs)
    lengths = {run.steps_per_epoch for run in runs}
    per_epoch = lengths.pop() if len(lengths) == 1 else None
    relative = all(run.relative for run in runs)
    first = ["percent"] if relative else ["step", *(["epoch"] if per_epoch else [])]
    yield _line([*first, *(column.name for column in columns)])
    for block in _blocks(steps):
        ends = {bisect_left(block, column.until) for column in columns}
        for low, high in pairwise(sorted({0, len(block)} | ends)):
            part = _numbers(block[low:high])
            head = (
                [_percents(runs, part)] if relative else [part, *([part // per_epoch] if per_epoch else [])]
            )
            values = (_values(column, block[low:high], many=len(steps) > BLOCK) for column in columns)
            yield _rows([*head, *values])


def _percents(runs: Sequence[Run], steps: NDArray[np.int64]) -> NDArray[np.float64]:
    """Steps as shares of the longest run, in percent."""
    return np.asarray(np.round(100 * steps / max(run.steps for run in runs), 6))


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def _rows(columns: Sequence[NDArray[Any]]) -> bytes:
    """Lines of cells, from columns that are whole or empty; numbers are as short as they read back."""
    first, *others = columns
    stretches = _stretches(others, len(first))
    if stretches is not None:
        lines = b"".join(
            _level(first[low:high], [each[low : low + 1] for each in others]) for low, high in stretches
        )
    else:
        lines = _moving(columns) if len(first) else b""
    if all(len(each) and np.isfinite(each).all() for each in others):
        return lines
    for json_name, name in ((b"null", b""), (b"NaN", b"nan"), (b"Infinity", b"inf")):
        lines = lines.replace(json_name, name)
    return lines


def _stretches(columns: Sequence[NDArray[Any]], count: int) -> Sequence[tuple[int, int]] | None:
    """The rows from change to change of any column, or None where changes are too many for it to pay."""
    changes = [np.flatnonzero(each[1:] != each[:-1]) + 1 for each in columns if len(each)]
    if any(len(each) * _LEVEL > count for each in changes):
        return None
    starts = np.unique(np.concatenate([[0], *changes])).tolist()
    return list(pairwise([*starts, count])) if len(starts) * _LEVEL <= count else None


def _level(first: NDArray[Any], others: Sequence[NDArray[Any]]) -> bytes:
    """Lines that differ in their first cell alone: what follows it stands in place of the commas between."""
    rest = b"".join(b"," + to_json((*each.tolist(), None)[0], inf_nan_mode="constants") for each in others)
    return to_json(first.tolist())[1:-1].replace(b",", rest + b"\n") + rest + b"\n"


def _moving(columns: Sequence[NDArray[Any]]) -> bytes:
    """Lines as one JSON array of all cells, in which the commas at the ends of lines become newlines."""
    count, width = len(columns[0]), len(columns)
    cells: list[Any] = [None] * (count * width)
    for i, column in enumerate(columns):
        if len(column):
            cells[i::width] = column.tolist()
    text = np.frombuffer(bytearray(to_json(cells, inf_nan_mode="constants")), dtype=np.uint8)[1:]
    text[np.flatnonzero(text == ord(","))[width - 1 :: width]] = ord("\n")
    text[-1] = ord("\n")
    return text.tobytes()


def write_json(runs: Sequence[Run], steps: Steps) -> Iterator[bytes]:
    """``{"format": 1, "steps": […], "curves": [{"label", "lr", …}]}``; others where they are."""
    if len(steps) > MOST_JSON:
        raise LrplotError(
            f"JSON of {len(steps)} steps is refused (at most {MOST_JSON}); use CSV, npy or --every"
        )
    relative = all(run.relative for run in runs)
    yield b'{"format": 1, "percent": ' if relative else b'{"format": 1, "steps": '
    numbered = (_numbers(block) for block in _blocks(steps))
    yield from _array(_percents(runs, each) if relative else each for each in numbered)
    yield b', "curves": ['
    for i, run in enumerate(runs):
        yield (b", " if i else b"") + b'{"label": ' + json.dumps(run.label, ensure_ascii=False).encode()
        if run.derivation:
            yield b', "derivation": ' + json.dumps(run.derivation, ensure_ascii=False).encode()
        moved = [("lr", run.schedule), ("momentum", run.schedule.momentum)]
        own = [_Column(name, schedule, run.steps) for name, schedule in moved if schedule is not None]
        for column in [*own, *_others(run, "")]:
            yield f', "{column.name}": '.encode()
            yield from _array(_values(column, block, many=len(steps) > BLOCK) for block in _blocks(steps))
        yield b"}"
    yield b"]}\n"


def _array(blocks: Iterable[NDArray[Any]]) -> Iterator[bytes]:
    """A JSON array of numbers; null for nan and infinity, which JSON does not have."""
    yield b"["
    first = True
    for block in blocks:
        if len(block):
            yield (b"" if first else b",") + to_json(block.tolist(), inf_nan_mode="null")[1:-1]
            first = False
    yield b"]"


def write_npy(runs: Sequence[Run], steps: Steps) -> Iterator[bytes]:
    """The rates as float64: one axis for one schedule, else a row a schedule, nan after a run's end."""
    shape = (len(steps),) if len(runs) == 1 else (len(runs), len(steps))
    header = io.BytesIO()
    npy.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": shape})
    yield header.getvalue()
    for run in runs:
        column = _Column("lr", run.schedule, run.steps)
        for block in _blocks(steps, BLOCK):
            rates = _values(column, block, many=len(steps) > BLOCK)
            yield rates.astype("<f8", copy=False).tobytes()
            yield np.full(len(block) - len(rates), np.nan, dtype="<f8").tobytes()
