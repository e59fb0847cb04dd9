"""Differences between two runs: rates, momentum, horizon, parameters, phases."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from lrplot.curve.difference import Difference, difference, difference_at
from lrplot.curve.sampling import logged_updates
from lrplot.run import Run
from lrplot.schedules.base import Schedule, values
from lrplot.schedules.fields import parameters
from lrplot.schedules.phase import Phase


@dataclass(frozen=True, slots=True)
class Change:
    """A parameter, where a spec has it, with its values in both schedules; None where one has it not."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class RunDifference:
    """The differences between two runs.

    Parameters
    ----------
    before, after
        The runs.
    until
        Steps over which they are compared: those both have.
    rate
        How the rates differ.
    momentum
        How the momenta differ, None where not both runs move one.
    changes
        Parameters that are written differently.
    phases
        The phases of both side by side.
    """

    before: Run
    after: Run
    until: int
    rate: Difference
    momentum: Difference | None
    changes: tuple[Change, ...]
    phases: tuple[tuple[Phase | None, Phase | None], ...]

    @property
    def one_momentum(self) -> bool:
        """True where one run moves momentum and the other does not."""
        before, after = self.before.schedule.momentum, self.after.schedule.momentum
        return (before is None) != (after is None)

    @property
    def is_of_a_log(self) -> bool:
        """True where one of the runs is what a training logged: rates alone are compared, at its rows."""
        return self.before.logged is not None or self.after.logged is not None

    @property
    def same(self) -> bool:
        """True where both train alike: the same rate and momentum at every step, and as many steps.

        Epochs do not count: they are names for steps.
        """
        moved = self.momentum is not None and self.momentum.first is not None
        # A log ends where its last row is; the run may have gone on.
        horizon = self.before.steps != self.after.steps and not self.is_of_a_log
        return self.rate.first is None and not (moved or self.one_momentum or horizon)


def run_difference(before: Run, after: Run, share: float) -> RunDifference:
    """The differences between two runs; rates less than ``share`` of the peak apart are none.

    Examples
    --------
    >>> from lrplot.schedules.step import Step
    >>> old, new = (Run("step", Step(lr=0.1, step_size=size), 100) for size in (30, 40))
    >>> found = run_difference(old, new, 1e-12)
    >>> found.same, found.rate.first, found.changes
    (False, 30, (Change(path='step_size', before=30.0, after=40.0),))
    """
    until = min(before.steps, after.steps)
    of_a_log = before.logged is not None or after.logged is not None
    one, other = before.schedule.momentum, after.schedule.momentum
    return RunDifference(
        before,
        after,
        until,
        _rates(before, after, until, share),
        None if one is None or other is None else difference(one, other, until, share),
        () if of_a_log else changes(before.schedule, after.schedule),
        () if of_a_log else paired_phases(before, after),
    )


def _rates(before: Run, after: Run, until: int, share: float) -> Difference:
    """The difference of the rates: at every step, or where one is a log, at its rows."""
    logged = next((run for run in (after, before) if run.logged is not None), None)
    if logged is None:
        return difference(before.schedule, after.schedule, until, share)
    rows = logged_updates(logged)
    return difference_at(before.schedule, after.schedule, rows[rows < until], share)


def changes(before: Schedule, after: Schedule) -> tuple[Change, ...]:
    """The parameters that differ, as far as both schedules are built alike.

    Where the types part, the types are told, and the parameters both have.

    Examples
    --------
    >>> from lrplot.schedules.cosine import Cosine
    >>> from lrplot.schedules.warmup import Warmup
    >>> old = Cosine(lr=0.1, T_max=100)
    >>> changes(old, Warmup(schedule=Cosine(lr=0.1, T_max=100, eta_min=1e-5), steps=5))
    (Change(path='warmup.steps', before=None, after=5), Change(path='eta_min', before=0.0, after=1e-05))
    """
    return tuple(_changes(before, after, ""))


def _changes(before: Schedule, after: Schedule, path: str) -> Iterator[Change]:
    if before.type == after.type:
        yield from _of_one_type(before, after, path)
    elif after.type == "warmup":
        yield from (Change(name, None, value) for name, value in _ramp(after, path))
        yield from _changes(before, values(after)["schedule"], path)
    elif before.type == "warmup":
        yield from (Change(name, value, None) for name, value in _ramp(before, path))
        yield from _changes(values(before)["schedule"], after, path)
    else:
        yield Change(f"{path}type", before.type, after.type)
        old, new = values(before), values(after)
        shared = [name for name in old if name in new and not _holds_schedules(old[name])]
        yield from (Change(path + name, old[name], new[name]) for name in shared if old[name] != new[name])


def _of_one_type(before: Schedule, after: Schedule, path: str) -> Iterator[Change]:
    # A warm-up is written into the schedule it leads to.
    ramp = before.type == "warmup"
    new = values(after)
    for name, old in values(before).items():
        if isinstance(old, Schedule):
            yield from _changes(old, new[name], path if ramp else f"{path}{name}.")
        elif _holds_schedules(old) and len(old) == len(new[name]):
            for i, (one, other) in enumerate(zip(old, new[name], strict=True)):
                yield from _changes(one, other, f"{path}{name}.{i}.")
        elif _holds_schedules(old):
            yield Change(path + name, f"{len(old)} of them", f"{len(new[name])} of them")
        elif old != new[name]:
            yield Change(f"{path}warmup.{name}" if ramp else path + name, old, new[name])


def _ramp(warmup: Schedule, path: str) -> Iterator[tuple[str, Any]]:
    """The parameters of a warm-up, its defaults left out."""
    defaults = {name: info.get_default() for name, info in parameters(type(warmup)).items()}
    for name, value in values(warmup).items():
        if not isinstance(value, Schedule) and value != defaults[name]:
            yield f"{path}warmup.{name}", value


def _holds_schedules(value: Any) -> bool:
    return isinstance(value, tuple) and any(isinstance(each, Schedule) for each in value)


def paired_phases(before: Run, after: Run) -> tuple[tuple[Phase | None, Phase | None], ...]:
    """The phases of two runs side by side: those of one name together, in order.

    As many of other names stand side by side too; else each stands alone.

    Examples
    --------
    >>> from lrplot.schedules.cosine import Cosine
    >>> from lrplot.schedules.warmup import Warmup
    >>> old = Run("old", Cosine(lr=0.1, T_max=100), 100)
    >>> new = Run("new", Warmup(schedule=Cosine(lr=0.1, T_max=90), steps=10), 100)
    >>> [[phase and phase.name for phase in pair] for pair in paired_phases(old, new)]
    [[None, 'warm-up'], ['cosine', 'cosine']]
    """
    left, right = _phases(before), _phases(after)
    matcher = SequenceMatcher(None, [p.name for p in left], [p.name for p in right], autojunk=False)
    pairs: list[tuple[Phase | None, Phase | None]] = []
    for _, i, j, k, m in matcher.get_opcodes():
        if j - i == m - k:
            pairs += zip(left[i:j], right[k:m], strict=True)
        else:
            pairs += [*((phase, None) for phase in left[i:j]), *((None, phase) for phase in right[k:m])]
    return tuple(pairs)


def _phases(run: Run) -> tuple[Phase, ...]:
    return run.schedule.phases(run.steps) or (Phase(run.schedule.phase_name, 0, run.steps),)
