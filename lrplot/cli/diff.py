from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lrplot.cli.groups import OutputOptions, RunOptions, SeriesOptions, overrides
from lrplot.cli.results import as_json, check_places, print_notes, target
from lrplot.errors import StepError, UsageError
from lrplot.render.formats import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from lrplot.answers.differences import Differences
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
"""Characters of a name that heads a column; where one is longer, A and B do."""

Tolerance = Annotated[
    str,
    typer.Option("--tol", metavar="SHARE", help="Rates less than this share of the peak apart are the same."),
]


@dataclass(frozen=True, slots=True)
class _Found:
    """The differences, and what the sides are called."""

    differences: Differences
    names: tuple[str, str]


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
    from lrplot.answers.differences import differences

    share = _share(tol)
    place = target(to, FORMATS, "differences")
    check_places([place.path], [before, after or before])
    old, new = _loaded(before, after, run, series)
    print_notes([*old, *new])
    try:
        names = _names(before, after, *(tuple(run.label for run in runs) for runs in (old, new)))
        found = differences(old, new, share)
        place.write(_Found(found, names))
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
    said = overrides(run, series)
    if said == said.as_it_was:
        raise UsageError("diff wants 'B', another REF, or what to change in A, as --set gamma=0.5")
    if before == "-":
        raise UsageError("standard input is read once; name a file to compare it with itself changed")
    return load(before, said.as_it_was), load(before, said)


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


def _table(found: _Found) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from lrplot.render.differences import differences_table
    from lrplot.render.table import heading

    pairs, alone = found.differences.pairs, found.differences.alone
    parts: list[RenderableType] = []
    # Pairs of which there is nothing more to say are told in one line.
    equal = [each for each in pairs if each.same and not each.changes]
    told = [each for each in pairs if each not in equal[1:]]
    for each in told:
        parts += [Text()] if parts else []
        labels = " \N{MIDDLE DOT} ".join(pair.before.label for pair in (equal if each in equal else [each]))
        parts += [heading(labels)] if len(pairs) + len(alone) > 1 else []
        parts.append(differences_table(each, found.names))
    parts += [Text()] if parts and alone else []
    called = dict(zip("AB", found.names, strict=True))
    parts += [Text(f"only {called[side]} has {label}") for side, label in alone]
    return Group(*parts)


def _json(found: _Found) -> Iterable[bytes]:
    from lrplot.answers.differences import as_data

    return as_json(as_data(found.differences))


FORMATS: Final[tuple[Format[_Found], ...]] = (
    Format("table", (".txt",), shown=_table),
    Format("json", (".json",), _json),
)
