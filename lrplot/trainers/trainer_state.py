"""``trainer_state.json``: how long Transformers' Trainer trained, and the rates that it logged.

It holds no arguments, so that the curve is the simplest schedule that goes through every logged rate.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from lrplot.schedules.warmup import Warmup
from lrplot.trainers import transformers
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.training import Confidence, Trainer, Training, refuse, whole

if TYPE_CHECKING:
    from lrplot.identification import Identified
    from lrplot.run import Run


_CLOSE: Final = 8
"""Digits by which one meaning of the rows may be said shorter, and the other be meant all the same."""


class _Log(NamedTuple):
    """The logged rates by the step that they were logged at."""

    steps: Any
    rates: Any


class _Fit(NamedTuple):
    """A schedule that goes through all of a log, and how many updates a row's step is ahead of its rate."""

    found: "Identified"
    run: "Run"
    lag: int


def recognise(form: Form) -> Confidence:
    """``log_history`` beside ``global_step``."""
    return Confidence(2 if {"log_history", "global_step"} <= form.values.keys() else 0, 2)


def training(form: Form, facts: Facts) -> Training:
    """The training that was logged."""
    updates = whole(form, "max_steps", None) or whole(form, "global_step", 1)
    log = _logged(form)
    fits = list(_fits(log, updates, facts))
    if facts.version is None:
        fits.sort(key=lambda fit: (_is_other(fit.run, updates), fit.found.cost))
    if not fits:
        raise refuse(
            form,
            "log_history",
            f"no schedule that lrplot knows goes through the {len(log.steps)} logged rates; draw the "
            "arguments the run was started with, or compare with this as a log",
        )
    fit = fits[0]
    convention = "used" if fit.lag == 1 else "of the next update (before Transformers 4.51, or DeepSpeed)"
    schedule = fit.run.schedule
    warmup = f", warm-up {schedule.steps}" if isinstance(schedule, Warmup) else ""
    lines = (
        f"max_steps = {updates} updates",
        f"{fit.found.family} through {len(log.steps)} logged rates{warmup}",
    )
    either = len(fits) > 1 and facts.version is None and fits[1].found.cost - fits[0].found.cost <= _CLOSE
    notes = (
        f"the logged rates are those {convention}",
        *(["they may be the other too; --trainer trainer_state@VERSION of Transformers says"] * either),
        *(f"not told by the log: {each}" for each in _untold(fit, updates)),
    )
    return Training(schedule, updates, None, lines, notes)


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


def _fits(log: _Log, updates: int, facts: Facts) -> Iterator[_Fit]:
    """The simplest schedule through all rates for each meaning of a row, the likelier meaning first."""
    from lrplot.identification import identify
    from lrplot.records.precision import half_units

    half, _ = half_units([], log.rates, whole=True)
    for lag in (0, 1) if facts.before(4, 51) else (1, 0):
        if log.steps[0] < lag:
            continue
        found = identify(log.steps - lag, log.rates, half, total=updates)
        if found.run is not None:
            yield _Fit(found, found.run, lag)


def _untold(fit: _Fit, updates: int) -> Iterator[str]:
    """What the rows leave open; that a decay ends with the run is told by the state."""
    from lrplot.identification.fitting import FLOOR

    end = f"at step {updates}"
    return (each for each in fit.found.untold if not (each.startswith(FLOOR) and each.endswith(end)))


def _is_other(run: "Run", updates: int) -> bool:
    """True where a schedule ends at another update than the run: the Trainer's end with it."""
    return run.schedule.length not in {None, updates}


TRAINER: Final = Trainer(
    "trainer_state",
    "Transformers' trainer_state.json",
    recognise,
    training,
    versions=transformers.VERSIONS,
    versioned="Transformers",
)
