"""Rates that a training logged: the rows of a log, and what a row's step means."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Unit = Literal["updates", "epochs", "rows"]
"""The count behind a row's step: optimizer updates, epochs, or only the rows themselves."""


@dataclass(frozen=True, slots=True)
class Convention:
    """One reading of a row's step: the row at step s holds the rate of update s + offset, counted from 0.

    Parameters
    ----------
    offset
        -1 where the step counts updates already made and the row has the last one's rate; 0 where it
        counts from 0, or where the row has the next update's rate; 1 where both are so.
    says
        The sentence about it for people, such as "Transformers ≤ 4.50: a row has the next update's rate".

    Examples
    --------
    >>> Convention(-1, "a row has the rate of the update just made").offset
    -1
    """

    offset: int
    says: str


BY_NUMBER: Final = Convention(0, "a row has the rate of the update of its number, counted from 0")
JUST_MADE: Final = Convention(-1, "a row has the rate of the update just made, counted from 1")
NEXT: Final = Convention(1, "a row has the next update's rate")


@dataclass(frozen=True, eq=False, slots=True)
class Column:
    """The logged rates of one parameter group.

    Parameters
    ----------
    name
        The column's name in the log, such as ``lr-SGD/pg1``.
    steps
        The logged step of each row, int64, in the order of the log.
    rates
        The rate of each row, float64.
    half
        Half a unit of what was written, for each row: the true rate lies within ``rates ± half``.
    written
        The precision as written, for people: ``float64``, ``float32``, ``4 digits``, ``5 decimals``.
    epochs
        The epoch of each row as logged, where all have one; None elsewhere.

    Examples
    --------
    >>> Column("lr", np.array([0, 1]), np.array([0.1, 0.05]), np.array([5e-5, 5e-6]), "4 digits").name
    'lr'
    """

    name: str
    steps: NDArray[np.int64]
    rates: NDArray[np.float64]
    half: NDArray[np.float64]
    written: str
    epochs: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.rates)


@dataclass(frozen=True, eq=False, slots=True)
class Log:
    """The learning rates that a training wrote down.

    Parameters
    ----------
    path
        The file, or the name of the stream.
    format
        The program and file that wrote it, for people: "Transformers' trainer_state.json".
    columns
        The columns that hold rates, at least one.
    unit
        The count behind a row's step.
    conventions
        The readings of a row's step that this format is known to have, the usual one first. All are
        accepted; a difference between them is no fault of a training.
    steps_per_epoch
        Updates in an epoch where the log tells both, as a fraction of steps to epochs; None elsewhere.
    total
        The number of updates the run was to make, where the log says it.
    notes
        What a reader should know: rows dropped, an unfinished last line.
    """

    path: Path
    format: str
    columns: tuple[Column, ...]
    unit: Unit = "updates"
    conventions: tuple[Convention, ...] = (BY_NUMBER, JUST_MADE, NEXT)
    steps_per_epoch: float | None = None
    total: int | None = None
    notes: tuple[str, ...] = field(default=())
