from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lrplot.cli import options
from lrplot.cli.compare import distinct
from lrplot.cli.options import Bowl, Horizon, Look, overrides
from lrplot.cli.output import ascii_only, say, show
from lrplot.cli.progress import progress
from lrplot.cli.results import DATA, PICTURES, Screen, Selection, check_targets, deliver, target, tell
from lrplot.errors import UsageError

if TYPE_CHECKING:
    from lrplot.run import Run

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot simulate constant step cosine onecycle\n"
    "  lrplot simulate configs/warmup_cosine.yaml --batch-size 256 --momentum 0.9\n"
    "  lrplot simulate plateau --steps 2000 -f table"
)

_NAMED = 3
_TENTH = 0.1

Target = Annotated[
    float | None,
    typer.Option(min=0, metavar="LOSS", help="The loss to be reached; a tenth of the start if left out."),
]


def simulate(
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
    dimension: options.Dimension = None,
    spectrum: options.Spectrum = None,
    noise: options.Noise = None,
    batch_size: options.BatchSize = None,
    momentum: options.Momentum = None,
    start: options.Start = None,
    curvature: options.Curvature = None,
    goal: Target = None,
    yscale: options.Scale = None,
    theme: options.Theme = None,
    size: options.Size = None,
    dpi: options.Dpi = None,
    lang: options.Lang = None,
    every: options.Every = None,
) -> None:
    """Draw the expected loss under each REF on a noisy quadratic.

    The model is a quadratic bowl with noisy gradients (Zhang et al., NeurIPS 2019), whose expected loss is
    computed exactly. It is a guide to the shape of a schedule (how long it pays to stay high, how low to
    end, when a rate is too large) and no promise about a network. Schedules that react to a metric see
    the model's loss.
    """
    from lrplot.sources.reference import load_all

    bowl = Bowl(dimension, spectrum, noise, batch_size, momentum, start, curvature)
    look = Look(yscale, theme, size, dpi, None, None, lang)
    horizon = Horizon(steps, epochs, steps_per_epoch, update, lr)
    said = overrides(horizon, look, changes, sweep, let, bowl)
    runs = distinct([run for found in load_all(references, said) for run in found])
    labels = [run.label for run in runs]
    name = "_vs_".join(label.replace("/", "_") for label in labels) if len(runs) <= _NAMED else "schedules"
    to = target(output, kind, f"{name}_simulated".replace(" ", "_"), several=False)
    if to.kind not in {*PICTURES, *DATA, "table"} or to.kind == "npy":
        raise UsageError(f"a simulation is a picture, a table, csv or json, not {to.kind}")
    check_targets([to], references)
    tell(runs)
    if len({run.steps for run in runs}) > 1:
        say("lrplot: note: the horizons differ, and so do the chances; --steps gives one to all")
    runs = [_simulated(run) for run in runs]
    if to.kind != "table":
        deliver(runs, to, Selection(None, every), Screen())
    if to.kind == "table" or (to.kind in PICTURES and to.path is not None):
        show_simulation(runs, goal)


def show_simulation(runs: list[Run], goal: float | None) -> None:
    """The table of a simulation, and on standard error what the model was."""
    from lrplot.render.simulation import simulation_table

    simulations = [run.simulation for run in runs if run.simulation is not None]
    if goal is None:
        goal = _TENTH * float(simulations[0].losses[0])
    show(simulation_table(runs, goal, ascii_only=ascii_only()))
    for model in dict.fromkeys(run.model for run in runs if run.model is not None):
        say(
            f"lrplot: note: noisy quadratic model, {model.dimension} directions, "
            f"batch size {model.batch_size}, momentum {model.momentum:g}; "
            f"stable below the rate {model.stability_bound:g}"
        )


def _simulated(run: Run) -> Run:
    from lrplot.curve import simulated

    with progress(f"simulating {run.label}") as report:
        return simulated(run, report)
