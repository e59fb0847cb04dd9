"""The columns of a table that hold rates, and the one that counts steps."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from lrplot.errors import LrplotError
from lrplot.records.cells import Values
from lrplot.records.formats.format import Format
from lrplot.records.log import Unit
from lrplot.records.names import EPOCHS, UPDATES, counting, family, is_exact
from lrplot.records.table import Table
from lrplot.text.nearest import did_you_mean

LARGEST: Final = 2**53
"""No step is beyond it: float64 has not all whole numbers there."""
_NAMED: Final = 8
"""Names that a sentence lists at most."""
_LOOKED_FOR: Final = "lr, learning_rate, 'learning rate', lr-…, lr/…, …/lr, …_lr"


def chosen(table: Table, form: Format, column: str | None) -> tuple[Sequence[str], list[str]]:
    """The columns of rates, and what is said of others."""
    if column is not None:
        if column in table.columns:
            return (column,), []
        numbered = [name for name in table.names if name in table.columns]
        hint = did_you_mean(column, table.names, f"; it has {_listed(table.names or numbered)}")
        raise LrplotError(f"{table.path}: no column '{column}'{hint}")
    rates: Sequence[str] = [name for name in table.columns if form.is_rate(name) and _has_cells(table, name)]
    if not rates and not table.headed and table.form in {"cells", "records"}:
        rates = _by_place(table)
    if not rates:
        raise LrplotError(f"{table.path}: {_no_rate(table)}")
    families = list(dict.fromkeys(family(name) for name in rates))
    if len(families) == 1 or all(each.startswith("lr_") for each in families):
        return rates, []
    exact = [name for name in rates if is_exact(name)]
    if len(exact) == 1:
        others = [name for name in rates if name != exact[0]]
        return exact, [f"rates of '{exact[0]}'; there is also {_listed(others)}"]
    raise LrplotError(
        f"{table.path}: which column? it has {_listed(rates)}; write {table.path.name}#{rates[0]}"
    )


def _by_place(table: Table) -> Sequence[str]:
    """The rates of a table without a header: the only column, or the second after whole steps."""
    if len(table.names) == 1:
        return table.names
    if len(table.names) == 2 and _are_steps(table.columns[table.names[0]]):
        return table.names[1:]
    raise LrplotError(
        f"{table.path}: which column? it has no header, and {len(table.names)} columns; "
        f"write {table.path.name}#2 for the second"
    )


def _no_rate(table: Table) -> str:
    if any(form in table.names for form in ("val_loss", "loss")) and table.has("epoch"):
        more = "; Keras logs a rate only with LearningRateScheduler or ReduceLROnPlateau among the callbacks"
    else:
        more = ""
    has = f"; it has {_listed(table.names)}" if table.names else ""
    return f"no column of rates is found (looked for {_LOOKED_FOR}){has}{more}; name one with #COLUMN"


def counted_by(
    table: Table, form: Format, step_column: str | None, rates: Sequence[str]
) -> tuple[str | None, Unit]:
    """The column that counts steps, and what it counts."""
    if step_column is not None:
        if step_column not in table.columns:
            hint = did_you_mean(step_column, table.names, f"; it has {_listed(table.names)}")
            raise LrplotError(f"{table.path}: no column '{step_column}'{hint}")
        return step_column, "epochs" if counting((step_column,), EPOCHS) else "updates"
    here: dict[str, Unit] = {}
    for each, counts in _candidates(table, form, rates):
        here.setdefault(each, counts)
    beside = (
        name
        for name in here
        if name in table.wrong or _stand_beside(table.columns[name], table.columns[rates[0]])
    )
    name = next(beside, None)
    if name is not None:
        return name, here[name]
    return None, "epochs" if form.unit == "epochs" else "rows"


def _candidates(table: Table, form: Format, rates: Sequence[str]) -> Iterator[tuple[str, Unit]]:
    """The columns that may count steps, the surest first, and what each counts."""
    if form.step is not None and form.step in table.columns:
        yield form.step, form.unit
    others = tuple(name for name in table.names if name in table.columns and name not in rates)
    if form.unit == "rows":
        return
    if not table.headed:
        yield from ((name, form.unit) for name in others[:1] if _are_steps(table.columns[name]))
        return
    yield from ((name, "updates") for name in counting(others, UPDATES))
    yield from ((name, "epochs") for name in counting(others, EPOCHS) if _are_steps(table.columns[name]))


def _has_cells(table: Table, name: str) -> bool:
    """True where a column has numbers, or something wrong that has to be told."""
    return bool(len(table.columns[name])) or name in table.wrong


def _stand_beside(steps: Values, rates: Values) -> bool:
    return bool(steps.at(rates.rows)[0].any())


def _are_steps(values: Values) -> bool:
    numbers = values.numbers
    with np.errstate(invalid="ignore"):
        return bool(len(values)) and bool(
            ((numbers == np.floor(numbers)) & (numbers >= 0) & (numbers < LARGEST)).all()
        )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"
