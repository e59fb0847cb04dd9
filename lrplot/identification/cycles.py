"""One cycle up and down, and triangles."""

from collections.abc import Iterator
from itertools import islice, product
from typing import Any, Final

import numpy as np

from lrplot.errors import LrplotError
from lrplot.identification.fitting import Columns, Decay, nearby, searched
from lrplot.identification.making import made
from lrplot.identification.numbers import roundings, simplest, whole_numbers
from lrplot.identification.rows import Array, Rows
from lrplot.identification.search import crossing
from lrplot.identification.solving import Candidate, Form, least_squares, solve
from lrplot.identification.straight import line
from lrplot.identification.waves import half_cosine
from lrplot.schedules.base import Schedule

_NEAR: Final = 2.5
"""Half units of what was written by which a way may miss a row, before its numbers are made simple."""
_TRIED: Final = 60
"""Cycles whose two divisors are solved for, the simplest first; a choice between time and finding odd
ones."""
_GRID: Final = 60
"""Lengths around the lowest row that are tried for a swing, before the golden section."""
_ENOUGH: Final = 2
"""Cycles that fit, after which no more are tried."""
_NOTHING: Final = 1e200
"""A divisor with which what is divided counts as 0."""
_USUAL: Final = {"pct_start": 0.3, "div_factor": 25.0, "final_div_factor": 1e4}
"""PyTorch's defaults, which nobody writes and which cost nothing."""


def one_cycle(rows: Rows) -> Iterator[Candidate]:
    """Up from above 0 and down to nearly 0, both along half a cosine or both straight."""
    first, past = rows.top
    if first < 2 or rows.held - past < 2:
        return
    head, tail = rows[:first], rows[past : rows.held]
    for shape, fit in (("cos", half_cosine), ("linear", line)):
        for decay in fit(tail, None):
            if decay.worst <= _NEAR:
                yield from _cycles(rows, head, decay, shape)


def _cycles(rows: Rows, head: Rows, decay: Decay, shape: str) -> Iterator[Candidate]:
    low, high = float(head.u[-1]), float(rows.u[min(rows.top[1], len(rows) - 1)])
    peak = decay.start
    if peak is None:
        (a, b), worst = least_squares(np.stack([np.ones_like(head.u), head.u], axis=1), head)
        peak = crossing(lambda u: a + b * u - float(decay.curve(u)), low, high) if worst <= _NEAR else None
    if peak is None or not low - 1 <= peak <= high + 1:
        return
    fitting = 0
    for total, share in islice(_shapes(rows, decay, peak), _TRIED):
        for form in _divided(rows, total, share, shape):
            solved = solve(form, rows)
            if solved is not None:
                yield solved
                fitting += solved.fits
        if fitting >= _ENOUGH:
            return


def _shapes(rows: Rows, decay: Decay, peak: float) -> Iterator[tuple[int, float]]:
    """Lengths of the cycle and shares of it that rise, the simplest first."""
    totals = dict.fromkeys(round(part.end) + 1 for part in decay.parts(round(peak)) if part.end is not None)
    width = 0.02 if rows.exact else max(1.0, 0.005 * peak)
    for total in sorted(totals, key=lambda n: len(str(n).rstrip("0"))):
        share = simplest((peak + 1 - width) / total, (peak + 1 + width) / total)
        if share is not None and 0 < share < 1:
            yield total, share


def _divided(rows: Rows, total: int, share: float, shape: str) -> Iterator[Form]:
    """The form with its two divisors near what the rows say, PyTorch's own first."""

    def make(rates: Any) -> Schedule:
        lr = rates["lr"]
        start, end = rates["start"] or lr / _NOTHING, rates["end"]
        return _cycle(lr, total, share, shape, lr / start, start / end if end else 1e90)

    names = ("lr", "start", "end")
    base = {"lr": 1.0, "start": 0.0, "end": 0.0}
    try:
        lowest = make(base).rate(rows.u)
        columns = [lowest, *(make(base | {name: 1.0}).rate(rows.u) - lowest for name in names[1:])]
        # With the end at 1 the start must not be 0: it is what the end divides.
    except LrplotError:
        return
    weighted = np.stack(columns, axis=1)
    if not np.isfinite(weighted).all():
        return
    (lr, start, end), worst = least_squares(weighted, rows)
    if worst > 2 * _NEAR or start <= 0:
        return
    wide = float(np.median(rows.half)) / start
    of_start = _near(lr / start, "div_factor", 1e-9 if rows.exact else max(1e-3, wide))
    of_end = _near(start / end if end > 0 else 1e4, "final_div_factor", 1e-6 if rows.exact else 0.5)
    for first, last in product(of_start, of_end):
        written = {"pct_start": share, "div_factor": first, "final_div_factor": last}
        numbers = [total, *(value for name, value in written.items() if value != _USUAL[name])]
        yield Form("one cycle", _with(total, share, shape, first, last), numbers=tuple(numbers))


