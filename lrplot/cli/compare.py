from dataclasses import replace

from lrplot.cli import options
from lrplot.cli.options import Horizon, Look, overrides
from lrplot.cli.results import PICTURES, Screen, Selection, check_targets, deliver, show_comparison, target
from lrplot.errors import UsageError
from lrplot.reference import load
from lrplot.run import Run, Style

_NAMED = 3
_SHARED = ("yscale", "theme", "size", "dpi", "stylesheet", "annotate", "lang")

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot compare cosine onecycle\n"
    "  lrplot compare configs/sgdr.yaml cosine --steps 200 -o restarts.svg\n"
    "  lrplot compare linear cosine rex -f table"
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
    """Draw several REFs on one pair of axes, and compare them in a table.

    Each keeps its own horizon unless --steps or --epochs gives one for all.
    """
    look = Look(yscale, theme, size, dpi, stylesheet, annotate, lang)
    said = overrides(Horizon(steps, epochs, steps_per_epoch, update, lr), look, changes, sweep)
    runs = _distinct([run for reference in references for run in load(reference, said)])
    if len(runs) == 1:
        raise UsageError("one schedule is no comparison; name another, or use render")
    agreed = {
        name: getattr(runs[0].style, name) for name in _SHARED if _agree(runs, name) or getattr(look, name)
    }
    runs = [replace(run, style=Style(**agreed)) for run in runs]
    labels = [run.label for run in runs]
    name = "_vs_".join(label.replace("/", "_") for label in labels) if len(runs) <= _NAMED else "comparison"
    to = target(output, kind, name.replace(" ", "_"), several=False)
    check_targets([to], references)
    if to.kind == "table" and at is None:
        show_comparison(runs)
        return
    deliver(runs, to, Selection(at, every, all_steps), Screen(width, height, inline))
    if to.kind in PICTURES and to.path is not None:
        show_comparison(runs)


def _agree(runs: list[Run], name: str) -> bool:
    return len({getattr(run.style, name) for run in runs}) == 1


def _distinct(runs: list[Run]) -> list[Run]:
    """The runs with labels that tell them apart: where they came from, then a number."""
    by_origin = [f"{run.label} ({run.origin})" for run in runs]
    by_number = [f"{run.label} {i + 1}" for i, run in enumerate(runs)]
    for spelled in (by_origin, by_number):
        labels = [run.label for run in runs]
        if len(set(spelled)) == len(spelled):
            told = zip(runs, spelled, strict=True)
            return [replace(run, label=name) if labels.count(run.label) > 1 else run for run, name in told]
    return runs
