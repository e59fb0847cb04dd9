"""Metrics and gradients from the files that training leaves behind; nothing in them is executed."""

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO, TextIOWrapper
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import LrplotError
from lrplot.files import read_bytes
from lrplot.records.cells import EMPTY
from lrplot.records.places import place
from lrplot.text.caret import brief
from lrplot.text.nearest import did_you_mean

MOST_ROWS: Final = 10_000_000
"""Most rows ever read."""
_MOST_CELLS: Final = 100_000_000
"""Most numbers of an array that are read: 800 MB of float64."""
_MOST_BYTES: Final = 500_000_000
"""Bytes of the largest text that is read: it is held whole, and its numbers beside it."""
_MOST_JSON: Final = 100_000_000
"""A JSON document is read whole, and takes some ten times its size."""
_HEAD: Final = 1 << 16
"""Bytes in which a zero tells that a file is no text, and lines among which the first two of JSON are looked
for."""
USUAL: Final = ("eval_loss", "val_loss", "loss")
"""The columns taken, in this order, where none is named and there are several."""
_DELIMITERS: Final = ",;\t"


def read_series(where: str, folder: Path) -> tuple[float, ...]:
    r"""One number a step, from a file.

    - ``.csv``, ``.tsv``: a column by its name in the header, or its number from 1 where there is none;
      comma, semicolon or tab, whichever the first line has most of. Empty cells, ``NA``, ``None``,
      ``null`` and ``-`` are passed over, as loggers leave them in rows of other metrics.
    - ``.jsonl``, ``.ndjson``, and a ``.json`` whose first line is an object of several: a key of each
      line's object; lines without it are passed over.
    - ``.json``: a list of numbers, a list of objects as above, an object of lists, or the
      ``trainer_state.json`` of Transformers (its ``log_history``).
    - ``.npy``: numbers in one dimension, or a column of two by its number from 1.
    - any other: one number a line; empty lines and ``#`` comments are passed over.

    Where no column is named it is the only one, or ``eval_loss``, ``val_loss`` or ``loss``. nan and
    infinity are numbers.

    Parameters
    ----------
    where
        The file, relative to ``folder``, with ``#column`` where it has several.
    folder
        Where relative paths start.

    Raises
    ------
    LrplotError
        When there is no such file or column, a cell is no number, or nothing is found.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "log.csv").write_text("epoch,val_loss\n0,0.9\n1,0.7\n")
    ...     read_series("log.csv#val_loss", Path(folder))
    (0.9, 0.7)
    """
    path, column = place(where, folder)
    if path.suffix.lower() == ".npy":
        return tuple(_array_column(_load(path), path, column).tolist())
    rows = _rows(path)
    name = _choose(rows.names, column, path)
    numbers = tuple(rows.column(name))
    if not numbers:
        raise LrplotError(f"{path}: no numbers" + (f" in '{name}'" if name else ""))
    return numbers


def read_vectors(where: str, folder: Path) -> NDArray[np.float64]:
    r"""Several numbers a step, such as gradients: an array of shape (steps, parameters).

    A ``.npy`` of two dimensions, or a ``.csv`` or ``.tsv`` with all its columns; with ``#column``, and
    from any other file, it is the one column of :func:`read_series`.

    Raises
    ------
    LrplotError
        As :func:`read_series`; and when a cell of a table is empty.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "gradients.csv").write_text("w,b\n0.5,-1\n0.25,2\n")
    ...     read_vectors("gradients.csv", Path(folder)).tolist()
    [[0.5, -1.0], [0.25, 2.0]]
    """
    path, column = place(where, folder)
    suffix = path.suffix.lower()
    if column is None and suffix == ".npy":
        array = _load(path)
        return array[:, None] if array.ndim == 1 else array
    if column is None and suffix in {".csv", ".tsv"}:
        rows = _Table(path)
        columns = [list(rows.column(name, sparse=False)) for name in rows.names]
        if not columns or not columns[0]:
            raise LrplotError(f"{path}: no numbers")
        return np.array(columns, dtype=np.float64).T
    return np.array(read_series(where, folder), dtype=np.float64)[:, None]


