"""Curves to terminal tables."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from lrplot.curve import Curve, Measure, Piece, Summary, pieces
from lrplot.curve.sampling import logged_updates
from lrplot.render.long_table import PlainTable, Stacked
from lrplot.render.steps import how_many, spelled, step_columns
from lrplot.render.titles import label_of
from lrplot.render.words import table_words
from lrplot.run import Run
from lrplot.schedules.composite import walk
from lrplot.text.numbers import short
from lrplot.text.plain import printable

_ROWS: Final = 16
"""Rows of a curve's course; with its key figures they are some 28 lines. A choice."""
_MOST_LOGGED: Final = 40
"""Rows of a log that a table shows; a log may have millions."""
_LABEL: Final = 40
"""Columns of a schedule's name; longer ones wrap."""
COMPARED: Final = ("steps", "peak", "at", "final", "mean", "warm-up", "> ½ peak")
"""What a comparison says of each curve."""
_QUARTERS: Final = 8
"""Smooth pieces that show their quarters, where they are no more, and the fewest steps of one that does."""
_WIDEST: Final = 10_000
"""Columns in which any table fits, so that it tells how many it takes."""
_ROOMY: Final = 110
"""Columns from which on a chart is no squeezed one."""
Respell = Callable[[RenderableType], RenderableType]


@dataclass(frozen=True, slots=True)
class _Row:
    steps: str
    step: int
    rate: str
    momentum: str = ""


def curve_table(curve: Curve, at: Sequence[int] = (), *, every_row: bool = False) -> RenderableType:
    """The course of a schedule, phase by phase, then its key figures.

    A stretch of one rate is a row (``0~9  0.1``); a smooth piece shows its ends and, when there are
    few, its quarters. With ``at`` the rows are those steps. Of what reacts to a metric the changes are
    shown, ``every_row`` all metrics.
    """
    run = curve.run
    table = plain_table()
    heads = step_columns(run)
    for name in heads:
        table.add_column(name, justify="right", no_wrap=True)
    words = table_words(run.style.lang)
    table.add_column(words["learning rate"], justify="left", no_wrap=True)
    momentum = run.schedule.momentum
    if momentum is not None:
        table.add_column(words["momentum"], justify="left", no_wrap=True)
    updates = _effective(run)
    if updates is not None:
        table.add_column(words["effective rate"], justify="left", no_wrap=True)
        at = at or _early_steps(run.steps)
    at = at or _logged(run)
    for row in _at_rows(run, at) if at else _piece_rows(run):
        cells = [row.steps]
        if run.steps_per_epoch and len(heads) > 1:
            cells.append(epoch_text(row.step, run.steps_per_epoch) if row.step >= 0 else "")
        cells.append(row.rate)
        if momentum is not None:
            cells.append(short(float(momentum(row.step))) if row.step >= 0 else "")
        if updates is not None:
            cells.append(_effective_text(float(updates[row.step])))
        table.add_row(*cells)
    trace = _trace(run, every_row=every_row)
    traced = () if trace is None or at else (trace, Text())
    summary = _summary_table(run, curve.summary())
    return Group(heading(label_of(run)), *derived(run), table, Text(), *traced, summary)


def derived(run: Run) -> tuple[Text, ...]:
    """The derivation of its updates, and an empty line; nothing where no configuration says it."""
    return (*(Text(line, style="dim") for line in run.derivation), Text()) if run.derivation else ()


def _trace(run: Run, *, every_row: bool) -> Table | None:
    """The effect of a metric on the rate; what shows it is imported where something reacts."""
    if not any(place.schedule.reacts for place in walk(run.schedule, run.steps)):
        return None
    from lrplot.render.trace import trace_table

    return trace_table(run, every_row=every_row)


def _effective(run: Run) -> NDArray[np.float64] | None:
    """|Δθ|/|g| at every step, over several parameters their median; None where no optimizer is."""
    if run.optimization is None:
        return None
    values = run.optimization.series("effective_lr", run.schedule, run.steps)
    from lrplot.curve import middle_of

    return middle_of(values)


def _effective_text(rate: float) -> str:
    """A rate, or a dash where the gradient is 0 and there is none."""
    return short(rate) if math.isfinite(rate) else "–"


def _logged(run: Run) -> list[int]:
    """The rows of a log, the first and last and some between where there are many; none of a plan."""
    steps = logged_updates(run)
    if len(steps) > _MOST_LOGGED:
        steps = steps[np.unique(np.linspace(0, len(steps) - 1, _MOST_LOGGED).astype(np.int64))]
    return [int(step) for step in steps]


def _early_steps(until: int) -> list[int]:
    """0, 1, 2, 5, 10, 20, 50 … and the last: an optimizer does most at the start."""
    rounds = (digit * 10**power for power in range(len(str(until))) for digit in (1, 2, 5))
    return [step for step in (0, *rounds) if step < until - 1] + [until - 1]


def comparison_table(curves: Sequence[Curve]) -> "Fitting":
    """Peak, final, mean, warm-up length and steps above half the peak, a row a schedule.

    Where the rows would not fit, each schedule's figures stand below its name.
    """
    wide = plain_table()
    words = table_words(curves[0].run.style.lang if curves else "en")
    wide.add_column(words["schedule"], overflow="fold", max_width=_LABEL, min_width=1)
    for name in COMPARED:
        wide.add_column(words[name], justify="right", no_wrap=True)
    rows = [(label_of(curve.run), key_figures(curve)) for curve in curves]
    for label, figures in rows:
        wide.add_row(Text(printable(label)), *figures)
    return Fitting(wide, Stacked([words[name] for name in COMPARED], rows))


