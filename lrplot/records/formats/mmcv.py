"""mmcv 1: JSON lines whose iterations start again in each epoch."""

from dataclasses import replace
from typing import Final

import numpy as np

from lrplot.records.cells import Values
from lrplot.records.formats.format import Format
from lrplot.records.log import BY_NUMBER, JUST_MADE
from lrplot.records.table import Table


def _placed(table: Table) -> Table:
    """The table with updates counted through all epochs."""
    epochs, inner, rates = table.column("epoch"), table.column("iter"), table.column("lr")
    both = rates.rows[epochs.at(rates.rows)[0] & inner.at(rates.rows)[0]]
    epoch, iteration = epochs.numbers[epochs.at(both)[1]], inner.numbers[inner.at(both)[1]]
    again = (np.diff(epoch) > 0) & (np.diff(iteration) <= 0)
    if not again.any():
        return table.with_column("step", Values(both, iteration))
    length = float(iteration.max())
    gap = float(np.min(np.diff(np.unique(iteration)), initial=length))
    told = f"an epoch is taken to have {length:.0f} iterations, the last that was logged of one" + (
        f"; it may have up to {length + gap - 1:.0f}" if gap > 1 else ""
    )
    placed = table.with_column("step", Values(both, (epoch - 1) * length + iteration))
    return replace(placed, notes=(*table.notes, told))


LOG_JSON: Final = Format(
    "mmcv's log.json",
    lambda table: table.form == "records" and table.has("mode", "epoch", "iter", "lr"),
    conventions=(JUST_MADE, BY_NUMBER),
    printed={"decimals": 5},
    step="step",
    prepare=_placed,
)
