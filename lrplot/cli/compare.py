from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lrplot.cli import options
from lrplot.cli.options import Horizon, Look, overrides
from lrplot.cli.output import say, show
from lrplot.cli.results import (
    PICTURES,
    Screen,
    Selection,
    check_targets,
    deliver,
    show_comparison,
    target,
    tell,
    with_its_loss,
)
from lrplot.errors import UsageError

if TYPE_CHECKING:
    from lrplot.exports.versions import Version
    from lrplot.run import Run

_NAMED = 3
_SHARED = ("yscale", "theme", "size", "dpi", "stylesheet", "annotate", "lang")

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot compare cosine onecycle\n"
    "  lrplot compare configs/sgdr.yaml cosine --steps 200 -o restarts.svg\n"
    "  lrplot compare linear cosine rex -f table\n"
    "  lrplot compare --as pytorch,keras,timm cosine"
)


def compare(
    references: options.References,
    output: options.Output = None,
    kind: options.Format = None,
    steps: options.Steps = None,
    epochs: options.Epochs = None,
    steps_per_epoch: options.StepsPerEpoch = None,
    update: options.Update = None,
    lr: options.BaseRate = None,
    changes: options.Changes = None,
    sweep: options.Sweep = None,
    let: options.Let = None,
    metrics: options.Metrics = None,
    gradients: options.Gradients = None,
    frameworks: options.As = None,
    yscale: options.Scale = None,
    theme: options.Theme = None,
    size: options.Size = None,
    dpi: options.Dpi = None,
    stylesheet: options.Stylesheet = None,
    annotate: options.Notes = None,
    lang: options.Lang = None,
    width: options.Width = None,
    height: options.Height = None,
    inline: options.Inline = False,
    at: options.At = None,
    every: options.Every = None,
    all_steps: options.AllSteps = False,
) -> None:
    """Draw several REFs on one pair of axes, with a table.

    Each keeps its own horizon unless --steps or --epochs gives one for all; names alone have one: that of
    the runs beside them, or the longest of their own. With --as, one REF is drawn
    as each framework's own class of the same numbers makes it, and a quarter beyond its end.
    """
    from lrplot.run import Style
    from lrplot.sources.reference import load_all

    look = Look(yscale, theme, size, dpi, stylesheet, annotate, lang)
    said = overrides(
        Horizon(steps, epochs, steps_per_epoch, update, lr, metrics, gradients), look, changes, sweep, let
    )
    runs = distinct(
        [with_its_loss(run) for found in load_all(references, said, together=True) for run in found]
    )
    versions = _versions(runs, frameworks, longer=steps is None and epochs is None) if frameworks else None
    if versions is not None:
        runs = versions.runs if len(versions.found) > 1 else [versions.intent, *versions.runs]
    if len(runs) == 1:
        raise UsageError("one schedule is no comparison; name another, or use render")
    tell(runs)
    agreed = {
        name: getattr(runs[0].style, name) for name in _SHARED if _agree(runs, name) or getattr(look, name)
    }
    if versions is not None:
        agreed["title"] = f"{versions.intent.label} as {len(versions.found)} frameworks read it"
    runs = [replace(run, style=Style(**agreed)) for run in runs]
    labels = [run.label for run in runs]
    name = "_vs_".join(label.replace("/", "_") for label in labels) if len(runs) <= _NAMED else "comparison"
    name = name if versions is None else f"{versions.intent.label}_as_{'_'.join(versions.names)}"
    to = target(output, kind, name.replace(" ", "_"), several=False)
    check_targets([to], references)
    if to.kind == "table" and at is None:
        _show(runs, versions)
        return
    deliver(runs, to, Selection(at, every, all_steps), Screen(width, height, inline))
    if to.kind in PICTURES and to.path is not None:
        _show(runs, versions)


def _show(runs: list[Run], versions: _Versions | None) -> None:
    """The table under the picture."""
    if versions is None:
        show_comparison(runs)
    else:
        versions.show()


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

    def show(self) -> None:
        from lrplot.render.versions import Row, versions_table

        rows = [Row(version.run, version.call) for version in self.found]
        show(versions_table(self.intent, rows, self.end))


def _versions(runs: list[Run], frameworks: str, *, longer: bool) -> _Versions:
    from lrplot.exports.versions import versions

    if len(runs) != 1:
        raise UsageError("--as draws one schedule in several frameworks; name one REF")
    names = [name.strip() for name in frameworks.split(",") if name.strip()]
    intent, end = runs[0], runs[0].steps - 1
    if longer:
        intent = replace(intent, steps=intent.steps + max(1, intent.steps // 4))
    found, missing = versions(intent, names, end + 1)
    for title in missing:
        say(f"lrplot: note: {title} has no class for {intent.schedule.type}; left out")
    return _Versions(
        intent, [name for name in names if name in {v.run.label.lower() for v in found}], found, end
    )


def _agree(runs: list[Run], name: str) -> bool:
    return len({getattr(run.style, name) for run in runs}) == 1


def distinct(runs: list[Run]) -> list[Run]:
    """The runs with labels that tell them apart: where they came from, then a number."""
    by_origin = [f"{run.label} ({run.origin})" for run in runs]
    by_number = [f"{run.label} {i + 1}" for i, run in enumerate(runs)]
    for spelled in (by_origin, by_number):
        labels = [run.label for run in runs]
        if len(set(spelled)) == len(spelled):
            told = zip(runs, spelled, strict=True)
            return [replace(run, label=name) if labels.count(run.label) > 1 else run for run, name in told]
    return runs
