"""Conditions on the last metrics, answered for every window of a series together."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Answers = NDArray[np.bool_]
Condition = Callable[[Array, int, float], Answers]


def over_windows(combine: Callable[[Any, Any], Any], values: NDArray[Any], width: int) -> NDArray[Any]:
    """What ``combine`` makes of each ``width`` values in a row, by combining ever longer stretches.

    >>> over_windows(np.fmin, np.array([3.0, 1.0, 2.0, 5.0, 4.0]), 3).tolist()
    [1.0, 1.0, 2.0]
    """
    done = 1
    while done < width:
        step = min(done, width - done)
        values = combine(values[:-step], values[step:])
        done += step
    return values


def _improving(metrics: Array, window: int, by: float) -> Answers:
    return np.asarray(metrics[: 1 - window] - metrics[window - 1 :] > by)


def _rising(metrics: Array, window: int, by: float) -> Answers:
    return np.asarray(metrics[window - 1 :] - metrics[: 1 - window] > by)


def _stalled(metrics: Array, window: int, by: float) -> Answers:
    lowest = over_windows(np.fmin, metrics[1:], window - 1)
    return ~np.asarray(metrics[: 1 - window] - lowest > by)


def _oscillating(metrics: Array, window: int, by: float) -> Answers:
    moves = np.diff(metrics)
    large = over_windows(np.logical_and, np.abs(moves) > by, window - 1)
    turns = over_windows(np.logical_and, (moves[1:] > 0) != (moves[:-1] > 0), window - 2)
    return np.asarray(large & turns)


OF_SERIES: Final[Mapping[str, Condition]] = MappingProxyType(
    {"improving": _improving, "stalled": _stalled, "oscillating": _oscillating, "rising": _rising}
)
"""The conditions of a callback's rules: of metrics, a window and how much counts, an answer a window."""
