"""Updates in an epoch, told by the rows of a log."""

import numpy as np
from numpy.typing import NDArray

from lrplot.records.formats.format import Format
from lrplot.records.table import Table


def steps_per_epoch(table: Table, form: Format, counted: str, epochs: str | None) -> float | None:
    """Updates in an epoch, told by rows that have both."""
    if epochs is None or epochs == counted or epochs not in table.columns:
        return None
    if {epochs, counted} & set(table.wrong):
        return None
    ours, theirs = table.columns[counted], table.columns[epochs]
    known, at = theirs.at(ours.rows)
    steps, epoch = ours.numbers[known], theirs.numbers[at]
    good = np.isfinite(steps) & np.isfinite(epoch)
    steps, epoch = steps[good], epoch[good]
    if len(steps) < 2:
        return None
    if form.epochs_done or (epoch != np.floor(epoch)).any():
        return _from_fractions(steps, epoch)
    return _from_numbers(steps + form.conventions[0].offset, epoch)


def _from_fractions(steps: NDArray[np.float64], epochs: NDArray[np.float64]) -> float | None:
    """From epochs such as 0.18: where one is whole, exactly; else by the slope."""
    whole = (epochs == np.floor(epochs)) & (epochs > 0) & (steps > 0)
    if whole.any():
        at = int(np.flatnonzero(whole)[-1])
        length = float(steps[at] / epochs[at])
        is_rounded = bool((np.abs(100 * epochs - np.round(100 * epochs)) < 1e-9).all())
        return None if is_rounded and not length.is_integer() else length
    low, high = int(epochs.argmin()), int(epochs.argmax())
    rise, run = steps[high] - steps[low], epochs[high] - epochs[low]
    if rise <= 0 or run <= 0:
        return None
    slope = float(rise / run)
    return float(round(slope)) if abs(slope - round(slope)) < 1e-6 * slope else slope


def _from_numbers(updates: NDArray[np.float64], epochs: NDArray[np.float64]) -> float | None:
    """From whole numbers of epochs: the one length that puts each update into its epoch."""
    epochs = epochs - (1 if epochs.min() >= 1 else 0)
    if epochs.max() <= 0 or updates.min() < 0:
        return None
    least = float((updates / (epochs + 1)).max())
    most = float((updates[epochs > 0] / epochs[epochs > 0]).min())
    first, end = int(np.floor(least)) + 1, int(np.floor(most))
    if first == end:
        return float(first)
    turns = np.diff(epochs)
    lasts = np.append(updates[:-1][turns > 0], updates[-1])
    gaps = np.diff(lasts)
    if (turns < 0).any() or len(gaps) < 2 or (gaps != gaps[0]).any():
        return None
    return float(gaps[0]) if first <= gaps[0] <= end else None
