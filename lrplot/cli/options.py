"""The options that commands share, and what they mean together."""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Final

import typer

from lrplot.document.overrides import Overrides, Said
from lrplot.errors import UsageError
from lrplot.frameworks.names import SPELLED


def complete_reference(incomplete: str) -> list[str]:
    """Catalogue names and spec files that begin so."""
    from lrplot.schedules import CATALOGUE

    names = [name for name in CATALOGUE if name.startswith(incomplete)]
    folder = Path(incomplete).parent if "/" in incomplete else Path()
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return names
    fitting = [path for path in paths if path.is_dir() or path.suffix in {".yaml", ".yml", ".json", ".py"}]
    spelled = [str(path) + ("/" if path.is_dir() else "") for path in fitting]
    return names + [text for text in spelled if text.startswith(incomplete)]


WAYS: Final = "A catalogue name, a spec file, a framework's call, a training script, or - ."

Reference = Annotated[
    str, typer.Argument(metavar="REF", help=WAYS, autocompletion=complete_reference, show_default=False)
]
References = Annotated[
    list[str],
    typer.Argument(
        metavar="REF...",
        help=WAYS,
        autocompletion=complete_reference,
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Where to: a file, a folder, or - for standard output."
    ),
]
Format = Annotated[
    str | None,
    typer.Option("-f", "--format", metavar="FORMAT", help="png, svg, pdf, chart, table, csv, json or npy."),
]
Steps = Annotated[str | None, typer.Option(metavar="N", help="Horizon in steps (1e6 works).")]
Epochs = Annotated[str | None, typer.Option(metavar="N", help="Horizon in epochs.")]
StepsPerEpoch = Annotated[str | None, typer.Option(metavar="N", help="Steps in an epoch.")]
Update = Annotated[str | None, typer.Option(metavar="step|epoch", help="When the schedule is updated.")]
BaseRate = Annotated[str | None, typer.Option("--lr", metavar="RATE", help="Base rate.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Set a value: gamma=0.5, figure.dpi=100."),
]
Sweep = Annotated[
    list[str] | None, typer.Option(metavar="PATH=A,B,…", help="A curve for each value: gamma=0.9,0.95.")
]
Let = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="Bind a name that a call or a script leaves open: base=0.1."),
]
As = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="NAMES",
        help=f"Draw one REF as these frameworks read it: {','.join(SPELLED)}.",
    ),
]
Metrics = Annotated[
    str | None,
    typer.Option(
        metavar="FILE[#COLUMN]",
        help="What plateau schedules see: a CSV, JSON lines, .npy, or a formula in t.",
    ),
]
Gradients = Annotated[
    str | None,
    typer.Option(
        metavar="FILE[#COLUMN]",
        help="What an optimizer is given: a CSV, .npy, a formula in t, or {seed: 0, scale: 1}.",
    ),
]
Dimension = Annotated[str | None, typer.Option(metavar="N", help="Directions of the quadratic.")]
Spectrum = Annotated[
    str | None, typer.Option(metavar="P", help="Eigenvalues fall as i^-P; 1 is 1, 1/2, 1/3, …")
]
Noise = Annotated[str | None, typer.Option(metavar="Q", help="The noise's variance is the eigenvalue^Q.")]
BatchSize = Annotated[
    str | None, typer.Option(metavar="N", help="Examples in a batch; they divide the noise.")
]
Momentum = Annotated[str | None, typer.Option(metavar="μ", help="Momentum of SGD, 0 … 1.")]
Start = Annotated[str | None, typer.Option(metavar="X", help="Squared distance from the optimum at step 0.")]
Curvature = Annotated[str | None, typer.Option(metavar="H", help="The largest eigenvalue h₁.")]
Scale = Annotated[str | None, typer.Option(metavar="linear|log", help="Scale of the rate axis.")]
Theme = Annotated[str | None, typer.Option(metavar="NAME", help="light, dark, print or transparent.")]
Size = Annotated[str | None, typer.Option(metavar="WxH", help="Inches: 8x4.5.")]
Dpi = Annotated[str | None, typer.Option(metavar="N", help="Pixels an inch.")]
Stylesheet = Annotated[
    str | None, typer.Option(metavar="FILE", help="A matplotlib style sheet over the theme.")
]
Notes = Annotated[
    bool | None, typer.Option("--annotate/--no-annotate", help="Name phases, label peak, minimum and end.")
]
Lang = Annotated[
    str | None, typer.Option(metavar="en|zh|zh-Hant", help="Language of the figure's own words.")
]
Width = Annotated[int | None, typer.Option(min=24, max=1000, metavar="N", help="Columns of a chart.")]
Height = Annotated[int | None, typer.Option(min=6, max=500, metavar="N", help="Lines of a chart.")]
Inline = Annotated[bool, typer.Option("--inline", help="Show the picture in the terminal (kitty, iTerm2).")]
At = Annotated[str | None, typer.Option(metavar="STEPS", help="Only these steps: 0,10%,30ep,last.")]
Every = Annotated[str | None, typer.Option(metavar="K", help="Every K-th step of a data file.")]
AllSteps = Annotated[bool, typer.Option("--all-steps", help="Write a data file of more than 10^8 rows.")]


