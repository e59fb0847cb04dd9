from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from lrplot.cli.groups import (
    DataOptions,
    FigureOptions,
    OutputOptions,
    QuadraticOptions,
    References,
    RunOptions,
    ScreenOptions,
    overrides,
)
from lrplot.cli.output import note, show
from lrplot.cli.progress import progress
from lrplot.cli.results import check_places, named_after, print_notes, target, write_result
from lrplot.errors import UsageError
from lrplot.render.formats import FORMATS as CURVES
from lrplot.render.formats import Format

if TYPE_CHECKING:
    from pathlib import Path

    from lrplot.render.selection import Drawing
    from lrplot.run import Run

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot simulate constant step cosine onecycle\n"
    "  lrplot simulate configs/warmup_cosine.yaml --batch-size 256 --momentum 0.9\n"
    "  lrplot simulate plateau --steps 2000 -f table"
)

_TENTH = 0.1
"""The share of the first loss that is the goal where none is given."""
FORMATS: Final[tuple[Format[Drawing], ...]] = tuple(
    each for each in CURVES if each.name not in {"chart", "npy"}
)
"""A chart and an array show rates alone, and a simulation is about the loss."""

Goal = Annotated[
    float | None,
    typer.Option(min=0, metavar="LOSS", help="The loss to be reached; a tenth of the start if left out."),
]


def simulate(
    references: References,
    *,
    goal: Goal = None,
    run: RunOptions,
    model: QuadraticOptions,
    figure: FigureOptions,
    to: OutputOptions,
    data: DataOptions,
) -> None:
    """Draw the expected loss under each REF on a noisy quadratic.

    The model is a quadratic bowl with noisy gradients (Zhang et al., NeurIPS 2019), whose expected loss is
    computed exactly. It is a guide to the shape of a schedule (how long it pays to stay high, how low to
    end, when a rate is too large) and no promise about a network. Schedules that react to a metric see
    the model's loss.
    """
    from lrplot.run import distinct
    from lrplot.sources.reference import load_all

    said = overrides(run, model, figure)
    runs = distinct([each for found in load_all(references, said) for each in found])
    place = target(to, FORMATS, named_after(runs, "schedules") + "_simulated")
    check_places([place.path], references)
    print_notes(runs)
    if len({each.steps for each in runs}) > 1:
        note("the horizons differ, and so do the chances; --steps gives one to all")
    runs = [_simulated(each) for each in runs]
    if place.format.name == "table":
        if data.at is not None or data.every is not None:
            raise UsageError(
                "a simulation's table is of whole runs; --at and --every choose rows of a data file"
            )
        show_simulation(runs, goal, place.path)
        return
    write_result(runs, place, data, ScreenOptions())
    if place.format.picture and place.path is not None:
        show_simulation(runs, goal)


def show_simulation(runs: list[Run], goal: float | None, path: Path | None = None) -> None:
    """The table of a simulation, and on standard error what the model was."""
    from lrplot.render.simulation import simulation_table

    simulations = [run.simulation for run in runs if run.simulation is not None]
    if goal is None:
        goal = _TENTH * float(simulations[0].losses[0])
    show(simulation_table(runs, goal), path)
    for model in dict.fromkeys(run.model for run in runs if run.model is not None):
        note(
            f"noisy quadratic model, {model.dimension} directions, "
            f"batch size {model.batch_size}, momentum {model.momentum:g}; "
            f"stable below the rate {model.stability_bound:g}"
        )


def _simulated(run: Run) -> Run:
    from lrplot.curve import simulated

    with progress(f"simulating {run.label}") as report:
        return simulated(run, report)
