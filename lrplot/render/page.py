"""A page of text for a terminal: headings, paragraphs, lists and tables that wrap to its width."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lrplot.render.numbers import printable

_INDENT: Final = 2
_GAP: Final = 2
_NARROWEST: Final = 24

_WITHOUT_UNICODE: Final = str.maketrans(
    {
        "–": "-",
        "·": "*",
        "×": "x",
        "≤": "<=",
        "≥": ">=",
        "≈": "~",
        "→": "->",
        "←": "<-",
        "…": "...",
        "•": "-",
        "½": "1/2",
        "√": "sqrt ",
        "²": "^2",
        "ⁿ": "^n",
        "ᶻ": "^z",
        "₁": "1",
        "₂": "2",
        "π": "pi",
        "λ": "lambda",
        "β": "beta",
        "θ": "theta",
        "Δ": "d",
        "Π": "prod",
        "η": "eta",
        "γ": "gamma",
        "Σ": "sum",
        "“": '"',
        "”": '"',
        "’": "'",
        "●": "*",
        "○": "o",
    }
)


@dataclass(frozen=True, slots=True)
class Title:
    """The page's name, and what stands behind it in smaller print."""

    text: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """What the blocks below it are about."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text that wraps."""

    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines that are to stand as they are where there is room: a formula, code."""

    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names, and what is said of each."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose last column wraps; in a narrow terminal each row becomes a small list."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Anything else, such as a chart."""

    what: RenderableType


Block = Title | Heading | Paragraph | Lines | Bullets | Facts | Grid | Drawing


def page(blocks: Sequence[Block], *, ascii_only: bool = False) -> RenderableType:
    """The blocks one below the other."""
    shown: list[RenderableType] = []
    for block in blocks:
        if shown and isinstance(block, Title | Heading | Drawing):
            shown.append(Text())
        shown.append(_shown(block, ascii_only=ascii_only))
    return Group(*shown)


def plain(text: str, *, ascii_only: bool) -> str:
    """Text as this terminal can show it.

    >>> plain("lr · γ, 0–9", ascii_only=True)
    'lr * gamma, 0-9'
    """
    spelled = printable(text)
    return spelled.translate(_WITHOUT_UNICODE) if ascii_only else spelled


def _shown(block: Block, *, ascii_only: bool) -> RenderableType:
    def text(raw: str, style: str = "") -> Text:
        return Text(plain(raw, ascii_only=ascii_only), style=style, overflow="fold")

    if isinstance(block, Drawing):
        return block.what
    if isinstance(block, Title):
        beside = text(f"  {block.beside}" if block.beside else "", "dim")
        return Text(overflow="fold").append_text(text(block.text, "bold")).append_text(beside)
    if isinstance(block, Heading):
        return text(block.text, "bold")
    if isinstance(block, Paragraph):
        return Padding(text(block.text), (0, 0, 0, _INDENT))
    if isinstance(block, Grid):
        heads = [plain(head, ascii_only=ascii_only) for head in block.heads]
        rows = [[plain(cell, ascii_only=ascii_only) for cell in row] for row in block.rows]
        return Padding(_Table(heads, rows), (0, 0, 0, _INDENT))
    hanging = Table.grid(padding=(0, _GAP, 0, 0))
    if isinstance(block, Facts):
        hanging.add_column(no_wrap=True)
        hanging.add_column(overflow="fold")
        for name, said in block.rows:
            hanging.add_row(text(name), text(said))
    elif isinstance(block, Bullets):
        hanging = Table.grid(padding=(0, 1, 0, 0))
        for item in block.items:
            hanging.add_row(text("•"), text(item))
    else:
        for line in block.lines:
            hanging.add_row(text(line))
    return Padding(hanging, (0, 0, 0, _INDENT))


@dataclass(frozen=True, slots=True)
class _Table:
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        widths = [max(map(cell_len, column)) + _GAP for column in zip(self.heads, *self.rows, strict=True)]
        if options.max_width - sum(widths[:-1]) >= min(_NARROWEST, widths[-1]):
            table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
            for head in self.heads[:-1]:
                table.add_column(Text(head), no_wrap=True)
            table.add_column(Text(self.heads[-1]), overflow="fold")
            for row in self.rows:
                table.add_row(*map(Text, row))
            yield table
            return
        for first, *others in self.rows:
            yield Text(first, style="bold", overflow="fold")
            stacked = Table.grid(padding=(0, _GAP, 0, 0))
            stacked.add_column(style="dim", no_wrap=True)
            stacked.add_column(overflow="fold")
            for head, cell in zip(self.heads[1:], others, strict=True):
                if cell:
                    stacked.add_row(Text(head), Text(cell))
            yield Padding(stacked, (0, 0, 0, _INDENT))
