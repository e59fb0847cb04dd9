"""From a table and its format to a log: which columns, which steps, what is dropped and said."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import LrplotError
from lrplot.records.cells import Values
from lrplot.records.choosing import LARGEST, chosen, counted_by
from lrplot.records.formats.format import OF_EPOCHS, OF_ROW, Format
from lrplot.records.log import JUST_MADE, NEXT, Column, Log, Unit
from lrplot.records.names import EPOCHS, counting
from lrplot.records.per_epoch import steps_per_epoch
from lrplot.records.precision import float32_units, half_units
from lrplot.records.table import Table

_COMPARED: Final = 50
"""Rows before the last one, in whose digits it is judged whether that is cut."""
_NEARLY: Final = 0.2
"""The share of the highest rate from which a rate may have fallen to 0 by the last row."""


def assemble(
    table: Table, form: Format, column: str | None, step_column: str | None, every: int | None
) -> Log:
    """The log that a table of this format holds.

    Raises
    ------
    LrplotError
        When it has no column of rates, several between which somebody has to choose, or no rows.
    """
    table = form.prepare(table)
    names, other = chosen(table, form, column)
    counted, unit = counted_by(table, form, step_column, names)
    notes = [*table.notes, *other]
    epochs = next(iter(counting(table.names, EPOCHS)), None)
    columns = []
    for name in names:
        made = _column(table, form, name, counted, unit, every, epochs, notes)
        if made is not None:
            columns.append(made)
    if not columns:
        raise LrplotError(f"{table.path}: no rates in '{names[0]}'")
    if unit == "rows":
        unit, told = ("updates", "") if every else ("rows", "no column counts steps: rows are counted")
        notes += [told] * bool(told)
    conventions = form.conventions
    if unit == "epochs" and form.unit != "epochs":
        conventions = OF_EPOCHS
    elif unit == "rows" and every is None:
        conventions = (OF_ROW, NEXT)
    elif every is not None and counted is None:
        conventions = tuple(dict.fromkeys([*form.conventions, JUST_MADE]))
    log = Log(
        table.path,
        form.title,
        tuple(columns),
        unit,
        conventions,
        steps_per_epoch(table, form, counted, epochs) if unit == "updates" and counted else None,
        notes=tuple(dict.fromkeys(notes)),
    )
    return form.finish(log, table)


def _column(
    table: Table,
    form: Format,
    name: str,
    counted: str | None,
    unit: Unit,
    every: int | None,
    epochs: str | None,
    notes: list[str],
) -> Column | None:
    values = table.column(name)
    unfinished = table.cut and len(values) > 0 and values.rows[-1] == table.rows - 1
    if unfinished and _is_last_cell(table, name) and not _looks_whole(values.numbers):
        values = values.kept(values.rows < table.rows - 1)
        notes.append("the last line has no end and may be cut: dropped")
    finite = np.isfinite(values.numbers)
    if not finite.all():
        row = int(values.rows[~finite][0])
        many = f"{_rows(~finite)} without a finite rate dropped"
        notes.append(f"{name}: {many}, the first at {table.path.name}{table.place(row)}")
        values = values.kept(finite)
    if counted is None:
        order = np.arange(len(values), dtype=np.int64)
        steps = order if every is None or unit == "epochs" else (order + 1) * every
    else:
        values, steps = _with_steps(table, values, counted, name, notes)
    if not len(values):
        return None
    if counted is not None:
        values, steps = _without_repeats(values, steps, notes)
        _tell_order(steps, unit, notes)
    half, written = (
        float32_units(values.numbers)
        if values.single
        else half_units(values.forms, values.numbers, **form.printed)
    )
    return Column(name, steps, values.numbers, half, written, _beside(table, epochs, values))


def _is_last_cell(table: Table, name: str) -> bool:
    """True where the last cell of an unfinished line is that of the column; a table by hand is believed."""
    return table.form == "lines" or (table.headed and bool(table.names) and table.names[-1] == name)


def _looks_whole(numbers: NDArray[np.float64]) -> bool:
    """True where the last number is no shorter than those before: many files end without a line's end.

    A rate that falls to 0 ends in a short text, and is whole where it was nearly there.
    """
    last, before = float(numbers[-1]), numbers[-_COMPARED:-1]
    if not len(before):
        return True
    if last == 0:
        return bool(before[-1] <= _NEARLY * np.nanmax(numbers))
    return len(_digits(last)) >= float(np.quantile([len(_digits(float(each))) for each in before], 0.25))


def _digits(number: float) -> str:
    """The significant digits of the shortest text of a number."""
    return repr(number).partition("e")[0].replace(".", "").lstrip("-0").rstrip("0")


def _with_steps(
    table: Table, values: Values, counted: str, name: str, notes: list[str]
) -> tuple[Values, NDArray[np.int64]]:
    counts = table.column(counted)
    known, at = counts.at(values.rows)
    if not known.all():
        notes.append(f"{name}: {_rows(~known)} without '{counted}' dropped")
        values = values.kept(known)
    steps = counts.numbers[at]
    with np.errstate(invalid="ignore"):
        wrong = ~((steps == np.floor(steps)) & (steps >= 0) & (steps < LARGEST))
    if wrong.any():
        first = int(np.argmax(wrong))
        raise LrplotError(
            f"{table.path}{table.place(int(values.rows[first]))}: {counted}: "
            f"{steps[first]:g} is no whole step"
        )
    return values, steps.astype(np.int64)


def _without_repeats(
    values: Values, steps: NDArray[np.int64], notes: list[str]
) -> tuple[Values, NDArray[np.int64]]:
    """Without rows that say again what the row before said, as accumulation doubles them."""
    again = np.zeros(len(steps), dtype=np.bool_)
    again[1:] = (np.diff(steps) == 0) & (np.diff(values.numbers) == 0)
    if not again.any():
        return values, steps
    notes.append(f"{_rows(again)} left out, the same as the row before (gradient accumulation?)")
    return values.kept(~again), steps[~again]


def _rows(which: NDArray[np.bool_]) -> str:
    count = int(which.sum())
    return "1 row" if count == 1 else f"{count} rows"


def _tell_order(steps: NDArray[np.int64], unit: Unit, notes: list[str]) -> None:
    moves = np.diff(steps)
    same, back = np.flatnonzero(moves == 0), np.flatnonzero(moves < 0)
    one = "epoch" if unit == "epochs" else "step"
    if len(same):
        notes.append(f"{one} {steps[same[0]]} stands twice, with different rates")
    if len(back):
        at = int(back[0])
        more = "" if len(back) == 1 else f", and {len(back) - 1} more times"
        notes.append(
            f"steps go back from {steps[at]} to {steps[at + 1]}{more}: a resumed run, or several in one log"
        )


def _beside(table: Table, name: str | None, values: Values) -> NDArray[np.float64] | None:
    """The epochs of a column's rows, where each has one."""
    if name is None or name not in table.columns or name in table.wrong:
        return None
    known, at = table.columns[name].at(values.rows)
    return table.columns[name].numbers[at] if known.all() else None
