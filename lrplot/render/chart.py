"""Curves in a terminal: dots of braille, or plain characters where there is no Unicode."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, reduce
from itertools import groupby
from operator import itemgetter, or_
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.style import Style
from rich.text import Text

from lrplot.curve import Sample
from lrplot.render.scale import Scale, Tick, rate_scale, step_ticks
from lrplot.render.steps import share_ticks
from lrplot.render.titles import label_of
from lrplot.run import Run
from lrplot.text.plain import printable, to_ascii

Dots = NDArray[np.bool_]

_COLOURS: Final = ("bright_blue", "yellow", "green", "magenta", "cyan", "red", "bright_black", "white")
_MARKS: Final = "●■▲◆▼★✚✖"
_ASCII_MARKS: Final = "*+xo#@%&"
_BRAILLE: Final = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""The bits of a cell's dots in Unicode's block of braille, row by row."""
_NARROWEST: Final = 24
"""Columns of the narrowest chart: a label of ten beside the axis leaves the curve a dozen."""
_EVERY: Final = 12
"""Columns between two marks of a curve, so that its dots are seen between them."""
_APART: Final = 3
"""Columns between the marks of two curves, so that each of many has its own."""
_MOST_LEVELS: Final = 6
"""Ticks of the rate axis at most."""
_ROWS_A_LEVEL: Final = 3
"""Rows that a tick of the rate axis has to itself at least, in a low chart."""
_MOST_TICKS: Final = 8
"""Ticks of the step axis at most."""
_COLUMNS_A_TICK: Final = 10
"""Columns that a tick of the step axis has to itself: its label and a gap."""
_SPARSE: Final = 3
"""Where a log has rows in one of so many columns at most, each of them is marked."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters of a chart, and the number of dots in a cell."""

    across: int
    down: int
    marks: str
    tick: str
    side: str
    corner: str
    floor: str
    phase: str
    cursor: str


UNICODE: Final = Glyphs(2, 4, _MARKS, "┤", "│", "└", "─", "┊", "│")
"""A cell of braille has 2 by 4 dots."""
ASCII: Final = Glyphs(1, 1, _ASCII_MARKS, "+", "|", "+", "-", ":", "|")