@dataclass(frozen=True, slots=True)
class Horizon:
    """Options that change a spec's own numbers."""

    steps: str | None = None
    epochs: str | None = None
    steps_per_epoch: str | None = None
    update: str | None = None
    lr: str | None = None
    metrics: str | None = None
    gradients: str | None = None


@dataclass(frozen=True, slots=True)
class Bowl:
    """Options of the noisy quadratic model."""

    dimension: str | None = None
    spectrum: str | None = None
    noise: str | None = None
    batch_size: str | None = None
    momentum: str | None = None
    start: str | None = None
    curvature: str | None = None

    def changes(self) -> list[Said]:
        """What they say of a spec's ``simulate``."""
        return [
            Said(f"simulate.{field.name}", text, "--" + field.name.replace("_", "-"))
            for field in fields(self)
            if (text := getattr(self, field.name)) is not None
        ]


@dataclass(frozen=True, slots=True)
class Look:
    """Options that change a figure."""

    yscale: str | None = None
    theme: str | None = None
    size: str | None = None
    dpi: str | None = None
    stylesheet: str | None = None
    annotate: bool | None = None
    lang: str | None = None


def overrides(
    horizon: Horizon,
    look: Look,
    changes: list[str] | None,
    sweep: list[str] | None,
    let: list[str] | None = None,
    bowl: Bowl | None = None,
    sweeps: str = "--sweep",
) -> Overrides:
    """All that the command line says over a spec; ``sweeps`` is what this command's sweep is called."""
    if horizon.steps is not None and horizon.epochs is not None:
        raise UsageError("give --steps or --epochs, not both")
    names = ("steps", "epochs", "steps_per_epoch", "update", "lr", "metrics", "gradients")
    settings = {name: text for name in names if (text := getattr(horizon, name)) is not None}
    more = () if bowl is None else bowl.changes()
    return Overrides(
        settings,
        (*(_split(text, "--set") for text in changes or ()), *_look(look), *more),
        tuple(_split(text, sweeps) for text in sweep or ()),
        {said.path: said.text for said in (_split(text, "--let") for text in let or ())},
        simulated=bowl is not None,
    )


def _look(look: Look) -> list[Said]:
    said = [
        Said(f"figure.{name}", text, f"--{name}")
        for name in ("yscale", "theme", "dpi", "lang")
        if (text := getattr(look, name)) is not None
    ]
    if look.stylesheet is not None:
        said.append(
            Said("figure.stylesheet", json.dumps(str(Path(look.stylesheet).resolve())), "--stylesheet")
        )
    if look.annotate is not None:
        said.append(Said("figure.annotate", str(look.annotate).lower(), "--annotate"))
    if look.size is not None:
        parts = look.size.lower().replace("×", "x").split("x")
        if len(parts) != _SIDES:
            raise UsageError(f"--size must be WIDTHxHEIGHT in inches, as 8x4.5, got '{look.size}'")
        said.append(Said("figure.size", f"[{parts[0]}, {parts[1]}]", "--size"))
    return said


_SIDES: Final = 2


def _split(text: str, option: str) -> Said:
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        what = "NAME=VALUE, as base=0.1" if option == "--let" else "PATH=VALUE, as gamma=0.5"
        raise UsageError(f"{option} wants {what}, got '{text}'")
    return Said(path.strip(), value, option)
