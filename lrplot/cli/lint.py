from __future__ import annotations

import io
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lrplot.cli.groups import OutputOptions, References, RunOptions, SeriesOptions, overrides
from lrplot.cli.output import console, report
from lrplot.cli.results import as_json, check_places, print_notes, target
from lrplot.files import LARGEST_TEXT
from lrplot.render.formats import Format
from lrplot.text.plain import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lrplot.checks.comments import Text
    from lrplot.checks.report import Entry
    from lrplot.checks.rules import Severity

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot lint configs/*.yaml\n"
    '  lrplot lint "CosineAnnealingLR(optimizer, T_max=50)" --steps 100\n'
    "  lrplot lint train.py --epochs 90 --steps-per-epoch 5005 --fail-on note\n"
    "  lrplot lint configs/*.yaml --format sarif > lrplot.sarif"
)

_LONGEST: Final = 60
"""Characters of a pasted call before its findings: a path is never cut, for editors open it."""
_STYLES: Final = {"error": "bold red", "warning": "yellow", "note": "cyan"}

Codes = Annotated[
    list[str] | None,
    typer.Option("--select", metavar="CODES", help="Only these rules: LR001,cut-short. Shows notes too."),
]
Ignored = Annotated[list[str] | None, typer.Option("--ignore", metavar="CODES", help="Not these rules.")]
FailOn = Annotated[
    str,
    typer.Option(metavar="error|warning|note", help="Exit 1 at this severity or above; note shows notes."),
]
Least = Annotated[
    str,
    typer.Option(
        "--severity",
        metavar="error|warning|note",
        help="Show findings of this severity and above, and all that fail.",
    ),
]


def lint(
    references: References,
    *,
    select: Codes = None,
    ignore: Ignored = None,
    severity: Least = "warning",
    fail_on: FailOn = "warning",
    run: RunOptions,
    series: SeriesOptions,
    to: OutputOptions,
) -> None:
    """Say what is probably a mistake in each REF.

    Each finding has a code, a step and its evidence; docs/lint.md explains the codes. A comment
    `# lrplot: ignore[CODE]` in a spec or a script silences one.
    """
    from lrplot.checks.asked import rules_asked, severity_called, told
    from lrplot.checks.report import examine
    from lrplot.sources.reference import load_all

    place = target(to, FORMATS, "findings")
    check_places([place.path], references)
    least, shown = severity_called(fail_on, "--fail-on"), severity_called(severity, "--severity")
    rules = rules_asked(select, ignore)
    texts = [text_of(reference) for reference in references]
    loaded = load_all(references, overrides(run, series))
    # What a trainer does not as its keys seem to say is a finding here.
    print_notes(
        replace(each, notes=tuple(note for note in each.notes if note not in each.traps))
        for runs in loaded
        for each in runs
    )
    named = zip(references, texts, loaded, strict=True)
    found = [entry for reference, text, runs in named for entry in examine(reference, text, runs, rules)]
    entries = told(found, min(least, shown), selected=select is not None)
    if place.format.name == "text" and place.path is None:
        for line in _lines(entries):
            _print(*line)
    else:
        place.write(entries)
    count, schedules = len(entries), sum(map(len, loaded))
    report(f"{count or 'no'} finding{'s' * (count != 1)} in {schedules} schedule{'s' * (schedules != 1)}")
    shown_ones = set(map(id, entries))
    _tell_hidden([entry.finding.rule.severity for entry in found if id(entry) not in shown_ones])
    if any(entry.finding.rule.severity >= least for entry in entries):
        raise typer.Exit(1)


def _tell_hidden(severities: Sequence[Severity]) -> None:
    """Count what was found and is not shown, with the option that shows it."""
    if severities:
        from lrplot.checks.rules import hidden

        report(hidden(severities))


def text_of(reference: str) -> Text:
    """The text of a REF: its file, standard input (which is left as if unread), or itself."""
    from lrplot.checks import asked
    from lrplot.checks.comments import Text

    if reference == "-" and sys.stdin is not None:
        data = sys.stdin.buffer.read(LARGEST_TEXT + 1)
        sys.stdin = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
        return Text(data.decode("utf-8-sig", errors="replace"), "standard input", is_file=False)
    return asked.text_of(reference)


def _text(entries: Sequence[Entry]) -> Iterable[bytes]:
    return (f"{line}\n".encode() for line, _ in _lines(entries))


def _json(entries: Sequence[Entry]) -> Iterable[bytes]:
    from lrplot.checks.report import as_json as as_data

    return as_json(as_data(entries), 2)


def _sarif(entries: Sequence[Entry]) -> Iterable[bytes]:
    from lrplot.checks.report import as_sarif

    return as_json(as_sarif(entries), 2)


def _lines(entries: Sequence[Entry]) -> Iterator[tuple[str, Severity | None]]:
    """The lines that people read: the finding, and under it the step and the evidence."""
    from lrplot.text.numbers import short

    for entry in entries:
        found, rule = entry.finding, entry.finding.rule
        name = " ".join(entry.reference.split())
        shown = (
            name if len(name) <= _LONGEST or entry.line else f"{name[: _LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
        )
        place = shown if entry.line is None else f"{shown}:{entry.line}"
        label = f"{entry.label}: " if entry.several else ""
        yield printable(f"{place}: {rule.code} {rule.severity}: {label}{found.sentence}"), rule.severity
        numbers = [
            f"{key}={value if isinstance(value, str) else short(value)}" for key, value in found.evidence
        ]
        at = [] if found.step is None else [f"step {found.step}"]
        shown = ": ".join([*at, *([", ".join(numbers)] if numbers else [])])
        if shown:
            yield printable(f"    {shown}"), None


def _print(line: str, severity: Severity | None) -> None:
    """A line of its own, never wrapped; in a terminal a finding has the colour of its severity."""
    if not sys.stdout.isatty():
        sys.stdout.write(line + "\n")
        return
    from rich.text import Text as Styled

    style = "dim" if severity is None else _STYLES[str(severity)]
    console().print(Styled(line, style=style), soft_wrap=True)


FORMATS: Final[tuple[Format[Sequence[Entry]], ...]] = (
    Format("text", (".txt",), _text),
    Format("json", (".json",), _json),
    Format("sarif", (".sarif",), _sarif),
)
