"""Runs as ``-f table`` shows them: a table each, and a comparison of several curves."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from lrplot.curve import Curve
from lrplot.render.table import Roomy, comparison_table, curve_table, derived, heading, rows_of
from lrplot.render.titles import label_of
from lrplot.render.values import values_table
from lrplot.run import Run, curves_of


def tables(
    runs: Sequence[Run],
    steps: Sequence[Sequence[int]],
    chart: RenderableType,
    *,
    every_row: bool = False,
) -> RenderableType:
    """A table a run, which shows its ``steps`` where there are any, and a comparison of several curves.

    The rates of parameter groups are columns of their run's table. A terminal with much room gets the chart
    above them.
    """
    parts: list[RenderableType] = [Roomy(chart)]
    curves: list[Curve] = []
    for run, inside, at in zip(runs, curves_of(runs), steps, strict=True):
        found = [Curve(each) for each in inside]
        alone = _grouped(run, found, at) if run.groups else curve_table(found[0], at, every_row=every_row)
        parts += [alone, Text()]
        curves += found
    return Group(*parts, comparison_table(curves)) if len(curves) > 1 else Group(*parts[:-1])


def _grouped(run: Run, curves: Sequence[Curve], at: Sequence[int]) -> RenderableType:
    """A run and its groups: the steps at which one of them turns, a column a rate."""
    rates = values_table([curve.run for curve in curves], at or rows_of(curves))
    return Group(heading(label_of(run)), *derived(run), rates)
