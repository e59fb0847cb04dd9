"""The options of commands that read a log, and how its columns are taken."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

import typer

from lrplot.cli.groups import Group
from lrplot.cli.output import note
from lrplot.errors import UsageError

if TYPE_CHECKING:
    from lrplot.records.log import Column, Log

_MOST_INPUT: Final = 1_000_000_000
"""Bytes of a log from standard input, as many as of a file: it is held whole."""

LogArgument = Annotated[
    str,
    typer.Argument(
        metavar="LOG",
        help="What a training logged: a file, a folder, FILE#COLUMN, or - .",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class LogOptions(Group):
    """Readings of a log where it does not say them."""

    panel: ClassVar = "Log"

    column: Annotated[str | None, typer.Option(metavar="NAME", help="The column of rates.")] = None
    step_column: Annotated[str | None, typer.Option(metavar="NAME", help="The column of steps.")] = None
    every: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Updates between two rows, where the log counts none."),
    ] = None
    steps_are: Annotated[
        str | None,
        typer.Option(metavar="updates|epochs", help="The count behind the log's steps."),
    ] = None
    offset: Annotated[
        int | None,
        typer.Option(metavar="K", help="A row at step s is of update s + K, counted from 0."),
    ] = None
    tolerance: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="Rates this share apart are the same: 1%, for averaged logs."),
    ] = None


def logged(where: str, options: LogOptions) -> Log:
    """The log, read as the options say; what should be known of it is noted."""
    log = read(where, options)
    for message in log.notes:
        note(message)
    return log


def read(where: str, options: LogOptions) -> Log:
    """The log, read as the options say."""
    from lrplot.records.reading import read_log

    data = sys.stdin.buffer.read(_MOST_INPUT) if where.partition("#")[0] == "-" else None
    log = read_log(
        where,
        Path(),
        column=options.column,
        step_column=options.step_column,
        every=options.every,
        data=data,
    )
    return _as_said(log, options)


def _as_said(log: Log, options: LogOptions) -> Log:
    from lrplot.records.log import Convention

    if options.steps_are is not None:
        if options.steps_are not in ("updates", "epochs"):
            raise UsageError(f"--steps-are must be updates or epochs, got '{options.steps_are}'")
        log = replace(log, unit=options.steps_are)  # type: ignore[arg-type]
    if options.offset is not None:
        said = Convention(
            options.offset, f"a row at step s is of update s {options.offset:+d}, as --offset says"
        )
        log = replace(log, conventions=(said,))
    if options.tolerance is not None:
        share = _share(options.tolerance)
        log = replace(log, columns=tuple(_looser(column, share) for column in log.columns))
    return log


def _looser(column: Column, share: float) -> Column:
    import numpy as np

    half = np.maximum(column.half, share * np.abs(column.rates).max(initial=0.0))
    return replace(column, half=half, written=f"{column.written}, --tolerance {share:g} of the peak")


def _share(text: str) -> float:
    number, percent, _ = text.partition("%")
    try:
        value = float(number) / (100 if percent else 1)
    except ValueError:
        value = -1.0
    if not 0 < value < 1:
        raise UsageError(f"--tolerance must be a share of the peak, as 1% or 0.01, got '{text}'")
    return value
