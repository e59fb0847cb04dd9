from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from lrplot.cli.groups import (
    DataOptions,
    FigureOptions,
    OutputOptions,
    References,
    RunOptions,
    ScreenOptions,
    SeriesOptions,
    overrides,
)
from lrplot.cli.output import note, show
from lrplot.cli.results import (
    check_places,
    named_after,
    print_notes,
    target,
    write_result,
)
from lrplot.clock import MOST_STEPS
from lrplot.errors import UsageError
from lrplot.frameworks.names import SPELLED
from lrplot.render.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from lrplot.document.overrides import Overrides
    from lrplot.exports.versions import Version
    from lrplot.render.html.section import Copied
    from lrplot.run import Run

_SHARED = tuple(field.name.removeprefix("figure_") for field in fields(FigureOptions))
"""What all curves of a picture have in common, where they agree."""

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot compare cosine onecycle\n"
    "  lrplot compare configs/sgdr.yaml cosine --steps 200 -o restarts.svg\n"
    "  lrplot compare linear cosine rex -f table\n"
    "  lrplot compare --as pytorch,keras,timm cosine"
)


As = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="NAMES",
        help=f"Draw one REF as these frameworks read it: {','.join(SPELLED)}.",
    ),
]


def compare(
    references: References,
    *,
    frameworks: As = None,
    run: RunOptions,
    series: SeriesOptions,
    figure: FigureOptions,
    to: OutputOptions,
    data: DataOptions,
    screen: ScreenOptions,
) -> None:
    """Draw several REFs on one pair of axes, with a table.

    Each keeps its own horizon unless --steps or --epochs gives one for all; names alone have one: that of
    the runs beside them, or the longest of their own. With --as, one REF is drawn
    as each framework's own class of the same numbers makes it, and a quarter beyond its end.
    """
    said = overrides(run, series, figure, relative=not frameworks)
    drawn = together(references, said, frameworks, run, figure)
    if len(drawn.runs) == 1:
        raise UsageError("one schedule is no comparison; name another, or use render")
    print_notes(drawn.runs)
    place = target(to, FORMATS, drawn.name)
    check_places([place.path], references)
    if place.format.name == "table" and data.at is None:
        show(_table(drawn), place.path)
        return
    texts = None if drawn.versions is None else partial(drawn.versions.texts, drawn.runs)
    write_result(drawn.runs, place, data, screen, texts)
    if place.format.picture and place.path is not None:
        show(_table(drawn))


@dataclass(frozen=True, slots=True)
class Picture:
    """Runs on one pair of axes, the name of their picture, and the frameworks that read one intent so."""

    runs: list[Run]
    name: str
    versions: _Versions | None = None


def together(
    references: Sequence[str],
    said: Overrides,
    frameworks: str | None,
    run: RunOptions,
    figure: FigureOptions,
) -> Picture:
    """What several REFs make on one pair of axes; one keeps its own look."""
    from lrplot.curve import with_its_loss
    from lrplot.render.titles import label_of
    from lrplot.render.words import table_words
    from lrplot.run import distinct, spread
    from lrplot.sources.reference import load_all
    from lrplot.style import Style

    loaded = load_all(references, said, together=True)
    runs = distinct([with_its_loss(each) for found in loaded for each in found])
    longer = run.steps is None and run.epochs is None
    versions = _versions(runs, frameworks, longer=longer) if frameworks else None
    if versions is not None:
        runs = versions.runs if len(versions.found) > 1 else [versions.intent, *versions.runs]
    name = named_after(runs, "comparison")
    runs = spread(runs)
    agreed = {
        name: getattr(runs[0].style, name) for name in _SHARED if _agree(runs, name) or _given(figure, name)
    }
    if versions is not None:
        title = table_words(str(agreed.get("lang", "en")))["as frameworks read it"]
        agreed["title"] = title.format(label_of(versions.intent), len(versions.found))
        name = f"{versions.intent.label}_as_{'_'.join(versions.names)}".replace(" ", "_")
    if len(references) > 1 or versions is not None:
        runs = [replace(each, style=Style(**agreed)) for each in runs]
    return Picture(runs, name, versions)


def _table(drawn: Picture) -> RenderableType:
    """The table under the picture."""
    from lrplot.curve import Curve
    from lrplot.render.table import comparison_table

    if drawn.versions is not None:
        return drawn.versions.table()
    return comparison_table([Curve(run) for run in drawn.runs])


@dataclass(frozen=True, slots=True)
class _Versions:
    """One intent, drawn as several frameworks do."""

    intent: Run
    names: list[str]
    found: tuple[Version, ...]
    end: int

    @property
    def runs(self) -> list[Run]:
        return [version.run for version in self.found]

    def texts(self, runs: Sequence[Run]) -> list[Copied]:
        """The call that makes each curve, to be copied."""
        from lrplot.render.html.section import Copied

        labels = [run.label for run in runs]
        return [
            Copied("call", version.run.label, version.call, curve=labels.index(version.run.label))
            for version in self.found
        ]

    def table(self) -> RenderableType:
        from lrplot.render.versions import Row, versions_table

        rows = [Row(version.run, version.call) for version in self.found]
        return versions_table(self.intent, rows, self.end)


def _versions(runs: list[Run], frameworks: str, *, longer: bool) -> _Versions:
    from lrplot.exports.versions import versions

    if len(runs) != 1:
        raise UsageError("--as draws one schedule in several frameworks; name one REF")
    names = [name.strip() for name in frameworks.split(",") if name.strip()]
    intent, end = runs[0], runs[0].steps - 1
    if longer:
        intent = replace(intent, steps=min(MOST_STEPS, intent.steps + max(1, intent.steps // 4)))
    found, missing = versions(intent, names, end + 1)
    for title in missing:
        note(f"{title} has no class for {intent.schedule.type}; left out")
    return _Versions(intent, [version.run.label.lower() for version in found], found, end)


def _agree(runs: list[Run], name: str) -> bool:
    return all(getattr(run.style, name) == getattr(runs[0].style, name) for run in runs)


def _given(figure: FigureOptions, name: str) -> bool:
    return any(getattr(figure, each, None) is not None for each in (name, f"figure_{name}"))