class Drawn(Protocol):
    """A series of a chart: a curve, or another on the steps of a run."""

    @property
    def run(self) -> Run:
        """The run whose label, horizon and phases are shown."""

    def sample(self, columns: int) -> Sample:
        """The points that draw it."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One or several curves as a Rich renderable.

    Parameters
    ----------
    curves
        What is drawn, each over its own horizon.
    width, height
        Columns and lines of the whole chart; the terminal's width and 18 lines when left out.
    log
        Whether the rate axis is logarithmic.
    ascii_only
        Whether to do without Unicode, as it does wherever Rich says that there is none.
    cursor
        A step at which a vertical line stands behind the curves.

    Examples
    --------
    >>> from lrplot.curve import Curve
    >>> from lrplot.schedules.linear import Linear
    >>> curve = Curve(Run("linear", Linear(lr=0.1, T_max=50.0), 50))
    >>> Console(width=40, color_system=None).print(Chart((curve,), height=7, ascii_only=True))
    linear
    0.1 +******
        |      ************
        |                 *************
      0 +                              *****
        +-----------------------------------
         0            20            40
    """

    curves: Sequence[Drawn]
    width: int | None = None
    height: int = 18
    log: bool = False
    ascii_only: bool = False
    cursor: int | None = None

    def __rich_measure__(self, _console: Console, options: ConsoleOptions) -> Measurement:
        width = self.width or options.max_width
        return Measurement(min(_NARROWEST, width), width)

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        chart = replace(self, ascii_only=True) if options.ascii_only else self
        yield from chart.lines(max(_NARROWEST, self.width or options.max_width))

    def lines(self, width: int) -> Iterator[Text]:
        """The chart, line by line."""
        glyphs = ASCII if self.ascii_only else UNICODE
        plan = self.plan(width)
        yield self._legend(width)
        labels = {plan.row_of(tick): text for tick, text in plan.scale.ticks}
        joins = self._joins(plan)
        for row in range(plan.rows):
            label = labels.get(row, "")
            label = to_ascii(label) if self.ascii_only else label
            # The line's own style would lie over the curve too.
            line = Text()
            line.append(label.rjust(plan.margin) + " " + (glyphs.tick if label else glyphs.side), "dim")
            line.append_text(self._row(plan, glyphs, row, joins))
            line.rstrip()
            yield line
        yield Text(" " * (plan.margin + 1) + glyphs.corner + glyphs.floor * plan.columns, style="dim")
        yield Text(_tick_line(plan), style="dim")

    def plan(self, width: int) -> "Plan":
        """Everything that decides which dot is where."""
        glyphs = ASCII if self.ascii_only else UNICODE
        rows = max(3, self.height - 3)
        last = max(curve.run.steps for curve in self.curves) - 1
        samples = [curve.sample(max(2, width * glyphs.across)) for curve in self.curves]
        rates = np.concatenate([sample.rates for sample in samples])
        scale = rate_scale(rates, log=self.log, ticks=max(2, min(_MOST_LEVELS, rows // _ROWS_A_LEVEL)))
        margin = max(len(text) for _, text in scale.ticks)
        columns = width - margin - 2
        relative = self.curves[0].run if all(curve.run.relative for curve in self.curves) else None
        logged = tuple(curve.run.logged is not None for curve in self.curves)
        return Plan(tuple(samples), logged, scale, last, margin, columns, rows, glyphs, relative)

    def _legend(self, width: int) -> Text:
        text = Text(overflow="ellipsis", no_wrap=True)
        for i, curve in enumerate(self.curves):
            mark = f"{legend_mark(i, ascii_only=self.ascii_only)[0]} " if len(self.curves) > 1 else ""
            name = printable(label_of(curve.run))
            if self.ascii_only:
                name = to_ascii(name)
            piece = Text(f"{mark}{name}", style=_look(i, len(self.curves)))
            if text.plain and cell_len(text.plain) + cell_len(piece.plain) + 3 > width:
                text.append(f"  +{len(self.curves) - i}")
                break
            text.append("   " if text.plain else "").append_text(piece)
        return text

    def _row(self, plan: "Plan", glyphs: Glyphs, row: int, joins: set[int]) -> Text:
        pieces: list[tuple[str, Style]] = []
        cursor = None if self.cursor is None else plan.column_of(self.cursor) // glyphs.across
        passed = plan.passed(row)
        shown = sorted({*passed, *(column for column in (cursor, *joins) if column is not None)})
        end = 0
        for column in (column for column in shown if 0 <= column < plan.columns):
            character, style = (
                plan.cell(row, column, len(self.curves)) if column in passed else (" ", Style.null())
            )
            if column > end:
                pieces.append((" " * (column - end), Style.null()))
            end = column + 1
            if column == cursor:
                style += Style(bold=True, reverse=character != " ")
                character = glyphs.cursor if character == " " else character
            elif character == " " and column in joins:
                character, style = glyphs.phase, Style(dim=True)
            pieces.append((character, style))
        pieces.append((" " * (plan.columns - end), Style.null()))
        # Rich takes its time for every piece, and most of a curve's line is one.
        text = Text()
        for style, same in groupby(pieces, itemgetter(1)):
            text.append("".join(piece for piece, _ in same), style)
        return text

    def _joins(self, plan: "Plan") -> set[int]:
        """Columns where a single curve's phases meet."""
        if len(self.curves) > 1:
            return set()
        run = self.curves[0].run
        starts = (phase.start for phase in run.schedule.phases(run.steps))
        return {plan.column_of(start) // plan.glyphs.across for start in starts if 0 < start <= plan.last}


@dataclass(slots=True)
class Plan:
    """The places of a chart's dots."""

    samples: tuple[Sample, ...]
    logged: tuple[bool, ...]
    """Whether each is the rows of a log, between which nothing is known."""
    scale: Scale
    last: int
    margin: int
    columns: int
    rows: int
    glyphs: Glyphs
    relative: Run | None = None
    """A run whose steps are shares of it, where all are such."""
    _drawn: "list[Dots] | None" = None
    _codes: "list[list[list[int]]] | None" = None

    def column_of(self, step: float) -> int:
        """Dot column of a step."""
        return round(step / max(1, self.last) * (self.columns * self.glyphs.across - 1))

    def step_at(self, column: int) -> int:
        """The step that stands in the middle of a column of the chart, its margin counted."""
        inside = min(max(0, column - self.margin - 2), self.columns - 1)
        return round(inside / max(1, self.columns - 1) * self.last)

    def row_of(self, rate: float) -> int:
        """Line on which a rate's dot lies."""
        return int(self.dot_rows(np.array([rate]))[0]) // self.glyphs.down

    def dot_rows(self, rates: NDArray[np.float64]) -> NDArray[np.int64]:
        """Dot rows of rates, from the top."""
        height = self.rows * self.glyphs.down - 1
        return np.clip(np.rint((1 - self.scale.place(rates)) * height), 0, height).astype(np.int64)

    def dots(self) -> "list[Dots]":
        """The set dots of each curve."""
        if self._drawn is None:
            drawn = zip(self.samples, self.logged, strict=True)
            self._drawn = [self._draw(sample, joined=not logged) for sample, logged in drawn]
        return self._drawn

    def _draw(self, sample: Sample, *, joined: bool) -> Dots:
        width = self.columns * self.glyphs.across
        x = np.rint(sample.steps / max(1, self.last) * (width - 1)).astype(np.int64)
        y = self.dot_rows(sample.rates)
        dots = np.zeros((self.rows * self.glyphs.down, width), dtype=bool)
        dots[y, x] = True
        if not joined:
            return dots
        # Between two points, as many dots as the longer side has; a jump is the case of no width.
        counts = np.maximum(np.abs(np.diff(x)), np.abs(np.diff(y)))
        between = np.maximum(counts - 1, 0)
        i = np.repeat(np.arange(counts.size), between)
        along = (np.arange(1, i.size + 1) - np.repeat(between.cumsum() - between, between)) / counts[i]
        down, across = y[i] + (y[i + 1] - y[i]) * along, x[i] + (x[i + 1] - x[i]) * along
        dots[np.rint(down).astype(np.int64), np.rint(across).astype(np.int64)] = True
        return dots

    def codes(self) -> "list[list[list[int]]]":
        """The dots that each curve sets in a cell, row by row: a bit a dot, as braille numbers them."""
        if self._codes is None:
            across, down = self.glyphs.across, self.glyphs.down
            bits = _BRAILLE[:down, :across]
            cells = (dots.reshape(self.rows, down, -1, across) for dots in self.dots())
            self._codes = [np.einsum("rdca,da->rc", each, bits).tolist() for each in cells]
        return self._codes

    def passed(self, row: int) -> set[int]:
        """Columns in which a curve passes through a line of cells."""
        return {column for codes in self.codes() for column, code in enumerate(codes[row]) if code}

    def cell(self, row: int, column: int, count: int) -> tuple[str, Style]:
        """The character of a cell and its look: the last curve that passes gives the colour."""
        passing = {i: code for i, codes in enumerate(self.codes()) if (code := codes[row][column])}
        if not passing:
            return " ", Style.null()
        top = max(passing)
        style = _look(top, count)
        mark = self.glyphs.marks[top % len(self.glyphs.marks)]
        if self.glyphs.across == 1 or (count > 1 and self._marked(top, row, column, count)):
            return mark, style
        return chr(0x2800 + reduce(or_, passing.values())), style

    def _marked(self, curve: int, row: int, column: int, count: int) -> bool:
        """True where the curve shows its mark here: on the highest cell of every so many columns, in turn."""
        across, down = self.glyphs.across, self.glyphs.down
        every = max(_EVERY, _APART * count)
        if self.logged[curve]:
            shown = np.unique(np.flatnonzero(self.dots()[curve].any(axis=0)) // across)
            few = shown.size * _SPARSE <= self.columns
            nth = int(np.searchsorted(shown, column))
            if not few and nth % max(1, shown.size * every // self.columns):
                return False
        elif column % every != (curve * every // count + 2) % every:
            return False
        lit = self.dots()[curve][:, column * across : (column + 1) * across].any(axis=1)
        return int(np.flatnonzero(lit)[0]) // down == row


@cache
def _look(index: int, count: int) -> Style:
    return Style(color=_COLOURS[index % len(_COLOURS)], bold=count > 1)


def _tick_line(plan: Plan) -> str:
    line = [" "] * (plan.margin + 2 + plan.columns)
    free = 0
    count = max(2, min(_MOST_TICKS, plan.columns // _COLUMNS_A_TICK))
    ticks: list[Tick] = (
        step_ticks(plan.last + 1, count) if plan.relative is None else share_ticks(plan.relative, count)
    )
    for tick, label in ticks:
        at = plan.margin + 2 + min(plan.columns - 1, plan.column_of(tick) // plan.glyphs.across)
        start = min(max(at - len(label) // 2, plan.margin + 2), len(line) - len(label))
        if start >= free:
            line[start : start + len(label)] = label
            free = start + len(label) + 1
    return "".join(line).rstrip()


def legend_mark(index: int, *, ascii_only: bool = False) -> tuple[str, str]:
    """The mark and the colour of a curve among several, by its place."""
    marks = (ASCII if ascii_only else UNICODE).marks
    return marks[index % len(marks)], _COLOURS[index % len(_COLOURS)]
