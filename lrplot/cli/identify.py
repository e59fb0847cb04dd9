from __future__ import annotations

from typing import TYPE_CHECKING, Final

import typer

from lrplot.cli.groups import OutputOptions
from lrplot.cli.logs import LogArgument, LogOptions, logged
from lrplot.cli.output import note
from lrplot.cli.results import as_json, target
from lrplot.render.formats import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from lrplot.identification.of_log import IdentifiedLog
    from lrplot.records.log import Log

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot identify out/trainer_state.json\n"
    "  lrplot identify runs/ -o spec.yaml\n"
    "  lrplot identify metrics.csv#lr-AdamW/pg2 -f json\n"
    "  grep lr: train.log | lrplot identify - --every 10"
)


def identify(
    log: LogArgument,
    *,
    options: LogOptions,
    to: OutputOptions,
) -> None:
    """Find the schedule behind a log of learning rates, and write its spec.

    Every row must lie within half a unit of what was written; of the schedules that do, the one that takes
    the fewest digits is the answer. What the log does not tell is said.

    Exits 1 where nothing fits, 2 where the log cannot be read.
    """
    place = target(to, FORMATS, "identified")
    from lrplot.identification.of_log import identify_log

    read = logged(log, options)
    _tell_others(read)
    found = identify_log("standard input" if log == "-" else log, read)
    _tell_units(read)
    if not found.found.fits and place.format.name == "yaml":
        raise _nothing(found)
    place.write(found)
    if not found.found.fits:
        raise typer.Exit(1)


def _tell_units(log: Log) -> None:
    if log.unit != "updates":
        note(f"the log counts {log.unit}, not updates: so do the lengths of the spec")


def _tell_others(log: Log) -> None:
    """Say of the other columns what they are to the first."""
    from lrplot.checks.log.columns import ratios

    alike = {name: (first, ratio) for name, first, ratio in ratios(log)}
    for each in log.columns[1:]:
        if each.name not in alike:
            note(f"{each.name} is another curve; --column '{each.name}' looks at it")
        elif alike[each.name][1] != 1:
            first, ratio = alike[each.name]
            note(f"{each.name} is {ratio:g} × {first} in every row")


def _nothing(found: IdentifiedLog) -> typer.Exit:
    note(_verdict(found))
    return typer.Exit(1)


def _looked_at(found: IdentifiedLog) -> str:
    """The rows in a few words: ``run.csv: 100 rows, steps 0~990, 4 digits``."""
    steps = found.column.steps
    rows = "1 row" if len(steps) == 1 else f"{len(steps)} rows"
    which = f", {found.column.name}" if len(found.log.columns) > 1 else ""
    span = f"step {steps.min()}" if len(steps) == 1 else f"steps {steps.min()}~{steps.max()}"
    return f"{found.name}{which}: {rows}, {span}, {found.column.written}"


def _verdict(found: IdentifiedLog) -> str:
    """The fit in words: ``fits all 100 rows (worst 0.9 of half a digit)``."""
    rows = found.found.rows
    if not found.found.fits and rows == 2:
        return "every curve fits two rows; more are needed to tell one"
    if not found.found.fits:
        return f"no schedule lrplot knows fits all {rows} rows" if rows > 1 else "nothing fits the row"
    return f"fits {f'all {rows} rows' if rows > 1 else 'the one row'} (worst {_worst(found)})"


def _step_means(found: IdentifiedLog) -> str:
    """The reading of a step of the log, and whether the rows tell."""
    told = "which makes the spec simplest" if found.decided else "taken; the rows do not tell"
    return f"{found.convention.says} ({told})"


def _worst(found: IdentifiedLog) -> str:
    unit = "half a digit" if "digit" in found.column.written or "decimal" in found.column.written else "what"
    worst = found.found.worst
    small = "less than 0.01" if worst < 0.01 else f"{worst:.2g}"
    return f"{small} of {unit}" if unit != "what" else f"{small} of what {found.column.written} allows"


def _spec(found: IdentifiedLog) -> str:
    from lrplot.document.dump import dump_spec

    return dump_spec(found.found.spec)


def _lines(found: IdentifiedLog) -> Iterator[str]:
    """The lines around the spec."""
    yield f"a step: {_step_means(found)}"
    yield _verdict(found)
    for each in found.found.untold:
        yield f"not told by the log: {each}"
    for near in found.found.nearest if found.found.rows > 2 else ():
        yield f"nearest: {near.family}, which misses a row by {near.worst:.3g} half units"


def _table(found: IdentifiedLog) -> RenderableType:
    from rich.text import Text

    parts = [_looked_at(found), *([_spec(found).rstrip()] if found.found.fits else []), *_lines(found)]
    return Text("\n".join(parts))


def _yaml(found: IdentifiedLog) -> Iterable[bytes]:
    """The spec, with what is known about it in comments."""
    said = "".join(f"# {line}\n" for line in (_looked_at(found), *_lines(found)))
    yield (said + _spec(found)).encode()


def _json(found: IdentifiedLog) -> Iterable[bytes]:
    from lrplot.identification.of_log import as_data

    return as_json(as_data(found))


FORMATS: Final[tuple[Format[IdentifiedLog], ...]] = (
    Format("table", (".txt",), shown=_table),
    Format("yaml", (".yaml", ".yml"), _yaml),
    Format("json", (".json",), _json),
)
