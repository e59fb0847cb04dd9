"""Sentences about a verdict that every form of it has."""

from collections.abc import Iterator
from typing import Final

from lrplot.checks.log.verdict import Verdict
from lrplot.text.numbers import short

_TOLD: Final = 3
"""Stray rows that are told one by one."""


def grounds(verdict: Verdict) -> str:
    """The rows an answer rests on."""
    rows, told = len(verdict.column), verdict.told
    if not verdict.causes:
        return f"{verdict.apart} of {rows} rows are apart ({verdict.column.written})"
    rest = rows - told
    silent = f"; on {rest} it says the same as the plan" if rest else ""
    all_of_them = "the one row" if rows == 1 else f"all {rows} rows"
    return f"fits {all_of_them}, told by {told}{silent} ({verdict.column.written})"


def unexplained(verdict: Verdict) -> Iterator[str]:
    """The lines that stand where no cause is told: the few rows that are not as planned, if they are few."""
    strays = verdict.strays
    if strays:
        shown = [f"step {each.step} is {short(each.logged)}, not {short(each.planned)}" for each in strays]
        more = [f"and {verdict.apart - _TOLD} more"] if verdict.apart > _TOLD else []
        yield f"all rows but {verdict.apart} are as planned: {'; '.join([*shown[:_TOLD], *more])}"
    yield f"no cause found that fits all {count(len(verdict.column), 'row')}"


def count(number: int, unit: str) -> str:
    """A number and its unit.

    >>> count(1, "row"), count(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number} {unit}{'s' * (number != 1)}"
