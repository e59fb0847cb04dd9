"""Causes that one formula over the plan's rates says: constant, scaled, read from ``get_lr()``."""

from collections.abc import Iterator

import numpy as np

from lrplot.checks.log.cause import Cause
from lrplot.checks.log.evidence import Evidence, Rates, Steps
from lrplot.checks.log.simplest import simplest
from lrplot.text.numbers import short


def constant(found: Evidence) -> Iterator[Cause]:
    """All rows have one rate: y = c."""
    if len(found) < 2 or not found.flat:
        return
    low, high = float((found.y - found.half).max()), float((found.y + found.half).min())
    # A rate as somebody would have written it, where the precision leaves a choice.
    rate = 0.0 if low <= 0 <= high else float(found.y[int(np.argmin(found.half))])
    planned = found.plan.rates(np.array([0]))[0]
    whole = found.plan.table
    peak = float(whole.max())
    if rate == 0.0:
        says, advice = (
            "the rate is 0 in every row",
            "the optimizer was given lr 0, or another group is logged",
        )
    elif low <= planned <= high:
        says = f"the rate stays at the first one, {short(rate)}"
        advice = "the scheduler is never stepped, or steps another optimizer"
    elif low <= peak <= high:
        says = f"the rate stays at the peak, {short(rate)}"
        advice = "the scheduler is never stepped, or another one is used: constant"
    else:
        says = f"the rate stays at {short(rate)}"
        at = found.plan.updates_at(rate, float(found.half.max()))
        advice = f"the plan has this rate at update {at[0]}" if len(at) else "the plan never has this rate"
    yield Cause("constant", says, lambda u: np.full(u.shape, rate), advice, {"rate": rate})


def scaled(found: Evidence) -> Iterator[Cause]:
    """Every rate is a multiple of the planned one: y = a P(u)."""
    planned = found.planned
    some = planned > 0
    if np.isnan(planned).any() or not some.any() or not found.within(np.where(some, found.y, 0.0)).all():
        return
    if np.unique(planned[some]).size < 2:
        return
    low = float(((found.y - found.half)[some] / planned[some]).max())
    high = float(((found.y + found.half)[some] / planned[some]).min())
    if not 0 < low <= high:
        return
    factor, written = simplest(low, high)
    yield Cause(
        "scale",
        f"every rate is {written} times the planned one",
        lambda u: factor * found.plan.rates(u),
        _why_scaled(found, factor),
        {"factor": factor},
    )


def _why_scaled(found: Evidence, factor: float) -> str:
    first = float(found.plan.table.max())
    return (
        f"a peak of {short(first * factor)} instead of {short(first)}: another base rate, the linear scaling"
        " rule, or another parameter group"
    )


def from_get_lr(found: Evidence) -> Iterator[Cause]:
    """PyTorch's ``get_lr()`` applies the step's factor once more: y = P(u)² / P(u-1)."""

    def predict(u: Steps) -> Rates:
        now, before = found.plan.rates(u), found.plan.rates(u - 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            again = np.where((before == now) | (before == 0), now, now * now / before)
        return np.where(u <= 0, now, again)

    if found.fits(predict):
        yield Cause(
            "get_lr",
            "the log has scheduler.get_lr(), not the rate that was used",
            predict,
            "get_lr() applies the factor of the step once more; log get_last_lr() or the optimizer's lr",
        )
