"""The differences between two schedules, as the command ``diff`` tells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Unpack

from lrplot.curve.difference import Difference
from lrplot.curve.run_diff import RunDifference, run_difference
from lrplot.errors import UsageError
from lrplot.run import Run
from lrplot.schedules.phase import Phase
from lrplot.sources.keywords import Keywords, overrides_of
from lrplot.sources.reference import load
from lrplot.sources.things import Thing, named_things, reference_of

TOLERANCE = 1e-12
"""Rates less than this share of the peak apart are the same."""


@dataclass(frozen=True, slots=True)
class Differences:
    """The differences of two sides, pair by pair.

    Parameters
    ----------
    pairs
        The runs that belong together, and how they differ.
    alone
        The labels that only one side has, each behind that side, ``A`` or ``B``.
    """

    pairs: tuple[RunDifference, ...]
    alone: tuple[tuple[str, str], ...]

    @property
    def same(self) -> bool:
        """True where both train the same."""
        return not self.alone and all(each.same for each in self.pairs)


def diff(
    before: Thing, after: Thing | None = None, *, tol: float = TOLERANCE, **said: Unpack[Keywords]
) -> dict[str, Any]:
    """The differences between two schedules: what ``lrplot diff -f json`` tells.

    Parameters
    ----------
    before
        What there was.
    after
        What there is now; the same REF with what is said over it when left out.
    tol
        Share of the peak; rates less than it apart are the same.
    said
        Values over the REFs of both, as ``lr=0.1, examples=52002`` (:class:`lrplot.Keywords`); ``steps`` is
        the horizon of schedules too.

    Returns
    -------
    dict
        ``same``; for each of the ``pairs`` whether it is the ``same``, and its ``lr`` and ``momentum`` (where
        they first and most differ), ``parameters`` and ``phases``; and what ``only`` one side has.

    Raises
    ------
    LrplotError
        When a REF is wrong, there is nothing to compare with, or ``tol`` is no share.

    Examples
    --------
    >>> import lrplot
    >>> (pair,) = lrplot.diff("step", changes={"gamma": 0.5})["pairs"]
    >>> pair["parameters"], pair["lr"]["first"]["step"]
    ([{'path': 'gamma', 'a': 0.1, 'b': 0.5}], 30)
    """
    if not _is_share(tol):
        raise UsageError(f"tol must be a number ≥ 0, a share of the peak as 1e-6, got {tol!r}")
    if after is None:
        old, new = _changed(before, said)
    else:
        sides = named_things([before, after], **said)
        if len(sides) != 2:
            raise UsageError(f"a side of a difference is one thing, and there are {len(sides)} in all")
        (_, old), (_, new) = sides
    return as_data(differences(old, new, tol))


def _changed(thing: Thing, said: Keywords) -> tuple[Sequence[Run], Sequence[Run]]:
    """The runs of a REF as it is, and with what is said over it."""
    reference, over = reference_of(thing), overrides_of(said)
    if reference is None or over == over.as_it_was:
        raise UsageError("diff wants another schedule, or what to change in a REF, as changes={'gamma': 0.5}")
    return load(reference, over.as_it_was), load(reference, over)


def _is_share(tol: object) -> bool:
    return isinstance(tol, int | float) and not isinstance(tol, bool) and 0 <= tol < inf


def differences(old: Sequence[Run], new: Sequence[Run], share: float) -> Differences:
    """The differences between the runs of two sides, label by label; one of each side is one pair.

    >>> from lrplot.schedules.step import Step
    >>> old, new = (Run(label, Step(lr=0.1, step_size=30), 60) for label in ("before", "after"))
    >>> differences([old], [new], 1e-12).same, differences([old, old], [new], 1e-12).alone
    (True, (('A', 'before'), ('B', 'after')))
    """
    left, right = ({run.label: run for run in runs} for runs in (old, new))
    pairs = [(run, right[label]) for label, run in left.items() if label in right]
    alone = [("A", label) for label in left if label not in right]
    alone += [("B", label) for label in right if label not in left]
    if len(old) == len(new) == 1:
        pairs, alone = [(old[0], new[0])], []
    grouped = [_groups(*pair) for pair in pairs]
    told = [one for pair, (both, _) in zip(pairs, grouped, strict=True) for one in (pair, *both)]
    alone += [one for _, found in grouped for one in found]
    return Differences(tuple(run_difference(*pair, share) for pair in told), tuple(alone))


def _groups(old: Run, new: Run) -> tuple[list[tuple[Run, Run]], list[tuple[str, str]]]:
    """The parameter groups of one name in two runs, and those only one has a rate of its own for."""
    both: list[tuple[Run, Run]] = []
    alone: list[tuple[str, str]] = []
    for name in dict.fromkeys(group.label for run in (old, new) for group in run.groups):
        left, right = old.of_group(name), new.of_group(name)
        own = [
            each is not None and each.schedule != run.schedule for each, run in ((left, old), (right, new))
        ]
        if left is not None and right is not None and any(own):
            both.append((left, right))
        elif any(own):
            alone.append(("A", left.label) if left is not None else ("B", f"{new.label}, {name}"))
    return both, alone


def as_data(found: Differences) -> dict[str, Any]:
    """``{"format": 1, "same", "pairs": […], "only": […]}``; A is ``a``, B is ``b`` in each."""
    only = [{"side": side.lower(), "label": label} for side, label in found.alone]
    return {"format": 1, "same": found.same, "pairs": [_pair(each) for each in found.pairs], "only": only}


def _pair(found: RunDifference) -> dict[str, Any]:
    runs = {"a": found.before, "b": found.after}
    rates = {side: run.schedule for side, run in runs.items()}
    momenta = {side: run.schedule.momentum for side, run in runs.items()}
    return {
        "label": found.before.label,
        "same": found.same,
        "compared": found.until,
        **{side: {"steps": run.steps, "steps_per_epoch": run.steps_per_epoch} for side, run in runs.items()},
        "lr": _difference(rates, found.rate),
        "momentum": None if found.momentum is None else _difference(momenta, found.momentum),
        "parameters": [{"path": each.path, "a": each.before, "b": each.after} for each in found.changes],
        "phases": [_phases(runs, dict(zip("ab", pair, strict=True))) for pair in found.phases],
    }


def _difference(schedules: Mapping[str, Any], found: Difference) -> dict[str, Any]:
    def at(step: int) -> dict[str, Any]:
        return {"step": step, **{side: float(schedule(step)) for side, schedule in schedules.items()}}

    first = None if found.first is None else at(found.first)
    return {"exact": found.exact, "first": first, "greatest": at(found.at)}


def _phases(runs: Mapping[str, Run], phases: Mapping[str, Phase | None]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for side, phase in phases.items():
        said[side] = None
        if phase is not None:
            ends = runs[side].schedule([phase.start, phase.stop - 1]).tolist()
            said[side] = {"name": phase.name, "first": phase.start, "last": phase.stop - 1, "lr": ends}
    return said
