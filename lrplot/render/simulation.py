"""Simulated runs as terminal tables."""

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from lrplot.render.table import Unbroken, plain_table
from lrplot.render.titles import label_of
from lrplot.render.words import Words, table_words
from lrplot.run import Run
from lrplot.text.numbers import short
from lrplot.text.plain import printable

_NONE: Final = "–"


def simulation_table(runs: Sequence[Run], target: float) -> Unbroken:
    """Final and lowest loss, the first step that reaches ``target``, and where the rate is too large.

    A run that diverged says at which step.
    """
    table = plain_table()
    words = table_words(runs[0].style.lang if runs else "en")
    table.add_column(words["schedule"], overflow="fold", max_width=40, min_width=1)
    for name in ("final loss", "lowest", "at", "reached"):
        table.add_column(words[name].format(short(target, 3)), justify="right", no_wrap=True)
    table.add_column(words["unstable rates"], justify="left")
    for run in runs:
        simulation = run.simulation
        if simulation is None:
            raise TypeError(f"{run.label} was not simulated")
        at, lowest = simulation.best
        reached = simulation.reached(target)
        table.add_row(
            Text(printable(label_of(run))),
            short(simulation.final, 4)
            if simulation.diverged is None
            else words["diverged"].format(step=simulation.diverged),
            short(lowest, 4),
            str(at),
            _NONE if reached is None else str(reached),
            _unstable(run, words),
        )
    return Unbroken(table)


def _unstable(run: Run, words: Words) -> str:
    """The steps whose rate is at or above the stability bound."""
    simulation = run.simulation
    if simulation is None or not len(simulation.unstable):
        return _NONE
    first, stop = simulation.unstable[0].tolist()
    stretch = words["stretch"].format(f"{first}~{stop - 1}")
    if len(simulation.unstable) == 1:
        return stretch
    return words["and more"].format(stretch, simulation.steps_above - (stop - first))
