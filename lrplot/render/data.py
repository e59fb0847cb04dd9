"""Curves to data files, streamed block by block so that memory does not grow with the steps."""

import csv
import io
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.schedules.base import Schedule

_BLOCK: Final = 65_536
MOST_ROWS: Final = 100_000_000
"""More rows than this are written only when asked for."""
MOST_JSON: Final = 10_000_000

Steps = range | tuple[int, ...]
Writer = Callable[[Sequence[Run], Steps], Iterator[bytes]]


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
    """What the optimizer makes of the rate, a column a parameter, and the loss before each update."""
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


def _values(column: _Column, block: NDArray[np.int64]) -> list[float]:
    """The column's values, fewer than the block's steps where its horizon ends."""
    inside, given = block[block < column.until], column.values
    values: list[float] = (given(inside) if isinstance(given, Schedule) else given[inside]).tolist()
    return values


def write_csv(runs: Sequence[Run], steps: Steps) -> Iterator[bytes]:
    """``step``, ``epoch`` (from 0, where known), then ``lr`` or a column a label; empty after a run's end."""
    columns = _columns(runs)
    lengths = {run.steps_per_epoch for run in runs}
    per_epoch = lengths.pop() if len(lengths) == 1 else None
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["step", *(["epoch"] if per_epoch else []), *(column.name for column in columns)])
    for block in _blocks(steps):
        head = [block.tolist(), *([(block // per_epoch).tolist()] if per_epoch else [])]
        # Python writes a float with the fewest digits that read back to it.
        rows.writerows(zip_longest(*head, *(_values(column, block) for column in columns), fillvalue=""))
        yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    data = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return data


def write_json(runs: Sequence[Run], steps: Steps) -> Iterator[bytes]:
    """``{"format": 1, "steps": […], "curves": [{"label", "lr", …}]}``; momentum and others where they are."""
    if len(steps) > MOST_JSON:
        raise LrplotError(
            f"JSON of {len(steps)} steps is refused (at most {MOST_JSON}); use CSV, npy or --every"
        )
    yield b'{"format": 1, "steps": '
    yield from _array(block.tolist() for block in _blocks(steps))
    yield b', "curves": ['
    for i, run in enumerate(runs):
        yield (b", " if i else b"") + b'{"label": ' + json.dumps(run.label, ensure_ascii=False).encode()
        for name, schedule in (("lr", run.schedule), ("momentum", run.schedule.momentum)):
            if schedule is not None:
                yield f', "{name}": '.encode()
                column = _Column(name, schedule, run.steps)
                yield from _array(_values(column, block) for block in _blocks(steps))
        for column in _others(run, ""):
            yield f', "{column.name}": '.encode()
            yield from _array(map(_or_null, (_values(column, block) for block in _blocks(steps))))
        yield b"}"
    yield b"]}\n"


def _or_null(values: list[float]) -> list[float | None]:
    """JSON has no nan."""
    return [None if math.isnan(value) else value for value in values]


def _array(blocks: Iterator[list[int] | list[float] | list[float | None]]) -> Iterator[bytes]:
    yield b"["
    first = True
    for block in blocks:
        if block:
            yield (b"" if first else b", ") + json.dumps(block)[1:-1].encode()
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


WRITERS: Final[Mapping[str, Writer]] = MappingProxyType(
    {"csv": write_csv, "json": write_json, "npy": write_npy}
)
