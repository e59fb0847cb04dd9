"""The schedule behind a log: its steps read in each way that its format is known to have."""

from dataclasses import dataclass

from lrplot.errors import LrplotError
from lrplot.identification.identified import Identified
from lrplot.identification.identify import identify
from lrplot.records.log import Column, Convention, Log


@dataclass(frozen=True, slots=True)
class IdentifiedLog:
    """The schedule behind a column of a log, and the reading of its steps that it was found by.

    Parameters
    ----------
    log
        The log.
    column
        The column that was looked at.
    convention
        The reading of a row's step.
    decided
        Whether the rows decide it: every other reading makes the spec longer.
    found
        The schedule, or the nearest two where none fits.
    """

    log: Log
    column: Column
    convention: Convention
    decided: bool
    found: Identified


def identify_log(log: Log, column: str | None = None) -> IdentifiedLog:
    r"""The schedule behind a log, by the reading of its steps that makes the spec simplest.

    Parameters
    ----------
    log
        The log.
    column
        The name of the column to look at; the first when left out.

    Returns
    -------
    IdentifiedLog
        Of readings that make the spec equally short, the usual one of the log's format.

    Raises
    ------
    LrplotError
        When no row has a step ≥ 0, a rate is negative, or one step has two rates.

    Examples
    --------
    >>> from pathlib import Path
    >>> from lrplot.records.reading import read_log
    >>> rows = b"step,lr\n1,0.1\n2,0.095\n5,0.08\n10,0.055\n15,0.03\n"
    >>> answer = identify_log(read_log("-", Path(), data=rows))
    >>> answer.found.spec, answer.convention.offset
    ({'lr': 0.1, 'steps': 20, 'schedule': {'type': 'linear', 'T_max': 20}}, -1)
    """
    looked_at = _column(log, column)
    tried = []
    for convention in log.conventions:
        updates = looked_at.steps + convention.offset
        if len(updates) and updates.min() >= 0:
            total = log.total if log.unit == "updates" else None
            tried.append((convention, identify(updates, looked_at.rates, looked_at.half, total=total)))
    if not tried:
        raise LrplotError(f"{log.path}: no row of a step ≥ 0")
    convention, found = min(tried, key=lambda each: each[1].cost)
    decided = found.fits and all(other.cost > found.cost for each, other in tried if each is not convention)
    return IdentifiedLog(log, looked_at, convention, decided, found)


def _column(log: Log, name: str | None) -> Column:
    if name is None:
        return log.columns[0]
    for column in log.columns:
        if column.name == name:
            return column
    columns = ", ".join(column.name for column in log.columns)
    raise LrplotError(f"{log.path}: no column of rates '{name}'; it has {columns}")
