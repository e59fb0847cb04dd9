"""What every artist of one figure needs to know."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lrplot.render.step_axis import StepAxis
from lrplot.render.theme import Letters, Palette, readable
from lrplot.style import Style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
    """

    made: "Figure"
    style: Style
    palette: Palette
    letters: Letters
    words: Mapping[str, str]
    axis: StepAxis

    @property
    def size(self) -> tuple[float, float]:
        """Inches."""
        return self.made.get_figwidth(), self.made.get_figheight()

    def readable(self, colour: object) -> str:
        """A curve's colour, as letters have it."""
        return readable(colour, self.palette.text, self.palette.background)
