"""The differences between two runs, as a terminal table in words and numbers."""

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from lrplot.curve import Difference, RunDifference
from lrplot.render.table import Unbroken, about, plain_table
from lrplot.run import Run
from lrplot.schedules.base import Schedule
from lrplot.schedules.phase import Phase
from lrplot.text.numbers import short
from lrplot.text.plain import printable

_LONGEST = 60
"""Characters of a value, one of which stands on each side of a change, and members of a list."""


def differences_table(found: RunDifference, names: tuple[str, str]) -> RenderableType:
    """The verdict, then where the rates part, what is written differently, and phase by phase.

    ``names`` says what the two runs are called.
    """
    parts: list[RenderableType] = [_verdict(found, names)]
    written = [*_beside(found), *((change.path, change.before, change.after) for change in found.changes)]
    tables = [
        _partings(found, names),
        _written(written),
        None if found.same else _phases(found, names),
    ]
    for table in tables:
        if table is not None and table.rows:
            parts += [Text(), Unbroken(table)]
    return Group(*parts)


def _verdict(found: RunDifference, names: tuple[str, str]) -> Text:
    pair = " and ".join(map(printable, names))
    sure = about(exact=found.rate.exact)
    if found.rate.first is not None:
        said = f"{pair} differ from step {sure}{found.rate.first} on"
    elif found.same:
        said = f"{pair} have the same rates{'' if found.rate.exact else ' at every step looked at'}"
        said += ", written differently" if found.changes else ""
    else:
        said = f"{pair} differ, though not in the rate of the {found.until} steps they share"
    return Text(said, style="bold")


def _partings(found: RunDifference, names: tuple[str, str]) -> Table:
    """The steps at which rate and momentum first differ, and most."""
    table = plain_table()
    for name, justify in (("", "left"), ("at step", "right"), *((name, "left") for name in names)):
        table.add_column(printable(name), justify="right" if justify == "right" else "left", no_wrap=True)
    table.add_column("apart", no_wrap=True)
    before, after = found.before.schedule, found.after.schedule
    for row in _parting("", before, after, found.rate):
        table.add_row(*row)
    one, other = before.momentum, after.momentum
    if found.momentum is not None and one is not None and other is not None:
        for row in _parting("momentum ", one, other, found.momentum):
            table.add_row(*row)
    elif found.one_momentum:
        table.add_row("momentum", "", *("none" if each is None else "moves" for each in (one, other)), "")
    return table


def _parting(what: str, before: Schedule, after: Schedule, found: Difference) -> Iterator[tuple[str, ...]]:
    if found.first is None:
        return
    sure = about(exact=found.exact)
    for name, step in ((f"{what}first difference", found.first), (f"{what}greatest", found.at)):
        pair = float(before(step)), float(after(step))
        yield name, f"{sure}{step}", *map(short, pair), short(abs(pair[1] - pair[0]))


def _beside(found: RunDifference) -> Iterator[tuple[str, Any, Any]]:
    """The settings beside the schedules that differ."""
    for name in ("steps", "steps_per_epoch"):
        pair = getattr(found.before, name), getattr(found.after, name)
        if pair[0] != pair[1]:
            yield name, *pair
    one, other = (_optimizer(run) for run in (found.before, found.after))
    if one != other:
        yield "optimizer", one, other


def _optimizer(run: Run) -> str | None:
    """The optimizer and what it is told, where its updates are shown."""
    if run.optimization is None:
        return None
    optimizer = run.optimization.optimizer
    told = optimizer.model_dump(exclude_defaults=True)
    return ", ".join([optimizer.type, *(f"{name} {_text(value)}" for name, value in told.items())])


def _written(rows: list[tuple[str, Any, Any]]) -> Table:
    table = plain_table()
    table.show_header = False
    for path, before, after in rows:
        table.add_row(printable(path), Text(f"{_text(before)} → {_text(after)}"))
    return table


def _text(value: Any) -> str:
    """A parameter's value, short."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return short(value, 12)
    if isinstance(value, tuple):
        inside = ", ".join(_text(each) for each in value[:_LONGEST])
        return f"({_cut(inside)}), {len(value)} in all" if len(inside) > _LONGEST else f"({inside})"
    return _cut(printable(str(value)))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _phases(found: RunDifference, names: tuple[str, str]) -> Table:
    table = plain_table()
    table.add_column("phase", no_wrap=True)
    for name in names:
        table.add_column(printable(name), no_wrap=True)
        table.add_column("", no_wrap=True)
    for before, after in found.phases:
        called = dict.fromkeys(phase.name for phase in (before, after) if phase is not None)
        cells = (*_span(found.before, before), *_span(found.after, after))
        table.add_row(" → ".join(map(printable, called)), *cells)
    return table


def _span(run: Run, phase: Phase | None) -> tuple[str, str]:
    if phase is None:
        return "-", ""
    last = phase.stop - 1
    first, end = run.schedule([phase.start, last]).tolist()
    return f"{phase.start}~{last}", f"{short(first, 4)} → {short(end, 4)}"
