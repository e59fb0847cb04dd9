from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import typer

from lrplot.cli.follow import Follow, followed
from lrplot.cli.groups import FigureOptions, OutputOptions, Plan, RunOptions, SeriesOptions, overrides
from lrplot.cli.logs import LogArgument, LogOptions, logged
from lrplot.cli.output import note, show
from lrplot.cli.results import as_json, check_places, print_notes, target
from lrplot.errors import UsageError
from lrplot.render.formats import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rich.console import RenderableType

    from lrplot.checks.log import Verdict
    from lrplot.records.log import Log
    from lrplot.render.html.section import Listed
    from lrplot.render.parting import Mark
    from lrplot.run import Run

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot verify configs/warmup_cosine.yaml out/trainer_state.json\n"
    "  lrplot verify train.py lightning_logs/version_0 -o parting.png\n"
    '  lrplot verify "StepLR(optimizer, 30)" results.csv --lr 0.1 --steps 90\n'
    "  lrplot verify sft.yaml trainer_state.json --examples 52002 -f json\n"
    "  lrplot verify sft.yaml out/ --follow"
)


@dataclass(frozen=True, slots=True)
class _Answer:
    """The plan, the log, and the verdict a column."""

    run: Run
    log: Log
    verdicts: Sequence[Verdict]
    names: tuple[str, str]

    @property
    def as_planned(self) -> bool:
        return not self.missing and all(verdict.as_planned for verdict in self.verdicts)

    @property
    def missing(self) -> Sequence[str]:
        """The planned groups that no column is of."""
        from lrplot.checks.log import missing_groups

        return missing_groups(self.run, self.verdicts)


def verify(
    plan: Plan,
    log: LogArgument,
    *,
    follow: Follow = False,
    options: LogOptions,
    run: RunOptions,
    series: SeriesOptions,
    figure: FigureOptions,
    to: OutputOptions,
) -> None:
    """Hold a plan against what a training logged, and say why they part.

    PLAN is any REF. A cause is told only where it fits every row within half a unit of what was written;
    causes that say the same numbers are told as such. docs/verify.md explains them.

    Exits 0 where the training is as planned, 1 where it parts, 2 where something cannot be read.
    """
    from lrplot.checks.log import verify as verdicts_of
    from lrplot.sources.reference import load

    place = target(to, FORMATS, "verdict")
    check_places([place.path], [plan, log.partition("#")[0]])
    if plan == log == "-":
        raise UsageError("standard input is read once; name a file for the plan or for the log")
    found = load(plan, overrides(run, series, figure))
    print_notes(found)
    if len(found) != 1:
        labels = ", ".join(each.label for each in found)
        raise UsageError(f"a plan is one schedule, and {plan} has {len(found)}: {labels}")
    names = _names(plan, log)

    def held(rows: Log) -> _Answer:
        return _Answer(found[0], rows, verdicts_of(found[0], rows), names)

    answer = followed(log, options, held) if follow else held(logged(log, options))
    for message in dict.fromkeys(_readings(answer)):
        note(message)
    place.write(answer)
    if place.format.picture and place.path is not None:
        show(_table(answer))
    if not answer.as_planned:
        raise typer.Exit(1)


def _names(plan: str, log: str) -> tuple[str, str]:
    from lrplot.text.caret import brief

    names = (
        "standard input" if each.partition("#")[0] == "-" else " ".join(each.split()) for each in (plan, log)
    )
    one, other = (brief(each, 60) for each in names)
    return one, other


def _readings(answer: _Answer) -> Iterator[str]:
    """The readings of the steps that the rates decided: no fault of a run."""
    for verdict in answer.verdicts:
        if verdict.as_planned and verdict.chosen:
            yield f"{answer.log.format}: {verdict.reading.says}"


def _table(answer: _Answer) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from lrplot.render.table import heading
    from lrplot.text.plain import printable

    parts: list[RenderableType] = []
    for verdict in answer.verdicts:
        parts += [Text()] if parts else []
        parts += [heading(verdict.column.name)] if len(answer.verdicts) > 1 else []
        parts += _one(answer, verdict)
    parts += [Text(), *(Text(line) for line in ratios)] if (ratios := _ratios(answer)) else []
    said = [f"no column has the rate planned for the group {printable(name)}" for name in answer.missing]
    parts += [Text(), *(Text(line, style="bold") for line in said)] if said else []
    return Group(*parts)


def _one(answer: _Answer, verdict: Verdict) -> Iterator[RenderableType]:
    from rich.text import Text

    from lrplot.checks.log.words import grounds
    from lrplot.text.plain import printable

    plan, log = map(printable, answer.names)
    if verdict.first is None:
        yield Text(_as_planned(answer, verdict), style="bold green")
        if verdict.evidence.flat and len(verdict.column) > 1:
            yield Text("the plan is flat over these rows: they tell the rate, and nothing of the clock")
        return
    yield Text(f"{log} and {plan} part at step {verdict.first.step}", style="bold")
    yield Text()
    yield _partings(verdict)
    yield Text()
    yield _causes(verdict)
    yield Text()
    yield Text(grounds(verdict), style="dim")
    yield Text(f"steps: {verdict.reading.says}", style="dim")


def _as_planned(answer: _Answer, verdict: Verdict) -> str:
    from lrplot.checks.log.words import count
    from lrplot.text.plain import printable

    column = verdict.column
    steps = f"steps {column.steps.min()}~{column.steps.max()}"
    group = f" for the group {printable(verdict.group)}" if verdict.group else ""
    rows = count(len(column), "row")
    return (
        f"{printable(answer.names[1])} is as planned{group}: {rows}, {steps}, none apart ({column.written})"
    )


