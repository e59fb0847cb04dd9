"""Rates that stay and jump: equal gaps, given steps, points."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

from lrplot.identification.making import made
from lrplot.identification.numbers import digits, simplest
from lrplot.identification.ramps import Ramp, ramps
from lrplot.identification.rows import Rows
from lrplot.identification.solving import Candidate, Form, solve
from lrplot.schedules.base import Schedule

_MOST: Final = 64
"""Jumps that are told one by one; more of them are no steps that somebody wrote down."""
_MOST_EVEN: Final = 2000
"""Jumps of equal factor and gap."""
_MOST_NUMBERS: Final = 10_000
"""Whole numbers of which the roundest is taken; among more, one of few digits is."""


@dataclass(frozen=True)
class Stairs:
    """The levels of rows that stay and jump, and between which updates each jump lies.

    Parameters
    ----------
    rows
        The rows from the first level on.
    begins
        The index of the first row of each level but the first.
    """

    rows: Rows
    begins: tuple[int, ...]

    @cached_property
    def levels(self) -> list[tuple[float, float]]:
        """The least and the largest rate of each level that all of its rows allow."""
        bounds = [0, *self.begins, len(self.rows)]
        low, high = self.rows.y - self.rows.half, self.rows.y + self.rows.half
        return [(float(low[a:b].max()), float(high[a:b].min())) for a, b in pairwise(bounds)]

    @cached_property
    def jumps(self) -> list[tuple[float, float]]:
        """For each jump the last update before it and the first after."""
        return [(float(self.rows.u[i - 1]), float(self.rows.u[i])) for i in self.begins]

    @cached_property
    def ratios(self) -> list[tuple[float, float]]:
        """The least and the largest factor of each jump."""
        return [
            (after[0] / before[1], after[1] / before[0] if before[0] > 0 else math.inf)
            for before, after in pairwise(self.levels)
        ]

    @cached_property
    def times(self) -> list[int]:
        """The number of equal drops that each jump is: two that lie between the same rows look like one."""
        middles = [math.sqrt(max(low, 0.0) * high) for low, high in self.ratios]
        if not all(0 < middle < 1 for middle in middles):
            return [1] * len(middles)
        smallest = math.log(max(middles))
        return [max(1, round(math.log(middle) / smallest)) for middle in middles]

    @cached_property
    def factor(self) -> float | None:
        """The one factor of all drops, the simplest that they allow; None where they have none in common."""
        if any(low <= 0 for low, _ in self.ratios):
            return None
        least = max(low ** (1 / n) for (low, _), n in zip(self.ratios, self.times, strict=True))
        most = min(high ** (1 / n) for (_, high), n in zip(self.ratios, self.times, strict=True))
        return simplest(least, most)

    @property
    def is_held(self) -> bool:
        """True where every level but the last is seen in two rows or more: one row may lie on any curve."""
        return all(b - a > 1 for a, b in pairwise((0, *self.begins)))


def stairs(rows: Rows) -> Iterator[Candidate]:
    """Every schedule of steps that the rows allow, behind a warm-up or not."""
    first, _ = rows.top
    body = rows[first:]
    if not 0 < len(body.changes) <= min(_MOST_EVEN, max(1, body.most_stairs)):
        return
    found = Stairs(body, tuple(body.changes.tolist()))
    if any(low > high for low, high in found.levels):
        return
    level = float(body.y[0])
    for ramp in [*ramps(rows, lambda _u: level, None, level=True)][:6] if first else [Ramp()]:
        for form in _forms(found, ramp):
            solved = solve(form, rows.thinned)
            if solved is not None:
                yield solved


def _forms(found: Stairs, ramp: Ramp) -> Iterator[Form]:
    for origin in dict.fromkeys((0, ramp.steps)):
        # A warm-up shortens the first level unless the steps count from its end.
        over = (
            ramp
            if origin or not ramp.steps
            else Ramp(ramp.steps, ramp.shape, "first", ramp.starts, ramp.untold)
        )
        for form in (_even(found, origin), _listed(found, origin)):
            if form is not None:
                yield over.before(form)
    if not ramp.steps:
        points = _points(found)
        if points is not None:
            yield points


def _even(found: Stairs, origin: int) -> Form | None:
    """Equal factors after equal gaps."""
    gamma = found.factor
    if gamma is None or len(found.jumps) < 2 or max(found.times) > 1:
        return None
    low = max((before - origin) / k for k, (before, _) in enumerate(found.jumps, 1))
    high = min((after - origin) / k for k, (_, after) in enumerate(found.jumps, 1))
    size = _whole(low, high)
    if size is None:
        return None
    made = {"step_size": float(size), "gamma": gamma}
    told = _interval("the gap between two drops", low, high, size)
    return Form("step", _maker("step", made), numbers=(size, gamma), untold=told)


def _listed(found: Stairs, origin: int) -> Form | None:
    """Equal factors at given steps."""
    gamma = found.factor
    if gamma is None or len(found.jumps) > _MOST:
        return None
    places = [_whole(before - origin, after - origin) for before, after in found.jumps]
    if None in places:
        return None
    marks = [place for place in places if place is not None]
    told = tuple(
        sentence
        for mark, (before, after) in zip(marks, found.jumps, strict=True)
        for sentence in _interval("the drop", before, after, mark + origin)
    )
    drops = [float(mark) for mark, n in zip(marks, found.times, strict=True) for _ in range(n)]
    made = {"milestones": tuple(drops), "gamma": gamma}
    return Form("multistep", _maker("multistep", made), numbers=(*drops, gamma), untold=told)


def _points(found: Stairs) -> Form | None:
    """Any rates at given steps."""
    if len(found.jumps) > _MOST or not found.is_held:
        return None
    places = [0, *(_whole(before, after) for before, after in found.jumps)]
    levels = [simplest(low, high) for low, high in found.levels]
    if None in places or None in levels:
        return None
    top = levels[0] or 1.0
    # The rates hang together: all are the base rate times what they are to the first.
    shares = [(float(place or 0), (level or 0.0) / top) for place, level in zip(places, levels, strict=True)]

    def make(rates: Any) -> Schedule:
        given = [(place, float(f"{share * rates['lr']:.15g}")) for place, share in shares]
        return made("piecewise", points=tuple(given))

    told = tuple(
        sentence
        for mark, (before, after) in zip(places[1:], found.jumps, strict=True)
        for sentence in _interval("the jump", before, after, mark or 0)
    )
    written = [number for number in (*places, *levels[1:]) if number]
    return Form("piecewise", make, numbers=tuple(written), extra=1, untold=told)


def _maker(kind: str, fixed: dict[str, Any]) -> Any:
    return lambda rates: made(kind, lr=rates["lr"], **fixed)


def _whole(low: float, high: float) -> int | None:
    """The roundest whole number above ``low`` and at most ``high``; the last where several are as round."""
    first, last = math.floor(low) + 1, math.floor(high)
    if first > last or last < 1:
        return None
    if last - first > _MOST_NUMBERS:
        found = simplest(first, last)
        return None if found is None else round(found)
    return min(range(max(1, first), last + 1), key=lambda n: (digits(n), -n))


def _interval(what: str, low: float, high: float, taken: float) -> tuple[str, ...]:
    if math.floor(high) - math.floor(low) <= 1:
        return ()
    return (f"where exactly {what} is: after {low:.4g} and at most {high:.4g} ({taken:g} is taken)",)


def is_staircase(rows: Rows) -> bool:
    """True where rates stay for rows on end, several times."""
    return len(rows) >= 6 and 2 <= len(rows.changes) <= rows.most_stairs
