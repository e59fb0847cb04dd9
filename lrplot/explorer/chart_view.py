from collections.abc import Sequence

from rich.text import Text
from textual.events import MouseDown, MouseMove, MouseUp
from textual.message import Message
from textual.widget import Widget

from lrplot.errors import LrplotError
from lrplot.render.chart import Chart, Drawn

_LEAST = 6
"""Lines of the lowest chart: three of dots, and the legend, the axis and its ticks."""


class ChartView(Widget):
    """Curves in the space there is; the mouse moves the cursor."""

    class Pointed(Message):
        """A step was pointed at."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, name: str, *, ascii_only: bool) -> None:
        super().__init__(id=name)
        self._ascii_only = ascii_only
        self._drawn: Sequence[Drawn] = ()
        self._log = False
        self._cursor = 0

    def show(self, drawn: Sequence[Drawn], *, log: bool, cursor: int) -> None:
        """Draw something else."""
        self._drawn, self._log, self._cursor = drawn, log, cursor
        self.refresh()

    def render(self) -> Text:
        """The chart; linear where a log scale shows nothing."""
        if not self._drawn:
            return Text()
        try:
            return self._text(log=self._log)
        except LrplotError:
            return self._text(log=False)

    def _text(self, *, log: bool) -> Text:
        return Text("\n").join(self._chart(log=log).lines(self.size.width))

    def _chart(self, *, log: bool) -> Chart:
        height = max(_LEAST, self.size.height)
        return Chart(self._drawn, self.size.width, height, log, self._ascii_only, self._cursor)

    def on_mouse_down(self, event: MouseDown) -> None:
        """Begin to move the cursor."""
        self.capture_mouse()
        self._point(event.x)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Move it while the button is down."""
        if self.app.mouse_captured is self:
            self._point(event.x)

    def on_mouse_up(self, _event: MouseUp) -> None:
        """Leave it there."""
        self.release_mouse()

    def _point(self, column: int) -> None:
        if self._drawn:
            self.post_message(self.Pointed(self._chart(log=False).plan(self.size.width).step_at(column)))
