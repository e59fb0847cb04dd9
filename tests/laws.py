"""What every schedule obeys, each law a function; tried on examples in schedules/ and on drawn ones in fuzz/."""

import contextlib
import itertools
import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from lrplot.curve import sample, summarise
from lrplot.curve.crossing import Condition, crossings
from lrplot.curve.sampling import evaluate
from lrplot.errors import StepError
from lrplot.exports.dialects import PYTHON, printed
from lrplot.exports.formula import formula
from lrplot.python.parameters import Refusal
from lrplot.schedules.base import Schedule
from lrplot.schedules.composite import walk
from lrplot.schedules.knots import LISTED
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.onecycle import OneCycle

from .rounding import rounding

SUMS = 1e-12
"""Relative error of a sum, a mean, a rate computed in another order."""


DENORMAL: Final = 64 * 5e-324
"""Below 2.2e-308 floats are whole multiples of 5e-324, so that each operation rounds by half of that, however
small the rate is: a share of it says nothing. The longest formulas have some hundred operations on it."""


class LawBrokenError(AssertionError):
    """A schedule does not obey a law."""


def _demand(holds: object, told: str) -> None:
    if not holds:
        raise LawBrokenError(told)


def _every(schedule: Schedule, until: int) -> np.ndarray:
    """The rates a schedule gives when it is called; a long table is the same to 1e-14 only."""
    return evaluate(schedule, np.arange(until))


def rates_are_finite_and_not_negative(schedule: Schedule, until: int) -> None:
    """PyTorch's one-cycle alone may go below zero, one step beyond its end."""
    rates = schedule.table(until)
    _demand(np.isfinite(rates).all(), f"not finite at step {np.argmin(np.isfinite(rates))}")
    inside = (place.schedule for place in walk(schedule, until))
    if not any(isinstance(each, OneCycle) and each.after == "overshoot" for each in inside):
        _demand((rates >= 0).all(), f"negative at step {np.argmax(rates < 0)}: {rates.min()}")


def shape_and_type_are_kept(schedule: Schedule) -> None:
    rates = schedule(np.arange(2).reshape(2, 1))
    _demand(rates.shape == (2, 1) and rates.dtype == np.float64, f"{rates.shape} of {rates.dtype}")
    _demand(schedule([]).shape == (0,), "no steps have rates")
    _demand(isinstance(schedule(1), np.float64), "a step's rate is no number")


def the_rate_depends_on_the_step_alone(schedule: Schedule, steps: Sequence[int]) -> None:
    """Vector = scalar, in any order."""
    together, alone = schedule(np.asarray(steps)), np.array([schedule(step) for step in steps])
    _same(together, alone, steps, "together and alone")
    _same(together[::-1], schedule(np.asarray(steps)[::-1]), steps[::-1], "in another order")


def the_table_is_the_schedule(schedule: Schedule, until: int) -> None:
    _same(schedule.table(until), schedule(np.arange(until)), range(until), "table and schedule(arange)")


def _same(one: np.ndarray, other: np.ndarray, steps: Sequence[int], what: str) -> None:
    apart = np.abs(one - other) > SUMS * np.maximum(np.abs(one), np.abs(other)) + DENORMAL
    if apart.any():
        at = int(apart.argmax())
        raise LawBrokenError(f"{what}: step {steps[at]}: {one[at]!r} and {other[at]!r}")


def the_total_is_the_sum(schedule: Schedule, until: int) -> None:
    total, brute = schedule.total(until), math.fsum(schedule.table(until))
    _demand(math.isclose(total, brute, rel_tol=SUMS), f"total {total!r}, the sum is {brute!r}")


def the_closed_form_is_the_schedule(schedule: Schedule, until: int) -> None:
    """Printed as Python and run step by step; where Python raises and arrays give an infinity is no fault of it.

    Within ``SUMS`` of the largest rate, and twice what the text's own operations round: 1e-16 of a value, and
    more only where they cancel or turn far.
    """
    try:
        code = printed(formula(schedule), PYTHON, "t")
    except Refusal:
        return
    lr = eval(f"lambda t: {code}", {"math": math})  # noqa: S307 (what we wrote ourselves)
    expected = _every(schedule, until)
    with contextlib.suppress(ArithmeticError, ValueError):
        written = np.array([lr(step) for step in range(until)])
        # A rate that comes of larger ones, as at the foot of a rise, has their rounding.
        largest = expected.max()
        for later in (until, 10 * until):
            with contextlib.suppress(StepError):
                largest = max(largest, float(schedule(later)))
        apart = np.abs(written - expected)
        for at in np.flatnonzero(apart > SUMS * largest).tolist():
            told = f"closed form {written[at]!r} at step {at}, the rate is {expected[at]!r}: {code}"
            # What remains of numbers that cancel, and the cosine of a long way, keep their rounding: so much.
            _demand(bool(apart[at] <= SUMS * largest + 2 * rounding(code, at)), told)


