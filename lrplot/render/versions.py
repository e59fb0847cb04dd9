"""One intent in several frameworks, as a table of where they part."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from lrplot.curve import difference
from lrplot.render.titles import label_of
from lrplot.render.words import table_words
from lrplot.run import Run
from lrplot.text.numbers import short
from lrplot.text.plain import printable

_DIGITS = 4
"""Digits of a rate in a table of where frameworks part."""


@dataclass(frozen=True, slots=True)
class Row:
    """One framework's curve and the call that makes it."""

    run: Run
    call: str


def versions_table(intent: Run, rows: Sequence[Row], end: int) -> RenderableType:
    """The step at which each curve leaves the intent's, and its rates at the end of the run and after it.

    ``end`` is the run's last step; the curves may go on beyond it.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)
    words = table_words(intent.style.lang)
    table.add_column(words["reading"], no_wrap=True)
    last = max(row.run.steps for row in rows) - 1
    heads = [words[name] for name in ("first differs", "largest gap", "at step")]
    heads += [words["rate at"].format(end), *([words["after"].format(last)] if last > end else [])]
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    table.add_row(printable(label_of(intent)), "", "", "", *_ends(intent, end, last))
    for row in rows:
        table.add_row(printable(row.run.label), *_parting(intent, row.run), *_ends(row.run, end, last))
    widest = max(len(row.run.label) for row in rows)
    calls = [Text(f"{printable(row.run.label):<{widest}}  {row.call}") for row in rows]
    return Group(table, Text(), *calls)


def _parting(intent: Run, run: Run) -> tuple[str, str, str]:
    found = difference(intent.schedule, run.schedule, min(intent.steps, run.steps))
    if found.first is None:
        return "-", "-", "-"
    return str(found.first), short(found.greatest, _DIGITS), str(found.at)


def _ends(run: Run, end: int, last: int) -> tuple[str, ...]:
    at = [end, last] if last > end else [end]
    error = table_words(run.style.lang)["error"]
    return tuple(short(float(run.schedule(step)), _DIGITS) if step < run.steps else error for step in at)
