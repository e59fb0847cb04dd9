"""Causes in the first rows: they are held at one rate, or rise to the plan; the rest is simple."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from lrplot.checks.log.cause import Cause
from lrplot.checks.log.clocks import shifted
from lrplot.checks.log.evidence import Evidence, Prediction, Rates, Steps
from lrplot.text.numbers import short

_FEWEST: Final = 3
"""Rows that each part must rest on; a line through two of them fits any ramp."""


def held_first(found: Evidence) -> Iterator[Cause]:
    """The first rows have one rate, 0 as a rule, and the rest is as planned, late, or constant."""
    same = np.abs(found.y - found.y[0]) <= found.half
    held = len(found) if same.all() else int(np.argmin(same))
    rest = found.rows(slice(held, None))
    if len(rest) < _FEWEST or (np.diff(found.u) <= 0).any():
        return
    at, rate = int(rest.u[0]), float(found.y[0])
    idle = abs(rate) <= found.half[0]
    if not idle and held < _FEWEST:
        return
    for says, predict in _afterwards(rest, idle=idle):

        def whole(u: Steps, predict: Prediction = predict) -> Rates:
            return np.where(u < at, rate, predict(u))

        if found.fits(whole):
            yield Cause(
                "begun late",
                f"the rate is {short(rate)} in the rows before update {at}; {says}",
                whole,
                "the schedule had not begun: fp16 skips the first updates while it looks for its loss scale,"
                " and a scheduler of DeepSpeed sets a rate with its first step only"
                if idle
                else "",
                {"at": at, "rate": rate, "rows": held},
            )
            return


def _afterwards(rest: Evidence, *, idle: bool) -> Iterator[tuple[str, Prediction]]:
    """The reading of the rows after the held ones, and the rates it predicts."""
    at = int(rest.u[0])
    yield "from there as planned", rest.plan.rates
    if not idle:
        return
    if rest.flat:
        rate = float(rest.y[int(np.argmin(rest.half))])
        yield f"from there it stays at {short(rate)}", lambda u: np.full(u.shape, rate)
    for cause in shifted(rest):
        begins = at + int(cause.values["shift"] or 0) in (0, 1)
        yield (
            "from there the plan from its beginning" if begins else f"from there {cause.says}",
            cause.predict,
        )


def rising_to_plan(found: Evidence) -> Iterator[Cause]:
    """The first rows rise to the plan: y / P(u) is a straight line below 1, and then 1."""
    below = int(np.flatnonzero(found.apart)[-1]) + 1 if found.apart.any() else 0
    early, rest = found.rows(slice(0, below)), found.rows(slice(below, None))
    if len(early) < _FEWEST or len(rest) < _FEWEST or (np.diff(found.u) <= 0).any():
        return
    planned = early.planned
    if not (planned > 0).all() or not (early.y < planned).all():
        return
    share = early.y / planned
    slope = float((share[-1] - share[0]) / (early.u[-1] - early.u[0]))
    first, start, at = float(share[0]), int(early.u[0]), int(rest.u[0])
    if slope <= 0:
        return

    def predict(u: Steps) -> Rates:
        ramp = first + slope * (u - start)
        return found.plan.rates(u) * np.where(u < at, ramp, 1.0)

    if not found.fits(predict):
        return
    yield Cause(
        "warm-up",
        f"a warm-up runs underneath: the first {below} rows rise from {short(first, 3)} to"
        f" {short(float(share[-1]), 3)} times the planned rate; from update {at} as planned",
        predict,
        "the plan has no warm-up: give it one of that length, with the curve running on underneath",
        {"planned": 0, "rows": below, "at": at},
    )