def _with(total: int, share: float, shape: str, first: float, last: float) -> Any:
    return lambda rates: _cycle(rates["lr"], total, share, shape, first, last)


def _cycle(lr: float, total: int, share: float, shape: str, first: float, last: float) -> Schedule:
    return made(
        "onecycle",
        max_lr=lr,
        total_steps=total,
        pct_start=share,
        anneal_strategy=shape,
        div_factor=first,
        final_div_factor=last,
    )


def _near(value: float, name: str, share: float) -> list[float]:
    found = [each for each in roundings(value, share * value, 4) if each > 0][:4]
    return list(dict.fromkeys([_USUAL[name], *found]))


def swings(rows: Rows) -> Iterator[Candidate]:
    """A cosine that swings on between its ends, as PyTorch's does after T_max."""
    first, _ = rows.top
    turns = np.flatnonzero(np.diff(rows.y[first:]) > 0)
    if first or not len(turns) or len(rows) < 6:
        return
    lowest = float(rows.u[int(turns[0])])

    def columns(length: Array | float) -> Columns:
        return 1.0, np.cos(np.pi * rows.u / length)

    length = searched(
        columns, rows, np.linspace(max(1.0, lowest - 2 * rows.gap), lowest + 2 * rows.gap, _GRID)
    )
    width = nearby(rows, length)
    for n in whole_numbers(length, width, 1, 1e15, most=24):
        solved = solve(_swing(n), rows)
        if solved is not None:
            yield solved


def _swing(length: int) -> Form:
    def make(rates: Any) -> Schedule:
        return made("cosine", lr=rates["lr"], eta_min=rates["floor"], T_max=float(length), after="rise")

    return Form("cosine that swings on", make, ("lr", "floor"), (length,), 0.5)


def triangles(rows: Rows) -> Iterator[Candidate]:
    """Straight up and down between two rates, again and again."""
    slopes = np.sign(np.diff(rows.y))
    turns = np.flatnonzero(slopes[1:] != slopes[:-1]) + 1
    if not len(turns) or len(turns) > len(rows) // 2 or slopes[0] <= 0:
        return
    top = _turn(rows, 0, int(turns[0]), int(turns[1]) + 1 if len(turns) > 1 else len(rows))
    if top is None:
        return
    foot = None
    if len(turns) > 1:
        foot = _turn(
            rows, int(turns[0]) + 1, int(turns[1]), int(turns[2]) + 1 if len(turns) > 2 else len(rows)
        )
    width = nearby(rows, top)
    fitting = 0
    for up in whole_numbers(top, width, 1, 1e15, most=12):
        downs = [up] if foot is None else whole_numbers(foot - up, width, 1, 1e15, beside=(0, up), most=12)
        for down in downs:
            for mode in ("triangular", "triangular2"):
                solved = solve(_triangle(up, down, mode), rows)
                if solved is not None:
                    yield solved
                    fitting += solved.fits
        if fitting >= _ENOUGH:
            return


def _turn(rows: Rows, begin: int, turn: int, end: int) -> float | None:
    """The step at which the line before a turning row and the line after it meet; the row is on one."""
    before, after = rows[begin:turn], rows[turn + 1 : end]
    if len(before) < 1 or len(after) < 1 or len(before) + len(after) < 2:
        return None
    if len(before) < 2:
        before = rows[begin : turn + 1]
    if len(after) < 2:
        after = rows[turn:end]
    (a, b), _ = least_squares(np.stack([np.ones_like(before.u), before.u], axis=1), before)
    (c, d), _ = least_squares(np.stack([np.ones_like(after.u), after.u], axis=1), after)
    return float((c - a) / (b - d)) if b != d else None


def _triangle(up: int, down: int, mode: str) -> Form:
    def make(rates: Any) -> Schedule:
        known = {} if down == up else {"step_size_down": float(down)}
        return made(
            "cyclic", base_lr=rates["base"], max_lr=rates["lr"], step_size_up=float(up), mode=mode, **known
        )

    numbers = (up,) if down == up else (up, down)
    return Form("triangles", make, ("lr", "base"), numbers, 0.5 * (mode != "triangular"))
