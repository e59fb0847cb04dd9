"""The options that commands share: a group is a dataclass, and an option is one field of it.

A command names the groups it takes as parameters. :func:`lrplot.cli.flat.flat` shows Typer their fields in
their place, and hands the command its groups again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

import typer

from lrplot.cli.figure_words import spelled
from lrplot.document.overrides import FACTS, Overrides, Said
from lrplot.errors import UsageError

if TYPE_CHECKING:
    from lrplot.render.selection import Selection

_TRAINING: Final = "Training"
"""The heading of what a trainer's configuration does not say."""
_COMPLETED: Final = frozenset({".yaml", ".yml", ".json", ".py", ".ipynb", ".md"})
"""Suffixes of the files that a REF is completed to."""


def complete_reference(incomplete: str) -> list[str]:
    """Catalogue names and spec files that begin so."""
    from lrplot.schedules import CATALOGUE

    names = [name for name in CATALOGUE if name.startswith(incomplete)]
    folder = Path(incomplete).parent if "/" in incomplete else Path()
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return names
    fitting = [path for path in paths if path.is_dir() or path.suffix in _COMPLETED]
    spelled = [str(path) + ("/" if path.is_dir() else "") for path in fitting]
    return names + [text for text in spelled if text.startswith(incomplete)]


REF: Final = "A catalogue name, a spec, a framework's call, a script, a notebook, a configuration, or - ."

Reference = Annotated[
    str, typer.Argument(metavar="REF", help=REF, autocompletion=complete_reference, show_default=False)
]
Plan = Annotated[
    str,
    typer.Argument(
        metavar="PLAN",
        help=f"What was planned: {REF[0].lower()}{REF[1:]}",
        autocompletion=complete_reference,
        show_default=False,
    ),
]
References = Annotated[
    list[str], typer.Argument(metavar="REF...", help=REF, autocompletion=complete_reference)
]


class Group:
    """A group of options, which stand under one heading of the help.

    Groups have no slots, for which a class is made twice, and are neither compared nor shown: all of these
    are made at every start.
    """

    panel: ClassVar[str]
    """The heading."""


@dataclass(frozen=True, repr=False, eq=False)
class RunOptions(Group):
    """Options over a schedule's own numbers."""

    panel: ClassVar = "Run"

    steps: Annotated[str | None, typer.Option(metavar="N", help="Horizon in steps (1e6 works).")] = None
    epochs: Annotated[str | None, typer.Option(metavar="N", help="Horizon in epochs.")] = None
    steps_per_epoch: Annotated[str | None, typer.Option(metavar="N", help="Steps in an epoch.")] = None
    update: Annotated[
        str | None, typer.Option(metavar="step|epoch", help="When the schedule is updated.")
    ] = None
    lr: Annotated[str | None, typer.Option("--lr", metavar="RATE", help="Base rate.")] = None
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="PATH=VALUE",
            help="Set a value: gamma=0.5, warmup.steps=100, figure.dpi=100.",
        ),
    ] = None
    sweep: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH=A,B,…", help="A curve for each value: gamma=0.9,0.95."),
    ] = None
    let: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Bind a name that a call or a script leaves open: base=0.1."),
    ] = None
    examples: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="Rows of the training set.",
            rich_help_panel=_TRAINING,
        ),
    ] = None
    devices: Annotated[
        str | None,
        typer.Option(metavar="N", help="Processes that train.", rich_help_panel=_TRAINING),
    ] = None
    batches_per_epoch: Annotated[
        str | None,
        typer.Option(metavar="N", help="Batches one process sees in an epoch.", rich_help_panel=_TRAINING),
    ] = None
    classes: Annotated[
        str | None,
        typer.Option(metavar="N", help="Classes of the dataset.", rich_help_panel=_TRAINING),
    ] = None
    images: Annotated[
        str | None,
        typer.Option(metavar="N", help="Images, repeats counted.", rich_help_panel=_TRAINING),
    ] = None
    tokens: Annotated[
        str | None,
        typer.Option(metavar="N", help="Tokens of the training set.", rich_help_panel=_TRAINING),
    ] = None
    warmup_steps: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="Warm-up of a program beside the file.",
            rich_help_panel=_TRAINING,
        ),
    ] = None
    trainer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[@VERSION]",
            help="The trainer a configuration is for: transformers@4.51.",
            rich_help_panel=_TRAINING,
        ),
    ] = None


@dataclass(frozen=True, repr=False, eq=False)
class SeriesOptions(Group):
    """The numbers that a schedule or an optimizer is shown step by step."""

    panel: ClassVar = "Run"

    metrics: Annotated[
        str | None,
        typer.Option(
            metavar="FILE[#COLUMN]",
            help="What plateau schedules see: a CSV, JSON lines, .npy, or a formula in t.",
        ),
    ] = None
    gradients: Annotated[
        str | None,
        typer.Option(
            metavar="FILE[#COLUMN]",
            help="What an optimizer is given: a CSV, .npy, a formula in t, or {seed: 0, scale: 1}.",
        ),
    ] = None


