"""A call's text to a curve, the way the program reads it."""

import numpy as np

from lrplot.clock import Clock
from lrplot.frameworks.texts import read
from lrplot.schedules.base import Context, Schedule


def schedule_of(call: str, lr: float | None = 0.3, length: int | None = None) -> Schedule:
    (reading,) = read(call, "call", Context(lr, length, Clock(length)))
    return reading.schedule


def rates_of(call: str, steps: int, lr: float | None = 0.3) -> np.ndarray:
    return schedule_of(call, lr, steps).table(steps)


def agree(call: str, expected: np.ndarray, share: float, lr: float | None = 0.3) -> None:
    """The text's curve is the expected one within ``share`` of the peak."""
    rates = rates_of(call, len(expected), lr)
    worst = np.abs(rates - expected)
    assert worst.max() <= share * max(expected.max(), 1e-300), (
        f"{call}: step {worst.argmax()}: {rates[worst.argmax()]} but {expected[worst.argmax()]}"
    )
