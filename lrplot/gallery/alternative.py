"""A picture in one sentence, for those who do not see it."""

from collections.abc import Sequence
from typing import Final

from lrplot.curve import Curve
from lrplot.run import Run
from lrplot.text.numbers import short

_FEW: Final = 4
"""Curves that a sentence describes."""


def alternative(runs: Sequence[Run]) -> str:
    """Where the rates of a picture begin, peak and end.

    >>> from lrplot.sources.reference import load
    >>> alternative(load("onecycle"))
    'onecycle: learning rate 0.004 at step 0, 0.1 at step 299, 4e-7 at step 999'
    """
    told = [f"{run.label}: learning rate {_path(run)}" for run in runs[:_FEW]]
    more = len(runs) - _FEW
    return "; ".join([*told, *([f"and {more} more"] if more > 0 else [])])


def _path(run: Run) -> str:
    summary = Curve(run).summary()
    first, peak, last = summary.first, summary.peak, summary.final
    ends = {0: first.value, peak.step or 0: peak.value, run.steps - 1: last.value}
    steps = sorted(ends)
    if len({ends[step] for step in steps}) == 1:
        return f"{short(first.value, 3)} throughout {run.steps} steps"
    unit = "" if run.relative else "step "
    return ", ".join(f"{short(ends[step], 3)} at {unit}{_named(run, step)}" for step in steps)


def _named(run: Run, step: int) -> str:
    return f"{100 * step / max(run.steps - 1, 1):.3g}%" if run.relative else str(step)
