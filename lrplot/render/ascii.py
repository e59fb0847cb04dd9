"""Rich's renderables spelled in ASCII, before they are laid out: columns stay columns."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol, Self, runtime_checkable

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Span, Text

from lrplot.text.plain import to_ascii


@runtime_checkable
class Respelled(Protocol):
    """A renderable that measures what it holds: that has to be respelled before it does."""

    def respelled(self, respell: Callable[[RenderableType], RenderableType]) -> Self:
        """The same with all it holds respelled."""


@dataclass(frozen=True, slots=True)
class Ascii:
    """Anything that Rich shows, in ASCII; charts and shapes draw with its characters."""

    shown: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        options = options.copy()
        options.encoding = "ascii"
        for part in console.render(_respell(self.shown), options):
            yield Segment(to_ascii(part.text), part.style, part.control)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A renderable made of others, which it answers one by one."""

    whole: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for part in self.whole.__rich_console__(console, options):  # type: ignore[union-attr]
            yield part if isinstance(part, Segment) else _respell(part)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self.whole)


def _respell(shown: RenderableType) -> RenderableType:
    made: RenderableType
    match shown:
        case str():
            made = to_ascii(shown)
        case Text():
            made = _text(shown)
        case Group():
            made = Group(*map(_respell, shown.renderables), fit=shown.fit)
        case Padding():
            made = copy(shown)
            made.renderable = _respell(shown.renderable)
        case Table():
            made = _table(shown)
        case Respelled():
            made = shown.respelled(_respell)
        case _:
            made = _Parts(shown)
    return made


def _text(text: Text) -> Text:
    """The text with its styles where its letters have gone."""
    letters = [to_ascii(letter) for letter in text.plain]
    starts = [*accumulate(map(len, letters), initial=0)]
    made = text.blank_copy("".join(letters))
    made.spans = [Span(starts[span.start], starts[span.end], span.style) for span in text.spans]
    return made


def _table(table: Table) -> Table:
    made = copy(table)
    made.columns = [column.copy() for column in table.columns]
    made.rows = []
    for column in made.columns:
        column.header = _respell(column.header)
    cells = zip(*(column.cells for column in table.columns), strict=True)
    for row, texts in zip(table.rows, cells, strict=True):
        made.add_row(*map(_respell, texts), style=row.style, end_section=row.end_section)
    return made
