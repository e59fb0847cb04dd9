"""Causes of the clock: the schedule saw another step than the update's number."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from lrplot.checks.log.cause import Cause
from lrplot.checks.log.evidence import Evidence, Prediction, Rates, Steps
from lrplot.checks.log.plan import Plan
from lrplot.checks.log.simplest import roundness

_COUNTS: Final = (*range(2, 17), 24, 32, 48, 64, 128, 256)
"""Processes and batches of accumulation that people train with."""
_MOST_CANDIDATES: Final = 200_000
"""Updates with one row's rate, of more of which the row tells nothing: a smooth curve has a few, a long
constant stretch any number, each of which would be held against all rows."""
_TELLING: Final = 2
"""Rows that left the first rate, of fewer of which a shift is an odd cause."""
_TRIED: Final = 8
"""Rows that left the first rate, of which the one that tells most is taken."""
_MOST_CHECKED: Final = 1000
"""Shifts that fit the few rows and are held against all; more of them are those of a flat stretch."""
_MOST_LOOKED_AT: Final = 100_000
"""Rows among which every change of the rate is looked at; of more, those of the few rows are."""
_LAST: Final = slice(-1, -40, -4)
"""Ten of the last rows: the later a row, the closer a ratio of two clocks is told."""
_MOST_TURNS: Final = 64
"""Updates with one rate of which each may be where a clock stands."""
_FIRST_TURNS: Final = 16
"""Turns that are then tried, the first ones; fewer turns with so many updates are flat stretches, which tell
nothing."""
_MOST_BESIDE: Final = 64
"""Ratios to either side that are tried, each on all rows: the sentence says a range, and need not know its
ends."""
_NEAREST: Final = 3
"""Ratios of clocks beside those that are common: the nearest whole ones to what a single row says."""

_GLANCED: Final = 8
"""Rows by which most ratios are ruled out at once; what is left is held against all."""


def shifted(found: Evidence) -> Iterator[Cause]:
    """The clock is ahead or behind by a fixed number of updates: y = P(u + k)."""
    shifts = _shifts(found)
    if not shifts.size:
        return
    shift = int(shifts[np.argmin(np.abs(shifts))])
    if shift == 0:
        return
    choice = "" if shifts.size == 1 else f" (or by {_span(shifts)}: the same numbers)"
    ahead = shift > 0
    way = "ahead" if ahead else "late"
    advice = (
        "the run began there in the plan: it was resumed, or the warm-up is missing"
        if ahead
        else "the first updates were not counted: skipped by the loss scaler, or the scheduler began later"
    )
    yield Cause(
        "shift",
        f"the schedule is {abs(shift)} update{'s' * (abs(shift) != 1)} {way}{choice}",
        lambda u: found.plan.rates(u + shift),
        advice,
        {"shift": shift, "least": int(shifts.min()), "most": int(shifts.max())},
        # One row that tells is explained by any clock; a slower one is commoner than one that is late.
        odd=int((np.abs(found.y - found.plan.rates(np.zeros(1, np.int64))) > found.half).sum()) < _TELLING,
    )


def _span(shifts: Steps) -> str:
    low, high = sorted((abs(int(shifts.min())), abs(int(shifts.max()))))
    return f"{low}~{high}"


def _shifts(found: Evidence) -> Steps:
    """All k with y = P(u + k) in every row, from the row that leaves fewest of them."""
    sample = found.sample
    first = found.plan.rates(np.zeros(1, dtype=np.int64))[0]
    moved = np.flatnonzero(np.abs(sample.y - first) > sample.half)
    if not moved.size:
        return np.array([], dtype=np.int64)
    # The row whose rate the plan has at fewest updates; a few rows of different rates are tried.
    tried = moved[np.unique(np.linspace(0, moved.size - 1, _TRIED).astype(np.int64))]
    sets = [(found.plan.updates_at(sample.y[i], sample.half[i]), i) for i in tried]
    sets = [(updates, i) for updates, i in sets if 0 < updates.size <= _MOST_CANDIDATES]
    if not sets:
        return np.array([], dtype=np.int64)
    updates, row = min(sets, key=lambda pair: pair[0].size)
    shifts: Steps = updates - sample.u[row]
    for u, y, half in zip(sample.u, sample.y, sample.half, strict=True):
        shifts = shifts[np.abs(found.plan.rates(u + shifts) - y) <= half]
        if not shifts.size:
            return shifts
    if sample is found or shifts.size > _MOST_CHECKED:
        return shifts
    kept = [k for k in shifts if found.within(found.plan.rates(found.u + k)).all()]
    return np.array(kept, dtype=np.int64)


def faster(found: Evidence) -> Iterator[Cause]:
    """The schedule was stepped c times an update: y = P(c u)."""
    ratios = _ratios(found, faster=True)
    # Accelerate does not step a scheduler beyond its end; others go on.
    plans = [
        (plan, _likely(found, plan, ratios, lambda u, c: c * u))
        for plan in (found.plan, found.plan.held, found.plan.ended)
    ]
    for times in ratios:
        for plan, likely in plans:
            if times not in likely:
                continue

            def predict(u: Steps, times: int = times, plan: Plan = plan) -> Rates:
                return plan.rates(times * u)

            if found.fits(predict):
                if found.epochs:
                    yield _of_epochs(times, predict)
                    return
                yield Cause(
                    "clock",
                    f"the schedule was stepped {times} times an update",
                    predict,
                    _why_faster(times, found.epoch_lengths),
                    {"times": times},
                )
                return


def _likely(
    found: Evidence, plan: Plan, ratios: Sequence[int], clock: Callable[[Steps, Steps], Steps]
) -> set[int]:
    """The ratios of clocks that a few rows, looked at together, do not rule out."""
    few = found.rows(np.unique(np.linspace(0, len(found) - 1, _GLANCED).astype(np.int64)))
    every = np.array(ratios, dtype=np.int64)
    return set(every[few.may_fit(plan.rates(clock(few.u, every[:, None])))].tolist())


def _of_epochs(times: int, predict: Prediction) -> Cause:
    return Cause(
        "epochs",
        f"the log's step counts epochs, of {times} updates each",
        predict,
        "it is the log's step that differs, not the schedule",
        {"steps_per_epoch": times},
    )


def _why_faster(times: int, epochs: list[int]) -> str:
    if times in epochs:
        return f"{times} steps are an epoch of the plan: the log's step may count epochs"
    return (
        f"{times} processes under Accelerate step it {times} times: give it {times} × the steps, or do not"
        f" prepare() it; or it is stepped with each of {times} accumulated batches"
    )


def counting_epochs(found: Evidence) -> Iterator[Cause]:
    """The log's step counts epochs: y = P(n u), n the steps in an epoch."""
    per_epoch = found.plan.steps_per_epoch
    if per_epoch is None or per_epoch < 2 or int(found.u.max()) * per_epoch > 2 * found.plan.steps:
        return
    if found.fits(lambda u: found.plan.rates(per_epoch * u)):
        yield _of_epochs(per_epoch, lambda u: found.plan.rates(per_epoch * u))


