from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Rows(Widget, can_focus=True):
    """Lines of which one is selected: what lists of curves and of parameters share."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "select(-1)", "Up", show=False),
        Binding("down", "select(1)", "Down", show=False),
        Binding("pageup", "select(-10)", "Page up", show=False),
        Binding("pagedown", "select(10)", "Page down", show=False),
    ]

    selected: reactive[int] = reactive(0)

    class Selected(Message):
        """Another line was selected."""

        def __init__(self, rows: "Rows", index: int) -> None:
            super().__init__()
            self.rows = rows
            self.index = index

        @property
        def control(self) -> "Rows":
            """The sender of the message."""
            return self.rows

    def count(self) -> int:
        """The number of lines."""
        raise NotImplementedError

    def line(self, index: int, width: int) -> Text:
        """One of them."""
        raise NotImplementedError

    def render(self) -> Text:
        """All of them, the selected one standing out."""
        lines = [self.line(index, self.size.width) for index in range(self.count())]
        for index, line in enumerate(lines):
            line.truncate(self.size.width, pad=True)
            if index == self.selected:
                line.stylize("reverse" if self.has_focus else "bold")
        return Text("\n", no_wrap=True).join(lines)

    def get_content_height(self, _container: Size, _viewport: Size, _width: int) -> int:
        """A line each."""
        return self.count()

    def action_select(self, by: int) -> None:
        """Select a line above or below."""
        self.select(self.selected + by)

    def select(self, index: int) -> None:
        """Select a line, or the nearest there is."""
        index = min(max(0, index), self.count() - 1)
        if index != self.selected:
            self.selected = index
            self.post_message(self.Selected(self, index))
        if self.parent is not None:
            self.scroll_to_line(index)

    def scroll_to_line(self, index: int) -> None:
        """Bring a line into view."""
        if isinstance(self.parent, Widget):
            region = Region(0, self.virtual_region.y + index, 1, 1)
            self.parent.scroll_to_region(region, animate=False, force=True)
