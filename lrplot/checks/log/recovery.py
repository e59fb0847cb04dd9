"""The clock read back from the rates: which step of the plan each row shows, and where it stood or jumped."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from lrplot.checks.log.cause import Cause
from lrplot.checks.log.evidence import Evidence, Rates, Steps

_FEW_EVENTS: Final = 8
"""Places where the clock may stand still in any log, however short."""
_EVENTS_A_ROW: Final = 1 / 20
"""The same for each row: more of them are a slower clock, not skipped updates."""
_MOST_PIECES: Final = 4
"""Stretches with a clock each, three jumps between them: with many enough of them any log is explained."""
_MOST_BACK: Final = 1_000_000
"""Updates that the clock may stand still between two rows, at each of which the plan is asked: 8 MB."""
_MOST_SHIFTS: Final = 2_000_000
"""Clocks that a row's rate allows, of more of which it tells nothing: 16 MB."""
_FIRST: Final = 64
"""Rows that a clock is held against first: most fail there."""
_FOLLOWED: Final = 32
"""Clocks that fit these, and are followed to the row where each ends."""
_LAST: Final = 50
"""Updates with the last row's rate, or a few more, from which the way back is tried."""
_FEWEST_ROWS: Final = 3
"""Rows a piece of its own must rest on: two of them any line fits."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The delay u - t of the rows behind the plan's clock: from row ``first[i]`` on it is ``delay[i]``."""

    first: Steps
    delay: Steps

    def delays(self, rows: Steps) -> Steps:
        """The delay at each of these rows."""
        return self.delay[np.searchsorted(self.first, rows, side="right") - 1]


def skipped(found: Evidence) -> Iterator[Cause]:
    """The clock stood still now and then, and never ran back or too fast.

    Found without a search: the least delay that explains a row is carried on as long as it holds.
    """
    if np.isnan(found.planned).any() or (np.diff(found.u) <= 0).any():
        return
    clock = _least_delays(found)
    if clock is None:
        return
    rows = np.arange(len(found))
    delays = clock.delays(rows)
    if not (delays > 0).any():
        return
    most = _most_lost(found)
    lost = int(delays[-1])
    events = int((np.diff(clock.delay) > 0).sum() + (clock.delay[0] > 0))
    count = f"{lost}" if most in (None, lost) else f"{lost}~{most}"
    where = found.u[clock.first[clock.delay > 0]]

    def predict(u: Steps) -> Rates:
        at = np.clip(np.searchsorted(found.u, u, side="right") - 1, 0, len(found) - 1)
        return found.plan.rates(u - delays[at])

    plural = "s" * (count != "1")
    yield Cause(
        "skipped",
        f"{count} update{plural} did not step the schedule, the first before update {where[0]}",
        predict,
        "updates skipped for an overflow in fp16 do not count, nor does a step that failed",
        {"lost": lost, "most": most if most is not None else lost, "places": events, "first": int(where[0])},
    )


def _least_delays(found: Evidence) -> Clock | None:
    """The smallest delays that explain all rows; None where none do.

    A delay grows by no more than the updates since the row before, so that the clock never runs back.
    """
    firsts, delays = [0], [0]
    row, delay = 0, 0
    n = len(found)
    while True:
        row = _holds_until(found, row, delay)
        if row >= n:
            return Clock(np.array(firsts), np.array(delays))
        before = int(found.u[row - 1]) - delay if row else min(0, int(found.u[0]))
        reached = int(found.u[row]) - delay
        t = np.arange(reached - 1, max(before, reached - _MOST_BACK) - 1, -1)
        fitting = t[np.abs(found.plan.rates(t) - found.y[row]) <= found.half[row]]
        if not fitting.size or len(firsts) > _FEW_EVENTS + n * _EVENTS_A_ROW:
            return None
        delay = int(found.u[row] - fitting[0])
        firsts.append(row)
        delays.append(delay)


def _holds_until(found: Evidence, row: int, delay: int) -> int:
    """The first row from ``row`` on that this delay does not explain."""
    size, n = _FIRST, len(found)
    while row < n:
        stop = min(n, row + size)
        part = slice(row, stop)
        rates = found.plan.rates(found.u[part] - delay)
        wrong = np.flatnonzero(~(np.abs(found.y[part] - rates) <= found.half[part]))
        if wrong.size:
            return row + int(wrong[0])
        row, size = stop, size * 4
    return n


