"""The findings about the schedule behind a log."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lrplot.run import Run


@dataclass(frozen=True, slots=True)
class Near:
    """A schedule that does not fit, and how far it is from the row it misses most, in half units."""

    family: str
    spec: Mapping[str, Any]
    worst: float


@dataclass(frozen=True, slots=True)
class Identified:
    """The schedule behind a log.

    Parameters
    ----------
    family
        Its kind in a word or two; empty where nothing fits.
    spec
        The spec as plain data, as lrplot writes it; empty where nothing fits.
    run
        The same as lrplot's own reader of specs builds it; None where nothing fits.
    worst
        The largest distance of a row from it, in half units of what was written.
    untold
        What the log does not tell, a sentence each without a full stop.
    nearest
        The two nearest that do not fit, where nothing does.
    rows
        The number of rows that were compared.
    cost
        How many digits and parameters it takes to say it: of two answers that fit, the lower is the simpler.
    """

    family: str
    spec: Mapping[str, Any]
    run: Run | None
    worst: float
    untold: tuple[str, ...] = ()
    nearest: tuple[Near, ...] = ()
    rows: int = 0
    cost: float = math.inf

    @property
    def fits(self) -> bool:
        """True where every row lies within half a unit of what was written."""
        return self.run is not None