def _choose(names: Sequence[str], column: str | None, path: Path) -> str:
    """The column that is meant."""
    if column is not None:
        if column in names:
            return column
        has = f"it has {', '.join(names)}" if any(names) else "it has no columns"
        raise LrplotError(f"{path}: no column '{column}'" + did_you_mean(column, names, f"; {has}"))
    if len(names) == 1:
        return names[0]
    usual = next((name for name in USUAL if name in names), None)
    if usual is not None:
        return usual
    if not names:
        raise LrplotError(f"{path}: no numbers")
    raise LrplotError(f"{path}: which column? it has {', '.join(names)}; write {path.name}#{names[-1]}")


class _Rows:
    """Named columns of a file."""

    names: Sequence[str] = ("",)

    def __init__(self, path: Path) -> None:
        self.path = path

    def column(self, name: str) -> Iterator[float]:
        """The numbers of a column, what is empty passed over."""
        raise NotImplementedError

    def lines(self) -> Iterator[tuple[int, str]]:
        """The file's lines, counted from 1."""
        return enumerate(_text(self.path), 1)


class _Plain(_Rows):
    """One number a line."""

    def column(self, name: str) -> Iterator[float]:  # noqa: ARG002 (there is only one)
        for number, line in self.lines():
            if line.strip() and not line.lstrip().startswith("#"):
                yield _number(line, self.path, number)