def _most_lost(found: Evidence) -> int | None:
    """The largest delay at the last row that explains it and, going back, those before it."""
    last = len(found) - 1
    updates = found.plan.updates_at(found.y[last], found.half[last])
    updates = updates[updates <= found.u[last]]
    if not updates.size:
        return None
    for t in updates[:: max(1, updates.size // _LAST)]:
        delay, row = int(found.u[last] - t), last
        while row >= 0:
            rates = found.plan.rates(found.u[: row + 1] - delay)
            wrong = np.flatnonzero(~found.rows(slice(0, row + 1)).within(rates))
            if not wrong.size:
                return int(found.u[last] - t)
            row = int(wrong[-1])
            back = np.arange(int(found.u[row]) - delay, int(found.u[row]) + 1)
            fitting = back[np.abs(found.plan.rates(back) - found.y[row]) <= found.half[row]]
            if not fitting.size or delay == 0:
                break
            delay = int(found.u[row] - fitting[0])
            if row == 0:
                return int(found.u[last] - t)
    return None


def resumed(found: Evidence) -> Iterator[Cause]:
    """The clock jumps: back to a checkpoint's step or to 0, or ahead; each piece is exact on its own."""
    pieces = _pieces(found)
    if pieces is None or len(pieces) < 2:
        return
    starts = np.array([found.u[row] for row, _ in pieces])
    shifts = np.array([shift for _, shift in pieces])

    def predict(u: Steps) -> Rates:
        at = np.maximum(np.searchsorted(starts, u, side="right") - 1, 0)
        return found.plan.rates(u + shifts[at])

    where = [_jump(found, row, shift, before) for (_, before), (row, shift) in pairwise(pieces)]
    yield Cause(
        "resumed",
        "; ".join(where),
        predict,
        "the run was resumed without the scheduler's state, or from an older checkpoint",
        {"at": int(starts[1]), "clock": int(starts[1] + shifts[1]), "jumps": len(where)},
    )


def _jump(found: Evidence, row: int, shift: int, before: int) -> str:
    u = int(found.u[row])
    t = u + shift
    last = int(found.u[row - 1]) + 1 if row else 0
    at = f"at update {u}" if u - last < 1 else f"between updates {last} and {u}"
    if t <= u - last:
        return f"the schedule began again at 0 {at}: resumed without its state"
    way = "back" if shift < before else "ahead"
    return f"the schedule's clock went {way} by {abs(shift - before)} {at}"


def _pieces(found: Evidence) -> list[tuple[int, int]] | None:
    """(first row, shift t - u) of each stretch that one clock explains; None where too many are needed."""
    pieces: list[tuple[int, int]] = []
    row, n = 0, len(found)
    while row < n:
        if len(pieces) == _MOST_PIECES:
            return None
        shift, stop = _longest(found, row, pieces)
        if shift is None or (stop - row < _FEWEST_ROWS and stop < n) or not _tells(found, row, stop):
            return None
        pieces.append((row, shift))
        row = stop
    return pieces


def _tells(found: Evidence, row: int, stop: int) -> bool:
    """True where a stretch has rows of different rates: a flat one any clock explains."""
    return not found.rows(slice(row, stop)).flat and stop - row >= 2


def _longest(found: Evidence, row: int, pieces: list[tuple[int, int]]) -> tuple[int | None, int]:
    """The shift that explains the most rows from ``row`` on, and the row where it ends."""
    if not pieces:
        stop = _holds_until(found, 0, 0)
        if stop >= _FEWEST_ROWS:
            return 0, stop
    n = len(found)
    rest = found.rows(slice(row, min(n, row + _FIRST)))
    updates = rest.plan.updates_at(rest.y[0], rest.half[0])
    shifts = updates - rest.u[0]
    if not 0 < shifts.size <= _MOST_SHIFTS:
        return None, row
    for u, y, half in zip(rest.u[1:], rest.y[1:], rest.half[1:], strict=True):
        kept = shifts[np.abs(rest.plan.rates(u + shifts) - y) <= half]
        if not kept.size:
            break
        shifts = kept
    ends = [
        (_holds_until(found, row, -int(shift)), -abs(int(shift)), int(shift)) for shift in shifts[:_FOLLOWED]
    ]
    stop, _, shift = max(ends)
    return shift, stop
