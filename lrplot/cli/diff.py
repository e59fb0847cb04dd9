from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from lrplot.cli.groups import OutputOptions, RunOptions, SeriesOptions, overrides
from lrplot.cli.results import as_json, check_places, print_notes, target
from lrplot.errors import StepError, UsageError
from lrplot.render.formats import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from lrplot.curve import Difference, RunDifference
    from lrplot.run import Run

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot diff configs/warmup_cosine.yaml configs/resumed.yaml\n"
    "  lrplot diff configs/warmup_cosine.yaml --set warmup.steps=1000\n"
    "  git show HEAD:configs/sgdr.yaml | lrplot diff - configs/sgdr.yaml\n"
    '  lrplot diff cosine "CosineAnnealingLR(optimizer, T_max=1000)" --lr 0.1 --tol 1e-9'
)

_TOLERANCE = "1e-12"
_LONGEST = 40

Tolerance = Annotated[
    str,
    typer.Option("--tol", metavar="SHARE", help="Rates less than this share of the peak apart are the same."),
]


@dataclass(frozen=True, slots=True)
class _Found:
    """The pairs that were compared, the labels that only one side has, and what the sides are called."""

    pairs: list[RunDifference]
    alone: list[tuple[str, str]]
    names: tuple[str, str]

    @property
    def same(self) -> bool:
        """True where both train the same."""
        return not self.alone and all(each.same for each in self.pairs)


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="What there was: a REF.", show_default=False)],
    after: Annotated[
        str | None,
        typer.Argument(metavar="[B]", help="What there is now: a REF; A with the options, if left out."),
    ] = None,
    *,
    tol: Tolerance = _TOLERANCE,
    run: RunOptions,
    series: SeriesOptions,
    to: OutputOptions,
) -> None:
    """Say what differs between two schedules, or between one and the same with --set.

    Rates, momentum, horizon, parameters and phases are compared.

    Exits 1 where they train differently: another rate or momentum at a step, or another number of
    steps. The curves of a sweep or an overlay are compared label by label.
    """
    from lrplot.curve import run_difference

    share = _share(tol)
    place = target(to, FORMATS, "differences")
    check_places([place.path], [before, after or before])
    old, new = _loaded(before, after, run, series)
    print_notes([*old, *new])
    pairs, alone = _paired(old, new)
    try:
        names = _names(before, after, *(tuple(run.label for run in runs) for runs in (old, new)))
        found = _Found([run_difference(*pair, share) for pair in pairs], alone, names)
        place.write(found)
    except StepError as error:
        raise StepError(f"{before} and {after or 'the same changed'}: {error}") from None
    if not found.same:
        raise typer.Exit(1)


def _loaded(
    before: str, after: str | None, run: RunOptions, series: SeriesOptions
) -> Sequence[tuple[Run, ...]]:
    """The runs of A and of B, to both of which the options are said; alone, A is as it was and changed."""
    from lrplot.sources.reference import load, load_all

    if after is not None:
        if before == after == "-":
            raise UsageError("standard input is read once; name a file for A or for B")
        return load_all([before, after], overrides(run, series))
    as_it_was = RunOptions(let=run.let)
    if run == as_it_was:
        raise UsageError("diff wants 'B', another REF, or what to change in A, as --set gamma=0.5")
    if before == "-":
        raise UsageError("standard input is read once; name a file to compare it with itself changed")
    return load(before, overrides(as_it_was, series)), load(before, overrides(run, series))


def _share(text: str) -> float:
    from lrplot.document.tree import resolve

    value = resolve(text)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise UsageError(f"--tol must be a number ≥ 0, a share of the peak as 1e-6, got '{text}'")
    return float(value)


def _names(before: str, after: str | None, old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, str]:
    """The names of the two above their columns: as they were given, their curves' labels, or letters."""
    if after is None:
        return "before", "after"
    given = tuple("standard input" if each == "-" else each for each in (before, after))
    labels = (old[0], new[0]) if len(old) == len(new) == 1 else ("", "")
    for one, other in (given, labels):
        short = all(0 < len(each) <= _LONGEST and "\n" not in each for each in (one, other))
        if short and one != other:
            return one, other
    return "A", "B"


def _paired(
    old: tuple[Run, ...], new: tuple[Run, ...]
) -> tuple[list[tuple[Run, Run]], list[tuple[str, str]]]:
    """The runs that belong together, and the labels only one side has: ``A`` or ``B`` and the label."""
    left, right = ({run.label: run for run in runs} for runs in (old, new))
    pairs = [(run, right[label]) for label, run in left.items() if label in right]
    alone = [("A", label) for label in left if label not in right]
    alone += [("B", label) for label in right if label not in left]
    if len(old) == len(new) == 1:
        pairs, alone = [(old[0], new[0])], []
    grouped = [_groups(*pair) for pair in pairs]
    return (
        [one for pair, (both, _) in zip(pairs, grouped, strict=True) for one in (pair, *both)],
        [*alone, *(one for _, found in grouped for one in found)],
    )


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


def _table(found: _Found) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from lrplot.render.differences import differences_table
    from lrplot.render.table import heading

    parts: list[RenderableType] = []
    for each in found.pairs:
        parts += [Text()] if parts else []
        parts += [heading(each.before.label)] if len(found.pairs) + len(found.alone) > 1 else []
        parts.append(differences_table(each, found.names))
    parts += [Text()] if parts and found.alone else []
    called = dict(zip("AB", found.names, strict=True))
    parts += [Text(f"only {called[side]} has {label}") for side, label in found.alone]
    return Group(*parts)


def _json(found: _Found) -> Iterable[bytes]:
    """``{"format": 1, "same", "pairs": […], "only": […]}``; A is ``a``, B is ``b`` in each."""
    only = [{"side": side.lower(), "label": label} for side, label in found.alone]
    pairs = [_pair(each) for each in found.pairs]
    return as_json({"format": 1, "same": found.same, "pairs": pairs, "only": only})


FORMATS: Final[tuple[Format[_Found], ...]] = (
    Format("table", (".txt",), shown=_table),
    Format("json", (".json",), _json),
)


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


def _difference(schedules: dict[str, Any], found: Difference) -> dict[str, Any]:
    def at(step: int) -> dict[str, Any]:
        return {"step": step, **{side: float(schedule(step)) for side, schedule in schedules.items()}}

    first = None if found.first is None else at(found.first)
    return {"exact": found.exact, "first": first, "greatest": at(found.at)}


def _phases(runs: dict[str, Run], phases: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for side, phase in phases.items():
        said[side] = None
        if phase is not None:
            ends = runs[side].schedule([phase.start, phase.stop - 1]).tolist()
            said[side] = {"name": phase.name, "first": phase.start, "last": phase.stop - 1, "lr": ends}
    return said
