"""Causes that one formula over the plan's rates says: constant, scaled, read from ``get_lr()``."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from lrplot.checks.log.cause import Cause
from lrplot.checks.log.evidence import Evidence, Rates, Steps
from lrplot.checks.log.simplest import simplest
from lrplot.text.numbers import short

_FASTER: Final = 1.5
"""Times by which a clock is faster or slower that is worth a word: halfway from the same one to the
double."""
_NEAR: Final = 0.02
"""Share by which a ratio may miss a whole number: a rate that never changes says its step only roughly."""
_DIGITS: Final = 4
"""Digits of a factor that somebody may have chosen."""


def constant(found: Evidence) -> Iterator[Cause]:
    """All rows have one rate, and it is the plan's first or its highest one, or 0: y = c."""
    yield from (cause for cause in _constant(found) if not cause.odd)


def constant_elsewhere(found: Evidence) -> Iterator[Cause]:
    """All rows have one rate that the plan has elsewhere or nowhere: a clock may say why."""
    yield from (cause for cause in _constant(found) if cause.odd)


def _constant(found: Evidence) -> Iterator[Cause]:
    if len(found) < 2 or not found.flat:
        return
    odd = False
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
        says, odd = f"the rate stays at {short(rate)}", True
        at = found.plan.updates_at(rate, float(found.half.max()))
        advice = _where_planned(found, at) if len(at) else "the plan never has this rate"
    yield Cause("constant", says, lambda u: np.full(u.shape, rate), advice, {"rate": rate}, odd)


def _where_planned(found: Evidence, updates: Steps) -> str:
    """The step at which the plan has a rate that never changes in the log, and a clock's speed there."""
    t, u = int(updates[0]), float(np.median(found.u))
    where = f"the plan has this rate at update {t}"
    for ratio, how in ((u / max(t, 1), "once in {} updates"), (t / max(u, 1), "{} times an update")):
        if ratio > _FASTER and abs(ratio - round(ratio)) <= _NEAR * ratio:
            where += f": there a schedule would be that is stepped {how.format(round(ratio))}"
    return where


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
        odd=len(written.strip("0.").replace(".", "")) > _DIGITS and "/" not in written,
    )


def _why_scaled(found: Evidence, factor: float) -> str:
    first = float(found.plan.table.max())
    return (
        f"a peak of {short(first * factor)} instead of {short(first)}: another base rate, the linear scaling"
        " rule, another parameter group, or the mean over several"
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
