"""Cells between commas, semicolons, tabs or blanks, with or without a header."""

import csv
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Final

import numpy as np

from lrplot.errors import LrplotError
from lrplot.records.blocks import blocks, first_lines
from lrplot.records.cells import EMPTY, Gathered
from lrplot.records.names import is_count
from lrplot.records.table import Table

MOST_ROWS: Final = 10_000_000
"""Most rows ever read."""
_DELIMITERS: Final = ",;\t"
_BLANKS: Final = " "
_LOOKED_AT: Final = 4
"""Lines by which a delimiter is told: a header, and three rows that must agree."""
_MOST_COMMENTS: Final = 50
"""Lines among which the first that is no comment is looked for."""


def delimiter_of(data: bytes) -> str | None:
    r"""The separator of the cells of a table that begins so; None where it is no table.

    Examples
    --------
    >>> [delimiter_of(text) for text in (b"step,lr\n0,0.1", b"1700000000000 0.1 0\n", b"lr: 0.1")]
    [',', ' ', None]
    """
    lines = first_lines(data, _LOOKED_AT)
    heads = [line for line in lines if not _is_comment(line)]
    if not heads:
        return None
    body = heads[1:] or heads
    for delimiter in (max(_DELIMITERS, key=heads[0].count), _BLANKS):
        cells = [_split(line, delimiter) for line in body]
        width = len(cells[0])
        whole = cells[: -1 if len(lines) < _LOOKED_AT and len(cells) > 1 else None]
        if all(len(row) == width and all(map(_is_cell, row)) for row in whole) and (
            len(_split(heads[0], delimiter)) == width
        ):
            return delimiter
    return None


def surest_delimiter(data: bytes) -> str:
    """The separator of the cells of what is known to be a table."""
    line = next((line for line in first_lines(data, 20) if not _is_comment(line)), "")
    return max(_DELIMITERS, key=line.count)


def read_delimited(data: bytes, path: Path, keep: Callable[[str], bool], delimiter: str) -> Table:
    """The table of a text of cells.

    Parameters
    ----------
    data
        The text.
    path
        What errors call it.
    keep
        Whether a column of this name is read; where there is no header all are, named by number from 1.
    delimiter
        What separates the cells; a blank stands for any number of them.

    Raises
    ------
    LrplotError
        When a cell cannot be read, a row has more cells than the header, or there are too many rows.
    """
    names, headed = _header(data, path, delimiter)
    kept = {name: i for i, name in enumerate(names) if not headed or keep(name)}
    gathered = {name: Gathered(written=not is_count(name)) for name in kept}
    first, width = 0, len(names)
    tail = data[data.rfind(b"\n") + 1 :]
    short = headed and 0 < len(_split(tail.decode("utf-8", errors="replace"), delimiter)) < width
    data = data[: len(data) - len(tail)] if short else data

    def line(row: int) -> str:
        return f":{_line_of(data, row, headed=headed)}"

    for piece in _pieces(data, path, delimiter, width if headed else 0):
        if len(piece.columns) > width and any(map(any, piece.columns[width:])):
            row = next(i for i, cells in enumerate(zip(*piece.columns[width:], strict=True)) if any(cells))
            raise LrplotError(
                f"{path}{line(first + row)}: more cells than the header has names ({width}): "
                + ", ".join(names)
            )
        for name, i in kept.items():
            if i < len(piece.columns):
                gathered[name].add(first, piece.columns[i])
        first += piece.rows
        if first > MOST_ROWS:
            raise LrplotError(f"{path}: more than {MOST_ROWS} rows")
    return Table(
        path,
        "cells",
        tuple(names),
        {name: each.values() for name, each in gathered.items()},
        first,
        line,
        {name: each.wrong for name, each in gathered.items() if each.wrong is not None},
        notes=("the last line is cut: dropped",) if short else (),
        cut=not data.endswith((b"\n", b"\r")),
        headed=headed,
    )


class _Piece:
    """The columns of some rows; what short ones lack is empty."""

    def __init__(self, columns: Sequence[Sequence[str]], rows: int) -> None:
        self.columns = columns
        self.rows = rows


