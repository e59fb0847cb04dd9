"""Labels of curves: names at the line ends where they fit, else a legend beside the data."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from lrplot.run import Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from lrplot.render.drawn import Drawn
    from lrplot.render.scale import Scale

_MOST_ENDS: Final = 12
_LONGEST: Final = 22
_MOST_LEGEND: Final = 24
_ROWS: Final = 2
_FEW: Final = 5
_FONT: Final = 10.5


def line_ends(axes: "Axes", drawn: "Sequence[Drawn]", scale: "Scale", style: Style) -> bool:
    """Name each curve at its right end; do nothing and answer false where the names would crowd."""
    ends = np.array([scale.place(d.rate.rates[-1:])[0] for d in drawn])
    line = _FONT * 1.35 / 72 / (style.size[1] * (0.5 if len(axes.figure.axes) > 1 else 0.75))
    together = len({d.curve.run.steps for d in drawn}) == 1
    longest = max(len(d.label) for d in drawn)
    narrow = longest * _FONT * 0.6 / 72 > style.size[0] * 0.28
    if len(drawn) > _MOST_ENDS or not together or longest > _LONGEST or narrow:
        return False
    places = apart(ends, line)
    if np.abs(places - ends).max() > line * 1.01:
        return False
    for d, place in zip(drawn, places, strict=True):
        at_the_end(axes, d.label, float(place), d)
    return True


def at_the_end(axes: "Axes", said: str, place: float, drawn: "Drawn", size: float | None = None) -> None:
    """Write beside the right edge, at a share of its height, in the curve's colour."""
    axes.annotate(
        said,
        xy=(1, place),
        xycoords="axes fraction",
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        ha="left",
        color=drawn.look["color"],
        fontsize=size,
        annotation_clip=False,
    ).set_parse_math(False)


def apart(places: NDArray[np.float64], gap: float) -> NDArray[np.float64]:
    """The places moved as little as needed to lie ``gap`` apart, in the same order."""
    order = np.argsort(places, kind="stable")
    moved = places[order].copy()
    for _ in range(50):
        short = gap - np.diff(moved)
        if (short <= 1e-9).all():
            break
        push = np.clip(short, 0, None) / 2
        moved[:-1] -= push
        moved[1:] += push
    answer = np.empty_like(moved)
    answer[order] = moved
    return answer


def legend(made: "Figure", drawn: "Sequence[Drawn]", style: Style) -> None:
    """A legend outside the data: below while two rows hold it, else on the right."""
    handles: list[Any] = list(made.axes[0].get_lines())
    names = [d.label for d in drawn]
    most = min(_MOST_LEGEND, max(3, int(style.size[1] * 0.85 / (_FONT * 1.5 / 72))))
    if len(names) > most:
        handles, names = handles[:most], [*names[: most - 1], f"… {len(drawn) - most + 1} more"]
    width = max(map(len, names)) * _FONT * 0.64 / 72 + 0.85
    columns = max(1, min(len(names), int(style.size[0] * 0.92 / width)))
    below = len(names) <= _FEW or -(-len(names) // columns) <= _ROWS
    where: dict[str, Any] = (
        {"loc": "outside lower center", "ncols": columns} if below else {"loc": "outside right upper"}
    )
    shown = made.legend(handles, [f" {name}" for name in names], **where)
    for text, name in zip(shown.get_texts(), names, strict=True):
        text.set_text(name)
        text.set_parse_math(False)