@dataclass(frozen=True, repr=False, eq=False)
class FigureOptions(Group):
    """The look of a picture: each says a value of a spec's ``figure``."""

    panel: ClassVar = "Figure"

    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Title above the figure; '' is none.")] = (
        None
    )
    xlabel: Annotated[str | None, typer.Option(metavar="TEXT", help="Label of the step axis.")] = None
    ylabel: Annotated[str | None, typer.Option(metavar="TEXT", help="Label of the rate axis.")] = None
    xaxis: Annotated[
        str | None,
        typer.Option(metavar="UNIT", help="steps, epochs, percent, samples or tokens."),
    ] = None
    yscale: Annotated[str | None, typer.Option(metavar="linear|log", help="Scale of the rate axis.")] = None
    xlim: Annotated[
        str | None, typer.Option(metavar="FROM:TO", help="Part of the step axis: 0:100, 50:.")
    ] = None
    ylim: Annotated[str | None, typer.Option(metavar="FROM:TO", help="Part of the rate axis.")] = None
    xticks: Annotated[
        str | None, typer.Option(metavar="N|A,B,…", help="Ticks of the step axis: how many, or where.")
    ] = None
    yticks: Annotated[
        str | None, typer.Option(metavar="N|A,B,…", help="Ticks of the rate axis: how many, or where.")
    ] = None
    grid: Annotated[bool | None, typer.Option("--grid/--no-grid", help="Lines at the ticks.")] = None
    legend: Annotated[
        str | None, typer.Option(metavar="PLACE", help="right, top, bottom, inside, ends or off.")
    ] = None
    curves: Annotated[
        list[str] | None,
        typer.Option(
            "--curve",
            metavar="LABEL:NAME=VALUE,…",
            help="Look of a curve: Ours:color=red,width=2,dash=dotted,marker=o; * is all.",
        ),
    ] = None
    panels: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help="Below the rate: log,momentum,metric,updates,loss, or none."),
    ] = None
    inset: Annotated[
        str | None, typer.Option(metavar="warmup|FROM:TO|off", help="A stretch once more, larger.")
    ] = None
    theme: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="light, dark, print, transparent, paper or presentation."),
    ] = None
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Inches: 8x4.5.")] = None
    figure_width: Annotated[
        str | None,
        typer.Option("--figure-width", metavar="column|text|N", help="Width alone, of a page or in inches."),
    ] = None
    dpi: Annotated[str | None, typer.Option(metavar="N", help="Pixels an inch.")] = None
    font: Annotated[str | None, typer.Option(metavar="FAMILY", help="Font of all texts: serif.")] = None
    font_size: Annotated[str | None, typer.Option(metavar="N", help="Points of the axes' texts.")] = None
    stylesheet: Annotated[
        str | None, typer.Option(metavar="FILE", help="A matplotlib style sheet over the theme.")
    ] = None
    annotate: Annotated[
        str | None,
        typer.Option(
            metavar="[NAMES]", help="Name all, or of peak,min,end,drops,phases some; --no-annotate: none."
        ),
    ] = None
    lang: Annotated[
        str | None, typer.Option(metavar="en|zh|zh-Hant", help="Language of the figure's own words.")
    ] = None

    def said(self) -> list[Said]:
        """The values of ``figure`` that were given."""
        return [
            Said(
                f"figure.{name.removeprefix('figure_')}",
                spelled(name, value),
                _CALLED.get(name, _option(name)),
            )
            for name, value in _given(self).items()
        ]


_CALLED: Final = {"curves": "--curve"}
"""Options that are not called as their fields."""


@dataclass(frozen=True, repr=False, eq=False)
class QuadraticOptions(Group):
    """The noisy quadratic model: each says a value of a spec's ``simulate``."""

    panel: ClassVar = "Quadratic model"

    dimension: Annotated[str | None, typer.Option(metavar="N", help="Directions of the quadratic.")] = None
    spectrum: Annotated[
        str | None, typer.Option(metavar="P", help="Eigenvalues fall as i^-P; 1 is 1, 1/2, 1/3, …")
    ] = None
    noise: Annotated[
        str | None, typer.Option(metavar="Q", help="The noise's variance is the eigenvalue^Q.")
    ] = None
    batch_size: Annotated[
        str | None, typer.Option(metavar="N", help="Examples in a batch; they divide the noise.")
    ] = None
    momentum: Annotated[str | None, typer.Option(metavar="μ", help="Momentum of SGD, 0 … 1.")] = None
    start: Annotated[
        str | None, typer.Option(metavar="X", help="Squared distance from the optimum at step 0.")
    ] = None
    curvature: Annotated[str | None, typer.Option(metavar="H", help="The largest eigenvalue h₁.")] = None

    def said(self) -> list[Said]:
        """The values of ``simulate`` that were given."""
        return [Said(f"simulate.{name}", text, _option(name)) for name, text in _given(self).items()]


