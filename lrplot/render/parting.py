"""A plan as a line, a log as dots, and the place where they part, named."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from lrplot.curve import Curve
from lrplot.render.figure import Picture, figure, save, title_size
from lrplot.render.theme import THEMES
from lrplot.text.numbers import steps as step_text
from lrplot.text.plain import printable

_LETTERS_AN_INCH: Final = 13
"""Letters of the sentence's size that are as wide as an inch."""
_SIZE: Final = 9.5
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
    """The curves on one pair of axes, the parting as a dashed line, its cause under the title."""
    made = figure(curves)
    if mark is None:
        return made
    axes = made.axes[0]
    palette = THEMES[curves[0].run.style.theme]
    axes.axvline(mark.update, color=palette.muted, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    wrapped = int(made.get_figwidth() * _LETTERS_AN_INCH)
    lines = textwrap.wrap(printable(f"parts at step {step_text(mark.update)}: {mark.says}"), wrapped)
    lines = [*lines[: _LINES - 1], "…"] if len(lines) > _LINES else lines
    title = axes.get_title(loc="left")
    size = title_size(title, curves[0].run.style)
    look: dict[str, Any] = {
        "fontsize": made.sheet.asks_for("axes.titlesize", size),
        "fontweight": "bold",
        "parse_math": False,
    }
    axes.set_title(title, loc="left", pad=10 + _SIZE * 1.4 * len(lines), **look)
    axes.annotate(
        "\n".join(lines),
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 8),
        textcoords="offset points",
        ha="left",
        va="bottom",
        fontsize=_SIZE,
        color=palette.muted,
        parse_math=False,
    )
    return made


def draw_parting(curves: Sequence[Curve], mark: Mark | None, kind: str) -> bytes:
    """The bytes of :func:`parting_figure` as ``png``, ``svg`` or ``pdf``."""
    return save(parting_figure(curves, mark), kind)
