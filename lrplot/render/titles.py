"""What a picture of several curves is called where nobody says it."""

from collections.abc import Sequence
from typing import Final

from lrplot.curve import Curve
from lrplot.text.plain import printable

_TITLED: Final = 4
_LABEL: Final = 48


def title_of(curves: Sequence[Curve]) -> str:
    """The sweep and what is swept, else the labels, else how many there are.

    >>> from lrplot.run import Run
    >>> from lrplot.schedules.constant import Constant
    >>> runs = [Run(label, Constant(lr=1), 9) for label in ("low", "high")]
    >>> title_of([Curve(run) for run in runs])
    'low · high'
    """
    origins = {curve.run.origin for curve in curves}
    sweeps = {curve.run.family for curve in curves}
    if len(origins) == 1 and len(sweeps) == 1 and (family := sweeps.pop()):
        return f"{origins.pop()}: {family}"
    if len(curves) <= _TITLED:
        return " · ".join(cut(printable(curve.run.label)) for curve in curves)
    return f"{len(curves)} schedules"


def cut(label: str) -> str:
    """A label no longer than a legend shows; one with dollars may be a formula, which is not cut."""
    return label if len(label) <= _LABEL or "$" in label else label[: _LABEL - 1] + "…"
