"""The catalogue as a table: a family a section, a schedule a row, with its shape and who has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lrplot.render.sparkline import sparkline
from lrplot.text.plain import printable

_GAP: Final = 2
_WIDE: Final = 120
"""Columns from which on a framework's name fits above its marks; below stands its first letter."""
SHAPES: Final = {True: 24, False: 12}
"""Columns of a shape where there is room, and where there is little."""
_COLOUR: Final = "bright_blue"
_NARROWEST: Final = 24
"""Columns of the narrowest description; where they are not left, shapes and marks are left out."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row.

    Parameters
    ----------
    name
        The schedule's or optimizer's name.
    shapes
        The highest rate of each column as a share of the peak, by the number of columns in :data:`SHAPES`.
    marks
        Of each framework whether it has the same curve, another, or (None) none.
    text
        What it is.
    """

    name: str
    shapes: Mapping[int, Sequence[float]]
    marks: Sequence[bool | None]
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A family: its name, what it is, what is said of it, and its rows."""

    title: str
    what: str
    facts: Sequence[tuple[str, str]]
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Sections:
    """All of it; frameworks stand by their first letters where their names have no room.

    Parameters
    ----------
    sections
        The families.
    heads
        The names of the columns: name, shape, text.
    frameworks
        What people call the frameworks, in the order of the marks.
    legend
        What a full and an empty mark mean.
    """

    sections: Sequence[Section]
    heads: tuple[str, ...]
    frameworks: tuple[str, ...]
    legend: tuple[str, ...]

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        wide = options.max_width >= _WIDE
        for i, section in enumerate(self.sections):
            if i:
                yield Text()
            title = Text(printable(section.title), style="bold")
            yield title.append(f"  {printable(section.what)}", "not bold")
            facts = Table.grid(padding=(0, _GAP, 0, 0))
            facts.add_column(style="dim", no_wrap=True)
            facts.add_column(overflow="fold")
            for name, said in section.facts:
                facts.add_row(printable(name), Text(printable(said)))
            yield Padding(facts, (0, 0, 0, _GAP))
            yield from self._rows(section, options, wide=wide)
        yield Text()
        if not wide:
            letters = "   ".join(f"{title[0]} {title}" for title in self.frameworks)
            yield Text(letters, overflow="fold")
        yield Text(printable("   ".join(self.legend)), overflow="fold")

    def _rows(self, section: Section, options: ConsoleOptions, *, wide: bool) -> RenderResult:
        heads = self.frameworks if wide else tuple(title[0] for title in self.frameworks)
        names = max(cell_len(entry.name) for each in self.sections for entry in each.entries)
        taken = names + SHAPES[wide] + sum(map(len, heads)) + len(heads) * (2 if wide else 1) + 3 * _GAP
        table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
        table.add_column(self.heads[0], no_wrap=True, width=names)
        if options.max_width - taken < _NARROWEST:
            table.add_column(Text(self.heads[2]), overflow="fold")
            for entry in section.entries:
                table.add_row(entry.name, Text(printable(entry.text)))
            yield table
            return
        table.add_column(self.heads[1], no_wrap=True, style=_COLOUR)
        table.add_column(Text(("  " if wide else " ").join(heads)), no_wrap=True)
        table.add_column(self.heads[2], overflow="fold")
        for entry in section.entries:
            shape = sparkline(entry.shapes[SHAPES[wide]], ascii_only=options.ascii_only)
            marks = ("  " if wide else " ").join(
                self._mark(mark).center(len(head)) for mark, head in zip(entry.marks, heads, strict=True)
            )
            table.add_row(entry.name, shape, marks, Text(printable(entry.text)))
        yield table

    def _mark(self, mark: bool | None) -> str:  # noqa: FBT001 (a mark has three values)
        return " " if mark is None else "●" if mark else "○"
