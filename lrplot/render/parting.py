"""A plan as a line, a log as dots, and the place where they part, named."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from lrplot.curve import Curve
from lrplot.render.figure import Picture, figure, save, title_size
from lrplot.render.theme import THEMES, Letters
from lrplot.text.numbers import steps as step_text
from lrplot.text.plain import printable

_LETTERS_AN_INCH: Final = 13
"""Letters of the sentence's size that are as wide as an inch."""
_SIZE: Final = 9.5
"""Points of the sentence's letters."""
_LINES: Final = 3
"""Lines of the sentence, so that the curve keeps most of the figure."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The place where a log parts from its plan.

    Parameters
    ----------
    update
        The first update that is not as planned.
    says
        The cause, or that none was found.
    row
        The step that the log gives it, where it counts otherwise.
    """

    update: int
    says: str
    row: int | None = None

    def __str__(self) -> str:
        """The line under the title; the axis has updates, the log its own steps.

        >>> str(Mark(9, "no cause found", row=10))
        'parts at step 9 (the row of step 10): no cause found'
        """
        other = self.row is not None and self.row != self.update
        row = f" (the row of step {step_text(self.row or 0)})" if other else ""
        return f"parts at step {step_text(self.update)}{row}: {self.says}"


def parting_figure(curves: Sequence[Curve], mark: Mark | None) -> Picture:
    """The curves on one pair of axes, the parting as a dashed line, its cause under the title."""
    made = figure(curves, upright=() if mark is None else (mark.update,))
    if mark is None:
        return made
    axes = made.axes[0]
    palette = THEMES[curves[0].run.style.theme]
    wrapped = int(made.get_figwidth() * _LETTERS_AN_INCH)
    lines = textwrap.wrap(printable(str(mark)), wrapped)
    lines = [*lines[: _LINES - 1], "…"] if len(lines) > _LINES else lines
    title = axes.get_title(loc="left")
    size = title_size(title, made.get_figwidth(), Letters(palette.letters))
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
