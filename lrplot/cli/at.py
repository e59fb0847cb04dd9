from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lrplot.cli import options
from lrplot.cli.options import Horizon, Look, overrides
from lrplot.cli.output import ascii_only, show, write_stdout
from lrplot.cli.results import chosen, tell
from lrplot.errors import StepError, UsageError

if TYPE_CHECKING:
    from lrplot.curve import Condition, Crossings
    from lrplot.run import Run

    _Found = tuple[Run, Condition, Crossings]

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot at configs/warmup_cosine.yaml 0 25025 50% 30ep last\n"
    '  lrplot at warmup_cosine --when "<1e-4"\n'
    '  lrplot at sgdr --steps 1e9 --when "crosses 0.05"\n'
    '  lrplot at "StepLR(optimizer, 30)" 29 30 --lr 0.1 --json'
)

Chosen = Annotated[
    list[str] | None,
    typer.Argument(metavar="STEP...", help="Steps: 30, '5 epochs', 5ep, 10%, last.", show_default=False),
]
When = Annotated[
    list[str] | None,
    typer.Option(metavar="CONDITION", help="Where the rate is '<1e-4', '>=0.01', '=0.1', 'crosses 0.01'."),
]
First = Annotated[
    int, typer.Option("--first", min=1, max=100_000, metavar="N", help="List the first N of them.")
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, every digit of each number kept.")]


def at(
    reference: options.Reference,
    chosen_steps: Chosen = None,
    when: When = None,
    first: First = 20,
    as_json: AsJson = False,
    steps: options.Steps = None,
    epochs: options.Epochs = None,
    steps_per_epoch: options.StepsPerEpoch = None,
    update: options.Update = None,
    lr: options.BaseRate = None,
    changes: options.Changes = None,
    sweep: options.Sweep = None,
    let: options.Let = None,
    metrics: options.Metrics = None,
) -> None:
    """Print exact rates at steps, or the steps that have a rate.

    Steps are also epochs and percentages; --when asks for the steps.

    --when reads the knots, not the steps: a trillion steps cost as little as a thousand. A rate within
    1e-12 of a level is at it.
    """
    from lrplot.sources.reference import load

    if not chosen_steps and not when:
        raise UsageError("at wants steps, as 0 10% 5ep last, or --when '<1e-4'")
    conditions = [_read(text) for text in when or ()]
    said = Horizon(steps, epochs, steps_per_epoch, update, lr, metrics)
    runs = load(reference, overrides(said, Look(), changes, sweep, let))
    longest = max(runs, key=lambda run: run.steps)
    wanted = [step for text in chosen_steps or () for step in chosen(longest, text, "")]
    tell(runs)
    try:
        found = [(run, each, _crossings(run, each, first)) for each in conditions for run in runs]
        if as_json:
            _write(runs, wanted, found, first)
        else:
            _show(runs, wanted, found, first)
    except StepError as error:
        raise StepError(f"{longest.origin}: {error}") from None


def _read(text: str) -> Condition:
    from lrplot.curve import Condition

    return Condition.read(text)


def _crossings(run: Run, condition: Condition, first: int) -> Crossings:
    from lrplot.curve import crossings

    return crossings(run.schedule, run.steps, condition, first)


def _show(runs: Sequence[Run], steps: Sequence[int], found: Sequence[_Found], most: int) -> None:
    from rich.console import Group, RenderableType
    from rich.text import Text

    from lrplot.render.values import Values, crossings_table

    tables: list[RenderableType] = [Values(runs, steps)] if steps else []
    tables += [crossings_table(*each, most, ascii_only=ascii_only()) for each in found]
    show(Group(*(part for i, table in enumerate(tables) for part in ([Text()] if i else []) + [table])))


def _write(runs: Sequence[Run], steps: Sequence[int], found: Sequence[_Found], most: int) -> None:
    """``{"format": 1, "steps": […], "curves": […], "when": […]}``, as far as asked for."""
    import json

    said: dict[str, Any] = {"format": 1}
    if steps:
        said |= {"steps": steps, "curves": [dict(_curve(run, steps)) for run in runs]}
    if found:
        said["when"] = [_crossed(*each, most) for each in found]
    write_stdout([json.dumps(said, ensure_ascii=False).encode() + b"\n"])


def _curve(run: Run, steps: Sequence[int]) -> Iterator[tuple[str, Any]]:
    """Values at the steps, null after the run's end."""
    yield "label", run.label
    for name, schedule in (("lr", run.schedule), ("momentum", run.schedule.momentum)):
        if schedule is not None:
            yield name, [float(schedule(step)) if step < run.steps else None for step in steps]


def _crossed(run: Run, condition: Condition, found: Crossings, most: int) -> dict[str, Any]:
    said = {"label": run.label, "condition": str(condition), "exact": found.exact}
    if condition.sign == "crosses":
        turns = found.turns[:most]
        return {**said, "count": found.turned, "crossings": [_turn(run, step) for step in turns]}
    stretches = [
        {"first": each.start, "last": each.stop - 1, "lr": float(run.schedule(each.start))}
        for each in found.first
    ]
    return {**said, "count": found.count, "steps": found.steps, "stretches": stretches}


def _turn(run: Run, step: int) -> dict[str, Any]:
    before, lr = run.schedule([step - 1, step]).tolist()
    return {"step": step, "before": before, "lr": lr}
