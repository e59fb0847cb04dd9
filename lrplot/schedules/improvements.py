"""The steps at which a metric is better than the best before it, without going from metric to metric."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]


def improvements(compared: Array, bar: float, bars: Callable[[Whole], Array]) -> Whole | None:
    """The places at which a metric lies below the bar that the best one before it sets, in order.

    A metric below every bar so far is the lowest so far, so only those are looked at: each knows the next
    that is better than itself, and the chain of them from the first on is the answer.

    Parameters
    ----------
    compared
        The metrics, lower ones better; nan is better than nothing.
    bar
        What the first to improve must lie below.
    bars
        What the next must lie below, once the metrics at these places are the best.

    Returns
    -------
    array or None
        None where a metric's own bar lies above it, so that more than the lowest ones may be better.

    Examples
    --------
    >>> metrics = np.array([3.0, 2.9, 2.0, 2.5, 1.9, 1.0])
    >>> improvements(metrics, np.inf, lambda at: metrics[at] - 0.5).tolist()
    [0, 2, 5]
    """
    lowest = np.minimum.accumulate(np.where(np.isnan(compared), np.inf, compared))
    records = np.flatnonzero(np.diff(lowest, prepend=np.inf) < 0)
    # Rising numbers, as a search wants them.
    heights = -lowest[records]
    records = records[np.searchsorted(heights, -bar, side="right") :]
    heights = heights[len(heights) - len(records) :]
    own = -bars(records)
    if not (own >= heights).all():
        return None
    following = np.searchsorted(heights, own, side="right")
    if (following == np.arange(1, len(records) + 1)).all():
        return records
    chain, at, after = [], 0, following.tolist()
    while at < len(after):
        chain.append(at)
        at = after[at]
    return records[chain]
