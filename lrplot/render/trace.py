"""The changes of a schedule that reacts to a metric, metric by metric, as a terminal table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rich.table import Table

from lrplot.curve import reacting_in
from lrplot.render.long_table import PlainTable
from lrplot.render.steps import step_columns
from lrplot.render.words import table_words
from lrplot.run import Run
from lrplot.schedules.base import Nested
from lrplot.schedules.reacting import Observation, Reacting
from lrplot.text.numbers import short
from lrplot.texts.phrases import in_language

_WHOLE: Final = 120
"""Metrics that are all shown; of more the changes are."""
_AROUND: Final = 2
"""Metrics before and after a change that are shown with it."""
_CHANGES: Final = 20
"""The first changes of a long trace are told, and how many more there are."""
_AFTERWARDS: Final = 10_000
"""Metrics gone through after the last change, for what the rule does then."""


@dataclass(frozen=True, slots=True)
class _Line:
    observation: Observation
    step: int


def trace_table(run: Run, *, every_row: bool = False) -> Table | None:
    """The metric after each step, the best so far, how many were no better, the rate, and why it changed.

    A long trace shows the rows around the first changes of the rate and how many more there are, unless
    ``every_row`` is asked for. None where nothing reacts to a metric.
    """
    found = next(reacting_in(run), None)
    if found is None:
        return None
    table = PlainTable()
    words = table_words(run.style.lang)
    table.add_column(step_columns(run)[0], justify="right", no_wrap=True)
    for name in ("metric", "best", "bad", "learning rate"):
        table.add_column(words[name], justify="right" if name == "bad" else "left", no_wrap=True)
    table.add_column("")
    for line in _lines(run, *found, every_row=every_row):
        if not isinstance(line, _Line):
            table.add_row(*["⋮"] * 5, line)
            continue
        seen = line.observation
        figures = ("" if value is None else short(value) for value in (seen.metric, seen.best))
        rate = short(float(run.schedule(line.step)))
        table.add_row(str(line.step), *figures, str(seen.bad), rate, _said(seen.cause, run.style.lang))
    return table


def _said(cause: str, language: str) -> str:
    """A cause in a language, and what stood against it."""
    first, but, second = (in_language(part, language) for part in cause.partition(", but "))
    return table_words(language)["but"].format(first, second) if but else first


def _lines(run: Run, place: Nested, schedule: Reacting, *, every_row: bool) -> Iterator[_Line | str]:
    """The rows; a text where some are left out."""
    own = place.own
    whole = every_row or len(own) <= _WHOLE
    changes = [each.step for each in schedule.changes(own.stop) if each.step >= own.start]
    # What is told may end before the run does; every metric is gone through only where every row is shown.
    stop = own.stop if whole or len(changes) < _CHANGES else changes[_CHANGES - 1] + _AROUND + 1
    if changes and not whole:
        stop = min(stop, changes[-1] + _AFTERWARDS)
    before: list[_Line] = []
    after, skipped, told = _AROUND, False, set[str]()
    for seen in schedule.trace(stop):
        step = place.step(seen.step)
        if seen.step < own.start or step >= run.steps:
            continue
        line = _Line(seen, step)
        # What a rule does again and again without changing the rate is told once.
        acts = bool(seen.cause) and (seen.cause not in told or "but" not in seen.cause)
        told |= {seen.cause} if seen.cause else set()
        if whole or acts or after > 0:
            if skipped and len(before) == _AROUND:
                yield ""
            yield from before
            yield line
            before, skipped = [], False
            after = _AROUND if acts else after - 1
        else:
            skipped = skipped or len(before) == _AROUND
            before = [*before, line][-_AROUND:]
    if before:
        if skipped:
            yield ""
        yield before[-1]
    more = sum(step >= stop for step in changes)
    if more:
        yield f"{more} more changes (--all-steps)"
