from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lrplot.cli.groups import (
    DataOptions,
    FigureOptions,
    OutputOptions,
    References,
    RunOptions,
    ScreenOptions,
    SeriesOptions,
    overrides,
)
from lrplot.cli.results import (
    Target,
    check_places,
    print_notes,
    target,
    write_result,
)
from lrplot.render.formats import FORMATS

if TYPE_CHECKING:
    from lrplot.render.selection import Drawing
    from lrplot.run import Run

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot render configs/warmup_cosine.yaml\n"
    "  lrplot render step -f table\n"
    '  lrplot render "OneCycleLR(optimizer, max_lr=0.1, total_steps=1000)"\n'
    "  lrplot render train.py --steps 1e5 --let base=0.1\n"
    "  lrplot render train.py -- --learning_rate 2e-5 --epochs 3\n"
    "  lrplot render exponential --sweep gamma=0.9,0.95,0.99 --yscale log\n"
    "  lrplot render onecycle --steps 1e6 -o onecycle.csv --every 1000\n"
    "  lrplot render - < spec.yaml -o - > curve.png"
)


def render(
    references: References,
    run: RunOptions,
    series: SeriesOptions,
    figure: FigureOptions,
    to: OutputOptions,
    data: DataOptions,
    screen: ScreenOptions,
) -> None:
    """Draw each REF: a picture, a table or a data file of its own."""
    from lrplot.curve import with_its_loss
    from lrplot.sources.reference import load_all

    said = overrides(run, series, figure, relative=True)
    # Every REF is read before anything is written.
    loaded = [tuple(map(with_its_loss, runs)) for runs in load_all(references, said)]
    several = len(references) > 1
    named = zip(references, loaded, strict=True)
    targets = [_target(reference, runs, to, several=several) for reference, runs in named]
    check_places([each.path for each in targets], references)
    print_notes(each for runs in loaded for each in runs)
    for runs, each in zip(loaded, targets, strict=True):
        write_result(runs, each, data, screen)


def _target(reference: str, runs: tuple[Run, ...], to: OutputOptions, *, several: bool) -> Target[Drawing]:
    from pathlib import Path

    own = runs[0].style.output
    name = Path(own).stem if own else "stdin" if reference == "-" else _stem(reference, runs[0])
    usual = Path(own).suffix.removeprefix(".") if own else None
    return target(to, FORMATS, name, usual, several=several)


def _stem(reference: str, run: Run) -> str:
    from pathlib import Path

    path = Path(reference)
    block = re.fullmatch(r"(.+)\.(?:md|markdown)#(\d+)", path.name, re.IGNORECASE)
    if block is not None:
        return f"{block[1]}-{block[2]}"
    if path.name in ("", ".."):
        return path.resolve().name  # "." and ".." say nothing of the folder
    return path.stem if path.suffix in {".yaml", ".yml", ".json", ".py", ".ipynb", ".md"} else run.origin
