"""Verdicts as data: JSON of our own, and SARIF 2.1.0 for code review."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from lrplot.checks.log.cause import Cause
from lrplot.checks.log.verdict import Parting, Verdict
from lrplot.checks.log.words import unexplained
from lrplot.checks.sarif import sarif

FORMAT: Final = 1


def as_json(
    verdicts: Iterable[Verdict], plan: str, log: str, form: str, missing: Sequence[str] = ()
) -> dict[str, Any]:
    """The verdicts as plain data; ``missing`` are planned groups that no column is of."""
    columns = [_column(each) for each in verdicts]
    return {
        "format": FORMAT,
        "plan": plan,
        "log": log,
        "log_format": form,
        "as_planned": not missing and all(each["as_planned"] for each in columns),
        "missing_groups": list(missing),
        "columns": columns,
    }


def _column(verdict: Verdict) -> dict[str, Any]:
    rows = len(verdict.column)
    return {
        "column": verdict.column.name,
        "as_planned": verdict.as_planned,
        "group": verdict.group or None,
        "rows": rows,
        "steps": [int(verdict.column.steps[0]), int(verdict.column.steps[-1])],
        "precision": verdict.column.written,
        "reading": {
            "says": verdict.reading.says,
            "offset": verdict.reading.offset,
            "times": verdict.reading.times,
            "chosen_by_rates": verdict.chosen,
        },
        "apart": verdict.apart,
        "first": _parting(verdict.first),
        "greatest": _parting(verdict.greatest),
        "causes": [_cause(each) for each in verdict.causes],
        "told_by": verdict.told,
        "strays": [_parting(each) for each in verdict.strays],
    }


def _parting(parting: Parting | None) -> dict[str, Any] | None:
    if parting is None:
        return None
    return {
        "step": parting.step,
        "update": parting.update,
        "planned": parting.planned,
        "logged": parting.logged,
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {"kind": cause.kind, "says": cause.says, "advice": cause.advice, "values": cause.values}


def as_sarif(verdicts: Sequence[Verdict], plan: str, log: str) -> dict[str, Any]:
    """The columns that are not as planned, as a SARIF log of one run."""
    results = list(_results(verdicts, plan, log))
    kinds = dict.fromkeys(str(result["ruleId"]) for result in results)
    rules = [{"id": kind, "shortDescription": {"text": f"logged rates: {kind}"}} for kind in kinds]
    return sarif(rules, results)


def _results(verdicts: Sequence[Verdict], plan: str, log: str) -> Iterator[dict[str, Any]]:
    for verdict in verdicts:
        if verdict.first is None:
            continue
        cause = verdict.causes[0] if verdict.causes else None
        why = cause.says if cause else next(unexplained(verdict))
        at = f"{verdict.column.name} parts from {plan} at step {verdict.first.step}"
        yield {
            "ruleId": f"verify/{(cause.kind if cause else 'unexplained').replace(' ', '-')}",
            "level": "error",
            "message": {"text": f"{at}: {why}"},
            "locations": [
                {"physicalLocation": {"artifactLocation": {"uri": quote(PurePath(log).as_posix())}}}
            ],
        }
