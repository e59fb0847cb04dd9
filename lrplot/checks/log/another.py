"""The last cause: the run used a schedule of another kind, found from the rows alone."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from lrplot.checks.log.cause import Cause
from lrplot.checks.log.evidence import Evidence
from lrplot.errors import LrplotError
from lrplot.text.numbers import short

_FEWEST: Final = 5
"""Rows that a schedule is found from: fewer of them any kind fits."""


def another(found: Evidence) -> Iterator[Cause]:
    """The simplest schedule that fits every row, whatever the plan is."""
    from lrplot.identification import identify

    if len(found) < _FEWEST or found.u.min() < 0 or np.unique(found.u).size < len(found):
        return
    try:
        answer = identify(found.u, found.y, found.half)
    except LrplotError:
        return
    if answer.run is None:
        return
    rates = found.plan.with_schedule(answer.run.schedule).rates
    if not found.fits(rates):
        return
    spec = answer.spec
    inside = {"lr": spec["lr"]} if "lr" in spec else {}
    told = ", ".join(_said({**inside, **_plain(spec.get("schedule"))}))
    yield Cause(
        "another",
        f"the run used another schedule: {answer.family} ({told})",
        rates,
        f"not told by the log: {'; '.join(answer.untold)}" if answer.untold else "",
        {"family": answer.family},
    )


def _plain(schedule: Any) -> Mapping[str, Any]:
    return schedule if isinstance(schedule, Mapping) else {"type": schedule}


def _said(spec: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """The numbers of a spec, by their paths."""
    for key, value in spec.items():
        if isinstance(value, Mapping):
            yield from _said(value, f"{path}{key}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{path}{key} {short(float(value), 12)}"
        elif key != "type" and isinstance(value, str):
            yield f"{path}{key} {value}"
