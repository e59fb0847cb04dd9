"""Arrays of numbers as NumPy has them: members, views that share them, arithmetic with them."""

import ast
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lrplot.python.parameters import Refusal

Array = NDArray[Any]

LONGEST: Final = 20_000_000
"""Most numbers in a table: 160 MB."""
MOST_LISTED: Final = 2_000_000
"""Most members of a list that is made of numbers at once: some 100 MB."""

ORDER: Final = itertools.count()
"""Numbers that tell which of two was made first."""


@dataclass(slots=True, eq=False)
class Members:
    """The numbers that an array and all views of it share, and how often they were written."""

    whole: Array
    written: int = 0
    order: int = field(default_factory=ORDER.__next__)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """An array of numbers, or a view of one: who writes into ``values`` writes for all that share them."""

    values: Array
    members: Members
    single: str = ""
    """The library that computes it in float32, which is to be told once it is read."""

    def at(self, index: Any) -> Any:
        """``table[index]``, as NumPy gives it: a number, a view, or a copy of some members."""
        try:
            found = self.values[index]
        except (IndexError, ValueError, TypeError, OverflowError):
            raise Refusal(f"index {index} of {len(self.values)} numbers") from None
        return made_of(found, self)

    def rows(self) -> list[Any]:
        """Its members as a loop or ``list`` gets them: numbers, or views of rows."""
        if self.values.ndim == 1:
            return [*self.values.tolist()]
        return [self.at(i) for i in range(len(self.values))]

    def copied(self) -> "Table":
        """A table with members of its own."""
        return fresh(self.values.copy(), self.single)


def fresh(values: Array, single: str = "") -> Table:
    """A table with members of its own."""
    return Table(values, Members(values), single)


def listed(value: Any) -> Any:
    """A table as the list that ``list(table)`` makes of it; what is no table, or too long, as it is."""
    if isinstance(value, Table) and len(value.values) <= MOST_LISTED:
        return value.rows()
    return value


@dataclass(frozen=True, slots=True)
class AsWritten:
    """The members of a table at a moment: those of another moment are equal where nothing was written."""

    members: Members
    written: int


class Scalar(float):
    """A tensor of one number: one object for all that hold it, which ``x *= 2`` changes."""

    __slots__ = ()


def made_of(found: Any, *sources: Any) -> Any:
    """What NumPy made of tables: a number, a table that shares the members of one of them, or a new one."""
    tables = [each for each in sources if isinstance(each, Table)]
    if not isinstance(found, np.ndarray):
        return found.item() if isinstance(found, np.generic) else found
    if found.ndim == 0:
        return found.item()
    libraries = (each.single for each in tables if each.single)
    single = next(libraries, "") if found.dtype.kind == "f" else ""
    for each in tables:
        if found is each.values:
            return each
        if np.may_share_memory(found, each.members.whole):
            return Table(found, each.members, single)
    return fresh(found, single)


def plain(value: Any) -> Any:
    """A value as NumPy takes it; None where it is no number and no array of known numbers."""
    if isinstance(value, Table):
        return value.values
    if isinstance(value, int | float):
        return value
    if isinstance(value, range):
        return np.arange(value.start, value.stop, value.step) if len(value) <= LONGEST else None
    if isinstance(value, list | tuple):
        if all(isinstance(each, int | float) for each in value):
            return _array(value)
        parts = [plain(each) for each in value]
        return None if any(part is None for part in parts) else _array(parts)
    return None


def _array(members: Sequence[Any]) -> Array | None:
    try:
        found = np.array(members) if members else np.array([], dtype=np.float64)
    except (ValueError, OverflowError):
        return None
    return found if found.dtype.kind in "bif" else None


def array_of(value: Any) -> Array | None:
    """Numbers in a row as an array, None for anything else."""
    if isinstance(value, Table):
        return value.values.astype(np.float64) if value.values.ndim == 1 else None
    if isinstance(value, list | tuple | range) and all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in value
    ):
        return np.array(value, dtype=np.float64)
    return None


def index_of(at: Any) -> Any:
    """An index as NumPy takes it: whole numbers, parts, masks, lists of places; None for another."""
    if isinstance(at, int | slice) or at is Ellipsis:
        return at
    if isinstance(at, tuple):
        parts = tuple(index_of(each) for each in at)
        return None if any(part is None for part in parts) else parts
    if isinstance(at, Table | list | range):
        places = plain(at)
        return places if places is not None and (places.dtype.kind in "bi" or not places.size) else None
    return None


OPERATORS: Final[Mapping[type[ast.operator], Callable[..., Any]]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.remainder,
    ast.Pow: np.power,
    ast.BitAnd: np.bitwise_and,
    ast.BitOr: np.bitwise_or,
    ast.BitXor: np.bitwise_xor,
}
_COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[..., Any]]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}
_UNARY: Final[Mapping[type[ast.unaryop], Callable[[Array], Any]]] = {
    ast.USub: np.negative,
    ast.UAdd: np.positive,
    ast.Invert: np.invert,
}


def combine(operator: ast.operator, left: Any, right: Any) -> Any:
    """``left operator right``, number by number."""
    sides = [plain(side) for side in (left, right)]
    if any(side is None for side in sides) or type(operator) not in OPERATORS:
        raise Refusal("only arithmetic with numbers is read in a table")
    return _computed(OPERATORS[type(operator)], sides, left, right)


def negated(operator: ast.unaryop, table: Table) -> Any:
    """``-table``, ``~table``."""
    return _computed(_UNARY[type(operator)], [table.values], table)


def compared(operator: ast.cmpop, left: Any, right: Any) -> Any:
    """``left < right``, number by number; None where neither is a table, or one of them is no number."""
    if not (isinstance(left, Table) or isinstance(right, Table)) or type(operator) not in _COMPARISONS:
        return None
    sides = [plain(side) for side in (left, right)]
    if any(side is None for side in sides):
        return None
    return _computed(_COMPARISONS[type(operator)], sides, left, right)


def _computed(function: Callable[..., Any], sides: Sequence[Any], *sources: Any) -> Any:
    try:
        with np.errstate(all="ignore"):
            return made_of(np.asarray(function(*sides)), *sources)
    except ValueError:
        if all(np.shape(side) in {(), np.shape(sides[0])} for side in sides):
            raise Refusal("this cannot be computed with whole numbers") from None
        raise Refusal("tables of unequal length cannot be computed with") from None
    except (TypeError, OverflowError):
        raise Refusal("this cannot be computed with these tables") from None


def combine_in_place(operator: ast.operator, table: Table, more: Any) -> bool:
    """``table operator= more``; whether NumPy does that."""
    function, new = OPERATORS.get(type(operator)), plain(more)
    if function is None or new is None:
        return False
    before = table.values.copy()
    try:
        with np.errstate(all="ignore"):
            function(table.values, new, out=table.values)
    except (ValueError, TypeError, OverflowError):
        table.values[...] = before
        return False
    return True
