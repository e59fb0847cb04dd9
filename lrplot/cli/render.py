from __future__ import annotations

from typing import TYPE_CHECKING

from lrplot.cli import options
from lrplot.cli.options import Horizon, Look, overrides
from lrplot.cli.results import Screen, Selection, Target, check_targets, deliver, target, tell, with_its_loss

if TYPE_CHECKING:
    from lrplot.run import Run

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot render configs/warmup_cosine.yaml\n"
    "  lrplot render step -f table\n"
    '  lrplot render "OneCycleLR(optimizer, max_lr=0.1, total_steps=1000)"\n'
    "  lrplot render train.py --steps 1e5 --let base=0.1\n"
    "  lrplot render exponential --sweep gamma=0.9,0.95,0.99 --yscale log\n"
    "  lrplot render onecycle --steps 1e6 -o onecycle.csv --every 1000\n"
    "  lrplot render - < spec.yaml -o - > curve.png"
)


def render(
    references: options.References,
    output: options.Output = None,
    kind: options.Format = None,
    steps: options.Steps = None,
    epochs: options.Epochs = None,
    steps_per_epoch: options.StepsPerEpoch = None,
    update: options.Update = None,
    lr: options.BaseRate = None,
    changes: options.Changes = None,
    sweep: options.Sweep = None,
    let: options.Let = None,
    metrics: options.Metrics = None,
    gradients: options.Gradients = None,
    yscale: options.Scale = None,
    theme: options.Theme = None,
    size: options.Size = None,
    dpi: options.Dpi = None,
    stylesheet: options.Stylesheet = None,
    annotate: options.Notes = None,
    lang: options.Lang = None,
    width: options.Width = None,
    height: options.Height = None,
    inline: options.Inline = False,
    at: options.At = None,
    every: options.Every = None,
    all_steps: options.AllSteps = False,
) -> None:
    """Draw each REF: a picture, a table or a data file of its own."""
    from lrplot.sources.reference import load_all

    said = overrides(
        Horizon(steps, epochs, steps_per_epoch, update, lr, metrics, gradients),
        Look(yscale, theme, size, dpi, stylesheet, annotate, lang),
        changes,
        sweep,
        let,
    )
    # Every REF is read before anything is written.
    found = [tuple(map(with_its_loss, runs)) for runs in load_all(references, said)]
    loaded = zip(references, found, strict=True)
    results = [_result(reference, runs, output, kind, len(references)) for reference, runs in loaded]
    check_targets([to for _, to in results], references)
    tell([run for runs, _ in results for run in runs])
    for runs, to in results:
        deliver(runs, to, Selection(at, every, all_steps), Screen(width, height, inline))


def _result(
    reference: str, runs: tuple[Run, ...], output: str | None, kind: str | None, count: int
) -> tuple[tuple[Run, ...], Target]:
    from pathlib import Path

    own = runs[0].style.output
    name = Path(own).stem if own else "stdin" if reference == "-" else _stem(reference, runs[0])
    usual = Path(own).suffix.removeprefix(".") if own else "png"
    return runs, target(output, kind, name, usual, several=count > 1)


def _stem(reference: str, run: Run) -> str:
    from pathlib import Path

    path = Path(reference)
    return path.stem if path.suffix in {".yaml", ".yml", ".json", ".py"} else run.origin