def _partings(verdict: Verdict) -> RenderableType:
    from lrplot.render.table import plain_table
    from lrplot.text.numbers import short

    table = plain_table()
    table.add_column("")
    for name in ("at step", "planned", "logged"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, parting in (("first apart", verdict.first), ("greatest", verdict.greatest)):
        if parting is not None:
            table.add_row(name, str(parting.step), short(parting.planned), short(parting.logged))
    return table


def _causes(verdict: Verdict) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    from lrplot.checks.log.words import unexplained
    from lrplot.text.plain import printable

    table = Table.grid(padding=(0, 2))
    if not verdict.causes:
        for i, line in enumerate(unexplained(verdict)):
            table.add_row("" if i else "why", Text(line, style="bold" if verdict.strays and not i else ""))
    for i, cause in enumerate(verdict.causes):
        table.add_row("or" if i else "why", Text(printable(cause.says), style="" if i else "bold"))
        if cause.advice and not i:
            table.add_row("", Text(printable(cause.advice)))
    if len(verdict.causes) > 1:
        table.add_row("", Text("these say the same numbers: the log cannot tell them apart", style="dim"))
    return table


def _ratios(answer: _Answer) -> list[str]:
    from lrplot.checks.log.columns import ratios
    from lrplot.text.numbers import short

    return [f"{name} is {short(ratio)} × {first} in every row" for name, first, ratio in ratios(answer.log)]


def _json(answer: _Answer) -> Iterable[bytes]:
    from lrplot.checks.log.report import as_json as as_data

    return as_json(as_data(answer.verdicts, *answer.names, answer.log.format, answer.missing), 2)


def _sarif(answer: _Answer) -> Iterable[bytes]:
    from lrplot.checks.log.report import as_sarif

    return as_json(as_sarif(answer.verdicts, answer.names[0], str(answer.log.path)), 2)


def _picture(kind: str) -> Callable[[_Answer], Iterable[bytes]]:
    def write(answer: _Answer) -> Iterator[bytes]:
        from lrplot.curve import Curve
        from lrplot.render.startup import without_docstrings

        with without_docstrings():
            from lrplot.render.parting import draw_parting
        verdict = next((each for each in answer.verdicts if not each.as_planned), answer.verdicts[0])
        runs = [answer.run, _rows(answer, verdict)]
        yield draw_parting([Curve(run) for run in runs], _mark(verdict), kind)

    return write


def _page(answer: _Answer) -> Iterator[bytes]:
    from lrplot.cli.results import texts_of
    from lrplot.curve import Curve
    from lrplot.render.html.page import page
    from lrplot.render.html.section import section_of
    from lrplot.run import spread

    runs = spread([answer.run, *(_rows(answer, verdict) for verdict in answer.verdicts)])
    marks = [_mark(verdict) for verdict in answer.verdicts]
    says = [
        _as_planned(answer, verdict) if mark is None else f"{verdict.column.name} {mark}"
        for verdict, mark in zip(answer.verdicts, marks, strict=True)
    ]
    first = min((mark.update for mark in marks if mark is not None), default=None)
    curves = [Curve(run) for run in runs]
    yield page([section_of(curves, texts_of([answer.run]), list(_listed(answer)), says, first)])


def _listed(answer: _Answer) -> Iterator[Listed]:
    """Where the columns part from the plan, and why, as a page lists it."""
    from lrplot.render.html.section import Listed
    from lrplot.text.numbers import short

    for verdict in answer.verdicts:
        name = verdict.column.name
        places = [("first apart", verdict.first), ("greatest", verdict.greatest)]
        rows = [
            (said, str(parting.step), short(parting.planned), short(parting.logged))
            for said, parting in places
            if parting is not None
        ]
        yield Listed(name, ("", "at step", "planned", "logged"), rows)
        causes = [("or" if i else "why", cause.says, cause.advice) for i, cause in enumerate(verdict.causes)]
        yield Listed(name, ("", "cause", "advice"), causes)


def _rows(answer: _Answer, verdict: Verdict) -> Run:
    """The rows of a column as dots, at the updates they were read as."""
    from lrplot.sources.logs import rows_as_run

    label = answer.names[1].rsplit("/", maxsplit=1)[-1]
    several = len(answer.verdicts) > 1
    updates, style = verdict.reading.updates(verdict.column.steps), answer.run.style
    name = f"{label} {verdict.column.name}" if several else label
    return replace(rows_as_run(name, updates, verdict.column.rates), style=style)


def _mark(verdict: Verdict) -> Mark | None:
    from lrplot.checks.log.words import unexplained
    from lrplot.render.parting import Mark

    if verdict.first is None:
        return None
    says = verdict.causes[0].says if verdict.causes else next(unexplained(verdict))
    return Mark(verdict.first.update, says, verdict.first.step)


FORMATS: Final[tuple[Format[_Answer], ...]] = (
    Format("table", (".txt",), shown=_table),
    Format("png", (".png",), _picture("png"), binary=True, picture=True, filed=True),
    Format("svg", (".svg",), _picture("svg"), picture=True, filed=True),
    Format("pdf", (".pdf",), _picture("pdf"), binary=True, picture=True, filed=True),
    Format("html", (".html", ".htm"), _page, picture=True, filed=True),
    Format("json", (".json",), _json),
    Format("sarif", (".sarif",), _sarif),
)
