"""One format: how it is recognised, and what its rows mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from lrplot.records.forms.lines import Read
from lrplot.records.log import BY_NUMBER, JUST_MADE, NEXT, Convention, Log, Unit
from lrplot.records.names import is_rate
from lrplot.records.table import Table

WHOLE: Final = {"whole": True}
"""The shortest text of a float, as Python writes it."""
OF_EPOCH: Final = Convention(0, "a row has the rate of its epoch, counted from 0")
EPOCH_FROM_1: Final = Convention(-1, "a row has the rate of its epoch, counted from 1")
AFTER_EPOCH: Final = Convention(1, "a row has the rate after its epoch, counted from 0")
OF_EPOCHS: Final = (OF_EPOCH, EPOCH_FROM_1, AFTER_EPOCH)
OF_ROW: Final = Convention(0, "rows are counted from 0")


def _same(table: Table) -> Table:
    return table


def _as_it_is(log: Log, table: Table) -> Log:  # noqa: ARG001 (what a format with facts of its own uses)
    return log


@dataclass(frozen=True, slots=True)
class Format:
    """A way a program writes down its rates.

    Parameters
    ----------
    title
        The program and file, for people.
    recognise
        Whether a table is of this format.
    unit
        The count behind a row's step.
    conventions
        The readings of a row's step, the usual one first.
    is_rate
        Whether a column of this name holds rates.
    printed
        What is known of the numbers' precision: ``whole``, ``decimals`` or ``digits`` of
        :func:`~lrplot.records.precision.half_units`.
    epochs_done
        Whether the column of epochs says how many are done, as 1.5, and not the number of the one at work.
    step
        The column that counts steps; the surest by its name when left out.
    prepare
        Makes the columns that a row's step is worked out from into one.
    finish
        Adds what only this format says: a total, a convention told by the rows.
    least
        The fewest rows that are taken for it: a single rate without a step may stand in any text.
    read, sign
        For texts: what finds the rows, and a piece of one that the text must have somewhere.
    """

    title: str
    recognise: Callable[[Table], bool] = lambda table: True  # noqa: ARG005
    unit: Unit = "updates"
    conventions: tuple[Convention, ...] = (BY_NUMBER, JUST_MADE, NEXT)
    is_rate: Callable[[str], bool] = is_rate
    printed: Mapping[str, Any] = field(default_factory=dict)
    epochs_done: bool = False
    step: str | None = None
    prepare: Callable[[Table], Table] = _same
    finish: Callable[[Log, Table], Log] = _as_it_is
    least: int = 1
    read: Read | None = None
    sign: bytes = b""


def by_base(log: Log, zero: tuple[Convention, ...], one: tuple[Convention, ...]) -> Log:
    """The log with the conventions of a count from 0 where its first step is 0, else those from 1."""
    lowest = min((int(column.steps.min()) for column in log.columns if len(column)), default=0)
    return replace(log, conventions=zero if lowest == 0 else one)
