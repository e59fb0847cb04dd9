"""What a figure's style says of single curves, by their labels."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from lrplot.errors import LrplotError
from lrplot.style import CurveStyle
from lrplot.text.nearest import did_you_mean
from lrplot.text.plain import printable


def styles_of(labels: Sequence[str], looks: Mapping[str, CurveStyle]) -> list[CurveStyle]:
    """What is said of each curve: by patterns in order, then by its own label.

    Raises
    ------
    LrplotError
        When a look is said of a curve that is not there, or a colour is none.

    Examples
    --------
    >>> looks = {"*": CurveStyle(width=1, color="black"), "b": CurveStyle(color="red")}
    >>> [(look.width, look.color) for look in styles_of(["a", "b"], looks)]
    [(1.0, 'black'), (1.0, 'red')]
    """
    for pattern, look in looks.items():
        if not any(label == pattern or fnmatchcase(label, pattern) for label in labels):
            hint = did_you_mean(pattern, labels, f"; the curves are {', '.join(map(printable, labels[:8]))}")
            raise LrplotError(f"figure.curves: no curve is called '{printable(pattern)}'{hint}")
        _check_colour(pattern, look)
    found = []
    for label in labels:
        said: dict[str, Any] = {}
        for pattern, look in looks.items():
            if pattern != label and fnmatchcase(label, pattern):
                said |= look.model_dump(exclude_none=True)
        if label in looks:
            said |= looks[label].model_dump(exclude_none=True)
        found.append(CurveStyle(**said))
    return found


def _check_colour(label: str, look: CurveStyle) -> None:
    if look.color is None:
        return
    from matplotlib import colors

    if not colors.is_color_like(look.color):
        known = [name for name in colors.get_named_colors_mapping() if ":" not in name and len(name) > 1]
        hint = did_you_mean(look.color, known, "; write a name, as crimson, or #RRGGBB")
        raise LrplotError(f"figure.curves.{printable(label)}.color: '{look.color}' is no colour{hint}")


def hexadecimal(colour: str) -> str:
    """A colour of matplotlib as ``#RRGGBB``.

    >>> hexadecimal("crimson")
    '#dc143c'
    """
    from matplotlib.colors import to_hex

    return str(to_hex(colour))
