from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lrplot.cli import options
from lrplot.cli.options import Horizon, Look, overrides
from lrplot.cli.output import ascii_only, show, write_stdout
from lrplot.cli.results import tell
from lrplot.errors import StepError, UsageError

if TYPE_CHECKING:
    from lrplot.curve import Difference, RunDifference
    from lrplot.run import Run

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot diff configs/warmup_cosine.yaml configs/resumed.yaml\n"
    "  git show HEAD:configs/sgdr.yaml | lrplot diff - configs/sgdr.yaml\n"
    '  lrplot diff cosine "CosineAnnealingLR(optimizer, T_max=1000)" --lr 0.1 --tol 1e-9'
)

_TOLERANCE = "1e-12"
_LONGEST = 40

Tolerance = Annotated[
    str,
    typer.Option("--tol", metavar="SHARE", help="Rates less than this share of the peak apart are the same."),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, every digit of each number kept.")]


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="What there was: a REF.", show_default=False)],
    after: Annotated[str, typer.Argument(metavar="B", help="What there is now: a REF.", show_default=False)],
    tol: Tolerance = _TOLERANCE,
    as_json: AsJson = False,
    steps: options.Steps = None,
    epochs: options.Epochs = None,
    steps_per_epoch: options.StepsPerEpoch = None,
    update: options.Update = None,
    lr: options.BaseRate = None,
    changes: options.Changes = None,
    let: options.Let = None,
    metrics: options.Metrics = None,
) -> None:
    """Say what differs between two schedules.

    Rates, momentum, horizon, parameters and phases are compared.

    Exits 1 where they train differently: another rate or momentum at a step, or another number of
    steps. The curves of a sweep or an overlay are compared label by label.
    """
    from lrplot.curve import run_difference
    from lrplot.sources.reference import load_all

    if before == after == "-":
        raise UsageError("standard input is read once; name a file for A or for B")
    share = _share(tol)
    horizon = Horizon(steps, epochs, steps_per_epoch, update, lr, metrics)
    old, new = load_all([before, after], overrides(horizon, Look(), changes, None, let))
    tell([*old, *new])
    pairs, alone = _paired(old, new)
    try:
        found = [run_difference(*pair, share) for pair in pairs]
        if as_json:
            _write(found, alone)
        else:
            _show(found, alone, _names(before, after))
    except StepError as error:
        raise StepError(f"{before} and {after}: {error}") from None
    if alone or not all(each.same for each in found):
        raise typer.Exit(1)


def _share(text: str) -> float:
    from lrplot.document.tree import resolve

    value = resolve(text)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise UsageError(f"--tol must be a number ≥ 0, a share of the peak as 1e-6, got '{text}'")
    return float(value)


def _names(before: str, after: str) -> tuple[str, str]:
    """What the two are called above their columns."""
    one, other = ("standard input" if each == "-" else each for each in (before, after))
    named = all(len(each) <= _LONGEST and "\n" not in each for each in (one, other))
    return (one, other) if named and one != other else ("A", "B")


def _paired(
    old: tuple[Run, ...], new: tuple[Run, ...]
) -> tuple[list[tuple[Run, Run]], list[tuple[str, str]]]:
    """The runs that belong together, and the labels only one side has: ``A`` or ``B`` and the label."""
    if len(old) == len(new) == 1:
        return [(old[0], new[0])], []
    left, right = ({run.label: run for run in runs} for runs in (old, new))
    pairs = [(run, right[label]) for label, run in left.items() if label in right]
    alone = [("A", label) for label in left if label not in right]
    return pairs, alone + [("B", label) for label in right if label not in left]


def _show(found: list[RunDifference], alone: list[tuple[str, str]], names: tuple[str, str]) -> None:
    from rich.console import Group, RenderableType
    from rich.text import Text

    from lrplot.render.differences import differences_table
    from lrplot.render.table import heading

    parts: list[RenderableType] = []
    for each in found:
        parts += [Text()] if parts else []
        parts += [heading(each.before.label)] if len(found) + len(alone) > 1 else []
        parts.append(differences_table(each, names, ascii_only=ascii_only()))
    parts += [Text()] if parts and alone else []
    parts += [Text(f"only {dict(zip('AB', names, strict=True))[side]} has {label}") for side, label in alone]
    show(Group(*parts))


def _write(found: list[RunDifference], alone: list[tuple[str, str]]) -> None:
    """``{"format": 1, "same", "pairs": […], "only": […]}``; A is ``a``, B is ``b`` in each."""
    import json

    said = {
        "format": 1,
        "same": not alone and all(each.same for each in found),
        "pairs": [_pair(each) for each in found],
        "only": [{"side": side.lower(), "label": label} for side, label in alone],
    }
    write_stdout([json.dumps(said, ensure_ascii=False, default=str).encode() + b"\n"])


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
