"""What every artist of one figure needs to know."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lrplot.render.step_axis import StepAxis
from lrplot.render.theme import Letters, Palette, readable
from lrplot.style import Style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

UNLAID: Final = 0.77
"""Height of lone axes that are not laid out yet, as a share of the figure's: matplotlib's 0.88 - 0.11."""
_AXES: Final = 0.74
"""Share of a figure's height that title and labels leave to its axes."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A figure, and how all of it looks.

    Parameters
    ----------
    made
        The figure.
    style
        What is asked of it.
    palette
        Its colours.
    letters
        The sizes of its texts.
    words
        Its own words, in its language.
    axis
        Its step axis.
    lines
        Places on it at which thin lines stand, which no label crosses.
    """

    made: "Figure"
    style: Style
    palette: Palette
    letters: Letters
    words: Mapping[str, str]
    axis: StepAxis
    lines: tuple[float, ...] = ()

    @property
    def size(self) -> tuple[float, float]:
        """Inches."""
        return self.made.get_figwidth(), self.made.get_figheight()

    def readable(self, colour: object) -> str:
        """A curve's colour, as letters have it."""
        return readable(colour, self.palette.text, self.palette.background)

    def height_of(self, axes: "Axes") -> float:
        """About how many points high axes will be, once they are laid out."""
        place: Any = axes.get_subplotspec()
        ratios = place.get_gridspec().get_height_ratios()
        return self.size[1] * 72 * _AXES * float(ratios[place.rowspan.start] / sum(ratios))
