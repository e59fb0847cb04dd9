"""The last cause: the run used a schedule of another kind, found from the rows alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lrplot.checks.log.cause import Cause
from lrplot.checks.log.evidence import Evidence, Rates, Steps
from lrplot.errors import LrplotError
from lrplot.text.numbers import short

if TYPE_CHECKING:
    from lrplot.identification import Identified

_FEWEST: Final = 5
"""Rows that a schedule is found from: fewer of them any kind fits."""

_EXACT: Final = 1e-8
"""Half a unit, as a share of the peak, below which one row less will do."""


def another(readings: Sequence[Evidence]) -> tuple[Cause, int] | None:
    """The simplest schedule that fits every row, whatever the plan is, and the reading that makes it so.

    Parameters
    ----------
    readings
        The same rows by each reading of their steps, the usual one first.
    """
    found = []
    for which, rows in enumerate(readings):
        one = _another(rows)
        if one is not None:
            found.append((one[0], which, one[1]))
        elif not which:
            return None  # another reading moves a schedule, and makes none of what is none
    if not found:
        return None
    _, which, cause = min(found, key=lambda each: each[:2])
    return cause, which


def _another(found: Evidence) -> tuple[float, Cause] | None:
    """The schedule by one reading, and what it costs to say it."""
    fewest = _FEWEST if found.half.max() > _EXACT * found.peak else _FEWEST - 1
    if len(found) < fewest or found.u.min() < 0 or np.unique(found.u).size < len(found):
        return None
    answer = _identified(found.u, found)
    if answer is None or answer.run is None:
        return None
    rates = found.plan.with_schedule(answer.run.schedule).rates
    if not found.fits(rates):
        return None
    if len(found) < _FEWEST and len(list(_said(_whole(answer)))) > len(found) - 2:
        return None
    cause = Cause("another", _sentence(answer), rates, _untold(answer), {"family": answer.family})
    return answer.cost, cause


def with_repeats(found: Evidence) -> Iterator[Cause]:
    """Another schedule that some updates did not step: where each update is logged, a rate comes again."""
    again = np.flatnonzero(np.abs(np.diff(found.y)) <= np.maximum(found.half[1:], found.half[:-1])) + 1
    clock = np.arange(len(found)) - np.searchsorted(again, np.arange(len(found)), side="right")
    kept = found.rows(np.setdiff1d(np.arange(len(found)), again))
    # Rates that are printed come again where they change little; whole floats where nothing was stepped.
    if found.half.max() > _EXACT * found.peak:
        return
    if not 0 < again.size < len(kept) or len(kept) < _FEWEST or (np.diff(found.u) != 1).any():
        return
    answer = _identified(np.arange(len(kept)), kept)
    if answer is None or answer.run is None:
        return
    rates = found.plan.with_schedule(answer.run.schedule).rates

    def predict(u: Steps) -> Rates:
        at = np.clip(np.searchsorted(found.u, u, side="right") - 1, 0, len(found) - 1)
        return rates(clock[at])

    if found.fits(predict):
        lost = f"{again.size} update{'s' * (again.size != 1)} did not step it"
        yield Cause(
            "another",
            f"{_sentence(answer)}, and {lost}",
            predict,
            "updates skipped for an overflow in fp16 do not count",
            {"family": answer.family, "lost": int(again.size)},
        )


def _identified(u: Steps, rows: Evidence) -> "Identified | None":
    """What is behind some rows; None where they are none that it takes."""
    from lrplot.identification import identify  # the last resort, and a slow import

    try:
        return identify(u, rows.y, rows.half)
    except LrplotError:
        return None


def _sentence(answer: "Identified") -> str:
    told = ", ".join(_said(_whole(answer)))
    return f"the run used another schedule: {answer.family} ({told})"


def _whole(answer: "Identified") -> Mapping[str, Any]:
    spec = answer.spec
    inside = {"lr": spec["lr"]} if "lr" in spec else {}
    return {**inside, **_plain(spec.get("schedule"))}


def _untold(answer: "Identified") -> str:
    return f"not told by the log: {'; '.join(answer.untold)}" if answer.untold else ""


def _plain(schedule: Any) -> Mapping[str, Any]:
    return schedule if isinstance(schedule, Mapping) else {"type": schedule}


def _said(spec: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """The numbers of a spec, by their paths."""
    for key, value in spec.items():
        if isinstance(value, Mapping):
            yield from _said(value, f"{path}{key}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{path}{key} {short(float(value), 12)}"
        elif key != "type" and (isinstance(value, str) or _numbers(value)):
            yield f"{path}{key} {value}"


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, int | float) for each in value)
