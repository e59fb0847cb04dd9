"""Findings as data: JSON of our own, and SARIF 2.1.0 for code review."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from lrplot.checks.comments import Text
from lrplot.checks.rules import RULES, Finding, Rule, lint
from lrplot.checks.sarif import sarif
from lrplot.curve.summary import highest
from lrplot.errors import StepError
from lrplot.run import Run
from lrplot.text.secrets import masked

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding and where it stands.

    Parameters
    ----------
    finding
        The finding.
    reference
        The REF that was looked at.
    label
        Which of the REF's schedules.
    line
        The line in the REF's file, from 1; None where it is no file.
    several
        Whether the REF has more schedules than this one.
    """

    finding: Finding
    reference: str
    label: str
    line: int | None = None
    several: bool = False


def examine(reference: str, text: Text, runs: Sequence[Run], rules: Iterable[Rule]) -> Iterator[Entry]:
    """The findings in the runs of a REF, but for those that its text says to ignore.

    A parameter group is told of where its own rate is what makes a finding; one that is frozen is meant so.

    Raises
    ------
    StepError
        Naming the REF, when a schedule has no rate at a step.
    """
    chosen = tuple(rules)
    curves = [(run, curve) for run in runs for curve in (run, *_own_groups(run))]
    told: dict[str, set[str]] = {}
    for run, curve in curves:
        ignored = text.ignored(run) | (told[run.label] if curve is not run else set())
        try:
            found = lint(curve, [rule for rule in chosen if rule.code not in ignored])
        except StepError as error:
            raise StepError(f"{reference}: {error}") from None
        told.setdefault(run.label, set()).update(finding.rule.code for finding in found)
        for finding in found:
            line = text.line(run, finding) if text.is_file else None
            yield Entry(finding, masked(reference), curve.label, line, several=len(curves) > 1)


def _own_groups(run: Run) -> list[Run]:
    """The parameter groups of a run that train at a rate of their own."""
    found = [run.of_group(group.label) for group in run.groups if group.schedule != run.schedule]
    return [each for each in found if each is not None and highest(each.schedule, each.steps).value]


def as_json(entries: Iterable[Entry]) -> dict[str, Any]:
    """The findings as plain data."""
    return {"format": FORMAT, "findings": [_plain(entry) for entry in entries]}


def _plain(entry: Entry) -> dict[str, Any]:
    found = entry.finding
    return {
        "code": found.rule.code,
        "name": found.rule.name,
        "severity": str(found.rule.severity),
        "message": found.sentence,
        "step": found.step,
        "evidence": dict(found.evidence),
        "reference": entry.reference,
        "schedule": entry.label,
        "line": entry.line,
        "parameter": found.parameter or None,
    }


def as_sarif(entries: Sequence[Entry]) -> dict[str, Any]:
    """The findings as a SARIF log of one run, every rule described."""
    return sarif([_rule(rule) for rule in RULES], [_result(entry) for entry in entries])


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "help": {"text": rule.text},
        "defaultConfiguration": {"level": str(rule.severity)},
    }


def _result(entry: Entry) -> dict[str, Any]:
    found = entry.finding
    shown = ", ".join(f"{name}={value}" for name, value in found.evidence)
    at = "" if found.step is None else f" at step {found.step}"
    return {
        "ruleId": found.rule.code,
        "ruleIndex": RULES.index(found.rule),
        "level": str(found.rule.severity),
        "message": {"text": f"{entry.label}{at}: {found.sentence}{f' ({shown})' if shown else ''}"},
        "locations": [_location(entry)],
    }


def _location(entry: Entry) -> dict[str, Any]:
    if entry.line is None:
        return {"logicalLocations": [{"name": entry.label, "fullyQualifiedName": entry.reference}]}
    uri = quote(PurePath(entry.reference).as_posix())
    return {
        "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": entry.line}},
        "logicalLocations": [{"name": entry.label}],
    }
