from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lrplot.cli.groups import (
    FigureOptions,
    OutputOptions,
    Plan,
    RunOptions,
    ScreenOptions,
    SeriesOptions,
    overrides,
)
from lrplot.cli.output import note, show
from lrplot.cli.results import check_places, named_after, print_notes, target, write_result
from lrplot.errors import LrplotError, StepError, UsageError
from lrplot.render.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from lrplot.python.framework import Framework
    from lrplot.run import Run

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot resume configs/warmup_cosine.yaml --at 30ep\n"
    "  lrplot resume cosine --at 300 --steps 2000 -f table\n"
    '  lrplot resume "CosineAnnealingLR(optimizer, 90)" --lr 0.1 --at 30 --steps 120 --set T_max=120\n'
    "  lrplot resume run_args.json --examples 52002 --at 500 --state lost"
)

_TOLERANCE = 1e-12
"""Rates less than this share of the peak apart are the same, as diff's --tol has it."""
_SHARED = ("lr", "let", "trainer", "examples", "devices", "batches_per_epoch", "classes", "images", "tokens")
"""What the text leaves open before the checkpoint as after it; all else is said of the run that goes on."""

At = Annotated[
    str,
    typer.Option(
        "--at", metavar="STEP", help="Updates made at the checkpoint: 300, 5ep, 30%.", show_default=False
    ),
]
State = Annotated[
    str | None,
    typer.Option(metavar="kept|lost", help="Only what goes on with the scheduler's state, or without it."),
]


@dataclass(frozen=True, slots=True)
class _Found:
    """The plan, the run that goes on with what was changed, where, and the framework of the plan's call."""

    plan: Run
    after: Run
    at: int
    framework: Framework | None

    @property
    def keeps_numbers(self) -> bool:
        """True where a state that is loaded overwrites the new numbers."""
        resuming = None if self.framework is None else self.framework.resuming
        return (
            resuming is not None and resuming.numbers and self.plan.written.call not in resuming.by_function
        )

    @property
    def after_loading(self) -> Literal["from_rate", "loaded", "stale", "new"]:
        """The note on a state that is loaded with other numbers."""
        if self.goes_on_from_rate:
            return "from_rate"
        return "loaded" if self.keeps_numbers else "stale" if self.stale else "new"

    @property
    def goes_on_from_rate(self) -> bool:
        """True where new numbers act on the saved rate, on no plan's clock."""
        resuming = None if self.framework is None else self.framework.resuming
        return resuming is not None and self.plan.written.call in resuming.from_rate

    @property
    def stale(self) -> bool:
        """True where the first update after a state is loaded still has the old rate."""
        resuming = None if self.framework is None else self.framework.resuming
        return resuming is not None and resuming.stale and not self.keeps_numbers


def resume(
    plan: Plan,
    *,
    at: At,
    state: State = None,
    run: RunOptions,
    series: SeriesOptions,
    figure: FigureOptions,
    to: OutputOptions,
    screen: ScreenOptions,
) -> None:
    """Draw a run that goes on from a checkpoint: with the scheduler's state, without it, with another total.

    --steps, --epochs, --set and the like are said of the run that goes on; --lr, --let and the facts of a
    training of both. What differs from the plan is told in the words of diff.

    What loading a state does in a framework is drawn as it does it, where lrplot knows.
    """
    from lrplot.cli.groups import DataOptions

    if state not in (None, "kept", "lost"):
        raise UsageError(f"--state must be kept or lost, got '{state}'")
    found = _loaded(plan, at, run, series, figure)
    print_notes([found.plan, found.after])
    drawn = list(_continued(found, state))
    place = target(to, FORMATS, named_after([found.after], "") + "_resumed")
    check_places([place.path], [plan])
    for message in _notes(plan, found, state, run, series):
        note(message)
    told = _differences(found, drawn)
    if place.format.name == "table":
        show(told, place.path)
        return
    different = [each for each in drawn if not _alike(each, found.plan) or each.steps != found.plan.steps]
    write_result([found.plan, *different], place, DataOptions(), screen)
    if place.format.picture and place.path is not None:
        show(told)


def _loaded(plan: str, at: str, run: RunOptions, series: SeriesOptions, figure: FigureOptions) -> _Found:
    from lrplot.frameworks.registry import REGISTRY
    from lrplot.render.selection import parse_steps

    if plan == "-":
        raise UsageError("resume reads the plan twice, as it was and changed; name a file")
    if run.sweep:
        raise UsageError("resume draws one run that goes on; leave out --sweep")
    before = RunOptions(**{name: getattr(run, name) for name in _SHARED})
    old = _one(plan, before, series, figure)
    if "no horizon" in old.written.facts and old.schedule.length is None:
        # Neither has a length of its own: what is said of one is said of both.
        before = replace(before, steps=run.steps, epochs=run.epochs)
        old = _one(plan, before, series, figure)
    new = old if run == before else _one(plan, run, series, figure)
    longer = old if old.steps >= new.steps else replace(old, steps=new.steps)
    (step,) = parse_steps(longer, at) if "," not in at else (0,)
    latest = min(old.steps, longer.steps - 1)
    if not 1 <= step <= latest:
        raise UsageError(f"--at must be one step from 1 to {latest}, the updates of {old.label}, got '{at}'")
    framework = next((each for each in REGISTRY.frameworks if each.name == old.written.framework), None)
    title = f"{old.style.title or old.label}, resumed at step {step}"
    named = replace(old, label="as planned", style=old.style.model_copy(update={"title": title}))
    return _Found(named, new, step, framework)