def key_figures(curve: Curve) -> list[str]:
    """The figures that :data:`COMPARED` names, of one curve."""
    s = curve.summary()
    return [
        "100%" if curve.run.relative else str(s.steps),
        _measure(s.peak, 4),
        "" if s.peak.step is None else spelled(curve.run, s.peak.step),
        _measure(s.final, 4),
        _measure(s.mean, 4),
        how_many(curve.run, s.warmup.value),
        _count(curve.run, s.above_half),
    ]


def plain_table() -> Table:
    """A table without lines, as all are printed."""
    return PlainTable()


@dataclass(frozen=True, slots=True)
class Unbroken:
    """A table as wide as its numbers: a narrow terminal breaks its lines, and no number is cut off."""

    table: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(options.max_width, _width(console, options, self.table))
        yield from console.render(self.table, options.update(width=width))

    def respelled(self, respell: Respell) -> Self:
        """The same with another table."""
        return replace(self, table=respell(self.table))


@dataclass(frozen=True, slots=True)
class Fitting:
    """A table where all of its columns have room, else what says the same in few columns."""

    wide: RenderableType
    narrow: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        fits = _width(console, options, self.wide) <= options.max_width
        yield self.wide if fits else self.narrow

    def respelled(self, respell: Respell) -> Self:
        """The same with both respelled."""
        return replace(self, wide=respell(self.wide), narrow=respell(self.narrow))


def _width(console: Console, options: ConsoleOptions, table: RenderableType) -> int:
    """The columns that a table takes where it may have any number."""
    return Measurement.get(console, options.update(width=_WIDEST), table).maximum


@dataclass(frozen=True, slots=True)
class Roomy:
    """Something, and an empty line, where a terminal has room for it above a table."""

    what: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if console.file.isatty() and options.max_width >= _ROOMY:
            yield self.what
            yield Text()


def heading(label: str) -> Text:
    """A label above what is about it."""
    return Text(printable(label), style="bold")


def _at_rows(run: Run, at: Sequence[int]) -> Iterator[_Row]:
    for step, rate in zip(at, run.schedule(np.array(at)), strict=True):
        yield _Row(_named(run, step), step, short(float(rate), 10))


def _named(run: Run, step: int) -> str:
    return spelled(run, step).removesuffix("%")


def _piece_rows(run: Run) -> Iterator[_Row]:
    found = pieces(run.schedule, run.steps, _ROWS)
    smooth = [piece for piece in found if not piece.constant]
    shown: set[int] = set()
    for piece in found:
        if piece.skipped:
            yield _Row("⋮", -1, "⋮")
        if piece.constant:
            ends = [_named(run, step) for step in (piece.start, piece.stop - 1)]
            span = "~".join(dict.fromkeys(ends))
            yield _Row(span, piece.start, short(piece.first))
            continue
        for step in _key_steps(piece, quarters=len(smooth) <= _QUARTERS):
            if step not in shown:
                shown.add(step)
                yield _Row(_named(run, step), step, short(float(run.schedule(step))))


def rows_of(curves: Sequence[Curve]) -> list[int]:
    """Steps at which the pieces of several curves begin and end, no more than a table shows."""
    known = [pieces(curve.run.schedule, curve.run.steps, _ROWS) for curve in curves]
    ends = {
        step for found in known for piece in found for step in _key_steps(piece, quarters=len(found) <= 2)
    }
    listed = sorted(ends)
    if len(listed) <= _ROWS:
        return listed
    return [listed[i * (len(listed) - 1) // (_ROWS - 1)] for i in range(_ROWS)]


def _key_steps(piece: Piece, *, quarters: bool) -> list[int]:
    last = piece.stop - 1
    length = piece.stop - piece.start
    inner = [piece.start + length * k // 4 for k in (1, 2, 3)] if quarters and length >= _QUARTERS else []
    return sorted({piece.start, *inner, last})


def epoch_text(step: int, steps_per_epoch: int) -> str:
    """A step in epochs, to the hundredth: ``2.50``."""
    epoch, rest = divmod(step, steps_per_epoch)
    hundredths = rest * 100 // steps_per_epoch
    return f"{epoch}.{hundredths:02d}" if rest else str(epoch)


def _summary_table(run: Run, summary: Summary) -> Table:
    """The key figures; of a log those that its rows say without what lies between them."""
    logged = run.logged is not None
    table = plain_table()
    table.show_header = False
    table.add_column(style="dim")
    table.add_column(justify="left", no_wrap=True)
    table.add_column(no_wrap=True)
    words = table_words(run.style.lang)
    if not run.relative:
        table.add_row(words["steps"], str(summary.steps), "")
    for name, measure in (
        ("first", summary.first),
        ("peak", summary.peak),
        ("minimum", summary.minimum),
        ("final", summary.final),
        *(() if logged else (("mean", summary.mean),)),
    ):
        named = words["where of the run" if run.relative else "where"]
        where = "" if measure.step is None else named.format(spelled(run, measure.step))
        table.add_row(words[name], _measure(measure, 6), where)
    if logged:
        return table
    unit = words["so much of the run" if run.relative else "so many steps"]
    table.add_row(words["warm-up"], unit.format(how_many(run, summary.warmup.value)), "")
    table.add_row(words["above ½ peak"], unit.format(_count(run, summary.above_half)), "")
    return table


def _measure(measure: Measure, digits: int) -> str:
    return about(exact=measure.exact) + short(measure.value, digits)


def _count(run: Run, measure: Measure) -> str:
    return about(exact=measure.exact) + how_many(run, measure.value)


def about(*, exact: bool) -> str:
    """The mark before a figure that may not be exact."""
    return "" if exact else "≈"
