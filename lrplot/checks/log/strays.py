"""Stray rows: a few among many that are as planned, with rates that the plan has nowhere near."""

from typing import Final

import numpy as np

from lrplot.checks.log.evidence import Evidence

_FEWEST: Final = 10
"""Rows as planned that are enough to call the others strays."""
_ONE_IN: Final = 20
"""Rows among which one may be a stray; of more strays than 5 % the log is another run's."""
_MOST_UPDATES: Final = 100_000
"""Updates between two rows whose planned rates are looked at."""


def are_few(found: Evidence) -> bool:
    """True where at most one row in twenty, or one of ten, is not as planned."""
    apart = int(found.apart.sum())
    return 0 < apart <= max(1, len(found) // _ONE_IN) and len(found) - apart >= _FEWEST


def are_strays(found: Evidence) -> bool:
    """True where the few rows apart have rates that no clock gives them.

    Each stands between rows that are as planned, and its rate is none of those planned between the two:
    a schedule that is stepped later, sooner, or not at all goes through these.
    """
    if not are_few(found):
        return False
    good = np.flatnonzero(~found.apart)
    wrong = np.flatnonzero(found.apart)
    after = np.searchsorted(good, wrong)
    if after.min() == 0 or after.max() == len(good):
        return False
    return all(
        _is_outside(found, int(row), int(good[at - 1]), int(good[at]))
        for row, at in zip(wrong, after, strict=True)
    )


def _is_outside(found: Evidence, row: int, before: int, after: int) -> bool:
    """True where a row's rate is above or below all that are planned between two others."""
    first, last = sorted((int(found.u[before]), int(found.u[after])))
    if last - first > _MOST_UPDATES:
        return False
    planned = found.plan.rates(np.arange(first, last + 1))
    y, half = found.y[row], found.half[row]
    return bool(y - half > planned.max() or y + half < planned.min())
