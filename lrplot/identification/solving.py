"""From a schedule whose rates are open to one whose rates are simple numbers and fit every row."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

import numpy as np

from lrplot.errors import LrplotError
from lrplot.identification.numbers import digits, roundings, simplest
from lrplot.identification.rows import Array, Rows
from lrplot.schedules.base import Schedule

Make = Callable[[Mapping[str, float]], Schedule]

FITS: Final = 1.0
"""A schedule fits when no row is farther from it than half a unit of what was written."""
NEAR: Final = 3.0
"""Half units by which least squares may miss a row of a curve that a better choice of rates still fits."""
_FAR: Final = 1e9
"""Half units beyond which a curve is not worth naming."""
_DEVIATIONS: Final = 2.0
"""Standard deviations, with an error of half a unit, by which a rate is looked for around its best."""
_LAWSON: Final = 40
"""Rounds in which weights follow the misses: enough for the worst row to come within 2 % of the least."""
_NUMBER_COST: Final = 1.5
"""What one more parameter costs, in digits: a curve with fewer of them is the simpler answer."""


_FEW: Final = 6
"""Parameters of the largest schedule that can be clear: more of them fit many a log. A choice."""
_ROWS_EACH: Final = 3
"""Rows for each parameter, of fewer of which many a curve fits."""
_CLEAR: Final = 3.2
"""Digits for each parameter, its own cost with them, of numbers that somebody chose: under two each."""


@dataclass(frozen=True, slots=True)
class Form:
    """A schedule of one family with its lengths known and its rates open.

    Parameters
    ----------
    family
        The name for people.
    make
        Makes the schedule with rates by name; it is a sum of these rates times functions of the step.
    rates
        The names of the rates: ``lr``, and those that may be 0.
    numbers
        Its other numbers, which count towards how simple it is.
    extra
        What it costs beyond its digits: a shape that is rarer than its neighbour costs more.
    untold
        Sentences on what the log leaves open about it.
    """

    family: str
    make: Make
    rates: tuple[str, ...] = ("lr",)
    numbers: tuple[float, ...] = ()
    extra: float = 0.0
    untold: tuple[str, ...] = ()
    moved: "Callable[[int, int], Form | None] | None" = None
    """Makes the same with a longer warm-up and a longer decay, by so many steps."""
    vague: bool = False
    """Whether one of its lengths is only one of several that the rows allow as well."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A schedule, how far it is from the row it misses most, and how many digits it takes to say."""

    family: str
    schedule: Schedule
    worst: float
    cost: float
    untold: tuple[str, ...] = field(default=())
    parameters: int = 1
    vague: bool = False

    @property
    def fits(self) -> bool:
        """True where every row lies within half a unit of what was written."""
        return self.worst <= FITS

    def is_clear(self, rows: int) -> bool:
        """True where it fits so simply that no other family need be asked."""
        few = self.parameters <= _FEW and rows >= _ROWS_EACH * self.parameters
        return self.fits and few and not self.vague and self.cost <= _CLEAR * self.parameters


def least_squares(columns: Array, rows: Rows) -> tuple[Array, float]:
    """The factors of columns that come nearest to the rows, and the worst miss in half units."""
    with np.errstate(all="ignore"):
        weighted, aim = columns / rows.half[:, None], rows.y / rows.half
        scale = np.sqrt((weighted**2).sum(axis=0))
        scale[scale == 0] = 1
        if not len(rows) or not (np.isfinite(scale).all() and np.isfinite(aim).all()):
            return np.zeros(columns.shape[1]), math.inf
        factors = np.linalg.lstsq(weighted / scale, aim, rcond=None)[0] / scale
        return factors, float(np.abs(weighted @ factors - aim).max())