def _has_expression(schedule: Schedule, until: int) -> bool:
    """True where knots are those of an expression, of which not every step is looked at."""
    return until > LISTED and any(isinstance(place.schedule, Lambda) for place in walk(schedule, until))


def pieces_are_monotone(schedule: Schedule, until: int) -> None:
    """Between knots, over whole steps, where anything is promised."""
    knots = schedule.knots(until)
    listed = knots.list()
    if listed is None:
        return
    _demand(((listed > 0) & (listed < until)).all(), f"a knot outside: {listed}")
    # What an expression rounds is its own: the terms may be larger than what they add up to.
    rounded = SUMS if _has_expression(schedule, until) else 4e-16
    unknown = np.zeros(until, dtype=bool)
    for start, stop in knots.unknown:
        unknown[start:stop] = True
    # A long table rounds its own way, to 1e-14.
    rates = _every(schedule, until)
    for steps in np.split(np.arange(until), listed):
        if len(steps) < 3 or unknown[steps].any():
            continue
        change = np.diff(rates[steps])
        noise = rounded * rates[steps].max() + 1e-300
        turns = (change > noise).any() and (change < -noise).any()
        _demand(not turns, f"turns between the knots {steps[0]} and {steps[-1] + 1}")


def the_summary_is_that_of_every_step(schedule: Schedule, until: int) -> None:
    """Where it calls itself exact."""
    rates, summary = _every(schedule, until), summarise(schedule, until)
    _demand((summary.first.value, summary.final.value) == (rates[0], rates[-1]), "first or final rate")
    for name, measure, value, step in (
        ("peak", summary.peak, rates.max(), int(rates.argmax())),
        ("minimum", summary.minimum, rates.min(), int(rates.argmin())),
    ):
        if measure.exact:
            told = f"{name} {measure.value!r} at {measure.step}, it is {value!r} at {step}"
            assert measure.step is not None, told
            rounded = SUMS * rates.max() if _has_expression(schedule, until) else 0.0
            _demand(abs(measure.value - value) <= rounded, told)
            if rounded:
                continue
            # Where a curve is level but for its last digit, which of its steps is the first is rounding's.
            level = rates[min(step, measure.step) : max(step, measure.step) + 1]
            _demand(bool((abs(level - value) <= 4 * np.spacing(abs(value))).all()), told)
    mean = float(np.mean(rates / max(rates.max(), 1e-300))) * max(float(rates.max()), 1e-300)
    if summary.mean.exact:
        _demand(
            math.isclose(summary.mean.value, mean, rel_tol=SUMS),
            f"mean {summary.mean.value!r}, it is {mean!r}",
        )
    above = int((rates > rates.max() / 2).sum())
    if summary.above_half.exact:
        _demand(summary.above_half.value == above, f"above half {summary.above_half.value}, it is {above}")


def a_crossing_is_where_the_rates_cross(schedule: Schedule, until: int, share: float) -> None:
    """How many steps are below a level between the lowest and the highest rate."""
    rates = _every(schedule, until)
    level = float(rates.min() + share * (rates.max() - rates.min()))
    condition = Condition("<", level)
    found = crossings(schedule, until, condition)
    below = int((rates <= condition.bounds[1]).sum())
    if found.exact:
        _demand(found.steps == below, f"{found.steps} steps below {level!r}, there are {below}")


def a_sample_lies_on_the_curve_and_holds_its_extremes(schedule: Schedule, until: int, columns: int) -> None:
    rates, drawn = _every(schedule, until), sample(schedule, until, columns)
    _demand((np.diff(drawn.steps) >= 0).all(), "steps of the sample fall")
    _demand((drawn.steps[0], drawn.steps[-1]) == (0, until - 1), "the sample's ends")
    here, before = rates[drawn.steps], rates[np.maximum(drawn.steps - 1, 0)]
    _demand(((drawn.rates == here) | (drawn.rates == before)).all(), "the sample is not on the curve")
    if columns > until:
        again = np.r_[np.diff(drawn.steps) == 0, False]
        _demand((drawn.rates == np.where(again, before, here)).all(), "a jump is drawn at another place")
    if drawn.exact:
        extremes = (drawn.rates.max(), drawn.rates.min())
        rounded = SUMS * rates.max() if _has_expression(schedule, until) else 0.0
        apart = max(abs(extremes[0] - rates.max()), abs(extremes[1] - rates.min()))
        _demand(apart <= rounded, f"the sample's extremes are {extremes}")


def the_momentum_is_a_schedule_too(schedule: Schedule, until: int) -> None:
    momentum = schedule.momentum
    if momentum is not None:
        values = momentum.table(until)
        told = f"momentum between {values.min()} and {values.max()}"
        _demand((np.isfinite(values) & (values >= 0)).all(), told)
        the_total_is_the_sum(momentum, until)


def phases_do_not_overlap(schedule: Schedule, until: int) -> None:
    phases = schedule.phases(until)
    for before, after in itertools.pairwise(phases):
        _demand(before.stop <= after.start, f"{before} and {after}")
    _demand(all(0 <= phase.start < phase.stop <= until for phase in phases), f"a phase outside: {phases}")
