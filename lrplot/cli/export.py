from __future__ import annotations

from typing import Annotated

import typer

from lrplot.cli.groups import FileOptions, Reference, RunOptions, SeriesOptions, overrides
from lrplot.cli.output import note
from lrplot.cli.results import check_places, file_named, print_notes, put
from lrplot.errors import UsageError
from lrplot.frameworks.names import CONFIGURED, WRITTEN

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot export configs/warmup_cosine.yaml --to pytorch\n"
    '  lrplot export "CosineAnnealingLR(optimizer, T_max=50)" --to optax --steps 50\n'
    "  lrplot export warmup_linear --to trainer\n"
    "  lrplot export warmup_cosine --to megatron\n"
    "  lrplot export onecycle --to yaml"
)

To = Annotated[
    str, typer.Option("--to", metavar="FRAMEWORK", help=f"{', '.join(WRITTEN + CONFIGURED)} or yaml.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 1 where the code's curve is not the very same.")]


def export(
    reference: Reference,
    *,
    to: To,
    strict: Strict = False,
    run: RunOptions,
    series: SeriesOptions,
    file: FileOptions,
) -> None:
    """Print code for a framework, a trainer's configuration, or YAML, that gives the same curve.

    The code is read back and compared with the schedule before it is printed: the framework's own
    class where that is the same curve, else a function of the step (PyTorch, Keras, Transformers, Optax,
    Paddle), else the nearest class, and by how much it differs.
    """
    from lrplot.sources.reference import load

    path = file_named(file.output)
    check_places([path], [reference])
    runs = load(reference, overrides(run, series))
    print_notes(runs)
    exact = True
    if to == "yaml":
        from lrplot.document.dump import dump

        code = dump(runs)
    else:
        if len(runs) > 1:
            names = ", ".join(run.label for run in runs)
            raise UsageError(f"{len(runs)} schedules: {names}; export one")
        from lrplot.answers.exported import export as write

        made = write(runs[0], to)
        code, exact = made.code, made.exact
        for said in made.notes:
            note(said)
    put([code.encode()], path)
    if strict and not exact:
        raise typer.Exit(1)
