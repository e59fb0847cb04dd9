from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from lrplot.cli.groups import FileOptions, QuadraticOptions, References, RunOptions, overrides
from lrplot.cli.output import check_place, report
from lrplot.cli.progress import progress
from lrplot.cli.results import check_places, file_named, print_notes, put
from lrplot.cli.workers import spread
from lrplot.errors import UsageError

if TYPE_CHECKING:
    from lrplot.run import Run

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot rank step --over gamma=0.5,0.2,0.1 --over step_size=10,30 --batch-size 8\n"
    "  lrplot rank cosine linear wsd --over lr=0.1,0.3,1 --steps 1000 > best.yaml\n"
    "  lrplot rank configs/warmup_cosine.yaml --over eta_min=0,1e-3 --steps 2000 -o best.yaml"
)

Over = Annotated[
    list[str] | None,
    typer.Option("--over", metavar="PATH=A,B,…", help="Try each value: gamma=0.5,0.1; several make a grid."),
]
Top = Annotated[int, typer.Option(min=1, metavar="N", help="How many are listed.")]


def rank(
    references: References,
    *,
    over: Over = None,
    top: Top = 10,
    run: RunOptions,
    model: QuadraticOptions,
    file: FileOptions,
) -> None:
    """Rank schedules and a grid of settings by expected final loss.

    Prints the ranking as comments and the best as a spec: a file that render and simulate read. As with
    simulate, it is a guide to the shape of a schedule, no promise about a network.
    """
    from lrplot.run import distinct
    from lrplot.sources.reference import load_all

    loaded = load_all(references, overrides(run, model, over=over or ()))
    runs = distinct([_named(each, len(found)) for found in loaded for each in found])
    print_notes(runs)
    path = file_named(file.output)
    if path is not None:
        check_places([path], references)
        check_place(path)
    if len({each.steps for each in runs}) > 1:
        raise UsageError("the horizons differ, and so do the chances; give --steps or --epochs")
    losses = _losses(runs)
    order = sorted(range(len(runs)), key=lambda i: losses[i])
    best = runs[order[0]]
    if losses[order[0]] == float("inf"):
        raise UsageError("every one of them diverges; try smaller rates (--over lr=…) or a larger batch")
    text = "".join(_ranking([(runs[i], losses[i]) for i in order], top)) + _spec(best)
    put([text.encode()], path)


def _named(run: Run, several: int) -> Run:
    from dataclasses import replace

    return run if several == 1 or not run.family else replace(run, label=f"{run.origin}: {run.label}")


def _ranking(order: Sequence[tuple[Run, float]], top: int) -> Iterator[str]:
    """The best and their losses, as YAML comments."""
    from lrplot.text.numbers import short
    from lrplot.text.plain import printable

    first = order[0][0]
    if first.model is not None:
        yield f"# Expected loss after {first.steps} steps on the noisy quadratic model (a guide to shape):\n"
        yield f"# {first.model.dimension} directions, batch size {first.model.batch_size}, "
        yield f"momentum {first.model.momentum:g}\n"
    for place, (run, loss) in enumerate(order[:top], 1):
        shown = "diverged" if loss == float("inf") else short(loss, 4)
        yield f"# {place:3}  {shown:<10} {printable(run.label)}\n"
    if len(order) > top:
        yield f"# and {len(order) - top} more\n"


def _spec(run: Run) -> str:
    from dataclasses import replace

    from lrplot.document.dump import dump

    titled = run.style.model_copy(update={"title": run.label})
    return dump([replace(run, style=titled)])


def _losses(runs: Sequence[Run]) -> list[float]:
    """The final losses, in parallel where there are enough of them; infinite where it diverged."""
    found: list[float] = []
    with progress(f"simulating {len(runs)} schedules") as tell:
        for loss in spread(final_loss, runs):
            found.append(loss)
            if tell is not None:
                tell(len(found), len(runs))
    report(f"ranked {len(runs)} schedule{'s' * (len(runs) > 1)}")
    return found


def final_loss(run: Run) -> float:
    """The loss after the last update; run in a process of its own."""
    from lrplot.curve import simulated

    simulation = simulated(run).simulation
    if simulation is None or simulation.diverged is not None:
        return float("inf")
    return simulation.final
