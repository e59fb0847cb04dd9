"""Several columns of one log: those that are a constant multiple of the first."""

from collections.abc import Iterator

import numpy as np

from lrplot.checks.log.simplest import simplest
from lrplot.records.log import Log


def ratios(log: Log) -> Iterator[tuple[str, str, float]]:
    """Each column that is a constant multiple of the first: its name, the first's, and the factor."""
    first, *others = log.columns
    for other in others:
        if len(other) != len(first) or not np.array_equal(other.steps, first.steps):
            continue
        some = first.rates > 0
        if not some.any() or (other.rates[~some] > other.half[~some]).any():
            continue
        low = (other.rates - other.half)[some] / (first.rates + first.half)[some]
        high = (other.rates + other.half)[some] / (first.rates - first.half)[some]
        least, most = float(low.max()), float(high.min())
        if 0 < least <= most:
            yield other.name, first.name, simplest(least, most)[0]