def squared(columns: Sequence[Array | float], rows: Rows) -> Array:
    """The sum of squared misses, in half units, with the best factors of columns.

    Parameters
    ----------
    columns
        For each factor its values at the rows, which are the last axis; what stands before it are cases of
        their own.
    rows
        The rows.

    Returns
    -------
    Array
        The sum for each case; infinite where there is none.
    """
    left = rows.y / rows.half
    each = [column / rows.half for column in columns]
    # Gram and Schmidt: what a column has of those before it goes, and then what the rows have of it.
    for i, column in enumerate(each):
        length = (column * column).sum(axis=-1, keepdims=True)
        direction = column / np.where(length > 0, length, 1)
        each[i + 1 :] = [
            other - (other * direction).sum(axis=-1, keepdims=True) * column for other in each[i + 1 :]
        ]
        left = left - (left * direction).sum(axis=-1, keepdims=True) * column
    missed: Array = (left * left).sum(axis=-1)
    return np.where(np.isfinite(missed), missed, np.inf)


def minimax(columns: Array, rows: Rows, enough: float = math.inf) -> tuple[Array, float]:
    """The same, but with the least worst miss: Lawson's weights, which follow the misses.

    It ends as soon as no factors can come within ``enough`` half units of every row: whatever the weights,
    the least weighted mean of squared misses is no more than the square of the least worst miss.
    """
    weighted, aim = columns / rows.half[:, None], rows.y / rows.half
    scale = np.sqrt((weighted**2).sum(axis=0))
    scale[scale == 0] = 1
    weighted = weighted / scale
    weights = np.full(len(rows), 1.0)
    if not (np.isfinite(weighted).all() and np.isfinite(aim).all()):
        return np.zeros(columns.shape[1]), math.inf
    best: tuple[Array, float] = (np.zeros(columns.shape[1]), math.inf)
    for _ in range(_LAWSON):
        root = np.sqrt(weights)
        factors = np.linalg.lstsq(weighted * root[:, None], aim * root, rcond=None)[0]
        misses = np.abs(weighted @ factors - aim)
        worst = float(misses.max())
        if worst < best[1]:
            best = factors / scale, worst
        if worst == 0 or weights @ misses**2 > enough**2 * weights.sum():
            break
        weights *= misses
        if not weights.sum() > 0:
            break
        weights /= weights.sum()
    return best


def solve(form: Form, rows: Rows) -> Candidate | None:
    """The simplest rates with which a form fits the rows; the nearest ones where none do.

    Returns
    -------
    Candidate or None
        None where the form is far from the rows with any rates.
    """
    try:
        columns = _columns(form, rows)
    except LrplotError:
        return None
    if not np.isfinite(columns).all():
        return None
    factors, worst = least_squares(columns, rows)
    if worst > NEAR:
        return _near(form, factors, worst) if worst < _FAR else None
    found = [_candidate(form, chosen, rows) for chosen in _simple(form, columns, factors, rows)]
    fitting = [each for each in found if each is not None and each.fits]
    if not fitting and worst < 2 * FITS:
        factors, _ = minimax(columns, rows, FITS)
        found += [_candidate(form, _fewest(factors, columns, rows), rows)]
        fitting = [each for each in found if each is not None and each.fits]
    if fitting:
        return min(fitting, key=lambda each: each.cost)
    return min((each for each in found if each is not None), key=lambda each: each.worst, default=None)


_STRIDES: Final = (16, 4, 1)
"""Steps by which lengths are moved, the largest first, so that 24 moves reach some hundred steps."""
_MOVES: Final = ((0, 1), (0, -1), (1, -1), (-1, 1), (1, 0), (-1, 0))
_MOST_MOVES: Final = 24
"""Moves that are made: each is a least worst miss of all rows, the slowest thing here. A choice."""


def refined(form: Form, rows: Rows) -> Form:
    """The form whose whole lengths, near these, miss the worst row least: the last step for few digits."""
    best, least = form, _worst(form, rows)
    moves = 0
    for stride in _STRIDES:
        better = True
        while better and least > FITS and moves < _MOST_MOVES:
            better = False
            for longer, later in _MOVES:
                other = None if best.moved is None else best.moved(longer * stride, later * stride)
                worst = math.inf if other is None else _worst(other, rows, least)
                if other is not None and worst < least:
                    best, least, better = other, worst, True
                    moves += 1
                    break
    return best