def slower(found: Evidence) -> Iterator[Cause]:
    """The schedule was stepped once in c updates: y = P(⌊u / c⌋)."""
    ratios = _ratios(found, faster=False)
    clocks = [
        (late, _likely(found, found.plan, ratios, lambda u, c, late=late: (u + late) // c))  # type: ignore[misc]
        for late in (0, 1, -1)
    ]
    for times in ratios:
        for late, likely in clocks:
            if times not in likely:
                continue

            def predict(u: Steps, times: int = times, late: int = late) -> Rates:
                return found.plan.rates((u + late) // times)

            if found.fits(predict):
                yield Cause(
                    "clock",
                    f"the schedule was stepped once in {times} updates{_beside(found, times, late)}",
                    predict,
                    _why_slower(times, found.epoch_lengths),
                    {"every": times},
                )
                return


def _beside(found: Evidence, times: int, late: int) -> str:
    """The ratios around one that fit as well, where the log is too sparse to tell them apart."""

    def fits(ratio: int) -> bool:
        return found.fits(lambda u: found.plan.rates((u + late) // ratio))

    low = high = times
    while low > max(2, times - _MOST_BESIDE) and fits(low - 1):
        low -= 1
    while high < times + _MOST_BESIDE and fits(high + 1):
        high += 1
    return f" (or once in {low}~{high}: the same numbers)" if low < high else ""


def _why_slower(times: int, epochs: list[int]) -> str:
    if times in epochs:
        return f"{times} updates are an epoch: scheduler.step() stands in the loop of epochs"
    return (
        f"scheduler.step() is called once an epoch of {times} updates, or the plan counts batches and"
        f" {times} of them are accumulated"
    )


def once_an_epoch(found: Evidence) -> Iterator[Cause]:
    """The rate was set once an epoch, on the right clock: y = P(⌊u / n⌋ n)."""
    for n in _epochs(found):

        def predict(u: Steps, n: int = n) -> Rates:
            return found.plan.rates(u // n * n)

        if found.fits(predict):
            yield Cause(
                "once an epoch",
                f"the rate was set once in {n} updates, to the planned one of that update",
                predict,
                "the schedule is evaluated at the start of each epoch",
                {"every": n},
            )
            return


def _epochs(found: Evidence) -> Iterator[int]:
    yield from found.epoch_lengths
    # The gaps between changes of the rate, where the log shows each update.
    changes = np.flatnonzero(np.diff(found.sample.y)) + 1
    whole = np.flatnonzero(np.diff(found.y)) + 1 if len(found) <= _MOST_LOOKED_AT else changes
    if whole.size > 1:
        gap = int(np.gcd.reduce(found.u[whole]))
        if gap > 1:
            yield gap


def _ratios(found: Evidence, *, faster: bool) -> list[int]:
    """The ratios of clocks worth trying: common ones, an epoch, and what single rows say."""
    tried = dict.fromkeys(_COUNTS)
    tried |= dict.fromkeys(found.epoch_lengths)
    sample = found.sample
    usable = np.flatnonzero(sample.u > 0)
    for i in usable[_LAST]:
        updates = found.plan.updates_at(sample.y[i], sample.half[i])
        updates = updates[updates > 0]
        if updates.size > _MOST_TURNS:
            # Of a plan that comes round again its first turns: a run seldom goes round often.
            turns = updates[np.diff(updates, prepend=-1) > 1]
            updates = turns[:_FIRST_TURNS] if turns.size > _FIRST_TURNS else updates[:0]
        if updates.size:
            for t in updates:
                ratio = t / sample.u[i] if faster else sample.u[i] / t
                for near in range(-(_NEAREST // 2), _NEAREST // 2 + 1):
                    if round(ratio) + near > 1:
                        tried[round(ratio) + near] = None
    told = found.epoch_lengths

    def rank(times: int) -> tuple[bool, bool, int, int]:
        return times not in told[:1], times not in (*_COUNTS, *told), -roundness(times), times

    return sorted(tried, key=rank)