class _Table(_Rows):
    """Cells between delimiters, with or without a header."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._first = next((line for _, line in self.lines() if line.strip()), "")
        self._delimiter = max(_DELIMITERS, key=self._first.count)
        first = next(csv.reader([self._first], delimiter=self._delimiter), [])
        self._header = any(cell.strip() and not _is_number(cell) for cell in first)
        self.names = [cell.strip() if self._header else str(i) for i, cell in enumerate(first, 1)]

    def column(self, name: str, *, sparse: bool = True) -> Iterator[float]:
        at = self.names.index(name)
        reader = csv.reader((line for _, line in self.lines()), delimiter=self._delimiter)
        header = self._header
        try:
            for row in reader:
                if not any(cell.strip() for cell in row):
                    continue
                if header:
                    header = False
                    continue
                cell = row[at] if at < len(row) else ""
                if not sparse or cell.strip().lower() not in EMPTY:
                    yield _number(cell, self.path, reader.line_num, name)
        except csv.Error as error:
            raise LrplotError(f"{self.path}:{reader.line_num}: {error}") from None


class _Records(_Rows):
    """Objects with keys, each on a line or in a list; ``where`` says what is told of one."""

    def __init__(self, path: Path, records: Iterable[tuple[str, Any]]) -> None:
        super().__init__(path)
        self._records = list(records)
        keys = (record for _, record in self._records if isinstance(record, Mapping))
        self.names = list(
            dict.fromkeys(key for record in keys for key, value in record.items() if _real(value))
        )
        if not self.names or any(not isinstance(record, Mapping) for _, record in self._records):
            self.names = [""]

    def column(self, name: str) -> Iterator[float]:
        for where, record in self._records:
            value = record if not name else record.get(name)
            if value is None:
                continue
            if not _real(value):
                raise LrplotError(f"{self.path}{where}: {_of(name)}{json.dumps(value)[:60]} is no number")
            yield _finite_or_not(value)


def _rows(path: Path) -> _Rows:
    suffix = path.suffix.lower()
    if suffix in {".csv", ".tsv"}:
        return _Table(path)
    if suffix in {".jsonl", ".ndjson"} or (suffix == ".json" and _is_of_lines(path)):
        lines = ((i, line) for i, line in enumerate(_text(path), 1) if line.strip())
        return _Records(path, ((f":{i}", _json(line, path, i)) for i, line in lines))
    if suffix == ".json":
        return _Records(path, _in_json(_json("".join(_text(path)), path), path))
    return _Plain(path)


def _is_of_lines(path: Path) -> bool:
    """True where a file has an object on each line, as some programs write under the name of a document."""
    first = [line for line in islice(_text(path), _HEAD) if line.strip()][:2]
    if len(first) < 2:
        return False
    try:
        return isinstance(json.loads(first[0]), Mapping)
    except (ValueError, RecursionError):
        return False


def _in_json(data: Any, path: Path) -> Iterator[tuple[str, Any]]:
    """The records of a JSON document: objects, or bare numbers."""
    records = data.get("log_history") if isinstance(data, Mapping) else data
    if isinstance(records, list):
        return ((f": entry {i}", record) for i, record in enumerate(records))
    if isinstance(data, Mapping) and any(isinstance(value, list) for value in data.values()):
        lists = {key: value for key, value in data.items() if isinstance(value, list)}
        rows = zip_longest(*lists.values())
        return ((f": entry {i}", dict(zip(lists, row, strict=True))) for i, row in enumerate(rows))
    raise LrplotError(f"{path}: neither a list of numbers, a list of objects, nor a trainer_state.json")


def _json(text: str, path: Path, line: int | None = None) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise LrplotError(f"{path}:{line or error.lineno}: not JSON: {error.msg}") from None
    except (RecursionError, ValueError):
        raise LrplotError(f"{path}{'' if line is None else f':{line}'}: not JSON that can be read") from None


def _text(path: Path) -> Iterator[str]:
    """The lines of a text, at most as many as are ever read."""
    # At once: a file that is left half read stays open.
    data = read_bytes(path, _MOST_JSON if path.suffix.lower() == ".json" else _MOST_BYTES)
    if b"\0" in data[:_HEAD]:
        number = data.count(b"\n", 0, data.index(0)) + 1
        raise LrplotError(f"{path}:{number}: not a text in UTF-8")
    count = 0
    try:
        for line in TextIOWrapper(BytesIO(data), encoding="utf-8-sig"):
            count += 1
            if count > MOST_ROWS:
                raise LrplotError(f"{path}: more than {MOST_ROWS} rows")
            if "\0" in line:
                raise LrplotError(f"{path}:{count}: not a text")
            yield line
    except UnicodeDecodeError:
        raise LrplotError(f"{path}: not a text in UTF-8") from None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _number(text: str, path: Path, line: int, name: str = "") -> float:
    if not _is_number(text):
        shown = f"'{brief(text.strip())}' is no number" if text.strip() else "an empty cell"
        raise LrplotError(f"{path}:{line}: {_of(name)}{shown}")
    return float(text)


def _of(name: str) -> str:
    return f"{name}: " if name else ""


def _real(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _finite_or_not(value: float) -> float:
    """A JSON number as float64; a whole one beyond its range is infinite, as a written 1e999 is."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _load(path: Path) -> NDArray[np.float64]:
    """An array of one or two dimensions; pickled objects are never read."""
    try:
        array = np.lib.format.open_memmap(path, mode="r")
    except OSError as error:
        raise LrplotError(f"{path}: cannot be read: {error.strerror or error}") from None
    except Exception:
        raise LrplotError(f"{path}: not a .npy of numbers, or not the whole of it") from None
    if array.dtype.kind not in "iuf":
        raise LrplotError(f"{path}: an array of {array.dtype}, not of numbers")
    if array.ndim not in {1, 2}:
        raise LrplotError(f"{path}: an array of {array.ndim} dimensions; one or two are read")
    if not array.size:
        raise LrplotError(f"{path}: no numbers")
    if len(array) > MOST_ROWS:
        raise LrplotError(f"{path}: more than {MOST_ROWS} rows")
    if array.size > _MOST_CELLS:
        raise LrplotError(f"{path}: more than {_MOST_CELLS} numbers")
    return np.array(array, dtype=np.float64)


def _array_column(array: NDArray[np.float64], path: Path, column: str | None) -> NDArray[np.float64]:
    if array.ndim == 1:
        if column is not None:
            raise LrplotError(f"{path}: an array of one dimension has no column '{column}'")
        return array
    names = [str(i) for i in range(1, array.shape[1] + 1)]
    if column is None and len(names) > 1:
        raise LrplotError(f"{path}: which column? it has 1 to {len(names)}; write {path.name}#1")
    if column is not None and column not in names:
        raise LrplotError(f"{path}: no column '{column}'; it has 1 to {len(names)}")
    chosen: NDArray[np.float64] = array[:, int(column or 1) - 1]
    return chosen
