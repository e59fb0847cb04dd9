"""``trainer_state.json``: how long Transformers' Trainer trained, and the rates that it logged.

It holds no arguments, so that the curve is the plain schedule that goes through every logged rate.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine import Cosine
from lrplot.schedules.linear import Linear
from lrplot.schedules.warmup import Warmup
from lrplot.trainers.call import called
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.training import Confidence, Trainer, Training, refuse, whole

_KINDS: Final[Mapping[str, Callable[[int], Schedule]]] = {
    "linear": lambda rest: Linear(lr=1, T_max=rest),
    "cosine": lambda rest: Cosine(lr=1, T_max=rest),
    "constant_with_warmup": lambda _: Constant(lr=1),
}
"""The schedules that a log can tell apart without more arguments, as they fall from 1 after the warm-up."""
_CLOSE: Final = 1e-9
_MOST_WARMUPS: Final = 2000
"""Warm-ups that are tried, where rates are logged seldom."""


class _Log(NamedTuple):
    """The logged rates by the update, as the updates' own steps."""

    steps: Any
    rates: Any


class _Fit(NamedTuple):
    """A schedule that goes through all of a log."""

    schedule: Schedule
    kind: str
    peak: float
    warmup: int
    lag: int


def recognise(form: Form) -> Confidence:
    """``log_history`` beside ``global_step``."""
    return Confidence(2 if {"log_history", "global_step"} <= form.values.keys() else 0, 2)


def training(form: Form, facts: Facts) -> Training:
    """The training that was logged."""
    updates = whole(form, "max_steps", None) or whole(form, "global_step", 1)
    log = _logged(form)
    fit = next(_fits(form, log, updates, facts), None)
    if fit is None:
        raise refuse(
            form,
            "log_history",
            f"none of {', '.join(_KINDS)} goes through the {len(log.steps)} logged rates; draw the arguments "
            "the run was started with, or compare with this as a log",
        )
    convention = "used" if fit.lag == 1 else "of the next update (before Transformers 4.51, or DeepSpeed)"
    lines = (
        f"max_steps = {updates} updates",
        f"{fit.kind} through {len(log.steps)} logged rates: peak {fit.peak:.6g}, warm-up {fit.warmup}",
    )
    notes: tuple[str, ...] = (f"the logged rates are those {convention}",)
    if log.steps[0] - fit.lag > fit.warmup:
        told = f"no rate was logged before update {log.steps[0] - fit.lag:.0f}"
        notes = (*notes, f"{told}: a warm-up in there, and its peak, are a guess by the roundest rate")
    return Training(fit.schedule, updates, None, lines, notes, fit.kind, "transformers")


def _logged(form: Form) -> _Log:
    history = form.get("log_history")
    pairs = {
        entry["step"]: float(entry["learning_rate"])
        for entry in (history if isinstance(history, list) else [])
        if isinstance(entry, Mapping)
        and isinstance(entry.get("step"), int)
        and isinstance(entry.get("learning_rate"), int | float)
    }
    if len(pairs) < 2:
        raise refuse(
            form, "log_history", f"log_history has {len(pairs)} learning_rate; at least 2 are needed"
        )
    steps = sorted(pairs)
    return _Log(np.array(steps, dtype=np.float64), np.array([pairs[step] for step in steps]))


def _fits(form: Form, log: _Log, updates: int, facts: Facts) -> Iterator[_Fit]:
    """The schedules through all logged rates, the likeliest first."""
    lags = (0, 1) if facts.before(4, 51) else (1, 0)
    for kind in _KINDS:
        for lag in lags:
            at = log.steps - lag
            found = [
                fit
                for warmup in _warmups(at, log.rates, updates)
                if (fit := _fit(form, kind, at, log.rates, updates, warmup, lag))
            ]
            yield from sorted(found, key=lambda fit: (_digits(fit.peak), fit.warmup))


def _warmups(at: Any, rates: Any, updates: int) -> range:
    """The warm-ups that a log leaves open: between the steps where the rates stop to rise."""
    if at[0] < 0:
        return range(0)
    ends = np.flatnonzero(np.diff(rates) <= 0)
    top = int(ends[0]) if len(ends) else len(at) - 1
    first, last = at[top - 1] if top else 0, at[min(top + 1, len(at) - 1)]
    return range(int(first), int(min(last, updates - 1, first + _MOST_WARMUPS)) + 1)


def _fit(form: Form, kind: str, at: Any, rates: Any, updates: int, warmup: int, lag: int) -> _Fit | None:
    """The schedule of a kind and a warm-up, where it goes through all rates."""
    given = {"name": kind, "num_warmup_steps": warmup, "num_training_steps": updates}
    unit = Warmup(schedule=_KINDS[kind](updates - warmup), steps=warmup)
    few = [0, len(at) // 2, -1]
    if not _close(unit(at[few]), rates[few]):
        return None
    shape = unit(at)
    highest = int(np.argmax(shape))
    if not _close(shape, rates):
        return None
    peak = float(f"{rates[highest] / shape[highest]:.12g}")
    schedule, _ = called(form, "transformers.get_scheduler", given, lr=peak, steps=updates)
    return _Fit(schedule, kind, peak, warmup, lag)


def _close(shape: Any, rates: Any) -> bool:
    """True where rates have a shape."""
    highest = int(np.argmax(shape))
    if not shape[highest] > 0:
        return False
    peak = rates[highest] / shape[highest]
    return bool(0 < peak < np.inf and np.abs(peak * shape - rates).max() <= _CLOSE * peak)


def _digits(value: float) -> int:
    """The number of digits a rate has: people give round ones."""
    return len(f"{value:.10e}".partition("e")[0].replace(".", "").rstrip("0"))


TRAINER: Final = Trainer("trainer_state", "Transformers' trainer_state.json", recognise, training)
