from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lrplot.cli.groups import REF, RunOptions, SeriesOptions, complete_reference, overrides
from lrplot.cli.output import ascii_only, write_file
from lrplot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

EXAMPLES = (
    "\b\nExamples:\n"
    "  lrplot explore\n"
    "  lrplot explore configs/warmup_cosine.yaml onecycle --steps 1e5\n"
    '  lrplot explore "OneCycleLR(optimizer, max_lr=0.1, total_steps=1000)"'
)

_USUAL = "warmup_cosine"


def explore(
    references: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REF...]", help=REF, autocompletion=complete_reference),
    ] = None,
    *,
    run: RunOptions,
    series: SeriesOptions,
) -> None:
    """Change schedules with sliders and keys in the terminal, and see the curve at once.

    Press ? there for its keys. Needs Textual: pip install 'lrplot[explore]'.
    """
    if find_spec("textual") is None:
        raise UsageError("explore needs Textual; install it: pip install 'lrplot[explore]'")
    said = overrides(run, series)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("explore needs a terminal; use render or export in a pipe")
    from lrplot.cli.lint import text_of
    from lrplot.explorer.app import Explorer
    from lrplot.explorer.state import State
    from lrplot.sources.reference import load_all

    named = references or [_USUAL]
    loaded = load_all(named, said, together=True)
    runs = tuple(each for found in loaded for each in found)
    texts = [text_of(reference) for reference in named]
    ignored = {
        each.label: text.ignored(each) for text, found in zip(texts, loaded, strict=True) for each in found
    }
    notes = tuple(dict.fromkeys(note for each in runs for note in each.notes))
    app = Explorer(State.opened(runs), _write, ascii_only=ascii_only(), notes=notes, ignored=ignored)
    app.run()
    if app.failure is not None:
        raise app.failure


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    write_file(path, chunks, quiet=True)
