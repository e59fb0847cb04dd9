"""Schedules that move once an epoch: their rates stay for as many updates as an epoch has."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from lrplot.identification.making import made
from lrplot.identification.numbers import digits
from lrplot.identification.rows import Rows
from lrplot.identification.solving import Candidate

_FEWEST: Final = 5
"""Levels from which a curve through them can be told from steps."""
_MOST_NUMBERS: Final = 10_000
"""Lengths of an epoch of which the roundest are taken."""
_TRIED: Final = 3
"""Lengths of an epoch that are tried, the roundest first: all that the jumps allow give the same curve."""

Attempt = Callable[[Rows], Iterable[Candidate]]


def by_epoch(rows: Rows, attempts: Iterable[Attempt]) -> Iterator[Candidate]:
    """Curves over epochs, where every epoch has its own rate."""
    jumps = rows.changes
    # Rows that mostly change are no stairs, whatever their steps.
    if len(jumps) < _FEWEST - 1 or len(jumps) > rows.most_stairs:
        return
    sizes = _sizes(rows)
    for size in sizes[:_TRIED]:
        epochs = _epochs(rows, size)
        if epochs is None:
            continue
        told = () if len(sizes) == 1 else (f"how many updates an epoch has: {sizes[0]} is taken",)
        for attempt in attempts:
            for found in attempt(epochs.thinned):
                if found.fits:
                    yield _outer(found, size, rows.thinned, told)


def _sizes(rows: Rows) -> list[int]:
    """Lengths of an epoch with which every jump is the next epoch's, the roundest first."""
    at = rows.changes
    count = np.arange(1, len(at) + 1)
    low, high = float((rows.u[at - 1] / count).max()), float((rows.u[at] / count).min())
    first, last = math.floor(low) + 1, math.floor(high)
    return sorted(range(max(2, first), min(last, first + _MOST_NUMBERS) + 1), key=lambda n: (digits(n), -n))


def _epochs(rows: Rows, size: int) -> Rows | None:
    """One row an epoch, within what all its rows allow."""
    epoch = np.floor(rows.u / size)
    starts = np.flatnonzero(np.diff(epoch, prepend=-1.0))
    low = np.maximum.reduceat(rows.y - rows.half, starts)
    high = np.minimum.reduceat(rows.y + rows.half, starts)
    if (low > high).any():
        return None
    half = np.maximum((high - low) / 2, 1e-12 * float(rows.y.max()))
    return Rows(epoch[starts], np.maximum(0, (low + high) / 2), half)


def _outer(found: Candidate, size: int, rows: Rows, told: tuple[str, ...]) -> Candidate:
    schedule = made("epochwise", schedule=found.schedule, steps_per_epoch=size)
    return replace(
        found,
        family=f"{found.family}, once an epoch",
        schedule=schedule,
        worst=rows.worst(schedule),
        cost=found.cost + digits(size) + 2.5,
        untold=(*(each.replace(" step ", " epoch ") for each in found.untold), *told),
        parameters=found.parameters + 1,
    )
