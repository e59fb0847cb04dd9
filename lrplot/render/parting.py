"""A plan as a line, a log as dots, and the place where they part, named."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lrplot.curve import Curve
from lrplot.render.figure import Picture, figure, save
from lrplot.render.theme import THEMES
from lrplot.text.numbers import steps as step_text
from lrplot.text.plain import printable

_WRAP: Final = 62
"""Characters in a line of the sentence that names the cause."""
_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """The place where a log parts from its plan.

    Parameters
    ----------
    update
        The first update that is not as planned.
    says
        The cause, or that none was found.
    """

    update: int
    says: str


def parting_figure(curves: Sequence[Curve], mark: Mark | None) -> Picture:
    """The curves on one pair of axes, the parting as a dashed line with its cause beside it.

    The sentence stands on the side of the line that has more room.
    """
    made = figure(curves)
    if mark is None:
        return made
    axes = made.axes[0]
    style = curves[0].run.style
    palette = THEMES[style.theme]
    axes.axvline(mark.update, color=palette.muted, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    low, high = axes.get_xlim()
    right = mark.update < (low + high) / 2
    lines = textwrap.wrap(printable(f"parts at {step_text(mark.update)}: {mark.says}"), _WRAP)
    text = "\n".join([*lines[: _LINES - 1], "…"] if len(lines) > _LINES else lines)
    axes.annotate(
        text,
        (mark.update, _freest(curves, mark.update)),
        xycoords=("data", "axes fraction"),
        xytext=(6 if right else -6, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        fontsize=9,
        color=palette.text,
        bbox={"facecolor": palette.background, "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
        parse_math=False,
    )
    return made


def _freest(curves: Sequence[Curve], update: int) -> float:
    """The height, as a share of the axes, that is farthest from the curves near the parting."""
    peak = max(float(curve.sample().rates.max()) for curve in curves) or 1.0
    heights = [float(curve.run.schedule(min(update, curve.run.steps - 1))) / peak for curve in curves]
    tried = (0.9, 0.5, 0.12)
    gaps = [min(abs(height - at) for height in heights) for at in tried]
    return tried[int(np.argmax(gaps))]


def draw_parting(curves: Sequence[Curve], mark: Mark | None, kind: str) -> bytes:
    """The bytes of :func:`parting_figure` as ``png``, ``svg`` or ``pdf``."""
    return save(parting_figure(curves, mark), kind)
