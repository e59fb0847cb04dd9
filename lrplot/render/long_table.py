"""Tables without lines; those of very many rows laid out at once, where Rich would lay out each cell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Column, Table
from rich.text import Text

from lrplot.text.plain import printable

_LONG: Final = 100
"""Rows from which on the time that Rich takes for a cell, a tenth of a millisecond, is felt."""
_GAP: Final = 2
Respell = Callable[[RenderableType], RenderableType]


class PlainTable(Table):
    """A table without lines, with two spaces between its columns."""

    def __init__(self) -> None:
        super().__init__(
            box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold", show_edge=False
        )

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        plain = self._plain()
        if plain is None or plain.width > options.max_width:
            yield from super().__rich_console__(console, options)
            return
        if self.show_header:
            yield Segment(plain.head(), console.get_style(self.header_style))
            yield Segment.line()
        yield Segment(plain.body())

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        plain = self._plain()
        if plain is None or plain.width > options.max_width:
            return super().__rich_measure__(console, options)
        return Measurement(plain.width, plain.width)

    def _plain(self) -> "_Plain | None":
        """Its texts, where it is long and none has a style of its own, or more than one line."""
        if self.row_count < _LONG or any(column.style for column in self.columns):
            return None
        columns = [_texts(column) for column in self.columns]
        if any(texts is None for texts in columns):
            return None
        told = [texts for texts in columns if texts is not None]
        if not self.show_header:
            told = [["", *texts[1:]] for texts in told]
        widths = [max(map(cell_len, texts)) for texts in told]
        most = [column.max_width for column in self.columns]
        if any(limit is not None and width > limit for width, limit in zip(widths, most, strict=True)):
            return None
        return _Plain(told, widths, [column.justify == "right" for column in self.columns])


@dataclass(frozen=True, slots=True)
class _Plain:
    """The texts of each column, its head first, and where they stand."""

    columns: Sequence[Sequence[str]]
    widths: Sequence[int]
    right: Sequence[bool]

    @property
    def width(self) -> int:
        return sum(self.widths) + _GAP * (len(self.widths) - 1)

    def head(self) -> str:
        return self._line([texts[0] for texts in self.columns])

    def body(self) -> str:
        rows = zip(*(texts[1:] for texts in self.columns), strict=True)
        return "".join(f"{self._line(row)}\n" for row in rows)

    def _line(self, texts: Sequence[str]) -> str:
        placed = zip(texts, self.widths, self.right, strict=True)
        return (" " * _GAP).join(_placed(text, width, right=right) for text, width, right in placed)


def _placed(text: str, width: int, *, right: bool) -> str:
    gap = " " * (width - cell_len(text))
    return gap + text if right else text + gap


def _texts(column: Column) -> list[str] | None:
    """The texts of a column from its head on, None where something else is among them."""
    texts = []
    for cell in (column.header, *column.cells):
        plain = cell.plain if isinstance(cell, Text) and not cell.spans and not cell.style else cell
        if not isinstance(plain, str) or "\n" in plain:
            return None
        texts.append(plain)
    return texts


@dataclass(frozen=True, slots=True)
class Stacked:
    """Figures below the name they are of, one under another: for many, and little room.

    Parameters
    ----------
    names
        What the figures are, in their order.
    rows
        What each row is called, and its figures.
    """

    names: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        wide = max(map(cell_len, self.names))
        names = [f"  {_placed(name, wide, right=False)}  " for name in self.names]
        room = options.max_width - wide - 2 - _GAP
        for label, figures in self.rows:
            yield Text(printable(label), style="bold")
            if max(map(cell_len, figures)) <= room:
                yield Segment(
                    "".join(f"{name}{figure}\n" for name, figure in zip(names, figures, strict=True))
                )
                continue
            table = PlainTable()
            table.show_header = False
            for name, figure in zip(self.names, figures, strict=True):
                table.add_row(f"  {name}", figure)
            yield table

    def respelled(self, respell: Respell) -> Self:
        """The same with other names and figures."""
        rows = [(label, [str(respell(figure)) for figure in figures]) for label, figures in self.rows]
        return replace(self, names=[str(respell(name)) for name in self.names], rows=rows)