def _one(plan: str, run: RunOptions, series: SeriesOptions, figure: FigureOptions) -> Run:
    from lrplot.sources.reference import load

    runs = load(plan, overrides(run, series, figure))
    if len(runs) != 1:
        raise UsageError(
            f"a plan is one schedule, and {plan} has {len(runs)}: {', '.join(r.label for r in runs)}"
        )
    if runs[0].logged is not None:
        raise UsageError(f"{plan} is what a training logged; a plan knows the rate of every update")
    return runs[0]


def _alike(one: Run, other: Run) -> bool:
    """True where two runs have the same schedules, those of their parameter groups too."""
    return (one.schedule, one.groups) == (other.schedule, other.groups)


def _continued(found: _Found, state: str | None) -> Iterator[Run]:
    """The runs that go on, each under the label that says how."""
    from lrplot.curve.resuming import begun_again, gone_on

    plan, after, at = found.plan, found.after, found.at
    if state != "lost":
        if _alike(plan, after) or found.keeps_numbers:
            yield from _loaded_as_it_was(found)
        if not _alike(plan, after) and not found.goes_on_from_rate:
            label = "changed, on the plan's clock"
            yield replace(gone_on(plan, after, at, stale=found.stale), label=label)
    if state != "kept":
        yield replace(begun_again(plan, after, at), label="state lost")


def _loaded_as_it_was(found: _Found) -> Iterator[Run]:
    """The plan's own schedule over the run that goes on."""
    loaded = replace(found.plan, label="state kept", steps=found.after.steps)
    try:
        loaded.schedule(loaded.steps - 1)
    except StepError as error:
        note(f"with the state's own numbers it cannot go on: {error}")
        return
    yield loaded


def _notes(
    plan: str, found: _Found, state: str | None, run: RunOptions, series: SeriesOptions
) -> Iterator[str]:
    from lrplot.text.numbers import short

    if found.plan.steps != found.after.steps and _alike(found.plan, found.after):
        yield _unmoved(plan, found, run, series)
    if found.framework is None or found.framework.resuming is None:
        return
    notes = found.framework.resuming.notes
    if state != "lost" and not _alike(found.plan, found.after):
        yield notes[found.after_loading].format(call=found.plan.written.call)
    if state != "kept":
        outright = found.plan.written.call in found.framework.sets_outright or "finds" not in notes
        yield notes["outright" if outright else "finds"].format(
            found=short(float(found.plan.schedule(found.at)))
        )


def _unmoved(plan: str, found: _Found, run: RunOptions, series: SeriesOptions) -> str:
    """The note that another number of steps leaves the schedule as it is, and what would change it."""
    said = "--steps changes how long the run is, not its schedule, which has lengths of its own"
    ways = list(dict.fromkeys(_ways(plan, found, run, series)))
    return f"{said}; to stretch it: {' or '.join(ways)}" if ways else said


def _ways(plan: str, found: _Found, run: RunOptions, series: SeriesOptions) -> Iterator[str]:
    """The ``--set`` that stretch the schedule to the new number of steps: each is tried."""
    from lrplot.checks.log.moves import places

    old, new = found.plan, found.after
    more = new.steps - (old.schedule.length or old.steps)
    lengths = [place for place in places(old.schedule) if place.kind == "length" and not place.within]
    for key, path, value in [(place.key, place.path, place.value) for place in lengths]:
        for name in (key, path):
            text = f"{name}={value + more:.15g}"
            try:
                tried = _one(
                    plan, replace(run, changes=[*(run.changes or ()), text]), series, FigureOptions()
                )
            except LrplotError:
                continue
            if tried.schedule.length == new.steps != new.schedule.length:
                yield f"--set {text}"
                break


def _differences(found: _Found, drawn: list[Run]) -> RenderableType:
    """Each run that goes on against the plan, as ``diff`` tells it."""
    from rich.console import Group
    from rich.text import Text

    from lrplot.curve import run_difference
    from lrplot.curve.run_diff import changes
    from lrplot.render.differences import differences_table
    from lrplot.render.table import heading

    parts: list[RenderableType] = []
    for each in drawn:
        for plan, after, resumed in _by_group(found, each):
            told = run_difference(plan, resumed, _TOLERANCE)
            written = changes(plan.schedule, after.schedule)
            told = replace(told, changes=() if resumed.schedule == plan.schedule else written)
            parts += [Text()] if parts else []
            parts += [heading(resumed.label), differences_table(told, ("planned", "resumed"))]
    return Group(*parts)


def _by_group(found: _Found, resumed: Run) -> Iterator[tuple[Run, Run, Run]]:
    """The plan, what was changed, and the run that goes on; then the same of each parameter group."""
    yield found.plan, found.after, resumed
    for group in found.plan.groups:
        plan, after, own = (run.of_group(group.label) for run in (found.plan, found.after, resumed))
        if plan is not None and after is not None and own is not None:
            yield plan, after, own
