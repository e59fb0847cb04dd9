from dataclasses import replace

from lrplot.cli import options
from lrplot.cli.options import Horizon, Look, overrides
from lrplot.cli.results import PICTURES, Selection, deliver, show_comparison, target
from lrplot.errors import UsageError
from lrplot.reference import load
from lrplot.run import Run, Style

_NAMED = 3


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
    at: options.At = None,
    every: options.Every = None,
    all_steps: options.AllSteps = False,
) -> None:
    r"""Draw several REFs on one pair of axes, and compare them in a table.

    Each keeps its own horizon unless --steps or --epochs gives one for all.

    \b
    Examples:
      lrplot compare cosine onecycle
      lrplot compare configs/sgdr.yaml cosine --steps 200 -o restarts.svg
      lrplot compare linear cosine rex -f table
    """
    said = overrides(
        Horizon(steps, epochs, steps_per_epoch, update, lr), Look(yscale, theme, size, dpi), changes, sweep
    )
    runs = _distinct([run for reference in references for run in load(reference, said)])
    if len(runs) == 1:
        raise UsageError("one schedule is no comparison; name another, or use render")
    wanted = {name: getattr(runs[0].style, name) for name in ("yscale", "theme", "size", "dpi")}
    agreed = {
        name: value
        for name, value in wanted.items()
        if _agree(runs, name) or getattr(Look(yscale, theme, size, dpi), name)
    }
    runs = [replace(run, style=Style(**agreed)) for run in runs]
    labels = [run.label for run in runs]
    name = "_vs_".join(label.replace("/", "_") for label in labels) if len(runs) <= _NAMED else "comparison"
    to = target(output, kind, name, several=False)
    if to.kind == "table" and at is None:
        show_comparison(runs)
        return
    deliver(runs, to, Selection(at, every, all_steps))
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
