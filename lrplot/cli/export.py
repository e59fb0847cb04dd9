from __future__ import annotations

from typing import Annotated

import typer

from lrplot.cli import options
from lrplot.cli.options import Horizon, Look, overrides
from lrplot.cli.output import say, write_file, write_stdout
from lrplot.cli.results import Target, check_targets, tell
from lrplot.errors import UsageError
from lrplot.frameworks.names import WRITTEN

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot export configs/warmup_cosine.yaml --to pytorch\n"
    '  lrplot export "CosineAnnealingLR(optimizer, T_max=50)" --to optax --steps 50\n'
    "  lrplot export warmup_linear --to trainer\n"
    "  lrplot export onecycle --to yaml"
)

To = Annotated[str, typer.Option("--to", metavar="FRAMEWORK", help=f"{', '.join(WRITTEN)} or yaml.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 1 where the code's curve is not the very same.")]
File = Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="Where to: a file, or -.")]


def export(
    reference: Annotated[str, typer.Argument(metavar="REF", help="What to export.")],
    to: To,
    output: File = "-",
    strict: Strict = False,
    steps: options.Steps = None,
    epochs: options.Epochs = None,
    steps_per_epoch: options.StepsPerEpoch = None,
    update: options.Update = None,
    lr: options.BaseRate = None,
    changes: options.Changes = None,
    let: options.Let = None,
    metrics: options.Metrics = None,
    gradients: options.Gradients = None,
) -> None:
    """Print code for a framework, or YAML, that gives the same curve.

    The code is read back and compared with the schedule before it is printed: the framework's own
    class where that is the same curve, else a function of the step (PyTorch, Keras, Transformers, Optax,
    Paddle), else the nearest class, and by how much it differs.
    """
    from pathlib import Path

    from lrplot.sources.reference import load

    if output != "-":
        check_targets([Target(to, Path(output))], [reference])
    horizon = Horizon(steps, epochs, steps_per_epoch, update, lr, metrics, gradients)
    runs = load(reference, overrides(horizon, Look(), changes, None, let))
    tell(runs)
    exact = True
    if to == "yaml":
        from lrplot.document.dump import dump

        code = dump(runs)
    else:
        from lrplot.exports.code import export as write

        if len(runs) > 1:
            names = ", ".join(run.label for run in runs)
            raise UsageError(f"{len(runs)} schedules: {names}; export one")
        made = write(runs[0], to)
        code, exact = made.code, made.exact
        for note in made.notes:
            say(f"lrplot: note: {note}")
    if output == "-":
        write_stdout(iter([code.encode()]), binary=False)
    else:
        write_file(Path(output), iter([code.encode()]))
    if strict and not exact:
        raise typer.Exit(1)
