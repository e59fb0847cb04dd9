"""Causes in the plan's own parameters: one of them was another in the run."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.checks.log.cause import Cause
from lrplot.checks.log.evidence import Evidence
from lrplot.checks.log.simplest import roundness, shortest
from lrplot.clock import MOST_STEPS
from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.schedules.base import Schedule, values
from lrplot.schedules.fields import kind_of, parameters
from lrplot.text.numbers import short

_FEW: Final = 48
"""Rows a value is sought on; what is found is then checked on all."""
_GRID: Final = 48
_SPAN: Final = 64.0
"""Values up to so many times larger or smaller than the planned one are tried."""
_BEST: Final = 3
"""Valleys that are followed down."""
_ROUNDS: Final = 8
"""Rows that are added, one after the other, to those a value is sought on."""
_TURNS: Final = 8
_HALVINGS: Final = 8
_CHOSEN: Final = 5
"""Digits of a number that somebody may have chosen."""
_FEW_ROWS: Final = 3
"""Of fewer rows any number that nobody chose fits."""
_BASE_RATE: Final = (
    "another base rate, the linear scaling rule, another parameter group, or the mean over several"
)
_GOLDEN: Final = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class Place:
    """A number in a schedule, or in one inside it.

    Parameters
    ----------
    path
        The way to it, as a spec spells it: ``schedule.T_max``.
    inner
        The positions in :meth:`Schedule.inside` that lead to the schedule which holds it.
    key
        Its name there.
    value
        The number.
    kind
        ``rate``, ``number`` or ``length``.
    whole
        Whether it must be a whole number.
    """

    path: str
    inner: tuple[int, ...]
    key: str
    value: float
    kind: str
    whole: bool


def places(schedule: Schedule, path: str = "", inner: tuple[int, ...] = ()) -> Iterator[Place]:
    """All numbers of a schedule and of those inside it."""
    given = values(schedule)
    for key, info in parameters(type(schedule)).items():
        kind, value = kind_of(info), given[key]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and kind is not None and kind.holds in ("rate", "number", "length"):
            yield Place(path + key, inner, key, value, kind.holds, kind.whole)
    for i, nested in enumerate(schedule.inside()):
        yield from places(nested.schedule, f"{path}{nested.name}.", (*inner, i))


def changed(schedule: Schedule, place: Place, value: float) -> Schedule:
    """The schedule with another value at a place.

    Raises
    ------
    LrplotError
        When it cannot have this value.
    """
    return _within(schedule, place.inner, lambda at: _replaced(at, place.key, value, whole=place.whole))


def _replaced(schedule: Schedule, key: str, value: float, *, whole: bool) -> Schedule:
    return type(schedule)(**{**values(schedule), key: int(value) if whole else float(value)})


def _within(schedule: Schedule, inner: tuple[int, ...], change: Callable[[Schedule], Schedule]) -> Schedule:
    if not inner:
        return change(schedule)
    parts = [nested.schedule for nested in schedule.inside()]
    parts[inner[0]] = _within(parts[inner[0]], inner[1:], change)
    copy = schedule.with_inside(parts)
    return type(copy)(**values(copy))


@dataclass(frozen=True, slots=True)
class Move:
    """A way to change a plan by one number.

    Parameters
    ----------
    name
        The number's name in the plan's own words.
    value
        Its planned value.
    make
        The schedule with another value; it raises LrplotError where there is none.
    kind
        ``rate``, ``number`` or ``length``.
    whole
        Whether only whole numbers count.
    says
        The sentence for a value, None for the plain "NAME is X instead of Y".
    """

    name: str
    value: float
    make: Callable[[float], Schedule]
    kind: str
    whole: bool
    says: Callable[[float], str] | None = None

    def sentence(self, value: float) -> str:
        """The change, for people."""
        if self.says is not None:
            return self.says(value)
        return f"{self.name} is {_number(value, self.kind)}, not {_number(self.value, self.kind)}"


def _number(value: float, kind: str) -> str:
    return f"{value:.15g}" if kind == "length" else short(value, 10)


def moves(run: Run) -> Iterator[Move]:
    """The single changes of a plan worth trying, lengths first."""
    schedule = run.schedule
    found = list(places(schedule))
    for place in sorted(found, key=lambda each: ("length", "rate", "number").index(each.kind)):
        yield Move(
            place.path,
            place.value,
            lambda value, place=place: changed(schedule, place, value),  # type: ignore[misc]
            place.kind,
            place.whole or (place.kind == "length" and float(place.value).is_integer()),
            lambda value, place=place: _sentence(run, place, value),  # type: ignore[misc]
        )


def _sentence(run: Run, place: Place, value: float) -> str:
    """The change by the name the plan's text has for it: an argument of its call, or the spec's path."""
    kept = f"{_number(value, place.kind)}, not {_number(place.value, place.kind)}"
    if name := _argument(run, place.value, place.key):
        return f"{name} is {kept}"
    before = run.schedule.length
    try:
        after = changed(run.schedule, place, value).length
    except LrplotError:
        after = None
    if place.kind == "length" and before is not None and after is not None:
        if before != after and (name := _argument(run, before)):
            return f"{name} is {after:.15g}, not {before:.15g}"
        if before not in (after, place.value):
            return f"{place.path} is {kept}: a total of {after:.15g} instead of {before:.15g}"
    # A schedule's part may be one step shorter than the number its call was given.
    if place.kind == "length" and (name := _argument(run, place.value + 1)):
        return f"{name} is {value + 1:.15g}, not {place.value + 1:.15g}"
    return f"{place.path} is {kept}"


def _argument(run: Run, value: float, key: str = "") -> str:
    """The argument of the plan's call that has a value, empty where it is none, or may be another one's.

    A base rate of 0.1 is not the ``gamma=0.1`` beside it: a name is only taken where it is that of the
    number itself, or where one argument and one number of the schedule alone have the value.
    """
    names = [name for name, given in run.written.arguments if given == value]
    if key in names:
        return key
    holders = [place for place in places(run.schedule) if place.value == value and place.key != key]
    return names[0] if len(names) == 1 and not holders else ""


def linked(run: Run) -> Iterator[Move]:
    """Changes of several lengths by one number: those that are the same one, and all in proportion.

    A trainer's one argument may stand at two places, as the warm-up of an inverse square root that is its
    time scale too; and a warm-up given as a share of the run grows with it.
    """
    lengths = [place for place in places(run.schedule) if place.kind == "length" and place.value]
    for value in dict.fromkeys(place.value for place in lengths):
        alike = [place for place in lengths if place.value == value]
        if len(alike) > 1:
            names = [name for name, given in run.written.arguments if given == value]
            name = names[0] if len(names) == 1 else alike[0].path
            yield Move(name, value, _together(run, alike, lambda _, new: new), "length", whole=True)
    total = run.schedule.length
    if total is not None and len({place.value for place in lengths}) > 1:
        name = _argument(run, total) or "the total"

        def words(new: float) -> str:
            return f"{name} is {new:.15g}, not {total:.15g}, and all lengths with it"

        for rounded in (round, math.ceil, math.floor):
            make = _together(run, lengths, lambda old, new, to=rounded: float(to(old * new / total)))  # type: ignore[misc]
            yield Move(name, total, make, "length", whole=True, says=words)


def _together(
    run: Run, alike: Sequence[Place], value_of: Callable[[float, float], float]
) -> Callable[[float], Schedule]:
    """A way to give several places the values that follow from one number."""

    def make(new: float) -> Schedule:
        schedule = run.schedule
        for place in alike:
            schedule = changed(schedule, place, value_of(place.value, new))
        return schedule

    return make


def other_parameter(found: Evidence, run: Run) -> Iterator[Cause]:
    """One number of the plan is another: sought on a few rows, snapped, and checked on all."""
    told = set[str]()
    for move in (*moves(run), *linked(run)):
        if move.name in told:
            continue
        value = solve(found, move, hidden=True)
        if value is None or value == move.value:
            continue
        odd = not move.whole and len(f"{value:.10e}".partition("e")[0].rstrip("0")) > _CHOSEN + 1
        if odd and len(found) < _FEW_ROWS:
            continue
        told.add(move.name)
        other = found.plan.with_schedule(move.make(value))
        yield Cause(
            "parameter",
            move.sentence(value),
            other.rates,
            _BASE_RATE if move.kind == "rate" and move.name.rsplit(".")[-1] == "lr" else "",
            {"parameter": move.name, "planned": move.value, "logged": value},
            odd,
        )


def solve(found: Evidence, move: Move, *, hidden: bool = False) -> float | None:
    """The value of a move that fits every row, the simplest there is; None where none does.

    It is sought on a few rows. Where it fails on another one, that row is added and it is sought again near
    by: so the bottom of the greatest gap over all rows is reached without looking at all of them each time.
    """
    rows = _few(found)
    grid = _grid(move, found.peak)
    value = _sought(found, move, rows, grid, found)
    if value is None and hidden and move.kind == "length" and move.whole:
        # A rate of nearly 0 hides the valley: where the plan is over, all lengths are as wrong. Rates
        # weighed alike show it.
        value = _sought(
            found, move, rows, grid, replace(found, half=np.full_like(found.half, found.half.max()))
        )
    return value


def _sought(
    found: Evidence, move: Move, rows: NDArray[np.int64], grid: list[float], weighed: Evidence
) -> float | None:
    """The value at the bottom of a valley of the weighed rows, checked on the rows as found."""
    gap = _gap(weighed, rows, move)
    gaps = np.array([gap(value) for value in grid])
    for i in [i for i in _valleys(gaps) if np.isfinite(gaps[i])][:_BEST]:
        low, middle, high = grid[max(0, i - 1)], grid[i], grid[min(len(grid) - 1, i + 1)]
        near = rows
        for _ in range(_ROUNDS):
            bottom = _down(_gap(weighed, near, move), low, middle, high)
            value = _snapped(_gap(found, near, move), bottom, move)
            if value is None:
                break
            gaps_there = found.gaps(found.plan.with_schedule(move.make(value)).rates(found.u))
            worst = int(np.argmax(gaps_there))
            if gaps_there[worst] <= 1:
                return value
            near, middle = np.append(near, worst), value
    return None


def _gap(found: Evidence, rows: NDArray[np.int64], move: Move) -> Callable[[float], float]:
    """The greatest gap at some rows, in halves of a unit as written, for a value of a move."""
    few = found.rows(rows)

    def gap(value: float) -> float:
        try:
            return few.worst(found.plan.with_schedule(move.make(value)).rates(few.u))
        except LrplotError:
            return np.inf

    return gap


def _few(found: Evidence) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, len(found) - 1, _FEW).astype(np.int64))


def _grid(move: Move, peak: float) -> list[float]:
    """Values on a geometric grid around the planned one, and those that have a meaning of their own."""
    centre = abs(move.value) or (peak / 100 if move.kind == "rate" else 1.0)
    span = np.geomspace(centre / _SPAN, centre * _SPAN, _GRID)
    tried = {float(value) for value in span} | {0.0, centre}
    if move.kind == "rate":
        tried |= {float(value) for value in np.geomspace(max(peak, 1e-300) * 1e-7, max(peak, 1e-300) * 2, 24)}
    if move.whole:
        tried = {float(round(value)) for value in tried if value < MOST_STEPS}
        tried |= {move.value + k for k in (-2.0, -1.0, 1.0, 2.0)} | {1.0}
    # No length is less than one update.
    return sorted(
        value for value in tried if value >= 1 or value == 0 or (value > 0 and move.kind != "length")
    )


def _valleys(gaps: NDArray[np.float64]) -> list[int]:
    """The places lower than their neighbours, the lowest first."""
    padded = np.concatenate([[np.inf], gaps, [np.inf]])
    low = np.flatnonzero((padded[1:-1] <= padded[:-2]) & (padded[1:-1] <= padded[2:]))
    return sorted(low.tolist(), key=lambda i: gaps[i])


def _down(gap: Callable[[float], float], low: float, middle: float, high: float) -> float:
    """The bottom of a valley by golden section."""
    a, b = low, high
    one, two = b - _GOLDEN * (b - a), a + _GOLDEN * (b - a)
    f_one, f_two = gap(one), gap(two)
    best = min((gap(middle), middle), (f_one, one), (f_two, two))
    before = np.inf
    for turn in range(64):
        if b - a <= 1e-15 * max(abs(a), abs(b)) or best[0] <= 0.02:
            break
        if turn % _TURNS == 0:
            # Where the bottom is 0 the gap shrinks with the bracket, by 47 in eight turns.
            if best[0] > before / 2:
                break
            before = best[0]
        if f_one <= f_two:
            b, two, f_two = two, one, f_one
            one = b - _GOLDEN * (b - a)
            f_one = gap(one)
            best = min(best, (f_one, one))
        else:
            a, one, f_one = one, two, f_two
            two = a + _GOLDEN * (b - a)
            f_two = gap(two)
            best = min(best, (f_two, two))
    return best[1]


def _snapped(gap: Callable[[float], float], value: float, move: Move) -> float | None:
    """The simplest value near the bottom of a valley that fits: a whole number, or the shortest decimal."""
    if move.whole:
        near = sorted((round(value) + k for k in range(-3, 4)), key=lambda each: abs(each - value))
        fitting = [each for each in near if each >= 0 and gap(float(each)) <= 1]
        return float(min(fitting, key=lambda each: (-roundness(each), gap(float(each))))) if fitting else None
    if gap(value) > 1:
        return None
    low, high = (_edge(gap, value, way) for way in (-1.0, 1.0))
    short_one = shortest(low, high)
    return short_one if gap(short_one) <= 1 else value


def _edge(gap: Callable[[float], float], value: float, way: float) -> float:
    """The furthest value on one side that still fits."""
    width, inside = abs(value) * 1e-16 or 1e-300, 0.0
    while width < abs(value) + 1e-12 and gap(value + way * width) <= 1:
        inside, width = width, width * 4
    for _ in range(_HALVINGS):
        middle = (inside + width) / 2
        if gap(value + way * middle) <= 1:
            inside = middle
        else:
            width = middle
    return value + way * inside
