"""Logs of learning rates from the files that trainings leave; nothing in them is executed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from lrplot.errors import LrplotError
from lrplot.files import read_bytes
from lrplot.records.assemble import assemble
from lrplot.records.blocks import first_lines, text_of
from lrplot.records.formats.registry import TABLES, TEXTS
from lrplot.records.forms.delimited import delimiter_of, read_delimited, surest_delimiter
from lrplot.records.forms.events import is_events, read_events
from lrplot.records.forms.objects import is_json, read_json
from lrplot.records.log import Log
from lrplot.records.names import is_kept
from lrplot.records.places import place
from lrplot.records.search import candidates, nothing
from lrplot.records.table import Table

_MOST_BYTES: Final = 1_000_000_000
"""Bytes of the largest log that is read: it is held whole, and one of 10^7 rows has about as many."""
_NAMED: Final = 3
"""Files of a folder that are named beside the one that is taken."""
_TOLD: Final = 5
"""Files of a folder of which it is told why none of them is a log."""
_FACTS: Final = frozenset({"total_steps", "skipped", "Value"})
"""Columns that some format needs and whose names say nothing of rates or steps."""
_JSON: Final = frozenset({".json", ".jsonl", ".ndjson"})
_CELLS: Final = frozenset({".csv", ".tsv"})
_TABLES: Final = _JSON | _CELLS
"""Files whose name says that they are tables: never lines of text."""
_LOOKED_FOR: Final = (
    "a table or JSON with lr or learning_rate, Transformers' {'learning_rate': …}, "
    "'lr: 1e-4' or 'learning rate: 1e-4' in lines"
)


def read_log(
    where: str,
    folder: Path,
    *,
    column: str | None = None,
    step_column: str | None = None,
    every: int | None = None,
    data: bytes | None = None,
) -> Log:
    r"""The learning rates that a training logged.

    Parameters
    ----------
    where
        A file, or a folder that is searched for one, relative to ``folder``, with ``#column`` where it has
        several columns of rates; ``-`` for ``data``.
    folder
        Where relative paths start.
    column
        The column of rates, as after ``#``.
    step_column
        The column that counts steps, where its name does not say so.
    every
        Updates between two rows, for logs that count no steps: row i, from 0, is then of step (i + 1)·every.
    data
        What standard input held.

    Raises
    ------
    LrplotError
        When there is no such file, it holds no rates, or it cannot be told which column has them.

    Examples
    --------
    >>> log = read_log("-", Path(), data=b"step,lr\n0,0.1\n10,0.05\n")
    >>> log.columns[0].steps.tolist(), log.columns[0].rates.tolist(), log.columns[0].written
    ([0, 10], [0.1, 0.05], '4 digits')
    """
    if every is not None and every < 1:
        raise LrplotError(f"every: {every} updates between two rows; expected at least 1")
    path, named, is_folder = _where(where, folder, data)
    column = column if column is not None else named
    if is_folder:
        return _in_folder(path, column, step_column, every)
    content = data if data is not None and path == Path("-") else read_bytes(path, _MOST_BYTES)
    return _read(content, path, column, step_column, every)


def _where(where: str, folder: Path, data: bytes | None) -> tuple[Path, str | None, bool]:
    name, mark, column = where.partition("#")
    if name == "-" and data is not None:
        return Path("-"), column if mark else None, False
    before, mark, column = where.rpartition("#")
    if _is_folder(folder / where):
        return folder / where, None, True
    if mark and _is_folder(folder / before) and not (folder / where).exists():
        return folder / before, column, True
    return *place(where, folder), False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a name that is none; told where it is opened
        return False


def _in_folder(folder: Path, column: str | None, step_column: str | None, every: int | None) -> Log:
    found = candidates(folder)
    told: list[str] = []
    for path in found:
        try:
            content = read_bytes(path, _MOST_BYTES)
            parts = _parts(path, found) if is_events(content) else [path]
            before = [read_bytes(each, _MOST_BYTES) for each in parts[:-1]]
            log = _read(content, parts[-1], column, step_column, every, before)
        except LrplotError as error:
            told.append(str(error))
            continue
        others = [str(each.relative_to(folder)) for each in found if each not in parts]
        if len(parts) > 1:
            log = replace(log, notes=(f"{len(parts)} event files of {path.parent} are one run", *log.notes))
        if not others:
            return log
        named = ", ".join(others[:_NAMED]) + (
            f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        )
        note = f"{path.relative_to(folder)} of {folder} is taken; there is also {named}"
        return replace(log, notes=(note, *log.notes))
    if told:
        raise LrplotError("\n".join(told[:_TOLD]))
    raise nothing(folder)


def _parts(path: Path, found: Sequence[Path]) -> list[Path]:
    """The event files of one folder, in the order of their names: those of a run that was started again."""
    return sorted(each for each in found if each.parent == path.parent and "tfevents" in each.name)


def _read(
    data: bytes,
    path: Path,
    column: str | None,
    step_column: str | None,
    every: int | None,
    before: Sequence[bytes] = (),
) -> Log:
    named = {column, step_column} - {None}

    def keep(name: str) -> bool:
        return name in named or name in _FACTS or is_kept(name)

    if not data.strip():
        raise LrplotError(f"{path}: empty")
    if is_events(data):
        return _of_table(read_events(data, path, keep, before), column, step_column, every)
    data = text_of(data, path)
    if not first_lines(data, 1):
        raise LrplotError(f"{path}: empty")
    table, failure = _table_or_not(data, path, keep)
    if table is not None:
        return _of_table(table, column, step_column, every)
    for form in TEXTS:
        if form.read is not None and form.sign in data:
            found = form.read(data, path)
            if found is not None and found.rows >= form.least:
                return assemble(found, form, column, step_column, every)
    raise failure or LrplotError(f"{path}: no learning rate is found in it (looked for {_LOOKED_FOR})")


def _table_or_not(
    data: bytes, path: Path, keep: Callable[[str], bool]
) -> tuple[Table | None, LrplotError | None]:
    """The table that a text is; why it is none, where it may still be lines of text."""
    try:
        return _table(data, path, keep), None
    except LrplotError as error:
        if path.suffix.lower() in _TABLES:
            raise
        return None, error


def _table(data: bytes, path: Path, keep: Callable[[str], bool]) -> Table | None:
    """The table that a text is; None where it is lines that programs print."""
    suffix = path.suffix.lower()
    if suffix in _JSON or (suffix not in _CELLS and is_json(data)):
        return read_json(data, path, keep)
    if suffix in _CELLS:
        return read_delimited(data, path, keep, delimiter_of(data) or surest_delimiter(data))
    delimiter = delimiter_of(data)
    return None if delimiter is None else read_delimited(data, path, keep, delimiter)


def _of_table(table: Table, column: str | None, step_column: str | None, every: int | None) -> Log:
    form = next(form for form in TABLES if form.recognise(table))
    return assemble(table, form, column, step_column, every)
