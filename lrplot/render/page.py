"""A page of text for a terminal: headings, paragraphs, lists and tables that wrap to its width."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, Self

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lrplot.render.paged import Page
from lrplot.text.plain import printable

_INDENT: Final = 2
_GAP: Final = 2
_NARROWEST: Final = 28
"""Columns of the narrowest last column, below which a grid's rows stand one under another."""
_WIDEST: Final = 22
"""Columns of the widest column between the first and the last: longer texts wrap."""


class Block(Protocol):
    """A part of a page."""

    @property
    def apart(self) -> bool:
        """True where an empty line stands before it."""

    def shown(self) -> RenderableType:
        """The block as Rich prints it."""


@dataclass(frozen=True, slots=True)
class Title:
    """The page's name, and what stands behind it in smaller print."""

    text: str
    beside: str = ""
    apart: bool = True

    def shown(self) -> RenderableType:
        """One line."""
        title = Text(printable(self.text), style="bold", overflow="fold")
        return title.append(f"  {printable(self.beside)}", "not bold dim") if self.beside else title


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of the blocks below it."""

    text: str
    apart: bool = True

    def shown(self) -> RenderableType:
        """One line."""
        return Text(printable(self.text), style="bold", overflow="fold")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text that wraps."""

    text: str
    apart: bool = False

    def shown(self) -> RenderableType:
        """Indented."""
        return _indented(Text(printable(self.text), overflow="fold"))


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines that stand as they are where there is room: a formula."""

    lines: Sequence[str]
    apart: bool = False

    def shown(self) -> RenderableType:
        """Indented."""
        return _indented(Group(*(Text(printable(line), overflow="fold") for line in self.lines)))


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: Sequence[str]
    apart: bool = False

    def shown(self) -> RenderableType:
        """A mark, and the text that wraps beside it."""
        return _hanging([("•", printable(item)) for item in self.items], gap=1)


@dataclass(frozen=True, slots=True)
class Facts:
    """Names, and what is said of each."""

    rows: Sequence[tuple[str, str]]
    apart: bool = False

    def shown(self) -> RenderableType:
        """The names in a column, the text wrapping beside it."""
        return _hanging([(printable(name), printable(said)) for name, said in self.rows], gap=_GAP)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose last column wraps; where it is too narrow, the columns between stand below the last."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    apart: bool = False

    def shown(self) -> RenderableType:
        """Indented."""
        rows = [[printable(cell) for cell in row] for row in self.rows]
        return _indented(_Table([printable(head) for head in self.heads], rows))


@dataclass(frozen=True, slots=True)
class Drawing:
    """Anything else, such as a chart."""

    what: RenderableType
    apart: bool = True

    def shown(self) -> RenderableType:
        """The thing itself."""
        return self.what


def page(blocks: Sequence[Block]) -> Page:
    """The blocks one below the other."""
    shown: list[RenderableType] = []
    for block in blocks:
        if shown and block.apart:
            shown.append(Text())
        shown.append(block.shown())
    return Page(*shown)


def _indented(what: RenderableType) -> Padding:
    return Padding(what, (0, 0, 0, _INDENT))


def _hanging(rows: Sequence[tuple[str, str]], gap: int) -> Padding:
    table = Table.grid(padding=(0, gap, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, said in rows:
        table.add_row(Text(name), Text(said))
    return _indented(table)


@dataclass(frozen=True, slots=True)
class _Table:
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]

    def respelled(self, respell: Callable[[str], str]) -> Self:
        """The same with other texts, which are measured."""
        rows = [[*map(respell, row)] for row in self.rows]
        return replace(self, heads=[*map(respell, self.heads)], rows=rows)

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        columns = list(zip(self.heads, *self.rows, strict=True))
        widths = [
            max(map(cell_len, columns[0])),
            *(min(_WIDEST, max(map(cell_len, c))) for c in columns[1:-1]),
        ]
        room = options.max_width - sum(widths) - _GAP * len(widths)
        if room >= min(_NARROWEST, max(map(cell_len, columns[-1]))):
            table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
            for head, width in zip(self.heads, widths, strict=False):
                table.add_column(Text(head), width=width, overflow="fold")
            table.add_column(Text(self.heads[-1]), overflow="fold")
            for row in self.rows:
                table.add_row(*map(Text, row))
            yield table
            return
        stacked = Table.grid(padding=(0, _GAP, 0, 0))
        stacked.add_column(overflow="fold", max_width=options.max_width // 2)
        stacked.add_column(overflow="fold")
        for first, *between, last in self.rows:
            told = [f"{head} {cell}" for head, cell in zip(self.heads[1:], between, strict=False) if cell]
            stacked.add_row(Text(first), Text(last).append(f"\n{'; '.join(told)}" if told else "", "dim"))
        yield stacked