def _worst(form: Form, rows: Rows, enough: float = math.inf) -> float:
    try:
        columns = _columns(form, rows)
    except LrplotError:
        return math.inf
    return minimax(columns, rows, enough)[1] if np.isfinite(columns).all() else math.inf


def missed(form: Form, rows: Rows) -> float:
    """The sum of squared misses with the best rates: what a search for a length makes small."""
    try:
        columns = _columns(form, rows)
    except LrplotError:
        return math.inf
    return float(squared(list(columns.T), rows))


def _columns(form: Form, rows: Rows) -> Array:
    """The factor of each rate at each row: the schedule itself with that rate 1 and the others 0."""
    alone = dict.fromkeys(form.rates, 0.0) | {"lr": 1.0}
    first = form.make(alone).rate(rows.u)
    others = [form.make(alone | {name: 1.0}).rate(rows.u) - first for name in form.rates if name != "lr"]
    return np.stack([first, *others], axis=1)


def _simple(form: Form, columns: Array, factors: Array, rows: Rows) -> Iterator[Array]:
    """Choices of the rates with few digits that fit, the other rates first, then the base rate."""
    choices = _around(form, columns, factors, rows)
    for others in product(*choices):
        rest = rows.y - columns[:, 1:] @ np.array(others) if others else rows.y
        lr = _base(columns[:, 0], rest, rows.half)
        if lr is not None:
            yield np.array([lr, *others])


def _around(form: Form, columns: Array, factors: Array, rows: Rows) -> list[list[float]]:
    """For each rate but the first, numbers near its best one; 0 too where the rows allow it."""
    weighted = columns / rows.half[:, None]
    scale = np.sqrt((weighted**2).sum(axis=0))
    scale[scale == 0] = 1
    weighted = weighted / scale
    deviations = _DEVIATIONS * np.sqrt(np.abs(np.diag(np.linalg.pinv(weighted.T @ weighted)))) / scale
    choices = []
    for i in range(1, len(form.rates)):
        if not columns[:, i].any():
            choices.append([0.0])
            continue
        near = roundings(float(factors[i]), float(deviations[i])) if factors[i] > 0 else []
        choices.append(
            list(dict.fromkeys([*([0.0] if factors[i] <= 2 * deviations[i] else []), *near])) or [0.0]
        )
    return choices


def _base(column: Array, rest: Array, half: Array) -> float | None:
    """The simplest factor of a column with which every row fits; None where there is none."""
    told = np.abs(column) > 1e-9 * np.abs(column).max()
    if (np.abs(rest[~told]) > half[~told] * FITS).any() or not told.any():
        return None
    bounds = np.stack([(rest - half)[told] / column[told], (rest + half)[told] / column[told]])
    return simplest(float(bounds.min(axis=0).max()), float(bounds.max(axis=0).min()))


def _fewest(factors: Array, columns: Array, rows: Rows) -> Array:
    """Factors rounded to as few digits as still fit."""
    rounded = factors
    for count in range(2, 16):
        rounded = np.array([float(f"{factor:.{count}e}") for factor in factors])
        if rows.misses(columns @ rounded) <= FITS:
            break
    return rounded


def _made(form: Form, factors: Sequence[float] | Array) -> Schedule:
    return form.make({name: max(0.0, float(f)) for name, f in zip(form.rates, factors, strict=True)})


def _near(form: Form, factors: Array, worst: float) -> Candidate | None:
    """A candidate that does not fit; None where its nearest rates are none, as 0 in a product."""
    try:
        return Candidate(form.family, _made(form, factors), worst, math.inf)
    except LrplotError:
        return None


def _candidate(form: Form, factors: Array, rows: Rows) -> Candidate | None:
    try:
        schedule = _made(form, factors)
    except LrplotError:
        return None
    written = [*form.numbers, *(float(f) for f in factors)]
    cost = form.extra + sum(digits(each) + _NUMBER_COST * (each != 0) for each in written)
    count = sum(each != 0 for each in written)
    return Candidate(form.family, schedule, rows.worst(schedule), cost, form.untold, count, form.vague)
