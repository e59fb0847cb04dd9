"""Sentences about a verdict that every form of it has."""

from lrplot.checks.log.verdict import Verdict


def grounds(verdict: Verdict) -> str:
    """The rows an answer rests on."""
    rows, told = len(verdict.column), verdict.told
    if not verdict.causes:
        return f"{verdict.apart} of {rows} rows are apart ({verdict.column.written})"
    rest = rows - told
    silent = f"; on {rest} it says the same as the plan" if rest else ""
    all_of_them = "the one row" if rows == 1 else f"all {rows} rows"
    return f"fits {all_of_them}, told by {told}{silent} ({verdict.column.written})"


def count(number: int, unit: str) -> str:
    """A number and its unit.

    >>> count(1, "row"), count(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number} {unit}{'s' * (number != 1)}"
