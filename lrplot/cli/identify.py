from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import typer

from lrplot.cli.groups import OutputOptions
from lrplot.cli.logs import LogArgument, LogOptions, logged
from lrplot.cli.output import note
from lrplot.cli.results import as_json, target
from lrplot.render.formats import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from lrplot.identification import Identified, IdentifiedLog
    from lrplot.records.log import Log

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot identify out/trainer_state.json\n"
    "  lrplot identify runs/ -o spec.yaml\n"
    "  lrplot identify metrics.csv#lr-AdamW/pg2 -f json\n"
    "  grep lr: train.log | lrplot identify - --every 10"
)


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found behind a log, in words."""

    name: str
    answer: IdentifiedLog

    @property
    def found(self) -> Identified:
        """The schedule that was found."""
        return self.answer.found

    @property
    def looked_at(self) -> str:
        """The rows in a few words: ``run.csv: 100 rows, steps 0~990, 4 digits``."""
        steps = self.answer.column.steps
        rows = "1 row" if len(steps) == 1 else f"{len(steps)} rows"
        which = f", {self.answer.column.name}" if len(self.answer.log.columns) > 1 else ""
        span = f"step {steps.min()}" if len(steps) == 1 else f"steps {steps.min()}~{steps.max()}"
        return f"{self.name}{which}: {rows}, {span}, {self.answer.column.written}"

    @property
    def verdict(self) -> str:
        """The fit in words: ``fits all 100 rows (worst 0.9 of half a digit)``."""
        rows = self.found.rows
        if not self.found.fits and rows == 2:
            return "every curve fits two rows; more are needed to tell one"
        if not self.found.fits:
            return f"no schedule lrplot knows fits all {rows} rows" if rows > 1 else "nothing fits the row"
        return f"fits {f'all {rows} rows' if rows > 1 else 'the one row'} (worst {_worst(self)})"

    @property
    def step_means(self) -> str:
        """The reading of a step of the log, and whether the rows tell."""
        told = "which makes the spec simplest" if self.answer.decided else "taken; the rows do not tell"
        return f"{self.answer.convention.says} ({told})"


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
    from lrplot.identification import identify_log

    place = target(to, FORMATS, "identified")
    read = logged(log, options)
    _tell_others(read)
    found = _Found("standard input" if log == "-" else log, identify_log(read))
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


def _nothing(found: _Found) -> typer.Exit:
    note(found.verdict)
    return typer.Exit(1)


def _worst(found: _Found) -> str:
    worst, written = found.found.worst, found.answer.column.written
    small = "less than 0.01" if worst < 0.01 else f"{worst:.2g}"
    is_printed = "digit" in written or "decimal" in written
    return f"{small} of half a digit" if is_printed else f"{small} of what {written} allows"


def _spec(found: _Found) -> str:
    from lrplot.document.dump import dump_spec

    return dump_spec(found.found.spec)


def _lines(found: _Found) -> Iterator[str]:
    """The lines around the spec."""
    yield f"a step: {found.step_means}"
    yield found.verdict
    for each in found.found.untold:
        yield f"not told by the log: {each}"
    for near in found.found.nearest if found.found.rows > 2 else ():
        yield f"nearest: {near.family}, which misses a row by {near.worst:.3g} half units"


def _table(found: _Found) -> RenderableType:
    from rich.text import Text

    parts = [found.looked_at, *([_spec(found).rstrip()] if found.found.fits else []), *_lines(found)]
    return Text("\n".join(parts))


def _yaml(found: _Found) -> Iterable[bytes]:
    """The spec, with what is known about it in comments."""
    said = "".join(f"# {line}\n" for line in (found.looked_at, *_lines(found)))
    yield (said + _spec(found)).encode()


def _json(found: _Found) -> Iterable[bytes]:
    """``{"format": 1, "fits", "spec", "worst", "rows", "untold", "nearest", "log"}``."""
    it = found.found
    near = [{"family": e.family, "spec": dict(e.spec), "worst": e.worst} for e in it.nearest]
    log: dict[str, Any] = {
        "format": found.answer.log.format,
        "column": found.answer.column.name,
        "written": found.answer.column.written,
        "unit": found.answer.log.unit,
        "offset": found.answer.convention.offset,
        "offset_told": found.answer.decided,
    }
    said = {"format": 1, "fits": it.fits, "family": it.family, "spec": dict(it.spec)}
    worst = it.worst if it.fits else None
    return as_json(
        {**said, "worst": worst, "rows": it.rows, "untold": [*it.untold], "nearest": near, "log": log}
    )


FORMATS: Final[tuple[Format[_Found], ...]] = (
    Format("table", (".txt",), shown=_table),
    Format("yaml", (".yaml", ".yml"), _yaml),
    Format("json", (".json",), _json),
)
