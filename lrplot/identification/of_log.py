"""The schedule behind a log, under the reading of its steps that makes the schedule simplest."""

from dataclasses import dataclass
from typing import Any

from lrplot.errors import LrplotError
from lrplot.identification.identified import Identified
from lrplot.identification.identify import identify
from lrplot.records.log import Column, Convention, Log


@dataclass(frozen=True, slots=True)
class IdentifiedLog:
    """The schedule behind a log.

    Parameters
    ----------
    name
        The log.
    log
        Its rows.
    column
        The column that was looked at.
    convention
        What its steps were taken for.
    decided
        Whether the rows tell so.
    found
        The schedule.
    """

    name: str
    log: Log
    column: Column
    convention: Convention
    decided: bool
    found: Identified


def identify_log(name: str, log: Log) -> IdentifiedLog:
    """The schedule found under the log's own reading of a step, or under another that makes it simpler.

    Raises
    ------
    LrplotError
        When the log has no row of a step ≥ 0.
    """
    column = log.columns[0]
    tried = []
    for convention in log.conventions:
        updates = column.steps + convention.offset
        if len(updates) and updates.min() >= 0:
            total = log.total if log.unit == "updates" else None
            tried.append((convention, identify(updates, column.rates, column.half, total=total)))
    if not tried:
        raise LrplotError(f"{name}: no row of a step ≥ 0")
    best = min(tried, key=lambda each: each[1].cost)
    others = [found.cost for convention, found in tried if convention is not best[0]]
    decided = all(cost > best[1].cost for cost in others) and best[1].fits
    return IdentifiedLog(name, log, column, best[0], decided, best[1])


def as_data(read: IdentifiedLog) -> dict[str, Any]:
    """``{"format": 1, "fits", "family", "spec", "worst", "rows", "untold", "nearest", "log"}``."""
    found = read.found
    return {
        "format": 1,
        "fits": found.fits,
        "family": found.family,
        "spec": dict(found.spec),
        "worst": found.worst if found.fits else None,
        "rows": found.rows,
        "untold": [*found.untold],
        "nearest": [{"family": e.family, "spec": dict(e.spec), "worst": e.worst} for e in found.nearest],
        "log": {
            "format": read.log.format,
            "column": read.column.name,
            "written": read.column.written,
            "unit": read.log.unit,
            "offset": read.convention.offset,
            "offset_told": read.decided,
        },
    }
