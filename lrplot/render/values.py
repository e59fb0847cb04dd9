"""Single values of curves, and the steps that have them, as terminal tables."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from lrplot.curve import summarise
from lrplot.render.steps import spelled, step_columns
from lrplot.render.table import Fitting, Unbroken, about, epoch_text, heading, plain_table
from lrplot.render.words import table_words
from lrplot.run import Run
from lrplot.schedules.base import Schedule
from lrplot.text.numbers import short
from lrplot.text.plain import printable

if TYPE_CHECKING:
    from lrplot.curve import Condition, Crossings

_DIGITS = 10
"""Digits of a rate that is asked for, one by one: enough to be held against a log."""


def values_table(runs: Sequence[Run], steps: Sequence[int]) -> RenderableType:
    """Rates, and momentum where it moves, at chosen steps: a column a run.

    Where the columns would not fit, each run's stand below its name.
    """
    together = Unbroken(_values(runs, steps))
    if len(runs) == 1:
        return together
    alone = (part for run in runs for part in (heading(run.label), Unbroken(_values([run], steps))))
    return Fitting(together.table, Group(*alone))


def _values(runs: Sequence[Run], steps: Sequence[int]) -> Table:
    table = plain_table()
    columns = [(name, "right") for name in step_columns(runs[0])]
    shown = [(name, run.steps, schedule) for run in runs for name, schedule in _curves(run, len(runs))]
    for name, justify in (*columns, *((printable(name), "left") for name, _, _ in shown)):
        table.add_column(name, justify="right" if justify == "right" else "left", no_wrap=True)
    values = [_at(schedule, steps, until) for _, until, schedule in shown]
    for step, *row in zip(steps, *values, strict=True):
        table.add_row(*_step_cells(runs[0], step), *row)
    return table


def _has_epochs(run: Run) -> bool:
    return run.steps_per_epoch is not None and run.steps_per_epoch > 1


def _step_cells(run: Run, step: int) -> list[str]:
    if run.relative:
        return [spelled(run, step).removesuffix("%")]
    steps_per_epoch = run.steps_per_epoch
    if steps_per_epoch is None or steps_per_epoch == 1:
        return [str(step)]
    return [str(step), epoch_text(step, steps_per_epoch)]


def _curves(run: Run, among: int) -> list[tuple[str, Schedule]]:
    words = table_words(run.style.lang)
    alone = (words["learning rate"], words["momentum"])
    names = alone if among == 1 else (run.label, f"{run.label} {words['momentum']}")
    pairs = zip(names, (run.schedule, run.schedule.momentum), strict=True)
    return [(name, schedule) for name, schedule in pairs if schedule is not None]


def _at(schedule: Schedule, steps: Sequence[int], until: int) -> list[str]:
    """Values at the steps, empty after the horizon's end."""
    inside = np.array([step for step in steps if step < until], dtype=np.int64)
    known = dict(zip(inside.tolist(), schedule(inside).tolist(), strict=True))
    return [short(known[step], _DIGITS) if step in known else "" for step in steps]


def crossings_table(run: Run, condition: "Condition", found: "Crossings", most: int) -> RenderableType:
    """The steps at which a run's rate meets a condition: the first stretches, or the crossings of a level."""
    sure = about(exact=found.exact)
    crosses = condition.sign == "crosses"
    if not (found.turned if crosses else found.count):
        return Text(_never(run, condition, crosses=crosses, sure=sure))
    if crosses:
        count = found.turned
        said = f"{sure}{count} {'time' if count == 1 else 'times'} in {run.steps} steps"
        table = _turns(run, found.turns[:most])
    else:
        count = found.count
        said = f"{sure}{found.steps} of {run.steps} steps"
        table = _stretches(run, found, most)
    more = count - len(table.rows)
    title = f"{_said(run, condition)}: {said}"
    rest = [Text(f"⋮ {sure}{more} more")] if more else []
    if sure:
        rest.append(
            Text(f"{sure} the curve is too long to look at every step: what lies between may be missed")
        )
    return Group(Text(title, style="bold"), Unbroken(table), *rest)


def _never(run: Run, condition: "Condition", *, crosses: bool, sure: str) -> str:
    summary = summarise(run.schedule, run.steps)
    lies = f"it lies between {short(summary.minimum.value)} and {short(summary.peak.value)}"
    what = "never" if crosses else f"at no step of {run.steps}"
    return f"{_said(run, condition)}: {sure}{what}; {lies}"


def _said(run: Run, condition: "Condition") -> str:
    return f"{printable(run.label)}: rate {condition.sign} {short(condition.level, _DIGITS)}"


def _turns(run: Run, steps: Sequence[int]) -> Table:
    table = _with_steps(run, "at step")
    for name in ("rate before", "rate"):
        table.add_column(name, justify="left", no_wrap=True)
    for step in steps:
        before, now = run.schedule([step - 1, step]).tolist()
        table.add_row(*_step_cells(run, step), short(before, _DIGITS), short(now, _DIGITS))
    return table


def _stretches(run: Run, found: "Crossings", most: int) -> Table:
    table = _with_steps(run, "from step")
    for name in ("through", "steps"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("first rate", "last rate"):
        table.add_column(name, justify="left", no_wrap=True)
    for stretch in found.first[:most]:
        start, last = stretch.start, stretch.stop - 1
        rates = (short(rate, _DIGITS) for rate in run.schedule([start, last]).tolist())
        table.add_row(*_step_cells(run, start), str(last), str(stretch.stop - start), *rates)
    return table


def _with_steps(run: Run, name: str) -> Table:
    table = plain_table()
    unit, *epoch = step_columns(run)
    table.add_column(name.replace("step", unit), justify="right", no_wrap=True)
    if _has_epochs(run):
        table.add_column(*epoch, justify="right", no_wrap=True)
    return table
