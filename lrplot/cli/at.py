from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from lrplot.cli.groups import OutputOptions, RunOptions, SeriesOptions, complete_reference, overrides
from lrplot.cli.results import as_json, check_places, print_notes, target
from lrplot.errors import StepError, UsageError
from lrplot.render.formats import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType

    from lrplot.curve import Condition, Crossings
    from lrplot.run import Run

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot at configs/warmup_cosine.yaml 0 25025 50% 30ep last\n"
    '  lrplot at warmup_cosine --when "<1e-4" --when ">50%"\n'
    "  lrplot at cosine onecycle rex 50% last\n"
    '  lrplot at sgdr --steps 1e9 --when "crosses 0.05" --when peak\n'
    '  lrplot at "StepLR(optimizer, 30)" 29 30 --lr 0.1 --json'
)

_STEP: Final = re.compile(r"\.?\d|last\b")
"""How every way to write a step begins; no REF does, but for a file that is there and ``1cycle``."""

Words = Annotated[
    list[str],
    typer.Argument(
        metavar="REF... [STEP...]",
        help="One or more REFs, then steps: 30, '5 epochs', 5ep, 10%, last.",
        autocompletion=complete_reference,
    ),
]
When = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CONDITION",
        help="Where the rate is '<1e-4', '>=0.01', '=0.1', '>50%' (of its peak) or 'crosses 0.01'; or peak.",
    ),
]
First = Annotated[
    int, typer.Option("--first", min=1, max=100_000, metavar="N", help="List the first N of them.")
]


@dataclass(frozen=True, slots=True)
class _Answer:
    """Runs, the steps asked for, and where each condition holds: at most ``most`` places of each are told."""

    runs: Sequence[Run]
    steps: Sequence[int]
    when: Sequence[tuple[Run, Condition, Crossings]]
    most: int


def at(
    words: Words,
    *,
    when: When = None,
    first: First = 20,
    run: RunOptions,
    series: SeriesOptions,
    to: OutputOptions,
) -> None:
    """Print exact rates at steps, or the steps that have a rate.

    Steps are also epochs and percentages (of the longest run); --when asks for the steps.

    --when reads the knots, not the steps: a trillion steps cost as little as a thousand. A rate within
    1e-12 of a level is at it.
    """
    from lrplot.curve import Condition, met
    from lrplot.render.selection import are_shares, longest, steps_named
    from lrplot.run import distinct, spread
    from lrplot.sources.reference import load_all

    references, texts = _parted(words, conditions=bool(when))
    conditions = [Condition.read(text) for text in when or ()]
    place = target(to, FORMATS, "rates")
    check_places([place.path], references)
    loaded = load_all(
        references,
        overrides(run, series, relative=not when and are_shares(texts)),
        together=len(references) > 1,
    )
    runs = spread(distinct([each for found in loaded for each in found]))
    steps = steps_named(runs, texts)
    print_notes(runs)
    try:
        found = [(each, *met(each, condition, first)) for condition in conditions for each in runs]
        place.write(_Answer(runs, steps, found, first))
    except StepError as error:
        raise StepError(f"{longest(runs).origin}: {error}") from None


def _parted(words: list[str], *, conditions: bool) -> tuple[list[str], list[str]]:
    """The REFs and the steps, of which there are some where there are no ``conditions``.

    The first word is a REF whatever it looks like; the last, where it is none, is a step misspelt.
    """
    count = next((i for i, word in enumerate(words) if i and _is_step(word)), len(words))
    if count == len(words) and not conditions:
        if count == 1 or _is_reference(words[-1]):
            raise UsageError("at wants steps, as 0 10% 5ep last, or --when '<1e-4'")
        count -= 1
    return words[:count], words[count:]


def _is_step(word: str) -> bool:
    return _STEP.match(word) is not None and not _is_reference(word)


def _is_reference(word: str) -> bool:
    from lrplot.schedules import find

    return find(word) is not None or "(" in word or Path(word).is_file()


def _table(answer: _Answer) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from lrplot.render.values import crossings_table, values_table

    tables = [values_table(answer.runs, answer.steps)] if answer.steps else []
    tables += [crossings_table(*each, answer.most) for each in answer.when]
    return Group(*(part for i, table in enumerate(tables) for part in ([Text()] if i else []) + [table]))


def _csv(answer: _Answer) -> Iterable[bytes]:
    from lrplot.render.data import write_csv

    if answer.when:
        raise UsageError("a CSV holds rates at steps; what --when finds goes to -f table or json")
    return write_csv(answer.runs, tuple(sorted(set(answer.steps))))


def _json(answer: _Answer) -> Iterable[bytes]:
    """``{"format": 1, "steps": […], "curves": […], "when": […]}``, as far as asked for."""
    said: dict[str, Any] = {"format": 1}
    if answer.steps:
        curves = [_curve(run, answer.steps) for run in answer.runs]
        said |= {"steps": answer.steps, "curves": curves}
    if answer.when:
        said["when"] = [_held(*each, answer.most) for each in answer.when]
    return as_json(said)


FORMATS: Final[tuple[Format[_Answer], ...]] = (
    Format("table", (".txt",), shown=_table),
    Format("json", (".json",), _json),
    Format("csv", (".csv",), _csv),
)


def _curve(run: Run, steps: Sequence[int]) -> dict[str, Any]:
    """Values at the steps, null after the run's end."""
    from lrplot.curve import rates_at

    found = rates_at(run, steps)
    said = {"label": run.label, "lr": found.lr}
    return said if found.momentum is None else said | {"momentum": found.momentum}


def _held(run: Run, condition: Condition, found: Crossings, most: int) -> dict[str, Any]:
    """The steps at which a condition holds: of ``crosses`` its crossings, else its stretches."""
    from lrplot.curve import when_met

    told = asdict(when_met(run, condition, found, most))
    unused = ("steps", "stretches") if condition.sign == "crosses" else ("crossings",)
    return {"label": run.label} | {name: value for name, value in told.items() if name not in unused}