def _pieces(data: bytes, path: Path, delimiter: str, width: int) -> Iterator[_Piece]:
    """The cells of each block; ``width`` is how many a row has below a header, 0 where there is none."""
    header = next(iter(_filled("\n".join(first_lines(data, _MOST_COMMENTS)))), "") if width else ""
    held = ""
    for block in blocks(data):
        if width and not held:
            piece = _regular(block.removeprefix(f"{header}\n"), header, delimiter, width)
            if piece is not None:
                yield piece
                continue
        held += block
        if held.count('"') % 2 and delimiter != _BLANKS:  # a line break within quotes
            continue
        lines = _filled(held)
        held = ""
        if width:
            lines = [line for line in lines if line != header]  # it comes again where a run was resumed
        if lines:
            yield _columns(lines, path, delimiter)
    if held:
        yield _columns(_filled(held), path, delimiter)


def _regular(text: str, header: str, delimiter: str, width: int) -> _Piece | None:
    """The columns of a block whose every line has all cells and nothing else; None where one has not."""
    if delimiter == _BLANKS or any(each in text for each in ('"', "#", header)) or text[-1:] != "\n":
        return None
    codes = np.frombuffer(text.encode(), dtype=np.uint8)
    marks = codes[(codes == ord("\n")) | (codes == ord(delimiter))]
    line = np.array([ord(delimiter)] * (width - 1) + [ord("\n")], dtype=np.uint8)
    if marks.size % width or (marks.reshape(-1, width) != line).any():
        return None
    flat = text[:-1].replace("\n", delimiter).split(delimiter)
    return _Piece([flat[i::width] for i in range(width)], marks.size // width)


def _filled(text: str) -> list[str]:
    """The lines that have cells."""
    lines = [line for line in text.split("\n") if line and not line.isspace()]
    return [line for line in lines if not _is_comment(line)] if "#" in text else lines


def _columns(lines: list[str], path: Path, delimiter: str) -> _Piece:
    if delimiter == _BLANKS:
        rows = [line.split() for line in lines]
    else:
        counts = {line.count(delimiter) for line in lines}
        joined = delimiter.join(lines)
        if len(counts) == 1 and '"' not in joined:
            width = counts.pop() + 1
            flat = joined.split(delimiter)
            return _Piece([flat[i::width] for i in range(width)], len(lines))
        try:
            rows = list(csv.reader((line + "\n" for line in lines), delimiter=delimiter))
        except csv.Error as error:
            raise LrplotError(f"{path}: {error}") from None
    return _Piece(list(zip_longest(*rows, fillvalue="")), len(rows))


def _header(data: bytes, path: Path, delimiter: str) -> tuple[list[str], bool]:
    """The names of the columns, or their numbers; the last comment may hold them."""
    lines = first_lines(data, _MOST_COMMENTS)
    at = next((i for i, line in enumerate(lines) if not _is_comment(line)), None)
    if at is None:
        return [], False
    cells = [cell.strip() for cell in _split(lines[at], delimiter)]
    headed = any(not _is_cell(cell) for cell in cells)
    if not headed and at:
        above = [cell.strip() for cell in _split(lines[at - 1].lstrip().lstrip("#"), delimiter)]
        if len(above) == len(cells) and not any(map(_is_cell, above)):
            return above, False
    names = cells if headed else [str(i) for i in range(1, len(cells) + 1)]
    twice = next((name for i, name in enumerate(names) if name and name in names[:i]), None)
    if twice is not None:
        raise LrplotError(f"{path}:1: two columns are called '{twice}'")
    return names, headed


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _split(line: str, delimiter: str) -> list[str]:
    if delimiter == _BLANKS:
        return line.split()
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return [line]


def _is_cell(cell: str) -> bool:
    """True where a cell is a number or empty, so that it is no name."""
    cell = cell.strip()
    if cell.lower() in EMPTY:
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _line_of(data: bytes, row: int, *, headed: bool) -> int:
    """The number of the line that a row stands in, where no cell holds a line break."""
    lines = enumerate(chain.from_iterable(block.removesuffix("\n").split("\n") for block in blocks(data)), 1)
    filled = ((number, line) for number, line in lines if line.strip() and not _is_comment(line))
    header = next(filled, (0, ""))[1] if headed else None
    rows = (number for number, line in filled if line != header)
    return next(islice(rows, row, None), 0)