@dataclass(frozen=True, repr=False, eq=False)
class DataOptions(Group):
    """The steps that a table or a data file holds."""

    panel: ClassVar = "Output"

    at: Annotated[str | None, typer.Option(metavar="STEPS", help="Only these steps: 0,10%,30ep,last.")] = None
    every: Annotated[str | None, typer.Option(metavar="K", help="Every K-th step of a data file.")] = None
    all_steps: Annotated[
        bool,
        typer.Option("--all-steps", help="Write more than 10^8 rows of data, a table of all metrics."),
    ] = False

    def selection(self) -> "Selection":
        """The steps as what writes them takes them."""
        from lrplot.render.selection import Selection

        return Selection(self.at, None if self.every is None else _every(self.every), self.all_steps)


def _every(text: str) -> int:
    from lrplot.document.tree import resolve

    value = resolve(text)
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or value < 1
        or not float(value).is_integer()
    ):
        raise UsageError(f"--every must be a whole number of steps ≥ 1, got '{text}'")
    return int(value)


@dataclass(frozen=True, repr=False, eq=False)
class ScreenOptions(Group):
    """The look of a result in the terminal."""

    panel: ClassVar = "Output"

    width: Annotated[int | None, typer.Option(min=24, max=1000, metavar="N", help="Columns of a chart.")] = (
        None
    )
    height: Annotated[int | None, typer.Option(min=6, max=500, metavar="N", help="Lines of a chart.")] = None
    inline: Annotated[
        bool, typer.Option("--inline", help="Show the picture in the terminal (kitty, iTerm2).")
    ] = False


_OUTPUT: Final = typer.Option(
    "-o", "--output", metavar="FILE", help="Where to: a file, a folder, or - for standard output."
)


@dataclass(frozen=True, repr=False, eq=False)
class FileOptions(Group):
    """The place of a result that has one format."""

    panel: ClassVar = "Output"

    output: Annotated[str | None, _OUTPUT] = None


@dataclass(frozen=True, repr=False, eq=False)
class OutputOptions(Group):
    """The place of a result, and in which of its command's ``FORMATS``."""

    panel: ClassVar = "Output"

    output: Annotated[str | None, _OUTPUT] = None
    kind: Annotated[str | None, typer.Option("-f", "--format", metavar="FORMAT")] = None
    as_json: Annotated[bool, typer.Option("--json", help="Short for -f json.")] = False


def overrides(
    run: RunOptions,
    *groups: SeriesOptions | FigureOptions | QuadraticOptions,
    over: Sequence[str] = (),
    relative: bool = False,
) -> Overrides:
    """All that the command line says over a schedule; ``over`` are sweeps that were given as ``--over``.

    ``relative`` says that a command can show a run of unknown length over shares of it.
    """
    if run.steps is not None and run.epochs is not None:
        raise UsageError("give --steps or --epochs, not both")
    listed = {"changes", "sweep", "let", "trainer", *FACTS}
    settings = {name: text for name, text in _given(run).items() if name not in listed}
    changes = [_assigned(text, "--set") for text in run.changes or ()]
    for group in groups:
        if isinstance(group, SeriesOptions):
            settings |= _given(group)
        else:
            changes += group.said()
    sweep = [_assigned(text, "--sweep") for text in run.sweep or ()]
    return Overrides(
        settings,
        tuple(changes),
        (*sweep, *(_assigned(text, "--over") for text in over)),
        {said.path: said.text for said in map(_bound, run.let or ())},
        facts={name: _count(name, text) for name, text in _given(run).items() if name in FACTS},
        trainer=run.trainer or "",
        relative=relative,
        simulated=any(isinstance(group, QuadraticOptions) for group in groups),
    )


def _given(group: RunOptions | SeriesOptions | FigureOptions | QuadraticOptions) -> dict[str, Any]:
    """The options of a group that were given, by the names of its fields."""
    values = ((field.name, getattr(group, field.name)) for field in fields(group))
    return {name: value for name, value in values if value is not None}


def _count(name: str, text: str) -> int:
    """A whole number that an option says; ``52e3`` is one."""
    from lrplot.clock import MOST_STEPS

    try:
        value = float(text.replace("_", ""))
    except ValueError:
        value = 0.0
    if not 1 <= value <= MOST_STEPS or not value.is_integer():
        raise UsageError(f"{_option(name)} must be a whole number ≥ 1, got '{text}'")
    return int(value)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _assigned(text: str, option: str) -> Said:
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise UsageError(f"{option} wants PATH=VALUE, as gamma=0.5, got '{text}'")
    return Said(path.strip(), value, option)


def _bound(text: str) -> Said:
    from lrplot.text.parsing import name_and_value

    name, value = name_and_value(text)
    if value is None or not name:
        raise UsageError(f"--let wants NAME=VALUE, as base=0.1, got '{text}'")
    return Said(name, value, "--let")
