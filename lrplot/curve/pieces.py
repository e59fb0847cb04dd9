"""A curve piece by piece, as a table prints it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from lrplot.curve.sampling import Whole, evaluate
from lrplot.schedules.base import Schedule
from lrplot.schedules.knots import LISTED, Knots


@dataclass(frozen=True, slots=True)
class Piece:
    """Steps ``start … stop-1`` between two knots, with the rates at both ends.

    ``constant`` says that one rate holds all through, ``skipped`` that pieces before it were left out.
    """

    start: int
    stop: int
    first: float
    last: float
    constant: bool
    skipped: bool = False


def pieces(schedule: Schedule, until: int, most: int = 40) -> tuple[Piece, ...]:
    """The pieces of a curve in order, equal neighbours joined, the middle left out above ``most``."""
    knots = schedule.knots(until)
    ends = Knots(knots.few, tuple(cut for r in knots.every for cut in _ends(r, most)))
    listed = ends.list(4 * LISTED)
    starts = np.concatenate([[0], np.empty(0, dtype=np.int64) if listed is None else listed])
    starts = np.unique(np.concatenate([starts, *_changes(schedule, knots, most)])).astype(np.int64)
    cut = len(starts) > most or ends.count() < knots.count()
    if cut:
        starts = np.concatenate([starts[: most // 2 + 1], starts[-most // 2 :]])
    stops = np.append(starts[1:], until)
    gap = most // 2 if cut else -1
    rows = zip(
        starts.tolist(),
        stops.tolist(),
        evaluate(schedule, starts),
        evaluate(schedule, stops - 1),
        strict=True,
    )
    found: list[Piece] = []
    for i, (start, stop, first, last) in enumerate(rows):
        if i == gap:
            continue
        constant = first == last and _holds(schedule, knots, start, stop)
        piece = Piece(start, stop, float(first), float(last), constant, skipped=cut and i == gap + 1)
        before = found[-1] if found else None
        joins = before is not None and before.constant and before.last == piece.first and not piece.skipped
        if before is not None and joins and piece.constant:
            found[-1] = replace(before, stop=stop)
        elif before is not None and joins and stop - start > 1:
            # The first step of a falling piece still has the rate that was held.
            found[-1] = replace(before, stop=start + 1)
            alone = start + 2 == stop
            found.append(Piece(start + 1, stop, float(schedule(start + 1)), piece.last, constant=alone))
        else:
            found.append(piece)
    return tuple(found)


def _holds(schedule: Schedule, knots: Knots, start: int, stop: int) -> bool:
    """True where a piece with one rate at both ends has it in between, as it has where knots are known."""
    if not any(a < stop - 1 and start < b for a, b in knots.unknown):
        return True
    rates = schedule(np.arange(start, stop)) if stop - start <= LISTED else np.arange(2.0)
    return bool((rates == rates[0]).all())


def _ends(r: range, most: int) -> tuple[range, ...]:
    return (r,) if len(r) <= 2 * most else (r[:most], r[-most:])


def _changes(schedule: Schedule, knots: Knots, most: int) -> Iterator[Whole]:
    """In unknown stretches, where the rate changes if it does so seldom, else some steps."""
    for start, stop in knots.unknown:
        if stop - start > LISTED:
            yield np.linspace(start, stop - 1, most // 4).astype(np.int64)
            continue
        steps = np.arange(start, stop)
        changes = steps[1:][np.diff(schedule(steps)) != 0]
        yield np.append(
            start, changes if len(changes) <= most else steps[:: max(1, len(steps) // (most // 4))]
        )
