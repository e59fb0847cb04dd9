"""Updates in an epoch, told by the rows of a log."""

import numpy as np
from numpy.typing import NDArray

from lrplot.records.formats.format import Format
from lrplot.records.table import Table


def steps_per_epoch(table: Table, form: Format, counted: str, epochs: str | None) -> float | None:
    """Updates in an epoch, told by rows that have both."""
    if (
        epochs is None
        or epochs == counted
        or epochs not in table.columns
        or {epochs, counted} & set(table.wrong)
    ):
        return None
    ours, theirs = table.columns[counted], table.columns[epochs]
    rows = np.intersect1d(ours.rows, theirs.rows)
    steps = ours.numbers[np.searchsorted(ours.rows, rows)]
    epoch = theirs.numbers[np.searchsorted(theirs.rows, rows)]
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
        return float(steps[at] / epochs[at])
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
    lasts = np.array([updates[epochs == epoch].max() for epoch in np.unique(epochs)])[:1000]
    gaps = np.unique(np.diff(lasts))
    return float(gaps[0]) if len(gaps) == 1 and len(lasts) > 2 and first <= gaps[0] <= end else None
