"""The curve of a training whose length nobody says, over shares of the run, where nothing else is open."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lrplot.errors import LrplotError
from lrplot.schedules.base import Schedule
from lrplot.trainers.facts import Facts, MissingFactsError
from lrplot.trainers.training import Training

_STEPS: Final = 10_000
"""Steps of a curve over shares, about: one is a hundredth of a percent."""
_DIVISIBLE: Final = 12_600
"""A number of steps that most numbers of epochs divide."""
_LENGTHENS: Final = frozenset({"examples", "batches_per_epoch", "images"})
"""Facts that make a training longer and may change nothing else."""
_OTHERS: Final = (40, 230, 37_000)
"""Updates of the runs that have to be alike: few, so that a warm-up of ten steps shows, and many."""
_ALIKE: Final = 1e-3
"""Share of the peak by which two curves of one shape may differ."""
_COMPARED: Final = 1000
"""Updates of the other run whose rates are looked for."""
_APART: Final = 1.5
"""Updates of either run by which a rate may stand elsewhere: one, and what shares are rounded by."""
_TRIES: Final = 4
"""Numbers of examples that are tried for a number of updates, each nearer than the last."""


def over_shares(
    make: Callable[[Facts], Training], facts: Facts, missing: MissingFactsError
) -> Training | None:
    """The training with a stand-in for what is missing; None where its shape depends on it.

    Runs of several lengths are compared: whole updates may be rounded otherwise, and nothing else.

    Parameters
    ----------
    make
        The training, given the facts.
    facts
        What is known.
    missing
        What is asked for.
    """
    if len(missing.names) != 1 or missing.names[0] not in _LENGTHENS:
        return None
    name = missing.names[0]
    try:
        fine = _fine(make, facts, name)
        others = [_of_length(make, facts, name, updates) for updates in _OTHERS]
    except LrplotError:
        return None
    if fine is None:
        return None
    if not all(_alike(fine, other) for other in others):
        return None
    told = f"over % of the run: --{name.replace('_', '-')} N says how many updates it has"
    notes = tuple(note for note in fine.notes if all(note in other.notes for other in others))
    lines = tuple(line for line in fine.derivation if all(line in other.derivation for other in others))
    return replace(fine, steps_per_epoch=None, derivation=(*lines, told), notes=(*notes, f"drawn {told}"))


def _fine(make: Callable[[Facts], Training], facts: Facts, name: str) -> Training | None:
    """The training of some ten thousand updates, so many that each percent of it is a whole update."""
    found = make(_with(facts, name, 8 * _STEPS))
    epochs = found.updates / found.steps_per_epoch if found.steps_per_epoch else 1.0
    whole = round(100 * epochs)
    for updates in (whole * math.ceil(_STEPS / max(1, whole)), _STEPS, _DIVISIBLE):
        found = _of_length(make, facts, name, updates)
        if found.updates % 100 == 0:
            return found
    return None


def _of_length(make: Callable[[Facts], Training], facts: Facts, name: str, updates: int) -> Training:
    """The training of so many updates where a number of examples makes them, else of about as many."""
    count = updates * 8
    best = found = make(_with(facts, name, count))
    for _ in range(_TRIES):
        if found.updates == updates:
            return found
        nearer = max(1, round(count * updates / found.updates))
        count = nearer if nearer != count else count + (1 if found.updates < updates else -1)
        found = make(_with(facts, name, count))
        if abs(found.updates - updates) < abs(best.updates - updates):
            best = found
    return best


def _with(facts: Facts, name: str, count: int) -> Facts:
    known: dict[str, Any] = {name: count}
    return replace(facts, **known)


def _alike(fine: Training, other: Training) -> bool:
    """True where every rate of one run is a rate of the other's at that share, to an update."""
    pairs = list(_curves(fine, other))
    if len(fine.groups) != len(other.groups):
        return False
    k = np.unique(np.linspace(0, other.updates - 1, _COMPARED).astype(np.int64))
    window = max(_APART / other.updates, _APART / fine.updates)
    low = np.clip(np.floor((k / other.updates - window) * fine.updates), 0, fine.updates - 1).astype(np.int64)
    high = np.clip(np.ceil((k / other.updates + window) * fine.updates), 0, fine.updates - 1).astype(np.int64)
    every = np.arange(fine.updates)
    return all(_within(a(every), b(k), low, high) for a, b in pairs)


def _within(
    fine: NDArray[np.float64], rates: NDArray[np.float64], low: NDArray[np.int64], high: NDArray[np.int64]
) -> bool:
    room = _ALIKE * float(np.abs(fine).max())
    least = np.array([fine[i : j + 1].min() for i, j in zip(low, high, strict=True)])
    most = np.array([fine[i : j + 1].max() for i, j in zip(low, high, strict=True)])
    return bool(np.all((rates >= least - room) & (rates <= most + room)))


def _curves(fine: Training, other: Training) -> Iterator[tuple[Schedule, Schedule]]:
    yield fine.schedule, other.schedule
    yield from ((a.schedule, b.schedule) for a, b in zip(fine.groups, other.groups, strict=False))
