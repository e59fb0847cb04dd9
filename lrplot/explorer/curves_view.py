from rich.style import Style
from rich.text import Text
from textual.events import Click

from lrplot.explorer.rows import Rows
from lrplot.explorer.state import State
from lrplot.explorer.words import cut, rate_at, spelled
from lrplot.render.chart import legend_mark
from lrplot.text.plain import printable

_DIGITS = 5
"""Digits of the rate at the cursor, beside a name in a narrow column."""


class CurvesView(Rows):
    """The curves that are overlaid, each with its rate at the cursor."""

    def __init__(self, state: State, *, ascii_only: bool) -> None:
        super().__init__(id="curves")
        self._state = state
        self._ascii_only = ascii_only

    def show(self, state: State) -> None:
        """Show other curves."""
        lines = len(self._state.curves)
        self._state = state
        self.selected = state.chosen
        self.refresh(layout=lines != len(state.curves))

    def count(self) -> int:
        """The number of curves."""
        return len(self._state.curves)

    def line(self, index: int, width: int) -> Text:
        """Mark, label and rate."""
        curve = self._state.curves[index]
        mark, colour = legend_mark(index, ascii_only=self._ascii_only)
        rate = rate_at(curve.run, self._state.cursor, _DIGITS)
        wrong = "!" if curve.error else " "
        label = spelled(printable(curve.label), ascii_only=self._ascii_only)
        label = cut(label, max(1, width - len(rate) - 4), ascii_only=self._ascii_only)
        line = Text(mark, Style(color=colour)).append(f"{wrong}{label}", Style())
        return line.append(rate.rjust(max(1, width - line.cell_len)))

    def on_click(self, event: Click) -> None:
        """Choose the curve that was clicked."""
        self.focus()
        self.select(event.y)
